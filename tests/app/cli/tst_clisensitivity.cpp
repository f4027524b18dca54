// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <string>

using namespace cliprogram;
using core::Json;

class TestCliSensitivity : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

    static QStringList sensitivity(const Workplace& place, const QStringList& more)
    {
        return QStringList{ "sensitivity", place.model, "--calibration", place.text, "--ctx", "64",
            "--formats", "Q4_0,Q6_K,q8_0", "--json" }
        + more;
    }

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

    void printsLossErrorAndBytesOfEachFormat()
    {
        const Workplace place;
        const Outcome outcome = run(sensitivity(place, { "--sequences", "6" }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["sequences"] == 6);
        QVERIFY(json["from_weights"] == false);
        QVERIFY(json["tensors"].size() > 10);
        for (const Json& tensor : json["tensors"]) {
            const Json& coarse = tensor["formats"]["Q4_0"];
            const Json& fine = tensor["formats"]["Q8_0"];
            QVERIFY(coarse["kld"].get<double>() > fine["kld"].get<double>());
            QVERIFY(fine["kld"].get<double>() > 0);
            QVERIFY(coarse["kld_error"].get<double>() > 0);
            QVERIFY(coarse["bytes"].get<int>() < fine["bytes"].get<int>());
        }
    }

    void predictsWhatAModelThatIsNotAllAttentionLoses()
    {
        const Workplace place;
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("qwen35", folder.path());
        const Outcome outcome
            = run({ "sensitivity", QString::fromStdString(folder.path().string()), "--calibration",
                place.text, "--ctx", "64", "--sequences", "4", "--formats", // rows of 40 weights
                "INT4_SYM_G32,INT8_SYM_G32", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        int mixers = 0;
        const Json json = jsonOf(outcome);
        for (const Json& tensor : json["tensors"]) {
            const std::string name = tensor["name"];
            mixers += name.find("ssm_") != name.npos || name.find("attn_gate") != name.npos;
            double coarse = 0, fine = 0;
            for (const auto& [format, figure] : tensor["formats"].items()) // of groups that fit
                (format.starts_with("INT4_") ? coarse : fine) = figure["kld"].get<double>();
            QVERIFY2(coarse > fine && fine > 0, name.c_str());
        }
        QCOMPARE(mixers, 3 * 4); // three layers with alpha, beta, gate and out
    }

    void goesOnFromTheShelfAndTellsADryRun()
    {
        const Workplace place;
        const QStringList dryRun{ "quantize", place.model, "--type", "Q4_0", "--method",
            "importance", "--calibration", place.text, "--ctx", "64", "--dry-run", "--json" };
        QVERIFY(!jsonOf(run(dryRun)).contains("predicted_kld"));
        const Json few = jsonOf(run(sensitivity(place, { "--sequences", "4" })));
        const Json more = jsonOf(run(sensitivity(place, { "--sequences", "8" })));
        QVERIFY(few["sequences"] == 4);
        QVERIFY(more["sequences"] == 8);
        QVERIFY(jsonOf(run(sensitivity(place, { "--sequences", "4" })))["sequences"] == 8);
        const Json fresh = jsonOf(run(sensitivity(place, { "--sequences", "8", "--no-shelf" })));
        const auto embedding = [](const Json& table) {
            return table["tensors"][0]["formats"]["Q4_0"]["kld"].get<double>();
        };
        QVERIFY(std::abs(embedding(fresh) / embedding(more) - 1) < 1e-3); // in other batches
        const Json planned = jsonOf(run(dryRun));
        QVERIFY2(planned.contains("predicted_kld"), core::jsonText(planned["tensors"]).c_str());
        std::map<std::string, std::string> formats;
        for (const Json& tensor : planned["tensors"])
            formats[tensor["name"].get<std::string>()] = tensor["format"].get<std::string>();
        double sum = 0;
        for (const Json& tensor : more["tensors"])
            sum += tensor["formats"][formats.at(tensor["name"].get<std::string>())]["kld"]
                       .get<double>();
        QVERIFY(std::abs(planned["predicted_kld"].get<double>() - sum) < 1e-9 + 1e-6 * sum);
        QVERIFY(planned["predicted_kld_error"].get<double>() > 0);
    }

    /// What a recipe by another method loses is told by the figures that stand for it best.
    void aDryRunSaysWhoseFiguresItReads()
    {
        const Workplace place;
        const QStringList dryRun{ "quantize", place.model, "--type", "Q4_0", "--dry-run", "--json",
            "--method" };
        QVERIFY(run(sensitivity(place, { "--sequences", "4" })).code == 0);
        const Json own = jsonOf(run(dryRun + QStringList{ "importance" }));
        QVERIFY(own["predicted_by"] == "importance");
        QVERIFY(own["predicted_roughly"].is_boolean());
        for (const char* method : { "rtn", "hqq" }) {
            const Json other = jsonOf(run(dryRun + QStringList{ method }));
            QVERIFY2(other.contains("predicted_kld"), method);
            QVERIFY(other["predicted_by"] == "importance");
        }
        QVERIFY(run({ "sensitivity", place.model, "--calibration", place.text, "--ctx", "64",
                        "--sequences", "1", "--formats", "Q6_K" })
                    .code
            == 0);
        QVERIFY(jsonOf(run(dryRun + QStringList{ "importance" }))["predicted_kld"]
            == own["predicted_kld"]);
    }

    void whatNothingComesOfIsSaid()
    {
        const Workplace place;
        const QStringList command{ "sensitivity", place.model, "--formats", "Q4_0" };
        for (const QStringList& idle :
            { QStringList{ "--method", "hqq" }, QStringList{ "--sequences", "3" } }) {
            const Outcome outcome = run(command + idle);
            QCOMPARE(outcome.code, 0);
            QVERIFY2(outcome.error.contains(
                         "note: without --calibration nothing comes of " + idle.front()),
                qPrintable(outcome.error));
        }
        QVERIFY(!run(command).error.contains("nothing comes of"));
        QVERIFY(run(sensitivity(place, { "--sequences", "6" })).code == 0);
        const Outcome fewer = run(sensitivity(place, { "--sequences", "4" }));
        QVERIFY(jsonOf(fewer)["sequences"] == 6);
        QVERIFY2(fewer.error.contains("the figures are of 6 sequences"), qPrintable(fewer.error));
    }

    void predictsWhatGptqLoses()
    {
        const Workplace place;
        const Outcome outcome = run({ "sensitivity", place.model, "--calibration", place.text,
            "--ctx", "64", "--sequences", "2", "--formats", "Q4_0", "--method", "gptq", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        int byGptq = 0;
        const Json json = jsonOf(outcome);
        for (const Json& tensor : json["tensors"])
            byGptq += tensor["formats"]["Q4_0"]["method"] == "gptq" ? 1 : 0;
        QCOMPARE(byGptq, 7 * place.tiny.layers);
    }

    void measuresTensorsAlone()
    {
        const Workplace place;
        const QStringList alone{ "--sequences", "4", "--evaluate", place.text, "--chunks", "3",
            "--alone", "blk.0.*,token_embd.weight" };
        const Outcome outcome = run(sensitivity(place, alone));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["measured_chunks"] == 3);
        int measured = 0;
        for (const Json& tensor : json["tensors"]) {
            const std::string name = tensor["name"];
            const bool isAsked = name.starts_with("blk.0.") || name == "token_embd.weight";
            const Json& coarse = tensor["formats"]["Q4_0"];
            QCOMPARE(coarse.contains("measured_kld"), isAsked);
            if (!isAsked)
                continue;
            ++measured;
            QVERIFY(coarse["measured_kld"].get<double>()
                > tensor["formats"]["Q8_0"]["measured_kld"].get<double>());
            QVERIFY(coarse["measured_kld_error"].get<double>() > 0);
        }
        QCOMPARE(measured, 8);
        const Outcome unknown = run(
            sensitivity(place, { "--evaluate", place.text, "--alone", "blk.99.attn_v.weight" }));
        QCOMPARE(unknown.code, 3);
        QVERIFY2(unknown.error.contains("--alone: found blk.99.attn_v.weight, expected"),
            qPrintable(unknown.error));
    }

    void isRoughWithoutAText()
    {
        const Workplace place;
        const Outcome outcome = run({ "sensitivity", place.model, "--formats", "Q4_0", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        QVERIFY(jsonOf(outcome)["from_weights"] == true);
        const Outcome printed = run({ "sensitivity", place.model, "--formats", "Q4_0" });
        QVERIFY(printed.out.contains("Rough: from the weights alone"));
    }

    void namesAFormatThatItDoesNotKnow()
    {
        const Workplace place;
        const Outcome outcome = run({ "sensitivity", place.model, "--formats", "Q4_0,Q9_Z" });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("--formats: found Q9_Z"), qPrintable(outcome.error));
    }
};

QTEST_GUILESS_MAIN(TestCliSensitivity)
#include "tst_clisensitivity.moc"

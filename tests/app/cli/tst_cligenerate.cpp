// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that write text, compare files and write an importance matrix.
#include "core/files/imatrix.h"
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>

using namespace cliprogram;
using core::Json;

class TestCliGenerate : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

    void generateContinuesAPrompt()
    {
        const Workplace place;
        const QStringList command{ "generate", place.model, "--prompt", "the cat", "-n", "9" };
        const Json json = jsonOf(run(command + QStringList{ "--json" }));
        QCOMPARE(json["tokens"].size(), std::size_t(9));
        QCOMPARE(json["prompt"].get<std::string>(), std::string("the cat"));
        QVERIFY(json["tokens_per_second"].get<double>() > 0);
        QVERIFY(!json.contains("match_rate"));
        const Outcome outcome = run(command);
        QCOMPARE(outcome.code, 0);
        QVERIFY2(outcome.out.startsWith("the cat"), qPrintable(outcome.out));
        QVERIFY2(outcome.out.contains("\n\n[9 tokens at "), qPrintable(outcome.out));
        const Outcome one = run({ "generate", place.model, "--prompt", "the cat", "-n", "1" });
        QVERIFY2(one.out.endsWith("\n\n[1 token]\n"), qPrintable(one.out));
        QVERIFY(jsonOf(run(command + QStringList{ "--json", "--threads", "1" }))["tokens"]
            == json["tokens"]);
    }

    void theOriginalContinuesWithTheSameNoise()
    {
        const Workplace place;
        const QStringList command{ "generate", place.model, "--against", place.model, "--prompt",
            "the cat", "-n", "12", "--temperature", "1", "--json" };
        const Json json = jsonOf(run(command + QStringList{ "--seed", "5" }));
        QVERIFY(json["first_divergence"].is_null());
        QCOMPARE(json["match_rate"].get<double>(), 1.0);
        QVERIFY(json["against"]["tokens"] == json["tokens"]);
        const Json other = jsonOf(run(command + QStringList{ "--seed", "6" }));
        QVERIFY(other["tokens"] != json["tokens"]);
    }

    /// Delta nets, short convolutions, keys of other layers, layers' own inputs, latents.
    void everyMixerWritesWhatItsFileWrites()
    {
        for (const char* architecture : { "qwen35", "qwen35moe", "lfm2", "gemma4", "gemma4-experts",
                 "gemma4-large", "deepseek2", "mistral4" }) {
            const support::TemporaryFolder folder;
            support::writeTinyArchitecture(architecture, folder.path());
            const QString model = name(folder.path()), file = name(folder / "f32.gguf");
            QCOMPARE(
                run({ "quantize", model, "--type", "F32", "--method", "rtn", "-o", file }).code, 0);
            const Outcome outcome = run({ "generate", file, "--against", model, "--prompt",
                "the cat", "-n", "24", "--json" });
            QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
            const Json json = jsonOf(outcome);
            QVERIFY2(json["match_rate"].get<double>() == 1, architecture);
            QVERIFY2(!json["tokens"].empty(), architecture);
        }
    }

    void aDifferentModelDivergesSomewhere()
    {
        const Workplace place;
        const support::TemporaryFolder folder;
        support::TinyModel other = place.tiny;
        other.seed = 77;
        support::writeTinyModel(other, folder.path());
        support::writeFile(folder / "prompts.txt", "the cat\r\n\nof the\n");
        const Json json = jsonOf(run({ "generate", place.model, "--against", name(folder.path()),
            "--prompts", name(folder / "prompts.txt"), "-n", "8", "--json" }));
        QCOMPARE(json["prompts"].size(), std::size_t(2));
        QCOMPARE(json["prompts"][0]["prompt"].get<std::string>(), std::string("the cat"));
        QVERIFY(json["match_rate"].get<double>() < 1);
        QVERIFY(json["first_divergence"].is_number());
        QVERIFY(json["diverged"].get<int>() >= 1);
    }

    void whatCannotBeContinuedIsSaid()
    {
        const Workplace place;
        QCOMPARE(run({ "generate", place.model, "-n", "3" }).code, 2); // no prompt
        const Outcome minus
            = run({ "generate", place.model, "--prompt", "a", "--temperature", "-1" });
        QCOMPARE(minus.code, 2);
        QVERIFY2(minus.error.contains("found -1, expected 0 or a number above it"),
            qPrintable(minus.error));
        QCOMPARE(run({ "generate", place.model, "--prompt", "a", "--seed", "-1" }).code, 2);
        const Outcome longPrompt
            = run({ "generate", place.model, "--prompt", QString(3000, QChar('a')), "-n", "3" });
        QCOMPARE(longPrompt.code, 3);
        QVERIFY2(
            longPrompt.error.contains("expected fewer than the"), qPrintable(longPrompt.error));
        QVERIFY2(longPrompt.out.isEmpty(), qPrintable(longPrompt.out));
        const support::TemporaryFolder folder;
        support::writeFile(folder / "none.txt", "\n\n");
        const Outcome none
            = run({ "generate", place.model, "--prompts", name(folder / "none.txt"), "-n", "3" });
        QCOMPARE(none.code, 3);
        QVERIFY(none.error.contains("holds no prompt, expected one on each line"));
        support::writeTinyArchitecture("gemma2", folder.path());
        const Outcome other = run({ "generate", place.model, "--against", name(folder.path()),
            "--prompt", "a", "-n", "3" });
        QCOMPARE(other.code, 3);
        QVERIFY2(other.error.contains("is another model than"), qPrintable(other.error));
    }

    void compareMeasuresEachFileAsEvaluateDoes()
    {
        const Workplace place;
        const QString small = name(place.folder / "q4.gguf"),
                      large = name(place.folder / "q8.gguf");
        for (const auto& [type, file] : { std::pair("Q4_K", small), std::pair("Q8_0", large) })
            QCOMPARE(run({ "quantize", place.model, "--type", type, "--method", "rtn", "-o", file })
                         .code,
                0);
        const QStringList text{ "--text", place.text, "--ctx", "32", "--chunks", "4", "--json" };
        const Json json = jsonOf(run(QStringList{ "compare", place.model, small, large } + text));
        QCOMPARE(json["files"].size(), std::size_t(2));
        const Json& first = json["files"][0];
        QCOMPARE(first["path"].get<std::string>(), small.toStdString());
        QCOMPARE(
            first["bytes"].get<std::uint64_t>(), std::filesystem::file_size(small.toStdString()));
        QVERIFY(first["kld_mean"] > json["files"][1]["kld_mean"]);
        const Json alone
            = jsonOf(run(QStringList{ "evaluate", small, "--against", place.model } + text));
        for (const auto& [ours, theirs] :
            { std::pair("kld_mean", "kld_mean"), std::pair("kld_999", "kld_99_9"),
                std::pair("same_top", "top1"), std::pair("perplexity", "perplexity") })
            QCOMPARE(first[ours].get<double>(), alone[theirs].get<double>());
        const Outcome table = run(
            QStringList{ "compare", place.model, small, large } + text.mid(0, text.size() - 1));
        QVERIFY2(table.out.contains("Closest to the original: " + large), qPrintable(table.out));
    }

    void compareHoldsTensorsAgainstEachOtherWithoutAText()
    {
        const Workplace place;
        const QString file = name(place.folder / "q8.gguf");
        QCOMPARE(
            run({ "quantize", place.model, "--type", "Q8_0", "--method", "rtn", "-o", file }).code,
            0);
        const Json json
            = jsonOf(run({ "compare", place.model, file, place.model, "--tensors", "--json" }));
        QVERIFY(json["files"][0]["relative_error"] > 1e-3);
        QVERIFY(json["files"][0]["relative_error"] < 1e-2);
        QCOMPARE(json["files"][1]["relative_error"].get<double>(), 0.0);
        QCOMPARE(json["files"][1]["bytes"].get<std::uint64_t>(), // of a folder, its weights' files
            std::filesystem::file_size(place.model.toStdString() + "/model.safetensors"));
        QCOMPARE(json["files"][0]["tensors"].size(), std::size_t(20));
        QVERIFY(!json["files"][0].contains("kld_mean"));
        const Outcome outcome = run({ "compare", place.model, file, "--tensors" });
        QVERIFY2(outcome.out.contains(" Q8_0\n"), qPrintable(outcome.out));
        QCOMPARE(run({ "compare", place.model, file }).code, 3);
    }

    /// Fused tensors, permuted rows, biases, experts: whatever a file has otherwise than a folder.
    void compareFindsEveryArchitectureInItsOwnFile()
    {
        for (const std::string& architecture : support::tinyArchitectures()) {
            const support::TemporaryFolder folder;
            support::writeTinyArchitecture(architecture, folder.path());
            const QString model = name(folder.path()), file = name(folder / "f16.gguf");
            QCOMPARE(
                run({ "quantize", model, "--type", "F16", "--method", "rtn", "-o", file }).code, 0);
            const Outcome compared = run({ "compare", model, file, "--tensors", "--json" });
            QVERIFY2(compared.code == 0, qPrintable(compared.error));
            const Json json = jsonOf(compared)["files"][0];
            QVERIFY2(json["missing"].empty() && json["added"].empty(), architecture.c_str());
            QVERIFY2(json["relative_error"].get<double>() < 1e-3, architecture.c_str());
            for (const Json& tensor : json["tensors"])
                QVERIFY2(tensor["relative_error"].get<double>() < 2e-3,
                    tensor["name"].get<std::string>().c_str());
        }
    }

    void compareRefusesAnotherModel()
    {
        const Workplace place;
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("gemma2", folder.path());
        const Outcome outcome
            = run({ "compare", place.model, name(folder.path()), "--text", place.text });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("is another model than"), qPrintable(outcome.error));
        QVERIFY(outcome.out.isEmpty());
    }

    void imatrixIsWrittenOnceAndThenTakenFromTheShelf()
    {
        const Workplace place;
        const QString file = name(place.folder / "i.gguf");
        const QStringList command{ "imatrix", place.model, "--calibration", place.text, "--ctx",
            "32", "--chunks", "8", "-o", file };
        const Json json = jsonOf(run(command + QStringList{ "--json" }));
        QCOMPARE(json["chunks"].get<int>(), 8);
        QCOMPARE(json["context"].get<int>(), 32);
        const core::Importance first = core::readImatrix(file.toStdString());
        QCOMPARE(first.size(), std::size_t(14)); // seven matrices of two layers
        const Outcome again = run(command);
        QCOMPARE(again.code, 3);
        QVERIFY2(again.error.contains("exists already"), qPrintable(again.error));
        QCOMPARE(run(command + QStringList{ "--overwrite" }).code, 0);
        QVERIFY(core::readImatrix(file.toStdString()) == first);
        QVERIFY(!std::filesystem::is_empty(m_home->shelf()));
        QCOMPARE(run({ "quantize", place.model, "--type", "Q4_K", "--imatrix", file, "-o",
                         name(place.folder / "o.gguf") })
                     .code,
            0);
    }

    void imatrixNeverReplacesWhatItReads()
    {
        const Workplace place;
        const Outcome outcome = run({ "imatrix", place.model, "--calibration", place.text, "--ctx",
            "32", "-o", place.text, "--overwrite" });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("the calibration text"), qPrintable(outcome.error));
    }
};

QTEST_APPLESS_MAIN(TestCliGenerate)
#include "tst_cligenerate.moc"

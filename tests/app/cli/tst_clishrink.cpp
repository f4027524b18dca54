// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cliprogram.h"

#include <QFileInfo>
#include <QTest>

#include <nlohmann/json.hpp>

#include <optional>

using namespace cliprogram;
using core::Json;

class TestCliShrink : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

    static QStringList shrink(const Workplace& place, const QStringList& more)
    {
        return QStringList{ "shrink", place.model, "--calibration", place.text, "--evaluate",
            place.text, "--ctx", "64", "--sequences", "8", "--chunks", "4" }
        + more;
    }

    static QStringList made(const Workplace& place, const QString& grade)
    {
        return shrink(place, { "--grade", grade, "-o", place.output, "--json" });
    }

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

    void tellsTheChoicesWithoutMakingAny()
    {
        const Workplace place;
        const Outcome outcome = run(shrink(place, { "--json" }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(!json["choices"].empty());
        std::int64_t above = json["original_bytes"];
        for (const Json& choice : json["choices"]) {
            QVERIFY(choice["bytes"] < above);
            QVERIFY(choice["predicted_kld"] > 0);
            QVERIFY(choice["seconds"] > 0);
            QVERIFY(choice["fits"].is_string());
            QVERIFY(choice["rough"].is_boolean());
            above = choice["bytes"];
        }
        const Outcome printed = run(shrink(place, {}));
        QVERIFY2(printed.out.contains("as-good"), qPrintable(printed.out));
        QVERIFY(!QFileInfo::exists(place.output));
    }

    void makesTheFileItToldAndSaysWhetherItIsWorthIt()
    {
        const Workplace place;
        const Json choice = jsonOf(run(shrink(place, { "--json" })))["choices"].front();
        const Outcome outcome
            = run(made(place, QString::fromStdString(choice["grade"].get<std::string>())));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["bytes"] == choice["bytes"]);
        QCOMPARE(QFileInfo(place.output).size(), json["bytes"].get<qint64>());
        QVERIFY(json["predicted_kld"] == choice["predicted_kld"]);
        QVERIFY(json["tensors_verified"] > 10);
        QVERIFY(json["evaluation"]["kld_mean"] > 0);
        QVERIFY(json["measured_grade"].is_string());
        QVERIFY(json["verdict"].get<std::string>().find("smaller") != std::string::npos);
        QVERIFY(json["advice"].is_string());
        QVERIFY(json["recipe"]["method"] == "gptq");
    }

    void comparesWithTheFileItReads()
    {
        Workplace place;
        const QString folder = place.model;
        place.model = name(place.folder / "source.gguf");
        QCOMPARE(
            run({ "quantize", folder, "--type", "F16", "--method", "rtn", "-o", place.model }).code,
            0);
        const Outcome outcome = run(shrink(place, { "--json" }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        const auto bytes = QFileInfo(place.model).size();
        QCOMPARE(json["original_bytes"].get<qint64>(), bytes);
        const Json& choice = json["choices"].front();
        QCOMPARE(choice["saved"].get<double>(),
            1 - double(choice["bytes"].get<qint64>()) / double(bytes));
    }

    void refusesBeforeAnyWorkToReplaceAFile()
    {
        const Workplace place;
        support::writeFile(place.output.toStdString(), "keep me");
        const Outcome outcome = run(made(place, "as-good"));
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("exists already"), qPrintable(outcome.error));
        QCOMPARE(support::readFile(place.output.toStdString()), std::string("keep me"));
    }

    void wantsAGradeAndAFileTogether()
    {
        const Workplace place;
        const Outcome outcome = run(shrink(place, { "--grade", "as-good" }));
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("--output"), qPrintable(outcome.error));
        QCOMPARE(run(shrink(place, { "--grade", "best", "-o", place.output })).code, 2);
    }

    void roundsWithoutATextWhereNoneRunsThroughTheModel()
    {
        const Workplace place;
        support::TinyModel unknown = place.tiny;
        unknown.damage = support::Damage::UnknownArchitecture;
        const auto file = place.folder / "mamba.gguf";
        support::writeTinyGguf(unknown, file);
        const Json choices = jsonOf(run({ "shrink", name(file), "--json" }))["choices"];
        QVERIFY(!choices.empty());
        QVERIFY(choices.front()["rough"] == true);
        const auto grade = choices.front()["grade"].get<std::string>();
        const Outcome outcome = run({ "shrink", name(file), "--grade",
            QString::fromStdString(grade), "-o", place.output, "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QCOMPARE(QFileInfo(place.output).size(), json["bytes"].get<qint64>());
        QVERIFY(!json.contains("verdict"));
        QVERIFY(json["recipe"]["method"] == "rtn");
    }
};

QTEST_GUILESS_MAIN(TestCliShrink)
#include "tst_clishrink.moc"

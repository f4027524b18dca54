// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cliprogram.h"

#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <nlohmann/json.hpp>

#include <optional>

using namespace cliprogram;
using core::Json;

class TestCliRecipe : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

    static QStringList recipe(const Workplace& place, const QStringList& more)
    {
        return QStringList{ "recipe", place.model, "--calibration", place.text, "--ctx", "64",
            "--sequences", "4", "--formats", "Q4_0,Q5_0,Q8_0", "--json" }
        + more;
    }

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

    void whatItFindsIsWhatQuantizeWrites()
    {
        const Workplace place;
        const QString file = name(place.folder.path() / "mix.json");
        const Outcome outcome = run(recipe(place, { "--target-bpw", "6", "-o", file }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["bits_per_weight"].get<double>() <= 6);
        QVERIFY(json["predicted_kld"].get<double>() > 0);
        QVERIFY(json["predicted_kld_error"].get<double>() > 0);
        const QString written = name(place.folder.path() / "mix.gguf");
        const Outcome quantized = run({ "quantize", place.model, "--recipe", file, "--method",
            "importance", "--calibration", place.text, "--ctx", "64", "-o", written, "--json" });
        QVERIFY2(quantized.code == 0, qPrintable(quantized.error));
        QCOMPARE(QFileInfo(written).size(), json["bytes"].get<qint64>());
    }

    void aSizeIsNeverExceeded()
    {
        const Workplace place;
        const auto bytes
            = jsonOf(run(recipe(place, { "--target-bpw", "6" })))["bytes"].get<qint64>();
        const Json found
            = jsonOf(run(recipe(place, { "--target-size", QString::number(bytes - 100) })));
        QVERIFY(found["bytes"].get<qint64>() <= bytes - 100);
        const Outcome small = run(recipe(place, { "--target-size", "1000" }));
        QCOMPARE(small.code, 3);
        QVERIFY2(small.error.contains("No mix fits into"), qPrintable(small.error));
    }

    void swapsAreMeasuredAndStayWithinTheSize()
    {
        const Workplace place;
        const auto bytes
            = jsonOf(run(recipe(place, { "--target-bpw", "6" })))["bytes"].get<qint64>();
        const Outcome outcome
            = run(recipe(place, { "--target-size", QString::number(bytes), "--swaps", "8" }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        QVERIFY(jsonOf(outcome)["bytes"].get<qint64>() <= bytes);
        QVERIFY2(
            outcome.error.contains("tensors in other formats, changed"), qPrintable(outcome.error));
        const Outcome none = run({ "recipe", place.model, "--formats", "Q4_0,Q8_0", "--target-kld",
            "1", "--swaps", "8" });
        QCOMPARE(none.code, 3);
        QVERIFY2(none.error.contains("--swaps: found no --calibration"), qPrintable(none.error));
    }

    void writesWhatLlamaQuantizeReads()
    {
        const Workplace place;
        const QString file = name(place.folder.path() / "types.txt");
        const Outcome outcome = run(recipe(place, { "--target-bpw", "6", "--tensor-types", file }));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        QFile types(file);
        QVERIFY(types.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = types.readAll().trimmed().split('\n');
        QVERIFY(lines.size() > 0);
        for (const QByteArray& line : lines)
            QVERIFY2(line.contains('='), line.constData());
    }

    /// The figures of the weights alone are of one method, whatever the recipe's is.
    void findsARoughMixWithoutAText()
    {
        const Workplace place;
        const QStringList command{ "recipe", place.model, "--formats", "Q4_0,Q8_0", "--json" };
        for (const char* method : { "importance", "rtn", "hqq", "gptq" }) {
            const Outcome outcome
                = run(command + QStringList{ "--target-bpw", "6", "--method", method });
            QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
            const Json json = jsonOf(outcome);
            QVERIFY(json["rough"] == true);
            QVERIFY(json["predicted_kld"] > 0);
            QVERIFY(json["predicted_by"] == "rtn");
            QVERIFY(json["recipe"]["method"] == method);
            const double bits = json["bits_per_weight"];
            QVERIFY2(bits > 5 && bits <= 6, qPrintable(QString::number(bits)));
        }
        const Outcome swaps = run(command + QStringList{ "--target-bpw", "6", "--swaps", "1" });
        QCOMPARE(swaps.code, 3);
        QVERIFY2(swaps.error.contains("--swaps: found no --calibration"), qPrintable(swaps.error));
    }

    void whatIsBeyondTheFormatsIsSaid()
    {
        const Workplace place;
        const QStringList command{ "recipe", place.model, "--formats", "Q4_0,Q8_0", "--json" };
        const Outcome finest = run(command + QStringList{ "--target-bpw", "30" });
        QVERIFY2(finest.code == 0, qPrintable(finest.error));
        QVERIFY2(finest.error.contains("nothing larger is tried"), qPrintable(finest.error));
        const Json json = jsonOf(finest);
        QVERIFY(json.contains("note"));
        for (const QStringList& huge : { QStringList{ "--target-bpw", "4e13" },
                 QStringList{ "--target-bpw", "1e300" }, QStringList{ "--target-size", "1e15" } }) {
            const Outcome outcome = run(command + huge);
            QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
            QVERIFY(jsonOf(outcome)["bytes"] == json["bytes"]);
        }
        const Outcome loss = run(command + QStringList{ "--target-kld", "1e-12" });
        QCOMPARE(loss.code, 3);
        QVERIFY2(loss.error.contains("--target-kld: found 1e-12, expected at least"),
            qPrintable(loss.error));
        QVERIFY(!jsonOf(run(command + QStringList{ "--target-bpw", "6" })).contains("note"));
        for (const QStringList& wrong : { QStringList{ "--target-bpw", "nan" },
                 QStringList{ "--target-kld", "inf" }, QStringList{ "--target-kld", "-1" } })
            QCOMPARE(run(command + wrong).code, 2);
        for (const char* size : { "nan", "inf", "1e300G", "-5" })
            QCOMPARE(run(command + QStringList{ QStringLiteral("--target-size=") + size }).code, 3);
    }

    void neverWritesTwoFilesAtOnePlace()
    {
        const Workplace place;
        const QString file = name(place.folder.path() / "both.json");
        const QString link = name(place.folder.path() / "link.json");
        std::filesystem::create_symlink("both.json", link.toStdString());
        const QString around = name(place.folder.path() / "model" / ".." / "both.json");
        for (const QString& other : { file, link, around }) {
            const Outcome outcome
                = run(recipe(place, { "--target-bpw", "6", "-o", file, "--tensor-types", other }));
            QCOMPARE(outcome.code, 3);
            QVERIFY2(outcome.error.contains("expected the name of another file"),
                qPrintable(outcome.error));
            QVERIFY(!QFileInfo::exists(file));
        }
    }

    void aDeviceThatHasNoRoomIsNamedWithItsContext()
    {
        const Workplace place;
        const QStringList command{ "recipe", place.model, "--formats", "Q4_0,Q8_0", "--context",
            "100000000" };
        const Outcome outcome = run(command + QStringList{ "--fit", "Raspberry Pi 5 (8 GB)" });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("--fit: Raspberry Pi 5 (8 GB) has room for"),
            qPrintable(outcome.error));
        QVERIFY2(
            outcome.error.contains("a context of 100000000 tokens"), qPrintable(outcome.error));
        QCOMPARE(
            run(command + QStringList{ "--target-bpw", "6" }).code, 2); // --context for nothing
    }

    void aDeviceOfTheWindowsSettingsIsKnown()
    {
        const Workplace place;
        std::filesystem::create_directories(m_home->settings().parent_path());
        support::writeFile(m_home->settings(),
            "[General]\nlanguage=en\n\n[ownDevices]\n1\\bytesPerSecond=5000000000\n"
            "1\\memoryBytes=16000000000\n1\\name=\"Mine, old\"\nsize=1\n");
        const QStringList command{ "recipe", place.model, "--formats", "Q4_0,Q8_0", "--fit" };
        const Outcome outcome = run(command + QStringList{ "Mine, old" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        QVERIFY(run(command + QStringList{ "Yours" }).error.contains(", Mine, old"));
    }

    void aLimitThatHoldsForNoTensorIsRefused()
    {
        const Workplace place;
        const Outcome outcome = run({ "recipe", place.model, "--formats", "Q4_0,Q8_0",
            "--target-bpw", "6", "--least", "output=Q8_0" });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("--least: found output, of which the model has no tensor"),
            qPrintable(outcome.error));
    }

    void namesADeviceThatItDoesNotKnow()
    {
        const Workplace place;
        const Outcome outcome = run(recipe(place, { "--fit", "Toaster" }));
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("--fit: found Toaster, expected one of"),
            qPrintable(outcome.error));
    }
};

QTEST_GUILESS_MAIN(TestCliRecipe)
#include "tst_clirecipe.moc"

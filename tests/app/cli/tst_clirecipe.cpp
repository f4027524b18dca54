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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "core/stats/activationstats.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace {

const std::filesystem::path models = QUANTSCOPE_SOURCE_DIR "/../shared/models";

} // namespace

/// Our activation statistics beside what llama.cpp's own llama-imatrix measured.
class TestRealImportance : public QObject {
    Q_OBJECT
private slots:
    void agreesWithLlamaCppsImportanceMatrix()
    {
        if (!std::filesystem::exists(models / "sample-imatrix.gguf"))
            QSKIP("../shared/models/sample-imatrix.gguf is not there");
        const auto checkpoint = core::Checkpoint::open(models / "sample");
        const std::string text = core::readTextFile(models / "sample" / "calibration.txt");
        const auto sequences = core::tokenSequences(checkpoint->tokenizer(), text, 256, 0);
        QCOMPARE(sequences.size(), std::size_t(316));
        const core::Importance ours
            = core::importanceOf(core::activationStats(*checkpoint, sequences, {}), *checkpoint);
        for (const auto& [name, expected] : core::readImatrix(models / "sample-imatrix.gguf")) {
            const auto found = ours.find(name);
            QVERIFY2(found != ours.end(), name.c_str());
            QCOMPARE(found->second.size(), expected.size());
            std::vector<double> deviations;
            for (std::size_t i = 0; i < expected.size(); ++i)
                deviations.push_back(std::abs(double(found->second[i]) / double(expected[i]) - 1));
            std::sort(deviations.begin(), deviations.end());
            const double median = deviations[deviations.size() / 2];
            QVERIFY2(median < 5e-4, name.c_str()); // measured: at most 7e-5
            QVERIFY2(deviations.back() < 5e-3, name.c_str()); // at most 8e-4
        }
    }
};

QTEST_APPLESS_MAIN(TestRealImportance)
#include "tst_realimportance.moc"

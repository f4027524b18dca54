// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/filemix.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"

#include <QTest>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

} // namespace

/// On the bundled sample, with losses told from its weights alone.
class TestFileMix : public QObject {
    Q_OBJECT

    std::shared_ptr<const Checkpoint> m_checkpoint;
    SensitivityTable m_table;
    MixSettings m_settings;

private slots:
    void initTestCase()
    {
        m_checkpoint = Checkpoint::open(sample);
        m_settings.recipe.method = m_settings.figures = Method::RoundToNearest;
        m_settings.formats = usualSensitivityFormats();
        SensitivitySettings settings;
        settings.formats = m_settings.formats;
        settings.method = Method::RoundToNearest;
        m_table = roughSensitivity(*m_checkpoint, settings, {});
    }

    void aMixOfAnySizeIsPredictedToLoseNoMoreThanAPresetThatFits()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        const std::uint64_t least = 2'150'000, most = 4'400'000;
        constexpr int sizes = 20;
        int beside = 0;
        for (int i = 0; i < sizes; ++i) {
            const std::uint64_t bytes = least + (most - least) * std::uint64_t(i) / (sizes - 1);
            const FileMix file = mixForFile(
                *m_checkpoint, search, m_settings.recipe, bytes, MixSearch::Care::Best);
            QVERIFY(file.fileBytes <= bytes);
            QVERIFY2(double(file.fileBytes) >= 0.998 * double(bytes),
                qPrintable(QString::number(file.fileBytes)));
            const auto better = betterPreset(
                *m_checkpoint, m_table, m_settings.recipe, bytes, file.mix.kld * (1 + 1e-9));
            QVERIFY2(!better, better ? better->name.c_str() : "");
            beside += betterPreset(*m_checkpoint, m_table, m_settings.recipe, bytes, 1e9) ? 1 : 0;
        }
        QVERIFY(beside >= 15); // there was something to compare with
    }

    void offersThePresetThatASearchOfFewFormatsLosesTo()
    {
        MixSettings few = m_settings;
        few.formats = { findFormat("Q2_K"), findFormat("Q8_0") };
        const MixSearch search(*m_checkpoint, m_table, few);
        const FileMix file
            = mixForFile(*m_checkpoint, search, few.recipe, 3'000'000, MixSearch::Care::Best);
        const auto better
            = betterPreset(*m_checkpoint, m_table, few.recipe, file.fileBytes, file.mix.kld);
        QVERIFY(better);
        QVERIFY(better->kld < file.mix.kld);
        QVERIFY(better->fileBytes <= file.fileBytes);
        const auto plan = planTensors(
            *m_checkpoint, presetRecipe(better->name, *m_checkpoint, few.recipe.method));
        QCOMPARE(predictedKld(*m_checkpoint, plan, m_table).kld, better->kld);
    }
};

QTEST_GUILESS_MAIN(TestFileMix)
#include "tst_filemix.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quant/foldedrecipe.h"
#include "core/search/mixsearch.h"
#include "core/search/sensitivity.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

} // namespace

/// On the bundled sample, with losses told from its weights alone.
class TestMixSearch : public QObject {
    Q_OBJECT

    std::shared_ptr<const Checkpoint> m_checkpoint;
    SensitivityTable m_table;
    MixSettings m_settings;

    std::vector<PlannedTensor> planOf(const MixSearch::Mix& mix) const
    {
        return planTensors(
            *m_checkpoint, foldedRecipe(*m_checkpoint, mix.formats, m_settings.recipe));
    }

    std::uint64_t bytesOf(const std::vector<PlannedTensor>& plan) const
    {
        std::uint64_t bytes = 0;
        for (std::size_t i = 0; i < plan.size(); ++i)
            bytes += (plannedBytes(plan[i], m_checkpoint->tensors()[i]) + 31) / 32 * 32;
        return bytes;
    }

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

    void aRecipeIsTheMixThatItWasMadeOf()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        const auto mix
            = search.under((search.leastBytes() + search.mostBytes()) / 2, MixSearch::Care::Best);
        const auto again = mixOf(*m_checkpoint, search, planOf(mix));
        QCOMPARE(again.formats, mix.formats);
        QCOMPARE(again.bytes, mix.bytes);
        QCOMPARE(again.kld, mix.kld);
        Recipe other = m_settings.recipe;
        other.format = findFormat("Q4_0");
        QVERIFY_EXCEPTION_THROWN(
            mixOf(*m_checkpoint, search, planTensors(*m_checkpoint, other)), Error);
    }

    void aFoundMixIsAnOrdinaryRecipeOfThatSizeAndLoss()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        for (const double share : { 0.0, 0.1, 0.35, 0.6, 1.0 }) {
            const auto bytes = search.leastBytes()
                + std::uint64_t(share * double(search.mostBytes() - search.leastBytes()));
            for (const auto care : { MixSearch::Care::Quick, MixSearch::Care::Best }) {
                const MixSearch::Mix mix = search.under(bytes, care);
                const auto plan = planOf(mix);
                QVERIFY2(mix.bytes <= bytes && mix.bytes > bytes - bytes / 500,
                    qPrintable(QString("%1 of %2").arg(mix.bytes).arg(bytes)));
                QCOMPARE(bytesOf(plan), mix.bytes);
                const PredictedKld predicted = predictedKld(*m_checkpoint, plan, m_table);
                QCOMPARE(predicted.unknown, 0);
                QVERIFY(std::abs(predicted.kld - mix.kld) <= 1e-12 + 1e-9 * mix.kld);
            }
        }
    }

    void losesLessThanOneFormatForAllAtTheSameSize()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        for (const Format* format : { &formats::q3_K, &formats::q4_K, &formats::q5_K }) {
            Recipe uniform = m_settings.recipe;
            uniform.format = format;
            const auto plan = planTensors(*m_checkpoint, uniform);
            const auto mix = search.under(bytesOf(plan), MixSearch::Care::Best);
            QVERIFY(mix.kld < predictedKld(*m_checkpoint, plan, m_table).kld);
        }
    }

    void isTheSmallestThatLosesNoMoreThanAsked()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        const auto middle
            = search.under((search.leastBytes() + search.mostBytes()) / 2, MixSearch::Care::Best);
        const auto found = search.within(middle.kld);
        QVERIFY(found.kld <= middle.kld);
        QVERIFY(found.bytes <= middle.bytes + middle.bytes / 500);
        QVERIFY(search.within(0).bytes == search.mostBytes());
    }

    void keepsToTheLimitsOfRoles()
    {
        MixSettings settings = m_settings;
        settings.limits[Role::AttnV].least = &formats::q6_K;
        settings.limits[Role::FfnUp].most = &formats::q4_K;
        const MixSearch search(*m_checkpoint, m_table, settings);
        for (const auto bytes : { search.leastBytes(), search.mostBytes() }) {
            const auto mix = search.under(bytes, MixSearch::Care::Best);
            for (std::size_t i = 0; i < mix.formats.size(); ++i) {
                const Role role = m_checkpoint->tensors()[i].place.role;
                if (role == Role::AttnV)
                    QVERIFY(mix.formats[i]->bitsPerWeight() >= 6);
                if (role == Role::FfnUp)
                    QVERIFY(mix.formats[i]->bitsPerWeight() <= 4.5);
            }
        }
    }

    /// A limit is one of what is stored: rows of 64 weights make Q5_0 of Q4_K.
    void limitsHoldForWhatRowsFallBackTo()
    {
        const support::TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        const auto model = Checkpoint::open(folder.path());
        SensitivitySettings wanted;
        wanted.formats = m_settings.formats;
        const SensitivityTable table = roughSensitivity(*model, wanted, {});
        MixSettings settings = m_settings;
        settings.limits[Role::FfnGate].most = &formats::q4_K;
        const MixSearch search(*model, table, settings);
        const auto mix = search.under(search.mostBytes(), MixSearch::Care::Best);
        const auto plan = planTensors(*model, foldedRecipe(*model, mix.formats, settings.recipe));
        for (std::size_t i = 0; i < plan.size(); ++i)
            if (model->tensors()[i].place.role == Role::FfnGate)
                QCOMPARE(std::string(plan[i].format->name), std::string("IQ4_NL"));
    }

    void takesMoreBytesThanAnyMixHas()
    {
        const MixSearch search(*m_checkpoint, m_table, m_settings);
        for (const auto care : { MixSearch::Care::Quick, MixSearch::Care::Best })
            QCOMPARE(search.under(~std::uint64_t(0), care).formats,
                search.under(search.mostBytes(), care).formats);
    }

    void saysWhichTensorHasNoFormatThatIsAllowed()
    {
        MixSettings settings = m_settings;
        settings.limits[Role::AttnV].least = &formats::q6_K;
        settings.formats = { &formats::q4_K };
        try {
            MixSearch(*m_checkpoint, m_table, settings);
            QFAIL("nothing was said");
        } catch (const Error& error) {
            QVERIFY2(
                std::string(error.what()).starts_with("Tensor blk.0.attn_v.weight:"), error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestMixSearch)
#include "tst_mixsearch.moc"

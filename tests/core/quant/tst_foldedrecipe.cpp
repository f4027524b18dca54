// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quant/foldedrecipe.h"
#include "core/quant/tensortypes.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <random>

using namespace core;

class TestFoldedRecipe : public QObject {
    Q_OBJECT

    support::TemporaryFolder m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;

    std::vector<const Format*> wanted(const Recipe& recipe) const
    {
        std::vector<const Format*> formats;
        for (const PlannedTensor& planned : planTensors(*m_checkpoint, recipe))
            formats.push_back(
                m_checkpoint->tensors()[formats.size()].isMatrix() ? planned.format : nullptr);
        return formats;
    }

    std::string errorOf(const std::string& written) const
    {
        try {
            withTensorTypes({}, written, "types.txt", *m_checkpoint);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

private slots:
    void initTestCase()
    {
        support::TinyModel model;
        model.hidden = 256;
        model.headSize = 64;
        model.feedForward = 512;
        model.layers = 12;
        support::writeTinyModel(model, m_folder.path());
        m_checkpoint = Checkpoint::open(m_folder.path());
    }

    void everyTensorGetsWhatItWasToGet()
    {
        std::mt19937 random(3);
        const std::vector<const Format*> choices{ &formats::q4_K, &formats::q5_K, &formats::q6_K };
        for (int round = 0; round < 20; ++round) {
            std::vector<const Format*> formats;
            for (const Tensor& tensor : m_checkpoint->tensors())
                formats.push_back(tensor.isMatrix() ? choices[random() % choices.size()] : nullptr);
            QCOMPARE(wanted(foldedRecipe(*m_checkpoint, formats, {})), formats);
        }
    }

    void foldsLayersAndRolesThatAgree()
    {
        std::vector<const Format*> formats;
        for (const Tensor& tensor : m_checkpoint->tensors()) {
            const bool isFine
                = (tensor.place.role == Role::AttnV || tensor.place.role == Role::FfnDown)
                && (tensor.place.layer == 0
                    || (tensor.place.layer >= 3 && tensor.place.layer <= 5));
            formats.push_back(!tensor.isMatrix() ? nullptr
                    : isFine                     ? &formats::q6_K
                                                 : &formats::q4_K);
        }
        const Recipe recipe = foldedRecipe(*m_checkpoint, formats, {});
        QCOMPARE(recipe.format, &formats::q4_K);
        QCOMPARE(recipe.rules.size(), std::size_t(1));
        QCOMPARE(recipe.rules[0].roles, (std::vector{ Role::AttnV, Role::FfnDown }));
        QCOMPARE(recipe.rules[0].layers, (LayerRanges{ { 0, 0 }, { 3, 5 } }));
    }

    void tensorTypesComeBackAsTheyWere()
    {
        Recipe recipe;
        recipe.format = &formats::q4_K;
        recipe.rules = { { { Role::AttnV }, { { 2, 7 } }, {}, &formats::q6_K },
            { {}, {}, "token_embd*", &formats::q8_0 } };
        const auto plan = planTensors(*m_checkpoint, recipe);
        const std::string written = tensorTypes(*m_checkpoint, plan);
        QVERIFY(written.find("^blk\\.2\\.attn_v\\.weight$=q6_k\n") != std::string::npos);
        QCOMPARE(wanted(withTensorTypes({}, written, "types.txt", *m_checkpoint)), wanted(recipe));
    }

    void theFirstPatternThatIsFoundDecidesAndTheRecipeElsewhere()
    {
        Recipe recipe;
        recipe.format = &formats::q5_K;
        const Recipe read
            = withTensorTypes(recipe, "attn_v=Q8_0 blk\\.(0|1)\\.attn_[qk]=q6_k\n\tATTN_Q=q4_0\n",
                "types.txt", *m_checkpoint);
        const auto plan = planTensors(*m_checkpoint, read);
        const auto formatOf = [&](Role role, int layer) {
            return plannedAt(*m_checkpoint, plan, { role, layer }).format;
        };
        QCOMPARE(formatOf(Role::AttnV, 1), &formats::q8_0);
        QCOMPARE(formatOf(Role::AttnQ, 1), &formats::q6_K);
        QCOMPARE(formatOf(Role::AttnQ, 2), &formats::q4_0);
        QCOMPARE(formatOf(Role::AttnK, 2), &formats::q5_K);
    }

    void refusesWordsThatSayNothing()
    {
        QCOMPARE(errorOf("attn_q"), "types.txt: found attn_q, expected PATTERN=TYPE");
        QVERIFY(errorOf("attn_q=q9").starts_with("types.txt: attn_q=q9: there is no type q9"));
        QVERIFY(errorOf("attn_(q=q8_0").find("attn_(q") != std::string::npos);
        QCOMPARE(errorOf("attn_q=q8_0 attn_q=q4_0"),
            "types.txt: attn_q=q4_0: no matrix of the model has such a name that is not decided "
            "before");
    }
};

QTEST_GUILESS_MAIN(TestFoldedRecipe)
#include "tst_foldedrecipe.moc"

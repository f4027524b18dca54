// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture.h"

#include <QTest>

#include <algorithm>

using core::LinearInput;
using core::Place;
using core::Role;

class TestRole : public QObject {
    Q_OBJECT
private slots:
    void namesEveryPlaceAndFindsItAgain()
    {
        for (int i = 0; i < int(Role::OtherMatrix); ++i) {
            const Role role = Role(i);
            QCOMPARE(core::findRole(core::roleName(role)), std::optional(role));
            const bool inLayer = core::ggufName({ role, 7 }).starts_with("blk.7.");
            const Place place{ role, inLayer ? 7 : -1 };
            QCOMPARE(core::findPlace(core::ggufName(place)), std::optional(place));
        }
    }

    void knowsTheNamesOfBothWorlds()
    {
        QCOMPARE(core::ggufName({ Role::AttnK, 2 }), std::string("blk.2.attn_k.weight"));
        QCOMPARE(core::ggufName({ Role::TokenEmbd }), std::string("token_embd.weight"));
        QCOMPARE(core::ggufName({ Role::AttnQBias, 0 }), std::string("blk.0.attn_q.bias"));
        QCOMPARE(core::ggufName({ Role::SsmA, 0 }), std::string("blk.0.ssm_a"));
        QCOMPARE(core::layerOfName("blk.12.anything"), 12);
        QCOMPARE(core::layerOfName("token_embd.weight"), -1);
        const core::Architecture& llama = *core::findArchitecture("llama");
        const auto placeOf = [&](const char* name) {
            const auto found = core::findHuggingFacePlaces(llama, name);
            return found.size() == 1 ? std::optional(found.front().place) : std::nullopt;
        };
        QCOMPARE(placeOf("model.layers.12.self_attn.k_proj.weight"),
            std::optional(Place{ Role::AttnK, 12 }));
        QCOMPARE(placeOf("model.layers.0.post_attention_layernorm.weight"),
            std::optional(Place{ Role::FfnNorm, 0 }));
        QCOMPARE(placeOf("model.embed_tokens.weight"), std::optional(Place{ Role::TokenEmbd }));
        QCOMPARE(placeOf("lm_head.weight"), std::optional(Place{ Role::Output }));
    }

    void everyArchitecturesNamesLeadBackToTheirPlaces()
    {
        for (const core::Architecture* architecture : core::architectures())
            for (int i = 0; i < int(Role::OtherMatrix); ++i) {
                const Place place{ Role(i),
                    core::ggufName({ Role(i), 7 }).starts_with("blk.7.") ? 7 : -1 };
                const std::string name = core::huggingFaceName(*architecture, place);
                if (name.empty())
                    continue;
                const auto found = core::findHuggingFacePlaces(*architecture, name);
                QVERIFY2(std::ranges::any_of(found,
                             [&](const core::HuggingPlace& one) { return one.place == place; }),
                    name.c_str());
            }
        const auto head = core::findHuggingFacePlaces(*core::findArchitecture("stablelm"),
            "model.layers.2.self_attn.q_layernorm.norms.11.weight");
        QCOMPARE(head.size(), std::size_t(1));
        QCOMPARE(head.front().part, 11);
        QCOMPARE(head.front().place, (Place{ Role::AttnQNorm, 2 }));
        const auto halves = core::findHuggingFacePlaces(
            *core::findArchitecture("qwen3moe"), "model.layers.1.mlp.experts.gate_up_proj");
        QCOMPARE(halves.size(), std::size_t(2));
        QCOMPARE(halves[1].place, (Place{ Role::FfnUpExps, 1 }));
    }

    void findsNoPlaceForOtherNames()
    {
        for (const char* name :
            { "", ".weight", "blk.2.attn_k.scale", "blk.2.attn_k", "blk..attn_k.weight",
                "blk.-1.attn_k.weight", "blk.02.attn_k.weight", "blk.2.token_embd.weight",
                "attn_k.weight", "model.layers.2.attn_k.weight", "blk.99999999999.attn_k.weight",
                "blk.2.self_attn.k_proj.weight", "model.layers.3..weight", "blk.3",
                "model.layers.0.self_attn.rotary_emb.inv_freq", "other", "model.layers.3." }) {
            QVERIFY2(!core::findPlace(name), name);
            for (const core::Architecture* architecture : core::architectures())
                QVERIFY2(core::findHuggingFacePlaces(*architecture, name).empty(), name);
        }
    }

    void saysWhatLinearLayersRead()
    {
        for (const Role role : core::layerMatrixRoles()) {
            QVERIFY(core::isMatrix(role));
            const auto input = core::findInput(role);
            if (!input)
                continue; // experts, as yet
            const auto roles = core::rolesOf(*input);
            QVERIFY(std::find(roles.begin(), roles.end(), role) != roles.end());
        }
        QCOMPARE(core::inputOf(Role::AttnV), LinearInput::Attention);
        QCOMPARE(core::inputOf(Role::FfnUp), LinearInput::FeedForward);
        QCOMPARE(core::inputOf(Role::TokenEmbd), LinearInput::Head);
        QVERIFY(!core::isMatrix(Role::AttnNorm));
        QVERIFY(!core::isMatrix(Role::RopeFreqs));
        QVERIFY(core::isMatrix(Role::Output));
    }
};

QTEST_APPLESS_MAIN(TestRole)
#include "tst_role.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/role.h"

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
        for (int i = 0; i <= int(Role::RopeFreqs); ++i) {
            const Role role = Role(i);
            QCOMPARE(core::findRole(core::roleName(role)), std::optional(role));
            const bool inLayer = core::ggufName({ role, 7 }).starts_with("blk.7.");
            const Place place{ role, inLayer ? 7 : -1 };
            QCOMPARE(core::findPlace(core::ggufName(place)), std::optional(place));
            if (role != Role::RopeFreqs)
                QCOMPARE(core::findPlace(core::huggingFaceName(place)), std::optional(place));
        }
    }

    void knowsTheNamesOfBothWorlds()
    {
        QCOMPARE(core::ggufName({ Role::AttnK, 2 }), std::string("blk.2.attn_k.weight"));
        QCOMPARE(core::ggufName({ Role::TokenEmbd }), std::string("token_embd.weight"));
        QCOMPARE(core::findPlace("model.layers.12.self_attn.k_proj.weight"),
            std::optional(Place{ Role::AttnK, 12 }));
        QCOMPARE(core::findPlace("model.layers.0.post_attention_layernorm.weight"),
            std::optional(Place{ Role::FfnNorm, 0 }));
        QCOMPARE(
            core::findPlace("model.embed_tokens.weight"), std::optional(Place{ Role::TokenEmbd }));
        QCOMPARE(core::findPlace("lm_head.weight"), std::optional(Place{ Role::Output }));
    }

    void findsNoPlaceForOtherNames()
    {
        for (const char* name :
            { "", ".weight", "blk.2.attn_k.bias", "blk.2.attn_k", "blk..attn_k.weight",
                "blk.-1.attn_k.weight", "blk.02.attn_k.weight", "blk.2.token_embd.weight",
                "attn_k.weight", "model.layers.2.attn_k.weight", "blk.99999999999.attn_k.weight",
                "blk.2.self_attn.k_proj.weight", "model.layers.3..weight", "blk.3",
                "model.layers.0.self_attn.rotary_emb.inv_freq" })
            QVERIFY2(!core::findPlace(name), name);
    }

    void saysWhatLinearLayersRead()
    {
        for (const Role role : core::layerMatrixRoles()) {
            QVERIFY(core::isMatrix(role));
            const auto roles = core::rolesOf(core::inputOf(role));
            QVERIFY(std::find(roles.begin(), roles.end(), role) != roles.end());
        }
        QCOMPARE(core::layerMatrixRoles().size(), std::size_t(7));
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

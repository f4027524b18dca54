// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quant/plan.h"
#include "tests/support/llamaroles.h"
#include "tests/support/tinymodel.h"
#include "tests/support/tinynames.h"

#include <QtTest>

using namespace core;

namespace {

std::shared_ptr<const Checkpoint> opened(const support::TinyModel& model)
{
    static std::vector<std::unique_ptr<QTemporaryDir>> folders;
    folders.push_back(std::make_unique<QTemporaryDir>());
    const std::filesystem::path folder = folders.back()->path().toStdString();
    support::writeTinyModel(model, folder);
    return Checkpoint::open(folder);
}

support::TinyModel wideModel()
{
    support::TinyModel model;
    model.hidden = 256;
    model.headSize = 64; // so that rows are multiples of 256 everywhere
    model.feedForward = 512;
    model.layers = 16;
    return model;
}

PlannedTensor planned(const std::vector<PlannedTensor>& plan, Place place)
{
    return *std::ranges::find(plan, place, &PlannedTensor::place);
}

std::string formatsOf(const std::vector<PlannedTensor>& plan, Role role)
{
    std::string names;
    for (const PlannedTensor& tensor : plan)
        if (tensor.place.role == role)
            names.append(names.empty() ? "" : " ").append(tensor.format->name);
    return names;
}

Recipe gptqRecipe(const Format* format)
{
    Recipe recipe;
    recipe.format = format;
    recipe.method = Method::Gptq;
    return recipe;
}

} // namespace

class TestPlan : public QObject {
    Q_OBJECT

private slots:
    void plansEveryTensorInOrder();
    void vectorsStayF32();
    void theFirstRuleThatSaysSoWins();
    void formatAndMethodComeFromDifferentRules();
    void rulesThatDecideNothingAreIdle();
    void layersChooseOnlyLayers();
    void namesMayHaveWildcards();
    void rowsThatDoNotFitFallBack();
    void studyFormatsBecomeThoseOfTheRows();
    void aTensorOfTheSameFormatIsKept();
    void withoutAFormatEverythingIsKept();
    void theEmbeddingReadsNoActivations();
    void formatsWithoutImportanceAreRoundedToNearest();
    void takesTheCloserEncoderWhereItIsQuick();
    void pureFormatsKeepTheEmbeddingAtEightBits();
    void mixesGiveMoreBitsToDelicateLayers();
    void mixesDependOnGroupedQueriesAndTheHead();
    void mixesReadTheNamesOfAnyArchitecture();
    void refusesAnUnknownPreset();
    void everyPresetFitsEveryModel();
};

void TestPlan::plansEveryTensorInOrder()
{
    const auto checkpoint = opened({});
    const auto plan = planTensors(*checkpoint, gptqRecipe(&formats::q4_0));
    QCOMPARE(plan.size(), checkpoint->tensors().size());
    for (std::size_t i = 0; i < plan.size(); ++i)
        QVERIFY(plan[i].place == checkpoint->tensors()[i].place);
}

void TestPlan::vectorsStayF32()
{
    support::TinyModel model;
    model.format = &formats::bf16;
    const auto checkpoint = opened(model);
    Recipe recipe = gptqRecipe(&formats::q4_0);
    recipe.rules.push_back({ .roles = { Role::AttnNorm }, .format = &formats::q8_0 });
    const PlannedTensor norm = planned(planTensors(*checkpoint, recipe), { Role::AttnNorm, 0 });
    QCOMPARE(norm.format, &formats::f32);
    QCOMPARE(norm.method, Method::RoundToNearest);
    QVERIFY(!norm.keeps && !norm.fellBack());
}

void TestPlan::theFirstRuleThatSaysSoWins()
{
    Recipe recipe = gptqRecipe(&formats::q4_0);
    recipe.rules.push_back({ .roles = { Role::AttnV }, .format = &formats::q5_0 });
    recipe.rules.push_back({ .roles = { Role::AttnV, Role::AttnK }, .format = &formats::q8_0 });
    const auto plan = planTensors(*opened({}), recipe);
    QCOMPARE(planned(plan, { Role::AttnV, 1 }).format, &formats::q5_0);
    QCOMPARE(planned(plan, { Role::AttnK, 1 }).format, &formats::q8_0);
    QCOMPARE(planned(plan, { Role::AttnQ, 1 }).format, &formats::q4_0);
}

void TestPlan::formatAndMethodComeFromDifferentRules()
{
    Recipe recipe = gptqRecipe(&formats::q4_0);
    recipe.rules.push_back({ .roles = { Role::AttnV }, .method = Method::RoundToNearest });
    recipe.rules.push_back({ .roles = { Role::AttnV }, .format = &formats::q5_0 });
    const PlannedTensor v = planned(planTensors(*opened({}), recipe), { Role::AttnV, 0 });
    QCOMPARE(v.format, &formats::q5_0);
    QCOMPARE(v.method, Method::RoundToNearest);
}

void TestPlan::rulesThatDecideNothingAreIdle()
{
    Recipe recipe = gptqRecipe(&formats::q4_0);
    recipe.rules.push_back({ .roles = { Role::AttnV }, .format = &formats::q5_0 });
    recipe.rules.push_back({ .name = "no.such.tensor", .format = &formats::q8_0 });
    recipe.rules.push_back({ .roles = { Role::AttnNorm }, .format = &formats::q8_0 });
    recipe.rules.push_back({ .name = "*attn_v*", .format = &formats::q8_0 });
    recipe.rules.push_back({ .name = "*attn_v*", .method = Method::RoundToNearest });
    recipe.rules.push_back({ .format = &formats::q8_0 });
    QCOMPARE(idleRules(*opened({}), recipe), (std::vector<std::size_t>{ 1, 2, 3 }));
    recipe.rules.clear();
    QVERIFY(idleRules(*opened({}), recipe).empty());
}

void TestPlan::layersChooseOnlyLayers()
{
    Recipe recipe = gptqRecipe(&formats::q4_0);
    recipe.rules.push_back({ .layers = { { 1, 1 } }, .format = &formats::q8_0 });
    recipe.rules.push_back({ .layers = { { {}, 0 } }, .format = &formats::q5_0 });
    const auto plan = planTensors(*opened({}), recipe);
    QCOMPARE(formatsOf(plan, Role::FfnUp), std::string("Q5_0 Q8_0"));
    QCOMPARE(formatsOf(plan, Role::TokenEmbd), std::string("Q4_0"));
}

void TestPlan::namesMayHaveWildcards()
{
    const auto checkpoint = opened({});
    const auto chosen = [&](const char* pattern) {
        Recipe recipe = gptqRecipe(&formats::q4_0);
        recipe.rules.push_back({ .name = pattern, .format = &formats::q8_0 });
        std::string names;
        for (const PlannedTensor& tensor : planTensors(*checkpoint, recipe))
            if (tensor.format == &formats::q8_0)
                names.append(names.empty() ? "" : " ").append(ggufName(tensor.place));
        return names;
    };
    QCOMPARE(chosen("blk.1.attn_q.weight"), std::string("blk.1.attn_q.weight"));
    QCOMPARE(chosen("blk.?.attn_q*"), std::string("blk.0.attn_q.weight blk.1.attn_q.weight"));
    QCOMPARE(chosen("*_embd*"), std::string("token_embd.weight"));
    QCOMPARE(chosen("blk.0.ffn_*n.w*t"), std::string("blk.0.ffn_down.weight"));
    QCOMPARE(chosen("attn_q"), std::string());
    QCOMPARE(chosen("*attn_q"), std::string());
}

void TestPlan::rowsThatDoNotFitFallBack()
{
    const auto checkpoint = opened({}); // rows of 64 and 128
    const auto after = [&](const Format* format) {
        return planned(planTensors(*checkpoint, gptqRecipe(format)), { Role::AttnQ, 0 });
    };
    QCOMPARE(after(&formats::q2_K).format, &formats::q4_0);
    QCOMPARE(after(&formats::q4_K).format, &formats::q5_0);
    QCOMPARE(after(&formats::q6_K).format, &formats::q8_0);
    QVERIFY(after(&formats::q4_K).fellBack());
    QCOMPARE(after(&formats::q4_K).wanted, &formats::q4_K);
    QCOMPARE(after(&formats::q4_K).method, Method::Gptq);
    QVERIFY(!after(&formats::q4_0).fellBack());
    QCOMPARE(fallbackFormat(&formats::q4_0, 48), &formats::f16);
    QCOMPARE(fallbackFormat(&formats::q4_K, 48), &formats::f16);
    QCOMPARE(fallbackFormat(&formats::f32, 48), &formats::f32);
    const Tensor& tensor = *checkpoint->find({ Role::AttnQ, 0 });
    QCOMPARE(fallbackText(after(&formats::q4_K), tensor),
        std::string("rows of 64 do not fit Q4_K (256), stored as Q5_0"));
}

void TestPlan::studyFormatsBecomeThoseOfTheRows()
{
    const auto checkpoint = opened({}); // rows of 64 and 128
    const auto after = [&](const char* name, Role role) {
        const Recipe recipe = presetRecipe(name, *checkpoint, Method::Gptq);
        return planned(
            planTensors(*checkpoint, recipe), { role, role == Role::TokenEmbd ? -1 : 0 });
    };
    const PlannedTensor channel = after("INT4_SYM_CHANNEL", Role::FfnDown);
    QCOMPARE(channel.format->name, std::string_view("INT4_SYM_CHANNEL"));
    QCOMPARE(channel.format->blockSize, 128);
    QVERIFY(!channel.fellBack());
    QCOMPARE(channel.method, Method::Gptq);
    QCOMPARE(after("INT4_SYM_CHANNEL", Role::AttnQ).format->blockSize, 64);
    QCOMPARE(after("INT4_SYM_CHANNEL", Role::TokenEmbd).format, &formats::q8_0);
    QCOMPARE(after("FP8_E4M3", Role::AttnQ).method, Method::RoundToNearest); // it has no grid
    const PlannedTensor group = after("INT4_ASYM_G48", Role::AttnQ);
    QVERIFY(group.fellBack());
    QCOMPARE(fallbackText(group, *checkpoint->find({ Role::AttnQ, 0 })),
        std::string("rows of 64 do not fit INT4_ASYM_G48 (48), stored as "
                    "INT4_ASYM_CHANNEL"));
    QCOMPARE(after("NF4_G48", Role::AttnQ).format, &formats::f16);
    const auto plan = planTensors(*checkpoint, presetRecipe("INT2_SYM_G32", *checkpoint, {}));
    QVERIFY(hasStudyFormat(plan));
    QVERIFY(!hasStudyFormat(planTensors(*checkpoint, gptqRecipe(&formats::q4_0))));
}

void TestPlan::aTensorOfTheSameFormatIsKept()
{
    support::TinyModel model;
    model.format = &formats::f16;
    const auto plan = planTensors(*opened(model), gptqRecipe(&formats::f16));
    const PlannedTensor q = planned(plan, { Role::AttnQ, 0 });
    QVERIFY(q.keeps);
    QCOMPARE(q.method, Method::RoundToNearest);
}

void TestPlan::withoutAFormatEverythingIsKept()
{
    for (const PlannedTensor& tensor : planTensors(*opened({}), Recipe()))
        QVERIFY(tensor.keeps);
}

void TestPlan::theEmbeddingReadsNoActivations()
{
    support::TinyModel model;
    model.isTied = false;
    const auto plan = planTensors(*opened(model), gptqRecipe(&formats::q4_0));
    QCOMPARE(planned(plan, { Role::TokenEmbd }).method, Method::RoundToNearest);
    QCOMPARE(planned(plan, { Role::Output }).method, Method::Importance);
    QCOMPARE(planned(plan, { Role::FfnDown, 1 }).method, Method::Gptq);
}

void TestPlan::formatsWithoutImportanceAreRoundedToNearest()
{
    Recipe recipe = gptqRecipe(&formats::q8_0);
    recipe.method = Method::Importance;
    QCOMPARE(planned(planTensors(*opened({}), recipe), { Role::AttnQ, 0 }).method,
        Method::RoundToNearest);
    recipe.format = &formats::f16;
    recipe.method = Method::Gptq;
    QCOMPARE(planned(planTensors(*opened({}), recipe), { Role::AttnQ, 0 }).method,
        Method::RoundToNearest);
}

void TestPlan::takesTheCloserEncoderWhereItIsQuick()
{
    Recipe recipe = gptqRecipe(&formats::q4_0);
    const auto encoderOf = [&](const Format* format, Method method) {
        recipe.format = format;
        recipe.method = method;
        return planned(planTensors(*opened({}), recipe), { Role::AttnQ, 0 }).encoder;
    };
    QCOMPARE(encoderOf(&formats::q4_0, Method::Importance), Encoder::Closest);
    QCOMPARE(encoderOf(&formats::q4_0, Method::RoundToNearest), Encoder::Ggml);
    QCOMPARE(encoderOf(&formats::iq4_NL, Method::RoundToNearest), Encoder::Closest);
    // What GPTQ leaves to importance must not be worse than importance-weighted rounding.
    QCOMPARE(encoderOf(&formats::q4_0, Method::Gptq), Encoder::Closest);
    QCOMPARE(encoderOf(&formats::q8_0, Method::Importance), Encoder::Ggml); // has no other
    recipe.encoder = Encoder::Ggml;
    QCOMPARE(encoderOf(&formats::q4_0, Method::Importance), Encoder::Ggml);
}

void TestPlan::pureFormatsKeepTheEmbeddingAtEightBits()
{
    const auto checkpoint = opened(wideModel());
    for (const char* name : { "Q2_K", "Q4_0", "Q8_0", "F16" }) {
        const auto plan
            = planTensors(*checkpoint, presetRecipe(name, *checkpoint, Method::Importance));
        for (const Role role : support::llamaMatrices)
            QCOMPARE(planned(plan, { role, 3 }).format, findFormat(name));
        const auto embedding = planned(plan, { Role::TokenEmbd });
        QCOMPARE(
            embedding.format, std::string_view(name) == "F16" ? &formats::f16 : &formats::q8_0);
    }
}

void TestPlan::mixesGiveMoreBitsToDelicateLayers()
{
    const auto names = presetNames();
    if (std::ranges::find(names, "Q4_K_M") == names.end())
        QSKIP("the mixes need Q3_K and Q5_K, which this build has not");
    const auto checkpoint = opened(wideModel());
    const auto planOf = [&](const char* mix) {
        return planTensors(*checkpoint, presetRecipe(mix, *checkpoint, Method::Gptq));
    };
    // 16 layers: the first two, the last two, and every third from the fifth on.
    const std::string delicate = "Q6_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K "
                                 "Q6_K Q6_K Q6_K";
    QCOMPARE(formatsOf(planOf("Q4_K_M"), Role::AttnV), delicate);
    QCOMPARE(formatsOf(planOf("Q4_K_M"), Role::FfnDown), delicate);
    QCOMPARE(planned(planOf("Q4_K_M"), { Role::AttnQ, 0 }).format, &formats::q4_K);
    QCOMPARE(planned(planOf("Q4_K_M"), { Role::TokenEmbd }).format, &formats::q6_K);
    QVERIFY(formatsOf(planOf("Q4_K_S"), Role::AttnV).starts_with("Q5_K Q5_K Q5_K Q5_K Q4_K"));
    QVERIFY(formatsOf(planOf("Q4_K_S"), Role::FfnDown).starts_with("Q5_K Q5_K Q4_K"));
    QVERIFY(formatsOf(planOf("Q3_K_M"), Role::AttnV).starts_with("Q5_K Q5_K Q4_K"));
    QVERIFY(formatsOf(planOf("Q3_K_M"), Role::FfnDown).starts_with("Q5_K Q4_K Q4_K"));
    QVERIFY(formatsOf(planOf("Q3_K_M"), Role::AttnOutput).starts_with("Q4_K Q4_K"));
}

void TestPlan::mixesDependOnGroupedQueriesAndTheHead()
{
    const auto names = presetNames();
    if (std::ranges::find(names, "Q2_K_M") == names.end())
        QSKIP("the mixes need Q3_K and Q5_K, which this build has not");
    support::TinyModel model = wideModel();
    model.layers = 2;
    model.isTied = false;
    const auto planOf = [](const support::TinyModel& shape) {
        const auto checkpoint = opened(shape);
        return planTensors(*checkpoint, presetRecipe("Q2_K_M", *checkpoint, Method::Importance));
    };
    QCOMPARE(formatsOf(planOf(model), Role::AttnV), std::string("Q3_K Q3_K"));
    QCOMPARE(formatsOf(planOf(model), Role::TokenEmbd), std::string("Q2_K"));
    QCOMPARE(formatsOf(planOf(model), Role::Output), std::string("Q6_K"));
    model.keyValueHeads = 1; // four heads
    QCOMPARE(formatsOf(planOf(model), Role::AttnV), std::string("Q4_K Q4_K"));
    QCOMPARE(formatsOf(planOf({}), Role::TokenEmbd), std::string("Q8_0")); // rows of 64
}

void TestPlan::mixesReadTheNamesOfAnyArchitecture()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("jamba.gguf").toStdString();
    support::TinyNames jamba; // state spaces, attention in the second layer, experts from it on
    jamba.architecture = "jamba";
    jamba.experts = 8;
    support::writeTinyNames(jamba, file);
    const auto checkpoint = Checkpoint::open(file);
    const Recipe recipe = presetRecipe("Q4_K_M", *checkpoint, Method::Importance);
    const auto plan = planTensors(*checkpoint, recipe);
    const auto formatOf = [&](const char* name) {
        return plan[checkpoint->indexOf(checkpoint->find(name)->place)].format;
    };
    QCOMPARE(formatOf("output.weight"), &formats::q6_K);
    QCOMPARE(formatOf("token_embd.weight"), &formats::q4_K);
    QCOMPARE(formatOf("blk.0.ssm_in.weight"), &formats::q4_K);
    QCOMPARE(formatOf("blk.0.ssm_conv1d.weight"), &formats::f32);
    QCOMPARE(formatOf("blk.1.attn_v.weight"), &formats::q8_0);
    QCOMPARE(formatOf("blk.1.attn_k.weight"), &formats::q8_0);
    QCOMPARE(formatOf("blk.1.attn_output.weight"), &formats::q5_K);
    QCOMPARE(formatOf("blk.1.ffn_gate_inp.weight"), &formats::f32);
    QCOMPARE(formatOf("blk.1.ffn_down_exps.weight"), &formats::q4_K);
    QCOMPARE(formatOf("blk.2.ffn_down_exps.weight"), &formats::q6_K);
    QVERIFY(idleRules(*checkpoint, recipe).empty());
}

void TestPlan::refusesAnUnknownPreset()
{
    const auto checkpoint = opened({});
    try {
        (void)presetRecipe("Q9_K", *checkpoint, Method::Gptq);
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(
            std::string(error.what()).starts_with("unknown type \"Q9_K\", expected one of F32"));
    }
}

void TestPlan::everyPresetFitsEveryModel()
{
    for (const auto& checkpoint : { opened({}), opened(wideModel()) })
        for (const std::string& name : presetNames()) {
            const Recipe recipe = presetRecipe(name, *checkpoint, Method::Gptq);
            QCOMPARE(recipe.name, name);
            const auto plan = planTensors(*checkpoint, recipe);
            for (std::size_t i = 0; i < plan.size(); ++i)
                QVERIFY(plan[i].format->fits(std::size_t(checkpoint->tensors()[i].columns)));
        }
}

QTEST_GUILESS_MAIN(TestPlan)
#include "tst_plan.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/walk.h"
#include "core/quant/inputimportance.h"
#include "core/rounding/encode.h"
#include "core/rounding/hqq.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinymodel.h"

#include <QtTest>

using namespace core;
using namespace smallrun;

class TestQuantize : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void reportsEveryMatrixInOrder();
    void roundsToNearestWithoutText_data();
    void roundsToNearestWithoutText();
    void roundsByTheImportanceOfTheOriginalModel_data();
    void roundsByTheImportanceOfTheOriginalModel();
    void takesAnImportanceMatrix();
    void gptqBeatsImportanceInEveryTensor();
    void mixesMethods();
    void vectorsBecomeF32Unchanged();
    void keepsWhatHasItsFormat();
    void saysWhatIsMissing();
    void roundsWhatAnImatrixLacksWithoutImportance();
    void refusesWeightsThatAreNotFinite();
    void isTheSameForAnyNumberOfProcessors();
    void correctingTargetsLowersTheDrift();
    void orderingNeuronsChangesNoOutput();
    void fitsNormsToTheRoundedMatrices();
    void hqqNeedsNoText();

private:
    std::filesystem::path workFolder(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint, m_small;
};

void TestQuantize::initTestCase()
{
    m_checkpoint = openModel(workFolder("model"), { .layers = 2 });
    m_small = openModel(workFolder("small"), { .layers = 2, .hidden = 64 });
}

namespace {

JudgedOn judgedOfHead(const TensorReport& report)
{
    return report.method == Method::RoundToNearest ? JudgedOn::Weights : JudgedOn::CalibrationText;
}

} // namespace

void TestQuantize::reportsEveryMatrixInOrder()
{
    int told = 0;
    const auto model = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::Gptq), calibrated(*m_checkpoint),
        [&](const TensorReport&) { ++told; }, Progress());
    std::vector<std::string> expected;
    for (const Tensor& tensor : m_checkpoint->tensors())
        if (isMatrix(tensor.place.role))
            expected.push_back(tensor.name);
    QCOMPARE(model.reports.size(), expected.size());
    QCOMPARE(std::size_t(told), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QCOMPARE(model.reports[i].name, expected[i]);
        QCOMPARE(model.reports[i].format, &formats::q4_0);
        const TensorReport& report = model.reports[i];
        const bool isHead = report.place.layer < 0;
        QCOMPARE(report.judgedOn, isHead ? judgedOfHead(report) : JudgedOn::HeldOut);
        QCOMPARE(report.heldSequences, isHead ? 0 : 10); // of 40
        QVERIFY2(report.outputError > 0 && report.outputError < 0.5, // the drift counts, too
            qPrintable(QString("%1: %2").arg(report.name.c_str()).arg(report.outputError)));
    }
}

namespace {

void eachEncoder()
{
    QTest::addColumn<Encoder>("encoder");
    QTest::newRow("closest") << Encoder::Closest;
    QTest::newRow("ggml") << Encoder::Ggml;
}

} // namespace

void TestQuantize::roundsToNearestWithoutText_data() { eachEncoder(); }

void TestQuantize::roundsToNearestWithoutText()
{
    QFETCH(Encoder, encoder);
    Recipe recipe = recipeOf(&formats::q4_K, Method::RoundToNearest);
    recipe.encoder = encoder;
    const auto model = quantize(m_checkpoint, recipe, {}, {}, Progress());
    for (std::size_t i = 0; i < m_checkpoint->tensors().size(); ++i) {
        const Tensor& before = m_checkpoint->tensors()[i];
        const Tensor& after = model.checkpoint->tensors()[i];
        if (!isMatrix(before.place.role))
            continue;
        QCOMPARE(after.format, &formats::q4_K);
        QVERIFY(std::ranges::equal(
            after.bytes, encodeMatrix(decode(before), formats::q4_K, {}, encoder, Progress())));
    }
}

void TestQuantize::roundsByTheImportanceOfTheOriginalModel_data() { eachEncoder(); }

void TestQuantize::roundsByTheImportanceOfTheOriginalModel()
{
    const QuantizeOptions options = calibrated(*m_checkpoint);
    const Importance importance = inputImportance(*m_checkpoint, options.calibration, Progress());
    QFETCH(Encoder, encoder);
    Recipe recipe = recipeOf(&formats::q4_K, Method::Importance);
    recipe.encoder = encoder;
    const auto model = quantize(m_checkpoint, recipe, options, {}, Progress());
    const Place place{ Role::FfnDown, 1 };
    const auto expected = encodeMatrix(decode(*m_checkpoint->find(place)), formats::q4_K,
        importance.at("blk.1.ffn_down.weight"), encoder, Progress());
    QVERIFY(std::ranges::equal(model.checkpoint->find(place)->bytes, expected));
    const Tensor& embedding = *m_checkpoint->find({ Role::TokenEmbd });
    QVERIFY(std::ranges::equal(model.checkpoint->find({ Role::TokenEmbd })->bytes,
        encodeMatrix(decode(embedding), formats::q4_K, {}, encoder, Progress())));
}

void TestQuantize::takesAnImportanceMatrix()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    const Recipe recipe = recipeOf(&formats::q4_K, Method::Importance);
    const auto own = quantize(m_checkpoint, recipe, options, {}, Progress());
    options.importance = inputImportance(*m_checkpoint, options.calibration, Progress());
    options.calibration.clear();
    const auto given = quantize(m_checkpoint, recipe, options, {}, Progress());
    QVERIFY(allBytes(*given.checkpoint) == allBytes(*own.checkpoint));
}

void TestQuantize::gptqBeatsImportanceInEveryTensor()
{
    Recipe recipe = recipeOf(&formats::q4_K, Method::Gptq);
    for (const bool holdsOut : { true, false }) {
        recipe.gptq.holdOut = holdsOut;
        const auto model
            = quantize(m_checkpoint, recipe, calibrated(*m_checkpoint), {}, Progress());
        for (const TensorReport& report : model.reports) {
            if (report.place.layer < 0)
                continue;
            QCOMPARE(report.judgedOn, holdsOut ? JudgedOn::HeldOut : JudgedOn::CalibrationText);
            QVERIFY(holdsOut || report.method == Method::Gptq);
            if (report.method == Method::Gptq)
                QVERIFY2(report.outputError < report.importanceError, report.name.c_str());
            else // kept, of the weights or of the target, where GPTQ errs more on what it did not
                 // see
                QVERIFY2(report.outputError <= report.importanceError, report.name.c_str());
        }
    }
}

void TestQuantize::mixesMethods()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    recipe.rules.push_back({ .roles = { Role::AttnK }, .method = Method::RoundToNearest });
    recipe.rules.push_back({ .roles = { Role::FfnUp }, .method = Method::Importance });
    recipe.rules.push_back({ .layers = { { 1, {} } }, .method = Method::Importance });
    const QuantizeOptions options = calibrated(*m_checkpoint);
    const auto model = quantize(m_checkpoint, recipe, options, {}, Progress());
    const Importance importance = inputImportance(*m_checkpoint, options.calibration, Progress());
    const auto bytesOf = [&](Place place) { return model.checkpoint->find(place)->bytes; };
    const auto encoded = [&](Place place, std::span<const float> weights) {
        return encodeMatrix(decode(*m_checkpoint->find(place)), formats::q4_0, weights,
            weights.empty() ? Encoder::Ggml : Encoder::Closest, Progress());
    };
    QVERIFY(std::ranges::equal(bytesOf({ Role::AttnK, 1 }), encoded({ Role::AttnK, 1 }, {})));
    for (const Place place : { Place{ Role::FfnUp, 1 }, Place{ Role::FfnGate, 1 } })
        QVERIFY(std::ranges::equal(bytesOf(place), encoded(place, importance.at(ggufName(place)))));
    QVERIFY(!std::ranges::equal(bytesOf({ Role::AttnQ, 0 }),
        encoded({ Role::AttnQ, 0 }, importance.at("blk.0.attn_q.weight"))));
}

void TestQuantize::vectorsBecomeF32Unchanged()
{
    const std::filesystem::path folder = workFolder("bf16");
    std::filesystem::create_directory(folder);
    support::TinyModel tiny;
    tiny.format = &formats::bf16;
    support::writeTinyModel(tiny, folder);
    const auto checkpoint = Checkpoint::open(folder);
    const auto model = quantize(
        checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), {}, {}, Progress());
    for (const Place place : { Place{ Role::AttnNorm, 1 }, Place{ Role::OutputNorm } }) {
        QCOMPARE(model.checkpoint->find(place)->format, &formats::f32);
        QVERIFY(decode(*model.checkpoint->find(place)) == decode(*checkpoint->find(place)));
    }
}

void TestQuantize::keepsWhatHasItsFormat()
{
    const auto model = quantize(m_checkpoint, Recipe(), {}, {}, Progress());
    QVERIFY(allBytes(*model.checkpoint) == allBytes(*m_checkpoint));
    for (const TensorReport& report : model.reports)
        QCOMPARE(report.outputError, 0.0);
}

void TestQuantize::saysWhatIsMissing()
{
    const Recipe gptq = recipeOf(&formats::q4_0, Method::Gptq);
    QCOMPARE(errorOf(m_checkpoint, gptq, {}),
        std::string("blk.0.attn_q.weight: method gptq needs a calibration text, found none"));
    const Recipe recipe = recipeOf(&formats::q4_0, Method::Importance);
    QVERIFY(errorOf(m_checkpoint, recipe, {}).find("method importance needs") != std::string::npos);

    QuantizeOptions options = calibrated(*m_checkpoint);
    const Importance whole = inputImportance(*m_checkpoint, options.calibration, Progress());
    options.importance = whole;
    options.importance = { { "another.weight", { 1, 2 } } };
    QCOMPARE(errorOf(m_checkpoint, recipe, options),
        std::string("the importance matrix has no entry for blk.0.attn_q.weight or any other "
                    "tensor that is rounded by importance, expected the matrix of this model"));
    options.importance = whole;
    options.importance["blk.1.ffn_up.weight"].resize(100);
    QCOMPARE(errorOf(m_checkpoint, recipe, options),
        std::string("the importance matrix has 100 values for blk.1.ffn_up.weight, expected 256"));

    options = calibrated(*m_checkpoint);
    options.calibration.back().pop_back();
    QVERIFY(errorOf(m_checkpoint, gptq, options)
                .starts_with("a calibration sequence has 31 tokens, the first 32"));
}

void TestQuantize::roundsWhatAnImatrixLacksWithoutImportance()
{
    const char* const lacking = "blk.1.ffn_up.weight";
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.importance = inputImportance(*m_checkpoint, options.calibration, Progress());
    options.importance.erase(lacking);
    Recipe recipe = recipeOf(&formats::q4_0, Method::Importance);
    const auto model = quantize(m_checkpoint, recipe, options, {}, Progress());
    for (const TensorReport& report : model.reports)
        QCOMPARE(report.note == "the importance matrix has no entry for it",
            report.name == lacking || report.name == "output.weight");
    const auto found = std::ranges::find(model.reports, lacking, &TensorReport::name);
    QCOMPARE(found->method, Method::RoundToNearest);

    // llama-quantize refuses that of the smallest of its mixes.
    recipe = recipeOf(&formats::q2_K, Method::Importance);
    recipe.name = "Q2_K_S";
    recipe.rules.push_back({ .name = "*attn*", .format = &formats::q4_0 });
    support::TinyModel wide;
    wide.hidden = wide.feedForward = 256;
    wide.headSize = 64;
    const std::filesystem::path folder = workFolder("wide");
    std::filesystem::create_directory(folder);
    support::writeTinyModel(wide, folder);
    const auto checkpoint = Checkpoint::open(folder);
    options = calibrated(*checkpoint);
    options.importance = inputImportance(*checkpoint, options.calibration, Progress());
    options.importance.erase(lacking);
    QCOMPARE(errorOf(checkpoint, recipe, options),
        std::string("the importance matrix has no entry for blk.1.ffn_up.weight, expected one for "
                    "every tensor that Q2_K_S stores as Q2_K"));
}

void TestQuantize::refusesWeightsThatAreNotFinite()
{
    for (const char* damaged :
        { "model.layers.1.mlp.down_proj.weight", "model.embed_tokens.weight" }) {
        const std::filesystem::path folder = workFolder("nan");
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        support::TinyModel tiny;
        tiny.damage = support::Damage::Nan;
        tiny.damagedTensor = damaged;
        support::writeTinyModel(tiny, folder);
        const std::string error = errorOf(
            Checkpoint::open(folder), recipeOf(&formats::q4_0, Method::RoundToNearest), {});
        QVERIFY2(error.find(damaged) != std::string::npos, error.c_str());
        QVERIFY2(error.find("row 3, column 5") != std::string::npos, error.c_str());
    }
}

void TestQuantize::isTheSameForAnyNumberOfProcessors()
{
    const Recipe recipe = everythingOn(&formats::q4_K);
    const QuantizeOptions options = calibrated(*m_checkpoint);
    const auto all = allBytes(*quantize(m_checkpoint, recipe, options, {}, Progress()).checkpoint);
    const support::OneProcessor only;
    QVERIFY(allBytes(*quantize(m_checkpoint, recipe, options, {}, Progress()).checkpoint) == all);
}

void TestQuantize::correctingTargetsLowersTheDrift()
{
    const QuantizeOptions options = calibrated(*m_checkpoint);
    const auto driftOf = [&](const GptqOptions& gptq) {
        Recipe recipe = recipeOf(&formats::q2_K, Method::Gptq);
        recipe.gptq = gptq;
        const auto model = quantize(m_checkpoint, recipe, options, {}, Progress());
        HiddenStates rounded = embed(*model.checkpoint, options.calibration);
        HiddenStates original = embed(*m_checkpoint, options.calibration);
        walk(rounded, *model.checkpoint, nullptr, Progress());
        walk(original, *m_checkpoint, nullptr, Progress());
        return double((rounded.states - original.states).squaredNorm());
    };
    const GptqOptions plain{
        .correctTarget = false, .holdOut = false, .sweeps = 0, .refitNorms = false
    }; // measured on what was calibrated on
    GptqOptions withoutDrift = plain;
    withoutDrift.correctTarget = true;
    withoutDrift.chooseTarget = false;
    withoutDrift.driftShare = 0;
    GptqOptions withDrift = withoutDrift;
    withDrift.driftShare = 0.5;
    const double before = driftOf(plain);
    const double corrected = driftOf(withoutDrift);
    const double both = driftOf(withDrift);
    QVERIFY2(corrected < 0.95 * before && both < 0.95 * corrected,
        qPrintable(QString("%1, %2, %3").arg(before).arg(corrected).arg(both)));
}

void TestQuantize::orderingNeuronsChangesNoOutput()
{
    Recipe recipe; // everything keeps its format but ffn_down, in 8 bits
    recipe.rules.push_back(
        { .roles = { Role::FfnDown }, .format = &formats::q8_0, .method = Method::Gptq });
    recipe.gptq.refitNorms = false;
    recipe.gptq.orderNeurons = true;
    const QuantizeOptions options = calibrated(*m_checkpoint);
    const auto model = quantize(m_checkpoint, recipe, options, {}, Progress());
    const Place gate{ Role::FfnGate, 1 };
    const Matrix before = decode(*m_checkpoint->find(gate));
    const Matrix after = decode(*model.checkpoint->find(gate));
    QVERIFY(before != after);
    QVERIFY(std::abs(before.squaredNorm() - after.squaredNorm()) < 1e-3f * before.squaredNorm());
    HiddenStates rounded = embed(*model.checkpoint, options.calibration);
    HiddenStates original = embed(*m_checkpoint, options.calibration);
    walk(rounded, *model.checkpoint, nullptr, Progress());
    walk(original, *m_checkpoint, nullptr, Progress());
    QVERIFY((rounded.states - original.states).norm() < 0.02f * original.states.norm());
}

void TestQuantize::fitsNormsToTheRoundedMatrices()
{
    Recipe recipe = recipeOf(&formats::q2_K, Method::Gptq);
    recipe.gptq.refitNorms = true;
    const auto model = quantize(m_checkpoint, recipe, calibrated(*m_checkpoint), {}, Progress());
    const Place norm{ Role::AttnNorm, 1 };
    const Matrix before = decode(*m_checkpoint->find(norm));
    const Matrix after = decode(*model.checkpoint->find(norm));
    QVERIFY(before != after);
    QVERIFY((after - before).norm() < 0.2f * before.norm());
    QVERIFY(std::ranges::any_of(model.reports,
        [](const TensorReport& report) { return report.gptq && report.gptq->normGain > 0; }));
    recipe.gptq.refitNorms = false;
    const auto plain = quantize(m_checkpoint, recipe, calibrated(*m_checkpoint), {}, Progress());
    QVERIFY(decode(*plain.checkpoint->find(norm)) == before);
}

void TestQuantize::hqqNeedsNoText()
{
    const auto model = quantize(m_small, recipeOf(&formats::q4_1, Method::Hqq), {}, {}, Progress());
    for (const TensorReport& report : model.reports)
        QCOMPARE(report.method, Method::Hqq);
    for (const Place place : { Place{ Role::TokenEmbd }, Place{ Role::FfnDown, 1 } })
        QVERIFY(std::ranges::equal(model.checkpoint->find(place)->bytes,
            hqqRound(decode(*m_small->find(place)), formats::q4_1, Progress())));
}

QTEST_GUILESS_MAIN(TestQuantize)
#include "tst_quantize.moc"

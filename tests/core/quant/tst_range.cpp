// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs over weights that no half-precision scale holds, without importance, and over models
// that are quantized already.
#include "core/quant/rangefallback.h"
#include "core/rounding/encode.h"
#include "smallrun.h"
#include "tests/support/llamaroles.h"
#include "tests/support/tinymodel.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace core;
using namespace smallrun;

namespace {

/// The model with `factor` times a matrix of layer 1, in F32.
std::shared_ptr<const Checkpoint> scaledAt(
    const std::shared_ptr<const Checkpoint>& checkpoint, Role role, float factor)
{
    const Tensor& before = *checkpoint->find({ role, 1 });
    const auto bytes = std::make_shared<const std::vector<std::byte>>(
        encodeMatrix(factor * decode(before), formats::f32, {}, Progress()));
    Tensor after = before;
    after.format = &formats::f32;
    after.bytes = *bytes;
    after.owner = bytes;
    return checkpoint->withTensors({ after });
}

const TensorReport& reportOf(const QuantizedModel& model, Place place)
{
    return *std::ranges::find(model.reports, place, &TensorReport::place);
}

} // namespace

class TestRange : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyMethodKeepsValuesFiniteAndRowsAlive_data();
    void everyMethodKeepsValuesFiniteAndRowsAlive();
    void thePlanForeseesWhatTheRunDoes();
    void valuesBeyondBf16StayF32();
    void aTensorOfHalvesKeepsItsBytes();
    void importanceThatIsZeroRoundsToNearest();
    void aBlockWithoutImportanceIsNotWorthless();
    void asInTheFileCopiesEveryByte();
    void aRuleKeepsSomeOfAQuantizedModel();
    void saysWhatIsRoundedASecondTime();
    void ordersNoNeuronsOfWhatKeepsItsBytes();

private:
    std::shared_ptr<const Checkpoint> quantized(const Format& format) const
    {
        support::TinyModel model;
        const std::filesystem::path file
            = m_folder.filePath(QString::fromStdString(std::string(format.name) + ".gguf"))
                  .toStdString();
        support::writeTinyGguf(model, file, format);
        return Checkpoint::open(file);
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;
};

void TestRange::initTestCase()
{
    m_checkpoint
        = openModel(m_folder.filePath("model").toStdString(), { .layers = 2, .hidden = 64 });
}

void TestRange::everyMethodKeepsValuesFiniteAndRowsAlive_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<float>("factor");
    for (const std::string& method : treatmentNames()) {
        QTest::addRow("%s, tiny", method.c_str()) << QString::fromStdString(method) << 1e-9f;
        QTest::addRow("%s, huge", method.c_str()) << QString::fromStdString(method) << 1e9f;
    }
}

/// v is made small and attn_output large by as much, or the other way round: the same function.
void TestRange::everyMethodKeepsValuesFiniteAndRowsAlive()
{
    QFETCH(QString, method);
    QFETCH(float, factor);
    const auto model
        = scaledAt(scaledAt(m_checkpoint, Role::AttnV, factor), Role::AttnOutput, 1 / factor);
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    const Treatment treatment = *findTreatment(method.toStdString());
    recipe.method = treatment.method;
    recipe.scaling = treatment.scaling;
    recipe.gptq.holdOut = false; // errors of the rounding alone, not of the drift before it
    const QuantizedModel result = quantize(model, recipe, calibrated(*model), {}, Progress());
    for (const Tensor& tensor : result.checkpoint->tensors()) {
        const Matrix before = decode(*model->find(tensor.place)), after = decode(tensor);
        QVERIFY2(!faultOfResult(before, after), tensor.name.c_str());
    }
    // Held-out sequences change what is kept, never the range that has to hold.
    if (treatment.method == Method::Gptq) {
        recipe.gptq.holdOut = true;
        const QuantizedModel judged = quantize(model, recipe, calibrated(*model), {}, Progress());
        for (const Tensor& tensor : judged.checkpoint->tensors())
            QVERIFY2(!faultOfResult(decode(*model->find(tensor.place)), decode(tensor)),
                tensor.name.c_str());
        for (const Role role : { Role::AttnV, Role::AttnOutput })
            QCOMPARE(reportOf(judged, { role, 1 }).format, &formats::bf16);
    }
    for (const Role role : { Role::AttnV, Role::AttnOutput }) {
        const TensorReport& report = reportOf(result, { role, 1 });
        QCOMPARE(report.format, &formats::bf16);
        QVERIFY2(
            report.note.find("for Q4_0, stored as BF16") != std::string::npos, report.note.c_str());
        QVERIFY(report.outputError >= 0 && report.outputError < 0.01);
    }
    QCOMPARE(reportOf(result, { Role::AttnV, 0 }).format, &formats::q4_0);
}

void TestRange::thePlanForeseesWhatTheRunDoes()
{
    const auto model = scaledAt(m_checkpoint, Role::FfnDown, 1e8f);
    const Recipe recipe = recipeOf(&formats::q8_0, Method::RoundToNearest);
    const auto plan = withinRange(*model, planTensors(*model, recipe), Progress());
    const QuantizedModel result = quantize(model, recipe, {}, {}, Progress());
    for (std::size_t i = 0; i < plan.size(); ++i) {
        QCOMPARE(plan[i].format, result.checkpoint->tensors()[i].format);
        QCOMPARE(plan[i].format, result.plan[i].format);
        if (!plan[i].fellBack())
            continue;
        QCOMPARE(plan[i].place, (Place{ Role::FfnDown, 1 }));
        QCOMPARE(fallbackText(plan[i], model->tensors()[i]), reportOf(result, plan[i].place).note);
    }
    QVERIFY(std::ranges::any_of(plan, &PlannedTensor::fellBack));
}

void TestRange::valuesBeyondBf16StayF32()
{
    const auto model = scaledAt(m_checkpoint, Role::FfnUp, 1e-38f);
    for (const Format* format : { &formats::bf16, &formats::f16, &formats::q4_0 }) {
        const Recipe recipe = recipeOf(format, Method::RoundToNearest);
        const QuantizedModel result = quantize(model, recipe, {}, {}, Progress());
        const Tensor& stored = *result.checkpoint->find({ Role::FfnUp, 1 });
        QCOMPARE(stored.format, &formats::f32);
        QVERIFY(std::ranges::equal(stored.bytes, model->find({ Role::FfnUp, 1 })->bytes));
    }
}

void TestRange::aTensorOfHalvesKeepsItsBytes()
{
    support::TinyModel tiny;
    tiny.format = &formats::bf16;
    const std::filesystem::path folder = m_folder.filePath("bf16").toStdString();
    std::filesystem::create_directory(folder);
    support::writeTinyModel(tiny, folder);
    const auto checkpoint = Checkpoint::open(folder);
    const Tensor& before = *checkpoint->find({ Role::AttnK, 0 });
    Matrix W = decode(before);
    W(1, 2) = 1e20f;
    const auto bytes = std::make_shared<const std::vector<std::byte>>(
        encodeMatrix(W, formats::bf16, {}, Progress()));
    Tensor large = before;
    large.bytes = *bytes;
    large.owner = bytes;
    const auto model = checkpoint->withTensors({ large });
    const QuantizedModel result
        = quantize(model, recipeOf(&formats::q4_1, Method::RoundToNearest), {}, {}, Progress());
    const Tensor& stored = *result.checkpoint->find({ Role::AttnK, 0 });
    QCOMPARE(stored.format, &formats::bf16);
    QVERIFY(std::ranges::equal(stored.bytes, *bytes));
}

void TestRange::importanceThatIsZeroRoundsToNearest()
{
    QuantizeOptions options;
    for (const Tensor& tensor : m_checkpoint->tensors())
        if (isMatrix(tensor.place.role))
            options.importance[tensor.name] = std::vector<float>(
                std::size_t(tensor.columns), tensor.place.role == Role::FfnUp ? 0.0f : 1.0f);
    const QuantizedModel weighed = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::Importance), options, {}, Progress());
    const QuantizedModel plain = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), {}, {}, Progress());
    const Place up{ Role::FfnUp, 1 };
    const TensorReport& report = reportOf(weighed, up);
    QCOMPARE(report.method, Method::RoundToNearest);
    QVERIFY2(report.note.find("importance it has is 0") != std::string::npos, report.note.c_str());
    QVERIFY(
        std::ranges::equal(weighed.checkpoint->find(up)->bytes, plain.checkpoint->find(up)->bytes));
    QVERIFY(reportOf(weighed, { Role::FfnGate, 1 }).note.empty());
}

void TestRange::aBlockWithoutImportanceIsNotWorthless()
{
    QuantizeOptions options;
    for (const Tensor& tensor : m_checkpoint->tensors())
        if (isMatrix(tensor.place.role)) {
            std::vector<float>& values = options.importance[tensor.name];
            values.assign(std::size_t(tensor.columns), 1.0f);
            std::fill_n(values.begin(), 32, 0.0f); // the first block of every row
        }
    for (const Encoder encoder : { Encoder::Closest, Encoder::Ggml }) {
        Recipe recipe = recipeOf(&formats::q4_0, Method::Importance);
        recipe.encoder = encoder;
        const QuantizedModel result = quantize(m_checkpoint, recipe, options, {}, Progress());
        for (const Role role : support::llamaMatrices) {
            const Matrix before = decode(*m_checkpoint->find({ role, 0 })).leftCols(32);
            const Matrix after = decode(*result.checkpoint->find({ role, 0 })).leftCols(32);
            QVERIFY((before - after).norm() < 0.15f * before.norm());
        }
    }
}

void TestRange::asInTheFileCopiesEveryByte()
{
    for (const Format* format : { &formats::q4_1, &formats::q8_0, &formats::f16 }) {
        const auto model = quantized(*format);
        const Recipe recipe = presetRecipe("source", *model, Method::Gptq);
        const QuantizedModel result = quantize(model, recipe, {}, {}, Progress());
        QVERIFY(allBytes(*result.checkpoint) == allBytes(*model));
        for (const TensorReport& report : result.reports) {
            QVERIFY(report.note.empty());
            QCOMPARE(report.outputError, 0.0);
        }
    }
}

void TestRange::aRuleKeepsSomeOfAQuantizedModel()
{
    const auto model = quantized(formats::q5_0);
    const Recipe recipe = recipeFromJson(parseJson(R"({"format": "Q4_0", "method": "rtn", "rules":
        [{"roles": ["ffn_down", "token_embd"], "format": "source"}]})",
                                             "test"),
        "test");
    const QuantizedModel result = quantize(model, recipe, {}, {}, Progress());
    const Place down{ Role::FfnDown, 1 }, up{ Role::FfnUp, 1 };
    QVERIFY(std::ranges::equal(result.checkpoint->find(down)->bytes, model->find(down)->bytes));
    QCOMPARE(result.checkpoint->find(up)->format, &formats::q4_0);
    const Json json = recipeToJson(recipe);
    QCOMPARE(recipeToJson(recipeFromJson(json, "test")), json);
}

void TestRange::saysWhatIsRoundedASecondTime()
{
    const auto model = quantized(formats::q4_0);
    const auto source = quantizedSource(*model);
    QVERIFY(source && source->kinds == std::vector<std::string>{ "Q4_0" });
    QCOMPARE(source->tensors, 15);
    QVERIFY(!quantizedSource(*m_checkpoint));
    const auto noteIn = [&](const std::shared_ptr<const Checkpoint>& checkpoint, const Format& to) {
        const QuantizedModel result
            = quantize(checkpoint, recipeOf(&to, Method::RoundToNearest), {}, {}, Progress());
        return reportOf(result, { Role::AttnQ, 1 }).note;
    };
    QCOMPARE(noteIn(model, formats::q4_0), std::string());
    QCOMPARE(noteIn(model, formats::iq4_NL),
        std::string("already quantized in the file (Q4_0), rounded a second time"));
    QCOMPARE(noteIn(model, formats::q8_0),
        std::string("already quantized in the file (Q4_0), rounded a second time: grows from 4.5 "
                    "to 8.5 bits per weight and gains nothing"));
    QCOMPARE(noteIn(quantized(formats::f16), formats::f32),
        std::string("grows from 16 to 32 bits per weight and gains nothing"));
    QCOMPARE(noteIn(quantized(formats::f16), formats::q8_0), std::string());
}

void TestRange::ordersNoNeuronsOfWhatKeepsItsBytes()
{
    const auto model = quantized(formats::q8_0);
    Recipe recipe = everythingOn(&formats::q4_0);
    Rule rule;
    rule.roles = { Role::FfnGate };
    rule.format = &formats::source;
    recipe.rules = { rule };
    const QuantizedModel result = quantize(model, recipe, calibrated(*model), {}, Progress());
    for (int layer = 0; layer < 2; ++layer) {
        const Place gate{ Role::FfnGate, layer };
        QVERIFY(std::ranges::equal(result.checkpoint->find(gate)->bytes, model->find(gate)->bytes));
    }
}

QTEST_APPLESS_MAIN(TestRange)
#include "tst_range.moc"

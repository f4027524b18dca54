// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/measure/evaluation.h"
#include "core/quant/quantize.h"
#include "core/simulate/ggmlarithmetic.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>
#include <numbers>

using namespace core;
using support::TinyModel;

namespace {

using Chunks = std::vector<std::vector<int>>;

std::vector<float> someRow(std::size_t columns)
{
    std::vector<float> row(columns);
    for (std::size_t i = 0; i < columns; ++i)
        row[i] = float(std::sin(double(i) * std::numbers::phi));
    return row;
}

Chunks someChunks()
{
    Chunks chunks(4, std::vector<int>(32));
    for (int i = 0; i < 4; ++i)
        for (int position = 0; position < 32; ++position)
            chunks[std::size_t(i)][std::size_t(position)]
                = 1 + (37 * i + 11 * position + position * position) % 250;
    return chunks;
}

std::shared_ptr<const Checkpoint> opened(const TinyModel& model)
{
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

/// `model` rounded as the rules of a recipe say.
std::shared_ptr<const Checkpoint> rounded(
    const std::shared_ptr<const Checkpoint>& model, const Recipe& recipe)
{
    return quantize(model, recipe, {}, [](const TensorReport&) {}, {}).checkpoint;
}

/// q in one format, every other matrix in another.
Recipe withQueriesIn(const Format& queries, const Format& others)
{
    Recipe recipe;
    recipe.format = &others;
    recipe.method = Method::RoundToNearest;
    Rule rule;
    rule.roles = { Role::AttnQ };
    rule.format = &queries;
    recipe.rules.push_back(rule);
    return recipe;
}

} // namespace

class TestGgmlArithmetic : public QObject {
    Q_OBJECT

private slots:
    void besideFloatsActivationsBecomeThoseFloats();
    void besideSmallBlocksActivationsShareAScaleByThirtyTwo();
    void besideWideBlocksActivationsShareAScaleByTwoHundredAndFiftySix();
    void aRowOfZerosStaysZero();
    void anUnroundedModelComputesInFullPrecision();
    void roundingActivationsCostsLittle();
    void isTheSameForAnyNumberOfProcessors();
    void studyFormatsAreRefused();
    void readersThatRoundDifferentlyAreRefused();
};

void TestGgmlArithmetic::besideFloatsActivationsBecomeThoseFloats()
{
    const std::vector<float> original = someRow(64);
    std::vector<float> row = original;
    roundAsGgml(formats::f32, row);
    QCOMPARE(row, original);
    roundAsGgml(formats::f16, row);
    for (std::size_t i = 0; i < row.size(); ++i)
        QCOMPARE(row[i], halfToFloat(floatToHalf(original[i])));
    row = original;
    roundAsGgml(formats::bf16, row);
    for (std::size_t i = 0; i < row.size(); ++i)
        QCOMPARE(row[i], bfloat16ToFloat(floatToBfloat16(original[i])));
}

void TestGgmlArithmetic::besideSmallBlocksActivationsShareAScaleByThirtyTwo()
{
    for (const Format* format :
        { &formats::q4_0, &formats::q4_1, &formats::iq4_NL, &formats::mxfp4, &formats::q8_0 }) {
        std::vector<float> row = someRow(64);
        row[3] = 127; // the step of the first block is 1, of the second less than 1/127
        row[4] = 2.5f; // a border: ggml's vector code goes to the even number
        row[5] = -3.5f;
        const std::vector<float> original = row;
        roundAsGgml(*format, row);
        for (std::size_t i = 0; i < 32; ++i)
            QCOMPARE(row[i], std::nearbyint(original[i]));
        for (std::size_t i = 32; i < 64; ++i)
            QVERIFY(std::abs(row[i] - original[i]) < 0.005f);
    }
}

void TestGgmlArithmetic::besideWideBlocksActivationsShareAScaleByTwoHundredAndFiftySix()
{
    for (const Format* format :
        { &formats::q2_K, &formats::q4_K, &formats::q6_K, &formats::iq4_XS }) {
        std::vector<float> row = someRow(512);
        row[300] = -127; // the second block's step is 1, the first's below 1/127
        const std::vector<float> original = row;
        roundAsGgml(*format, row);
        for (std::size_t i = 0; i < 256; ++i)
            QVERIFY(std::abs(row[i] - original[i]) < 0.005f);
        for (std::size_t i = 256; i < 512; ++i)
            QCOMPARE(row[i], std::nearbyint(original[i]));
    }
}

void TestGgmlArithmetic::aRowOfZerosStaysZero()
{
    std::vector<float> row(256, 0.0f);
    for (const Format* format : { &formats::f16, &formats::q4_0, &formats::q4_K }) {
        roundAsGgml(*format, row);
        QCOMPARE(row, std::vector<float>(256, 0.0f));
    }
}

void TestGgmlArithmetic::anUnroundedModelComputesInFullPrecision()
{
    const auto model = opened({});
    const GgmlArithmetic arithmetic(*model);
    QCOMPARE(evaluate(*model, &arithmetic, nullptr, someChunks(), {}).meanLoss,
        evaluate(*model, nullptr, someChunks(), {}).meanLoss);
}

void TestGgmlArithmetic::roundingActivationsCostsLittle()
{
    const auto model = opened({});
    const auto q8 = rounded(model, withQueriesIn(formats::q8_0, formats::q8_0));
    const GgmlArithmetic arithmetic(*q8);
    const double exact = evaluate(*q8, model.get(), someChunks(), {}).against->kldMean;
    const double run = evaluate(*q8, &arithmetic, model.get(), someChunks(), {}).against->kldMean;
    QVERIFY2(run > exact && run < 4 * exact,
        qPrintable(QStringLiteral("%1, with rounded activations %2").arg(exact).arg(run)));
}

void TestGgmlArithmetic::isTheSameForAnyNumberOfProcessors()
{
    const auto model = rounded(opened({}), withQueriesIn(formats::q4_0, formats::q5_1));
    const GgmlArithmetic arithmetic(*model);
    const auto loss
        = [&] { return evaluate(*model, &arithmetic, nullptr, someChunks(), {}).meanLoss; };
    const double onAll = loss();
    const support::OneProcessor one;
    QCOMPARE(loss(), onAll);
}

void TestGgmlArithmetic::studyFormatsAreRefused()
{
    const Format* study = findFormat("NF4_G64");
    QVERIFY(study);
    const auto model = rounded(opened({}), withQueriesIn(*study, formats::q8_0));
    QCOMPARE(QString::fromStdString(support::messageOf([&] { GgmlArithmetic{ *model }; })),
        QString::fromStdString(model->path().string())
            + ": blk.0.attn_q.weight has format NF4_G64, expected one that "
              "llama.cpp computes with");
}

void TestGgmlArithmetic::readersThatRoundDifferentlyAreRefused()
{
    const auto model = rounded(opened({}), withQueriesIn(formats::f16, formats::q8_0));
    QCOMPARE(QString::fromStdString(support::messageOf([&] { GgmlArithmetic{ *model }; })),
        QString::fromStdString(model->path().string())
            + ": blk.0.attn_q.weight is F16 and blk.0.attn_k.weight is Q8_0; llama.cpp rounds "
              "their common input differently for each, expected formats that share a rounding");
}

QTEST_GUILESS_MAIN(TestGgmlArithmetic)
#include "tst_ggmlarithmetic.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/rounding.h"

#include "core/formats/study.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace core;

namespace {

Matrix randomWeights(Eigen::Index rows, Eigen::Index columns)
{
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 0.02f);
    Matrix weights(rows, columns);
    for (float& weight : weights.reshaped())
        weight = normal(random);
    return weights;
}

Histogram binsOf(const Matrix& weights)
{
    Histogram bins = symmetricHistogram(double(weights.cwiseAbs().maxCoeff()));
    bins.add(std::span<const float>(weights.data(), std::size_t(weights.size())));
    return bins;
}

/// The same by the definitions: one row after the other, whole.
struct Slow {
    double rms = 0, sqnr = 0, outputError = 0;
    std::uint64_t clipped = 0;
    std::vector<double> steps; // ascending
    std::vector<double> binError;
};

Slow slowPreview(const Matrix& weights, const Format& format, std::span<const float> importance,
    const Histogram& bins)
{
    const auto columns = std::size_t(weights.cols());
    const TensorFormat encoder(format, weights, formats::quickEncoder(format, !importance.empty()));
    std::vector<std::byte> bytes(format.rowBytes(columns));
    std::vector<float> rounded(columns);
    double error2 = 0, weight2 = 0, weightedError2 = 0, weightedWeight2 = 0;
    std::vector<double> binError2(bins.counts.size()), binCount(bins.counts.size());
    Slow slow;
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
        const float* w = weights.row(row).data();
        encoder.format().encodeRow(
            w, columns, importance.empty() ? nullptr : importance.data(), bytes.data());
        format.decodeBlocks(bytes.data(), columns / std::size_t(format.blockSize), rounded.data());
        for (std::size_t j = 0; j < columns; ++j) {
            const double e = double(w[j]) - double(rounded[j]);
            const double importanceOf = importance.empty() ? 1 : double(importance[j]);
            error2 += e * e;
            weight2 += double(w[j]) * double(w[j]);
            weightedError2 += importanceOf * e * e;
            weightedWeight2 += importanceOf * double(w[j]) * double(w[j]);
            binError2[bins.bin(double(w[j]))] += e * e;
            binCount[bins.bin(double(w[j]))] += 1;
            if (!format.grid)
                continue;
            const std::size_t block = j / std::size_t(format.blockSize);
            const std::size_t group
                = j % std::size_t(format.blockSize) / std::size_t(format.grid->groupSize);
            const BlockScales scales
                = format.grid->scales(bytes.data() + block * std::size_t(format.blockBytes));
            double low = INFINITY, high = -INFINITY;
            for (const float level : format.grid->levels) {
                const double value
                    = double(scales.step[group]) * double(level) + double(scales.offset[group]);
                low = std::min(low, value);
                high = std::max(high, value);
            }
            const double step = std::abs(double(scales.step[group]));
            slow.clipped += double(w[j]) < low - step / 2 || double(w[j]) > high + step / 2;
            if (j % std::size_t(format.grid->groupSize) == 0)
                slow.steps.push_back(step);
        }
    }
    slow.rms = std::sqrt(error2 / double(weights.size()));
    slow.sqnr = 10 * std::log10(weight2 / error2);
    slow.outputError = std::sqrt(weightedError2 / weightedWeight2);
    std::sort(slow.steps.begin(), slow.steps.end());
    for (std::size_t i = 0; i < binError2.size(); ++i)
        slow.binError.push_back(binCount[i] > 0 ? std::sqrt(binError2[i] / binCount[i]) : 0);
    return slow;
}

bool isNear(double found, double expected)
{
    const bool near = std::abs(found - expected) <= 1e-6 * std::abs(expected);
    if (!near)
        qWarning("%.12g, expected %.12g", found, expected);
    return near;
}

} // namespace

class TestRounding : public QObject {
    Q_OBJECT

private slots:
    void agreesWithTheDefinitions_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<bool>("weighted");
        std::vector<const Format*> formats(allFormats().begin(), allFormats().end());
        for (const char* name : { "INT4_ASYM_G64", "INT3_SYM_CHANNEL", "NF4_DQ_G64", "FP8_E4M3",
                 "FP8_E5M2_CHANNEL", "LOG4_G32", "TERNARY_G64", "BINARY_G64" })
            formats.push_back(findFormat(std::string_view(name)));
        for (const Format* format : formats)
            for (const bool weighted : { false, true })
                QTest::addRow(
                    "%s%s", std::string(format->name).c_str(), weighted ? " weighted" : "")
                    << QString::fromStdString(std::string(format->name)) << weighted;
    }

    void agreesWithTheDefinitions()
    {
        QFETCH(QString, format);
        QFETCH(bool, weighted);
        const Format& rounded = *formatForRows(findFormat(format.toStdString()), 512);
        const Matrix weights = randomWeights(70, 512);
        const Histogram bins = binsOf(weights);
        std::vector<float> importance;
        for (Eigen::Index j = 0; weighted && j < weights.cols(); ++j)
            importance.push_back(0.1f + float(j % 7));
        const RoundingPreview preview = previewRounding(weights, rounded, importance, bins, {});
        const Slow slow = slowPreview(weights, rounded, importance, bins);
        QCOMPARE(preview.format, &rounded);
        QCOMPARE(preview.weighted, weighted);
        QCOMPARE(preview.binError.size(), std::size_t(160));
        if (slow.rms == 0) { // F32
            QCOMPARE(preview.rmsError, 0.0);
            QCOMPARE(preview.outputError, 0.0);
            QVERIFY(std::isinf(preview.sqnr) && preview.sqnr > 0);
            return;
        }
        QVERIFY(isNear(preview.rmsError, slow.rms));
        QVERIFY(isNear(preview.sqnr, slow.sqnr));
        QVERIFY(isNear(preview.outputError, slow.outputError));
        for (std::size_t i = 0; i < slow.binError.size(); ++i)
            QVERIFY(isNear(double(preview.binError[i]), slow.binError[i]));
        if (!rounded.grid) {
            QCOMPARE(preview.levelsPerGroup, 0);
            QVERIFY(preview.typical.levels.empty());
            QCOMPARE(preview.clipped, 0u);
            return;
        }
        if (rounded.grid->uniform) { // the definition above takes the step for the smallest gap
            QCOMPARE(preview.clipped, slow.clipped);
            const double last = double(slow.steps.size() - 1);
            QVERIFY(isNear(preview.finest.step, slow.steps[std::size_t(0.02 * last + 0.5)]));
            QVERIFY(isNear(preview.typical.step, slow.steps[std::size_t(0.5 * last + 0.5)]));
            QVERIFY(isNear(preview.coarsest.step, slow.steps[std::size_t(0.98 * last + 0.5)]));
        }
        QCOMPARE(preview.groupSize, rounded.grid->groupSize);
        QCOMPARE(std::size_t(preview.levelsPerGroup), rounded.grid->levels.size());
        QCOMPARE(preview.typical.levels.size(), rounded.grid->levels.size());
        for (const GroupLevels* group : { &preview.finest, &preview.typical, &preview.coarsest }) {
            QVERIFY(std::is_sorted(group->levels.begin(), group->levels.end()));
            double gap = INFINITY;
            for (std::size_t i = 1; i < group->levels.size(); ++i)
                gap = std::min(gap, double(group->levels[i]) - double(group->levels[i - 1]));
            QVERIFY(std::abs(gap - group->step)
                < 1e-5 * std::abs(double(group->levels.back())) + 1e-5 * group->step);
        }
        const double low = double(preview.typical.levels.front());
        const double high = double(preview.typical.levels.back());
        std::uint64_t outside = 0;
        for (const float weight : weights.reshaped())
            outside += double(weight) < low || double(weight) > high;
        QCOMPARE(preview.outsideTypical, double(outside) / double(weights.size()));
        QCOMPARE(preview.clippedShare, double(preview.clipped) / double(weights.size()));
    }

    void givesTheGroupOfAnyWeight()
    {
        const Matrix weights = randomWeights(6, 64);
        Tensor tensor;
        tensor.rows = weights.rows();
        tensor.columns = weights.cols();
        tensor.format = &formats::f32;
        tensor.bytes = std::as_bytes(std::span(weights.data(), std::size_t(weights.size())));
        const Histogram bins = binsOf(weights);
        const RoundingPreview preview
            = previewRounding(tensor, formats::q4_0, {}, bins, Progress());
        QCOMPARE(preview.binWeights.size(), bins.counts.size());
        for (std::size_t bin = 0; bin < bins.counts.size(); ++bin) {
            const WeightPlace place = preview.binWeights[bin];
            QCOMPARE(place.row >= 0, bins.counts[bin] > 0);
            if (place.row >= 0)
                QCOMPARE(bins.bin(double(weights(place.row, place.column))), bin);
        }
        // Q4_0: 16 levels of one step; the group's largest weight is on one of its ends.
        const GroupLevels group = groupAt(tensor, formats::q4_0, {}, { 4, 40 });
        QCOMPARE(group.levels.size(), std::size_t(16));
        const float largest = weights.row(4).segment(32, 32).cwiseAbs().maxCoeff();
        const double end = std::max(-double(group.levels.front()), double(group.levels.back()));
        QVERIFY(std::abs(end - double(largest)) < 0.01 * double(largest));
        QVERIFY(groupAt(tensor, *formatForRows(findFormat("INT8_ASYM_TENSOR"), 64), {}, { 0, 0 })
                    .levels.empty());
    }

    void showsOneGridForAWholeTensor()
    {
        Matrix weights = randomWeights(30, 64);
        weights(7, 5) = 1.27f;
        const Format& format = *formatForRows(findFormat("INT8_SYM_TENSOR"), 64);
        const RoundingPreview preview = previewRounding(weights, format, {}, binsOf(weights), {});
        QVERIFY(isNear(preview.finest.step, double(0.01f)));
        QVERIFY(isNear(preview.coarsest.step, double(0.01f)));
        QCOMPARE(preview.clipped, 0u);
        QVERIFY(preview.rmsError < 0.01 / std::sqrt(12) * 1.1);
        QVERIFY(preview.rmsError > 0.01 / std::sqrt(12) * 0.9);
    }

    void countsClippedWeightsInTheirBins()
    {
        // Q4_0 makes −8 steps of the value furthest from 0; the same value with the other sign is
        // 8 steps away where 7 are the end: clipped by one step.
        Matrix weights = Matrix::Zero(2, 32);
        weights(0, 3) = -1;
        weights(0, 9) = 1;
        weights(1, 0) = -0.5f;
        const RoundingPreview preview
            = previewRounding(weights, formats::q4_0, {}, binsOf(weights), {});
        QCOMPARE(preview.clipped, 1u);
        QCOMPARE(preview.clippedCounts[159], 1u);
        QCOMPARE(preview.clippedShare, 1.0 / 64);
        QCOMPARE(preview.coarsest.step, 0.125);
        QCOMPARE(preview.coarsest.levels.front(), -1.f);
        QCOMPARE(preview.coarsest.levels.back(), 0.875f);
        QCOMPARE(preview.finest.step, 0.0625);
        QCOMPARE(preview.binError[159], 0.125f);
    }

    void holdsATensorOfZeros()
    {
        const Matrix weights = Matrix::Zero(4, 256);
        for (const Format* format : allFormats()) {
            const RoundingPreview preview
                = previewRounding(weights, *format, {}, binsOf(weights), {});
            QCOMPARE(preview.rmsError, 0.0);
            QCOMPARE(preview.outputError, 0.0);
            QVERIFY(std::isinf(preview.sqnr));
            QCOMPARE(preview.clipped, 0u);
            QCOMPARE(preview.outsideTypical, 0.0);
        }
    }

    void isTheSameEveryTime()
    {
        const Matrix weights = randomWeights(1000, 256);
        const Histogram bins = binsOf(weights);
        const RoundingPreview a = previewRounding(weights, formats::q4_K, {}, bins, {});
        const RoundingPreview b = previewRounding(weights, formats::q4_K, {}, bins, {});
        QCOMPARE(a.sqnr, b.sqnr);
        QCOMPARE(a.binError, b.binError);
        QCOMPARE(a.typical.levels, b.typical.levels);
    }

    void namesAWeightThatIsNotFinite()
    {
        Matrix weights = randomWeights(5, 32);
        const Histogram bins = binsOf(weights);
        weights(3, 17) = NAN;
        QCOMPARE(support::messageOf([&] { previewRounding(weights, formats::q8_0, {}, bins, {}); }),
            std::string("the weight in row 3, column 17 is nan, expected finite weights to round "
                        "to Q8_0"));
    }

    void saysWhatTheRangeOfATensorNeeds()
    {
        Matrix weights = randomWeights(8, 256);
        weights(3, 5) = 1e9f;
        const auto bytes = encodeMatrix(weights, formats::f32, {}, Progress());
        Tensor tensor;
        tensor.rows = weights.rows();
        tensor.columns = weights.cols();
        tensor.format = &formats::f32;
        tensor.bytes = bytes;
        const Histogram bins = binsOf(weights);
        const auto seen = previewRounding(tensor, formats::q4_K, {}, bins, Progress());
        QVERIFY(seen.fault && seen.fault->kind == RangeFault::Kind::TooLarge);
        QCOMPARE(seen.wider, &formats::bf16);
        QVERIFY(seen.outputError < 0.01);
        QVERIFY(!previewRounding(tensor, formats::mxfp4, {}, bins, Progress()).fault);
    }

    void aTensorThatIsInTheFormatStaysAsItIs()
    {
        const Matrix weights = randomWeights(8, 256);
        const auto bytes = encodeMatrix(weights, formats::q4_K, {}, Progress());
        Tensor tensor;
        tensor.rows = weights.rows();
        tensor.columns = weights.cols();
        tensor.format = &formats::q4_K;
        tensor.bytes = bytes;
        const Histogram bins = binsOf(weights);
        const auto kept = previewRounding(tensor, formats::q4_K, {}, bins, Progress());
        QCOMPARE(kept.outputError, 0.0);
        QCOMPARE(kept.levelsPerGroup, 16);
        QVERIFY(previewRounding(tensor, formats::q3_K, {}, bins, Progress()).outputError > 0.05);
    }

    void stopsWhenCancelled()
    {
        const Matrix weights = randomWeights(5, 32);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(previewRounding(weights, formats::q8_0, {}, binsOf(weights),
                                     Progress(stop.get_token(), nullptr)),
            Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestRounding)
#include "tst_rounding.moc"

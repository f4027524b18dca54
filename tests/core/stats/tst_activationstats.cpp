// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/walk.h"
#include "core/stats/activationstats.h"
#include "core/stats/activationstore.h"
#include "core/stats/channelsums.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using core::ActivationStats;
using core::Checkpoint;
using core::InputStats;
using core::LinearInput;
using core::Matrix;

namespace {

std::shared_ptr<const Checkpoint> tinyCheckpoint()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    return Checkpoint::open(folder.path());
}

std::vector<std::vector<int>> someSequences(int count, int length)
{
    std::vector<std::vector<int>> sequences;
    for (int i = 0; i < count; ++i) {
        sequences.emplace_back();
        for (int position = 0; position < length; ++position)
            sequences.back().push_back(1 + (29 * i + 13 * position + position * position) % 250);
    }
    return sequences;
}

/// Everything that one linear input and one depth were shown.
struct Recorder : core::WalkObserver {
    std::vector<Matrix> down; ///< tiles of the input of ffn_down in layer 1
    std::vector<Matrix> depth3; ///< tiles of the stream after attention in layer 1
    void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index) override
    {
        if (input == LinearInput::Down && layer == 1)
            down.push_back(x);
    }
    void residual(int depth, const core::MatrixView& hidden, Eigen::Index) override
    {
        if (depth == 3)
            depth3.push_back(hidden);
    }
};

Matrix stacked(const std::vector<Matrix>& tiles)
{
    Eigen::Index rows = 0;
    for (const Matrix& tile : tiles)
        rows += tile.rows();
    Matrix all(rows, tiles.front().cols());
    rows = 0;
    for (const Matrix& tile : tiles) {
        all.middleRows(rows, tile.rows()) = tile;
        rows += tile.rows();
    }
    return all;
}

bool near(double a, double b, double relative)
{
    if (std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b)))
        return true;
    qWarning("%.9g and %.9g", a, b);
    return false;
}

} // namespace

class TestActivationStats : public QObject {
    Q_OBJECT
private slots:
    void listsInputsByLayerThenHead()
    {
        const auto checkpoint = tinyCheckpoint();
        const ActivationStats stats = core::activationStats(*checkpoint, someSequences(3, 20), {});
        QCOMPARE(stats.sequences, 3);
        QCOMPARE(stats.length, 20);
        std::vector<std::pair<int, LinearInput>> found;
        for (const InputStats& input : stats.inputs)
            found.emplace_back(input.layer, input.input);
        const std::vector<std::pair<int, LinearInput>> expected{ { 0, LinearInput::Attention },
            { 0, LinearInput::AttentionOutput }, { 0, LinearInput::FeedForward },
            { 0, LinearInput::Down }, { 1, LinearInput::Attention },
            { 1, LinearInput::AttentionOutput }, { 1, LinearInput::FeedForward },
            { 1, LinearInput::Down }, { -1, LinearInput::Head } };
        QVERIFY(found == expected);
        QCOMPARE(stats.find(LinearInput::Down, 1)->absmax.size(), std::size_t(128));
        QVERIFY(!stats.find(LinearInput::Down, 2));
        QCOMPARE(stats.residualAbsmax.rows(), Eigen::Index(5));
        QCOMPARE(stats.largest.size(), std::size_t(3 * 5));
    }

    void agreesWithPlainSums()
    {
        const auto checkpoint = tinyCheckpoint();
        const auto sequences = someSequences(90, 60); // two tiles
        const ActivationStats stats = core::activationStats(*checkpoint, sequences, {});
        Recorder recorder;
        core::HiddenStates hidden = core::embed(*checkpoint, sequences);
        core::walk(hidden, *checkpoint, &recorder, {});
        QVERIFY(recorder.down.size() > 1);
        const core::MatrixD x = stacked(recorder.down).cast<double>();
        const InputStats& down = *stats.find(LinearInput::Down, 1);
        for (Eigen::Index channel = 0; channel < x.cols(); ++channel) {
            const auto values = x.col(channel).array();
            QVERIFY(near(down.absmax[std::size_t(channel)], values.abs().maxCoeff(), 1e-7));
            QVERIFY(near(down.meanAbs[std::size_t(channel)], values.abs().mean(), 1e-6));
            QVERIFY(near(down.meanSquare[std::size_t(channel)], values.square().mean(), 1e-6));
        }
        const double mean = x.mean();
        const auto distance = x.array() - mean;
        const double deviation = std::sqrt(distance.square().mean());
        QCOMPARE(down.moments.count, std::uint64_t(x.size()));
        QVERIFY(near(down.moments.mean, mean, 1e-9));
        QVERIFY(near(down.moments.deviation, deviation, 1e-9));
        QVERIFY(near(down.moments.kurtosis, (distance / deviation).pow(4).mean() - 3, 1e-8));
        QCOMPARE(down.histogram.counts.size(), core::histogramBins);
        QCOMPARE(std::accumulate(
                     down.histogram.counts.begin(), down.histogram.counts.end(), std::uint64_t(0)),
            std::uint64_t(x.size()));
        QVERIFY(down.histogram.maximum >= down.moments.absmax());
        QVERIFY(down.histogram.maximum <= 2 * down.moments.absmax());
    }

    void findsTheLargestValuesAndTheirPlace()
    {
        const auto checkpoint = tinyCheckpoint();
        const auto sequences = someSequences(90, 60);
        const ActivationStats stats = core::activationStats(*checkpoint, sequences, {});
        Recorder recorder;
        core::HiddenStates hidden = core::embed(*checkpoint, sequences);
        core::walk(hidden, *checkpoint, &recorder, {});
        const Matrix x = stacked(recorder.depth3);
        QVERIFY(stats.residualAbsmax.row(3) == x.cwiseAbs().colwise().maxCoeff());
        Eigen::Index row = 0, channel = 0;
        x.cwiseAbs().maxCoeff(&row, &channel);
        const core::LargeValue& largest = stats.largest[9];
        QCOMPARE(largest.depth, 3);
        QCOMPARE(largest.channel, int(channel));
        QCOMPARE(largest.value, x(row, channel));
        QCOMPARE(largest.sequence, int(row / 60));
        QCOMPARE(largest.position, int(row % 60));
        QCOMPARE(largest.token, sequences[std::size_t(row / 60)][std::size_t(row % 60)]);
        QVERIFY(std::abs(stats.largest[10].value) <= std::abs(largest.value));
        QVERIFY(stats.largest[10].channel != largest.channel);
    }

    void widensTheHistogramWithoutLosingCounts()
    {
        core::ChannelSums sums(2);
        Matrix first(2, 2), second(2, 2);
        first << 0, 0, 0, 0; // no width yet
        second << 1.0f, -0.5f, 0.3f, 0.0f;
        sums.add(first);
        sums.add(second);
        second << 5.0f, -0.1f, 0.1f, 2.0f; // beyond 1, 2 and 4
        sums.add(second);
        const core::Histogram histogram = sums.stats(LinearInput::Down, 0).histogram;
        QCOMPARE(histogram.maximum, 8.0);
        QCOMPARE(histogram.minimum, -8.0);
        QCOMPARE(histogram.counts[histogram.bin(5.0)], std::uint64_t(1));
        QCOMPARE(histogram.counts[histogram.bin(2.0)], std::uint64_t(1));
        QCOMPARE(
            histogram.counts[histogram.bin(0.999)], std::uint64_t(1)); // 1 was the last bin's end
        QCOMPARE(histogram.counts[histogram.bin(-0.5)], std::uint64_t(1));
        QCOMPARE(
            std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t(0)),
            std::uint64_t(12));
    }

    void leavesOutWhatIsNotFinite()
    {
        core::ChannelSums sums(2);
        Matrix x(2, 2);
        x << std::numeric_limits<float>::infinity(), 2, 1, std::nanf("");
        sums.add(x);
        const InputStats stats = sums.stats(LinearInput::Down, 0);
        QCOMPARE(stats.moments.nonFinite, std::uint64_t(2));
        QCOMPARE(stats.absmax, (std::vector<float>{ 1, 2 }));
        QCOMPARE(stats.meanSquare, (std::vector<float>{ 0.5f, 2 }));
    }

    void givesTheSameBitsForAnyNumberOfThreads()
    {
        const auto checkpoint = tinyCheckpoint();
        const auto sequences = someSequences(90, 60);
        const ActivationStats many = core::activationStats(*checkpoint, sequences, {});
        const support::OneProcessor one;
        const ActivationStats single = core::activationStats(*checkpoint, sequences, {});
        QVERIFY(many.residualAbsmax == single.residualAbsmax);
        for (std::size_t i = 0; i < many.inputs.size(); ++i) {
            QCOMPARE(many.inputs[i].meanSquare, single.inputs[i].meanSquare);
            QCOMPARE(many.inputs[i].meanAbs, single.inputs[i].meanAbs);
            QCOMPARE(many.inputs[i].moments.kurtosis, single.inputs[i].moments.kurtosis);
            QCOMPARE(many.inputs[i].histogram.counts, single.inputs[i].histogram.counts);
        }
    }

    void comesBackFromItsBytes()
    {
        const ActivationStats stats
            = core::activationStats(*tinyCheckpoint(), someSequences(4, 60), {});
        const std::vector<std::byte> bytes = core::activationStatsToBytes(stats);
        const ActivationStats back = core::activationStatsFromBytes(bytes, "the shelf");
        QVERIFY(core::activationStatsToBytes(back) == bytes);
        QCOMPARE(back.sequences, stats.sequences);
        QCOMPARE(back.inputs.size(), stats.inputs.size());
        QCOMPARE(back.inputs.back().input, stats.inputs.back().input);
        QCOMPARE(back.inputs[3].moments.kurtosis, stats.inputs[3].moments.kurtosis);
        QCOMPARE(back.inputs[3].meanSquare, stats.inputs[3].meanSquare);
        QVERIFY(back.residualAbsmax == stats.residualAbsmax);
        QCOMPARE(back.largest.back().token, stats.largest.back().token);
    }

    void thoseOfExpertsComeBack()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("qwen2moe", folder.path());
        const ActivationStats stats = core::activationStats(
            *Checkpoint::open(folder.path()), someSequences(4, 60), {});
        QVERIFY(stats.find(LinearInput::ExpertsDown, 1));
        QVERIFY(stats.find(LinearInput::SharedDown, 1));
        const std::vector<std::byte> bytes = core::activationStatsToBytes(stats);
        QVERIFY(core::activationStatsToBytes(core::activationStatsFromBytes(bytes, "the shelf"))
            == bytes);
    }

    void refusesDamagedBytes()
    {
        const std::vector<std::byte> bytes = core::activationStatsToBytes(
            core::activationStats(*tinyCheckpoint(), someSequences(4, 60), {}));
        for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 50) {
            const auto cut = std::span(bytes).first(length);
            QVERIFY(!support::messageOf([&] {
                (void)core::activationStatsFromBytes(cut, "the shelf");
            }).empty());
        }
        std::vector<std::byte> huge = bytes;
        std::fill_n(huge.begin() + 12, 4, std::byte(0xff)); // the number of inputs
        QVERIFY(!support::messageOf([&] {
            (void)core::activationStatsFromBytes(huge, "the shelf");
        }).empty());
    }

    void refusesToMeasureNothing()
    {
        const auto checkpoint = tinyCheckpoint();
        QCOMPARE(support::messageOf([&] { core::activationStats(*checkpoint, {}, {}); }),
            std::string("there is no token sequence to measure activations on, expected at least "
                        "one"));
    }
};

QTEST_APPLESS_MAIN(TestActivationStats)
#include "tst_activationstats.moc"

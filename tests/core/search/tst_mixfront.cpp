// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixfront.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using core::MixFront;
using core::MixOption;
using Options = std::vector<std::vector<MixOption>>;

namespace {

/// Tensors of several sizes with options of some bits each, losing about a quarter for each bit;
/// some of them lose more than smaller ones.
Options randomTensors(std::size_t count, std::uint32_t seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> share(0.3, 1.7);
    Options tensors;
    for (std::size_t tensor = 0; tensor < count; ++tensor) {
        const std::uint64_t weights = 256 * (1 + random() % 40);
        const double sensitivity = share(random) * share(random) * double(weights);
        std::vector<MixOption> options;
        for (const double bits : { 2.625, 3.4375, 4.25, 4.5, 5.5, 6.5625, 8.5 })
            options.push_back({ std::uint64_t(double(weights) * bits / 8),
                sensitivity * std::pow(4, -bits) * share(random) });
        tensors.push_back(options);
    }
    return tensors;
}

/// The least loss within `bytes` of all combinations.
double leastLoss(const Options& tensors, std::uint64_t bytes)
{
    double least = std::numeric_limits<double>::max();
    const auto go = [&](auto&& self, std::size_t tensor, std::uint64_t used, double loss) -> void {
        if (used > bytes)
            return;
        if (tensor == tensors.size()) {
            least = std::min(least, loss);
            return;
        }
        for (const MixOption& option : tensors[tensor])
            self(self, tensor + 1, used + option.bytes, loss + option.loss);
    };
    go(go, 0, 0, 0);
    return least;
}

} // namespace

class TestMixFront : public QObject {
    Q_OBJECT

private slots:
    void findsWhatTryingAllCombinationsFinds()
    {
        for (std::uint32_t seed = 1; seed <= 30; ++seed) {
            const Options tensors = randomTensors(6, seed);
            const MixFront front(tensors);
            for (int step = 0; step <= 10; ++step) {
                const std::uint64_t bytes
                    = front.leastBytes() + (front.mostBytes() - front.leastBytes()) * step / 10;
                const auto chosen = front.best(bytes);
                QVERIFY(front.bytesOf(chosen) <= bytes);
                QVERIFY(front.lossOf(chosen) <= leastLoss(tensors, bytes) * (1 + 1e-12));
            }
        }
    }

    void comesCloseToTheBoundOfTheRelaxedProblem()
    {
        const MixFront front(randomTensors(210, 7));
        for (const double share : { 0.05, 0.2, 0.4, 0.6, 0.9 }) {
            const auto bytes = front.leastBytes()
                + std::uint64_t(double(front.mostBytes() - front.leastBytes()) * share);
            const auto quick = front.quick(bytes), best = front.best(bytes);
            QVERIFY(front.bytesOf(quick) <= bytes && front.bytesOf(best) <= bytes);
            QVERIFY(front.lossOf(best) <= front.lossOf(quick));
            QVERIFY2(front.bytesOf(best) >= bytes - bytes / 500,
                qPrintable(QString::number(double(front.bytesOf(best)) / double(bytes))));
            // What two thousandths of the bytes less would lose bounds how much better any is.
            QVERIFY(front.lossOf(best) < front.lossOf(front.quick(bytes - bytes / 500)));
        }
    }

    void losesNeverMoreWithMoreBytes()
    {
        const MixFront front(randomTensors(60, 3));
        double before = std::numeric_limits<double>::max();
        for (int step = 0; step <= 40; ++step) {
            const auto bytes
                = front.leastBytes() + (front.mostBytes() - front.leastBytes()) * step / 40;
            const double loss = front.lossOf(front.best(bytes));
            QVERIFY(loss <= before);
            before = loss;
        }
    }

    void takesTheLeastLossOnceThereIsRoom()
    {
        // The second format of each is larger and loses more: nothing for it.
        const Options tensors{ { { 10, 3 }, { 12, 5 }, { 20, 1 } }, { { 10, 2 }, { 20, 2 } } };
        const MixFront front(tensors);
        QCOMPARE(front.leastBytes(), 20u);
        QCOMPARE(front.mostBytes(), 30u);
        QCOMPARE(front.best(1000), (std::vector<std::size_t>{ 2, 0 }));
        QCOMPARE(front.quick(29), (std::vector<std::size_t>{ 0, 0 }));
    }

    void answersForTwentyThousandTensors()
    {
        const MixFront front(randomTensors(20000, 11));
        const auto bytes = front.leastBytes() + (front.mostBytes() - front.leastBytes()) / 2;
        const auto chosen = front.quick(bytes);
        QVERIFY(front.bytesOf(chosen) <= bytes);
        QVERIFY(front.bytesOf(chosen) > bytes - bytes / 10000);
    }
};

QTEST_GUILESS_MAIN(TestMixFront)
#include "tst_mixfront.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/sampling.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

using core::chooseToken;
using core::Matrix;

namespace {

Matrix row(std::initializer_list<float> values)
{
    Matrix logits(1, Eigen::Index(values.size()));
    std::copy(values.begin(), values.end(), logits.data());
    return logits;
}

} // namespace

class TestSampling : public QObject {
    Q_OBJECT
private slots:
    /// The known answers that come with the paper's own implementation (Random123, kat_vectors).
    void philoxGivesTheKnownAnswers()
    {
        using Words = std::array<std::uint32_t, 4>;
        QVERIFY(core::philox({ 0, 0, 0, 0 }, { 0, 0 })
            == (Words{ 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 }));
        const std::uint32_t ones = 0xffffffff;
        QVERIFY(core::philox({ ones, ones, ones, ones }, { ones, ones })
            == (Words{ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd }));
        QVERIFY(core::philox(
                    { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 })
            == (Words{ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 }));
    }

    void withoutTemperatureTheLikeliestIsTakenTheFirstOfEquals()
    {
        QCOMPARE(chooseToken(row({ 1, 5, 2, 5, -3 }), {}, 7), 1);
        QCOMPARE(chooseToken(row({ -2 }), {}, 0), 0);
    }

    void drawsComeFromTheSoftmax()
    {
        const Matrix logits = row({ 0, 1, -1, 2, 0.5f });
        const double temperature = 0.7;
        std::vector<int> counts(5);
        constexpr int draws = 40'000;
        for (std::uint32_t step = 0; step < draws; ++step)
            ++counts[std::size_t(chooseToken(logits, { temperature, 11 }, step))];
        double sum = 0;
        for (const float logit : logits.row(0))
            sum += std::exp(double(logit) / temperature);
        for (std::size_t token = 0; token < counts.size(); ++token) {
            const double p = std::exp(double(logits(0, Eigen::Index(token))) / temperature) / sum;
            const double deviation = std::sqrt(p * (1 - p) / draws);
            QVERIFY(std::abs(counts[token] / double(draws) - p) < 4 * deviation);
        }
    }

    void whatCannotWinIsPassedOverWithoutChangingTheDraw()
    {
        Matrix logits(1, 4001);
        for (Eigen::Index i = 0; i < logits.size(); ++i)
            logits(0, i) = float(i * 7919 % 4001) / 100;
        for (const double temperature : { 0.1, 1.0, 8.0 })
            for (std::uint32_t step = 0; step < 20; ++step) {
                double most = -1e9;
                Eigen::Index best = -1;
                for (Eigen::Index token = 0; token < logits.size(); ++token) {
                    const auto four = core::philox(
                        { std::uint32_t(token / 4), step, 0, 0 }, { 5, 1 }); // the seed's halves
                    const double u = (four[std::size_t(token % 4)] + 0.5) / 4294967296.0;
                    const double value
                        = double(logits(0, token)) / temperature - std::log(-std::log(u));
                    if (value > most) {
                        most = value;
                        best = token;
                    }
                }
                QCOMPARE(chooseToken(logits, { temperature, (1ull << 32) + 5 }, step), int(best));
            }
    }

    void theSameSeedAndStepGiveTheSameNoiseToEveryModel()
    {
        const Matrix one = row({ 0, 0.2f, 0.1f, 0 }), other = row({ 0, 0.2f, 0.1f, 0.001f });
        int same = 0;
        std::set<int> seen;
        for (std::uint32_t step = 0; step < 500; ++step) {
            const int token = chooseToken(one, { 1, 3 }, step);
            seen.insert(token);
            same += token == chooseToken(other, { 1, 3 }, step) ? 1 : 0;
        }
        QVERIFY(same > 490);
        QCOMPARE(seen.size(), std::size_t(4));
    }
};

QTEST_APPLESS_MAIN(TestSampling)
#include "tst_sampling.moc"

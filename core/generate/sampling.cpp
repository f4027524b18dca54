// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/sampling.h"

#include "core/base/vectormath.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace core {

namespace {

    constexpr double largestNoise = 23; // of a word of 32 bits: −ln(2⁻³³) = 22.9

    /// −ln(−ln u), u inside (0, 1).
    double gumbel(std::uint32_t word)
    {
        return -std::log(-std::log((double(word) + 0.5) * 0x1p-32));
    }

    int likeliest(const Matrix& logits)
    {
        const float* end = logits.data() + logits.size();
        const float largest = vectormath::largest(logits.data(), std::size_t(logits.size()));
        return int(std::find(logits.data(), end, largest) - logits.data());
    }

} // namespace

std::array<std::uint32_t, 4> philox(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key)
{
    constexpr std::uint64_t first = 0xD2511F53, second = 0xCD9E8D57; // the paper's multipliers
    constexpr int rounds = 10;
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t a = first * counter[0], b = second * counter[2];
        counter = { std::uint32_t(b >> 32) ^ counter[1] ^ key[0], std::uint32_t(b),
            std::uint32_t(a >> 32) ^ counter[3] ^ key[1], std::uint32_t(a) };
        key[0] += 0x9E3779B9; // the golden ratio and √3 − 1, as the paper's Weyl sequences
        key[1] += 0xBB67AE85;
    }
    return counter;
}

int chooseToken(const Matrix& logits, const Sampling& sampling, std::uint32_t step)
{
    assert(logits.rows() == 1 && logits.cols() > 0);
    const int top = likeliest(logits);
    if (sampling.temperature == 0)
        return top;
    const std::array key{ std::uint32_t(sampling.seed), std::uint32_t(sampling.seed >> 32) };
    int best = top;
    double most = -std::numeric_limits<double>::infinity();
    const auto consider = [&](Eigen::Index token, std::uint32_t word) {
        const double value = double(logits(0, token)) / sampling.temperature + gumbel(word);
        if (value > most) {
            most = value;
            best = int(token);
        }
    };
    const auto words = [&](Eigen::Index four) {
        return philox({ std::uint32_t(four), step, 0, 0 }, key);
    };
    consider(top, words(top / 4)[std::size_t(top % 4)]); // so that few others can be larger
    for (Eigen::Index first = 0; first < logits.cols(); first += 4) {
        const Eigen::Index count = std::min<Eigen::Index>(4, logits.cols() - first);
        const double largest = double(logits.row(0).segment(first, count).maxCoeff());
        if (largest / sampling.temperature + largestNoise < most)
            continue;
        const auto four = words(first / 4);
        for (Eigen::Index i = 0; i < count; ++i)
            consider(first + i, four[std::size_t(i)]);
    }
    return best;
}

} // namespace core

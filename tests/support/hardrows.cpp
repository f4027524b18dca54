// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hardrows.h"

#include "core/base/half.h"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>

namespace hardrows {

namespace {

    using Random = std::mt19937_64;

    /// Own distributions: those of the standard library differ between implementations.
    double uniform(Random& random) { return double(random() >> 11) * 0x1p-53; }

    double normal(Random& random)
    {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(random)));
        return radius * std::cos(6.283185307179586 * uniform(random));
    }

    Rows make(
        const std::string& name, std::size_t count, const std::function<double(std::size_t)>& at)
    {
        Rows rows{ name, std::vector<float>(count * columns) };
        for (std::size_t i = 0; i < rows.values.size(); ++i)
            rows.values[i] = float(at(i));
        return rows;
    }

    void addRandom(std::vector<Rows>& all, Random& random)
    {
        all.push_back(make("normal", 24, [&](std::size_t) { return 0.02 * normal(random); }));
        all.push_back(
            make("normal, large", 4, [&](std::size_t) { return 300.0 * normal(random); }));
        all.push_back(make("uniform", 8, [&](std::size_t) { return uniform(random) - 0.5; }));
        all.push_back(make("heavy tails", 8,
            [&](std::size_t) { return 0.01 * normal(random) / (uniform(random) + 1e-3); }));
        all.push_back(make("many magnitudes", 8, [&](std::size_t) {
            return normal(random) * std::pow(10.0, 20 * uniform(random) - 12);
        }));
        all.push_back(make("positive", 4, [&](std::size_t) { return 1.0 + uniform(random); }));
        all.push_back(make("negative", 4, [&](std::size_t) { return -1.0 - uniform(random); }));
        all.push_back(make("sparse", 8,
            [&](std::size_t) { return uniform(random) < 0.03 ? normal(random) : 0.0; }));
        all.push_back(make("on a grid", 8,
            [&](std::size_t) { return 0.0625 * std::floor(16 * uniform(random) - 8); }));
        all.push_back(
            make("signs", 4, [&](std::size_t) { return uniform(random) < 0.5 ? -1 : 1; }));
        all.push_back(make("zero groups", 8, [&](std::size_t i) {
            return (i / 16) % 3 == 0 || (i / 32) % 4 == 1 ? 0.0 : normal(random);
        }));
        all.push_back(make("one outlier", 8, [&](std::size_t i) {
            return i % columns == (i / columns) * 97 ? 50.0 : 0.02 * normal(random);
        }));
    }

    void addExtreme(std::vector<Rows>& all, Random& random)
    {
        all.push_back(make("zero", 1, [](std::size_t) { return 0.0; }));
        all.push_back(make("negative zero", 1, [](std::size_t) { return -0.0; }));
        all.push_back(make("both zeros", 2, [](std::size_t i) { return i % 3 ? 0.0 : -0.0; }));
        all.push_back(make("constant", 1, [](std::size_t) { return 0.37; }));
        all.push_back(make("negative constant", 1, [](std::size_t) { return -0.37; }));
        all.push_back(make("ramp", 1, [](std::size_t i) { return double(i) / 100 - 3; }));
        all.push_back(
            make("single weight", 4, [](std::size_t i) { return i % 700 == 5 ? 1e-3 : 0.0; }));
        for (const double size : { 1e-44, 1e-41, 3e-39, 1e-38, 1e-30, 1e-20, 1e-15, 1e-9, 1e-6 })
            all.push_back(make("size " + std::to_string(std::log10(size)), 3,
                [&](std::size_t) { return size * normal(random); }));
        for (const double size : { 1e5, 1e8, 1e15, 1e18, 1e19, 2e19, 1e25, 1e30, 1e37 })
            all.push_back(make("size " + std::to_string(std::log10(size)), 3,
                [&](std::size_t) { return size * normal(random); }));
        all.push_back(make("the largest float", 2, [&](std::size_t) {
            return (uniform(random) < 0.5 ? -1 : 1) * double(std::numeric_limits<float>::max());
        }));
    }

    /// The largest weight of 32 is a power of two or some of the floats just below one, whose
    /// logarithm rounds to that of the power.
    Rows belowPowersOfTwo()
    {
        return make("below powers of two", 18, [](std::size_t i) {
            const std::size_t block = i / 32;
            const int exponent = int(block % 48) * 5 - 117;
            const double place = std::ldexp(1.0, exponent - 24);
            const unsigned places = 1u << block / 48 >> 1; // 0, 1, 2, 4 … 128
            return i % 32 == 7 ? std::ldexp(1.0, exponent) - places * place
                               : std::ldexp(double(i % 13) / 16, exponent);
        });
    }

} // namespace

const std::vector<Rows>& weights()
{
    static const std::vector<Rows> all = [] {
        Random random(1);
        std::vector<Rows> made;
        addRandom(made, random);
        addExtreme(made, random);
        made.push_back(sampleWeights(64));
        made.push_back(belowPowersOfTwo());
        return made;
    }();
    return all;
}

Rows sampleWeights(std::size_t count)
{
    const std::string path = QUANTSCOPE_SOURCE_DIR "/resources/sample/model.safetensors";
    std::ifstream file(path, std::ios::binary);
    std::uint64_t headerLength = 0; // a safetensors file is u64 length, header, then all tensors
    file.read(reinterpret_cast<char*>(&headerLength), sizeof(headerLength));
    file.seekg(std::streamoff(8 + headerLength));
    // From the embedding's last rows on into the first layer's matrices.
    file.seekg(2'000'000, std::ios::cur);
    std::vector<char> bytes(count * columns * 2);
    if (!file.read(bytes.data(), std::streamsize(bytes.size())))
        throw std::runtime_error(path + " is not there or too short");
    Rows rows{ "sample", std::vector<float>(count * columns) };
    core::bfloat16sToFloats(
        reinterpret_cast<const std::byte*>(bytes.data()), rows.values.size(), rows.values.data());
    return rows;
}

const std::vector<Rows>& importances()
{
    static const std::vector<Rows> all = [] {
        Random random(2);
        return std::vector<Rows>{
            { "none", {} },
            make("even", 1, [](std::size_t) { return 1.0; }),
            make("spread", 1, [&](std::size_t) { return std::exp(3 * normal(random)); }),
            make("with zeros", 1,
                [&](std::size_t i) {
                    return (i / 16) % 3 == 1 || i % 7 == 0 ? 0 : uniform(random);
                }),
            make("all zero", 1, [](std::size_t) { return 0.0; }),
            make("tiny", 1, [&](std::size_t) { return 1e-30 * uniform(random); }),
        };
    }();
    return all;
}

std::vector<float> normalWeights(std::size_t count)
{
    Random random(3);
    std::vector<float> weights(count);
    for (float& weight : weights)
        weight = float(normal(random));
    return weights;
}

std::vector<std::byte> randomBytes(std::size_t count)
{
    Random random(4);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes)
        byte = std::byte(random() & 0xff);
    return bytes;
}

} // namespace hardrows

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

using support::Damage;
using support::messageOf;
using support::TemporaryFolder;
using support::TinyModel;

namespace {

/// What the readers of core/files say about the weights of `model`.
std::string complaint(const TinyModel& model)
{
    const TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return messageOf([&] { core::readSafetensors(folder / "model.safetensors"); });
}

std::vector<float> decoded(const core::StoredTensor& tensor)
{
    std::vector<float> weights(*core::weightCount(tensor.shape));
    tensor.format->decodeBlocks(tensor.bytes.data(),
        weights.size() / std::size_t(tensor.format->blockSize), weights.data());
    return weights;
}

} // namespace

/// The other tests stand on these models, so what they promise is tested too.
class TestTinyModel : public QObject {
    Q_OBJECT
private slots:
    void readsBackTheSameWeights()
    {
        const TemporaryFolder folder;
        const TinyModel model;
        support::writeTinyModel(model, folder.path());
        const auto expected = support::tinyTensors(model);
        const auto found = core::readSafetensors(folder / "model.safetensors");
        QCOMPARE(found.size(), std::size_t(2 + 9 * 2));
        for (std::size_t i = 0; i < found.size(); ++i) {
            QCOMPARE(found[i].name, expected[i].name);
            QCOMPARE(found[i].shape, expected[i].shape);
            QCOMPARE(decoded(found[i]), expected[i].weights);
        }
    }

    void spreadsOverShardsInEveryFloatFormat()
    {
        for (const core::Format* format :
            { &core::formats::f32, &core::formats::f16, &core::formats::bf16 }) {
            const TemporaryFolder folder;
            TinyModel model;
            model.format = format;
            model.shards = 3;
            model.isTied = false;
            support::writeTinyModel(model, folder.path());
            const auto found
                = core::readSafetensorsIndex(folder / "model.safetensors.index.json").tensors;
            QCOMPARE(found.size(), std::size_t(3 + 9 * 2));
            QCOMPARE(found.front().format, format);
            std::set<std::string> files;
            for (const core::StoredTensor& tensor : found)
                files.insert(tensor.file);
            QCOMPARE(files.size(), std::size_t(3));
        }
    }

    void hasAReversibleTokenizer()
    {
        const auto tokens = support::tinyTokens();
        QCOMPARE(tokens.size(), std::size_t(257 + support::tinyMerges().size()));
        std::set<std::string> known(tokens.begin(), tokens.begin() + 257);
        for (const auto& [left, right] : support::tinyMerges()) {
            QVERIFY(known.contains(left) && known.contains(right)); // made before it is used
            QVERIFY(known.insert(left + right).second);
        }
        QCOMPARE(known.size(), tokens.size());
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        const core::Json json = core::readJson(folder / "tokenizer.json");
        QCOMPARE(json["model"]["vocab"].size(), tokens.size());
    }

    void writesTheSameModelAsGguf()
    {
        const TemporaryFolder folder;
        const TinyModel model;
        support::writeTinyGguf(model, folder / "m.gguf", core::formats::q8_0);
        const core::GgufFile file = core::readGguf(folder / "m.gguf");
        const auto expected = support::tinyTensors(model);
        QCOMPARE(file.tensors.size(), expected.size());
        const core::StoredTensor& down = file.tensors[expected.size() - 2];
        QCOMPARE(down.name, std::string("blk.1.ffn_down.weight"));
        QCOMPARE(down.format, &core::formats::q8_0);
        const auto weights = decoded(down);
        for (std::size_t i = 0; i < weights.size(); ++i)
            QVERIFY(std::abs(weights[i] - expected[expected.size() - 2].weights[i]) < 0.005f);
    }

    void permutesTheRowsOfRotatedMatricesInGguf()
    {
        const TemporaryFolder folder;
        const TinyModel model;
        support::writeTinyGguf(model, folder / "m.gguf");
        const auto queries = decoded(core::readGguf(folder / "m.gguf").tensors[2]);
        const auto original = support::tinyTensors(model)[2].weights;
        // The second row of a head of 16 is the original's ninth, the third its second.
        for (int column = 0; column < 64; ++column) {
            QCOMPARE(queries[std::size_t(64 * 1 + column)], original[std::size_t(64 * 8 + column)]);
            QCOMPARE(
                queries[std::size_t(64 * 18 + column)], original[std::size_t(64 * 17 + column)]);
        }
    }

    void isDamagedAsAsked()
    {
        TinyModel model;
        model.damage = Damage::Truncated;
        QVERIFY(complaint(model).ends_with(": the download is not complete"));
        model.damage = Damage::HeaderTooLong;
        QVERIFY(complaint(model).find(": the header needs ") != std::string::npos);
        model.damage = Damage::Overlap;
        QVERIFY(complaint(model).find(
                    " and overlaps tensor model.embed_tokens.weight, which ends at byte ")
            != std::string::npos);
        model.damage = Damage::MissingTensor;
        QCOMPARE(support::tinyTensors(model).size(), std::size_t(2 + 9 * 2 - 1));
        model.damage = Damage::WrongShape;
        model.damagedTensor = "model.norm.weight";
        QCOMPARE(support::tinyTensors(model).back().shape, std::vector<std::int64_t>{ 63 });
        QCOMPARE(complaint(model), std::string("no error"));
        model.damage = Damage::Nan;
        model.damagedTensor = "model.layers.0.self_attn.q_proj.weight";
        QVERIFY(std::isnan(support::tinyTensors(model)[2].weights[64 * 3 + 5]));
        model.damage = Damage::NoTokenizer;
        const TemporaryFolder folder;
        support::writeTinyModel(model, folder.path());
        QVERIFY(!std::filesystem::exists(folder / "tokenizer.json"));
    }
};

QTEST_APPLESS_MAIN(TestTinyModel)
#include "tst_tinymodel.moc"

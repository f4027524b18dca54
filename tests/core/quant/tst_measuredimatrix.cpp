// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/inputimportance.h"
#include "core/quant/measuredimatrix.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>
#include <numeric>

using core::Checkpoint;
using core::ImatrixScope;
using core::ImportanceMatrix;
using support::TemporaryFolder;

namespace {

std::shared_ptr<const Checkpoint> opened(const std::string& architecture)
{
    const TemporaryFolder folder;
    support::writeTinyArchitecture(architecture, folder.path());
    return Checkpoint::open(folder.path());
}

std::vector<std::vector<int>> someSequences()
{
    std::vector<std::vector<int>> sequences;
    for (int i = 0; i < 3; ++i) {
        sequences.emplace_back();
        for (int position = 0; position < 32; ++position)
            sequences.back().push_back(1 + (31 * i + 7 * position + position * position) % 250);
    }
    return sequences;
}

ImportanceMatrix measured(const Checkpoint& checkpoint, const core::Shelf* shelf = nullptr,
    ImatrixScope scope = ImatrixScope::Layers)
{
    return core::measureImatrix(checkpoint, someSequences(), "some.txt", scope, shelf, {});
}

} // namespace

class TestMeasuredImatrix : public QObject {
    Q_OBJECT
private slots:
    void sumsDividedByCountsAreTheImportance_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitectures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void sumsDividedByCountsAreTheImportance()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        const TemporaryFolder folder;
        core::writeImatrix(folder / "i.gguf", measured(*checkpoint));
        const core::Importance read = core::readImatrix(folder / "i.gguf");
        const core::Importance means = core::inputImportance(*checkpoint, someSequences(), {});
        int compared = 0;
        for (const auto& [tensor, expected] : means) {
            const auto found = read.find(tensor);
            if (!tensor.starts_with("blk.")) {
                QVERIFY(found == read.end());
                continue;
            }
            QVERIFY2(found != read.end(), tensor.c_str());
            QCOMPARE(found->second.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                if (expected[i] > 0) // an expert without a token is read as ones
                    QVERIFY(std::abs(found->second[i] / expected[i] - 1) < 1e-5f);
            ++compared;
        }
        QVERIFY(compared >= 4 * checkpoint->config().layers);
    }

    void expertsAreCountedByTheTokensThatCameToEach()
    {
        const auto checkpoint = opened("qwen2moe");
        const ImportanceMatrix imatrix = measured(*checkpoint);
        const core::ImportanceSums& gate = imatrix.tensors.at("blk.0.ffn_gate_exps.weight");
        const core::ModelConfig& config = checkpoint->config();
        QCOMPARE(gate.counts.size(), std::size_t(config.experts));
        QCOMPARE(gate.squares.size(), std::size_t(config.experts * config.hidden));
        QCOMPARE(std::accumulate(gate.counts.begin(), gate.counts.end(), 0.0f),
            float(3 * 32 * config.expertsUsed));
        QVERIFY(imatrix.tensors.at("blk.0.ffn_down_exps.weight").counts == gate.counts);
        QVERIFY(imatrix.tensors.contains("blk.0.ffn_gate_inp.weight")); // llama.cpp sees it, too
        QVERIFY(imatrix.tensors.contains("blk.0.ffn_down_shexp.weight"));
    }

    void theHeadIsThereOnlyWhenItIsAskedFor()
    {
        const auto checkpoint = opened("llama");
        QVERIFY(!measured(*checkpoint).tensors.contains("output.weight"));
        const auto whole = measured(*checkpoint, nullptr, ImatrixScope::LayersAndHead);
        QVERIFY(whole.tensors.contains("output.weight"));
        const auto tied = measured(*opened("llama-tied"), nullptr, ImatrixScope::LayersAndHead);
        QVERIFY(!tied.tensors.contains("output.weight"));
        QVERIFY(!tied.tensors.contains("token_embd.weight"));
    }

    void whatWasMeasuredBeforeComesFromTheShelf()
    {
        const TemporaryFolder folder;
        const core::Shelf shelf(folder.path());
        const auto checkpoint = opened("gpt-oss");
        const ImportanceMatrix first = measured(*checkpoint, &shelf);
        QCOMPARE(shelf.entries().size(), std::size_t(1));
        const core::Progress noWork({}, [](double, const std::string&) { QFAIL("walks again"); });
        const ImportanceMatrix again = core::measureImatrix(
            *checkpoint, someSequences(), "other.txt", ImatrixScope::Layers, &shelf, noWork);
        QVERIFY(again.tensors == first.tensors);
        QCOMPARE(again.dataset, std::string("other.txt"));
        QCOMPARE(again.chunks, 3u);
        QCOMPARE(again.chunkSize, 32u);
    }

    void bytesComeBackAndDamageIsSaid()
    {
        const ImportanceMatrix imatrix = measured(*opened("qwen2moe"));
        std::vector<std::byte> bytes = core::imatrixToBytes(imatrix);
        QVERIFY(core::imatrixFromBytes(bytes, "item").tensors == imatrix.tensors);
        for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + cut / 7) {
            const auto message = support::messageOf(
                [&] { core::imatrixFromBytes(std::span(bytes).first(cut), "item"); });
            QVERIFY2(message.starts_with("item: "), message.c_str());
        }
        bytes[0] = std::byte(9);
        QCOMPARE(support::messageOf([&] { core::imatrixFromBytes(bytes, "item"); }),
            std::string("item: has version 9, expected 1"));
    }

    void aFileHasWhatLlamaCppAsksFor()
    {
        const TemporaryFolder folder;
        ImportanceMatrix imatrix;
        imatrix.tensors["blk.0.ffn_down_exps.weight"] = { { 1, 2, 3, 4, 5, 6 }, { 7, 0 } };
        imatrix.tensors["blk.0.attn_q.weight"] = { { 8, 9 }, { 4 } };
        imatrix.dataset = "text.txt";
        imatrix.chunks = 5;
        imatrix.chunkSize = 64;
        core::writeImatrix(folder / "i.gguf", imatrix);
        const core::GgufFile file = core::readGguf(folder / "i.gguf");
        QVERIFY(*file.metadata.find("general.type") == core::GgufValue(std::string("imatrix")));
        QVERIFY(*file.metadata.find("imatrix.datasets")
            == core::GgufValue(core::GgufArray(std::vector<std::string>{ "text.txt" })));
        QVERIFY(*file.metadata.find("imatrix.chunk_count") == core::GgufValue(std::uint32_t(5)));
        QVERIFY(*file.metadata.find("imatrix.chunk_size") == core::GgufValue(std::uint32_t(64)));
        QCOMPARE(file.tensors.size(), std::size_t(4));
        using Shape = std::vector<std::int64_t>;
        QCOMPARE(file.tensors[0].name, std::string("blk.0.attn_q.weight.in_sum2"));
        QVERIFY(file.tensors[0].shape == (Shape{ 2 }) && file.tensors[1].shape == (Shape{ 1 }));
        QCOMPARE(file.tensors[3].name, std::string("blk.0.ffn_down_exps.weight.counts"));
        QVERIFY(
            file.tensors[2].shape == (Shape{ 2, 3 }) && file.tensors[3].shape == (Shape{ 2, 1 }));
    }
};

QTEST_APPLESS_MAIN(TestMeasuredImatrix)
#include "tst_measuredimatrix.moc"

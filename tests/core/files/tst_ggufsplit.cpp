// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ggufpieces.h"
#include "core/files/ggufsplit.h"
#include "tests/support/filebytes.h"

#include <QTest>

using core::GgufPiece;
using core::GgufTensorInfo;
using support::TemporaryFolder;

namespace {

core::GgufMetadata metadataOf(std::uint32_t alignment = 32)
{
    core::GgufMetadata metadata;
    metadata.set("general.architecture", std::string("llama"));
    metadata.set("general.name", std::string("x"));
    if (alignment != 32)
        metadata.set("general.alignment", alignment);
    return metadata;
}

/// F32 tensors of so many weights, "t0", "t1", …
std::vector<GgufTensorInfo> tensorsOf(std::initializer_list<std::int64_t> weights)
{
    std::vector<GgufTensorInfo> tensors;
    for (const std::int64_t count : weights)
        tensors.push_back({ "t" + std::to_string(tensors.size()), &core::formats::f32, { count } });
    return tensors;
}

std::vector<std::size_t> countsOf(const std::vector<GgufPiece>& pieces)
{
    std::vector<std::size_t> counts;
    for (const GgufPiece& piece : pieces)
        counts.push_back(piece.tensors.size());
    return counts;
}

} // namespace

class TestGgufSplit : public QObject {
    Q_OBJECT
private slots:
    void writesPiecesThatAreReadAsOneModel()
    {
        for (const std::uint32_t alignment : { 32u, 64u, 4096u }) {
            const TemporaryFolder folder;
            const auto tensors = tensorsOf({ 8, 10, 3, 100, 1 });
            const auto pieces = core::splitGguf(metadataOf(alignment), tensors, 3 * alignment);
            const auto files = core::pieceFiles(folder / "m.gguf", pieces.size());
            QVERIFY(pieces.size() > 1);
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                const GgufPiece& piece = pieces[i];
                core::writeGguf(
                    files[i], piece.metadata, piece.tensors,
                    [&](std::size_t tensor) {
                        return std::vector<std::byte>(piece.layout.sizes[tensor],
                            std::byte(0x40 + piece.firstTensor + tensor));
                    },
                    core::Progress());
                QCOMPARE(std::filesystem::file_size(files[i]), piece.layout.fileSize);
            }
            const core::GgufFile whole = core::readWholeGguf(files.back());
            QCOMPARE(whole.tensors.size(), tensors.size());
            for (std::size_t i = 0; i < tensors.size(); ++i) {
                QCOMPARE(whole.tensors[i].name, tensors[i].name);
                QCOMPARE(whole.tensors[i].bytes.front(), std::byte(0x40 + i));
            }
            QCOMPARE(whole.metadata.pairs().size(), metadataOf(alignment).pairs().size());
        }
    }

    void cutsWhereLlamaCppCuts()
    {
        // 32 + 32 + 64 padded bytes, then one that is too large by itself
        const auto tensors = tensorsOf({ 8, 1, 16, 100, 8 });
        using Counts = std::vector<std::size_t>;
        QCOMPARE(countsOf(core::splitGguf(metadataOf(), tensors, 128)), (Counts{ 3, 1, 1 }));
        QCOMPARE(countsOf(core::splitGguf(metadataOf(), tensors, 127)), (Counts{ 2, 1, 1, 1 }));
        QCOMPARE(countsOf(core::splitGguf(metadataOf(), tensors, 1)), (Counts{ 1, 1, 1, 1, 1 }));
        QCOMPARE(countsOf(core::splitGguf(metadataOf(), tensors, 100000)), Counts{ 5 });
    }

    void saysInEachPieceWhichItIs()
    {
        const auto pieces = core::splitGguf(metadataOf(), tensorsOf({ 8, 8 }), 32);
        QCOMPARE(pieces.size(), std::size_t(2));
        QCOMPARE(pieces[0].metadata.pairs().size(), std::size_t(5));
        QCOMPARE(pieces[1].metadata.pairs().size(), std::size_t(3));
        QCOMPARE(*pieces[1].metadata.find("split.no"), core::GgufValue(std::uint16_t(1)));
        QCOMPARE(*pieces[1].metadata.find("split.count"), core::GgufValue(std::uint16_t(2)));
        QCOMPARE(*pieces[1].metadata.find("split.tensors.count"), core::GgufValue(std::int32_t(2)));
        QVERIFY(!core::splitGguf(metadataOf(), tensorsOf({ 8 }), 1)[0].metadata.find("split.no"));
    }

    void namesThePieces()
    {
        const auto files = core::pieceFiles("folder/a.b.gguf", 12);
        QCOMPARE(files.size(), std::size_t(12));
        QCOMPARE(files[10].string(), std::string("folder/a.b-00011-of-00012.gguf"));
        QCOMPARE(core::pieceFiles("a.gguf", 1).front().string(), std::string("a.gguf"));
    }

    void takesSizesAsLlamaCppDoes()
    {
        QCOMPARE(core::splitSize("300M"), std::uint64_t(300'000'000));
        QCOMPARE(core::splitSize("2G"), std::uint64_t(2'000'000'000));
        for (const char* wrong : { "", "2", "G", "0G", "-1G", "2g", "2GB", "99999999999G" })
            QCOMPARE(support::messageOf([&] { core::splitSize(wrong); }),
                std::string("the size of a piece is \"") + wrong
                    + "\", expected a number with M or G for 10^6 or 10^9 bytes, such as 2G");
    }
};

QTEST_APPLESS_MAIN(TestGgufSplit)
#include "tst_ggufsplit.moc"

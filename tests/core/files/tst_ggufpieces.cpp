// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ggufpieces.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <filesystem>

using core::GgufMetadata;
using core::GgufTensorInfo;
using support::messageOf;
using support::TemporaryFolder;

namespace {

/// One piece with tensors of one weight, each its own number.
void writePiece(const std::filesystem::path& file, const std::vector<std::string>& tensors,
    int number, int count, int all)
{
    GgufMetadata metadata;
    if (number == 0)
        metadata.set("general.name", std::string("Whole"));
    metadata.set("split.no", std::uint16_t(number));
    metadata.set("split.count", std::uint16_t(count));
    metadata.set("split.tensors.count", std::int32_t(all));
    std::vector<GgufTensorInfo> infos;
    for (const std::string& name : tensors)
        infos.push_back({ name, &core::formats::f32, { 1 } });
    const auto bytesOf = [](std::size_t i) {
        const float weight = float(i);
        const auto* bytes = reinterpret_cast<const std::byte*>(&weight);
        return std::vector<std::byte>(bytes, bytes + sizeof(weight));
    };
    core::writeGguf(file, metadata, infos, bytesOf, {});
}

/// A model of three pieces; the first has no tensors.
struct Pieces {
    TemporaryFolder folder;

    Pieces()
    {
        writePiece(file(1), {}, 0, 3, 3);
        writePiece(file(2), { "a", "b" }, 1, 3, 3);
        writePiece(file(3), { "c" }, 2, 3, 3);
    }

    std::filesystem::path file(int number) const
    {
        return folder / ("m-0000" + std::to_string(number) + "-of-00003.gguf");
    }

    /// What opening a piece says, or what is missing beside it, behind its path.
    std::string complaint(int number) const
    {
        std::string missing;
        const std::string message
            = messageOf([&] { missing = core::readWholeGguf(file(number)).missing; });
        const std::string path = file(number).string();
        if (message == "no error" && !missing.empty())
            return ": " + missing;
        return message.starts_with(path) ? message.substr(path.size()) : message;
    }
};

} // namespace

class TestGgufPieces : public QObject {
    Q_OBJECT
private slots:
    void opensTheWholeByAnyPiece()
    {
        const Pieces pieces;
        for (const int number : { 1, 2, 3 }) {
            const core::GgufFile whole = core::readWholeGguf(pieces.file(number));
            QCOMPARE(whole.path, pieces.file(number));
            QCOMPARE(whole.tensors.size(), std::size_t(3));
            QCOMPARE(whole.tensors[2].name, std::string("c"));
            QCOMPARE(whole.tensors[2].file, pieces.file(3).string());
            QCOMPARE(whole.metadata.pairs().size(), std::size_t(1));
            QVERIFY(whole.metadata.find("general.name"));
        }
    }

    void opensAFileThatIsInOnePiece()
    {
        const TemporaryFolder folder;
        writePiece(folder / "any name.gguf", { "a" }, 0, 1, 1);
        QCOMPARE(core::readWholeGguf(folder / "any name.gguf").tensors.size(), std::size_t(1));
    }

    void opensThePiecesThatAreThere()
    {
        const Pieces pieces;
        std::filesystem::remove(pieces.file(1));
        const core::GgufFile lone = core::readWholeGguf(pieces.file(3));
        QCOMPARE(lone.tensors.size(), std::size_t(3));
        QVERIFY(lone.metadata.pairs().empty());
        QVERIFY(lone.missing.find("needs m-00001-of-00003.gguf, which is not there")
            != std::string::npos);
    }

    void namesAMissingPiece()
    {
        const Pieces pieces;
        std::filesystem::remove(pieces.file(3));
        QCOMPARE(core::readWholeGguf(pieces.file(1)).tensors.size(), std::size_t(2));
        QCOMPARE(pieces.complaint(1),
            std::string(
                ": is piece 1 of 3 of a model and needs m-00003-of-00003.gguf, which is not "
                "there; expected all pieces in one folder"));
        std::filesystem::create_symlink("../blobs/x", pieces.file(3));
        QVERIFY(
            pieces.complaint(2).find("m-00003-of-00003.gguf, a link to ../blobs/x, which is not "
                                     "there: the download is not complete")
            != std::string::npos);
    }

    void namesAPieceThatIsNoneOfTheModel()
    {
        const Pieces pieces;
        writePiece(pieces.file(3), { "c" }, 1, 3, 3);
        QCOMPARE(pieces.complaint(3),
            std::string(
                ": is piece 2 of 3 of a model, expected it to be named NAME-00002-of-00003.gguf "
                "with the other pieces beside it"));
        QVERIFY(pieces.complaint(1).ends_with(
            ": says that it is piece 2 of 3 with 3 tensors in all, expected piece 3 of 3 with 3"));
        writePiece(pieces.file(3), { "a" }, 2, 3, 3);
        QVERIFY(pieces.complaint(1).ends_with(
            ": tensor a stands in another piece, too, expected it once"));
        writePiece(pieces.file(3), { "c", "d" }, 2, 3, 3);
        QCOMPARE(pieces.complaint(1),
            std::string(": split.tensors.count is 3, the 3 pieces have 4 tensors"));
    }

    void saysThatPiecesWereGlued()
    {
        const Pieces pieces;
        const auto glued = pieces.folder / "glued.gguf";
        support::writeFile(
            glued, support::readFile(pieces.file(2)) + support::readFile(pieces.file(3)));
        QCOMPARE(core::readWholeGguf(glued).missing,
            std::string("is piece 2 of 3 of a model, with another GGUF file glued to its end: "
                        "pieces are joined by \"llama-gguf-split --merge\", not by cat"));
    }

    void refusesStrangeNumbers()
    {
        const TemporaryFolder folder;
        writePiece(folder / "m.gguf", { "a" }, 5, 3, 1);
        QVERIFY(messageOf([&] {
            core::readWholeGguf(folder / "m.gguf");
        }).find("split.no is 5 and split.count 3")
            != std::string::npos);
        writePiece(folder / "m.gguf", { "a" }, 0, 3, -7);
        QVERIFY(messageOf([&] {
            core::readWholeGguf(folder / "m.gguf");
        }).find("split.tensors.count is -7, expected a whole number that is not negative")
            != std::string::npos);
    }

    void takesNamesApart()
    {
        const auto name = core::pieceName("dir/Model-Q4-00002-of-00010.gguf");
        QVERIFY(name.has_value());
        QCOMPARE(name->stem, std::string("Model-Q4"));
        QCOMPARE(name->of(10), std::string("Model-Q4-00010-of-00010.gguf"));
        for (const char* other : { "m.gguf", "m-00003-of-00002.gguf", "m-00000-of-00002.gguf",
                 "m-1-of-2.gguf", "m-0000x-of-00002.gguf", "m_00001-of-00002.gguf", "" })
            QVERIFY2(!core::pieceName(other), other);
    }
};

QTEST_APPLESS_MAIN(TestGgufPieces)
#include "tst_ggufpieces.moc"

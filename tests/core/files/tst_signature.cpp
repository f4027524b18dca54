// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/amount.h"
#include "core/files/filelink.h"
#include "core/files/signature.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <filesystem>

using core::Expected;
using support::messageOf;
using support::TemporaryFolder;

namespace {

QByteArray found(const QByteArray& bytes, Expected expected)
{
    const auto span = std::as_bytes(std::span(bytes.data(), std::size_t(bytes.size())));
    return QByteArray::fromStdString(core::foreignContent(span, expected).value_or("nothing"));
}

} // namespace

class TestSignature : public QObject {
    Q_OBJECT
private slots:
    void tellsForeignContent_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("what");
        const auto row = [](const char* name, const QByteArray& bytes, const char* what) {
            QTest::newRow(name) << bytes << QByteArray(what);
        };
        row("nothing", "", "is empty: ");
        row("zeros", QByteArray(5000, '\0'), "begins with 4096 zero bytes: ");
        row("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 8397312\n",
            "is a Git LFS pointer to 8.40 MB: the file itself was not downloaded");
        row("pointer with CRLF", "version https://git-lfs.github.com/spec/v1\r\nsize x\r\n",
            "is a Git LFS pointer: the file itself was not downloaded");
        row("page", "\n <!DOCTYPE HTML><html>", "is a web page (HTML)");
        row("marked page", "\xef\xbb\xbf<html>", "is a web page (HTML)");
        row("XML", "<?xml version=\"1.0\"?><Error>", "is an XML text");
        row("error", "Entry not found\nx", "is a text and no weights: \"Entry not found\"");
        row("JSON", R"({"error":"gone"})",
            "is a JSON text and no weights: \"{\"error\":\"gone\"}\"");
        row("GGML", "lmgg\0\0\0\0", "is a GGML file, a format before GGUF: ");
        row("GGJT", "tjgg\3\0\0\0", "is a GGML file (GGJT)");
        row("PyTorch", QByteArray("PK\3\4") + QByteArray(26, '\0') + "archive/data.pkl",
            "is a PyTorch file (pickle in a zip archive)");
        row("zip", QByteArray("PK\3\4") + QByteArray(26, '\0') + "a.txt",
            "is a zip archive: unpack");
        row("pickle", "\x80\x02}q", "is a PyTorch file (pickle)");
        row("gzip", "\x1f\x8b\x08", "is a gzip archive");
        row("7z", "7z\xbc\xaf\x27\x1c", "is a 7z archive");
        row("tar", QByteArray(257, 'x') + "ustar", "is a tar archive");
        row("HDF5", "\x89HDF\r\n\x1a\n", "is an HDF5 file");
        row("cut character", QByteArray(4095, 'x') + "\xc3\xa9", "is a text and no weights");
        row("no UTF-8", "ab\xff", "nothing");
        row("GGUF", "GGUF\3\0\0\0", "is a GGUF file");
        row("unknown", QByteArray("\x01\x02\x03\x04\x05\x06\x07\x08\x09", 9), "nothing");
    }

    void tellsForeignContent()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, what);
        const QByteArray sentence = found(bytes, Expected::Safetensors);
        QVERIFY2(sentence.startsWith(what), sentence);
    }

    void leavesAloneWhatIsAsExpected()
    {
        QCOMPARE(found("GGUF\3", Expected::Gguf), QByteArray("nothing"));
        QCOMPARE(found(R"({"a":1})", Expected::Json), QByteArray("nothing"));
        QCOMPARE(found(QByteArray("PK\3\4\0\0\0\0{", 9), Expected::Safetensors),
            QByteArray("nothing")); // a header of 67 MB
        QVERIFY(found("\xff\xfe{\0", Expected::Json).startsWith("is a text in UTF-16"));
    }

    void tellsKindsByTheirNames()
    {
        QCOMPARE(core::foreignName("a/model.safetensors"), std::nullopt);
        QVERIFY(core::foreignName("a/Model.ONNX")->starts_with("is an ONNX model: "));
        QVERIFY(core::foreignName("pytorch_model.bin")->starts_with("is a PyTorch file"));
        QVERIFY(core::foreignName("x.gguf.part")->starts_with("is an unfinished download"));
    }

    void writesAmountsSoThatTheyDiffer()
    {
        QCOMPARE(core::amountText(999), std::string("999 bytes"));
        QCOMPARE(core::amountText(8397312), std::string("8.40 MB"));
        QCOMPARE(core::amountText(999950), std::string("1.00 MB"));
        QCOMPARE(core::partText(28'200'000, 30'100'000), std::string("28.2 of 30.1 MB"));
        QCOMPARE(core::partText(30'090'000, 30'100'000), std::string("30.09 of 30.10 MB"));
        QCOMPARE(core::partText(30'099'999, 30'100'000), std::string("30099999 of 30100000 bytes"));
        QCOMPARE(core::partText(3, 16), std::string("3 of 16 bytes"));
    }

    void saysWhereABrokenLinkLeads()
    {
        const TemporaryFolder folder;
        std::filesystem::create_symlink("../blobs/ab", folder / "m.gguf");
        QCOMPARE(messageOf([&] { core::requireLinkTarget(folder / "m.gguf"); }),
            folder.path().string()
                + ": the link m.gguf leads to ../blobs/ab, which is not there: the download is not "
                  "complete");
        QCOMPARE(core::absenceText(folder / "x"), std::string(", which is not there"));
        support::writeFile(folder / "x.incomplete", "abc");
        QCOMPARE(core::absenceText(folder / "x"),
            std::string(
                ", which is not there: the download is not complete (x.incomplete beside it "
                "has 3 bytes)"));
        QCOMPARE(core::brokenLink(folder / "x.incomplete"), std::nullopt);
    }
};

QTEST_APPLESS_MAIN(TestSignature)
#include "tst_signature.moc"

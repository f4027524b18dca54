// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <csignal>
#include <cstring>
#include <stop_token>

#include <sys/resource.h>

using core::GgufArray;
using core::GgufMetadata;
using core::GgufTensorInfo;
using core::Progress;
using support::little;
using support::messageOf;
using support::TemporaryFolder;

namespace {

std::string field(const std::string& text) { return little(std::uint64_t(text.size())) + text; }

/// As many bytes of this value as the tensors need.
auto filledWith(const std::vector<GgufTensorInfo>& tensors)
{
    return [sizes = core::layoutGguf({}, tensors).sizes](
               std::size_t i) { return std::vector<std::byte>(sizes[i], std::byte(i + 1)); };
}

std::vector<GgufTensorInfo> oneTensor(std::int64_t weights)
{
    return { { "a", &core::formats::f32, { weights } } };
}

std::string layoutComplaint(const std::vector<GgufTensorInfo>& tensors)
{
    return messageOf([&] { core::layoutGguf({}, tensors); });
}

} // namespace

class TestGgufWriter : public QObject {
    Q_OBJECT
private slots:
    void writesExactlyTheseBytes()
    {
        GgufMetadata metadata;
        metadata.set("k", std::uint32_t(7));
        metadata.set("words", GgufArray(std::vector<std::string>{ "x", "yz" }));
        const std::vector<GgufTensorInfo> tensors
            = { { "a", &core::formats::f32, { 2, 3 } }, { "b", &core::formats::q8_0, { 32 } } };
        const TemporaryFolder folder;
        core::writeGguf(folder / "m.gguf", metadata, tensors, filledWith(tensors), Progress());

        std::string expected
            = "GGUF" + little(3u) + little(std::uint64_t(2)) + little(std::uint64_t(2));
        expected += field("k") + little(4u) + little(7u);
        expected += field("words") + little(9u) + little(8u) + little(std::uint64_t(2)) + field("x")
            + field("yz");
        expected += field("a") + little(2u) + little(std::uint64_t(3)) + little(std::uint64_t(2))
            + little(0u) + little(std::uint64_t(0));
        expected += field("b") + little(1u) + little(std::uint64_t(32)) + little(8u)
            + little(std::uint64_t(32));
        expected.resize((expected.size() + 31) / 32 * 32);
        expected += std::string(24, '\1') + std::string(8, '\0');
        expected += std::string(34, '\2') + std::string(30, '\0');
        QCOMPARE(QByteArray::fromStdString(support::readFile(folder / "m.gguf")).toHex(' '),
            QByteArray::fromStdString(expected).toHex(' '));
    }

    void readsBackEveryTypeOfValue()
    {
        GgufMetadata metadata;
        metadata.set("u8", std::uint8_t(1));
        metadata.set("i8", std::int8_t(-1));
        metadata.set("u16", std::uint16_t(2));
        metadata.set("i16", std::int16_t(-2));
        metadata.set("u32", std::uint32_t(3));
        metadata.set("i32", std::int32_t(-3));
        metadata.set("f32", 0.5f);
        metadata.set("bool", true);
        metadata.set("string", std::string("a\0b", 3));
        metadata.set("u64", ~std::uint64_t(0));
        metadata.set("i64", std::int64_t(-4));
        metadata.set("f64", 0.1);
        metadata.set("array u8", GgufArray(std::vector<std::uint8_t>{ 1, 2 }));
        metadata.set("array f32", GgufArray(std::vector<float>{ 1, 2 }));
        metadata.set("array bool", GgufArray(std::vector<bool>{ true, false, true }));
        metadata.set("array i64", GgufArray(std::vector<std::int64_t>{ -1 }));
        metadata.set("array f64", GgufArray(std::vector<double>{}));
        metadata.set("general.alignment", std::uint32_t(128));
        const TemporaryFolder folder;
        const auto tensors = oneTensor(3);
        core::writeGguf(folder / "m.gguf", metadata, tensors, filledWith(tensors), Progress());
        const core::GgufFile file = core::readGguf(folder / "m.gguf");
        QVERIFY(file.metadata.pairs() == metadata.pairs());
        QCOMPARE(file.tensors[0].offset % 128, std::size_t(0));
        QCOMPARE(char(file.tensors[0].bytes[11]), '\1');
    }

    void knowsEveryOffsetAndTheSizeBeforehand()
    {
        const std::vector<GgufTensorInfo> tensors = { { "a", &core::formats::q4_0, { 3, 64 } },
            { "b", &core::formats::f16, { 5 } }, { "c", &core::formats::f32, { 2, 2, 2, 2 } } };
        const core::GgufLayout layout = core::layoutGguf({}, tensors);
        QCOMPARE(layout.sizes, (std::vector<std::uint64_t>{ 108, 10, 64 }));
        const TemporaryFolder folder;
        core::writeGguf(folder / "m.gguf", {}, tensors, filledWith(tensors), Progress());
        QCOMPARE(std::uint64_t(std::filesystem::file_size(folder / "m.gguf")), layout.fileSize);
        const core::GgufFile file = core::readGguf(folder / "m.gguf");
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            QCOMPARE(std::uint64_t(file.tensors[i].offset), layout.offsets[i]);
            QCOMPARE(file.tensors[i].shape, tensors[i].shape);
        }
    }

    void refusesWhatNoReaderWouldLoad()
    {
        const core::Format* f32 = &core::formats::f32;
        const std::string longName(64, 'n');
        QCOMPARE(layoutComplaint({ { longName, f32, { 1 } } }),
            "tensor name \"" + longName + "\" has 64 bytes, expected 1 to 63 in a GGUF file");
        QCOMPARE(layoutComplaint({ { longName.substr(1), f32, { 1 } } }), std::string("no error"));
        QCOMPARE(layoutComplaint({ { "a", f32, { 1 } }, { "a", f32, { 1 } } }),
            std::string("tensor a comes twice, expected once in a GGUF file"));
        QCOMPARE(layoutComplaint({ { "a", f32, {} } }),
            std::string(
                "tensor a has shape [], expected 1 to 4 dimensions of at least 1 in a GGUF file"));
        QCOMPARE(layoutComplaint({ { "a", f32, { 2, 0 } } }),
            std::string("tensor a has shape [2, 0], expected 1 to 4 dimensions of at least 1 in a "
                        "GGUF file"));
        QCOMPARE(layoutComplaint({ { "a", &core::formats::q8_0, { 2, 40 } } }),
            std::string(
                "tensor a has shape [2, 40], expected rows of a multiple of 32 weights for Q8_0"));
        QCOMPARE(layoutComplaint({ { "a", f32, { std::int64_t(1) << 59 } },
                     { "b", f32, { std::int64_t(1) << 60 } } }),
            std::string("tensor b would end after byte 2^62 of the file"));
        GgufMetadata metadata;
        metadata.set("general.alignment", std::uint32_t(48));
        QCOMPARE(messageOf([&] { core::layoutGguf(metadata, {}); }),
            std::string(
                "the file to be written: general.alignment is 48, expected a power of two of 32 "
                "bits, at most 1048576"));
    }

    void leavesNothingWhenCancelled()
    {
        const TemporaryFolder folder;
        const std::vector<GgufTensorInfo> tensors
            = { { "a", &core::formats::f32, { 8 } }, { "b", &core::formats::f32, { 8 } } };
        std::stop_source stop;
        bool wasWritten = false;
        const auto bytesOf = [&](std::size_t i) {
            wasWritten = std::filesystem::exists(folder / "m.gguf");
            if (i == 1)
                stop.request_stop();
            return std::vector<std::byte>(32);
        };
        QVERIFY_EXCEPTION_THROWN(core::writeGguf(folder / "m.gguf", {}, tensors, bytesOf,
                                     Progress(stop.get_token(), nullptr)),
            core::Cancelled);
        QVERIFY(wasWritten);
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void leavesNothingWhenATensorCannotBeMade()
    {
        const TemporaryFolder folder;
        const auto bytesOf
            = [](std::size_t) -> std::vector<std::byte> { throw core::Error("a: has a NaN"); };
        QCOMPARE(messageOf([&] {
            core::writeGguf(folder / "m.gguf", {}, oneTensor(8), bytesOf, Progress());
        }),
            std::string("a: has a NaN"));
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void leavesNothingWhenTheDiskIsFull()
    {
        const TemporaryFolder folder;
        const auto tensors = oneTensor(10'000'000);
        const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN); // so that write() fails instead
        rlimit old{};
        ::getrlimit(RLIMIT_FSIZE, &old);
        const rlimit limit{ 20'000'000, old.rlim_max };
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string message = messageOf([&] {
            core::writeGguf(folder / "m.gguf", {}, tensors, filledWith(tensors), Progress());
        });
        ::setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, oldHandler);
        QVERIFY2(message.starts_with((folder / "m.gguf").string()
                     + ": cannot be written after byte 20000000: File too large; the file needs "
                       "40000064 "
                       "bytes, "),
            message.c_str());
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void refusesBeforehandWhatNoDiskHolds()
    {
        const TemporaryFolder folder;
        bool wasAsked = false;
        const auto bytesOf = [&](std::size_t) {
            wasAsked = true;
            return std::vector<std::byte>();
        };
        const std::string message = messageOf([&] {
            core::writeGguf(
                folder / "m.gguf", {}, oneTensor(std::int64_t(1) << 58), bytesOf, Progress());
        });
        QVERIFY2(message.find(": the disk is full: the file needs 1152921504606847040 bytes, ")
                != std::string::npos,
            message.c_str());
        QVERIFY(!wasAsked);
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void namesAMissingFolder()
    {
        const TemporaryFolder folder;
        const std::string path = (folder / "missing/m.gguf").string();
        QCOMPARE(messageOf([&] {
            core::writeGguf(std::filesystem::path(path), {}, oneTensor(8), filledWith(oneTensor(8)),
                Progress());
        }),
            path + ": the folder " + (folder / "missing").string()
                + " does not exist, expected one to write to");
    }

    void reportsHowFarItIs()
    {
        const TemporaryFolder folder;
        const auto tensors = oneTensor(5'000'000); // 20 MB: three pieces
        std::vector<double> reports;
        const Progress progress(
            {}, [&](double done, const std::string&) { reports.push_back(done); });
        core::writeGguf(folder / "m.gguf", {}, tensors, filledWith(tensors), progress);
        QVERIFY(reports.size() >= 4);
        QVERIFY(std::is_sorted(reports.begin(), reports.end()));
        QCOMPARE(reports.back(), 1.0);
    }
};

QTEST_APPLESS_MAIN(TestGgufWriter)
#include "tst_ggufwriter.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/imatrix.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>

using support::little;
using support::messageOf;
using support::TemporaryFolder;

namespace {

struct Values {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

void writeGgufForm(const std::filesystem::path& path, const std::vector<Values>& tensors,
    const std::string& type = "imatrix")
{
    core::GgufMetadata metadata;
    metadata.set("general.type", type);
    std::vector<core::GgufTensorInfo> infos;
    for (const Values& tensor : tensors)
        infos.push_back({ tensor.name, &core::formats::f32, tensor.shape });
    const auto bytesOf = [&](std::size_t i) {
        const auto bytes = std::as_bytes(std::span(tensors[i].values));
        return std::vector<std::byte>(bytes.begin(), bytes.end());
    };
    core::writeGguf(path, metadata, infos, bytesOf, core::Progress());
}

/// What readImatrix says about the GGUF form of these tensors, without the file's name.
std::string complaint(const std::vector<Values>& tensors, const std::string& type = "imatrix")
{
    const TemporaryFolder folder;
    const std::string path = (folder / "i.gguf").string();
    writeGgufForm(path, tensors, type);
    const std::string message = messageOf([&] { core::readImatrix(path); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
}

/// The same about a legacy file of these bytes.
std::string complaint(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = (folder / "i.dat").string();
    support::writeFile(path, bytes);
    const std::string message = messageOf([&] { core::readImatrix(path); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
}

std::string legacyEntry(const std::string& name, int calls, const std::vector<float>& values)
{
    std::string bytes
        = little(int(name.size())) + name + little(calls) + little(int(values.size()));
    for (const float value : values)
        bytes += little(value);
    return bytes;
}

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

} // namespace

class TestImatrix : public QObject {
    Q_OBJECT
private slots:
    void dividesSumsByCounts()
    {
        const TemporaryFolder folder;
        writeGgufForm(folder / "i.gguf",
            { { "a.in_sum2", { 2 }, { 6, 3 } }, { "a.counts", { 1 }, { 4 } },
                { "experts.in_sum2", { 3, 2 }, { 6, 3, 5, 5, 8, 2 } }, // the second saw nothing
                { "experts.counts", { 3, 1 }, { 3, 0, 2 } } });
        const core::Importance importance = core::readImatrix(folder / "i.gguf");
        QCOMPARE(importance.size(), std::size_t(2));
        QCOMPARE(importance.at("a"), (std::vector<float>{ 1.5f, 0.75f }));
        QCOMPARE(importance.at("experts"), (std::vector<float>{ 2, 1, 1, 1, 4, 1 }));
    }

    void passesOverSumsThatAreNotSquared()
    {
        const TemporaryFolder folder;
        writeGgufForm(folder / "i.gguf",
            { { "a.in_sum", { 2 }, { -4, 1 } }, { "a.in_sum2", { 2 }, { 6, 3 } },
                { "a.counts", { 1 }, { 3 } } });
        const core::Importance importance = core::readImatrix(folder / "i.gguf");
        QCOMPARE(importance.size(), std::size_t(1));
        QCOMPARE(importance.at("a"), (std::vector<float>{ 2, 1 }));
        QCOMPARE(complaint({ { "a.in_sum", { 1 }, { 1 } }, { "a.counts", { 1 }, { 1 } } }),
            std::string(": has 1 counts, expected 0, as many as there are sums"));
    }

    void readsTheLegacyForm()
    {
        const std::string entries
            = little(2) + legacyEntry("a", 4, { 6, 3 }) + legacyEntry("b", 0, { 5 });
        for (const std::string& tail :
            { std::string(), little(4), little(4) + little(3) + "txt" }) {
            const TemporaryFolder folder;
            support::writeFile(folder / "i.dat", entries + tail);
            const core::Importance importance = core::readImatrix(folder / "i.dat");
            QCOMPARE(importance.size(), std::size_t(2));
            QCOMPARE(importance.at("a"), (std::vector<float>{ 1.5f, 0.75f }));
            QCOMPARE(importance.at("b"), (std::vector<float>{ 5 }));
        }
    }

    void agreesOnBothFormsOfARealMatrix()
    {
        const std::filesystem::path folder = QUANTSCOPE_SOURCE_DIR "/../shared/models";
        if (!std::filesystem::exists(folder / "sample-imatrix.dat"))
            QSKIP("the shared test data with the sample's importance matrix is not there");
        const core::Importance present = core::readImatrix(folder / "sample-imatrix.gguf");
        const core::Importance legacy = core::readImatrix(folder / "sample-imatrix.dat");
        QCOMPARE(present.size(), std::size_t(28)); // 4 layers of 7 matrices
        QCOMPARE(legacy.size(), std::size_t(28));
        for (const auto& [name, values] : present) {
            QCOMPARE(
                values.size(), std::size_t(name.find("ffn_down") == std::string::npos ? 256 : 768));
            const auto& others = legacy.at(name);
            QCOMPARE(others.size(), values.size());
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY(std::abs(values[i] - others[i]) <= 1e-6f * values[i]);
        }
    }

    void refusesAnotherKindOfGguf()
    {
        QCOMPARE(complaint({ { "a.in_sum2", { 1 }, { 1 } } }, "model"),
            std::string(": general.type is model, expected imatrix"));
        QCOMPARE(complaint({ { "a.weight", { 1 }, { 1 } } }),
            std::string(
                ": has a tensor a.weight, expected only names that end in .in_sum2, .in_sum or "
                ".counts"));
    }

    void refusesSumsWithoutFittingCounts()
    {
        QCOMPARE(complaint({ { "a.in_sum2", { 1 }, { 1 } } }),
            std::string(": has a.in_sum2, but no a.counts"));
        QCOMPARE(complaint({ { "a.counts", { 1 }, { 1 } } }),
            std::string(": has 1 counts, expected 0, as many as there are sums"));
        QCOMPARE(complaint({ { "a.in_sum2", { 2, 3 }, std::vector<float>(6) },
                     { "a.counts", { 3 }, { 1, 1, 1 } } }),
            std::string(": a.counts has 3 values, expected 2, as many as a.in_sum2 has rows"));
    }

    void refusesValuesThatAreNoMeanOfSquares()
    {
        const std::string expected = ", expected a finite number that is not negative";
        QCOMPARE(complaint({ { "a.in_sum2", { 2 }, { 1, -1 } }, { "a.counts", { 1 }, { 1 } } }),
            ": a.in_sum2 has -1 at channel 1" + expected);
        QCOMPARE(
            complaint({ { "a.in_sum2", { 1 }, { 1 } }, { "a.counts", { 1 }, { notANumber } } }),
            ": a.counts has nan at channel 0" + expected);
        QCOMPARE(complaint(little(1) + legacyEntry("a", 1, { 1, INFINITY })),
            ": a has inf at channel 1" + expected);
    }

    void refusesEveryPlaceToCutALegacyFile()
    {
        const std::string whole
            = little(2) + legacyEntry("a", 4, { 6, 3 }) + legacyEntry("b", 1, { 5 });
        QCOMPARE(complaint(whole), std::string("no error"));
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY(complaint(whole.substr(0, length)) != "no error");
    }

    void refusesDamageInTheLegacyForm()
    {
        QCOMPARE(complaint(little(0)),
            std::string(": the number of entries at byte 0 is 0, expected at least 1 in an "
                        "importance matrix"));
        QCOMPARE(complaint(little(-1)),
            std::string(": the number of entries at byte 0 is -1, expected at least 1 in an "
                        "importance matrix"));
        QCOMPARE(complaint("some text that is no matrix"),
            std::string(": 1701670771 entries announced at byte 4 need at least 17 bytes each, the "
                        "file has "
                        "only 23 left"));
        QCOMPARE(complaint(little(1) + little(1000000) + std::string(20, 'a')),
            std::string(": a name needs 1000000 bytes at byte 8, the file has 28"));
        QCOMPARE(
            complaint(little(1) + little(1) + "a" + little(1) + little(2000000000) + little(1.0f)),
            std::string(": 2000000000 channels announced at byte 17 need at least 4 bytes each, "
                        "the file has "
                        "only 4 left"));
        QCOMPARE(complaint(little(2) + legacyEntry("a", 1, { 1 }) + legacyEntry("a", 1, { 1 })),
            std::string(": a stands twice, expected once"));
        QCOMPARE(complaint(little(1) + legacyEntry("a", 1, { 1 }) + little(1) + little(1) + "xyz"),
            std::string(": has 2 bytes after byte 30, where an importance matrix ends"));
    }
};

QTEST_APPLESS_MAIN(TestImatrix)
#include "tst_imatrix.moc"

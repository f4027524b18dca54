// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"

#include <QElapsedTimer>
#include <QTest>

#include <nlohmann/json.hpp>

#include <sys/resource.h>

using support::messageOf;
using support::TemporaryFolder;

namespace {

/// A folder with two shards: "a" in one.safetensors, "b" and "c" in two.safetensors.
class Shards {
public:
    Shards()
    {
        support::writeFile(m_folder / "one.safetensors",
            support::safetensorsBytes({ { "a", "F16", { 1 }, "aa" } }));
        support::writeFile(m_folder / "two.safetensors",
            support::safetensorsBytes(
                { { "b", "F16", { 1 }, "bb" }, { "c", "F16", { 1 }, "cc" } }));
    }

    std::filesystem::path index() const { return m_folder / "model.safetensors.index.json"; }

    core::ShardedTensors readAll(const std::string& weightMap) const
    {
        support::writeFile(index(), R"({"metadata":{},"weight_map":)" + weightMap + "}");
        return core::readSafetensorsIndex(index());
    }

    std::vector<core::StoredTensor> read(const std::string& weightMap) const
    {
        return readAll(weightMap).tensors;
    }

    /// What is said about that weight_map, without the index's path.
    std::string complaint(const std::string& weightMap) const
    {
        const std::string message = messageOf([&] { read(weightMap); });
        return message.starts_with(index().string()) ? message.substr(index().string().size())
                                                     : message;
    }

    std::string complaintAboutFile(const std::string& json) const
    {
        return complaint(R"({"a":)" + json + "}");
    }

    const TemporaryFolder& folder() const { return m_folder; }

private:
    TemporaryFolder m_folder;
};

} // namespace

class TestSafetensorsIndex : public QObject {
    Q_OBJECT
private slots:
    void listsTheTensorsOfAllShards()
    {
        const Shards shards;
        const auto tensors
            = shards.read(R"({"c":"two.safetensors","a":"one.safetensors","b":"two.safetensors"})");
        QCOMPARE(tensors.size(), std::size_t(3));
        QCOMPARE(tensors[0].name, std::string("a"));
        QCOMPARE(tensors[2].name, std::string("c"));
        QCOMPARE(tensors[2].file, (shards.folder() / "two.safetensors").string());
        QCOMPARE(char(tensors[2].bytes[0]), 'c');
    }

    void readsAShardInASubfolder()
    {
        const Shards shards;
        std::filesystem::create_directory(shards.folder() / "sub");
        support::writeFile(shards.folder() / "sub/d.safetensors",
            support::safetensorsBytes({ { "d", "F16", { 1 }, "dd" } }));
        QCOMPARE(shards.read(R"({"d":"sub/d.safetensors"})").size(), std::size_t(1));
    }

    void refusesAShardOutsideTheFolder()
    {
        const Shards shards;
        const std::string expected = "\", expected one inside the folder of the index";
        const std::string named = ": weight_map names the file \"";
        QCOMPARE(shards.complaintAboutFile(R"("../x.safetensors")"),
            named + "../x.safetensors" + expected);
        QCOMPARE(shards.complaintAboutFile(R"("sub/../../x")"), named + "sub/../../x" + expected);
        QCOMPARE(shards.complaintAboutFile(R"("/etc/passwd")"), named + "/etc/passwd" + expected);
        QCOMPARE(shards.complaintAboutFile(R"("..")"), named + ".." + expected);
        QCOMPARE(shards.complaintAboutFile(R"("..\\x")"), named + "..\\x" + expected);
        QCOMPARE(shards.complaintAboutFile(R"("")"), named + expected);
    }

    void takesAMissingShardForAFault()
    {
        const Shards shards;
        const auto read = shards.readAll(R"({"a":"one.safetensors","z":"three.safetensors"})");
        QCOMPARE(read.tensors.size(), std::size_t(1));
        QCOMPARE(read.faults,
            (std::vector<std::string>{ "names the file three.safetensors, which is not there" }));
        std::filesystem::create_symlink("../blobs/x", shards.folder() / "three.safetensors");
        QCOMPARE(
            shards.readAll(R"({"a":"one.safetensors","z":"three.safetensors"})").faults.front(),
            std::string("names the file three.safetensors, a link to ../blobs/x, which is not "
                        "there: the download is not complete"));
    }

    void takesATensorThatItsShardLacksForAFault()
    {
        const Shards shards;
        QCOMPARE(shards.readAll(R"({"a":"one.safetensors","z":"one.safetensors"})").faults,
            (std::vector<std::string>{ "lists z in one.safetensors, which does not hold it" }));
        const auto read = shards.readAll(
            R"({"a":"two.safetensors","b":"one.safetensors","c":"two.safetensors"})");
        QCOMPARE(read.tensors.size(), std::size_t(3));
        QCOMPARE(read.faults,
            (std::vector<std::string>{
                "lists tensors in another file than holds them: a (in one.safetensors, listed in "
                "two.safetensors) and 1 more" }));
    }

    void refusesATensorInTwoShards()
    {
        const Shards shards;
        support::writeFile(shards.folder() / "two.safetensors",
            support::safetensorsBytes(
                { { "a", "F16", { 1 }, "aa" }, { "b", "F16", { 1 }, "bb" } }));
        QCOMPARE(shards.complaint(R"({"a":"one.safetensors","b":"two.safetensors"})"),
            std::string(": tensor a lies in one.safetensors and in two.safetensors, expected it in "
                        "one file"));
    }

    void refusesAnIndexWithoutAWeightMap()
    {
        const Shards shards;
        const std::string expected
            = ": has no weight_map, expected an object of tensor and file names";
        QCOMPARE(shards.complaint("[]"), expected);
        QCOMPARE(shards.complaint("{}"), expected);
        support::writeFile(shards.index(), "[1]");
        QCOMPARE(messageOf([&] { core::readSafetensorsIndex(shards.index()); }),
            shards.index().string() + expected);
        QCOMPARE(
            shards.complaintAboutFile("7"), std::string(": weight_map: a is 7, expected a string"));
    }

    /// Four shards of 3.75 GB, sparse: opening reads headers only.
    void opensALargeCheckpointByItsHeaders()
    {
        constexpr std::int64_t rows = 4096, columns = 14336, perShard = 32; // 117 MB each in BF16
        const TemporaryFolder folder;
        core::Json index;
        for (int shard = 0; shard < 4; ++shard) {
            const std::string file = "part" + std::to_string(shard);
            core::Json header;
            for (std::int64_t i = 0; i < perShard; ++i) {
                const std::string name = file + "." + std::to_string(i);
                const std::int64_t at = i * rows * columns * 2;
                header[name] = { { "dtype", "BF16" }, { "shape", { rows, columns } },
                    { "data_offsets", { at, at + rows * columns * 2 } } };
                index["weight_map"][name] = file;
            }
            const std::string start = support::safetensorsBytes(core::jsonText(header), "");
            support::writeFile(folder / file, start);
            std::filesystem::resize_file(
                folder / file, start.size() + std::size_t(perShard * rows * columns * 2));
        }
        support::writeFile(folder / "model.safetensors.index.json", core::jsonText(index));
        const auto usedKilobytes = [] {
            rusage usage;
            getrusage(RUSAGE_SELF, &usage);
            return usage.ru_maxrss;
        };
        const long before = usedKilobytes();
        QElapsedTimer timer;
        timer.start();
        const auto found = core::readSafetensorsIndex(folder / "model.safetensors.index.json");
        const qint64 milliseconds = timer.elapsed();
        qInfo("15 GB in 4 shards: %lld ms, %ld kB", milliseconds, usedKilobytes() - before);
        QCOMPARE(found.tensors.size(), std::size_t(4 * perShard));
        QVERIFY(milliseconds < 1000);
        QVERIFY(usedKilobytes() - before < 200'000);
    }

    void reportsDamageInsideAShard()
    {
        const Shards shards;
        std::filesystem::resize_file(shards.folder() / "two.safetensors", 40);
        const std::string message
            = messageOf([&] { shards.read(R"({"a":"one.safetensors","b":"two.safetensors"})"); });
        QVERIFY(message.starts_with(
            (shards.folder() / "two.safetensors").string() + ": the header needs "));
    }
};

QTEST_APPLESS_MAIN(TestSafetensorsIndex)
#include "tst_safetensorsindex.moc"

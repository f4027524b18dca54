// SPDX-License-Identifier: GPL-3.0-or-later
// What a model is known by in what was computed from it.
#include "core/model/modelkey.h"

#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QtTest>

#include <chrono>
#include <fstream>
#include <thread>

using core::Checkpoint;
using support::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// Changes the byte at `place` and sets the file's time back to what it was.
void changeUnseen(const fs::path& file, std::int64_t place)
{
    const auto time = fs::last_write_time(file);
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(place);
        bytes.put(0x11);
    }
    fs::last_write_time(file, time);
}

std::string keyOf(const fs::path& path) { return core::contentKey(*Checkpoint::open(path)); }

/// A model of one tensor of `rows` rows of 16,384 F32 zeros, sparse on the disk.
void writeSparseModel(const fs::path& folder, std::int64_t rows)
{
    support::writeTinyModel({ .damage = support::Damage::UnknownArchitecture }, folder);
    const std::int64_t bytes = rows * 16384 * 4;
    std::string header = "{\"big\": {\"dtype\": \"F32\", \"shape\": [" + std::to_string(rows)
        + ", 16384], \"data_offsets\": [0, " + std::to_string(bytes) + "]}}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    std::string start(reinterpret_cast<const char*>(&length), sizeof(length));
    support::writeFile(folder / "model.safetensors", start + header);
    fs::resize_file(folder / "model.safetensors", std::uintmax_t(8 + length + bytes));
}

} // namespace

class TestModelKey : public QObject {
    Q_OBJECT

private slots:
    void aByteThatNoSampleMeetsChangesTheKey()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({ .hidden = 256, .feedForward = 512 }, folder.path());
        const auto before = Checkpoint::open(folder.path());
        const core::Tensor& tensor = *before->find({ core::Role::FfnUp, 1 });
        QVERIFY(tensor.bytes.size() > 65536);
        const std::string key = core::contentKey(*before), samples = core::sampleKey(*before);
        changeUnseen(folder / "model.safetensors", std::int64_t(tensor.offset) + 40000);
        QCOMPARE(core::sampleKey(*Checkpoint::open(folder.path())), samples);
        QVERIFY(keyOf(folder.path()) != key);
    }

    void aModelThatIsTouchedOrCopiedKeepsItsKey()
    {
        const TemporaryFolder folder, other;
        support::writeTinyModel({}, folder.path());
        const std::string key = keyOf(folder.path());
        const fs::path file = folder / "model.safetensors";
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(5));
        QCOMPARE(keyOf(folder.path()), key);
        support::writeTinyModel({}, other.path());
        QCOMPARE(keyOf(other.path()), key);
    }

    void theKeyIsOfTheBytesThatWereOpened()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        const auto checkpoint = Checkpoint::open(folder.path());
        const std::string key = core::contentKey(*checkpoint);
        changeUnseen(folder / "model.safetensors",
            std::int64_t(fs::file_size(folder / "model.safetensors")) - 3);
        QCOMPARE(core::contentKey(*checkpoint), key);
        QVERIFY(keyOf(folder.path()) != key);
    }

    void aLargeModelIsKnownByTheStateOfItsFiles()
    {
        const TemporaryFolder folder;
        writeSparseModel(folder.path(), 16384); // 1.07 GB
        const std::string key = keyOf(folder.path());
        QCOMPARE(keyOf(folder.path()), key);
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // a tick of the file system
        changeUnseen(folder / "model.safetensors", std::int64_t(700'000'001));
        QVERIFY(keyOf(folder.path()) != key);
    }
};

QTEST_GUILESS_MAIN(TestModelKey)
#include "tst_modelkey.moc"

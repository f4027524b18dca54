// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/files/shelf.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

using namespace core;
namespace fs = std::filesystem;

class TestShelf : public QObject {
    Q_OBJECT

private slots:
    void init();
    void givesBackWhatWasPut();
    void keepsPartsOfAnyLength();
    void keysNameAllOfTheDescription();
    void removesADamagedItem_data();
    void removesADamagedItem();
    void makesRoomByWhatWasUsedLongestAgo();
    void neverRemovesWhatIsKept();
    void whatIsMappedOutlivesItsItem();
    void removesWhatKilledProgramsLeft();
    void leavesOtherFilesAlone();
    void refusesAFolderThatCannotBeMade();

private:
    fs::path folder() const { return m_folder->filePath("shelf").toStdString(); }
    /// Puts `size` bytes under the key of `name`, last used `hoursAgo`.
    std::string put(const Shelf& shelf, const char* name, std::size_t size, int hoursAgo = 0)
    {
        const std::string key = Shelf::keyOf(name);
        const std::vector<std::byte> bytes(size, std::byte(7));
        const std::span<const std::byte> part(bytes);
        (void)shelf.put(key, { { "kind", "layer" }, { "about", name } }, std::span(&part, 1));
        const fs::path file = folder() / (key + ".item");
        fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(hoursAgo));
        return key;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestShelf::init() { m_folder = std::make_unique<QTemporaryDir>(); }

void TestShelf::givesBackWhatWasPut()
{
    const Shelf shelf(folder());
    const std::vector<std::byte> first(5, std::byte(1)), second(3, std::byte(2));
    const std::vector<std::span<const std::byte>> parts{ first, second };
    const std::string key = Shelf::keyOf({ { "model", "a" } });
    QVERIFY(!shelf.has(key) && !shelf.find(key));
    (void)shelf.put(key, { { "kind", "statistics" }, { "about", "of a" }, { "n", 3 } }, parts);
    const auto found = Shelf(folder()).find(key); // another program's view
    QVERIFY(found);
    QCOMPARE((*found->head)["n"].get<int>(), 3);
    QCOMPARE(found->bytes.size(), std::size_t(8));
    QCOMPARE(int(found->bytes[4]), 1);
    QCOMPARE(int(found->bytes[5]), 2);
    const auto entries = shelf.entries();
    QCOMPARE(entries.size(), std::size_t(1));
    QCOMPARE(entries.front().key, key);
    QCOMPARE(entries.front().kind, std::string("statistics"));
    QCOMPARE(entries.front().about, std::string("of a"));
    QCOMPARE(entries.front().bytes, fs::file_size(found->file));
}

void TestShelf::keepsPartsOfAnyLength()
{
    const Shelf shelf(folder());
    std::vector<std::byte> bytes(200);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = std::byte(i);
    std::vector<std::span<const std::byte>> parts;
    std::size_t taken = 0;
    for (const std::size_t size : { 0, 1, 2, 3, 8, 9, 0, 7, 16, 1, 64, 5 }) {
        parts.push_back(std::span(bytes).subspan(taken, size));
        taken += size;
        const std::string key = Shelf::keyOf(taken);
        const ShelfItem put = shelf.put(key, { { "kind", "layer" }, { "about", "a" } }, parts);
        const auto found = shelf.find(key); // by the hash of the whole file
        QVERIFY(found);
        QCOMPARE(found->offset, put.offset);
        QVERIFY(std::ranges::equal(found->bytes, std::span(bytes).first(taken)));
        QVERIFY(std::ranges::equal(put.bytes, std::span(bytes).first(taken)));
    }
}

void TestShelf::keysNameAllOfTheDescription()
{
    const std::string key = Shelf::keyOf({ { "a", 1 }, { "b", 2 } });
    QCOMPARE(key.size(), std::size_t(32));
    QCOMPARE(Shelf::keyOf({ { "b", 2 }, { "a", 1 } }), key); // JSON objects have no order
    QVERIFY(Shelf::keyOf({ { "a", 1 }, { "b", 3 } }) != key);
    QVERIFY(key.substr(0, 16) != key.substr(16));
}

void TestShelf::removesADamagedItem_data()
{
    QTest::addColumn<int>("at"); // byte that is changed; −1: cut there
    for (const int at : { 0, 9, 17, 30, 60, -1 })
        QTest::addRow("%d", at) << at;
}

void TestShelf::removesADamagedItem()
{
    QFETCH(int, at);
    const Shelf shelf(folder());
    const std::string key = put(shelf, "a", 100);
    const fs::path file = folder() / (key + ".item");
    if (at < 0) {
        fs::resize_file(file, fs::file_size(file) - 1);
    } else {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(at);
        bytes.put(char(0x5a));
    }
    QCOMPARE(shelf.entries().size(), std::size_t(1)); // listed, so that it can be cleared
    QVERIFY(!shelf.find(key));
    QVERIFY(!shelf.has(key));
}

void TestShelf::makesRoomByWhatWasUsedLongestAgo()
{
    const Shelf shelf(folder(), 3000);
    const std::string old = put(shelf, "old", 900, 3);
    const std::string older = put(shelf, "older", 900, 5);
    const std::string fresh = put(shelf, "fresh", 900);
    shelf.trim(0, {});
    QCOMPARE(shelf.entries().size(), std::size_t(3));
    shelf.trim(500, {});
    QVERIFY(shelf.has(old) && shelf.has(fresh) && !shelf.has(older));
    QVERIFY(shelf.find(old)); // is used now
    QCOMPARE(shelf.entries().front().key, old);
    const Shelf unlimited(folder());
    unlimited.trim(1'000'000'000, {});
    QCOMPARE(shelf.entries().size(), std::size_t(2));
}

void TestShelf::neverRemovesWhatIsKept()
{
    const Shelf shelf(folder(), 1000);
    const std::string kept = put(shelf, "kept", 900, 9);
    const std::string other = put(shelf, "other", 900);
    shelf.trim(5000, { kept });
    QVERIFY(shelf.has(kept) && !shelf.has(other));
}

void TestShelf::whatIsMappedOutlivesItsItem()
{
    const Shelf shelf(folder());
    const std::string key = put(shelf, "a", 5000);
    const auto item = shelf.find(key);
    shelf.clear();
    QVERIFY(shelf.entries().empty());
    QCOMPARE(int(item->bytes.back()), 7);
}

void TestShelf::removesWhatKilledProgramsLeft()
{
    const Shelf shelf(folder());
    const fs::path left = folder() / ("." + Shelf::keyOf("a") + ".item.123-0.part");
    std::ofstream(left) << "half";
    (void)Shelf(folder());
    QVERIFY(fs::exists(left)); // another program may be writing it
    fs::last_write_time(left, fs::last_write_time(left) - std::chrono::hours(2));
    (void)Shelf(folder());
    QVERIFY(!fs::exists(left));
}

void TestShelf::leavesOtherFilesAlone()
{
    const Shelf shelf(folder(), 1);
    std::ofstream(folder() / "notes.txt") << "mine";
    (void)put(shelf, "a", 10);
    shelf.trim(10, {});
    shelf.clear();
    QVERIFY(fs::exists(folder() / "notes.txt"));
}

void TestShelf::refusesAFolderThatCannotBeMade()
{
    std::ofstream(folder()) << "a file";
    for (const fs::path& path : { folder(), folder() / "deeper" }) {
        std::string said;
        try {
            (void)Shelf(path);
        } catch (const Error& error) {
            said = error.what();
        }
        QVERIFY2(said.find("cannot be created as work folder") != std::string::npos, said.c_str());
    }
}

QTEST_GUILESS_MAIN(TestShelf)
#include "tst_shelf.moc"

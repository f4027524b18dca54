// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/weightstore.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

using namespace core;

class TestWeightStore : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        support::writeTinyModel({}, m_folder.path());
        m_checkpoint = Checkpoint::open(m_folder.path());
        for (const Tensor& tensor : m_checkpoint->tensors())
            m_stats.push_back(tensorStats(tensor, Progress()));
        m_bytes = weightStatsToBytes(m_stats);
    }

    void givesBackWhatWasStored()
    {
        const auto found = weightStatsFromBytes(m_bytes, *m_checkpoint, "item");
        QCOMPARE(found.size(), m_stats.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            QCOMPARE(found[i].moments.count, m_stats[i].moments.count);
            QCOMPARE(found[i].moments.kurtosis, m_stats[i].moments.kurtosis);
            QCOMPARE(found[i].histogram.maximum, m_stats[i].histogram.maximum);
            QCOMPARE(found[i].histogram.counts, m_stats[i].histogram.counts);
            QCOMPARE(found[i].inputAbsmax, m_stats[i].inputAbsmax);
            QCOMPARE(found[i].outputAbsmax, m_stats[i].outputAbsmax);
            QCOMPARE(found[i].nonFiniteRow, m_stats[i].nonFiniteRow);
        }
        QVERIFY(weightStatsToBytes(found) == m_bytes);
    }

    void beginsWithVersionAndNumber()
    {
        const std::string start = support::little(std::uint32_t(1))
            + support::little(std::uint32_t(m_stats.size()))
            + support::little(m_stats.front().moments.count);
        QCOMPARE(std::string(reinterpret_cast<const char*>(m_bytes.data()), start.size()), start);
    }

    void refusesWhatIsCutShortOrOfAnotherModel()
    {
        const auto complaint = [&](std::span<const std::byte> bytes) {
            return support::messageOf(
                [&] { (void)weightStatsFromBytes(bytes, *m_checkpoint, "item"); });
        };
        for (const std::size_t size : { std::size_t(3), std::size_t(100), m_bytes.size() - 1 })
            QVERIFY(complaint(std::span(m_bytes).first(size)).starts_with("item"));
        auto other = m_bytes;
        other[0] = std::byte(9);
        QCOMPARE(complaint(other), std::string("item: has version 9, expected 1"));
        const auto fewer = weightStatsToBytes(std::span(m_stats).first(2));
        QCOMPARE(
            complaint(fewer), "item: has 2 tensors, expected " + std::to_string(m_stats.size()));
        auto swapped = m_stats;
        std::swap(swapped[0], swapped[1]);
        QVERIFY(complaint(weightStatsToBytes(swapped)).find("token_embd") != std::string::npos);
    }

private:
    support::TemporaryFolder m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::vector<TensorStats> m_stats;
    std::vector<std::byte> m_bytes;
};

QTEST_GUILESS_MAIN(TestWeightStore)
#include "tst_weightstore.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensorbytes.h"

#include <QTest>

#include <algorithm>
#include <fstream>
#include <string>

using core::TensorBytes;

namespace {

/// Bytes of this process that no file backs.
double anonymousBytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return 1024 * std::stod(line.substr(8));
    return 0;
}

std::vector<std::byte> pattern(std::size_t count)
{
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = std::byte(i * 7);
    return bytes;
}

} // namespace

class TestTensorBytes : public QObject {
    Q_OBJECT

private slots:
    void keepsWhatItIsGiven_data()
    {
        QTest::addColumn<std::size_t>("count");
        QTest::newRow("none") << std::size_t(0);
        QTest::newRow("few") << std::size_t(1000);
        QTest::newRow("many") << TensorBytes::mostInMemory + 1;
    }

    void keepsWhatItIsGiven()
    {
        QFETCH(std::size_t, count);
        const std::vector<std::byte> bytes = pattern(count);
        std::shared_ptr<const void> owner;
        std::span<const std::byte> kept;
        {
            const TensorBytes tensor(bytes);
            owner = tensor.finished();
            kept = tensor.bytes();
        }
        QVERIFY(std::ranges::equal(kept, bytes));
    }

    void beginsWithZeros()
    {
        for (const std::size_t count : { std::size_t(100), 2 * TensorBytes::mostInMemory })
            QVERIFY(std::ranges::all_of(
                TensorBytes(count).bytes(), [](std::byte byte) { return byte == std::byte(0); }));
    }

    void manyTakeNoMemory()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer has memory of its own");
#endif
        constexpr std::size_t each = 4 * TensorBytes::mostInMemory;
        const double before = anonymousBytes();
        std::vector<std::shared_ptr<const void>> finished;
        for (int i = 0; i < 8; ++i) {
            const TensorBytes tensor(each);
            std::ranges::fill(tensor.bytes(), std::byte(i));
            finished.push_back(tensor.finished());
        }
        QVERIFY(before > 0 && anonymousBytes() - before < 1.0 * each);
    }
};

QTEST_GUILESS_MAIN(TestTensorBytes)
#include "tst_tensorbytes.moc"

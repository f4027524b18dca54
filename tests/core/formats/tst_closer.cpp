// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hardrows.h"

#include "core/formats/closer.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

/// Quantscope's own encoders beside those that give ggml's bytes.
class TestCloser : public QObject {
    Q_OBJECT

private slots:
    void lowersTheErrorOfEveryKindOfMatrix_data();
    void lowersTheErrorOfEveryKindOfMatrix();
    void encodesEveryRowFinitely_data();
    void encodesEveryRowFinitely();
    void encodesARowAloneAsAmongOthers_data();
    void encodesARowAloneAsAmongOthers();
    void hasNoneForFormatsThatLeaveNothingToSearch();
};

using core::Format;
using core::formats::closerEncoder;

namespace {

constexpr std::size_t columns = hardrows::columns;

using Encode = std::function<void(const core::RowsToEncode&)>;

void eachFormat()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : core::allFormats())
        if (closerEncoder(*format))
            QTest::newRow(std::string(format->name).c_str()) << format;
}

std::vector<std::byte> encode(const Format& format, Encode encoder, const hardrows::Rows& rows,
    const std::vector<float>& importance)
{
    std::vector<std::byte> bytes(rows.count() * format.rowBytes(columns));
    encoder({ rows.values.data(), columns, rows.count(), columns,
        importance.empty() ? nullptr : importance.data(), bytes.data(), format.rowBytes(columns) });
    return bytes;
}

std::vector<float> decode(const Format& format, const std::vector<std::byte>& bytes)
{
    const std::size_t blocks = bytes.size() / std::size_t(format.blockBytes);
    std::vector<float> weights(blocks * std::size_t(format.blockSize));
    format.decodeBlocks(bytes.data(), blocks, weights.data());
    return weights;
}

/// Σ importance·(x − x̂)² over all rows.
double errorOf(const Format& format, Encode encoder, const hardrows::Rows& rows,
    const std::vector<float>& importance)
{
    const std::vector<float> decoded = decode(format, encode(format, encoder, rows, importance));
    double error = 0;
    for (std::size_t i = 0; i < decoded.size(); ++i) {
        const double difference = double(decoded[i]) - double(rows.values[i]);
        error += (importance.empty() ? 1.0 : double(importance[i % columns])) * difference
            * difference;
    }
    return error;
}

const hardrows::Rows& rowsNamed(const std::string& name)
{
    for (const hardrows::Rows& rows : hardrows::weights())
        if (rows.name == name)
            return rows;
    qFatal("no such rows");
}

} // namespace

void TestCloser::lowersTheErrorOfEveryKindOfMatrix_data() { eachFormat(); }

void TestCloser::lowersTheErrorOfEveryKindOfMatrix()
{
    QFETCH(const Format*, format);
    const auto ggmlsEncoder = [&](const core::RowsToEncode& rows) { format->encodeRows(rows); };
    for (const char* name : { "normal", "heavy tails", "one outlier", "sample" }) {
        const hardrows::Rows& rows = rowsNamed(name);
        for (const std::size_t k : { 0, 1, 2 }) { // none, even, spread over decades
            const hardrows::Rows& importance = hardrows::importances()[k];
            const double closer = errorOf(*format, closerEncoder(*format), rows, importance.values);
            const double ggmls = errorOf(*format, ggmlsEncoder, rows, importance.values);
            const QString ratio = QString("%1, importance %2: %3 of ggml's error")
                                      .arg(name, importance.name.c_str())
                                      .arg(closer / ggmls, 0, 'f', 3);
            qInfo("%s", qPrintable(ratio));
            QVERIFY2(closer < ggmls, qPrintable(ratio));
        }
    }
}

void TestCloser::encodesEveryRowFinitely_data() { eachFormat(); }

void TestCloser::encodesEveryRowFinitely()
{
    QFETCH(const Format*, format);
    for (const hardrows::Rows& rows : hardrows::weights()) {
        if (std::ranges::any_of(rows.values, [](float w) { return std::fabs(w) > 1e4f; }))
            continue; // beyond what a binary16 scale can say
        for (const hardrows::Rows& importance : hardrows::importances())
            for (const float weight :
                decode(*format, encode(*format, closerEncoder(*format), rows, importance.values)))
                QVERIFY2(std::isfinite(weight), rows.name.c_str());
    }
    const hardrows::Rows zeros{ "zeros", std::vector<float>(columns) };
    for (const float weight : decode(*format, encode(*format, closerEncoder(*format), zeros, {})))
        QCOMPARE(weight, 0.0f);
}

void TestCloser::encodesARowAloneAsAmongOthers_data() { eachFormat(); }

void TestCloser::encodesARowAloneAsAmongOthers()
{
    QFETCH(const Format*, format);
    const hardrows::Rows& rows = rowsNamed("sample");
    const std::size_t rowBytes = format->rowBytes(columns);
    const std::vector<std::byte> all = encode(*format, closerEncoder(*format), rows, {});
    for (const std::size_t row : { 0, 1, 17, 63 }) {
        const hardrows::Rows one{ "one",
            std::vector<float>(rows.row(row), rows.row(row) + columns) };
        const std::vector<std::byte> alone = encode(*format, closerEncoder(*format), one, {});
        QVERIFY(
            std::equal(alone.begin(), alone.end(), all.begin() + std::ptrdiff_t(row * rowBytes)));
    }
}

void TestCloser::hasNoneForFormatsThatLeaveNothingToSearch()
{
    for (const Format* format : { &core::formats::f32, &core::formats::f16, &core::formats::q8_0 })
        QVERIFY(!closerEncoder(*format));
}

QTEST_APPLESS_MAIN(TestCloser)
#include "tst_closer.moc"

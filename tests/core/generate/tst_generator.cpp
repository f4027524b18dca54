// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/generate/generator.h"
#include "core/generate/sampling.h"
#include "core/model/logitscaling.h"
#include "core/model/walk.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <cmath>
#include <limits>

using core::Checkpoint;
using core::Generator;
using core::Matrix;

namespace {

constexpr std::uint64_t allHeld = std::numeric_limits<std::uint64_t>::max();

std::shared_ptr<const Checkpoint> opened(const std::string& architecture)
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(architecture, folder.path());
    return Checkpoint::open(folder.path());
}

std::vector<int> prompt(int count)
{
    std::vector<int> tokens;
    for (int i = 0; i < count; ++i)
        tokens.push_back(1 + (37 * i + i * i) % 250);
    return tokens;
}

/// The logits after the last of `tokens`, by the walk of them all.
Matrix walked(const Checkpoint& checkpoint, const std::vector<int>& tokens)
{
    core::HiddenStates hidden = core::embed(checkpoint, { tokens });
    core::walk(hidden, checkpoint, nullptr, {});
    const Matrix input = core::headInput(hidden.states.bottomRows(1), checkpoint, {});
    Matrix logits = core::multiplyTransposed(input, core::decode(checkpoint.head()));
    core::scaleLogits(logits, core::logitScaling(checkpoint.config()));
    return logits;
}

core::Matrix logProbabilities(const Matrix& logits)
{
    const double largest = double(logits.maxCoeff());
    const double sum = (logits.cast<double>().array() - largest).exp().sum();
    return (logits.array() - float(largest + std::log(sum))).matrix();
}

float apart(const Matrix& a, const Matrix& b)
{
    return (logProbabilities(a) - logProbabilities(b)).cwiseAbs().maxCoeff();
}

/// One architecture of each kind of layer.
void addEveryMixer()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "llama", "gpt-oss", "qwen2moe", "gemma2", "qwen35", "qwen35moe",
             "lfm2", "deepseek2", "gemma4", "gemma4-experts" })
        QTest::newRow(name) << QString(name);
}

float gapOf(const Matrix& logits)
{
    std::vector<float> sorted(logits.data(), logits.data() + logits.size());
    std::ranges::sort(sorted, std::greater());
    return sorted[0] - sorted[1];
}

/// `count` tokens after a prompt, greedily, and the logits that each came from.
std::vector<Matrix> continued(Generator& generator, std::vector<int>& tokens, int count)
{
    std::vector<Matrix> all{ generator.start(tokens, {}) };
    for (int i = 0; i < count; ++i) {
        tokens.push_back(core::chooseToken(all.back(), {}, 0));
        all.push_back(generator.next(tokens.back(), {}));
    }
    return all;
}

} // namespace

class TestGenerator : public QObject {
    Q_OBJECT
private slots:
    /// From 20 tokens to 64: over windows of 16 and the original context of 32.
    void everyArchitectureContinuesAsItsWalkDoes_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitectures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        for (const std::string& name : support::tinyArchitecturesApart())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void everyArchitectureContinuesAsItsWalkDoes()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        Generator generator(checkpoint, allHeld);
        std::vector<int> tokens = prompt(20);
        const std::vector<Matrix> logits = continued(generator, tokens, 44);
        QCOMPARE(generator.length(), 64);
        float largest = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const Matrix expected
                = walked(*checkpoint, { tokens.begin(), tokens.begin() + 20 + std::ptrdiff_t(i) });
            largest = std::max(largest, apart(logits[i], expected));
            if (gapOf(expected) > 1e-3f)
                QCOMPARE(core::chooseToken(logits[i], {}, 0), core::chooseToken(expected, {}, 0));
        }
        QVERIFY2(largest < 1e-4f, qPrintable(QString::number(double(largest))));
    }

    // Shorter than a convolution, to the end of a delta net's chunk, and beyond it.
    void aPromptOfAnyLengthLeavesWhatItsTokensWouldHaveLeft_data() { addEveryMixer(); }
    void aPromptOfAnyLengthLeavesWhatItsTokensWouldHaveLeft()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        Generator generator(checkpoint, allHeld);
        for (const int length : { 1, 2, 3, 64, 65, 100 }) {
            std::vector<int> tokens = prompt(length);
            const std::vector<Matrix> logits = continued(generator, tokens, 3);
            for (std::size_t i = 0; i < logits.size(); ++i) {
                const auto end = tokens.begin() + length + std::ptrdiff_t(i);
                const float found = apart(logits[i], walked(*checkpoint, { tokens.begin(), end }));
                QVERIFY2(found < 1e-4f,
                    qPrintable(QString("%1 tokens: %2").arg(length).arg(double(found))));
            }
        }
    }

    void whatIsHeldChangesNothing_data() { addEveryMixer(); }
    void whatIsHeldChangesNothing()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        Generator all(checkpoint, allHeld), some(checkpoint, 300'000), none(checkpoint, 0);
        QCOMPARE(all.decodedEachTime(), std::uint64_t(0));
        QVERIFY(none.decodedEachTime() >= some.decodedEachTime());
        QVERIFY(none.decodedEachTime() > 0);
        std::vector<int> tokens = prompt(9), again = tokens, last = tokens;
        const auto expected = continued(all, tokens, 5);
        const auto partly = continued(some, again, 5);
        const auto anew = continued(none, last, 5);
        QVERIFY(tokens == again && tokens == last);
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(expected[i] == partly[i] && expected[i] == anew[i]);
    }

    void theNumberOfThreadsChangesNothing_data() { addEveryMixer(); }
    void theNumberOfThreadsChangesNothing()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        Generator generator(checkpoint, allHeld);
        std::vector<int> tokens = prompt(30), again = tokens;
        const auto many = continued(generator, tokens, 8);
        core::setThreadLimit(1);
        const auto one = continued(generator, again, 8);
        core::setThreadLimit(0);
        for (std::size_t i = 0; i < many.size(); ++i)
            QVERIFY(many[i] == one[i]);
    }

    void startingAgainForgetsWhatWasBefore_data() { addEveryMixer(); }
    void startingAgainForgetsWhatWasBefore()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        Generator generator(checkpoint, allHeld);
        const Matrix first = generator.start(prompt(7), {}), second = generator.next(5, {});
        generator.next(9, {});
        QVERIFY(generator.start(prompt(7), {}) == first);
        QCOMPARE(generator.length(), 7);
        QVERIFY(generator.next(5, {}) == second);
    }

    void aModelThatIsNotComputedIsRefused()
    {
        const auto checkpoint = opened("llama");
        core::ModelConfig config = checkpoint->config();
        config.notComputed = "the architecture is another";
        const auto other
            = std::make_shared<const Checkpoint>(core::CheckpointParts{ checkpoint->path(), config,
                core::Naming::HuggingFace, checkpoint->tensors(), nullptr, {}, {}, {}, {} });
        QVERIFY(support::messageOf([&] {
            Generator(other, allHeld);
        }).ends_with("the architecture is another"));
    }

    void aTokenThatTheModelDoesNotHaveIsRefused()
    {
        const auto checkpoint = opened("llama");
        Generator generator(checkpoint, allHeld);
        generator.start(prompt(3), {});
        const int size = checkpoint->config().vocabulary;
        const auto message = support::messageOf([&] { generator.next(size, {}); });
        QVERIFY2(message.find("is no token of the model") != std::string::npos, message.c_str());
    }

    void aStepCanBeCancelled()
    {
        const auto checkpoint = opened("llama");
        Generator generator(checkpoint, allHeld);
        generator.start(prompt(3), {});
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(
            core::Cancelled, generator.next(1, core::Progress(stop.get_token(), nullptr)));
    }
};

QTEST_APPLESS_MAIN(TestGenerator)
#include "tst_generator.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/continuation.h"
#include "core/generate/endtokens.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <limits>

using core::Checkpoint;
using core::Continuation;
using core::ContinuationEnd;
using core::ContinuationOptions;
using core::Generator;

namespace {

std::shared_ptr<const Checkpoint> opened(const support::TinyModel& model)
{
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

Generator generatorOf(std::shared_ptr<const Checkpoint> checkpoint)
{
    return Generator(std::move(checkpoint), std::numeric_limits<std::uint64_t>::max());
}

} // namespace

class TestContinuation : public QObject {
    Q_OBJECT
private slots:
    void tellsEveryTokenAsItComes()
    {
        Generator generator = generatorOf(opened({}));
        std::vector<int> told;
        const Continuation continuation = core::continueText(
            generator, { 4, 5, 6 }, { 9, {} }, [&](int token) { told.push_back(token); }, {});
        QCOMPARE(continuation.tokens.size(), std::size_t(9));
        QVERIFY(continuation.tokens == told);
        QCOMPARE(continuation.promptTokens, 3);
        QCOMPARE(continuation.steps, 8); // the last one need not be read
        QVERIFY(continuation.tokensPerSecond() > 0);
        QVERIFY(continuation.end == ContinuationEnd::Count);
    }

    void anEndTokenEndsItAndIsLeftOut()
    {
        Generator generator = generatorOf(opened({}));
        const Continuation whole = core::continueText(generator, { 4, 5 }, { 8, {} }, nullptr, {});
        ContinuationOptions options{ 8, {} };
        options.ends = { whole.tokens[3] };
        const Continuation ended = core::continueText(generator, { 4, 5 }, options, nullptr, {});
        QVERIFY(ended.end == ContinuationEnd::EndToken);
        const auto first = std::find(whole.tokens.begin(), whole.tokens.end(), whole.tokens[3]);
        QVERIFY(ended.tokens == std::vector<int>(whole.tokens.begin(), first));
    }

    void stopsWhereTheModelsContextEnds()
    {
        Generator generator = generatorOf(opened({ .context = 16 }));
        const std::vector<int> prompt(10, 7);
        const Continuation continuation
            = core::continueText(generator, prompt, { 50, {} }, nullptr, {});
        QVERIFY(continuation.end == ContinuationEnd::Context);
        QCOMPARE(continuation.tokens.size(), std::size_t(7)); // the last stands after the 16th
        const auto message = support::messageOf([&] {
            core::continueText(generator, std::vector<int>(16, 7), { 1, {} }, nullptr, {});
        });
        QCOMPARE(message,
            std::string("the prompt has 16 tokens, expected fewer than the 16 of the model's "
                        "context"));
    }

    void theSameSeedDrawsTheSameTextAndAnotherOneAnother()
    {
        Generator generator = generatorOf(opened({}));
        const auto drawn = [&](double temperature, std::uint64_t seed) {
            return core::continueText(
                generator, { 4, 5, 6 }, { 20, { temperature, seed } }, nullptr, {})
                .tokens;
        };
        QVERIFY(drawn(1, 1) == drawn(1, 1));
        QVERIFY(drawn(1, 1) != drawn(1, 2));
        QVERIFY(drawn(1e-6, 1) == drawn(0, 0));
    }

    void aPromptBeginsWithBosWhereTheModelWantsOne()
    {
        const auto checkpoint = opened({});
        const core::Tokenizer& tokenizer = checkpoint->tokenizer();
        std::vector<int> expected = tokenizer.encode("the cat");
        if (tokenizer.addBos())
            expected.insert(expected.begin(), tokenizer.bos());
        QVERIFY(core::promptTokens(*checkpoint, "the cat") == expected);
        if (!tokenizer.addBos()) {
            const auto message = support::messageOf([&] { core::promptTokens(*checkpoint, ""); });
            QCOMPARE(message,
                std::string("the prompt gives no token, expected a text that is not empty"));
        }
    }

    void textEndsAtEosAndAtWhatIsWrittenAsAnEnd()
    {
        const auto checkpoint = opened({});
        const std::set<int> ends = core::endTokens(*checkpoint);
        QVERIFY(ends.contains(checkpoint->tokenizer().eos()));
        QVERIFY(ends.contains(0)); // <|endoftext|>
        QVERIFY(ends.size() <= 2);
    }
};

QTEST_APPLESS_MAIN(TestContinuation)
#include "tst_continuation.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Text written one token after the other by every architecture, beside the real llama.cpp: from a
// folder as Hugging Face stores it, and from the file that it is exported to.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/generate/agreement.h"
#include "core/generate/generator.h"

#include <QTest>

#include <random>

using namespace interop;
using core::Checkpoint;

namespace {

// Prompts are longer than the original context of scaled models, 32 tokens: whether a model is
// beyond it llama.cpp judges by the room that it was given, this program by the tokens.
constexpr int prompts = 8, promptLength = 40, length = 64;

/// The parts of a model that llama.cpp rounds to a table of half precision (GELU) move logits by
/// up to 1e-2; without them both differ by some 1e-5.
constexpr float closeCall = 1e-3f;

std::vector<int> randomPrompt(std::uint32_t seed)
{
    std::mt19937 random(seed);
    std::vector<int> tokens;
    for (int i = 0; i < promptLength; ++i)
        tokens.push_back(1 + int(random() % 287));
    return tokens;
}

/// What the generator writes, up to where `theirs` parts from it with two tokens about as likely.
std::vector<int> written(core::Generator& generator, const std::vector<int>& prompt,
    const std::vector<GreedyToken>& theirs)
{
    std::vector<int> tokens;
    core::Matrix logits = generator.start(prompt, {});
    for (const GreedyToken& other : theirs) {
        const GreedyToken ours = likeliest(logits.row(0));
        if (ours.token != other.token && std::max(ours.gap, other.gap) < closeCall)
            break;
        tokens.push_back(ours.token);
        if (tokens.size() < theirs.size())
            logits = generator.next(ours.token, {});
    }
    return tokens;
}

} // namespace

class TestLlamaText : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
        m_llama = LlamaLibrary::load(llamaFolder());
        core::setThreadLimit(1); // waiting for others takes longer than such layers
    }

    void llamaWritesTheSame_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitectures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void llamaWritesTheSame();

private:
    std::shared_ptr<const LlamaLibrary> m_llama;
};

void TestLlamaText::llamaWritesTheSame()
{
    QFETCH(QString, name);
    try {
        const support::TemporaryFolder folder;
        const std::filesystem::path file = folder / "f32.gguf";
        support::writeTinyArchitecture(name.toStdString(), folder.path());
        const auto checkpoint = Checkpoint::open(folder.path());
        exportAs(checkpoint, "F32", file);
        constexpr std::uint64_t held = 1u << 30;
        core::Generator ofFolder(checkpoint, held), ofFile(Checkpoint::open(file), held);
        auto model = std::make_shared<const LlamaModel>(m_llama, file);
        LlamaContext context(model, promptLength + length);
        std::int64_t compared = 0;
        for (std::uint32_t seed = 1; seed <= prompts; ++seed) {
            const std::vector<int> prompt = randomPrompt(seed);
            const auto theirs = continueGreedily(context, prompt, length);
            std::vector<int> tokens;
            for (const GreedyToken& token : theirs)
                tokens.push_back(token.token);
            for (core::Generator* generator : { &ofFolder, &ofFile }) {
                const std::vector<int> ours = written(*generator, prompt, theirs);
                tokens.resize(ours.size());
                QCOMPARE(difference(ours, tokens, *model), QString());
                compared += std::int64_t(ours.size());
            }
        }
        QVERIFY2(compared > prompts * length, qPrintable(QString::number(compared))); // of twice
        qInfo("%lld of %d tokens compared", static_cast<long long>(compared), 2 * prompts * length);
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

QTEST_GUILESS_MAIN(TestLlamaText)
#include "tst_llamatext.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "core/measure/evaluation.h"

#include <QTest>

#include <cmath>

// llama.cpp's own figures (llama-perplexity of October 2026 on F32 files), as ../shared/README.md
// states them.
namespace {

const std::filesystem::path shared = QUANTSCOPE_SOURCE_DIR "/../shared";

/// The real model, or where it should be.
std::filesystem::path smolLm2()
{
    if (qEnvironmentVariableIsSet("QUANTSCOPE_SMOLLM2"))
        return qEnvironmentVariable("QUANTSCOPE_SMOLLM2").toStdString();
    return QUANTSCOPE_SOURCE_DIR "/build/interop/SmolLM2-135M-Instruct.Q4_1.gguf";
}

core::Evaluation evaluated(
    const std::filesystem::path& path, const std::string& text, int context, int chunks)
{
    const auto model = core::Checkpoint::open(path);
    return core::evaluate(
        *model, nullptr, core::tokenSequences(model->tokenizer(), text, context, chunks), {});
}

} // namespace

class TestRealPerplexity : public QObject {
    Q_OBJECT
private slots:
    void isLlamaCppsOnTheSample()
    {
        if (!std::filesystem::exists(shared / "models/sample"))
            QSKIP("../shared/models/sample is not there");
        const auto folder = shared / "models/sample";
        const auto evaluation
            = evaluated(folder, core::readTextFile(folder / "evaluation.txt"), 256, 0);
        QCOMPARE(evaluation.chunks, 267);
        QCOMPARE(evaluation.scored, std::int64_t(267 * 127));
        QVERIFY(std::abs(evaluation.perplexity - 40.956) < 0.001);
        QVERIFY(std::abs(evaluation.perplexityError - 0.612) < 0.001);
    }

    void isLlamaCppsOnSmolLm2()
    {
        if (!std::filesystem::exists(smolLm2())) {
            if (qEnvironmentVariableIsSet("QUANTSCOPE_REQUIRE_INTEROP"))
                QFAIL("SmolLM2-135M-Instruct.Q4_1.gguf is not there");
            QSKIP("SmolLM2-135M-Instruct.Q4_1.gguf is not there");
        }
        if (!std::filesystem::exists(shared / "text/wiki.test.raw"))
            QSKIP("../shared/text/wiki.test.raw is not there");
        std::string text = core::readTextFile(shared / "text/wiki.test.raw");
        text.erase(0, text.size() - 110'000);
        text.erase(0, text.find('\n') + 1); // from the first full line on
        const auto evaluation = evaluated(smolLm2(), text, 512, 40);
        QCOMPARE(evaluation.scored, std::int64_t(40 * 255));
        QVERIFY(std::abs(evaluation.perplexity - 21.789) < 0.001);
        QVERIFY(std::abs(evaluation.perplexityError - 0.664) < 0.001);
    }
};

QTEST_APPLESS_MAIN(TestRealPerplexity)
#include "tst_realperplexity.moc"

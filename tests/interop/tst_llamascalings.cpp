// SPDX-License-Identifier: GPL-3.0-or-later
// Every architecture with every rope scaling, also those that nobody published: what is exported,
// llama.cpp loads and computes as we do, or the checkpoint says that it will not.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/files/textfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <map>

using namespace interop;
using core::Checkpoint;
using core::Json;

namespace {

/// The scalings as `config` would name them; heads of `size` channels.
std::map<std::string, Json> scalings(int size)
{
    Json shortFactors = Json::array(), longFactors = Json::array();
    for (int i = 0; i < size / 2; ++i) {
        shortFactors.push_back(1.0 + 0.2 * i);
        longFactors.push_back(1.5 + 0.5 * i);
    }
    return {
        { "linear", { { "rope_type", "linear" }, { "factor", 4.0 } } },
        { "llama3",
            { { "rope_type", "llama3" }, { "factor", 8.0 }, { "low_freq_factor", 1.0 },
                { "high_freq_factor", 4.0 }, { "original_max_position_embeddings", 32 } } },
        { "yarn",
            { { "rope_type", "yarn" }, { "factor", 4.0 },
                { "original_max_position_embeddings", 32 } } },
        { "longrope",
            { { "rope_type", "longrope" }, { "short_factor", shortFactors },
                { "long_factor", longFactors }, { "attention_factor", 1.2 },
                { "original_max_position_embeddings", 300 } } }, // llama.cpp reserves 256
    };
}

} // namespace

class TestLlamaScalings : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
        m_llama = LlamaLibrary::load(llamaFolder());
        m_text = core::readTextFile(
            std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample/evaluation.txt")
                     .substr(0, 6000);
    }

    void llamaComputesEveryScalingOrItIsSaid_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const char* name : { "llama", "qwen2", "qwen3", "gemma", "gemma2", "phi3", "granite",
                 "smollm3", "olmo2", "stablelm", "glm4", "qwen3moe", "llama-experts" })
            QTest::newRow(name) << name;
    }

    void llamaComputesEveryScalingOrItIsSaid()
    {
        QFETCH(QString, architecture);
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture(architecture.toStdString(), folder.path());
        const Json plain = core::readJson(folder / "config.json");
        const auto original = Checkpoint::open(folder.path());
        const int turned = original->config().rotaryChannels > 0 ? original->config().rotaryChannels
                                                                 : original->config().headDim;
        const auto known = original->config().differences;
        for (const auto& [name, scaling] : scalings(turned)) {
            Json config = plain;
            config.erase("rope_parameters");
            config["rope_scaling"] = scaling;
            check(folder.path(), config, name, known);
        }
        Json partial = plain;
        partial["partial_rotary_factor"] = 0.5;
        check(folder.path(), partial, "partial", known);
    }

private:
    void check(const std::filesystem::path& folder, const Json& config, const std::string& name,
        const std::vector<std::string>& known)
    {
        support::writeFile(folder / "config.json", core::jsonText(config));
        const auto checkpoint = Checkpoint::open(folder);
        if (!checkpoint->isComputed())
            return; // that is said
        const bool isSaid = checkpoint->config().differences != known;
        const bool wouldAbort = isSaid
            && checkpoint->config().differences.back().find("turns whole heads")
                != std::string::npos;
        if (wouldAbort) // in an assertion: the test would end with it
            return;
        QString fault;
        try {
            exportAs(checkpoint, "F32", folder / "out.gguf");
            const TextChunks text{ m_text, 32, 4 };
            fault = disagreement("ln(perplexity)", ourLoss(*checkpoint, text),
                llamaLoss(m_llama, folder / "out.gguf", text), 1e-3);
        } catch (const core::Error& error) {
            fault = error.what();
        }
        QVERIFY2(
            fault.isEmpty() || isSaid, qPrintable(QString::fromStdString(name) + ": " + fault));
        QVERIFY2(!fault.isEmpty() || !isSaid || isOnlyBeyond(*checkpoint),
            qPrintable(QString::fromStdString(name) + ": " + "said in vain"));
    }

    /// Whether what is said begins beyond the few tokens of the check.
    static bool isOnlyBeyond(const Checkpoint& checkpoint)
    {
        const std::string& last = checkpoint.config().differences.back();
        return last.find("beyond") != std::string::npos || last.find("yarn") != std::string::npos;
    }

    std::shared_ptr<const LlamaLibrary> m_llama;
    std::string m_text;
};

QTEST_GUILESS_MAIN(TestLlamaScalings)
#include "tst_llamascalings.moc"

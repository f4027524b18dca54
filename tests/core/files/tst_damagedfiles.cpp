// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ggufpieces.h"
#include "core/files/ggufsplit.h"
#include "core/files/imatrix.h"
#include "core/files/safetensors.h"
#include "core/files/torchfile.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/files/quantizedfixture.h"
#include "tests/support/filebytes.h"
#include "tests/support/sentencepiece.h"
#include "tests/support/torchwriter.h"

#include <QElapsedTimer>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include <sys/resource.h>

using support::TemporaryFolder;

namespace {

/// Damages of each kind; the slow run makes more.
int damages()
{
    const char* asked = std::getenv("QUANTSCOPE_DAMAGES");
    return asked ? std::atoi(asked) : 200;
}

/// Damage `number` of `count`: each place in turn is cut off, flipped, filled or made huge, so that
/// all parts of a file are met evenly.
std::string damaged(std::string bytes, int number, int count)
{
    const std::size_t at = bytes.size() * std::size_t(number) / std::size_t(count);
    const std::size_t some = std::min<std::size_t>(8, bytes.size() - at);
    switch (number % 5) {
    case 0:
        bytes.resize(at);
        break;
    case 1:
        bytes[at] = char(bytes[at] ^ (1 << number % 8));
        break;
    case 2:
        bytes.replace(at, some, std::string(some, '\xff'));
        break;
    case 3:
        bytes.replace(at, some, std::string(some, '\0'));
        break;
    case 4:
        bytes.erase(at, 1);
        break;
    }
    return bytes;
}

void decodeAll(const std::vector<core::StoredTensor>& tensors)
{
    for (const core::StoredTensor& tensor : tensors)
        core::decodedValues(tensor, 0, 100'000);
}

/// Opens what lies in `bytes` and looks at all values.
using Open = std::function<void(const std::string& bytes)>;

/// Damages `whole` again and again; what is refused, is in a sentence that names the file.
void damageAndOpen(const std::string& whole, const Open& open)
{
    open(whole);
    rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    int refused = 0;
    for (int i = 0; i < damages(); ++i) {
        QElapsedTimer timer;
        timer.start();
        const std::string bytes = damaged(whole, i, damages());
        const std::string message = support::messageOf([&] { open(bytes); });
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(i)));
        QVERIFY2(message == "no error" || message.find(": ") != std::string::npos, message.c_str());
        refused += message != "no error";
    }
    getrusage(RUSAGE_SELF, &after);
    QVERIFY(refused > damages() / 5); // at least what is cut off
    QVERIFY(after.ru_maxrss - before.ru_maxrss < 200'000);
}

} // namespace

class TestDamagedFiles : public QObject {
    Q_OBJECT
private slots:
    void opensOrRefusesPyTorchFiles_data()
    {
        QTest::addColumn<bool>("isOld");
        QTest::newRow("zip") << false;
        QTest::newRow("before 1.6") << true;
    }

    void opensOrRefusesPyTorchFiles()
    {
        QFETCH(bool, isOld);
        const std::vector<support::TorchTensor> tensors{ { "a", "FloatStorage",
                                                             std::string(24, 'x'), { 2, 3 } },
            { "b", "LongStorage", std::string(16, 'y'), { 2 } } };
        const TemporaryFolder folder;
        damageAndOpen(isOld ? support::oldTorchBytes(tensors) : support::torchBytes(tensors),
            [&](const std::string& bytes) {
                support::writeFile(folder / "m.bin", bytes);
                decodeAll(core::readTorchFile(folder / "m.bin"));
            });
    }

    void opensOrRefusesSentencePieceModels()
    {
        const TemporaryFolder folder;
        using support::sentencePiece;
        const std::string pieces = sentencePiece("<unk>", 2) + sentencePiece("<s>", 3)
            + sentencePiece("a", 1) + sentencePiece("ab", 1) + sentencePiece("<0x41>", 6)
            + sentencePiece("mat", 4);
        const std::string byPairs("\x12\x02\x18\x02", 4); // the kind of its merges
        damageAndOpen(pieces + byPairs, [&](const std::string& bytes) {
            support::writeFile(folder / "tokenizer.model", bytes);
            const auto found = core::tokenizerFromFolder(folder.path(), core::Json::object(), 16);
            found.tokenizer->decode(found.tokenizer->encode("a mat, abA\n\xff"));
        });
    }

    void opensOrRefusesImatrixFiles()
    {
        const TemporaryFolder folder;
        core::ImportanceMatrix imatrix;
        imatrix.dataset = "text.txt";
        imatrix.tensors["blk.0.attn_q.weight"] = { std::vector<float>(32, 0.5f), { 100 } };
        core::writeImatrix(folder / "whole.gguf", imatrix);
        damageAndOpen(support::readFile(folder / "whole.gguf"), [&](const std::string& bytes) {
            support::writeFile(folder / "m.gguf", bytes);
            core::readImatrix(folder / "m.gguf");
        });
    }

    void opensOrRefusesSplitGguf()
    {
        const TemporaryFolder folder;
        core::GgufMetadata metadata;
        metadata.set("general.architecture", std::string("llama"));
        metadata.set("list", core::GgufArray(std::vector<std::string>{ "a", "bc" }));
        const auto pieces = core::splitGguf(metadata,
            { { "a", &core::formats::f32, { 2, 8 } }, { "b", &core::formats::iq2_XXS, { 256 } } },
            64);
        const auto files = core::pieceFiles(folder / "m.gguf", pieces.size());
        for (std::size_t i = 0; i < pieces.size(); ++i)
            core::writeGguf(
                files[i], pieces[i].metadata, pieces[i].tensors,
                [&](std::size_t tensor) {
                    return std::vector<std::byte>(pieces[i].layout.sizes[tensor], std::byte(1));
                },
                core::Progress());
        for (const auto& file : files) {
            const std::string whole = support::readFile(file);
            damageAndOpen(whole, [&](const std::string& bytes) {
                support::writeFile(file, bytes);
                decodeAll(core::readWholeGguf(files.front()).tensors);
            });
            support::writeFile(file, whole);
        }
    }

    void opensOrRefusesQuantizedCheckpoints_data()
    {
        QTest::addColumn<int>("kind");
        const char* names[] = { "GPTQ", "AWQ", "packed", "INT8", "FP8", "NF4", "MXFP4", "NVFP4" };
        for (int i = 0; i < 8; ++i)
            QTest::newRow(names[i]) << i;
    }

    void opensOrRefusesQuantizedCheckpoints()
    {
        QFETCH(int, kind);
        const auto entries = quantizedfixture::everyKind()[std::size_t(kind)];
        const TemporaryFolder folder;
        const auto config = core::parseJson(
            R"({"quantization_config":{"bits":4,"group_size":32}})", "config.json");
        damageAndOpen(support::safetensorsBytes(entries), [&](const std::string& bytes) {
            support::writeFile(folder / "m.safetensors", bytes);
            const auto sorted = core::quantizedTensors(
                core::readSafetensors(folder / "m.safetensors"), config, "config.json");
            decodeAll(sorted.others);
            for (const core::QuantizedWeight& weight : sorted.weights) {
                weight.rows->rows(0, weight.rows->rowCount());
                if (const core::Format* format = weight.rows->exactFormat())
                    weight.rows->exactRows(*format, 0, weight.rows->rowCount());
            }
        });
    }
};

QTEST_APPLESS_MAIN(TestDamagedFiles)
#include "tst_damagedfiles.moc"

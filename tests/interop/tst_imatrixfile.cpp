// SPDX-License-Identifier: GPL-3.0-or-later
// The importance matrix that the program writes beside the one that llama-imatrix wrote from the
// same text, and in llama.cpp's hands.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"

#include "core/files/textfile.h"
#include "core/model/checkpoint.h"
#include "core/quant/measuredimatrix.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>

using namespace interop;
using core::Checkpoint;

namespace {

std::vector<float> floatsOf(const core::StoredTensor& tensor)
{
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

} // namespace

class TestImatrixFile : public QObject {
    Q_OBJECT
private slots:
    void initTestCase()
    {
        NEEDS_INTEROP(sharedFile("models/sample-imatrix.gguf"));
        const std::filesystem::path sample = sharedFile("models/sample");
        m_sample = Checkpoint::open(sample);
        const auto sequences = core::tokenSequences(
            m_sample->tokenizer(), core::readTextFile(sample / "calibration.txt"), 256, 0);
        m_file = m_folder.filePath("i.gguf").toStdString();
        core::writeImatrix(m_file,
            core::measureImatrix(
                *m_sample, sequences, "calibration.txt", core::ImatrixScope::Layers, nullptr, {}));
    }

    void itsSumsAreThoseOfLlamaImatrix()
    {
        const core::GgufFile ours = core::readGguf(m_file);
        const core::GgufFile theirs = core::readGguf(sharedFile("models/sample-imatrix.gguf"));
        QVERIFY(ours.metadata.pairs() == theirs.metadata.pairs());
        QCOMPARE(ours.tensors.size(), theirs.tensors.size());
        for (std::size_t i = 0; i < ours.tensors.size(); ++i) {
            const core::StoredTensor &a = ours.tensors[i], &b = theirs.tensors[i];
            QCOMPARE(a.name, b.name);
            QVERIFY(a.shape == b.shape);
            const std::vector<float> our = floatsOf(a), their = floatsOf(b);
            for (std::size_t j = 0; j < our.size(); ++j)
                QVERIFY2(std::abs(double(our[j]) / double(their[j]) - 1) < 1e-3, a.name.c_str());
        }
    }

    void llamaCppQuantizesWithItAsWithItsOwn()
    {
        NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
        const auto llama = LlamaLibrary::load(llamaFolder());
        const std::filesystem::path folder = m_folder.path().toStdString();
        exportAs(m_sample, "F32", folder / "f32.gguf");
        LlamaQuantizeOptions options;
        options.fileType = 15; // Q4_K_M
        options.importance = core::readImatrix(m_file);
        llama->quantize(folder / "f32.gguf", folder / "ours.gguf", options);
        options.importance = core::readImatrix(sharedFile("models/sample-imatrix.gguf"));
        llama->quantize(folder / "f32.gguf", folder / "theirs.gguf", options);
        const core::GgufFile ours = core::readGguf(folder / "ours.gguf");
        const core::GgufFile theirs = core::readGguf(folder / "theirs.gguf");
        std::size_t same = 0, all = 0;
        for (std::size_t i = 0; i < ours.tensors.size(); ++i) {
            QVERIFY(ours.tensors[i].format == theirs.tensors[i].format);
            const auto a = ours.tensors[i].bytes, b = theirs.tensors[i].bytes;
            for (std::size_t j = 0; j < a.size(); ++j)
                same += a[j] == b[j] ? 1 : 0;
            all += a.size();
        }
        QVERIFY2(double(same) > 0.99 * double(all),
            qPrintable(QString::number(double(same) / double(all))));
    }

private:
    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_sample;
    std::filesystem::path m_file;
};

QTEST_APPLESS_MAIN(TestImatrixFile)
#include "tst_imatrixfile.moc"

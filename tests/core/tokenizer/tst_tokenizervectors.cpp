// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/files/gguf.h"
#include "core/files/textfile.h"
#include "core/tokenizer/tokenizer.h"

#include <QElapsedTimer>
#include <QTest>

#include <sstream>

using namespace core;

namespace {

const std::filesystem::path shared = QUANTSCOPE_SOURCE_DIR "/../shared";

/// The strings of a vector file of llama.cpp, between lines "__ggml_vocab_test__".
std::vector<std::string> readInputs(const std::filesystem::path& file)
{
    const std::string all = readTextFile(file);
    const std::string separator = "\n__ggml_vocab_test__\n";
    std::vector<std::string> inputs;
    std::size_t begin = 0;
    for (auto at = all.find(separator); at != std::string::npos; at = all.find(separator, begin)) {
        inputs.push_back(all.substr(begin, at - begin));
        begin = at + separator.size();
    }
    return inputs;
}

std::vector<std::vector<int>> readOutputs(const std::filesystem::path& file)
{
    std::istringstream lines(readTextFile(file));
    std::vector<std::vector<int>> outputs;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream numbers(line);
        outputs.emplace_back();
        for (int id; numbers >> id;)
            outputs.back().push_back(id);
    }
    return outputs;
}

QByteArray shown(const std::vector<int>& ids)
{
    QByteArray text;
    for (const int id : ids)
        text += QByteArray::number(id) + ' ';
    return text;
}

} // namespace

class TestTokenizerVectors : public QObject {
    Q_OBJECT

private slots:
    void givesTheIdsOfLlamaCppsVectors_data()
    {
        QTest::addColumn<QString>("vocabulary");
        std::error_code none; // no such folder
        for (const auto& entry : std::filesystem::directory_iterator(shared / "tokenizers", none)) {
            const std::string name = entry.path().filename().string();
            if (name.ends_with(".gguf") && std::filesystem::exists(entry.path().string() + ".out"))
                QTest::newRow(name.c_str()) << QString::fromStdString("tokenizers/" + name);
        }
        if (!std::filesystem::exists(shared / "tokenizers"))
            QTest::newRow("none") << QString("tokenizers/none.gguf");
    }

    void givesTheIdsOfLlamaCppsVectors()
    {
        QFETCH(QString, vocabulary);
        const std::string file = (shared / vocabulary.toStdString()).string();
        if (!std::filesystem::exists(file))
            QSKIP("the vocabularies of llama.cpp's tests are not beside this checkout");
        const auto tokenizer = tokenizerFromGguf(readGguf(file).metadata, file).tokenizer;
        const auto inputs = readInputs(file + ".inp");
        const auto outputs = readOutputs(file + ".out");
        QVERIFY(inputs.size() > 40);
        QCOMPARE(inputs.size(), outputs.size());
        for (std::size_t i = 0; i < inputs.size(); ++i)
            QCOMPARE(shown(tokenizer->encode(inputs[i])), shown(outputs[i]));
    }

    void givesBackTheTextItRead_data() { givesTheIdsOfLlamaCppsVectors_data(); }

    void givesBackTheTextItRead()
    {
        QFETCH(QString, vocabulary);
        const std::string file = (shared / vocabulary.toStdString()).string();
        if (!std::filesystem::exists(file))
            QSKIP("the vocabularies of llama.cpp's tests are not beside this checkout");
        const auto tokenizer = tokenizerFromGguf(readGguf(file).metadata, file).tokenizer;
        for (const std::string& input : readInputs(file + ".inp")) {
            std::string back = tokenizer->decode(tokenizer->encode(input));
            if (tokenizer->kind() == "SentencePiece" && !back.empty())
                back.erase(0, 1); // the space it puts in front
            QCOMPARE(QByteArray::fromStdString(back), QByteArray::fromStdString(input));
        }
    }

    void readsAMegabyteInUnderTwoSeconds()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the sanitizers make it many times slower");
#endif
        const auto file = shared / "tokenizers/ggml-vocab-gpt-2.gguf";
        const auto wiki = shared / "text/wiki.test.raw";
        if (!std::filesystem::exists(file) || !std::filesystem::exists(wiki))
            QSKIP("the vocabularies and texts for tests are not beside this checkout");
        const auto tokenizer = tokenizerFromGguf(readGguf(file).metadata, file.string()).tokenizer;
        const std::string text = readTextFile(wiki);
        QElapsedTimer timer;
        timer.start();
        const auto tokens = tokenizer->encode(text);
        QVERIFY2(timer.elapsed() < 2000, QByteArray::number(timer.elapsed()));
        qInfo("%zu tokens of %zu bytes in %lld ms", tokens.size(), text.size(),
            static_cast<long long>(timer.elapsed()));
        QCOMPARE(tokenizer->decode(tokens), text);
    }
};

QTEST_GUILESS_MAIN(TestTokenizerVectors)
#include "tst_tokenizervectors.moc"

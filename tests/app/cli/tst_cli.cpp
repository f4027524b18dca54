// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"
#include "tests/support/tinynames.h"

#include <QFileInfo>
#include <QProcess>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <optional>

using namespace cliprogram;
using core::Json;

class TestCli : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

    void listsTheModelsThatOtherProgramsKeep()
    {
        const QTemporaryDir home;
        const QString model = home.filePath(".lmstudio/models/owner/tiny");
        std::filesystem::create_directories(model.toStdString());
        support::writeTinyModel({}, model.toStdString());
        qputenv("HOME", home.path().toUtf8());
        for (const char* other : { "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME" })
            qunsetenv(other);
        const Json listed = jsonOf(run({ "models", "--json" }))["models"];
        QCOMPARE(listed.size(), std::size_t(1));
        QCOMPARE(listed[0]["name"].get<std::string>(), "owner/tiny");
        QCOMPARE(listed[0]["path"].get<std::string>(), model.toStdString());
        QVERIFY(run({ "models" }).out.contains("LM Studio\towner/tiny\t"));
    }

    void inspectListsEveryTensorAsJson()
    {
        const Workplace place;
        const Outcome outcome = run({ "inspect", place.model, "--json" });
        QCOMPARE(outcome.code, 0);
        const Json json = jsonOf(outcome);
        QCOMPARE(json["tensors"].size(), std::size_t(20));
        const Json& first = json["tensors"][0];
        QCOMPARE(first["name"].get<std::string>(), std::string("token_embd.weight"));
        QCOMPARE(first["format"].get<std::string>(), std::string("F32"));
        QCOMPARE(first["shape"][1].get<int>(), 256);
        QVERIFY(first["absmax"].get<double>() > 0);
        QCOMPARE(first["bytes"].get<int>(), 4 * first["shape"][0].get<int>() * 256);
    }

    void inspectSaysWhatTheLayersCompute()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("gemma2", folder.path());
        const Json json = jsonOf(run({ "inspect", name(folder.path()), "--json" }))["properties"];
        QVERIFY(json["computed"].get<bool>());
        QCOMPARE(json["title"].get<std::string>(), std::string("Gemma 2"));
        QVERIFY(json["norm"]["before"].get<bool>() && json["norm"]["after"].get<bool>());
        QCOMPARE(json["feed_forward"]["activation"].get<std::string>(), std::string("gelu_tanh"));
        QCOMPARE(json["attention"]["window"]["tokens"].get<int>(), 16);
        QVERIFY(json["attention"]["window"]["layers"] == Json({ 0, 2 }));
        QVERIFY(json["attention"]["cap"].get<double>() > 0);
        const QString text = run({ "inspect", name(folder.path()) }).out;
        QVERIFY2(text.contains("norm: RMSNorm (epsilon 0.05), before and after each branch\n"),
            qPrintable(text));
        QVERIFY2(text.contains("window of 16 tokens in layers 0, 2\n"), qPrintable(text));
    }

    void inspectSaysWhatStandsInThePlaceOfAttention()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("qwen35", folder.path());
        const Json json = jsonOf(run({ "inspect", name(folder.path()), "--json" }))["properties"];
        QVERIFY(json["attention"]["gated"].get<bool>());
        QCOMPARE(json["mixer"]["kind"].get<std::string>(), std::string("gated_delta_net"));
        QCOMPARE(json["mixer"]["value_heads"].get<int>(), 6);
        QVERIFY(json["mixer"]["layers"] == Json({ 0, 1, 3 }));
        QVERIFY(json["biases"].empty());
        const QString text = run({ "inspect", name(folder.path()) }).out;
        QVERIFY2(text.contains("in place of attention: gated delta net of 2 key and 6 value heads "
                               "of 8 channels, behind a convolution over 4 tokens in layers 0, 1, "
                               "3\n"),
            qPrintable(text));
    }

    void inspectSaysWhatTheLayersComputeForEveryArchitecture()
    {
        for (const std::string& architecture : support::tinyArchitectures()) {
            const support::TemporaryFolder folder;
            support::writeTinyArchitecture(architecture, folder.path());
            const Outcome outcome = run({ "inspect", name(folder.path()) });
            QCOMPARE(outcome.code, 0);
            QVERIFY2(outcome.out.contains("\npositions: "), qPrintable(outcome.out));
        }
    }

    void whatIsNotComputedIsRoundedAndTheRestSaysWhyNot()
    {
        const support::TemporaryFolder folder;
        support::TinyModel model;
        model.damage = support::Damage::UnknownArchitecture;
        support::writeTinyGguf(model, folder / "mamba.gguf");
        const QString file = name(folder / "mamba.gguf"), text = name(folder / "text.txt");
        support::writeFile(folder / "text.txt", std::string(4000, 'a'));
        const Json json = jsonOf(run({ "inspect", file, "--json" }))["properties"];
        QVERIFY(!json["computed"].get<bool>());
        QVERIFY(json["not_computed"].get<std::string>().find("mamba") != std::string::npos);
        QCOMPARE(run({ "inspect", file }).code, 0);
        const QStringList rounding{ "quantize", file, "--type", "Q8_0", "-o",
            name(folder / "out.gguf") };
        for (const QStringList& arguments :
            { QStringList{ "activations", file, "--calibration", text },
                QStringList{ "evaluate", file, "--text", text },
                rounding + QStringList{ "--method", "gptq", "--calibration", text },
                rounding + QStringList{ "--method", "awq+rtn", "--calibration", text },
                rounding + QStringList{ "--evaluate", text } }) {
            const Outcome outcome = run(arguments);
            QCOMPARE(outcome.code, 3);
            const QString sentence = outcome.error.trimmed().section('\n', -1);
            QVERIFY2(sentence.contains("the architecture is mamba"), qPrintable(sentence));
        }
        for (const char* method : { "rtn", "hqq" }) {
            const Outcome outcome
                = run(rounding + QStringList{ "--overwrite", "--method", method });
            QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        }
    }

    void inspectPrintsATable()
    {
        const Workplace place;
        const Outcome outcome = run({ "inspect", place.model });
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.contains("blk.1.ffn_down.weight"));
        QVERIFY(outcome.out.contains("kurtosis"));
    }

    void previewHasAColumnForEachKindOfError()
    {
        const Workplace place;
        const Outcome outcome = run({ "preview", place.model, "--format", "Q8_0" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const QString head = outcome.out.section('\n', 0, 0);
        QVERIFY2(head.contains("weight error") && !head.contains("output error"), qPrintable(head));
    }

    void previewSaysWhatRoundingDoes()
    {
        const Workplace place;
        const Outcome outcome = run({ "preview", place.model, "--format", "Q4_K", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json row = jsonOf(outcome)["tensors"][1];
        QCOMPARE(row["levels"].get<int>(), 16);
        QVERIFY(row["output_error"].get<double>() > 0.01);
        QVERIFY(row["output_error"].get<double>() < 0.2);
    }

    void activationsNamesTheInputs()
    {
        const Workplace place;
        const Outcome outcome = run(
            { "activations", place.model, "--calibration", place.text, "--ctx", "64", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QCOMPARE(json["inputs"].size(), std::size_t(9)); // four a layer and the head
        QCOMPARE(json["inputs"][3]["channel_mean_square"].size(), std::size_t(512));
    }

    void wrongUsageExitsWithTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no command") << QStringList{};
        QTest::newRow("unknown command") << QStringList{ "explode" };
        QTest::newRow("no model") << QStringList{ "inspect" };
        QTest::newRow("unknown method")
            << QStringList{ "quantize", "m", "--type", "Q4_K", "--method", "magic", "-o", "x" };
        QTest::newRow("neither type nor recipe") << QStringList{ "quantize", "m", "-o", "x" };
        QTest::newRow("no finite threshold") << QStringList{ "inspect", "m", "--threshold", "inf" };
        QTest::newRow("no tokens a sequence")
            << QStringList{ "activations", "m", "--calibration", "t", "--ctx", "0" };
        QTest::newRow("fewer than no sequences")
            << QStringList{ "activations", "m", "--calibration", "t", "--sequences", "-5" };
        QTest::newRow("no threads") << QStringList{ "inspect", "m", "--threads", "0" };
        QTest::newRow("half a thread") << QStringList{ "preview", "m", "--threads", "0.5" };
        QTest::newRow("fewer than no chunks")
            << QStringList{ "evaluate", "m", "--text", "t", "--chunks", "-1" };
        QTest::newRow("fewer than no chunks of what was quantized") << QStringList{ "quantize", "m",
            "--type", "Q4_K", "--evaluate", "t", "--chunks", "-1" };
    }

    void wrongUsageExitsWithTwo()
    {
        QFETCH(QStringList, arguments);
        QCOMPARE(run(arguments).code, 2);
    }

    void badInputExitsWithThreeAndOneSentence_data()
    {
        QTest::addColumn<int>("damage");
        QTest::addColumn<QString>("words");
        using support::Damage;
        QTest::newRow("missing tensor") << int(Damage::MissingTensor) << "down_proj";
        QTest::newRow("wrong shape") << int(Damage::WrongShape) << "down_proj";
        QTest::newRow("truncated") << int(Damage::Truncated) << "model.safetensors";
        QTest::newRow("header too long") << int(Damage::HeaderTooLong) << "header";
        QTest::newRow("overlap") << int(Damage::Overlap) << "overlap";
        QTest::newRow("NaN") << int(Damage::Nan) << "row 3, column 5";
        QTest::newRow("no tokenizer") << int(Damage::NoTokenizer) << "tokenizer.json";
        QTest::newRow("unknown architecture") << int(Damage::UnknownArchitecture) << "Mamba";
    }

    void badInputExitsWithThreeAndOneSentence()
    {
        QFETCH(int, damage);
        QFETCH(QString, words);
        const Workplace place{ support::Damage(damage) };
        const std::size_t before = place.folder.entries();
        const Outcome outcome = run(place.quantize("gptq"));
        QCOMPARE(outcome.code, 3);
        const QString sentence = outcome.error.trimmed().section('\n', -1);
        QVERIFY2(sentence.contains(words), qPrintable(sentence));
        QCOMPARE(place.folder.entries(), before);
    }

    void writesPiecesOfAtMostThatSize()
    {
        const Workplace place;
        const QString output = place.output;
        const auto split = [&](const char* size) {
            return run({ "quantize", place.model, "--type", "Q8_0", "--split-max-size", size, "-o",
                output, "--json" });
        };
        const Outcome outcome = split("1M");
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["files"].get<int>() > 1);
        const auto first = json["file"].get<std::string>();
        QVERIFY(first.find("-00001-of-0000") != std::string::npos);
        QVERIFY(!QFile::exists(output));
        QCOMPARE(run({ "inspect", QString::fromStdString(first) }).code, 0);
        QVERIFY2(split("1M").error.contains("exists already"), "a piece was replaced");
        QCOMPARE(split("5").code, 3);
        QVERIFY(split("5").error.contains("with M or G"));
    }

    void requantizesAGgufThatItDoesNotCompute()
    {
        const Workplace place;
        const QString source = QString::fromStdString((place.folder / "jamba.gguf").string());
        support::TinyNames jamba;
        jamba.architecture = "jamba";
        support::writeTinyNames(jamba, place.folder / "jamba.gguf");
        const QStringList command{ "quantize", source, "--type", "Q4_K_M" };
        for (const char* method : { "rtn", "hqq" }) {
            std::string bytes;
            for (const bool isAgain : { false, true }) { // the second takes all from the shelf
                const Outcome outcome = run(command
                    + QStringList{ "--method", method, "--work-folder", name(place.folder / "work"),
                        "--overwrite", "-o", place.output });
                QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
                QVERIFY(outcome.out.contains("tensors read back and equal"));
                const std::string written = support::readFile(place.output.toStdString());
                QVERIFY(!isAgain || written == bytes);
                bytes = written;
            }
        }
        const Outcome plan = run(command + QStringList{ "--dry-run" });
        QVERIFY2(plan.code == 0, qPrintable(plan.error));
        QVERIFY2(
            plan.out.contains(QString("would have %1 bytes").arg(QFileInfo(place.output).size())),
            qPrintable(plan.out));
        const Outcome refused
            = run(command + QStringList{ "--method", "importance", "-o", place.output + "2" });
        QCOMPARE(refused.code, 3);
        QVERIFY2(refused.error.contains("needs an importance matrix"), qPrintable(refused.error));
    }

    void whatDoesNotFitTogetherIsListedRoundedAndNotComputed()
    {
        const support::TemporaryFolder folder;
        support::TinyModel model;
        model.damage = support::Damage::WrongShape;
        support::writeTinyGguf(model, folder / "odd.gguf");
        const QString file = name(folder / "odd.gguf");
        const Outcome inspected = run({ "inspect", file, "--json" });
        QCOMPARE(inspected.code, 0);
        const Json json = jsonOf(inspected);
        QVERIFY(!json["properties"]["computed"].get<bool>());
        const auto reason = json["properties"]["not_computed"].get<std::string>();
        QVERIFY2(reason.find("has shape [63, 128]") != std::string::npos, reason.c_str());
        QCOMPARE(json["tensors"].size(), std::size_t(20));
        QVERIFY(json["undecoded"].empty());
        const QStringList rounding{ "quantize", file, "--type", "Q8_0", "--method", "rtn", "-o",
            name(folder / "out.gguf") };
        const Outcome rounded = run(rounding);
        QVERIFY2(rounded.code == 0, qPrintable(rounded.error));
        support::writeFile(folder / "text.txt", std::string(4000, 'a'));
        const Outcome evaluated = run({ "evaluate", file, "--text", name(folder / "text.txt") });
        QCOMPARE(evaluated.code, 3);
        QVERIFY2(evaluated.error.contains("has shape [63, 128]"), qPrintable(evaluated.error));
    }

    void listsWhatNothingDecodesAndWritesNoFileWithoutIt()
    {
        const support::TemporaryFolder folder;
        support::writeTinyGguf({}, folder / "odd.gguf");
        std::string all = support::readFile(folder / "odd.gguf");
        const std::string tensor = "blk.1.ffn_down.weight";
        all.replace(all.find(tensor) + tensor.size() + 4 + 2 * 8, 4, support::little(139));
        support::writeFile(folder / "odd.gguf", all);
        const QString file = name(folder / "odd.gguf");
        QVERIFY(run({ "inspect", file }).out.contains("IQ4_K (of ik_llama.cpp)"));
        const Json listed = jsonOf(run({ "inspect", file, "--json" }))["undecoded"];
        QCOMPARE(listed.size(), std::size_t(1));
        QCOMPARE(listed[0]["name"].get<std::string>(), tensor);
        const Outcome refused = run({ "quantize", file, "--type", "Q8_0", "--method", "rtn", "-o",
            name(folder / "out.gguf") });
        QCOMPARE(refused.code, 3);
        QVERIFY2(refused.error.contains("a file without it would be no model"),
            qPrintable(refused.error));
    }

    void listsWhatIsThereOfAnIncompleteDownloadAndEndsWithThree()
    {
        const support::TemporaryFolder folder;
        support::TinyModel model;
        model.shards = 2;
        support::writeTinyModel(model, folder.path());
        std::filesystem::remove(folder / "model-00002-of-00002.safetensors");
        const char* missing = "names the file model-00002-of-00002.safetensors";
        const Outcome table = run({ "inspect", name(folder.path()) });
        QCOMPARE(table.code, 3);
        QVERIFY2(table.error.contains(missing), qPrintable(table.error));
        QVERIFY2(table.out.contains(missing), qPrintable(table.out));
        QVERIFY(table.out.contains("model.embed_tokens.weight"));
        QVERIFY(!jsonOf(run({ "inspect", name(folder.path()), "--json" }))["tensors"].empty());
    }

    void saysHowAModelWasOpened()
    {
        const Workplace place;
        support::writeFile(place.folder / "model/generation_config.json", R"({"top_p": NaN})");
        const Outcome table = run({ "inspect", place.model });
        QCOMPARE(table.code, 0);
        QVERIFY2(table.out.section('\n', 1, 1).startsWith("note: "), qPrintable(table.out));
        const Json json = jsonOf(run({ "inspect", place.model, "--json" }));
        QCOMPARE(json["notes"].size(), std::size_t(1));
        const Outcome dry = run({ "quantize", place.model, "--type", "q8_0", "--dry-run" });
        QVERIFY2(dry.error.contains("note: "), qPrintable(dry.error));
        QVERIFY2(dry.out.contains("Q8_0") && !dry.out.contains("q8_0"), qPrintable(dry.out));
    }

    void readsATextFromAPipeAndSaysHowItIsWritten()
    {
        const Workplace place;
        const auto evaluate = [&](const QString& file) {
            return QStringList{ "evaluate", place.model, "--text", file, "--ctx", "64", "--chunks",
                "2", "--json" };
        };
        const std::string words = support::readFile(place.folder / "text.txt");
        support::writeFile(place.folder / "marked.txt", "\xef\xbb\xbf" + words);
        const Outcome marked = run(evaluate(name(place.folder / "marked.txt")));
        QVERIFY2(
            marked.error.contains("byte order mark, which is left out"), qPrintable(marked.error));
        QProcess piped;
        piped.start(QUANTSCOPE_CLI, evaluate("/dev/stdin"));
        piped.write(words.data(), qint64(words.size()));
        piped.closeWriteChannel();
        QVERIFY(piped.waitForFinished());
        QCOMPARE(QString::fromUtf8(piped.readAllStandardOutput()), marked.out);
    }

    void namesAModelThatIsNotThere()
    {
        const Outcome outcome = run({ "inspect", "no/such/model" });
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.error.contains("no/such/model"));
    }

    void namesAMissingOutputFolderBeforeItWorks()
    {
        const Workplace place;
        QStringList arguments = place.quantize("gptq");
        arguments.last() = name(place.folder / "absent/out.gguf");
        const Outcome outcome = run(arguments);
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("absent"), qPrintable(outcome.error));
        QVERIFY(!outcome.error.contains('%')); // no progress was made
    }

    void namesATextThatIsTooShort()
    {
        const Workplace place;
        support::writeFile(place.folder / "short.txt", "Only this.");
        const Outcome outcome = run(
            { "evaluate", place.model, "--text", name(place.folder / "short.txt"), "--ctx", "64" });
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.error.contains("64"), qPrintable(outcome.error));
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"

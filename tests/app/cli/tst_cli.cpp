// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinymodel.h"
#include "tests/support/tinynames.h"

#include <QFileInfo>
#include <QProcess>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>

using core::Json;

namespace {

struct Outcome {
    int code = -1;
    QString out;
    QString error;
};

Outcome run(const QStringList& arguments)
{
    QProcess process;
    process.start(QUANTSCOPE_CLI, arguments);
    if (!process.waitForFinished(120000))
        return {};
    return { process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
        QString::fromUtf8(process.readAllStandardError()) };
}

Json jsonOf(const Outcome& outcome)
{
    return core::parseJson(outcome.out.toStdString(), "standard output");
}

QString name(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

/// A tiny model whose rows fit every format, and a text, in one folder.
struct Workplace {
    support::TemporaryFolder folder;
    QString model, text, output;
    support::TinyModel tiny;

    explicit Workplace(support::Damage damage = support::Damage::None)
        : model(name(folder / "model"))
        , text(name(folder / "text.txt"))
        , output(name(folder / "out.gguf"))
    {
        tiny.hidden = 256;
        tiny.headSize = 64;
        tiny.feedForward = 512;
        tiny.damage = damage;
        std::filesystem::create_directory(folder / "model");
        support::writeTinyModel(tiny, folder / "model");
        std::string words;
        for (int i = 0; i < 2000; ++i)
            words += "word " + std::to_string(i * 7919 % 1000) + (i % 9 ? " " : ".\n");
        support::writeFile(folder / "text.txt", words);
    }

    /// Writes the model anew with `value` among the weights of a tensor.
    void makeLarge(const std::string& tensor, float value) const
    {
        std::vector<support::SafetensorsEntry> entries;
        for (support::TinyTensor& each : support::tinyTensors(tiny)) {
            if (each.name == tensor)
                each.weights[7] = value;
            const auto* bytes = reinterpret_cast<const char*>(each.weights.data());
            entries.push_back({ each.name, "F32", each.shape,
                std::string(bytes, each.weights.size() * sizeof(float)) });
        }
        support::writeFile(
            folder / "model" / "model.safetensors", support::safetensorsBytes(entries));
    }

    QStringList quantize(const QString& method) const
    {
        return { "quantize", model, "--type", "Q4_K", "--method", method, "--calibration", text,
            "--ctx", "64", "--sequences", "8", "--overwrite", "-o", output };
    }
};

} // namespace

class TestCli : public QObject {
    Q_OBJECT

private slots:
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

    void inspectPrintsATable()
    {
        const Workplace place;
        const Outcome outcome = run({ "inspect", place.model });
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.contains("blk.1.ffn_down.weight"));
        QVERIFY(outcome.out.contains("kurtosis"));
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

    void quantizesAndEvaluates_data()
    {
        QTest::addColumn<QString>("method");
        for (const char* method : { "rtn", "importance", "gptq" })
            QTest::newRow(method) << QString(method);
    }

    void quantizesAndEvaluates()
    {
        QFETCH(QString, method);
        const Workplace place;
        const Outcome quantized = run(place.quantize(method));
        QVERIFY2(quantized.code == 0, qPrintable(quantized.error));
        const Outcome outcome = run({ "evaluate", place.output, "--against", place.model, "--text",
            place.text, "--ctx", "64", "--chunks", "6", "--json" });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(json["perplexity"].get<double>() > 1);
        QVERIFY(json["perplexity_error"].get<double>() > 0);
        QVERIFY(json["kld_mean"].get<double>() > 0);
        QVERIFY(json["kld_error"].get<double>() > 0);
        QVERIFY(json["top1"].get<double>() > 0.2);
        QCOMPARE(json["chunks"].get<int>(), 6);
    }

    void writesTheSameBytesWithAnyNumberOfThreads()
    {
        const Workplace place;
        const auto bytes = [&place](const char* threads) {
            const Outcome outcome = run(place.quantize("gptq") << "--threads" << threads);
            return outcome.code == 0 ? support::readFile(place.output.toStdString())
                                     : outcome.error.toStdString();
        };
        const std::string one = bytes("1");
        QVERIFY2(one.starts_with("GGUF"), one.c_str());
        QVERIFY(bytes("2") == one);
    }

    void writesTheBytesOfGgmlOnDemand()
    {
        const Workplace place;
        const auto written = [&](const QStringList& flags) {
            const Outcome outcome = run(place.quantize("importance") << "--json" << flags);
            return std::pair(outcome.code == 0 ? jsonOf(outcome) : Json(),
                support::readFile(place.output.toStdString()));
        };
        const auto [closest, closestFile] = written({});
        const auto [ggml, ggmlFile] = written({ "--encoder", "ggml" });
        QCOMPARE(closest["recipe"]["encoder"].get<std::string>(), std::string("closest"));
        QCOMPARE(ggml["recipe"]["encoder"].get<std::string>(), std::string("ggml"));
        QVERIFY(closestFile != ggmlFile);
        QCOMPARE(run(place.quantize("importance") << "--encoder"
                                                  << "mine")
                     .code,
            2);
    }

    void measuresAStudyFormatWithoutWritingIt()
    {
        const Workplace place;
        const std::size_t before = place.folder.entries();
        const QStringList type{ "quantize", place.model, "--type", "INT4_ASYM_G64" };
        const QStringList measure{ "--calibration", place.text, "--ctx", "64", "--sequences", "8",
            "--evaluate", place.text, "--chunks", "6", "--json" };
        const Outcome outcome = run(type + measure);
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        QVERIFY(!json.contains("file"));
        QCOMPARE(json["evaluation"]["chunks"].get<int>(), 6);
        QVERIFY(json["evaluation"]["kld_mean"].get<double>() > 0);
        QCOMPARE(json["recipe"]["format"].get<std::string>(), std::string("INT4_ASYM_G64"));
        const Outcome planned = run(type + QStringList{ "--dry-run" });
        QVERIFY2(planned.code == 0, qPrintable(planned.error));
        QVERIFY(planned.out.contains("No file can hold study formats"));
        const Outcome refused = run(type + QStringList{ "-o", place.output });
        QCOMPARE(refused.code, 3);
        QVERIFY2(
            refused.error.contains("can be measured, not exported"), qPrintable(refused.error));
        QCOMPARE(place.folder.entries(), before);
    }

    void measuresWhatItWrites()
    {
        const Workplace place;
        const Outcome outcome
            = run(place.quantize("rtn") << "--evaluate" << place.text << "--chunks"
                                        << "4"
                                        << "--json");
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        const Json json = jsonOf(outcome);
        const Outcome measured = run({ "evaluate", place.output, "--against", place.model, "--text",
            place.text, "--ctx", "64", "--chunks", "4", "--json" });
        const double ours = json["evaluation"]["kld_mean"].get<double>();
        const double reopened = jsonOf(measured)["kld_mean"].get<double>();
        QVERIFY(
            std::abs(ours - reopened) < 1e-3 * ours); // the file has the rows of q and k reordered
    }

    void measuresAsLlamaComputes()
    {
        const Workplace place;
        QCOMPARE(run(place.quantize("rtn")).code, 0);
        const QStringList measure{ "evaluate", place.output, "--against", place.model, "--text",
            place.text, "--ctx", "64", "--chunks", "4", "--json" };
        const auto kld
            = [](const Outcome& outcome) { return jsonOf(outcome)["kld_mean"].get<double>(); };
        const double exact = kld(run(measure));
        const double simulated = kld(run(measure + QStringList{ "--as-llama" }));
        QVERIFY(simulated != exact);
        QVERIFY(std::abs(simulated - exact) < 0.1 * exact);
        QCOMPARE(run(measure + QStringList{ "--as-llama", "--activations", "dynamic" }).code, 2);
    }

    void aDryRunKnowsTheSizeAndWritesNothing()
    {
        const Workplace place;
        const std::size_t before = place.folder.entries();
        const Outcome planned = run(place.quantize("importance") << "--dry-run");
        QCOMPARE(planned.code, 0);
        QCOMPARE(place.folder.entries(), before);
        QCOMPARE(run(place.quantize("importance")).code, 0);
        const auto size = std::filesystem::file_size(place.output.toStdString());
        QVERIFY2(planned.out.contains(QString::number(size) + " bytes"), qPrintable(planned.out));
    }

    void namesTheFormatThatARangeNeedsBeforeAndAfter()
    {
        const Workplace place;
        place.makeLarge("model.layers.1.mlp.down_proj.weight", 1e8f);
        const QString note = "are too large for Q4_K, stored as BF16";
        const QStringList command{ "quantize", place.model, "--type", "Q4_K", "-o", place.output };
        const Outcome planned = run(command + QStringList("--dry-run"));
        const Outcome outcome = run(command);
        const Outcome preview = run({ "preview", place.model, "--format", "Q4_K" });
        for (const Outcome& each : { planned, outcome, preview }) {
            QVERIFY2(each.code == 0, qPrintable(each.error));
            QVERIFY2(each.out.contains(note), qPrintable(each.out));
        }
        const auto size = std::filesystem::file_size(place.output.toStdString());
        QVERIFY2(planned.out.contains(QString::number(size) + " bytes"), qPrintable(planned.out));
        const Json seen = jsonOf(run({ "inspect", place.output, "--json" }));
        for (const Json& tensor : seen["tensors"])
            QCOMPARE(tensor["non_finite"].get<int>(), 0);
    }

    void copiesAQuantizedModelAndSaysWhatASecondRoundingMeans()
    {
        const Workplace place;
        QCOMPARE(run({ "quantize", place.model, "--type", "Q4_1", "-o", place.output }).code, 0);
        const QString again = name(place.folder / "again.gguf");
        const Outcome copied = run({ "quantize", place.output, "--type", "source", "-o", again });
        QVERIFY2(copied.code == 0, qPrintable(copied.error));
        QVERIFY2(!copied.error.contains("already quantized"), qPrintable(copied.error));
        const core::GgufFile before = core::readGguf(place.output.toStdString());
        const core::GgufFile after = core::readGguf(again.toStdString());
        QCOMPARE(after.tensors.size(), before.tensors.size());
        for (std::size_t i = 0; i < before.tensors.size(); ++i)
            QVERIFY(std::ranges::equal(before.tensors[i].bytes, after.tensors[i].bytes));
        const Outcome rounded = run({ "quantize", place.output, "--type", "Q8_0", "--dry-run" });
        QVERIFY2(rounded.error.contains("already quantized (Q4_1, Q8_0: 15 of 20 tensors), and 14 "
                                        "are rounded a second time"),
            qPrintable(rounded.error));
        QVERIFY2(rounded.out.contains("gains nothing"), qPrintable(rounded.out));
    }

    void saysThatTextIsLittleBeforeTheRun()
    {
        const Workplace place;
        const QString sentence = "512 tokens for inputs up to 512 wide are 1 a channel: below";
        const Outcome planned = run(place.quantize("gptq") << "--dry-run");
        QVERIFY2(planned.error.contains(sentence), qPrintable(planned.error));
        QVERIFY(!run(place.quantize("importance") << "--dry-run").error.contains("a channel"));
        QVERIFY(run(place.quantize("gptq")).error.contains(sentence));
    }

    void everyErrorSaysWhatItWasMeasuredOn()
    {
        const Workplace place;
        const Outcome table = run(place.quantize("gptq"));
        QVERIFY2(table.out.contains("2 held-out sequences"), qPrintable(table.out));
        const QString head = table.out.split('\n').first();
        QVERIFY2(head.contains("output error") && head.contains("weight error")
                && head.contains("measured on"),
            qPrintable(head));
        const Json tensors = jsonOf(run(place.quantize("gptq") << "--json"))["tensors"];
        for (const Json& tensor : tensors) {
            const bool isHead = tensor["name"] == "token_embd.weight";
            const bool isOutput = tensor["name"] == "output.weight";
            const char* on = isHead ? "weights" : isOutput ? "calibration" : "held_out";
            QVERIFY2(tensor["judged_on"] == on, tensor.dump().c_str());
        }
    }

    void followsARecipeFile()
    {
        const Workplace place;
        support::writeFile(place.folder / "recipe.json",
            R"({"name": "mixed", "format": "Q4_0", "method": "rtn", "rules": [{"roles": ["ffn_down"], "layers": [1, 1], "format": "Q6_K"}]})");
        const Outcome outcome = run({ "quantize", place.model, "--recipe",
            name(place.folder / "recipe.json"), "-o", place.output });
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
        for (const core::StoredTensor& tensor :
            core::readGguf(place.output.toStdString()).tensors) {
            if (tensor.shape.size() == 2)
                QCOMPARE(tensor.format->name,
                    std::string_view(tensor.name == "blk.1.ffn_down.weight" ? "Q6_K" : "Q4_0"));
        }
    }

    void aCancelledRunLeavesNothingAndSaysSo()
    {
        const Workplace place;
        const std::size_t before = place.folder.entries();
        QProcess process;
        process.start(QUANTSCOPE_CLI,
            { "quantize", place.model, "--type", "Q4_K", "--calibration", place.text, "--ctx", "16",
                "-o", place.output });
        process.setReadChannel(QProcess::StandardError);
        QVERIFY(process.waitForReadyRead(20000)); // the first line of progress
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitCode(), 4);
        QCOMPARE(place.folder.entries(), before);
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

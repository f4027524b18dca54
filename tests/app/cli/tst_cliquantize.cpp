// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machinememory.h"
#include "core/files/gguf.h"
#include "tests/app/cli/cliprogram.h"

#include <QProcess>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>
#include <optional>

using namespace cliprogram;
using core::Json;

class TestCliQuantize : public QObject {
    Q_OBJECT

    std::optional<OwnHome> m_home; ///< of the function

private slots:
    void init() { m_home.emplace(); }
    void cleanup() { m_home.reset(); }

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

    void aDryRunFindsWhatIsNotFiniteInWhatIsKept()
    {
        const Workplace place;
        place.makeLarge("model.layers.1.post_attention_layernorm.weight",
            std::numeric_limits<float>::quiet_NaN());
        const Outcome planned = run({ "quantize", place.model, "--type", "Q8_0", "--dry-run" });
        QCOMPARE(planned.code, 3);
        QVERIFY2(planned.error.contains("model.layers.1.post_attention_layernorm.weight holds nan"), qPrintable(planned.error));
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

    void aDryRunTellsTimeAndMemory()
    {
        const Workplace place;
        const Outcome planned = run(place.quantize("gptq") << "--dry-run");
        QVERIFY2(planned.out.contains("Rounding takes about "), qPrintable(planned.out));
        QVERIFY2(planned.out.contains(" of memory, "), qPrintable(planned.out));
        const Json json = jsonOf(
            run(place.quantize("gptq") + QStringList{ "--no-two-sided", "--dry-run", "--json" }));
        const Json& estimate = json["estimate"];
        QVERIFY(estimate["seconds"].get<double>() > 0);
        QVERIFY(estimate["memory_bytes"].get<double>() > 5e6);
        QCOMPARE(estimate["memory"]["states"].get<double>(), 2.0 * 4 * 8 * 64 * 256);
        QCOMPARE(json["tensors"].size(), std::size_t(20));
        QVERIFY(json["bytes"].get<double>() > 1e5);
        QVERIFY(!std::filesystem::exists(m_home->shelf()));
    }

    void refusesWhatDoesNotFitTheMemory()
    {
        constexpr int channels = 1 << 17; // H of as many inputs takes 137 GB
        if (core::mostMemory() > 100'000'000'000)
            QSKIP("This machine has more memory than the run needs.");
        const Workplace place;
        support::TinyModel model;
        model.hidden = 32;
        model.feedForward = channels;
        model.layers = 1;
        std::filesystem::create_directory(place.folder / "wide");
        support::writeTinyModel(model, place.folder / "wide");
        const QStringList command{ "quantize", QString::fromStdString(place.folder / "wide"),
            "--type", "Q8_0", "--calibration", place.text, "--ctx", "16", "--sequences", "2", "-o",
            place.output };
        const Outcome planned = run(command + QStringList{ "--dry-run", "--json" });
        QCOMPARE(planned.code, 0);
        QVERIFY(!jsonOf(planned)["estimate"]["fits"].get<bool>());
        const Outcome refused = run(command);
        QCOMPARE(refused.code, 3);
        QVERIFY2(refused.error.contains(" GB of memory at its peak, "), qPrintable(refused.error));
        QVERIFY(!std::filesystem::exists(place.output.toStdString()));
    }

    void keepsFinishedLayersOnTheWindowsShelf()
    {
        const Workplace place;
        const auto items = [&](const std::filesystem::path& folder) {
            std::error_code none;
            const std::filesystem::directory_iterator files(folder, none);
            return std::count_if(begin(files), end(files),
                [](const auto& file) { return file.path().extension() == ".item"; });
        };
        const auto resumed = [&](const QStringList& more) {
            const Outcome outcome = run(place.quantize("gptq") + QStringList("--json") + more);
            const Json json = jsonOf(outcome);
            return std::ranges::count_if(
                json["tensors"], [](const Json& tensor) { return tensor.value("resumed", false); });
        };
        QCOMPARE(resumed({ "--no-shelf" }), 0);
        QVERIFY(!std::filesystem::exists(m_home->shelf()));
        QCOMPARE(resumed({}), 0);
        QCOMPARE(items(m_home->shelf()), 4); // embedding, two layers, output
        const std::string first = support::readFile(place.output.toStdString());
        QVERIFY(resumed({}) > 0);
        QCOMPARE(support::readFile(place.output.toStdString()), first);
        QCOMPARE(resumed({ "--work-folder", name(place.folder / "work") }), 0);
        QCOMPARE(items(place.folder / "work"), 4);
        QCOMPARE(run(place.quantize("gptq") << "--no-shelf"
                                            << "--work-folder" << name(place.folder / "work"))
                     .code,
            2);
    }

    void takesTheFolderOfTheWindowsSettings()
    {
        const Workplace place;
        std::filesystem::create_directories(m_home->settings().parent_path());
        support::writeFile(m_home->settings(),
            "[cache]\nfolder=" + (place.folder / "own cache").string() + "\nlimit=1000000000\n");
        QCOMPARE(run(place.quantize("rtn")).code, 0);
        QVERIFY(std::filesystem::exists(place.folder / "own cache" / "shelf"));
        QVERIFY(!std::filesystem::exists(m_home->shelf()));
    }

    void withoutAPlaceForTheShelfItRoundsAllTheSame()
    {
        const Workplace place;
        support::writeFile(place.folder / "file", "no folder");
        qputenv("XDG_CACHE_HOME", name(place.folder / "file").toUtf8());
        const Outcome outcome = run(place.quantize("rtn"));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.error));
    }
};

QTEST_GUILESS_MAIN(TestCliQuantize)
#include "tst_cliquantize.moc"

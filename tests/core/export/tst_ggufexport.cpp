// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/export/ggufexport.h"
#include "core/export/rotarypermutation.h"
#include "core/model/checkpoint.h"
#include "core/quant/quantize.h"
#include "core/quant/runneeds.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <csignal>
#include <cstring>
#include <fstream>
#include <stop_token>
#include <utility>

#include <sys/resource.h>

using namespace core;

namespace {

std::shared_ptr<const Checkpoint> openTiny(
    const support::TemporaryFolder& folder, support::TinyModel model = {})
{
    std::filesystem::create_directory(folder / "model");
    support::writeTinyModel(model, folder / "model");
    return Checkpoint::open(folder / "model");
}

/// Limits the size of files this process may write while it lives, as a full disk does.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit limited = m_before;
        limited.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

} // namespace

class TestGgufExport : public QObject {
    Q_OBJECT

private slots:
    void interleavesTheHalvesOfEachHead()
    {
        std::vector<std::byte> rows;
        for (int row = 0; row < 8; ++row)
            rows.push_back(std::byte(row)); // two heads of four rows of one byte
        const std::vector<std::byte> permuted = permuteToPairs(rows, 8, 4);
        const std::vector<int> expected{ 0, 2, 1, 3, 4, 6, 5, 7 };
        for (int i = 0; i < 8; ++i)
            QCOMPARE(int(permuted[std::size_t(i)]), expected[std::size_t(i)]);
    }

    void knowsTheSizeOfTheFileToTheByte()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        const GgufPlan plan = planGguf(*checkpoint, {});
        const GgufExportReport report = exportGguf(*checkpoint, { folder / "out.gguf" }, {}, {});
        QCOMPARE(std::filesystem::file_size(folder / "out.gguf"), plan.layout.fileSize);
        QCOMPARE(report.bytes, plan.layout.fileSize);
        QCOMPARE(report.tensorsVerified, int(plan.tensors.size()));
    }

    void readsBackTheSameModel()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        exportGguf(*checkpoint, { folder / "out.gguf" }, { "A name", "mit", "Q4_K, gptq" }, {});
        const auto again = Checkpoint::open(folder / "out.gguf");
        QCOMPARE(again->config().name, std::string("A name"));
        QCOMPARE(again->config().rotary, RotaryLayout::Pairs);
        QCOMPARE(again->tensors().size(), checkpoint->tensors().size());
        QCOMPARE(again->tokenizer().encode("hello there"),
            checkpoint->tokenizer().encode("hello there"));
        const Place down{ Role::FfnDown, 1 };
        QVERIFY(decode(*again->find(down)) == decode(*checkpoint->find(down)));
        const GgufFile file = readGguf(folder / "out.gguf");
        QCOMPARE(toText(*file.metadata.find("quantscope.recipe")), std::string("Q4_K, gptq"));
        QCOMPARE(toText(*file.metadata.find("general.license")), std::string("mit"));
    }

    void writesVectorsAsF32()
    {
        const support::TemporaryFolder folder;
        support::TinyModel model;
        model.format = &formats::bf16;
        exportGguf(*openTiny(folder, model), { folder / "out.gguf" }, {}, {});
        for (const StoredTensor& tensor : readGguf(folder / "out.gguf").tensors)
            QCOMPARE(tensor.format, tensor.shape.size() == 1 ? &formats::f32 : &formats::bf16);
    }

    void exportingAnExportGivesTheSameTensors()
    {
        const support::TemporaryFolder folder;
        exportGguf(*openTiny(folder), { folder / "a.gguf" }, {}, {});
        exportGguf(*Checkpoint::open(folder / "a.gguf"), { folder / "b.gguf" }, {}, {});
        QVERIFY(support::readFile(folder / "a.gguf") == support::readFile(folder / "b.gguf"));
    }

    void namesAMissingFolder()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        const std::string message = support::messageOf(
            [&] { exportGguf(*checkpoint, { folder / "absent/out.gguf" }, {}, {}); });
        QVERIFY2(message.find("absent") != std::string::npos, message.c_str());
        QCOMPARE(support::messageOf([&] {
            checkExportTarget(
                *checkpoint, { folder / "absent/out.gguf" }, planGguf(*checkpoint, {}));
        }),
            message);
    }

    void leavesAnOlderFileUntouchedWhenTheDiskIsFull()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        support::writeFile(folder / "out.gguf", "older");
        const std::size_t before = folder.entries();
        std::string message;
        {
            const FileSizeLimit limit(20000);
            message = support::messageOf([&] {
                exportGguf(*checkpoint, { folder / "out.gguf", Existing::Replace }, {}, {});
            });
        }
        QVERIFY2(message.starts_with(std::filesystem::canonical(folder / "out.gguf").string()
                     + ": cannot be written"),
            message.c_str());
        QVERIFY2(message.find(std::to_string(planGguf(*checkpoint, {}).layout.fileSize))
                != std::string::npos,
            message.c_str());
        QCOMPARE(support::readFile(folder / "out.gguf"), std::string("older"));
        QCOMPARE(folder.entries(), before);
    }

    void leavesNothingBehindWhenCancelled_data()
    {
        QTest::addColumn<double>("at");
        for (const double at : { 0.0, 0.3, 0.61, 0.9 })
            QTest::addRow("at %.0f %%", 100 * at) << at;
    }

    void leavesNothingBehindWhenCancelled()
    {
        QFETCH(double, at);
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        const std::size_t before = folder.entries();
        std::stop_source stop;
        const Progress progress(stop.get_token(), [&](double done, const std::string&) {
            if (done >= at)
                stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(
            exportGguf(*checkpoint, { folder / "out.gguf" }, {}, progress), Cancelled);
        QCOMPARE(folder.entries(), before);
    }

    void neverReplacesAFileOfTheModel()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        namespace fs = std::filesystem;
        fs::create_symlink("model/config.json", folder / "link.gguf");
        fs::create_hard_link(folder / "model/model.safetensors", folder / "hard.gguf");
        for (const char* name : { "model/model.safetensors", "model/config.json",
                 "model/tokenizer.json", "link.gguf", "hard.gguf" }) {
            const ExportTarget target{ folder / name, Existing::Replace };
            const std::string old = support::readFile(target.file);
            for (const std::string& message :
                { support::messageOf([&] { exportGguf(*checkpoint, target, {}, {}); }),
                    support::messageOf([&] {
                        checkExportTarget(*checkpoint, target, planGguf(*checkpoint, {}));
                    }) })
                QCOMPARE(message,
                    target.file.string()
                        + ": is one of the model's own files and is never replaced, expected the "
                          "name of another file");
            QCOMPARE(support::readFile(target.file), old);
        }
        QCOMPARE(folder.entries(), std::size_t(3));
    }

    void keepsAnotherFileUnlessItIsToBeReplaced()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        support::writeFile(folder / "out.gguf", "keep me");
        const std::string message
            = support::messageOf([&] { exportGguf(*checkpoint, { folder / "out.gguf" }, {}, {}); });
        QVERIFY2(message.find("exists already") != std::string::npos, message.c_str());
        QCOMPARE(support::readFile(folder / "out.gguf"), std::string("keep me"));
        exportGguf(*checkpoint, { folder / "out.gguf", Existing::Replace }, {}, {});
        QVERIFY(support::readFile(folder / "out.gguf").starts_with("GGUF"));
    }

    void aSourceThatIsChangedOnTheWayGivesNoFile()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        bool isChanged = false;
        const Progress progress({}, [&](double done, const std::string&) {
            if (done < 0.3 || std::exchange(isChanged, true))
                return;
            std::string bytes = support::readFile(folder / "model/model.safetensors");
            bytes.back() ^= 1; // the same size
            support::writeFile(folder / "model/model.safetensors", bytes);
        });
        const std::string message = support::messageOf(
            [&] { exportGguf(*checkpoint, { folder / "out.gguf" }, {}, progress); });
        QVERIFY2(
            message.find("was changed while it was open") != std::string::npos, message.c_str());
        QCOMPARE(folder.entries(), std::size_t(1));
    }

    void splitsTheModelIntoPiecesOfAtMostThatSize()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        const GgufExportOptions options{ .mostBytes = 70'000 };
        const GgufPlan plan = planGguf(*checkpoint, options);
        QVERIFY(plan.pieces.size() > 2);
        const auto names = plan.files(folder / "out.gguf");
        QCOMPARE(names.size(), plan.pieces.size());
        QCOMPARE(
            names.front().filename().string(), text("out-00001-of-0000", names.size(), ".gguf"));
        const GgufExportReport report
            = exportGguf(*checkpoint, { folder / "out.gguf" }, options, {});
        QCOMPARE(report.file, names.front());
        QCOMPARE(report.files, int(names.size()));
        QCOMPARE(report.bytes, plan.fileBytes());
        QCOMPARE(report.tensorsVerified, int(plan.tensors.size()));
        QVERIFY(!std::filesystem::exists(folder / "out.gguf"));
        for (std::size_t i = 0; i < names.size(); ++i)
            QCOMPARE(std::filesystem::file_size(names[i]), plan.pieces[i].layout.fileSize);
        QCOMPARE(folder.entries(), names.size() + 1); // the model's folder

        exportGguf(*checkpoint, { folder / "whole.gguf" }, {}, {});
        exportGguf(*Checkpoint::open(names.back()), { folder / "joined.gguf" }, {}, {});
        QVERIFY(
            support::readFile(folder / "whole.gguf") == support::readFile(folder / "joined.gguf"));
    }

    void aModelThatFitsIsNotSplit()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        exportGguf(*checkpoint, { folder / "a.gguf" }, {}, {});
        exportGguf(*checkpoint, { folder / "b.gguf" }, { .mostBytes = 1'000'000'000 }, {});
        QVERIFY(support::readFile(folder / "a.gguf") == support::readFile(folder / "b.gguf"));
    }

    void allPiecesOrNone()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        const GgufExportOptions options{ .mostBytes = 70'000 };
        const auto names = planGguf(*checkpoint, options).files(folder / "out.gguf");
        support::writeFile(names[1], "keep me");
        const std::size_t before = folder.entries();
        const auto complaint = [&](const Progress& progress) {
            return support::messageOf(
                [&] { exportGguf(*checkpoint, { folder / "out.gguf" }, options, progress); });
        };
        const std::string message = complaint({});
        QVERIFY2(message.find("exists already") != std::string::npos, message.c_str());
        QCOMPARE(support::messageOf([&] {
            checkExportTarget(*checkpoint, { folder / "out.gguf" }, planGguf(*checkpoint, options));
        }),
            message);
        QCOMPARE(folder.entries(), before);

        std::filesystem::remove(names[1]); // … and it comes back while the others are written
        QVERIFY(complaint(Progress({},
                              [&](double done, const std::string&) {
                                  if (done > 0.9)
                                      support::writeFile(names[1], "keep me");
                              }))
                    .find("exists already")
            != std::string::npos);
        QCOMPARE(support::readFile(names[1]), std::string("keep me"));
        QCOMPARE(folder.entries(), before);
    }

    void neverReplacesAPieceThatItReads()
    {
        const support::TemporaryFolder folder;
        const GgufExportOptions options{ .mostBytes = 70'000 };
        const auto names = planGguf(*openTiny(folder), options).files(folder / "out.gguf");
        exportGguf(*Checkpoint::open(folder / "model"), { folder / "out.gguf" }, options, {});
        const auto pieces = Checkpoint::open(names.front());
        const std::string message = support::messageOf([&] {
            exportGguf(*pieces, { folder / "out.gguf", Existing::Replace }, options, {});
        });
        QVERIFY2(message.find("is never replaced") != std::string::npos, message.c_str());
    }

    void saysThatGgufDoesNotHaveAFormat()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        auto plan = planTensors(*checkpoint, presetRecipe("source", *checkpoint, {}));
        plan[checkpoint->indexOf({ Role::AttnQ, 0 })].format = &formats::f8_E4M3;
        QCOMPARE(support::messageOf([&] { (void)planGguf(*checkpoint, plan, {}); }),
            std::string("blk.0.attn_q.weight is in F8_E4M3, which GGUF does not have; expected "
                        "another format for it, such as BF16"));
        QCOMPARE(exportedBytes(*checkpoint, plan, {}), plannedBytes(*checkpoint, plan));
    }

    void saysThatNoFileHoldsAStudyFormat()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder, {});
        const auto plan = planTensors(*checkpoint, presetRecipe("INT4_ASYM_G32", *checkpoint, {}));
        QCOMPARE(support::messageOf([&] { (void)planGguf(*checkpoint, plan, {}); }),
            std::string("blk.0.attn_q.weight is in INT4_ASYM_G32, a format for study that no kind "
                        "of file can hold: it can be measured, not exported"));
    }

    void writesThePretokenizerAskedFor()
    {
        const support::TemporaryFolder folder;
        const auto checkpoint = openTiny(folder);
        GgufExportOptions options;
        options.pretokenizer = "qwen2";
        QCOMPARE(std::get<std::string>(
                     *planGguf(*checkpoint, options).metadata.find("tokenizer.ggml.pre")),
            std::string("qwen2"));
        options.pretokenizer = "qwen9";
        const std::string message
            = support::messageOf([&] { (void)planGguf(*checkpoint, options); });
        QVERIFY2(message.starts_with("\"qwen9\" is no pre-tokenizer known"), message.c_str());
    }

    void saysThatATokenizerIsMissing()
    {
        const support::TemporaryFolder folder;
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        const auto checkpoint = openTiny(folder, model);
        const std::string message
            = support::messageOf([&] { exportGguf(*checkpoint, { folder / "out.gguf" }, {}, {}); });
        QVERIFY2(message.find("tokenizer.json") != std::string::npos, message.c_str());
        QVERIFY(!std::filesystem::exists(folder / "out.gguf"));
    }
};

QTEST_GUILESS_MAIN(TestGgufExport)
#include "tst_ggufexport.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelsource.h"

#include "core/model/checkpoint.h"
#include "tests/core/model/openedfolder.h"
#include "tests/support/torchwriter.h"

#include "core/files/safetensors.h"

#include <QTest>

#include <nlohmann/json.hpp>

using core::Checkpoint;
using core::Json;
using support::messageOf;
using support::TemporaryFolder;
using support::TinyModel;

namespace fs = std::filesystem;

class TestModelSource : public QObject {
    Q_OBJECT
private slots:
    void takesAnIndexThatListsTooMuch()
    {
        TinyModel model;
        model.shards = 2;
        const OpenedFolder folder(model);
        Json index = core::readJson(folder / "model.safetensors.index.json");
        index["weight_map"]["lm_head.weight"] = "model-00002-of-00002.safetensors";
        index["metadata"]["total_size"] = "8.4 MB";
        folder.write("model.safetensors.index.json", core::jsonText(index));
        QCOMPARE(folder.opened(),
            QByteArray("model.safetensors.index.json lists lm_head.weight in "
                       "model-00002-of-00002.safetensors, which does not hold it\n"));
        fs::remove(folder / "model-00002-of-00002.safetensors");
        QVERIFY(contains(folder.opened(),
            "FOLDER/model.safetensors.index.json: names the file model-00002-of-00002.safetensors, "
            "which is not there; so tensor "));
    }

    void opensShardsWithoutAnIndex()
    {
        TinyModel model;
        model.shards = 3;
        const OpenedFolder folder(model);
        fs::remove(folder / "model.safetensors.index.json");
        const QByteArray note("There is no model.safetensors.index.json; 3 of 3 files are taken by "
                              "their names\n");
        QCOMPARE(folder.opened(), note);
        QCOMPARE(folder.opened("model-00002-of-00003.safetensors"), note);
        fs::remove(folder / "model-00002-of-00003.safetensors");
        QVERIFY(contains(folder.opened("model-00003-of-00003.safetensors"),
            ": is one of 3 files of the model and needs model-00002-of-00003.safetensors, which is "
            "not there; so tensor "));
    }

    void opensALoneShardThatHasAll()
    {
        const OpenedFolder folder;
        fs::rename(folder / "model.safetensors", folder / "model-00001-of-00002.safetensors");
        QVERIFY(contains(folder.opened("model-00001-of-00002.safetensors"),
            "is one of 2 files of the model and needs model-00002-of-00002.safetensors"));
        QCOMPARE(Checkpoint::open(folder.path())->tensors().size(), std::size_t(20));
    }

    void opensWeightsUnderAnotherName()
    {
        const OpenedFolder folder;
        fs::rename(folder / "model.safetensors", folder / "consolidated.safetensors");
        QVERIFY(contains(folder.opened(), "consolidated.safetensors, the only .safetensors file"));
        fs::copy_file(folder / "consolidated.safetensors", folder / "b.safetensors");
        QVERIFY(contains(folder.opened(),
            "FOLDER: holds 2 .safetensors files (b.safetensors, consolidated.safetensors), none of "
            "which is model.safetensors; open one of them"));
        QCOMPARE(folder.opened("b.safetensors"), QByteArray());
    }

    void saysWhatToDoWithOtherFormats()
    {
        const OpenedFolder folder;
        fs::remove(folder / "model.safetensors");
        folder.write("pytorch_model.bin", "PK\3\4");
        QVERIFY(contains(folder.opened(), "pytorch_model.bin: is a zip archive"));
        folder.write("pytorch_model.bin.index.json", "{}");
        QVERIFY(contains(folder.opened("pytorch_model.bin.index.json"), "has no weight_map"));
        folder.write("old.bin", "tjgg\3");
        QVERIFY(contains(folder.opened("old.bin"), "is a GGML file (GGJT), a format before GGUF"));
    }

    void opensPyTorchFilesWhereThereAreNoOthers()
    {
        const OpenedFolder folder;
        std::vector<support::TorchTensor> tensors;
        for (const core::StoredTensor& tensor :
            core::readSafetensors(folder / "model.safetensors")) {
            const std::string type = tensor.format == &core::formats::f32 ? "FloatStorage"
                : tensor.format == &core::formats::f16                    ? "HalfStorage"
                                                                          : "BFloat16Storage";
            tensors.push_back({ tensor.name, type,
                std::string(
                    reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()),
                tensor.shape });
        }
        const auto before = Checkpoint::open(folder.path());
        fs::remove(folder / "model.safetensors");
        folder.write("pytorch_model.bin", support::torchBytes(tensors));
        QCOMPARE(folder.opened(), QByteArray());
        QCOMPARE(folder.opened("pytorch_model.bin"), QByteArray());
        const auto after = Checkpoint::open(folder.path());
        QCOMPARE(core::decode(after->tensors()[1]), core::decode(before->tensors()[1]));
        fs::rename(folder / "pytorch_model.bin", folder / "x.pth");
        folder.write("training_args.bin", support::torchBytes({}));
        QCOMPARE(folder.opened(),
            QByteArray("There is no pytorch_model.bin; x.pth, the only PyTorch file, is opened\n"));
        fs::rename(folder / "x.pth", folder / "x.bin");
        Json index;
        for (const support::TorchTensor& tensor : tensors)
            index["weight_map"][tensor.name] = "x.bin";
        folder.write("pytorch_model.bin.index.json", core::jsonText(index));
        QCOMPARE(folder.opened(), QByteArray());
        QCOMPARE(folder.opened("x.bin"), QByteArray());
    }

    void opensTheOnlyGgufOfAFolder()
    {
        const OpenedFolder folder;
        for (const char* name : { "config.json", "model.safetensors" })
            fs::remove(folder / name);
        support::writeTinyGguf({}, folder / "a.gguf");
        folder.write("mmproj-a.gguf", "GGUF");
        QVERIFY(contains(folder.opened(), "Of the folder, its GGUF file a.gguf is opened"));
        support::writeTinyGguf({}, folder / "b.GGUF");
        QCOMPARE(folder.opened(),
            QByteArray("FOLDER: holds 2 GGUF files: a.gguf, b.GGUF; open one of them"));
        QCOMPARE(core::ggufModels(folder.path()).size(), std::size_t(2));
        QVERIFY(core::ggufModels(folder / "a.gguf").empty());
    }

    void opensASnapshotOfTheHubsCache()
    {
        const TemporaryFolder cache;
        const fs::path root = cache / "models--some-org--Some-Model";
        const fs::path snapshot = root / "snapshots" / std::string(40, 'a');
        fs::create_directories(snapshot);
        fs::create_directories(root / "blobs");
        support::writeTinyModel({}, snapshot);
        for (const auto& entry : fs::directory_iterator(snapshot)) {
            fs::rename(entry.path(), root / "blobs" / entry.path().filename());
            fs::create_symlink("../../blobs" / entry.path().filename(), entry.path());
        }
        for (const fs::path& path : { snapshot, snapshot / "model.safetensors", root })
            QCOMPARE(Checkpoint::open(path)->config().name, std::string("Some-Model"));
        fs::create_directories(root / "snapshots/other");
        QVERIFY(contains(QByteArray::fromStdString(messageOf([&] { Checkpoint::open(root); })),
            "open the folder of one of its 2 snapshots: aaaa"));
        fs::create_directories(root / "refs");
        support::writeFile(root / "refs/main", std::string(40, 'a') + "\n");
        QCOMPARE(Checkpoint::open(root)->notes().back(),
            "Of the cache, its snapshot " + std::string(40, 'a') + " is opened");
        fs::rename(root / "blobs/model.safetensors", root / "blobs/model.safetensors.incomplete");
        QVERIFY(contains(QByteArray::fromStdString(messageOf([&] { Checkpoint::open(snapshot); })),
            "the link model.safetensors leads to ../../blobs/model.safetensors, which is not "
            "there: "
            "the download is not complete (model.safetensors.incomplete beside it has "));
    }

    void callsAModelByItsNameNotByAHash()
    {
        const TemporaryFolder around;
        const fs::path folder = around / std::string(40, '7');
        fs::create_directory(folder);
        support::writeTinyModel({}, folder);
        const auto name = [&] { return Checkpoint::open(folder)->config().name; };
        QCOMPARE(name(), around.path().filename().string());
        Json config = core::readJson(folder / "config.json");
        config["_name_or_path"] = "/home/me/My-Model/";
        support::writeFile(folder / "config.json", core::jsonText(config));
        QCOMPARE(name(), std::string("My-Model"));
        QCOMPARE(core::toText(*Checkpoint::open(folder)->metadata().find("general.name")),
            std::string("My-Model"));
    }

    void namesAnUnfinishedDownload()
    {
        const OpenedFolder folder;
        folder.write("model.safetensors.aria2", "x");
        QCOMPARE(folder.opened(),
            QByteArray("model.safetensors.aria2 lies beside model.safetensors, whose download may "
                       "not be complete\n"));
        folder.write("t.gguf.part", "abc");
        QVERIFY(contains(folder.opened("t.gguf"),
            "FOLDER/t.gguf, which is not there: the download is not complete (t.gguf.part beside "
            "it "
            "has 3 bytes)"));
    }
};

QTEST_APPLESS_MAIN(TestModelSource)
#include "tst_modelsource.moc"

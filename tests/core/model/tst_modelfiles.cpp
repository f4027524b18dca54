// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"
#include "core/model/modelfiles.h"
#include "core/model/walk.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

using core::Checkpoint;
using support::messageOf;
using support::TemporaryFolder;

namespace fs = std::filesystem;

class TestModelFiles : public QObject {
    Q_OBJECT

private slots:
    void everyFileOfAFoldersModelIsItsOwn()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        for (const char* name : { "generation_config.json", "tokenizer.model", "merges.txt",
                 "chat_template.jinja", "model-00002-of-00002.safetensors",
                 "model.safetensors.index.json.bak", "recipe.json", "earlier.gguf" })
            support::writeFile(folder / name, "{}");
        for (const fs::path& opened : { folder.path(), folder / "model.safetensors" }) {
            const auto files = Checkpoint::open(opened)->files();
            for (const char* name : { "config.json", "model.safetensors", "tokenizer.json",
                     "generation_config.json", "tokenizer.model", "merges.txt",
                     "chat_template.jinja", "model-00002-of-00002.safetensors" })
                QVERIFY2(files.find(folder / name), name);
            for (const char* name :
                { "recipe.json", "earlier.gguf", "new.gguf", "model.safetensors.index.json.bak" })
                QVERIFY2(!files.find(folder / name), name);
        }
    }

    void aGgufIsItsOnlyFileAndAPartHasTheOthers()
    {
        const TemporaryFolder folder;
        for (const char* name : { "t.gguf", "u.gguf", "s-00001-of-00002.gguf",
                 "s-00002-of-00002.gguf", "v-00001-of-00002.gguf" })
            support::writeTinyGguf({}, folder / name, core::formats::q8_0);
        const auto one = Checkpoint::open(folder / "t.gguf")->files();
        QVERIFY(one.find(folder / "t.gguf"));
        QVERIFY(!one.find(folder / "u.gguf"));
        const auto parts = core::modelFiles(folder / "s-00001-of-00002.gguf", {});
        QVERIFY(parts.find(folder / "s-00002-of-00002.gguf"));
        QVERIFY(!parts.find(folder / "v-00001-of-00002.gguf"));
        QVERIFY(!parts.find(folder / "t.gguf"));
    }

    void aChangedFileIsNoticedWhereItIsDecoded()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        const auto checkpoint = Checkpoint::open(folder.path());
        const core::Tensor& matrix = *checkpoint->find({ core::Role::FfnUp, 0 });
        checkpoint->requireUnchanged();
        fs::resize_file(folder / "model.safetensors", 4096);
        const auto cut = [](const std::string& message) {
            return message.find("while it was open") != std::string::npos;
        };
        QVERIFY(cut(messageOf([&] { (void)core::decode(matrix); })));
        QVERIFY(cut(messageOf([&] { (void)core::decodeFinite(matrix, {}); })));
        QVERIFY(cut(messageOf([&] { (void)core::embed(*checkpoint, { { 1, 2 } }); })));
        QVERIFY(cut(messageOf([&] { checkpoint->requireUnchanged(); })));
        QVERIFY(cut(messageOf([&] { core::requireUnchanged(matrix); })));
    }
};

QTEST_GUILESS_MAIN(TestModelFiles)
#include "tst_modelfiles.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// What is rounded and written of models that are looked at only.
#include "core/export/ggufexport.h"
#include "core/files/ggufsplit.h"
#include "core/quant/quantize.h"
#include "tests/core/model/openedfolder.h"

#include <QTest>

using core::Checkpoint;
using support::messageOf;

namespace fs = std::filesystem;

namespace {

core::Recipe nearest(const char* format)
{
    core::Recipe recipe;
    recipe.method = core::Method::RoundToNearest;
    recipe.format = core::findFormat(std::string_view(format));
    return recipe;
}

} // namespace

class TestLookedAtExport : public QObject {
    Q_OBJECT
private slots:
    void writesNoFileOfAPartOfAModel()
    {
        const support::TemporaryFolder folder;
        const int count = writePieces(folder.path());
        const auto files = core::pieceFiles(folder / "m.gguf", std::size_t(count));
        fs::remove(files.back());
        const auto checkpoint = Checkpoint::open(files[0]);
        QVERIFY(!core::isExportable(*checkpoint));
        QVERIFY(contains(QByteArray::fromStdString(core::whyNotExported(*checkpoint)),
            "; expected all pieces in one folder"));
    }

    void writesNoFileOfAModelWithATypeThatNothingDecodes()
    {
        const OpenedFolder folder;
        auto entries = entriesOf({}, [](const std::string& name) { return name; });
        for (auto& entry : entries)
            if (entry.name == "model.layers.1.mlp.down_proj.weight")
                entry.dtype = "I63";
        folder.write("model.safetensors", support::safetensorsBytes(entries));
        support::writeTinyGguf({}, folder / "t.gguf");
        setGgufType(folder / "t.gguf", "blk.1.ffn_down.weight", 139);
        for (const fs::path& path : { folder.path(), folder / "t.gguf" }) {
            const auto checkpoint = Checkpoint::open(path);
            QCOMPARE(checkpoint->undecoded().size(), std::size_t(1));
            QVERIFY(!core::isExportable(*checkpoint));
            QVERIFY(!core::whyNotExported(*checkpoint).empty());
        }
    }

    void roundsAndWritesAGgufThatIsNotComputed()
    {
        support::TinyModel model;
        model.damage = support::Damage::WrongShape;
        const OpenedFolder folder(model);
        support::writeTinyGguf(model, folder / "t.gguf");
        const auto checkpoint = Checkpoint::open(folder / "t.gguf");
        const auto rounded = core::quantize(checkpoint, nearest("Q8_0"), {}, {}, {});
        QVERIFY(core::whyNotExported(*rounded.checkpoint).empty());
        const auto fromFolder = Checkpoint::open(folder.path());
        const auto roundedFolder = core::quantize(fromFolder, nearest("Q8_0"), {}, {}, {});
        QVERIFY(contains(QByteArray::fromStdString(core::whyNotExported(*roundedFolder.checkpoint)),
            "has shape [63, 128], expected [64, 128]"));
        core::Recipe gptq = nearest("Q8_0");
        gptq.method = core::Method::Gptq;
        core::QuantizeOptions text;
        text.calibration = { { 1, 2, 3, 4 } };
        QVERIFY(contains(QByteArray::fromStdString(
                             messageOf([&] { core::quantize(checkpoint, gptq, text, {}, {}); })),
            "has shape [63, 128]"));
    }
};

QTEST_APPLESS_MAIN(TestLookedAtExport)
#include "tst_lookedatexport.moc"

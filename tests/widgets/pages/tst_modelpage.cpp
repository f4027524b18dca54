// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modelpage.h"

#include "pagetest.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"
#include "widgets/messagebar.h"
#include "widgets/pages/model/layerdiagram.h"
#include "widgets/pages/model/modeldiagram.h"
#include "widgets/pages/model/modelfacts.h"
#include "widgets/pages/start/startpage.h"

#include <QtCore/QMimeData>
#include <QtCore/QTemporaryDir>
#include <QtGui/QDropEvent>
#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QPushButton>

#include <algorithm>

using namespace widgets;

namespace {
QAbstractButton* button(QWidget& page, const QString& text)
{
    for (QAbstractButton* one : page.findChildren<QAbstractButton*>())
        if (one->text() == text)
            return one;
    return nullptr;
}

std::shared_ptr<const core::Checkpoint> openTiny(const std::string& name)
{
    const QTemporaryDir folder;
    support::writeTinyArchitecture(name, folder.path().toStdString());
    return core::Checkpoint::open(
        folder.path().toStdString()); // what is mapped outlives the folder
}
} // namespace

class ModelPageTest : public PageTest {
    Q_OBJECT

private slots:
    void saysWhatTheModelIs()
    {
        ModelPage page;
        page.setModel(sampleData().checkpoint);
        page.setFiles({ "model.safetensors" }, 8'397'312);
        page.setNonFinite(0);
        page.setTokenizerWorks(true);
        page.setSelection({ { core::Role::AttnK, 2 } });
        QCOMPARE(page.answer().replace(QChar(0xA0), ' '),
            "A Llama model with 4 layers and 4.20 M parameters. Every row is a multiple of 256, so "
            "every format fits.");
        takePictures(page, theme(), "model");
    }

    void factsAreThoseOfTheConfig()
    {
        const auto facts = modelFacts(*sampleData().checkpoint, { "model.safetensors" }, 8'397'312);
        const auto value = [&facts](const QString& label) {
            for (const Fact& fact : facts)
                if (fact.label == label)
                    return QString(fact.value).replace(QChar(0xA0), ' ');
            return QString();
        };
        QCOMPARE(value("Heads"), "4 of 64, 2 key/value heads (grouped-query)");
        QCOMPARE(value("Hidden / feed-forward"), "256 / 768");
        QCOMPARE(value("KV cache"), "2,048 bytes a token at F16");
        QCOMPARE(value("Files"), "model.safetensors, 8,397,312 bytes");
    }

    void theDiagramIsOfThisModelsLayers_data()
    {
        QTest::addColumn<QStringList>("roles");
        QTest::addColumn<QString>("words");
        const QStringList usual{ "token_embd", "attn_q", "attn_k", "attn_v", "attn_output",
            "ffn_gate", "ffn_up", "ffn_down" };
        QTest::newRow("llama") << usual + QStringList{ "output" } << QString();
        QTest::newRow("gemma2") << usual << "a window of 16 tokens in 2 of 3 layers";
        QTest::newRow("gpt2") << QStringList{ "token_embd", "position_embd", "attn_qkv + b",
            "attn_output + b", "ffn_up + b", "ffn_down + b" }
                              << QString();
        QTest::newRow("falcon") << QStringList{ "token_embd", "attn_qkv", "attn_output", "ffn_up",
            "ffn_down" } << "side by side with the feed-forward";
        QTest::newRow("qwen3") << usual + QStringList{ "output" } << "q and k normed in each head";
        QTest::newRow("qwen35") << QStringList{ "token_embd", "attn_qkv", "attn_gate", "ssm_alpha",
            "ssm_beta", "ssm_out" }
                + usual.mid(1)
                + QStringList{
                      "output"
                  } << "outputs gated  ·  in its place a gated delta net in 3 of 4 layers";
        QTest::newRow("deepseek2") << QStringList{ "token_embd", "attn_q_a", "attn_kv_a_mqa",
            "attn_q_b", "attn_k_b", "attn_v_b", "attn_output", "ffn_gate_exps", "ffn_up_exps",
            "ffn_down_exps", "output" }
                                   << "without experts";
        QTest::newRow("deepseek2-lite") << QStringList{ "token_embd", "attn_q", "attn_kv_a_mqa",
            "attn_k_b", "attn_v_b", "attn_output", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps",
            "output" } << "without experts";
        QTest::newRow("lfm2") << QStringList{
            "token_embd", "shortconv.in_proj", "shortconv.out_proj"
        } + usual.mid(1) << "in its place a short convolution in 3 of 4 layers";
    }
    void theDiagramIsOfThisModelsLayers()
    {
        QFETCH(QStringList, roles);
        QFETCH(QString, words);
        const auto checkpoint = openTiny(QTest::currentDataTag());
        const LayerDiagram diagram = layerDiagram(*checkpoint);
        QStringList drawn, texts;
        for (const LayerDiagram::RoleBox& box : diagram.roles)
            drawn += box.title;
        for (const LayerDiagram::Text& text : diagram.texts)
            texts += text.text;
        QCOMPARE(drawn, roles);
        QVERIFY2(texts.join('|').contains(words), qPrintable(texts.join('|')));
        for (const LayerDiagram::RoleBox& a : diagram.roles) { // nothing covers a box
            for (const LayerDiagram::RoleBox& b : diagram.roles)
                QVERIFY(&a == &b || !a.rect.intersects(b.rect));
            for (const LayerDiagram::PlainBox& b : diagram.plain)
                QVERIFY(!a.rect.intersects(b.rect));
            QVERIFY(a.rect.right() <= diagram.width);
        }
        ModelPage page;
        page.setModel(checkpoint);
        takePictures(page, theme(), QString("model-") + QTest::currentDataTag());
    }

    void everyTinyArchitectureIsDrawnAndDescribed()
    {
        for (const std::string& name : support::tinyArchitectures()) {
            const auto checkpoint = openTiny(name);
            QVERIFY(!layerDiagram(*checkpoint).roles.empty());
            QVERIFY(modelFacts(*checkpoint, { "model.safetensors" }, 1).size() >= 10);
            QVERIFY2(!modelAnswer(*checkpoint).contains("architecture “"), name.c_str());
        }
    }

    void aModelThatIsNotComputedIsDrawnByItsRoles()
    {
        const QTemporaryDir folder;
        support::TinyModel model;
        model.damage = support::Damage::UnknownArchitecture;
        const std::filesystem::path file = folder.filePath("mamba.gguf").toStdString();
        support::writeTinyGguf(model, file);
        const auto checkpoint = core::Checkpoint::open(file);
        QCOMPARE(layerDiagram(*checkpoint).roles.size(), std::size_t(8));
        ModelPage page;
        page.setModel(checkpoint);
        QVERIFY2(
            page.answer().startsWith("A model of architecture “mamba”"), qPrintable(page.answer()));
        bool isSaid = false;
        for (const Check& check : modelChecks(*checkpoint, 0, {}))
            isSaid = isSaid || check.text.startsWith("Not computed: mamba.gguf: the architecture");
        QVERIFY(isSaid);
        takePictures(page, theme(), "model-unknown");
    }

    void aModelThatDoesNotFitTogetherSaysWhy()
    {
        const QTemporaryDir folder;
        support::TinyModel model;
        model.damage = support::Damage::MissingTensor;
        const std::filesystem::path file = folder.filePath("odd.gguf").toStdString();
        support::writeTinyGguf(model, file);
        const auto checkpoint = core::Checkpoint::open(file);
        ModelPage page;
        page.setModel(checkpoint);
        QVERIFY2(
            page.answer().startsWith("A Llama model with 2 layers"), qPrintable(page.answer()));
        QVERIFY2(page.answer().contains("It can be looked at"), qPrintable(page.answer()));
        const auto checks = modelChecks(*checkpoint, 0, {});
        QVERIFY(std::ranges::any_of(checks, [](const Check& check) {
            return check.text.startsWith(
                "Not computed: odd.gguf: tensor blk.1.ffn_down.weight is missing");
        }));
    }

    void factsNameWhatTheLayersCompute()
    {
        const auto value = [](const char* model, const QString& label) {
            for (const Fact& fact : modelFacts(*openTiny(model), { "model.safetensors" }, 1))
                if (fact.label == label)
                    return QString(fact.value).replace(QChar(0xA0), ' ');
            return QString();
        };
        QCOMPARE(value("gemma2", "Architecture"), "Gemma 2");
        QCOMPARE(value("gemma2", "Activation, norm"), "GELU (tanh), RMSNorm (0.05)");
        QCOMPARE(value("gpt2", "Activation, norm"), "GELU (tanh), LayerNorm (0.05)");
        QCOMPARE(value("gpt2", "Positions"), "learned positions");
        QCOMPARE(value("qwen2", "Biases"), "attn_q, attn_k, attn_v");
        QVERIFY(value("gemma2", "KV cache").contains("beyond 16 tokens"));
        QVERIFY(value("gemma2", "Scales").contains("logits capped at"));
    }

    void theSharesOfTheRolesAddUpToOne()
    {
        double sum = 0;
        for (const RoleBars::Bar& bar : roleShares(*sampleData().checkpoint))
            sum += bar.share;
        QVERIFY(qAbs(sum - 1) < 1e-9);
    }

    void checksNameWhatIsWrong()
    {
        const core::Checkpoint& sample = *sampleData().checkpoint;
        const auto texts = [&sample](std::optional<std::int64_t> bad, std::optional<bool> works) {
            QStringList lines;
            for (const Check& check : modelChecks(sample, bad, works))
                lines.append(check.text);
            return lines;
        };
        QVERIFY(texts(0, true).contains("No NaN or infinite weights"));
        QVERIFY(texts(3, true).contains(
            "3 weights are NaN or infinite: the model cannot be quantized"));
        QVERIFY(!texts({}, {}).contains("No NaN or infinite weights"));
        QVERIFY(texts(0, true).contains("Context is 256: evaluation uses chunks of 256 tokens"));
    }

    void saysWhatFollowsForAModelThatIsQuantizedAlready()
    {
        const core::Checkpoint& sample = *sampleData().checkpoint;
        QVERIFY(!modelAnswer(sample).contains("quantized"));
        core::Tensor tensor = *sample.find({ core::Role::FfnUp, 0 });
        const std::vector<std::byte> bytes(core::formats::q4_1.tensorBytes(
            std::uint64_t(tensor.rows), std::size_t(tensor.columns)));
        tensor.format = &core::formats::q4_1;
        tensor.bytes = bytes;
        const auto quantized = sample.withTensors({ tensor });
        QVERIFY2(modelAnswer(*quantized).contains("copied byte for byte"),
            qPrintable(modelAnswer(*quantized)));
        const auto checks = modelChecks(*quantized, 0, true);
        const auto found = std::find_if(checks.begin(), checks.end(),
            [](const Check& check) { return check.text.startsWith("Already quantized (Q4_1)"); });
        QVERIFY(found != checks.end());
        QCOMPARE(found->kind, Check::Kind::Warning);
        QCOMPARE(found->detail, "1 of 38 tensors");
    }

    void theNotesOfTheCheckpointAreChecksWithAWarning()
    {
        core::CheckpointParts parts;
        parts.config = sampleData().checkpoint->config();
        parts.tensors = sampleData().checkpoint->tensors();
        parts.notes = { "Tensor a, which nothing needs, is left out" };
        const auto checks = modelChecks(core::Checkpoint(parts), {}, {});
        QCOMPARE(checks.back().text, "Tensor a, which nothing needs, is left out");
        QCOMPARE(checks.back().kind, Check::Kind::Warning);
    }

    void theStartPageOffersOtherFiles()
    {
        StartPage page;
        page.message()->setMessage(MessageBar::Kind::Failure, "The folder holds 2 GGUF files.");
        page.setOffers({ "/models/a.gguf", "/models/b.gguf" });
        settle(page, { 927, 760 });
        QSignalSpy open(&page, &StartPage::openRequested);
        QTest::mouseClick(button(page, "b.gguf"), Qt::LeftButton);
        QCOMPARE(open.size(), 1);
        QCOMPARE(open[0][0].toString(), "/models/b.gguf");
    }

    void aClickOnABoxChoosesTheRoleInEveryLayer()
    {
        ModelPage page;
        page.setModel(sampleData().checkpoint);
        settle(page, { 927, 760 });
        QSignalSpy chosen(&page, &ModelPage::placesChosen);
        QSignalSpy weights(&page, &ModelPage::weightsRequested);
        auto* diagram = page.findChild<ModelDiagram*>();
        QTest::keyClick(diagram, Qt::Key_Right);
        QTest::keyClick(diagram, Qt::Key_Right);
        QTest::keyClick(diagram, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].value<std::vector<core::Place>>().size(), std::size_t(4));
        emit diagram->roleOpened(core::Role::FfnDown);
        QCOMPARE(weights.size(), 1);
    }

    void theStartPageOpensWhatIsClicked()
    {
        StartPage page;
        page.setRecent({ { RecentEntry::Kind::Folder, "/models/Llama-3.2-1B", "Llama-3.2-1B",
                             "models/Llama-3.2-1B", "Llama · 1.24 B · BF16", {}, {}, "2.47 GB",
                             "yesterday", false },
            { RecentEntry::Kind::Session, "/courses/w.quantscope", "workshop-session.quantscope",
                "courses/week-3", "session · sample", "6 runs", {}, "41 kB", "9 Nov", false },
            { RecentEntry::Kind::Folder, "/models/gemma", "gemma-2-2b", "models/gemma-2-2b",
                "folder not found", {}, {}, {}, "28 Oct", true } });
        RecentEntry kept;
        kept.path = "/home/me/.cache/huggingface/hub/models--google--gemma-3-1b-it";
        kept.name = "google/gemma-3-1b-it";
        kept.folder = "/home/me/.cache/huggingface/hub";
        kept.facts = "Hugging Face cache";
        kept.isRemovable = false;
        page.setKept({ kept });
        page.setSample("A trained Llama with 4.20 M parameters, 8.40 MB, with calibration and "
                       "evaluation text. Everything answers in seconds.");
        settle(page, { 927, 760 });
        QSignalSpy open(&page, &StartPage::openRequested);
        QSignalSpy sample(&page, &StartPage::sampleRequested);
        QSignalSpy folder(&page, &StartPage::openFolderRequested);
        QTest::mouseClick(button(page, "Llama-3.2-1B"), Qt::LeftButton);
        QTest::mouseClick(button(page, "gemma-2-2b"), Qt::LeftButton); // it is missing
        QTest::mouseClick(button(page, "google/gemma-3-1b-it"), Qt::LeftButton);
        QTest::mouseClick(button(page, "Open sample"), Qt::LeftButton);
        QTest::mouseClick(button(page, "Open folder..."), Qt::LeftButton);
        QCOMPARE(open.size(), 2);
        QCOMPARE(open[0][0].toString(), "/models/Llama-3.2-1B");
        QCOMPARE(open[1][0].toString(), kept.path);
        QCOMPARE(sample.size(), 1);
        QCOMPARE(folder.size(), 1);
        takePictures(page, theme(), "start");
    }

    void theStartPageOpensWhatIsDropped()
    {
        StartPage page;
        settle(page, { 927, 760 });
        QSignalSpy open(&page, &StartPage::openRequested);
        QMimeData data;
        data.setUrls({ QUrl::fromLocalFile("/models/one") });
        QDragEnterEvent enter(
            QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &drop);
        QCOMPARE(open.size(), 1);
        QCOMPARE(open[0][0].toString(), "/models/one");
    }
};

QTEST_MAIN(ModelPageTest)
#include "tst_modelpage.moc"

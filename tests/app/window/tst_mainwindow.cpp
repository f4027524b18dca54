// SPDX-License-Identifier: GPL-3.0-or-later
// What opens, and what the pages show of it.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/window/helpwindow.h"
#include "app/window/windowpages.h"
#include "app/window/windowsize.h"
#include "core/formats/study.h"
#include "tests/app/window/windowtest.h"
#include "tests/support/tinymodel.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/model/modelpage.h"
#include "widgets/pages/precision/costtable.h"
#include "widgets/pages/start/startpage.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/table/tensortable.h"

#include <QAction>
#include <QDir>
#include <QPushButton>
#include <QTreeView>

#include <algorithm>
#include <fstream>

using widgets::TensorColumn;

class TestMainWindow : public WindowTest {
    Q_OBJECT

private slots:
    void startsWithoutAModel()
    {
        QCOMPARE(m_window->currentPage(), m_window->pages().start);
        m_window->showPage(widgets::PageId::Quantize); // cannot be opened yet
        QCOMPARE(m_window->currentPage(), m_window->pages().start);
    }

    void fillsTheTableInTheBackground()
    {
        openSample();
        QCOMPARE(m_window->currentPage(), m_window->pages().model);
        auto* tree = m_window->table().findChild<QTreeView*>();
        QCOMPARE(tree->model()->rowCount(), 5); // token_embd and four layers
        QTRY_VERIFY_WITH_TIMEOUT(m_window->scout().isIdle(), longJob);
        QCOMPARE(session().weightStatsMissing(), 0);
        const QModelIndex kurtosis = tree->model()->index(0, int(TensorColumn::Kurtosis));
        QVERIFY(kurtosis.data(widgets::TensorModel::ValueRole).isValid());
        const QModelIndex error = tree->model()->index(0, int(TensorColumn::RoundingWeightError));
        QVERIFY(error.data(widgets::TensorModel::ValueRole).isValid());
    }

    void keepsTheOpenModelWhenAnotherCannotBeOpened()
    {
        openSample();
        const auto checkpoint = session().checkpoint();
        const auto bad = std::filesystem::path(m_folder->filePath("bad.gguf").toStdString());
        std::ofstream(bad, std::ios::binary) << "GGUF but nothing else";
        m_window->open(bad);
        widgets::Page* page = m_window->currentPage();
        QTRY_VERIFY_WITH_TIMEOUT(!messageOf(*page).isEmpty(), longJob);
        QVERIFY2(messageOf(*page).contains("bad.gguf"), qPrintable(messageOf(*page)));
        QVERIFY(!messageOf(*page).trimmed().contains('\n'));
        QCOMPARE(session().checkpoint(), checkpoint);
    }

    void saysOnTheStartPageWhatCannotBeOpened()
    {
        m_window->open(m_folder->path().toStdString()); // an empty folder but for settings
        widgets::Page* page = m_window->pages().start;
        QTRY_VERIFY_WITH_TIMEOUT(!messageOf(*page).isEmpty(), longJob);
        QVERIFY(!session().isOpen());
        QCOMPARE(m_window->currentPage(), page);
    }

    void offersTheGgufFilesOfAFolder()
    {
        QVERIFY(QDir(m_folder->path()).mkdir("many"));
        const QString many = m_folder->filePath("many");
        for (const char* file : { "a.gguf", "b.gguf" })
            support::writeTinyGguf({}, (many + '/' + file).toStdString());
        m_window->open(many.toStdString());
        widgets::Page* page = m_window->pages().start;
        const auto offer = [page] {
            for (QPushButton* button : page->message()->findChildren<QPushButton*>())
                if (button->text() == "b.gguf")
                    return button;
            return static_cast<QPushButton*>(nullptr);
        };
        QTRY_VERIFY_WITH_TIMEOUT(offer(), longJob);
        offer()->click();
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        QCOMPARE(session().checkpoint()->config().name, std::string("Tiny"));
    }

    void looksBeforeItAssigns()
    {
        openSample();
        session().usePreset("Q8_0");
        m_window->selection().choose({ { core::Role::AttnK, 2 }, { core::Role::AttnV, 2 } });
        QCOMPARE(m_window->selection().tensors().size(), std::size_t(2));
        auto* tree = m_window->table().findChild<QTreeView*>();
        tree->setFocus();
        QTest::keyClick(tree, Qt::Key_3);
        const core::Format* looked = m_window->selection().looked();
        QVERIFY(looked != nullptr);
        const auto tensor = std::size_t(m_window->selection().tensors().front());
        QCOMPARE(session().recipe().plan()[tensor].format, &core::formats::q8_0);
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(session().recipe().plan()[tensor].format, looked);
        QCOMPARE(m_window->selection().looked(), nullptr);
        session().recipe().undoStack().undo();
        QCOMPARE(session().recipe().plan()[tensor].format, &core::formats::q8_0);
    }

    void whatAFormatForStudyCostsIsKeptForThoseLookedAt()
    {
        openSample();
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        const auto* costs = m_window->findChild<widgets::CostTable*>();
        const auto errorOf = [costs](const QString& format) {
            const auto rows = costs->findItems(format, Qt::MatchExactly);
            const QString text
                = rows.empty() ? QString() : costs->item(rows.front()->row(), 2)->text();
            return text == QStringLiteral("…") ? QString() : text;
        };
        for (const char* name : { "INT4_SYM_CHANNEL", "NF4_G64" }) {
            QCOMPARE(errorOf(name), QString());
            m_window->selection().look(core::findStudyFormat(name));
            QTRY_VERIFY_WITH_TIMEOUT(!errorOf(name).isEmpty(), longJob);
        }
        QVERIFY(!errorOf("INT4_SYM_CHANNEL").isEmpty());
    }

    void fitsItsFirstSizeToTheScreen()
    {
        QCOMPARE(app::firstSize({ 1920, 1080 }), QSize(1440, 900));
        QCOMPARE(app::firstSize({ 1280, 720 }), QSize(1152, 648));
        QCOMPARE(app::firstSize({ 1024, 640 }), QSize(922, 576));
        QCOMPARE(app::firstSize({ 720, 450 }), QSize(720, 450)); // 1440 × 900 at scale 2
        QCOMPARE(app::firstSize({ 640, 360 }), QSize(640, 360));
        const QSize screen = m_window->screen()->availableSize();
        QVERIFY(m_window->width() <= screen.width() && m_window->height() <= screen.height());
    }

    void explainsEveryPageByItsOwnHelp()
    {
        openSample();
        auto* help = m_window->findChild<app::HelpWindow*>();
        for (int page = 0; page < widgets::pageCount; ++page) {
            m_window->showPage(widgets::PageId(page));
            actionNamed("Help of this page")->trigger();
            const QString topic = app::HelpWindow::topicOf(widgets::PageId(page));
            QCOMPARE(help->topic(), topic);
            QVERIFY(help->topics().contains(topic));
        }
        for (const QString& topic : help->topics())
            QVERIFY2(std::filesystem::exists(resources / "help" / (topic + ".md").toStdString()),
                qPrintable(topic));
        help->close();
    }

    void presentsOnTheWholeScreenWithQuestionAndAnswer()
    {
        openSample();
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        m_window->showPage(widgets::PageId::Weights);
        QAction* presentation = actionNamed("Presentation");
        const double scale = m_theme->textScale();
        presentation->trigger();
        QVERIFY(m_window->isFullScreen());
        QVERIFY(m_theme->textScale() > scale);
        const widgets::Page* page = m_window->currentPage();
        const auto shows = [page](const QString& text) {
            const auto labels = page->findChildren<widgets::Label*>();
            return std::any_of(labels.begin(), labels.end(), [&](const widgets::Label* label) {
                return label->isVisibleTo(page) && label->text() == text;
            });
        };
        QVERIFY(shows(page->heading()));
        QVERIFY(shows(page->answer()));
        auto* ruler = page->findChild<widgets::RulerPlot*>();
        const QImage presented = ruler->image(1);
        presentation->trigger();
        QVERIFY(ruler->image(1) != presented);
        QVERIFY(!m_window->isFullScreen());
        QCOMPARE(m_theme->textScale(), scale);
    }

    void everyDisabledActionSaysWhy()
    {
        const auto hold = [this] {
            for (const QAction* action : m_window->actions()) {
                if (!action->isEnabled() && action->toolTip() == action->text().remove(u'&'))
                    return action->text();
            }
            return QString();
        };
        QCOMPARE(hold(), QString());
        QVERIFY(!actionNamed("Quantize")->isEnabled());
        openSample();
        QCOMPARE(hold(), QString());
        QVERIFY(actionNamed("Quantize")->isEnabled());
        session().recipe().undoStack().clear();
        QCOMPARE(actionNamed("Undo")->toolTip(), "nothing to undo");
        session().usePreset("Q8_0");
        QVERIFY(actionNamed("Undo: ")->isEnabled());
        m_window->activationController().measure();
        QVERIFY(!actionNamed("Measure activations")->isEnabled());
        QCOMPARE(hold(), QString());
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->activationController().isRunning(), longJob);
        QVERIFY(actionNamed("Measure activations")->isEnabled());
    }

    void showsEveryPageAtEverySize()
    {
        openSample();
        for (const QSize size : { QSize(1440, 900), QSize(1100, 700), QSize(720, 450) }) {
            m_window->resize(size);
            for (int page = 0; page < widgets::pageCount; ++page) {
                m_window->showPage(widgets::PageId(page));
                QCoreApplication::processEvents();
                QCOMPARE(m_window->currentPage(), m_window->pages().page(widgets::PageId(page)));
                QVERIFY(m_window->grab().toImage().size().width() >= size.width());
                QVERIFY2(m_window->width() == size.width(),
                    qPrintable(QString::number(m_window->width())));
            }
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"

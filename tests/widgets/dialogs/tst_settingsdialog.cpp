// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/settingsdialog.h"

#include "tests/widgets/pages/pagetest.h"
#include "tests/widgets/pictures.h"
#include "widgets/dialogs/cachesection.h"
#include "widgets/dialogs/cachetable.h"
#include "widgets/dialogs/computingsection.h"
#include "widgets/dialogs/devicesection.h"
#include "widgets/dialogs/lookssection.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/segmented.h"

#include <QtCore/QDir>
#include <QtTest/QtTest>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

using namespace widgets;
using Keys = std::vector<std::string>;

namespace {

constexpr double giga = 1e9;

template<typename Widget>
Widget* named(QWidget& parent, const QString& name)
{
    for (Widget* one : parent.findChildren<Widget*>())
        if (one->accessibleName() == name)
            return one;
    return nullptr;
}

QPushButton* button(QWidget& parent, const QString& text)
{
    for (QPushButton* one : parent.findChildren<QPushButton*>())
        if (one->text() == text)
            return one;
    return nullptr;
}

/// Types as one does who replaces what is there.
void type(QAbstractSpinBox* field, const QString& text)
{
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
}

std::vector<core::ShelfEntry> items()
{
    const auto now = std::filesystem::file_time_type::clock::now();
    return { { "a", "layer", "SmolLM2-135M-Instruct, layer 29", 3'200'000, now },
        { "b", "statistics", "SmolLM2-135M-Instruct, activations on wiki.train.raw", 900'000, now },
        { "c", "layer", "SmolLM2-135M-Instruct, layer 28", 3'300'000, now },
        { "d", "evaluation", "SmolLM2-135M-Instruct, Q4_K_M, GPTQ on wiki.test.raw", 4'000, now },
        { "e", "damaged", {}, 17, now } };
}

void fill(SettingsDialog& dialog)
{
    dialog.looks()->setTextScale(1);
    dialog.cache()->setFolders({ "/home/ada/.cache/quantscope/quantscope", "/mnt/large/results",
        "/home/ada/.cache/quantscope/quantscope" });
    dialog.cache()->setLimit(20'000'000'000);
    dialog.cache()->setItems(items());
    dialog.devices()->setContext(4096);
    dialog.devices()->setDevices({ { "Server in the cellar", 204.8 * giga, 128 * giga, {} } });
}

} // namespace

class SettingsDialogTest : public PageTest {
    Q_OBJECT

private:
    std::unique_ptr<SettingsDialog> m_dialog;

    void show(int section)
    {
        m_dialog->showSection(section);
        m_dialog->show();
        QCoreApplication::processEvents();
    }

private slots:
    void init()
    {
        m_dialog = std::make_unique<SettingsDialog>(QStringList{ "en", "de" }, 8);
        fill(*m_dialog);
    }

    void cleanup() { m_dialog.reset(); }

    void tellsWhatIsChosenOfLooks()
    {
        LooksSection& looks = *m_dialog->looks();
        QSignalSpy language(&looks, &LooksSection::languageChosen);
        QSignalSpy lightness(&looks, &LooksSection::lightnessChosen);
        QSignalSpy size(&looks, &LooksSection::textScaleChosen);
        looks.setLanguage("de");
        looks.setLightness(Lightness::Dark);
        looks.setTextScale(1.5);
        QCOMPARE(language.count() + lightness.count() + size.count(), 0); // it was told, not chosen
        auto* languages = named<QComboBox>(looks, "Language");
        QCOMPARE(languages->currentText(), QString("Deutsch"));
        QTest::keyClick(languages, Qt::Key_Up);
        QCOMPARE(languages->currentText(), QString("English"));
        QCOMPARE(language.back()[0].toString(), QString("en"));
        QCOMPARE(named<Segmented>(looks, "Colours")->current(), int(Lightness::Dark));
        type(named<QSpinBox>(looks, "Text size"), "120");
        QCOMPARE(size.count(), 1); // not of "1" and "12"
        QCOMPARE(size.back()[0].toDouble(), 1.2);
    }

    void tellsHowManyProcessors()
    {
        ComputingSection& computing = *m_dialog->computing();
        QSignalSpy threads(&computing, &ComputingSection::threadsChosen);
        auto* field = named<QSpinBox>(computing, "Processors");
        QCOMPARE(field->text(), QString("all (8)"));
        type(field, "6");
        QCOMPARE(threads.back()[0].toInt(), 6);
        computing.setThreads(64); // kept on a larger machine
        QCOMPARE(field->text(), QString("all (8)"));
    }

    void listsWhatIsKeptByKind()
    {
        auto* table = m_dialog->cache()->findChild<CacheTable*>();
        QCOMPARE(table->topLevelItemCount(), 4);
        const QTreeWidgetItem* layers = table->topLevelItem(0);
        QCOMPARE(layers->text(0), QString("Quantized layers"));
        QCOMPARE(layers->text(1), QString("2"));
        QCOMPARE(layers->text(2), sizeText(6'500'000));
        QCOMPARE(layers->child(1)->text(0), QString("SmolLM2-135M-Instruct, layer 28"));
        QCOMPARE(table->topLevelItem(3)->child(0)->text(0), QString("e")); // all that is known
    }

    void removesItemsAndWholeKinds()
    {
        CacheSection& cache = *m_dialog->cache();
        show(1);
        std::vector<Keys> removed;
        connect(&cache, &CacheSection::removeRequested, this,
            [&](const Keys& keys) { removed.push_back(keys); });
        auto* table = cache.findChild<CacheTable*>();
        QPushButton* remove = button(cache, "Remove");
        QVERIFY(!remove->isEnabled());
        table->topLevelItem(0)->setExpanded(true);
        table->topLevelItem(0)->child(1)->setSelected(true);
        remove->click();
        QVERIFY(removed.back() == Keys{ "c" });
        table->topLevelItem(0)->setSelected(true); // and its item, which counts once
        table->topLevelItem(1)->setSelected(true);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        QVERIFY(removed.back() == (Keys{ "a", "b", "c" }));
        cache.setItems(std::vector{ items()[0] });
        QVERIFY(table->topLevelItem(0)->isExpanded()); // as it was
        QVERIFY(!remove->isEnabled());
    }

    void asksBeforeAllIsRemoved()
    {
        CacheSection& cache = *m_dialog->cache();
        show(1);
        QSignalSpy cleared(&cache, &CacheSection::clearRequested);
        QPushButton* clear = button(cache, "Remove all...");
        auto* message = cache.findChild<MessageBar*>();
        clear->click();
        QCoreApplication::processEvents(); // the layout
        for (const Label* label : message->findChildren<Label*>())
            QVERIFY2(label->height() >= label->heightForWidth(label->width()), "cut");
        QVERIFY2(message->text().contains(sizeText(7'404'017)), qPrintable(message->text()));
        QCOMPARE(QApplication::focusWidget(), button(cache, "Keep them")); // Enter removes nothing
        button(cache, "Keep them")->click();
        QVERIFY(message->isHidden());
        QCOMPARE(cleared.count(), 0);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        clear->click();
        button(cache, "Remove all")->click();
        QCOMPARE(cleared.count(), 1);
        cache.setItems(std::vector<core::ShelfEntry>());
        QVERIFY(!clear->isEnabled());
    }

    void saysWhereResultsAreKept()
    {
        CacheSection& cache = *m_dialog->cache();
        show(1);
        const auto saysSo = [&cache](const QString& words) {
            for (const Label* label : cache.findChildren<Label*>())
                if (label->isVisible() && label->text().contains(words))
                    return true;
            return false;
        };
        QCOMPARE(named<QLineEdit>(cache, "Folder")->text(), QString("/mnt/large/results"));
        QVERIFY(saysSo("next start"));
        QVERIFY(button(cache, "Use the usual folder")->isVisible());
        cache.setFolders({ "/cache", {}, "/cache" });
        QVERIFY(!saysSo("next start"));
        QVERIFY(!button(cache, "Use the usual folder")->isVisible());
        cache.setFolders({ "/cache", {}, {} });
        QVERIFY(saysSo("Nothing is kept now"));
        QSignalSpy limit(&cache, &CacheSection::limitChosen);
        type(named<QSpinBox>(cache, "At most"), "35");
        QCOMPARE(limit.count(), 1); // not of "3", which would remove most of it
        QCOMPARE(limit.back()[0].toULongLong(), 35'000'000'000ull);
    }

    void addsOnlyDevicesThatAreSome()
    {
        DeviceSection& section = *m_dialog->devices();
        show(3);
        section.setKnownNames({ "H100 SXM (80 GB)" });
        std::vector<core::Device> devices;
        connect(&section, &DeviceSection::devicesChanged, this,
            [&](const std::vector<core::Device>& own) { devices = own; });
        auto* name = named<QLineEdit>(section, "New device");
        QPushButton* add = button(section, "Add device");
        QVERIFY(!add->isEnabled());
        for (const char* taken : { "  ", "h100 sxm (80 GB)", " Server in  the cellar " }) {
            name->setText(taken);
            QVERIFY2(!add->isEnabled(), taken);
            QTest::keyClick(name, Qt::Key_Return);
            QVERIFY(devices.empty());
        }
        name->setText(" Phone ");
        type(named<QDoubleSpinBox>(section, "Memory"), "12");
        type(named<QDoubleSpinBox>(section, "Bandwidth"), "76.8");
        QVERIFY(m_dialog->isVisible()); // Enter ended the fields, not the dialog
        name->setFocus();
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(devices.size(), std::size_t(2));
        QCOMPARE(devices[1].name, std::string("Phone"));
        QCOMPARE(devices[1].memoryBytes, 12 * giga);
        QCOMPARE(devices[1].bytesPerSecond, 76.8 * giga);
        QVERIFY(name->text().isEmpty());
    }

    void removesADeviceWithTheKeyboard()
    {
        DeviceSection& section = *m_dialog->devices();
        show(3);
        std::optional<std::vector<core::Device>> devices;
        connect(&section, &DeviceSection::devicesChanged, this,
            [&](const std::vector<core::Device>& own) { devices = own; });
        auto* table = section.findChild<QTreeWidget*>();
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        QVERIFY(!devices); // nothing was selected
        QTest::keyClick(table, Qt::Key_Space);
        table->topLevelItem(0)->setSelected(true);
        QTest::keyClick(table, Qt::Key_Delete);
        QVERIFY(devices && devices->empty());
    }

    void everyFieldHasANameAndCanBeReachedByTab()
    {
        for (int section = 0; section < 4; ++section) {
            show(section);
            auto* list = named<QListWidget>(*m_dialog, "Sections");
            list->setFocus();
            QSet<QWidget*> reached;
            QWidget* focus = list;
            do {
                reached.insert(focus);
                QTest::keyClick(focus, Qt::Key_Tab);
                focus = QApplication::focusWidget();
            } while (!reached.contains(focus));
            for (QAbstractSpinBox* field : m_dialog->findChildren<QAbstractSpinBox*>())
                if (field->isVisible()) {
                    QVERIFY(!field->accessibleName().isEmpty());
                    QVERIFY2(reached.contains(field), qPrintable(field->accessibleName()));
                }
            for (QPushButton* one : m_dialog->findChildren<QPushButton*>())
                if (one->isVisible() && one->isEnabled())
                    QVERIFY2(reached.contains(one), qPrintable(one->text()));
        }
    }

    void showsAllItsTextAtEverySize()
    {
        show(0);
        for (const double scale : { 1.0, 2.0 }) { // while it is open
            theme().setTextScale(scale);
            for (int section = 0; section < 4; ++section) {
                show(section);
                for (const Label* label : m_dialog->findChildren<Label*>())
                    if (label->isVisible() && label->wordWrap())
                        QVERIFY2(label->height() >= label->heightForWidth(label->width()),
                            qPrintable(label->text()));
                for (const QPushButton* one : m_dialog->findChildren<QPushButton*>())
                    if (one->isVisible())
                        QVERIFY2(one->width() >= one->sizeHint().width(), qPrintable(one->text()));
                for (const QAbstractSpinBox* field : m_dialog->findChildren<QAbstractSpinBox*>())
                    if (field->isVisible())
                        QVERIFY2(field->width() >= field->sizeHint().width(),
                            qPrintable(field->accessibleName()));
                picture(section, scale);
            }
        }
        theme().setTextScale(1);
        theme().setLightness(Lightness::Light);
    }

private:
    /// For eyes, into the folder that QUANTSCOPE_TEST_PICTURES names.
    void picture(int section, double scale)
    {
        const QString folder = qEnvironmentVariable("QUANTSCOPE_TEST_PICTURES");
        if (folder.isEmpty())
            return;
        QDir().mkpath(folder);
        for (const Lightness lightness : { Lightness::Light, Lightness::Dark }) {
            theme().setLightness(lightness);
            QCoreApplication::processEvents();
            const QString ink = lightness == Lightness::Light ? "light" : "dark";
            QVERIFY(m_dialog->grab().save(QStringLiteral("%1/settings-%2-%3-%4.png")
                                              .arg(folder)
                                              .arg(section)
                                              .arg(ink)
                                              .arg(int(scale * 100))));
        }
    }
};

QTEST_MAIN(SettingsDialogTest)
#include "tst_settingsdialog.moc"

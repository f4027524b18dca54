// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages show in small windows, in English and in German: all of it.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/window/translations.h"
#include "app/window/windowpages.h"
#include "tests/app/window/windowtest.h"
#include "widgets/label.h"
#include "widgets/pages/page.h"
#include "widgets/plots/rulerplot.h"

#include <QAbstractButton>
#include <QHeaderView>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QTableWidget>

class TestNarrowWindow : public WindowTest {
    Q_OBJECT

private:
    static bool isShown(const QWidget& widget)
    {
        return widget.isVisible() && widget.width() > 0 && widget.height() > 0;
    }

    static QString sayLabel(const QLabel& label)
    {
        const QRect room = label.contentsRect();
        const int needed = label.wordWrap() ? label.heightForWidth(label.width())
                                            : label.fontMetrics().horizontalAdvance(label.text());
        const int has = label.wordWrap() ? label.height() : room.width();
        return needed <= has
            ? QString()
            : QStringLiteral("“%1” needs %2 and has %3").arg(label.text()).arg(needed).arg(has);
    }

    static QString sayButton(const QAbstractButton& button)
    {
        return button.text().isEmpty() || button.width() >= button.minimumSizeHint().width()
            ? QString()
            : QStringLiteral("“%1” needs %2 and has %3")
                  .arg(button.text())
                  .arg(button.minimumSizeHint().width())
                  .arg(button.width());
    }

    /// Whether nothing is drawn on the outermost pixels of a plot.
    static bool hasFreeEdge(const QImage& image)
    {
        const QRect inner = image.rect().adjusted(1, 1, -1, -1);
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (!inner.contains(x, y) && image.pixel(x, y) != image.pixel(0, 0))
                    return false;
        return true;
    }

    static QStringList sayHeader(const QHeaderView& header)
    {
        QStringList said;
        for (int section = 0; section < header.count(); ++section) {
            const QString title = header.model()->headerData(section, Qt::Horizontal).toString();
            const int needed = header.fontMetrics().horizontalAdvance(title);
            if (!header.isSectionHidden(section) && header.sectionSize(section) < needed)
                said += QStringLiteral("column “%1” needs %2 and has %3")
                            .arg(title)
                            .arg(needed)
                            .arg(header.sectionSize(section));
        }
        return said;
    }

    /// What of a page is cut, a line each.
    static QStringList cutOn(const widgets::Page& page)
    {
        QStringList said;
        for (const QLabel* label : page.findChildren<QLabel*>())
            if (isShown(*label) && label->pixmap(Qt::ReturnByValue).isNull())
                said += sayLabel(*label);
        for (const QAbstractButton* button : page.findChildren<QAbstractButton*>())
            if (isShown(*button))
                said += sayButton(*button);
        for (const QTableWidget* table : page.findChildren<QTableWidget*>())
            if (isShown(*table))
                said += sayHeader(*table->horizontalHeader());
        for (const QScrollArea* area : page.findChildren<QScrollArea*>())
            if (isShown(*area) && area->horizontalScrollBar()->maximum() > 0)
                said += QStringLiteral("cards are %1 too wide")
                            .arg(area->horizontalScrollBar()->maximum());
        for (const widgets::BasePlot* plot : page.findChildren<widgets::BasePlot*>())
            if (isShown(*plot) && !hasFreeEdge(plot->image(1)))
                said += QStringLiteral("the edge of “%1” cuts what it shows").arg(plot->name());
        said.removeAll(QString());
        return said;
    }

    void measureAndQuantize()
    {
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        m_window->activationController().measure();
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->activationController().isRunning(), longJob);
        for (const core::Method method : { core::Method::Importance, core::Method::Gptq }) {
            session().recipe().setTreatment({ method });
            m_window->quantizeController().quantize();
            QTRY_VERIFY_WITH_TIMEOUT(isIdle(), longJob);
        }
        QCOMPARE(session().runs().runs().size(), std::size_t(2));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->scout().isIdle(), longJob);
    }

    /// All cards of the page, also those that are to be scrolled to.
    void keepPicture(const QString& name) const
    {
        const QString folder = qEnvironmentVariable("QUANTSCOPE_TEST_PICTURES");
        const auto* area = m_window->currentPage()->findChild<QScrollArea*>();
        if (!folder.isEmpty() && area)
            QVERIFY(area->widget()->grab().save(folder + u'/' + name));
    }

    int cutsAtEachSize(const std::vector<widgets::PageId>& pages)
    {
        int cuts = 0;
        for (const QSize size : { QSize(1280, 720), QSize(1024, 640), QSize(720, 450) }) {
            m_window->resize(size);
            for (const widgets::PageId page : pages) {
                m_window->showPage(page);
                for (int round = 0; round < 4; ++round) // layouts, margins of plots, labels
                    QTest::qWait(10);
                for (const QString& cut : cutOn(*m_window->currentPage())) {
                    ++cuts;
                    qWarning("%d, page %d: %s", size.width(), int(page) + 1, qPrintable(cut));
                }
                keepPicture(QStringLiteral("%1-%2-%3.png")
                                .arg(QLocale().name().left(2), QString::number(size.width()))
                                .arg(session().isOpen() ? int(page) + 1 : 0));
            }
        }
        return cuts;
    }

private slots:
    void keepsTheRulersHistogram()
    {
        openSample();
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        QTRY_VERIFY_WITH_TIMEOUT(m_window->scout().isIdle(), longJob);
        m_window->showPage(widgets::PageId::Weights);
        for (const QSize size : { QSize(1280, 720), QSize(1024, 640), QSize(720, 450) }) {
            m_window->resize(size);
            QTest::qWait(50);
            const auto* ruler = m_window->currentPage()->findChild<widgets::RulerPlot*>();
            QVERIFY2(ruler->height() >= ruler->minimumSizeHint().height(), // which has 160 of it
                qPrintable(QString::number(size.width())));
        }
    }

    void showsAllOfEveryPage_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << "en";
        QTest::newRow("German") << "de"; // last: it stays
    }

    void showsAllOfEveryPage()
    {
        QFETCH(const QString, language);
        app::installTranslations(*qApp, language);
        restart();
        int cuts = cutsAtEachSize({ widgets::PageId::Model }); // the start page
        openSample();
        measureAndQuantize();
        std::vector<widgets::PageId> pages;
        for (int page = 0; page < widgets::pageCount; ++page)
            pages.push_back(widgets::PageId(page));
        cuts += cutsAtEachSize(pages);
        QCOMPARE(cuts, 0);
    }
};

QTEST_MAIN(TestNarrowWindow)
#include "tst_narrowwindow.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/card.h"

#include "pictures.h"
#include "tests/widgets/pages/pagetest.h"
#include "widgets/checklist.h"
#include "widgets/facts.h"
#include "widgets/flowlayout.h"
#include "widgets/label.h"

#include <QPushButton>
#include <QTest>

using namespace widgets;

class TestCard : public PageTest {
    Q_OBJECT

    static Label* shown(const QWidget& widget, const QString& text)
    {
        for (Label* label : widget.findChildren<Label*>())
            if (label->text() == text && label->isVisible())
                return label;
        return nullptr;
    }

private slots:
    void aHintWithoutRoomStandsUnderTheTitle()
    {
        Card card("Title");
        const QString hint = "a hint that says in many words what can be clicked here";
        card.setHint(hint);
        settle(card, { 600, 100 });
        QCOMPARE(shown(card, hint)->y(), shown(card, "Title")->y());
        settle(card, { 200, 200 });
        const Label* below = shown(card, hint);
        QVERIFY(below->mapTo(&card, QPoint()).y() >= 30);
        QVERIFY(below->height() >= below->heightForWidth(below->width()));
        settle(card, { 600, 100 });
        QCOMPARE(shown(card, hint)->y(), shown(card, "Title")->y());
    }

    void controlsGiveWayToTheTitle()
    {
        Card card("A title of many words that is not to be cut");
        auto* tool = new QPushButton("A tool");
        auto* widget = new QPushButton("A switch");
        card.addTool(tool);
        card.addTitleWidget(widget);
        const auto below
            = [&](const QWidget* part) { return part->mapTo(&card, QPoint()).y() > 30; };
        settle(card, { 700, 120 });
        QVERIFY(!below(tool) && !below(widget));
        settle(card, { 380, 120 });
        QVERIFY(below(tool) && below(widget));
        QVERIFY(widget->x() < tool->x());
        const Label* title = shown(card, card.title());
        QVERIFY(title->width() >= title->sizeHint().width());
        settle(card, { 700, 120 });
        QVERIFY(!below(tool) && !below(widget));
    }

    void aFlowFillsLinesAndSharesWhatIsLeft()
    {
        QWidget holder;
        auto* flow = new FlowLayout(&holder);
        flow->setContentsMargins(0, 0, 0, 0);
        flow->setSpacing(10);
        std::vector<QWidget*> parts;
        for (int i = 0; i < 3; ++i) {
            parts.push_back(new QWidget);
            parts.back()->setFixedHeight(20);
            parts.back()->setMinimumWidth(100);
            parts.back()->setSizePolicy(
                i == 0 ? QSizePolicy::Preferred : QSizePolicy::Expanding, QSizePolicy::Fixed);
            flow->addWidget(parts.back());
        }
        settle(holder, { 400, 60 });
        QCOMPARE(parts[2]->y(), 0);
        QCOMPARE(parts[1]->width(), parts[2]->width());
        QCOMPARE(parts[2]->geometry().right(), 399);
        settle(holder, { 250, 60 });
        QCOMPARE(parts[1]->y(), 0);
        QCOMPARE(parts[2]->y(), 30);
        QCOMPARE(parts[2]->width(), 250);
        QCOMPARE(flow->minimumSize().width(), 100);
        QCOMPARE(flow->heightForWidth(250), 50);
        QCOMPARE(flow->heightForWidth(120), 80);
    }

    void checksAndFactsWrapInsteadOfBeingCut()
    {
        CheckList checks;
        checks.setChecks(
            { { Check::Kind::Fine, "Every row of every tensor fits its format", "0" } });
        FactList facts;
        facts.setFacts({ { "Vocabulary", "4,096 tokens, byte-level BPE, with special ones", {} } });
        for (QWidget* list : { static_cast<QWidget*>(&checks), static_cast<QWidget*>(&facts) }) {
            QCOMPARE(
                list->layout()->heightForWidth(180) > list->layout()->heightForWidth(500), true);
            settle(*list, { 180, list->layout()->heightForWidth(180) });
            for (const Label* label : list->findChildren<Label*>())
                QVERIFY(label->wordWrap()
                        ? label->height() >= label->heightForWidth(label->width())
                        : label->width() >= label->fontMetrics().horizontalAdvance(label->text()));
        }
    }

    void factsOfAStripGoOnFurtherLines()
    {
        FactStrip strip;
        strip.setFacts({ { "KLD median", "0.00262", {} }, { "KLD 99.9 %", "0.0663", {} },
            { "Change of p, RMS", "1.2 %", {} } });
        QVERIFY(strip.minimumSizeHint().width() < 160);
        QVERIFY(strip.layout()->heightForWidth(160) > 2 * strip.layout()->heightForWidth(600));
    }
};

QTEST_MAIN(TestCard)
#include "tst_card.moc"

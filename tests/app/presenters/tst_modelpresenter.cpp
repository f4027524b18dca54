// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/modelpresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/label.h"
#include "widgets/pages/model/modelpage.h"

#include <QSignalSpy>
#include <QTest>

class TestModelPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::ModelPage> m_page;
    std::unique_ptr<app::ModelPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::ModelPage>();
        m_presenter = std::make_unique<app::ModelPresenter>(*m_page, session(), selection());
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
    }

private slots:
    void saysWhatIsOpen()
    {
        const QString before = m_page->answer();
        open();
        QVERIFY(!m_page->answer().isEmpty());
        QVERIFY(m_page->answer() != before);
    }

    void saysOfAModelThatIsNotComputedWhatCanBeDone()
    {
        openUnknown();
        QVERIFY2(m_page->answer().startsWith("A model of architecture “mamba” with"),
            qPrintable(m_page->answer()));
        selection().setTensors({ 0, 1 });
    }

    void aClickSelectsInTheTable()
    {
        open();
        QSignalSpy chosen(&selection(), &app::Selection::placesChosen);
        emit m_page->placesChosen({ { core::Role::AttnK, 1 } });
        QCOMPARE(chosen.count(), 1);
    }

    void countsWeightsThatAreNotFiniteOnceAllAreMeasured()
    {
        open();
        const auto said = [this] {
            QStringList lines;
            for (const auto* label : m_page->findChildren<widgets::Label*>())
                lines += label->text();
            return lines.join('\n');
        };
        const QString before = said();
        auto stats = std::make_shared<core::TensorStats>();
        stats->moments.nonFinite = 1;
        const int count = int(session().checkpoint()->tensors().size());
        for (int tensor = 0; tensor < count - 1; ++tensor)
            session().setWeightStats(tensor, stats);
        QCOMPARE(said(), before); // one is missing
        session().setWeightStats(count - 1, stats);
        QVERIFY(said() != before);
    }
};

QTEST_MAIN(TestModelPresenter)
#include "tst_modelpresenter.moc"

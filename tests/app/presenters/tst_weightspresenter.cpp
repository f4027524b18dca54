// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/weightspresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/weights/weightspage.h"

#include <QSignalSpy>
#include <QTest>

class TestWeightsPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::WeightsPage> m_page;
    std::unique_ptr<app::WeightsPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::WeightsPage>();
        m_presenter = std::make_unique<app::WeightsPresenter>(*m_page, session(), selection());
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
    }

private slots:
    void asksAboutTheSelectedTensor()
    {
        open();
        selection().setTensors({ tensor(core::Role::AttnK, 1) });
        QVERIFY(m_page->heading().contains("blk.1.attn_k"));
        selection().setTensors({ tensor(core::Role::AttnK, 0), tensor(core::Role::AttnK, 1) });
        QVERIFY(m_page->heading().contains("2 tensors"));
    }

    void passesRoundingsOfTheSelectedTensors()
    {
        open();
        const int tensor = this->tensor(core::Role::AttnK, 1);
        const core::Place place{ core::Role::AttnK, 1 };
        preview(tensor, &core::formats::q8_0, 0.01);
        QVERIFY(!m_page->hasPreviews(place));
        selection().setTensors({ tensor });
        QVERIFY(m_page->hasPreviews(place));
    }

    void lookingAndAssigningAreTwoSteps()
    {
        open();
        session().usePreset("Q8_0");
        const int tensor = this->tensor(core::Role::AttnK, 1);
        selection().setTensors({ tensor });
        m_page->lookAt(&core::formats::q4_0);
        QCOMPARE(selection().looked(), &core::formats::q4_0);
        QCOMPARE(session().recipe().plan()[std::size_t(tensor)].format, &core::formats::q8_0);
        emit m_page->assignRequested(&core::formats::q4_0);
        QCOMPARE(session().recipe().plan()[std::size_t(tensor)].format, &core::formats::q4_0);
        QCOMPARE(m_page->lookedAt(), &core::formats::q4_0);
        QCOMPARE(selection().looked(), nullptr);
    }

    void aCellOfTheMapSelectsInTheTable()
    {
        open();
        QSignalSpy chosen(&selection(), &app::Selection::placesChosen);
        emit m_page->placesChosen({ { core::Role::AttnV, 0 } });
        QCOMPARE(chosen.count(), 1);
    }
};

QTEST_MAIN(TestWeightsPresenter)
#include "tst_weightspresenter.moc"

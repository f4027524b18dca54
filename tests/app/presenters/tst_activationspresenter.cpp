// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/activationspresenter.h"

#include "app/controllers/activationcontroller.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/activations/activationspage.h"

#include <QPushButton>
#include <QTest>

class TestActivationsPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<app::ActivationController> m_controller;
    std::unique_ptr<widgets::ActivationsPage> m_page;
    std::unique_ptr<app::ActivationsPresenter> m_presenter;

    void attach() override
    {
        m_controller = std::make_unique<app::ActivationController>(
            jobs(), session(), keeper(), pace(), nullptr);
        m_page = std::make_unique<widgets::ActivationsPage>();
        m_presenter = std::make_unique<app::ActivationsPresenter>(
            *m_page, session(), selection(), *m_controller);
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
        m_controller.reset();
    }

private slots:
    void measuresOnThePagesWish()
    {
        open();
        widgets::ActivationSettings wanted = m_page->settings();
        QVERIFY(wanted.text.endsWith("calibration.txt"));
        wanted.sequences = 2;
        wanted.length = 32;
        emit m_page->measureRequested(wanted);
        QCOMPARE(session().calibration().count, 2);
        QTRY_VERIFY(session().activations().stats != nullptr);
        QCOMPARE(session().activations().stats->sequences, 2);
        QTRY_VERIFY(!m_page->answer().startsWith("Not measured"));
    }

    void saysOfOtherSettingsThatTheValuesAreOlder()
    {
        open();
        widgets::ActivationSettings wanted = m_page->settings();
        wanted.sequences = 1;
        wanted.length = 16;
        emit m_page->measureRequested(wanted);
        QTRY_VERIFY(session().activations().stats != nullptr);
        app::TextSettings other = session().calibration();
        other.count = 3;
        session().setCalibration(other);
        QCOMPARE(m_page->answer(), "The values below were measured with other settings.");
    }

    void saysWhyAModelWithoutTokenizerCannotBeMeasured()
    {
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        open(model);
        QVERIFY(m_page->whyNotMainAction().contains("no tokenizer"));
        m_controller->measure();
        QVERIFY(!m_controller->isRunning());
    }

    void saysWhyAModelThatIsNotComputedCannotBeMeasured()
    {
        support::TinyModel model;
        model.damage = support::Damage::UnknownArchitecture;
        openGguf(model);
        QVERIFY2(m_page->whyNotMainAction().contains("the architecture is mamba"),
            qPrintable(m_page->whyNotMainAction()));
        m_controller->measure();
        QVERIFY(!m_controller->isRunning());
    }

    void aMarkedChannelIsEverybodys()
    {
        open();
        emit m_page->channelMarked(5);
        QCOMPARE(selection().markedChannel(), 5);
        emit m_page->thresholdChosen(6);
        QCOMPARE(session().threshold(), 6.0);
    }
};

QTEST_MAIN(TestActivationsPresenter)
#include "tst_activationspresenter.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/quantizepresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/messagebar.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/quantize/tensorcellstrip.h"

#include <QLabel>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

#include <fstream>

using State = widgets::QuantizePage::State;

class TestQuantizePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::QuantizePage> m_page;
    std::unique_ptr<app::QuantizePresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::QuantizePage>();
        m_presenter = std::make_unique<app::QuantizePresenter>(
            *m_page, session(), selection(), quantize(), jobs());
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
    }

    void openQuick(const support::TinyModel& model = {})
    {
        open(model);
        session().usePreset("Q8_0");
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        app::TextSettings evaluation = session().evaluation();
        evaluation.count = 2;
        evaluation.length = 32;
        session().setEvaluation(evaluation);
    }

private slots:
    void aRunFillsTheCellsOfEveryTensor()
    {
        openQuick();
        emit m_page->quantizeRequested();
        QCOMPARE(m_page->state(), State::Running);
        QTRY_COMPARE(m_page->state(), State::Finished);
        const auto* cells = m_page->findChild<widgets::TensorCellStrip*>();
        QCOMPARE(cells->places().size(), std::size_t(15)); // seven in two layers, the embedding
        for (int cell = 0; cell < 15; ++cell)
            QCOMPARE(cells->state(cell), widgets::CellState::Done);
    }

    void takesTheSettingsOfThePage()
    {
        openQuick();
        widgets::QuantizeSettings wanted = m_page->settings();
        wanted.treatment = { core::Method::Importance };
        wanted.sequences = 3;
        emit m_page->settingsChanged(wanted);
        QVERIFY(session().recipe().recipe().method == core::Method::Importance);
        QCOMPARE(session().calibration().count, 3);
    }

    void theEstimateFollowsTextAndMethod()
    {
        openQuick();
        const double withoutText = quantize().forecast().memory();
        QVERIFY(withoutText > 0);
        session().recipe().setTreatment({ core::Method::Gptq });
        app::TextSettings text = session().calibration();
        text.length = 32;
        text.count = 8;
        session().setCalibration(text);
        const double little = quantize().forecast().memory();
        QVERIFY(little > withoutText);
        text.count = 20000; // below 256 MiB a path, beyond which they lie on the disk
        session().setCalibration(text);
        // Hidden states of both paths, floats of 64 channels; more text takes other room, too.
        const double states = 2.0 * 4 * (20000 - 8) * 32 * 64;
        QVERIFY(quantize().forecast().memory() - little >= states);
        text.count = 0; // all of it: how much that is is not known
        session().setCalibration(text);
        QCOMPARE(quantize().forecast().memory(), -1.0);
        QCOMPARE(quantize().forecast().roundingSeconds(), -1.0);
    }

    void saysHowTheTextIsWritten()
    {
        openQuick();
        const auto says = [this](const QString& words) {
            for (const auto* label : m_page->findChildren<QLabel*>())
                if (label->text().contains(words) && !label->isHidden())
                    return true;
            return false;
        };
        QVERIFY(!says("CRLF"));
        std::ofstream(folder() / "odd.txt") << "one\r\ntwo\r\n";
        app::TextSettings text = session().calibration();
        text.file = folder() / "odd.txt";
        session().setCalibration(text);
        QVERIFY(says("odd.txt: has 2 CRLF line ends"));
    }

    void aFinishedRunTeachesHowLongTheNextTakes()
    {
        openQuick();
        QCOMPARE(quantize().forecast().roundingSeconds(), -1.0);
        emit m_page->quantizeRequested();
        QTRY_COMPARE(m_page->state(), State::Finished);
        QTRY_VERIFY(!quantize().isBusy());
        QVERIFY(quantize().forecast().roundingSeconds() > 0);
    }

    void saysWhatAMethodLacksInAModelWithoutTokenizer()
    {
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        openQuick(model);
        QCOMPARE(m_page->whyNotMainAction(), "");
        session().recipe().setTreatment({ core::Method::Gptq });
        QVERIFY(m_page->whyNotMainAction().contains("no tokenizer"));
    }

    void roundsAModelThatIsNotComputedAndLeavesItUnmeasured()
    {
        openUnknown();
        QVERIFY(session().recipe().recipe().method == core::Method::RoundToNearest);
        QCOMPARE(m_page->whyNotMainAction(), "");
        QSignalSpy failed(&quantize(), &app::QuantizeController::failed);
        emit m_page->quantizeRequested();
        QTRY_COMPARE(m_page->state(), State::Finished);
        QTRY_VERIFY(jobs().isIdle());
        QCOMPARE(failed.count(), 0);
        QVERIFY(!session().runs().last()->evaluation);
        const auto* cells = m_page->findChild<widgets::TensorCellStrip*>();
        QCOMPARE(cells->description(1).section('\n', 0, 0), "blk.0.ssm_in.weight");
    }

    void saysWhyAModelThatIsNotComputedGetsNoGptq()
    {
        openUnknown();
        session().recipe().setTreatment({ core::Method::Gptq });
        QVERIFY2(m_page->whyNotMainAction().contains("the architecture is mamba"),
            qPrintable(m_page->whyNotMainAction()));
        session().recipe().setTreatment({ core::Method::Hqq, core::Scaling::Awq });
        QVERIFY(m_page->whyNotMainAction().contains("mamba"));
        session().recipe().setTreatment({ core::Method::Importance });
        QVERIFY2(m_page->whyNotMainAction().startsWith("The method needs an importance file"),
            qPrintable(m_page->whyNotMainAction()));
        session().recipe().setTreatment({ core::Method::Hqq });
        QCOMPARE(m_page->whyNotMainAction(), "");
        const auto* chooser = m_page->findChild<widgets::MethodChooser*>();
        for (const auto* button : chooser->findChildren<QRadioButton*>())
            QCOMPARE(button->isEnabled(), button->text() != "GPTQ");
        open();
        for (const auto* button : chooser->findChildren<QRadioButton*>())
            QVERIFY(button->isEnabled());
    }

    void roundsAModelWithoutTokenizerAndLeavesItUnmeasured()
    {
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        openQuick(model);
        QSignalSpy failed(&quantize(), &app::QuantizeController::failed);
        emit m_page->quantizeRequested();
        QTRY_COMPARE(m_page->state(), State::Finished);
        QTRY_VERIFY(jobs().isIdle());
        QCOMPARE(failed.count(), 0);
        QVERIFY(!session().runs().last()->evaluation);
    }
};

QTEST_MAIN(TestQuantizePresenter)
#include "tst_quantizepresenter.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/shrinkpresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/label.h"
#include "widgets/pages/model/modelpage.h"

#include <QPushButton>
#include <QRadioButton>
#include <QTest>

#include <fstream>

class TestShrinkPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::ModelPage> m_page;
    std::unique_ptr<app::LossController> m_losses;
    std::unique_ptr<app::ExportController> m_export;
    std::unique_ptr<app::ShrinkController> m_shrink;
    std::unique_ptr<app::ShrinkPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::ModelPage>();
        m_page->resize(1000, 800);
        m_page->show(); // it leaves out what has no room
        m_losses = std::make_unique<app::LossController>(jobs(), jobs(), session(), nullptr);
        m_export = std::make_unique<app::ExportController>(jobs(), session(), keeper(), nullptr);
        m_shrink = std::make_unique<app::ShrinkController>(session(),
            app::ShrinkParts{ jobs(), jobs(), queue(), *m_losses, quantize(), *m_export });
        m_presenter = std::make_unique<app::ShrinkPresenter>(
            *m_page, session(), *m_shrink, *m_losses, jobs(), jobs());
    }

    void detach() override
    {
        m_presenter.reset();
        m_shrink.reset();
        m_export.reset();
        m_losses.reset();
        m_page.reset();
    }

    static support::TinyModel wide()
    {
        support::TinyModel model;
        model.hidden = 256;
        model.headSize = 64;
        model.feedForward = 256;
        return model;
    }

    int choices() const
    {
        int shown = 0;
        for (const auto* button : m_page->shrink()->findChildren<QRadioButton*>())
            shown += button->isVisibleTo(m_page->shrink()) ? 1 : 0;
        return shown;
    }

    bool says(const QString& text) const
    {
        for (const auto* label : m_page->shrink()->findChildren<widgets::Label*>())
            if (label->text().replace(QChar::Nbsp, u' ').contains(text)
                && label->isVisibleTo(m_page->shrink()))
                return true;
        return false;
    }

    QPushButton* button(const QString& text) const
    {
        for (auto* each : m_page->shrink()->findChildren<QPushButton*>())
            if (each->text() == text && each->isVisibleTo(m_page->shrink()))
                return each;
        return nullptr;
    }

    /// As if a run of that size and loss had been written.
    void setWritten(std::uint64_t bytes, double kld, double sameTop)
    {
        const int number = addRun(kld);
        core::Evaluation evaluation = *session().runs().find(number)->evaluation;
        evaluation.against->sameTop1 = sameTop;
        session().runs().setEvaluation(number, evaluation, session().evaluationSettings());
        const auto file = folder() / "made.gguf";
        std::ofstream(file) << "GGUF";
        session().setExported({ file, bytes, 1, 1.0, 1 }, number);
    }

private slots:
    void offersFilesOnceLossesAreKnown()
    {
        open(wide());
        QVERIFY(choices() == 0);
        QTRY_VERIFY_WITH_TIMEOUT(choices() > 0, 60000);
        QVERIFY(says("losses are rough"));
        QVERIFY(says("fits Slow"));
        QVERIFY(button("Make the file")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(says("about "), 60000); // how long it takes
    }

    void choicesOfAnotherModelAreNotShown()
    {
        open(wide());
        QTRY_VERIFY_WITH_TIMEOUT(choices() > 0, 60000);
        session().setLosses(nullptr);
        QTRY_COMPARE(choices(), 0);
        QVERIFY(button("Predict roughly"));
        QVERIFY(says("sizes are known once losses are predicted"));
    }

    void wantsATextWhereOneRunsThroughTheModel()
    {
        open(wide());
        QTRY_VERIFY_WITH_TIMEOUT(choices() > 0, 60000);
        session().setCalibration({});
        QTRY_VERIFY(!button("Make the file")->isEnabled());
        QCOMPARE(button("Make the file")->toolTip(), "A calibration text is needed.");
    }

    void saysThatAQuantizedSourceIsRoundedAgain()
    {
        const auto file = folder() / "small.gguf";
        support::writeTinyGguf(wide(), file, core::formats::q8_0);
        session().open(app::openModel(file, folder(), places(), {}));
        QTRY_VERIFY_WITH_TIMEOUT(says("quantized already"), 60000);
    }

    void theVerdictComesFromWhatWasWrittenAndMeasured()
    {
        open(wide());
        const auto original = session().model().fileBytes;
        setWritten(original * 4 / 10, 0.003, 0.97);
        QTRY_VERIFY(says("made.gguf: 60.0 % smaller, 97.0 % same token"));
        QVERIFY(says("as good as the original. Use it."));
        setWritten(original * 93 / 100, 0.2, 0.75);
        QTRY_VERIFY(says("7.0 % smaller, 75.0 % same token"));
        QVERIFY(says("Not worth it, keep the original."));
        QVERIFY(button("Show in folder"));
    }

    void nothingIsSaidOfAFileThatIsGone()
    {
        open(wide());
        setWritten(1000, 0.003, 0.97);
        QVERIFY(button("Show in folder"));
        std::filesystem::remove(folder() / "made.gguf");
        addRun(0.1); // something else changes
        QVERIFY(!button("Show in folder"));
    }
};

QTEST_MAIN(TestShrinkPresenter)
#include "tst_shrinkpresenter.moc"

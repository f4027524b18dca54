// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/comparepresenter.h"

#include "app/presenters/runrows.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"

#include <QPushButton>

namespace app {

ComparePresenter::ComparePresenter(widgets::ComparePage& page, Session& session,
    QuantizeController& controller, AddedFilesController& files, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_controller(controller)
    , m_files(files)
{
    connect(&session.runs(), &RunList::changed, this, &ComparePresenter::fill);
    connect(&session.recipe(), &RecipeEditor::changed, this, &ComparePresenter::fill);
    connect(&session, &Session::deviceChanged, this, &ComparePresenter::fill);
    connect(&session, &Session::modelChanged, this, &ComparePresenter::fill);
    connect(&session, &Session::textsChanged, this, [this] {
        fill();
        fillText();
    });
    connect(&controller, &QuantizeController::phaseChanged, this, [this] {
        m_page.setLocked(m_controller.phase() != QuantizeController::Phase::Idle);
        fillWhyNot();
        fillText();
    });
    connect(&controller, &QuantizeController::failed, this,
        [this](QuantizeController::Phase phase, const QString& reason) {
            if (phase == QuantizeController::Phase::Evaluating)
                m_page.message()->setMessage(widgets::MessageBar::Kind::Failure, reason,
                    tr("The run is kept; it was not measured."));
        });
    connect(&files, &AddedFilesController::refused, this, &ComparePresenter::showRefused);
    using widgets::ComparePage;
    connect(&page, &ComparePage::shown, &files, &AddedFilesController::check);
    connect(&page, &ComparePage::pinARequested, &session.runs(), &RunList::pinA);
    connect(&page, &ComparePage::pinBRequested, &session.runs(), &RunList::pinB);
    connect(&page, &ComparePage::removeRequested, &session.runs(), &RunList::remove);
    connect(&page, &ComparePage::recipeRequested, &session, &Session::useRecipeOf);
    connect(&page, &ComparePage::simulationChosen, &session, &Session::setSimulation);
    connect(&page, &ComparePage::measureRequested, this, [this](int run) {
        m_page.message()->clear();
        const auto row = m_session.runs().find(run);
        if (run == 0)
            m_controller.quantize();
        else if (row && row->file)
            m_files.measure(run);
        else
            m_controller.evaluate(run);
    });
}

void ComparePresenter::fill()
{
    if (!m_session.isOpen())
        return;
    const auto a = m_session.runs().pinnedA();
    const auto b = m_session.runs().pinnedB();
    m_page.setRuns(runRows(m_session), a ? a->number : 0, b ? b->number : 0);
    fillWhyNot();
}

void ComparePresenter::showRefused(const QString& path, const QString& reason)
{
    m_page.message()->setMessage(
        widgets::MessageBar::Kind::Failure, reason, tr("The other rows are as they were."));
    QPushButton* open = m_page.message()->addButton(tr("Open it as a model"));
    connect(open, &QPushButton::clicked, this, [this, path] { emit openRequested(path); });
}

void ComparePresenter::fillWhyNot()
{
    m_page.setWhyNot(m_controller.whyNotQuantize(), m_controller.whyNotEvaluate());
}

void ComparePresenter::fillText()
{
    m_page.setSimulation(m_session.simulation());
    m_page.setEvaluationText(textDescription(m_session.evaluation()),
        m_controller.forecast().measuringSeconds(), m_textNotes.of(m_session.evaluation()));
}

} // namespace app

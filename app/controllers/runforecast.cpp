// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/runforecast.h"

#include "app/jobs/quantizejob.h"
#include "core/base/machinememory.h"
#include "core/quant/memoryobstacle.h"
#include "core/quant/runneeds.h"
#include "widgets/format.h"

namespace app {

RunForecast::RunForecast(const Session& session, const Pace& pace, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_pace(pace)
{
    const auto forget = [this] { m_run.reset(); };
    connect(&session, &Session::textsChanged, this, forget);
    connect(&session.recipe(), &RecipeEditor::changed, this, forget);
    connect(&session, &Session::modelChanged, this, [this, forget] {
        m_memoryBefore = core::residentBytes();
        forget();
    });
}

const std::optional<RunForecast::Run>& RunForecast::run() const
{
    if (m_run)
        return *m_run;
    m_run.emplace();
    if (!m_session.isOpen())
        return *m_run;
    const TextSettings& text = m_session.calibration();
    const std::vector<core::PlannedTensor>& plan = m_session.recipe().plan();
    const core::RunShape shape = runShape(*m_session.checkpoint(), plan,
        m_session.recipe().recipe().gptq, { text.count, text.length }, m_session.imatrix());
    const auto imatrix = m_session.imatrix().empty() ? core::Imatrix::None : core::Imatrix::Given;
    const bool isKnown = text.count > 0 && !text.file.empty();
    if (isKnown || !core::needsText(plan, imatrix))
        *m_run = Run{ usualWork(shape), core::runMemory(shape) };
    return *m_run;
}

double RunForecast::roundingSeconds() const
{
    const Pace::Kind kind = Pace::kindOf(m_session.recipe().recipe().method);
    return run() ? m_pace.seconds(kind, run()->work).value_or(-1) : -1;
}

double RunForecast::memory() const { return run() ? m_memoryBefore + run()->memory.total() : -1; }

double RunForecast::measuringSeconds() const
{
    const TextSettings& text = m_session.evaluation();
    if (!m_session.isOpen() || text.count == 0)
        return -1;
    const double work = double(m_session.checkpoint()->weights()) * text.count * text.length;
    return m_pace.seconds(Pace::Kind::Evaluation, work).value_or(-1);
}

QString RunForecast::whyNotInMemory() const
{
    const double most = double(core::mostMemory());
    const double needed = run() ? heldMemory(run()->memory, m_memoryBefore) : 0;
    if (needed <= most)
        return {};
    return tr("The run needs %1 of memory at its peak, and this machine has %2. A shorter text, or "
              "a method without GPTQ and AWQ, needs less.")
        .arg(widgets::sizeText(needed), widgets::sizeText(most));
}

} // namespace app

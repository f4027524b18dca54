// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/selection.h"

#include <utility>

namespace app {

void Selection::setTensors(std::vector<int> tensors)
{
    if (tensors == m_tensors)
        return;
    m_tensors = std::move(tensors);
    m_looked = nullptr;
    m_lookedPlan.clear();
    m_channel = -1;
    emit tensorsChanged();
    emit lookedChanged();
    emit markedChannelChanged();
}

void Selection::look(const core::Format* format)
{
    if (format == m_looked && m_lookedPlan.empty())
        return;
    m_looked = format;
    m_lookedPlan.clear();
    emit lookedChanged();
}

void Selection::lookAtPlan(std::vector<core::PlannedTensor> plan)
{
    m_looked = nullptr;
    m_lookedPlan = std::move(plan);
    emit lookedChanged();
}

void Selection::markChannel(int channel)
{
    if (channel == m_channel)
        return;
    m_channel = channel;
    emit markedChannelChanged();
}

} // namespace app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "core/model/role.h"
#include "core/quant/plan.h"

#include <QObject>

#include <vector>

namespace app {

/// What the user is looking at on every page: the selected tensors, the format tried on them
/// before it is assigned, and a marked input channel.
class Selection : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const std::vector<int>& tensors() const { return m_tensors; } ///< ascending
    /// Looking ends where the selection changes.
    void setTensors(std::vector<int> tensors);

    /// Asks the table to select the tensors at these places.
    void choose(const std::vector<core::Place>& places) { emit placesChosen(places); }

    const core::Format* looked() const { return m_looked; } ///< null: at the recipe's
    void look(const core::Format* format);

    /// A plan of all tensors that is looked at before it becomes the recipe's: while a budget is
    /// dragged. Null: none; looking at a format ends it.
    const std::vector<core::PlannedTensor>* lookedPlan() const
    {
        return m_lookedPlan.empty() ? nullptr : &m_lookedPlan;
    }
    void lookAtPlan(std::vector<core::PlannedTensor> plan);

    int markedChannel() const { return m_channel; } ///< −1: none
    void markChannel(int channel);

signals:
    void tensorsChanged();
    void placesChosen(const std::vector<core::Place>& places);
    void lookedChanged();
    void markedChannelChanged();

private:
    std::vector<int> m_tensors;
    const core::Format* m_looked = nullptr;
    std::vector<core::PlannedTensor> m_lookedPlan;
    int m_channel = -1;
};

} // namespace app

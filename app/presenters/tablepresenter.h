// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "widgets/models/tensormodel.h"

#include <QObject>

namespace widgets {
class TensorTable;
}

namespace app {

/// Fills the tensor table from the session and makes its edits the recipe's.
class TablePresenter : public QObject {
    Q_OBJECT

public:
    TablePresenter(widgets::TensorModel& model, widgets::TensorTable& table, Session& session,
        Selection& selection, QuantizeController& quantize, QObject* parent = nullptr);

private:
    void select(const std::vector<core::Place>& places);
    void connectSession();
    void connectTable();
    void connectQuantize();
    void fillTensors();
    void fillWeights(int tensor);
    void fillAllWeights();
    void fillInputs();
    void fillRecipe();
    void fillRoundingErrors();
    void setRoundingError(int tensor, const core::RoundingPreview* preview); ///< null: not known
    void fillLosses();
    void fillRun();
    void markRounding();
    void fillCompared();
    void step(int by);
    void lookAtBits(int bits);
    const core::Format* lookedOrAssigned() const;

    widgets::TensorModel& m_model;
    widgets::TensorTable& m_table;
    Session& m_session;
    Selection& m_selection;
    QuantizeController& m_quantize;
    bool m_looksAtPlan = false; ///< whether the table shows a plan that is not the recipe's
};

} // namespace app

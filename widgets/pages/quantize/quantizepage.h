// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantize.h"
#include "core/quant/textneeds.h"
#include "widgets/pages/page.h"
#include "widgets/pages/quantize/quantizeoptions.h"

#include <optional>
#include <vector>

class QBoxLayout;

namespace widgets {

class Card;
class FactStrip;
class Label;
class MethodChooser;
class QuantizeOptionsForm;
class RunProgress;

/// What a run is expected to take; negative: unknown.
struct QuantizeEstimate {
    double seconds = -1;
    double memoryBytes = -1;
    double diskBytes = -1;
    int roundedAgain = 0; ///< tensors that are quantized in the file and are rounded once more
    int grown = 0; ///< tensors that get larger than in the file
    core::TextNeeds text = {}; ///< the calibration text against what it must teach
};

/// How will it be rounded? Method, options, estimate; progress and errors of the run.
class QuantizePage : public Page {
    Q_OBJECT

public:
    enum class State { Ready, Running, Finished, Cancelled, Failed };

    explicit QuantizePage(QWidget* parent = nullptr);

    void setRecipeTitle(const QString& title);
    /// The matrices that will be rounded, in order: one cell each, and their names (none: those of
    /// their places). Others than before clear the reports.
    void setTensors(const std::vector<core::Place>& places, const QStringList& names = {});
    void setSettings(const QuantizeSettings& settings); ///< without a signal
    QuantizeSettings settings() const;
    /// What is odd about how the calibration text is written; empty: nothing.
    void setTextNotes(const QString& notes);
    void setEstimate(const QuantizeEstimate& estimate);
    /// The state; `message` is the reason of a failure or what a cancelled run keeps. `run` says
    /// which one was interrupted; empty: the recipe's.
    void setState(State state, const QString& message = {}, const QString& run = {});
    State state() const { return m_state; }
    void setProgress(double done, const QString& step, double elapsedSeconds,
        double leftSeconds); ///< left < 0: unknown
    void clearReports();
    void addReport(const core::TensorReport& report);
    /// Another run is in progress: one that is started waits for its turn.
    void setBusy(bool busy);
    /// Why nothing that reads a text can be done with the model; empty: it can.
    void setWhyNoText(const QString& reason);
    /// Why a run cannot be started; empty: it can.
    void setWhyNot(const QString& reason);

signals:
    void settingsChanged(const widgets::QuantizeSettings& settings);
    void chooseCalibrationRequested();
    void chooseImatrixRequested();
    void quantizeRequested();
    void resumeRequested(); ///< the run that the message speaks of
    void discardRequested(); ///< the same: it is not to be finished
    void cancelRequested();
    void placesSelected(const std::vector<core::Place>& places);

protected:
    void arrange() override;

private:
    QWidget* makeLeft();
    QWidget* makeRight();
    void settingsEdited();
    void updateAnswer();
    /// The answer's sentence, %1 the method, %2 the recipe, %3 by how much.
    QString heldOutAnswer(double change) const;
    QString calibrationAnswer(double change) const;
    void updateButtons();
    void showMessage(const QString& message, const QString& run);

    QString m_recipe;
    QuantizeSettings m_settings;
    State m_state = State::Ready;
    bool m_busy = false;
    QString m_runRecipe; ///< of the run that is shown, whatever was edited since
    core::Treatment m_runTreatment;
    QString m_whyNoText;
    QString m_whyNot;

    QPushButton* m_quantize;
    QPushButton* m_cancel;
    Card* m_methodCard;
    Card* m_optionsCard;
    MethodChooser* m_methods;
    QuantizeOptionsForm* m_options;
    FactStrip* m_estimate;
    Label* m_again;
    Label* m_littleText; ///< said before the run
    RunProgress* m_progress;
    QBoxLayout* m_columns;
};

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/lossfigures.h"
#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/session/session.h"
#include "core/files/shelf.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace app {

/// Predicts what every tensor loses in every format: looks for it on the shelf when a model is
/// opened or a text chosen, roughly from the weights alone, by itself where nothing is known, or on
/// the session's calibration text. Also measures what tensors lose alone, on the evaluation text:
/// the check of what is predicted of them.
class LossController : public QObject {
    Q_OBJECT

public:
    /// `quick` for what takes a moment, `jobs` for the rest. `shelf` may be null: nothing is kept.
    LossController(Jobs& jobs, Jobs& quick, Session& session,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    void measure(); ///< on the text, on from where it was stopped; figures come early
    void guess(); ///< from the weights alone
    bool isRunning() const { return m_job.isRunningHere(); }
    /// How far a guess is that nobody asked for, 0 … 1; nothing: there is none. It waits while
    /// other work runs.
    std::optional<double> guessed() const { return m_guessed; }
    /// Models of up to so many weights are guessed while they are opened.
    void setQuicklyGuessed(std::int64_t weights) { m_quicklyGuessed = weights; }

    /// How the session's losses stand to its calibration text.
    enum class Known { Nothing, Weights /**< alone */, Part, OtherText, All };
    Known known() const;
    /// The same in words, rough where they are; empty: nothing is known.
    QString about() const;
    /// Why losses cannot be predicted on a text now; empty: they can.
    QString whyNot() const;

    /// Each of `tensors` in `format`, or in the recipe's (null), one after the other; figures come
    /// as they are found, and are there again when the model is opened.
    void measureAlone(const std::vector<int>& tensors, const core::Format* format);
    /// Why nothing can be measured now; empty: it can.
    QString whyNotAlone() const;

signals:
    void runningChanged(); ///< of predicting
    void guessedChanged(); ///< by a percent, begun or ended
    void failed(const QString& reason);
    void aloneChanged(); ///< whether tensors are being measured
    void aloneFailed(const QString& reason);

private:
    void opened();
    void findLast();
    void findOfText();
    void guessUnasked();
    void connectGuess();
    void setGuessed(std::optional<double> share);
    /// Hands losses to the session that is open now, if it is still open then.
    std::function<void(const LossFigures&)> taker();
    std::function<void(const std::shared_ptr<const core::MeasuredLosses>&)> measuredTaker();

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job, m_alone;
    std::optional<LossText> m_on; ///< what the session's losses are of
    QTimer m_textSoon; ///< a number that is typed changes the text at every key
    Jobs m_guesses; ///< what nobody asked for, beside the rest
    std::optional<double> m_guessed;
    std::int64_t m_quicklyGuessed = 20'000'000; ///< a second or two
};

} // namespace app

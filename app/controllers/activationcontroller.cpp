// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/activationcontroller.h"

#include <algorithm>
#include <cmath>

namespace app {

namespace {

    constexpr std::size_t contextTokens = 12; ///< shown before and after a token

    QString textOf(const core::Tokenizer& tokenizer, const std::vector<int>& tokens,
        std::size_t from, std::size_t to)
    {
        return QString::fromStdString(tokenizer.decode(
            { tokens.begin() + std::ptrdiff_t(from), tokens.begin() + std::ptrdiff_t(to) }));
    }

    /// The tokens of the largest values with what stands around them.
    std::vector<TokenInContext> tokensOf(const core::Checkpoint& checkpoint,
        const core::ActivationStats& stats, const std::vector<std::vector<int>>& sequences)
    {
        std::vector<TokenInContext> tokens;
        for (const core::LargeValue& value : stats.largest) {
            const std::vector<int>& sequence = sequences[std::size_t(value.sequence)];
            const auto at = std::size_t(value.position);
            const std::size_t first = at > contextTokens ? at - contextTokens : 0;
            const std::size_t last = std::min(sequence.size(), at + 1 + contextTokens);
            const core::Tokenizer& tokenizer = checkpoint.tokenizer();
            tokens.push_back({ QString::fromStdString(tokenizer.piece(value.token)),
                textOf(tokenizer, sequence, first, at),
                textOf(tokenizer, sequence, at + 1, last) });
        }
        return tokens;
    }

    MeasuredActivations measured(const core::Checkpoint& checkpoint, const TextSettings& text,
        const core::Progress& progress)
    {
        const auto sequences = readSequences(checkpoint, text);
        MeasuredActivations result;
        result.text = text;
        const auto stats = std::make_shared<const core::ActivationStats>(
            core::activationStats(checkpoint, sequences, progress));
        result.tokens = tokensOf(checkpoint, *stats, sequences);
        result.stats = stats;
        return result;
    }

    double work(const core::Checkpoint& checkpoint, double tokens)
    {
        return double(checkpoint.weights()) * tokens;
    }

} // namespace

ActivationController::ActivationController(
    Jobs& jobs, Session& session, Pace& pace, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_pace(pace)
{
    connect(&m_jobs, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id != m_job)
            return;
        setRunning(false);
        emit failed(reason);
    });
    connect(&m_jobs, &Jobs::cancelled, this, [this](JobId id) {
        if (id == m_job)
            setRunning(false);
    });
    connect(&m_jobs, &Jobs::finished, this, [this](JobId id, const QString&, double seconds) {
        if (id != m_job)
            return;
        const core::ActivationStats& stats = *m_session.activations().stats;
        m_pace.learn(Pace::Kind::Activations,
            work(*m_session.checkpoint(), double(stats.sequences) * stats.length), seconds);
        setRunning(false);
    });
}

void ActivationController::measure()
{
    if (m_running || !m_session.isOpen())
        return;
    setRunning(true);
    m_job = m_jobs.start(
        tr("Measuring activations"),
        [checkpoint = m_session.checkpoint(), text = m_session.calibration()](
            const core::Progress& progress) { return measured(*checkpoint, text, progress); },
        [this](MeasuredActivations result) { m_session.setActivations(std::move(result)); });
}

double ActivationController::estimate(const TextSettings& text) const
{
    if (!m_session.isOpen() || text.count == 0)
        return -1;
    return m_pace
        .seconds(Pace::Kind::Activations,
            work(*m_session.checkpoint(), double(text.count) * text.length))
        .value_or(-1);
}

void ActivationController::setRunning(bool running)
{
    m_running = running;
    emit runningChanged();
}

} // namespace app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivity.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/measure/evaluation.h"
#include "core/quant/inputimportance.h"
#include "core/search/slopes.h"
#include "core/search/transfer.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    using Sequences = std::vector<std::vector<int>>;

    // Tokens of the batches: a first one for figures at once, then more.
    constexpr int firstTokens = 1024, usualTokens = 4096;

    Recipe recipeOf(const SensitivitySettings& settings)
    {
        Recipe recipe;
        recipe.method = settings.method;
        recipe.encoder = settings.encoder;
        return recipe;
    }

    std::vector<std::vector<Candidate>> chosenCandidates(
        const Checkpoint& checkpoint, const SensitivitySettings& settings)
    {
        if (!settings.rounded.empty())
            return candidatesOf(checkpoint, settings.rounded);
        return candidatesFor(checkpoint, settings.formats, recipeOf(settings));
    }

    /// A table of the candidates without figures.
    SensitivityTable emptyTable(const Checkpoint& checkpoint,
        const std::vector<std::vector<Candidate>>& candidates, int length)
    {
        SensitivityTable table;
        table.length = length;
        table.scored = scoredIn(length);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (candidates[i].empty())
                continue;
            TensorSensitivity row{ tensor.name, tensor.place.role, {} };
            for (const Candidate& candidate : candidates[i])
                row.figures.push_back({ candidate.planned.format, candidate.planned.method,
                    plannedBytes(candidate.planned, tensor), {}, 0, 0 });
            table.tensors.push_back(std::move(row));
        }
        return table;
    }

    /// Takes the slopes of a batch into the table, and the formats that were really stored.
    void take(SensitivityTable& table, const Checkpoint& checkpoint,
        const std::vector<std::vector<Candidate>>& candidates, const SlopeObserver& observer,
        int sequences)
    {
        auto row = table.tensors.begin();
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (candidates[i].empty())
                continue;
            for (std::size_t j = 0; j < candidates[i].size(); ++j) {
                SensitivityFigure& figure = row->figures[j];
                const std::vector<SlopeSums> slopes = observer.slopes(i, j);
                figure.slopes.insert(figure.slopes.end(), slopes.begin(), slopes.end());
                figure.format = candidates[i][j].planned.format;
                figure.bytes = plannedBytes(candidates[i][j].planned, checkpoint.tensors()[i]);
            }
            ++row;
        }
        table.sequences += sequences;
    }

    bool usesImportance(const std::vector<std::vector<Candidate>>& candidates)
    {
        return std::ranges::any_of(candidates, [](const std::vector<Candidate>& each) {
            return std::ranges::any_of(each, [](const Candidate& candidate) {
                return !candidate.rounded && candidate.planned.method == Method::Importance;
            });
        });
    }

    /// Goes on with `table` over `sequences`.
    class Measuring {
    public:
        Measuring(const Checkpoint& checkpoint, const Sequences& sequences,
            const SensitivitySettings& settings)
            : m_checkpoint(checkpoint)
            , m_sequences(sequences)
            , m_settings(settings)
            , m_candidates(chosenCandidates(checkpoint, settings))
            , m_importance(settings.importance)
        {
        }

        SensitivityTable empty() const
        {
            return emptyTable(m_checkpoint, m_candidates, int(m_sequences.front().size()));
        }

        void findImportance(const Progress& progress)
        {
            if (m_importance.empty() && usesImportance(m_candidates))
                m_importance = sensitivityImportance(m_checkpoint, m_sequences, progress);
        }

        /// Sequences of the batch after `read` of them.
        int batchSize(int read) const
        {
            const int tokens = read == 0 ? firstTokens : usualTokens;
            return std::max(1, tokens / int(m_sequences.front().size()));
        }

        /// Reads the sequences up to `next`.
        void addBatch(SensitivityTable& table, int next, const Progress& progress)
        {
            const int first = table.sequences;
            const Sequences batch = between(first, next);
            const int length = int(batch.front().size());
            const LayerStates states
                = walkKeeping(m_checkpoint, batch, nullptr, progress.part(0, 0.25));
            SlopeObserver observer(m_checkpoint, m_candidates, batch, m_importance, progress);
            backwardWalk(m_checkpoint, states,
                { firstScored(length), scoredIn(length), m_settings.seed, std::uint64_t(first) },
                observer, progress.part(0.25, 1));
            take(table, m_checkpoint, m_candidates, observer, next - first);
            transferAll(table, progress.part(1, 1));
            settle(table);
        }

    private:
        void transferAll(SensitivityTable& table, const Progress& progress)
        {
            if (m_settings.alsoFormats.empty() || !m_settings.rounded.empty())
                return;
            if (m_transfers.empty())
                findTransfers(progress);
            auto row = table.tensors.begin();
            for (std::size_t i = 0; i < m_candidates.size(); ++i)
                if (!m_candidates[i].empty())
                    transfer(*row++, m_transfers[i]);
        }

        void findTransfers(const Progress& progress)
        {
            const auto others
                = candidatesFor(m_checkpoint, m_settings.alsoFormats, recipeOf(m_settings));
            for (std::size_t i = 0; i < m_candidates.size(); ++i)
                m_transfers.push_back(transfersOf(
                    m_checkpoint.tensors()[i], m_candidates[i], others[i], m_importance, progress));
        }

        Sequences between(int first, int next) const
        {
            return { m_sequences.begin() + first, m_sequences.begin() + next };
        }

        const Checkpoint& m_checkpoint;
        const Sequences& m_sequences;
        const SensitivitySettings& m_settings;
        std::vector<std::vector<Candidate>> m_candidates;
        Importance m_importance;
        std::vector<std::vector<Transfer>> m_transfers; ///< by tensor; empty: not found yet
    };

    void requireMeasurable(const Checkpoint& checkpoint, const Sequences& sequences)
    {
        checkpoint.requireComputed();
        if (sequences.empty() || scoredIn(int(sequences.front().size())) < 1)
            throw Error(text("the text gives ", sequences.size(), " sequences of ",
                sequences.empty() ? 0 : sequences.front().size(),
                " tokens, expected at least one of 3"));
    }

} // namespace

SensitivityTable measureSensitivity(const Checkpoint& checkpoint, const Sequences& sequences,
    const SensitivitySettings& settings, const SensitivityTable* begun,
    const SensitivityUpdate& update, const Progress& progress)
{
    requireMeasurable(checkpoint, sequences);
    checkpoint.requireUnchanged();
    Measuring measuring(checkpoint, sequences, settings);
    SensitivityTable table = begun ? *begun : measuring.empty();
    const int last = std::min(
        int(sequences.size()), settings.most > 0 ? settings.most : int(sequences.size()));
    if (table.sequences < last)
        measuring.findImportance(progress.part(0, 0));
    while (table.sequences < last) {
        const double read = table.sequences;
        const int next = std::min(last, table.sequences + measuring.batchSize(table.sequences));
        measuring.addBatch(table, next, progress.part(read / last, double(next) / last));
        checkpoint.requireUnchanged();
        if (update)
            update(table);
    }
    progress.at(1);
    return table;
}

int usualSensitivitySequences(int length)
{
    constexpr int tokens = 8192, least = 8;
    return std::max(least, tokens / length);
}

Importance sensitivityImportance(
    const Checkpoint& checkpoint, const Sequences& sequences, const Progress& progress)
{
    const auto count = std::min(sequences.size(),
        std::max<std::size_t>(1, std::size_t(usualTokens) / sequences.front().size()));
    return inputImportance(
        checkpoint, { sequences.begin(), sequences.begin() + std::ptrdiff_t(count) }, progress);
}

std::vector<const Format*> usualSensitivityFormats()
{
    std::vector<const Format*> usual;
    for (const char* name : { "Q2_K", "Q3_K", "IQ4_XS", "Q4_K", "Q5_K", "Q6_K", "Q8_0" })
        usual.push_back(findFormat(name));
    return usual;
}

std::vector<const Format*> otherSensitivityFormats()
{
    const std::vector<const Format*> usual = usualSensitivityFormats();
    std::vector<const Format*> others;
    for (const Format* format : allFormats())
        if (format->isQuantized() && std::ranges::find(usual, format) == usual.end())
            others.push_back(format);
    return others;
}

SensitivitySettings usualSensitivity(Method method)
{
    SensitivitySettings settings;
    settings.formats = usualSensitivityFormats();
    settings.alsoFormats = otherSensitivityFormats();
    settings.method = method;
    return settings;
}

} // namespace core

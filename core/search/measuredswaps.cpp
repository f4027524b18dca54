// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/measuredswaps.h"

#include "core/search/measuredlosses.h"
#include "core/search/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace core {

namespace {

    using Choice = MixSearch::Choice;
    using Formats = std::vector<const Format*>; ///< by tensor

    constexpr int perRound = 20; ///< tensors measured before the choice is made anew
    constexpr double predictedError = 0.15; ///< of a predicted loss, relative
    constexpr double surely = 2; // standard errors

    /// A tensor in another format than the mix's.
    struct Move {
        std::size_t tensor = 0;
        Choice now, then;
        double predicted = 0, predictedDeviation = 0; ///< change of the loss
        double change = 0; ///< the same, with what was measured

        double bytes() const { return double(then.bytes) - double(now.bytes); }
        /// Loss for a byte, in either direction.
        double price() const { return -predicted / bytes(); }
    };

    struct Mean {
        double value = 0, error = 0;
    };

    /// Positions of one chunk have much in common: the error is that of the mean over chunks.
    Mean meanDifference(
        const std::vector<double>& after, const std::vector<double>& before, std::size_t chunks)
    {
        const std::size_t length = after.size() / chunks;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < chunks; ++i) {
            double difference = 0;
            for (std::size_t j = i * length; j < (i + 1) * length; ++j)
                difference += after[j] - before[j];
            difference /= double(length);
            sum += difference;
            squares += difference * difference;
        }
        const double n = double(chunks);
        const double variance = std::max(0.0, squares / n - sum / n * (sum / n));
        return { sum / n, n > 1 ? std::sqrt(variance / (n - 1)) : 0 };
    }

    class Improving {
    public:
        Improving(const Checkpoint& checkpoint, const MixSearch& search, const MixSearch::Mix& mix,
            const SwapSettings& settings)
            : m_checkpoint(checkpoint)
            , m_search(search)
            , m_settings(settings)
            , m_budget(mix.bytes)
        {
            m_settings.recipe.method = methodAlone(m_settings.recipe.method);
            m_settings.recipe.rules.clear();
            m_result.mix = mix;
        }

        SwappedMix improved(const Progress& progress)
        {
            auto model = modelOf(m_result.mix.formats, progress.part(0, 0.02, "Rounding"));
            for (int round = 0; m_result.measured < m_settings.most; ++round) {
                const double done = double(m_result.measured) / m_settings.most;
                const double next
                    = std::min(1.0, double(m_result.measured + perRound) / m_settings.most);
                model = betterThan(model, round == 0,
                    progress.part(0.02 + 0.98 * done, 0.02 + 0.98 * next, "Measuring swaps"));
                if (!model)
                    break;
            }
            for (std::size_t i = 0; i < m_first.size(); ++i)
                m_result.changed += m_first[i] != m_result.mix.formats[i] ? 1 : 0;
            return m_result;
        }

    private:
        /// One round; null: nothing was won.
        std::shared_ptr<const Checkpoint> betterThan(
            const std::shared_ptr<const Checkpoint>& model, bool isFirst, const Progress& progress)
        {
            const LoneMeasurement lone(
                m_checkpoint, *model, m_settings.chunks, progress.part(0, 0.2));
            const std::vector<double> before = lone.divergences({}, progress.part(0.2, 0.22));
            if (isFirst) {
                m_first = m_result.mix.formats;
                m_result.before = m_result.after = meanDivergence(before);
            }
            std::vector<Move> moves = marginalMoves();
            for (std::size_t i = 0; i < moves.size(); ++i) {
                const double share = 0.7 / double(moves.size());
                measure(moves[i], lone, before,
                    progress.part(0.22 + share * double(i), 0.22 + share * double(i + 1)));
            }
            const Formats formats = chosenBy(moves);
            if (formats == m_result.mix.formats)
                return nullptr;
            auto better = modelOf(formats, progress.part(0.92, 0.95));
            const std::vector<double> after
                = LoneMeasurement(m_checkpoint, *better, m_settings.chunks, progress.part(0.95, 1))
                      .divergences({}, progress.part(1, 1));
            const Mean change = meanDifference(after, before, m_settings.chunks.size());
            if (change.value > -surely * change.error)
                return nullptr;
            take(formats);
            m_result.after = meanDivergence(after);
            return better;
        }

        void take(const Formats& formats)
        {
            m_result.mix.formats = formats;
            m_result.mix.bytes = 0;
            m_result.mix.kld = 0;
            for (std::size_t i = 0; i < formats.size(); ++i) {
                const Choice choice = *choiceOf(i, formats[i]);
                m_result.mix.bytes += choice.bytes;
                m_result.mix.kld += choice.kld;
            }
        }

        std::optional<Choice> choiceOf(std::size_t tensor, const Format* format) const
        {
            for (const Choice& choice : m_search.choicesOf(tensor))
                if (choice.format == format)
                    return choice;
            return std::nullopt;
        }

        /// The next finer and the next coarser format of each tensor that were not measured yet;
        /// of them those whose loss for a byte is nearest to where finer and coarser ones meet.
        std::vector<Move> marginalMoves()
        {
            std::vector<Move> moves;
            for (std::size_t i = 0; i < m_result.mix.formats.size(); ++i)
                for (const bool finer : { true, false })
                    if (const auto move = nextOf(i, finer))
                        moves.push_back(*move);
            double leastCost = INFINITY, mostGain = 0; // a byte given up costs, one more gains
            for (const Move& move : moves)
                (move.bytes() > 0 ? mostGain = std::max(mostGain, move.price())
                                  : leastCost = std::min(leastCost, move.price()));
            if (moves.empty() || !(mostGain > 0) || !(leastCost < INFINITY))
                return {};
            const double margin = 0.5 * (std::log(mostGain) + std::log(std::max(leastCost, 1e-30)));
            std::ranges::stable_sort(moves, {}, [margin](const Move& move) {
                return std::abs(std::log(std::max(move.price(), 1e-30)) - margin);
            });
            moves.resize(std::min({ moves.size(), std::size_t(perRound),
                std::size_t(m_settings.most - m_result.measured) }));
            return moves;
        }

        std::optional<Move> nextOf(std::size_t tensor, bool finer) const
        {
            const auto now = choiceOf(tensor, m_result.mix.formats[tensor]);
            std::optional<Choice> best;
            for (const Choice& choice : m_search.choicesOf(tensor)) {
                const bool isOther = finer ? choice.bytes > now->bytes && choice.kld < now->kld
                                           : choice.bytes < now->bytes && choice.kld > now->kld;
                const bool isNearer
                    = !best || (finer ? choice.bytes < best->bytes : choice.bytes > best->bytes);
                if (choice.format && isOther && isNearer && !wasMeasured(tensor, choice.format))
                    best = choice;
            }
            if (!best)
                return std::nullopt;
            Move move{ tensor, *now, *best, best->kld - now->kld, 0, 0 };
            move.predictedDeviation = predictedError * std::hypot(best->kld, now->kld);
            move.change = move.predicted;
            return move;
        }

        bool wasMeasured(std::size_t tensor, const Format* format) const
        {
            return std::ranges::find(m_seen, std::pair(tensor, format)) != m_seen.end();
        }

        void measure(Move& move, const LoneMeasurement& lone, const std::vector<double>& before,
            const Progress& progress)
        {
            const Mean measured = meanDifference(
                lone.divergences({ rounded(move.tensor, move.then.format, progress) }, progress),
                before, m_settings.chunks.size());
            m_seen.emplace_back(move.tensor, move.then.format);
            ++m_result.measured;
            const double known = measured.error * measured.error;
            const double guessed = move.predictedDeviation * move.predictedDeviation;
            if (known + guessed > 0)
                move.change
                    = (measured.value * guessed + move.predicted * known) / (known + guessed);
        }

        /// The moves that together lose least within the bytes.
        Formats chosenBy(const std::vector<Move>& moves) const
        {
            double offset = 0; // losses are above 0 in a front
            for (const Move& move : moves)
                offset = std::max(offset, std::abs(move.change));
            std::vector<std::vector<MixOption>> options;
            std::vector<std::vector<const Format*>> formats;
            for (std::size_t i = 0; i < m_result.mix.formats.size(); ++i) {
                options.push_back({ { choiceOf(i, m_result.mix.formats[i])->bytes, offset } });
                formats.push_back({ m_result.mix.formats[i] });
            }
            for (const Move& move : moves) {
                options[move.tensor].push_back({ move.then.bytes, offset + move.change });
                formats[move.tensor].push_back(move.then.format);
            }
            const std::vector<std::size_t> chosen = MixFront(options).best(m_budget);
            Formats result;
            for (std::size_t i = 0; i < chosen.size(); ++i)
                result.push_back(formats[i][chosen[i]]);
            return result;
        }

        Tensor rounded(std::size_t tensor, const Format* format, const Progress& progress)
        {
            auto& candidates = m_candidates[format];
            if (candidates.empty())
                candidates = candidatesFor(m_checkpoint, { format }, m_settings.recipe);
            std::vector<Candidate> one = candidates[tensor]; // what is rounded is not kept
            if (one.empty()) // it stays as it is in the file
                return m_checkpoint.tensors()[tensor];
            roundCandidates(m_checkpoint, one, m_settings.importance, progress.part(0, 0));
            return *one.front().rounded;
        }

        std::shared_ptr<const Checkpoint> modelOf(const Formats& formats, const Progress& progress)
        {
            std::vector<Tensor> tensors;
            for (std::size_t i = 0; i < formats.size(); ++i) {
                const double all = double(formats.size());
                if (formats[i])
                    tensors.push_back(rounded(
                        i, formats[i], progress.part(double(i) / all, double(i + 1) / all)));
            }
            return m_checkpoint.withTensors(tensors);
        }

        const Checkpoint& m_checkpoint;
        const MixSearch& m_search;
        SwapSettings m_settings;
        std::uint64_t m_budget;
        std::map<const Format*, std::vector<std::vector<Candidate>>> m_candidates;
        SwappedMix m_result;
        Formats m_first;
        std::vector<std::pair<std::size_t, const Format*>> m_seen;
    };

} // namespace

SwapSettings swapSettings(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Recipe& recipe, int most,
    Importance importance, const Progress& progress)
{
    const auto count = std::min(
        sequences.size(), std::size_t(usualMeasuredChunks(int(sequences.front().size()))));
    if (importance.empty())
        importance = sensitivityImportance(checkpoint, sequences, progress);
    return { most, { sequences.end() - std::ptrdiff_t(count), sequences.end() },
        std::move(importance), recipe };
}

SwappedMix improveBySwaps(const Checkpoint& checkpoint, const MixSearch& search,
    const MixSearch::Mix& mix, const SwapSettings& settings, const Progress& progress)
{
    return Improving(checkpoint, search, mix, settings).improved(progress);
}

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: T tokens of the text, n the width of an input, m the rows of a matrix that reads it, M
// of all that do. A product (a × b) · (b × c) is 2 a b c operations.
#include "core/quant/runwork.h"

#include "core/quant/runfacts.h"
#include "core/rounding/strength.h"

#include <algorithm>
#include <numeric>

namespace core {

namespace {

    constexpr double targetTries = 5; // of nine dampings: one hump is looked for
    constexpr double strengthTries = 3; // of five
    constexpr double normTries = 4; // of seven
    constexpr double sweepsMade = 2; // of three: one that gains little is the last
    /// Passes over weights that are rounded: a look at their range, decoding before and after,
    /// their error, the hash and the file that keep them.
    constexpr double handling = 5;
    constexpr double doubles = 2; // an operation in double costs as much as two
    constexpr double backwardWalks = 4; // as long as forward: inputs again, two products back
    constexpr double headPasses = 4; // logits twice, their gradients back
    constexpr double scaleTrials = 23; // of AWQ, on runfacts::scaleRows rows a matrix
    constexpr double clippings = 10; // of a block, each encoded
    constexpr double alone
        = 4; // times as slow as in rows together is a block that is encoded alone

    class Costs {
    public:
        Costs(const RunShape& shape, const RoundingSpeed& speed)
            : m_shape(shape)
            , m_speed(speed)
            , m_T(double(shape.text.tokens()))
        {
        }

        double walk(const RunLayer& layer) const
        {
            const double L = double(m_shape.text.length);
            double widths = 0; // values of a token that pass norms, activations, rotations
            for (const RunGroup& group : layer.groups)
                widths += 2 * double(group.width);
            const double attention = 4 * m_T * (L / 2) * double(m_shape.queries);
            const double scores = m_T * (L / 2) * double(m_shape.heads);
            return products(2 * m_T * layer.usedWeights() + attention)
                + (scores + m_T * widths) / m_speed.values + decoding(layer);
        }

        /// Experts are decoded again for every tile of the text.
        double decoding(const RunLayer& layer) const
        {
            const double tiles = std::max(1.0, m_T / runfacts::tileTokens);
            double weights = 0;
            for (const RunGroup& group : layer.groups)
                weights += group.weights() * (group.experts > 1 ? tiles : 1);
            return weights / m_speed.decoded;
        }

        double round(const RunLayer& layer, bool walksOn) const
        {
            double sum = handling * layer.weights() / m_speed.decoded;
            if (layer.isScaled())
                sum += scale(layer);
            if (walksOn)
                sum += paths() * walk(layer);
            for (const RunGroup& group : layer.groups)
                sum += group.usesGptq() && walksOn ? expertsByGptq(group) : roundOnly(group);
            return sum;
        }

        /// Each on the tokens that come to it.
        double expertsByGptq(const RunGroup& group) const
        {
            if (group.experts == 1)
                return roundByGptq(group);
            Costs ofOne = *this;
            ofOne.m_T = m_T * group.used;
            return double(group.experts) * ofOne.roundByGptq(group.ofOneExpert());
        }

        double paths() const { return m_shape.corrects() ? 2 : 1; }

        /// The pass forward and back, of as much of the text as it keeps, and H_O of every matrix.
        double lookBack() const
        {
            double sum = 0;
            for (const RunLayer& layer : m_shape.layers)
                if (layer.usesGptq()) {
                    double pairs = 0;
                    for (const RunGroup& group : layer.groups)
                        for (const RunGroup::Reader& reader : group.readers)
                            pairs += runfacts::outputPairs(double(reader.rows));
                    sum += backwardWalks * walk(layer) + products(m_T * pairs);
                }
            if (!m_shape.gptq.twoSided || sum == 0)
                return 0;
            return lookedAt() * (sum + products(headPasses * 2 * m_T * m_shape.vocabularyWeights));
        }

        double outside(const RunOutside& outside) const
        {
            if (outside.planned.keeps)
                return outside.weights() / m_speed.decoded;
            const double weights = handling * outside.weights() / m_speed.decoded;
            const RoundingSpeed::Weights speed = m_speed.of(outside.planned);
            if (outside.planned.method != Method::Gptq)
                return weights + outside.weights() / speed.rounded;
            const double n = double(outside.columns);
            double walks = 0;
            for (const RunLayer& layer : m_shape.layers)
                walks += walk(layer);
            return weights + walks + products(m_T * n * n) + factor(n)
                + gptq(outside.planned, double(outside.rows), n)
                + 2 * encode(outside.planned, double(outside.rows), n);
        }

    private:
        /// Share of the text.
        double lookedAt() const
        {
            const double states
                = m_T * double(m_shape.hidden) * double(m_shape.layers.size() + 1) * sizeof(float);
            return std::min(1.0, runfacts::lookedAtBytes / states);
        }

        double products(double operations) const { return operations / m_speed.products; }

        /// The upper factor of an inverse: a Cholesky factor and its inverse, n³/3 each.
        double factor(double n) const { return products(doubles * n * n * n * 2 / 3); }

        /// Importance-weighted rounding, and its error under H.
        double encode(const PlannedTensor& planned, double rows, double n) const
        {
            return rows * n / m_speed.of(planned).encoded + products(rows * n * n);
        }

        double gptq(const PlannedTensor& planned, double rows, double n) const
        {
            const RoundingSpeed::Weights speed = m_speed.of(planned);
            const double sweeps = sweepsOf(n) > 0 ? std::min<double>(sweepsMade, sweepsOf(n)) : 0;
            const double gradient = sweeps > 0 ? 1 : 0;
            const double pairs = m_shape.gptq.twoSided ? runfacts::outputPairs(rows) : 0;
            const double outputs = pairs == 0
                ? 0
                : factor(std::min(rows, runfacts::outputsTogether)) * rows * rows / pairs
                    + products((3 + 2 * sweeps) * pairs * n);
            return rows * n / speed.rounded + sweeps * rows * n / speed.swept
                + products(rows * n * n + (gradient + sweeps) * 2 * rows * n * n) + outputs;
        }

        int sweepsOf(double n) const
        {
            const bool trusts = !holdsOut(n) || textTrust(m_T, Eigen::Index(n)) >= sweepTrust;
            return trusts ? m_shape.gptq.sweeps : 0;
        }

        bool holdsOut(double n) const { return m_shape.gptq.holdOut && n <= runfacts::heldInputs; }

        double gather(const RunGroup& group) const
        {
            const double n = double(group.width), M = double(group.rows());
            double operations = m_T * n * n;
            if (m_shape.corrects() && group.isShared)
                operations
                    += 2 * m_T * n * n + (holdsOut(n) ? runfacts::heldShare * m_T * n * n : 0);
            else if (m_shape.corrects())
                operations += (holdsOut(n) ? 6 : 4) * m_T * M * n;
            return products(operations);
        }

        /// The changes of W for one damping, of `rows` rows, or for each input where several
        /// matrices read it.
        double ridge(const RunGroup& group, double rows) const
        {
            const double n = double(group.width);
            return products(group.isShared ? 4 * n * n * n : 4 * rows * n * n);
        }

        double chooseTarget(const RunGroup& group) const
        {
            const double n = double(group.width);
            const double rows = std::min(double(group.rows()), runfacts::judgedRows);
            const double judging = (group.isShared ? 4 : 6) * rows * n * n;
            const double both = group.isShared ? 1 : 2; // change and drift
            return targetTries * (factor(n) + both * ridge(group, rows) + products(judging));
        }

        double tryStrengths(const RunGroup& group) const
        {
            const double n = double(group.width);
            const PlannedTensor& planned = group.readers.front().planned;
            const double rows = std::min(runfacts::triedRows * 1.5, double(group.rows()));
            return (m_shape.corrects() ? factor(n) : 0) + 2 * encode(planned, rows, n)
                + (group.isOneExpert ? 2 : 1) * strengthTries
                * (factor(n) + gptq(planned, rows, n) + products(2 * 2 * rows * n * n));
        }

        double fitNorm(const RunGroup& group) const
        {
            const double n = double(group.width), M = double(group.rows());
            const double tries = holdsOut(n) ? normTries + 1 : 1;
            return products(6 * M * n * n) + tries * factor(n);
        }

        double roundByGptq(const RunGroup& group) const
        {
            const double n = double(group.width), M = double(group.rows());
            double sum = gather(group) + factor(n);
            if (m_shape.corrects() && holdsOut(n) && m_shape.gptq.chooseTarget)
                sum += chooseTarget(group);
            if (holdsOut(n))
                sum += tryStrengths(group);
            if (m_shape.corrects())
                sum += factor(n) + ridge(group, M) + products(group.isShared ? 2 * M * n * n : 0);
            for (const RunGroup::Reader& reader : group.readers) {
                const double rows = double(reader.rows);
                const bool byGptq = reader.planned.method == Method::Gptq;
                sum += byGptq ? gptq(reader.planned, rows, n) : encode(reader.planned, rows, n);
                if (byGptq && !holdsOut(n)) // compared with importance of weights and target
                    sum += (m_shape.corrects() ? 2 : 1) * encode(reader.planned, rows, n)
                        + products(rows * n * n);
            }
            return sum + (group.isShared && m_shape.gptq.refitNorms ? fitNorm(group) : 0);
        }

        double roundOnly(const RunGroup& group) const
        {
            double sum = 0;
            const double n = double(group.width);
            for (const RunGroup::Reader& reader : group.readers) {
                const double weights = double(reader.rows) * n;
                if (reader.planned.keeps)
                    continue;
                const bool clips = reader.planned.scaling == Scaling::Awq
                    && reader.planned.method != Method::Gptq
                    && reader.planned.method != Method::Hqq;
                sum += weights / m_speed.of(reader.planned).rounded
                        * (clips ? 2 + alone * clippings : 1)
                    + products(clips ? 5 * weights * n : 0)
                    + products(
                        clips ? clippings * 2 * weights * reader.planned.format->blockSize : 0)
                    + 2 * weights / m_speed.decoded;
            }
            return sum;
        }

        double scale(const RunLayer& layer) const
        {
            double sum = walk(layer);
            for (const RunGroup& group : layer.groups) {
                if (!group.isScaled())
                    continue;
                const double n = double(group.width);
                sum += products(m_T * n * n);
                for (const RunGroup::Reader& reader : group.readers) {
                    const double rows = std::min(runfacts::scaleRows, double(reader.rows));
                    const bool byGptq = reader.planned.method == Method::Gptq;
                    sum += scaleTrials
                        * (rows * n / m_speed.of(reader.planned).rounded
                            + products((byGptq ? 2 : 1) * rows * n * n));
                }
            }
            return sum;
        }

        const RunShape& m_shape;
        const RoundingSpeed& m_speed;
        double m_T;
    };

} // namespace

double RunWork::total() const
{
    return embedding + importance + lookingBack + std::accumulate(layers.begin(), layers.end(), 0.0)
        + output;
}

RunWork RunWork::without(const std::vector<bool>& found) const
{
    RunWork left = *this;
    if (found.size() != layers.size() + 2)
        return left;
    if (found.front())
        left.embedding = 0;
    if (found.back())
        left.output = 0;
    std::size_t last = layers.size(); // behind the last that is rounded
    while (last > 0 && found[last])
        --last;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (found[i + 1])
            left.layers[i] = i < last ? walks[i] : 0;
    if (last == 0)
        left.importance = left.lookingBack = 0;
    return left;
}

RunWork runWork(const RunShape& shape, const RoundingSpeed& speed)
{
    const Costs costs(shape, speed);
    RunWork work;
    std::size_t lastGptq = 0, lastScaled = 0; // behind it
    for (std::size_t i = 0; i < shape.layers.size(); ++i) {
        lastGptq = shape.layers[i].usesGptq() ? i + 1 : lastGptq;
        lastScaled = shape.layers[i].isScaled() ? i + 1 : lastScaled;
    }
    for (std::size_t i = 0; i < shape.layers.size(); ++i) {
        const RunLayer& layer = shape.layers[i];
        const double walk = costs.walk(layer);
        work.layers.push_back(costs.round(layer, i < lastGptq));
        work.walks.push_back(
            (i < lastGptq ? costs.paths() * walk : 0) + (i < lastScaled ? walk : 0));
        if (shape.measuresImportance)
            work.importance += walk;
    }
    work.lookingBack = costs.lookBack();
    for (const RunOutside& outside : shape.before)
        work.embedding += costs.outside(outside);
    for (const RunOutside& outside : shape.after)
        work.output += costs.outside(outside);
    return work;
}

} // namespace core

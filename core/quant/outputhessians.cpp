// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/outputhessians.h"

#include "core/base/text.h"
#include "core/model/backwardwalk.h"
#include "core/rounding/hessian.h"
#include "core/rounding/strength.h"
#include "core/rounding/tokenweights.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr std::uint64_t seed = 17; // of the noise at the logits

    /// H_O as far as its tokens may be believed of pairs of outputs (textTrust).
    Matrix believed(Hessian& sum)
    {
        const double trust = textTrust(double(sum.tokens()), sum.channels());
        const SymmetricMatrix H = shrunk(sum.take(), 1 - trust);
        return H.floatBlock(0, 0, H.rows(), H.cols());
    }

    /// Squared sizes of the gradients at a matrix's outputs, by token of the pass.
    class Energies {
    public:
        void add(const LinearGradient& shown)
        {
            for (Index row = 0; row < shown.g.rows(); ++row) {
                const auto token = std::size_t(shown.token(row));
                if (token >= m_squares.size())
                    m_squares.resize(token + 1);
                m_squares[token] += shown.g.row(row).cast<double>().squaredNorm();
            }
        }
        const std::vector<double>& squares() const { return m_squares; }

    private:
        std::vector<double> m_squares;
    };

    /// Of those of all matrices that read one input, each relative to its mean, the mean.
    std::vector<double> meanOf(const std::vector<const Energies*>& matrices)
    {
        std::vector<double> mean;
        for (const Energies* energies : matrices) {
            const std::vector<double>& squares = energies->squares();
            const double sum = std::accumulate(squares.begin(), squares.end(), 0.0);
            mean.resize(std::max(mean.size(), squares.size()));
            for (std::size_t i = 0; i < squares.size() && sum > 0; ++i)
                mean[i] += squares[i] / sum * double(squares.size()) / double(matrices.size());
        }
        return mean;
    }

    /// Which of the sequences a pass looks at, and how many tokens each has.
    struct LookedAt {
        std::vector<std::size_t> sequences;
        std::size_t all; ///< sequences of the text
        Index length;
    };

    /// Gathers H_O of one layer's matrices at a time.
    class OutputObserver : public BackwardObserver {
    public:
        OutputObserver(OutputHessians& hessians, const LookedAt& lookedAt)
            : m_hessians(hessians)
            , m_lookedAt(lookedAt)
        {
        }

        void linearGradient(const LinearGradient& shown) override
        {
            const Place place{ shown.role, shown.layer };
            if (!m_hessians.has(place) || shown.g.rows() == 0)
                return;
            if (shown.layer != m_layer)
                finish();
            m_layer = shown.layer;
            m_energies[shown.role].add(shown);
            const std::vector<Index> blocks = outputBlocks(shown.g.cols());
            auto& sums = m_sums[shown.role];
            Index first = 0;
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                if (sums.size() == i)
                    sums.emplace_back(blocks[i]);
                sums[i].add(shown.g.middleCols(first, blocks[i]));
                first += blocks[i];
            }
        }

        /// Keeps what was gathered of the layer.
        void finish()
        {
            for (auto& [role, sums] : m_sums) {
                OutputHessian blocks;
                for (Hessian& sum : sums)
                    blocks.push_back(believed(sum));
                m_hessians.set({ role, m_layer }, blocks);
            }
            m_sums.clear();
            std::map<LinearInput, std::vector<const Energies*>> readers;
            for (const auto& [role, energies] : m_energies)
                readers[inputOf(role)].push_back(&energies);
            for (const auto& [input, energies] : readers)
                m_hessians.setEnergies(m_layer, input, ofAllTokens(meanOf(energies)));
            m_energies.clear();
        }

    private:
        /// Those that were not looked at as the mean.
        Vector ofAllTokens(const std::vector<double>& energies) const
        {
            const Index length = m_lookedAt.length;
            Vector all = Vector::Ones(Index(m_lookedAt.all) * length);
            for (std::size_t token = 0; token < energies.size(); ++token) {
                const std::size_t sequence = m_lookedAt.sequences[token / std::size_t(length)];
                all(Index(sequence) * length + Index(token) % length) = float(energies[token]);
            }
            return all;
        }

        OutputHessians& m_hessians;
        const LookedAt& m_lookedAt;
        int m_layer = -1;
        std::map<Role, std::vector<Hessian>> m_sums;
        std::map<Role, Energies> m_energies;
    };

    /// As many of the sequences, evenly spread, as may be kept at all depths.
    LookedAt lookedAtOf(
        const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
    {
        const std::size_t length = sequences.front().size();
        const double each = double(checkpoint.config().layers + 1) * checkpoint.config().hidden
            * double(length) * sizeof(float);
        const std::size_t most = std::clamp<std::size_t>(
            std::size_t(double(OutputHessians::mostStates) / each), 1, sequences.size());
        LookedAt some{ {}, sequences.size(), Index(length) };
        for (std::size_t i = 0; i < most; ++i)
            some.sequences.push_back(i * sequences.size() / most);
        return some;
    }

} // namespace

OutputHessians::OutputHessians(const Checkpoint& checkpoint, std::vector<Place> places,
    const std::filesystem::path& scratchFolder)
{
    std::size_t values = 0;
    for (const Place place : places) {
        const Index outputs = Index(checkpoint.find(place)->rows);
        m_first.emplace(place, Room{ values, outputs });
        for (const Index rows : outputBlocks(outputs))
            values += std::size_t(rows) * std::size_t(rows);
    }
    if (values * sizeof(float) <= mostInMemory) {
        m_memory.resize(values);
    } else if (m_disk = ScratchFile::make(scratchFolder, values * sizeof(float)); !m_disk) {
        m_first.clear();
        m_absent = text("rounded one-sidedly: the disk has no room for ",
            double(values) * sizeof(float) / 1e9, " GB of gradients");
    }
}

float* OutputHessians::at(Place place) const
{
    float* all = m_disk ? reinterpret_cast<float*>(m_disk->bytes().data())
                        : const_cast<float*>(m_memory.data());
    return all + m_first.at(place).first;
}

OutputHessian OutputHessians::of(Place place) const
{
    OutputHessian blocks;
    const float* values = at(place);
    for (const Index rows : outputBlocks(m_first.at(place).outputs)) {
        blocks.push_back(Eigen::Map<const Matrix>(values, rows, rows));
        values += rows * rows;
    }
    return blocks;
}

void OutputHessians::set(Place place, const OutputHessian& blocks)
{
    float* values = at(place);
    for (const Matrix& block : blocks)
        values = std::copy(block.data(), block.data() + block.size(), values);
    if (m_disk)
        m_disk->rest();
}

Vector OutputHessians::tokenWeights(int layer, LinearInput input) const
{
    const auto found = m_energies.find({ layer, input });
    return found == m_energies.end() ? Vector() : gradientWeights(found->second);
}

void OutputHessians::setEnergies(int layer, LinearInput input, Vector energies)
{
    m_energies[{ layer, input }] = std::move(energies);
}

std::vector<Place> placesByGptq(std::span<const PlannedTensor> plan)
{
    std::vector<Place> places;
    for (const PlannedTensor& planned : plan)
        if (planned.method == Method::Gptq && !planned.keeps && planned.place.layer >= 0
            && !isExpertStack(planned.place.role))
            places.push_back(planned.place);
    return places;
}

OutputHessians gatherOutputHessians(const Checkpoint& checkpoint, const std::vector<Place>& places,
    const std::vector<std::vector<int>>& sequences, const std::filesystem::path& scratchFolder,
    const Progress& progress)
{
    if (places.empty() || sequences.front().size() < 2)
        return {};
    checkpoint.requireComputed();
    OutputHessians hessians(checkpoint, places, scratchFolder);
    if (!hessians.absent().empty())
        return hessians;
    const LookedAt lookedAt = lookedAtOf(checkpoint, sequences);
    std::vector<std::vector<int>> some;
    for (const std::size_t i : lookedAt.sequences)
        some.push_back(sequences[i]);
    const LayerStates states = walkKeeping(checkpoint, some, nullptr, progress.part(0, 0.3));
    OutputObserver observer(hessians, lookedAt);
    backwardWalk(
        checkpoint, states, { 0, states.length() - 1, seed, 0 }, observer, progress.part(0.3, 1));
    observer.finish();
    return hessians;
}

} // namespace core

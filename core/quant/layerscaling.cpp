// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerscaling.h"

#include "core/base/text.h"
#include "core/rounding/awq.h"
#include "core/rounding/hessian.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <optional>
#include <utility>

namespace core {

namespace {

    /// Why an input that a matrix wants scaled cannot be; empty if it can.
    std::string obstacle(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
        LinearInput input, int layer)
    {
        const auto kept = [](const PlannedTensor& planned) {
            return text("its input is not scaled: ", ggufName(planned.place), " keeps its bytes");
        };
        if (std::string why = foldObstacle(input, layerSpec(checkpoint.config(), layer));
            !why.empty())
            return why;
        for (const Role role : readersOf(checkpoint, input, layer)) {
            const PlannedTensor& planned = plannedAt(checkpoint, plan, { role, layer });
            if (planned.keeps)
                return kept(planned);
            if (planned.scaling == Scaling::None)
                return text("its input is not scaled: ", ggufName(planned.place),
                    " reads it too and is rounded without scales");
        }
        if (const auto maker = foldedMaker(input, checkpoint, layer)) {
            const PlannedTensor& planned = plannedAt(checkpoint, plan, { *maker, layer });
            if (planned.keeps)
                return kept(planned);
        }
        return {};
    }

    /// Gathers the Hessians of some inputs while a layer is walked.
    class HessianObserver : public WalkObserver {
    public:
        explicit HessianObserver(std::vector<LinearInput> inputs)
            : m_inputs(std::move(inputs))
        {
        }
        void linearInput(LinearInput input, int, const Matrix& x, Eigen::Index) override
        {
            if (std::ranges::find(m_inputs, input) != m_inputs.end())
                m_hessians.try_emplace(input, x.cols()).first->second.add(x);
        }
        void residual(int, const MatrixView&, Eigen::Index) override { }

        SymmetricMatrix take(LinearInput input) { return m_hessians.at(input).take(); }

    private:
        std::vector<LinearInput> m_inputs;
        std::map<LinearInput, Hessian> m_hessians;
    };

    /// "activation^0.55 / weight^0.45"
    std::string formulaOf(const ScaleChoice& choice)
    {
        const std::string activation = text("activation^", choice.activationPower);
        return choice.weightPower > 0 ? text(activation, " / weight^", choice.weightPower)
                                      : activation;
    }

    std::string noteOn(const ScaleChoice& choice)
    {
        if (choice.scales.size() == 0)
            return "scaling its input does not help, it is left as it is";
        const double change = 100 * (choice.errorAfter / choice.errorBefore - 1);
        return text("input scaled by ", formulaOf(choice), ", output error ", std::fixed,
            std::setprecision(1), change, " % in the search");
    }

    /// Finds the scales of one input by AWQ.
    ScaleChoice choose(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
        const LayerWeights& weights, std::pair<LinearInput, int> place, const SymmetricMatrix& H,
        const GptqOptions& gptq, const Progress& progress)
    {
        std::vector<ScaledReader> readers;
        for (const Role role : weights.readers(place.first)) {
            const PlannedTensor& planned = plannedAt(checkpoint, plan, { role, place.second });
            readers.push_back({ &weights.matrix(role), planned.format,
                planned.method == Method::Gptq             ? ScaledReader::Rounding::Gptq
                    : planned.method == Method::Importance ? ScaledReader::Rounding::Importance
                                                           : ScaledReader::Rounding::Nearest,
                planned.encoder });
        }
        GptqOptions quick = gptq;
        quick.sweeps = 0; // they follow the first rounding, and cost a multiple of it
        return searchScales(readers, H,
            foldGroups(place.first, weights.spec, checkpoint.config().hidden), quick, progress);
    }

    bool clips(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, LinearInput input,
        int layer)
    {
        return std::ranges::any_of(readersOf(checkpoint, input, layer), [&](Role role) {
            const PlannedTensor& planned = plannedAt(checkpoint, plan, { role, layer });
            return planned.scaling == Scaling::Awq && planned.method != Method::Gptq
                && planned.method != Method::Hqq;
        });
    }

} // namespace

void LayerScaling::report(TensorReport& report, const PlannedTensor& planned) const
{
    if (planned.scaling == Scaling::None)
        return;
    const LinearInput input = inputOf(planned.place.role);
    const auto note = notes.find(input);
    if (note == notes.end()) { // an expert's
        report.note.append(report.note.empty() ? "" : "; ")
            .append(isExpertStack(planned.place.role) || planned.place.role == Role::FfnDownShexp
                    ? "its input is not scaled: experts share what makes it"
                    : "its input is not scaled: nothing that makes it can take the inverse");
        return;
    }
    report.scaling = fold.of(input).size() > 0 ? planned.scaling : Scaling::None;
    report.note.append(report.note.empty() ? "" : "; ").append(note->second);
}

std::vector<float> scaledImportance(std::vector<float> importance, const Vector& scales)
{
    for (Eigen::Index j = 0; j < scales.size(); ++j)
        importance[std::size_t(j)] /= scales[j] * scales[j];
    return importance;
}

bool wantsScaling(
    const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, LinearInput input, int layer)
{
    return std::ranges::any_of(readersOf(checkpoint, input, layer), [&](Role role) {
        return plannedAt(checkpoint, plan, { role, layer }).scaling != Scaling::None;
    });
}

LayerScaling scaleLayer(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const GptqOptions& gptq, int layer, HiddenStates& original, const Progress& progress)
{
    std::vector<LinearInput> wanted;
    for (const LinearInput input : layerInputs)
        if (wantsScaling(checkpoint, plan, input, layer))
            wanted.push_back(input);
    const LayerWeights weights = loadLayer(checkpoint, layer, progress);
    HessianObserver observer(wanted);
    walkLayer(original, weights, layer, &observer, progress.part(0, 0.4));

    LayerScaling scaling;
    double done = 0.4;
    for (const LinearInput input : wanted) {
        const double next = done + 0.6 / double(wanted.size());
        SymmetricMatrix H = observer.take(input);
        std::string& note = scaling.notes[input] = obstacle(checkpoint, plan, input, layer);
        if (note.empty()) {
            ScaleChoice choice = choose(
                checkpoint, plan, weights, { input, layer }, H, gptq, progress.part(done, next));
            note = noteOn(choice);
            if (choice.scales.size() > 0)
                H = scaledHessian(std::move(H), choice.scales);
            scaling.fold.of(input) = std::move(choice.scales);
        }
        if (clips(checkpoint, plan, input, layer))
            scaling.hessians[input] = std::move(H);
        done = next;
    }
    return scaling;
}

} // namespace core

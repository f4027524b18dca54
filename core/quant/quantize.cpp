// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantize.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/quant/checkedplan.h"
#include "core/quant/headhessian.h"
#include "core/quant/inputimportance.h"
#include "core/quant/layerrounding.h"
#include "core/quant/layershares.h"
#include "core/quant/rangefallback.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace core {

namespace {

    /// One run of quantize().
    class Run {
    public:
        Run(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
            const QuantizeOptions& options, const TensorDone& tensorDone)
            : m_checkpoint(std::move(checkpoint))
            , m_options(options)
            , m_gptq(recipe.gptq)
            , m_tensorDone(tensorDone ? tensorDone : [](const TensorReport&) {})
            , m_plan(checkedPlan(*m_checkpoint, recipe, options))
            , m_parts(runParts(
                  { *m_checkpoint, recipe, m_plan, options.calibration, options.importance }))
        {
        }

        QuantizedModel execute(const Progress& progress);

    private:
        void measureImportance(const Progress& progress);
        void roundOutside(std::size_t which, const Progress&);
        RoundedTensor roundOne(
            const Tensor& tensor, const PlannedTensor& planned, const Progress&) const;
        OutputHessians outputHessians(const Progress& progress) const;
        void roundLayers(const Progress& progress);
        void forward(const LayerPaths& paths, int layer, const Progress& progress) const;
        void findParts(const Progress& progress);
        bool addFound(std::size_t part);
        void keep(std::size_t which, RoundedPart part);
        void finishKeeping();
        void sayPart(std::size_t part) const;
        /// Of hidden states, and of activations of all tokens.
        TokenRoom room() const
        {
            TokenRoom room;
            if (m_options.shelf)
                room.folder = m_options.shelf->folder();
            return room;
        }
        void add(RoundedPart part);

        /// Whether the tensor of `role` outside the layers gets GPTQ, which walks all layers.
        bool isHeadByGptq(Role role) const
        {
            return m_checkpoint->find(Place{ role })
                && plannedAt(*m_checkpoint, m_plan, { role }).method == Method::Gptq;
        }
        /// The number of the part that the tensor at `place` is in.
        std::size_t partOf(Place place) const
        {
            if (place.layer >= 0 && place.layer < m_checkpoint->config().layers)
                return std::size_t(1 + place.layer);
            return isBeforeLayers(place.role) ? 0 : m_parts.size() - 1;
        }
        /// Whether a tensor that is not found on the shelf meets `condition`.
        template<typename Condition>
        bool isMissing(const Condition& condition) const
        {
            return std::ranges::any_of(m_plan, [&](const PlannedTensor& planned) {
                return condition(planned) && !m_found[partOf(planned.place)];
            });
        }
        /// The last layer with such a tensor; −1 if there is none.
        template<typename Condition>
        int lastMissingLayer(const Condition& condition) const
        {
            int last = -1;
            for (const PlannedTensor& planned : m_plan)
                if (condition(planned) && !m_found[partOf(planned.place)])
                    last = std::max(last, planned.place.layer);
            return last;
        }
        bool needsImportance() const
        {
            return isMissing(
                [](const PlannedTensor& planned) { return planned.method == Method::Importance; });
        }
        std::span<const float> importanceOf(const PlannedTensor& planned) const
        {
            if (planned.method != Method::Importance)
                return {};
            return m_importance.at(
                m_checkpoint->tensors()[m_checkpoint->indexOf(planned.place)].name);
        }

        std::shared_ptr<const Checkpoint> m_checkpoint;
        const QuantizeOptions& m_options;
        GptqOptions m_gptq;
        TensorDone m_tensorDone;
        std::vector<PlannedTensor> m_plan;
        std::vector<RunPart> m_parts;
        std::vector<std::optional<RoundedPart>> m_found; ///< those that lay on the shelf
        Importance m_importance;
        std::vector<Tensor> m_tensors; ///< rounded so far
        std::vector<TensorReport> m_reports;
        std::size_t m_keptPart = 0; ///< that is on its way to the shelf
        std::future<RoundedPart> m_keeping; ///< last: waits for what uses the others
    };

    void Run::measureImportance(const Progress& progress)
    {
        if (!needsImportance())
            return;
        m_importance = m_options.importance.empty()
            ? inputImportance(*m_checkpoint, m_options.calibration, progress, room())
            : m_options.importance;
    }

    void Run::add(RoundedPart part)
    {
        std::ranges::move(part.tensors, std::back_inserter(m_tensors));
        std::ranges::move(part.reports, std::back_inserter(m_reports));
    }

    void Run::findParts(const Progress& progress)
    {
        m_found.resize(m_parts.size());
        for (std::size_t i = 0; m_options.shelf && i < m_parts.size(); ++i) {
            progress.at(double(i) / double(m_parts.size()));
            m_found[i] = findPart(*m_options.shelf, m_parts[i].key, *m_checkpoint);
        }
    }

    /// Takes a part as it was found; false if it was not.
    bool Run::addFound(std::size_t part)
    {
        if (!m_found[part])
            return false;
        finishKeeping();
        for (const TensorReport& report : m_found[part]->reports)
            m_tensorDone(report);
        add(*std::exchange(m_found[part], RoundedPart()));
        sayPart(part);
        return true;
    }

    void Run::sayPart(std::size_t part) const
    {
        if (m_options.partDone)
            m_options.partDone(int(part) + 1, int(m_parts.size()));
    }

    /// Keeps a finished part while the next is rounded: one thread hashes and writes it.
    void Run::keep(std::size_t which, RoundedPart part)
    {
        finishKeeping();
        m_checkpoint->requireUnchanged();
        if (!m_options.shelf) {
            add(std::move(part));
            return sayPart(which);
        }
        m_keptPart = which;
        m_keeping = startBeside([this, which, part = std::move(part)]() mutable {
            return keepPart(*m_options.shelf, m_parts[which], std::move(part), *m_checkpoint);
        });
    }

    /// Takes the part that keep() began to keep. Before the tensors rounded so far are used.
    void Run::finishKeeping()
    {
        if (!m_keeping.valid())
            return;
        add(m_keeping.get());
        sayPart(m_keptPart);
    }

    /// A matrix outside the layers. What a tied embedding reads as the head is taken from the
    /// original model: the layers are not rounded yet.
    RoundedTensor Run::roundOne(
        const Tensor& tensor, const PlannedTensor& planned, const Progress& progress) const
    {
        if (planned.method != Method::Gptq)
            return roundInTiles(tensor, planned, importanceOf(planned), progress);
        const auto path = planned.place.role == Role::Output ? m_checkpoint->withTensors(m_tensors)
                                                             : m_checkpoint;
        auto H = headHessian(*path, m_options.calibration, progress.part(0, 0.4), room());
        const GptqFactor factor = factorHessian(std::move(H), m_gptq, progress.part(0.4, 0.45));
        return roundByGptqInTiles(tensor, planned, factor, m_gptq, progress.part(0.45, 1));
    }

    /// Rounds the tensors of a part that is none of the layers walked.
    void Run::roundOutside(std::size_t which, const Progress& progress)
    {
        if (addFound(which))
            return;
        if (isHeadByGptq(Role::Output))
            finishKeeping();
        RoundedPart part;
        for (std::size_t i = 0; i < m_plan.size(); ++i) {
            const PlannedTensor& planned = m_plan[i];
            const Tensor& tensor = m_checkpoint->tensors()[i];
            if (partOf(planned.place) != which)
                continue;
            if (!tensor.isMatrix()) {
                part.tensors.push_back(roundVector(tensor, planned));
                continue;
            }
            RoundedTensor rounded = roundOne(tensor, planned, progress);
            m_tensorDone(rounded.report);
            part.tensors.push_back(std::move(rounded.tensor));
            part.reports.push_back(std::move(rounded.report));
        }
        keep(which, std::move(part));
    }

    /// Moves the paths through a layer that is finished.
    void Run::forward(const LayerPaths& paths, int layer, const Progress& progress) const
    {
        const auto current = m_checkpoint->withTensors(m_tensors);
        walkLayer(paths.rounded, loadLayer(*current, layer, progress), layer, nullptr,
            progress.part(0, 0.5));
        if (paths.reference)
            walkLayer(*paths.reference, loadLayer(*m_checkpoint, layer, progress), layer, nullptr,
                progress.part(0.5, 1));
    }

    /// What the end loss makes of outputs, for the matrices that are rounded two-sidedly.
    OutputHessians Run::outputHessians(const Progress& progress) const
    {
        std::vector<Place> places = m_gptq.twoSided ? placesByGptq(m_plan) : std::vector<Place>();
        std::erase_if(places, [this](Place place) { return m_found[partOf(place)].has_value(); });
        return gatherOutputHessians(
            *m_checkpoint, places, m_options.calibration, room().folder, progress);
    }

    void Run::roundLayers(const Progress& progress)
    {
        const double back = m_gptq.twoSided ? 0.15 : 0; // of the work
        const OutputHessians outputs = outputHessians(progress.part(0, back, "Looking back"));
        const Progress rounds = progress.part(back, 1);
        const LayerRounding rounding{ *m_checkpoint, m_plan, m_importance, m_gptq, m_tensorDone,
            room(), outputs };
        const int layers = m_checkpoint->config().layers;
        const int lastGptq = lastMissingLayer(
            [](const PlannedTensor& planned) { return planned.method == Method::Gptq; });
        const int lastScaled = lastMissingLayer(
            [](const PlannedTensor& planned) { return planned.scaling != Scaling::None; });
        const LayerShares shares(m_found, std::max(lastGptq, lastScaled));
        HiddenStates rounded;
        HiddenStates reference;
        const LayerPaths paths{ rounded, m_gptq.correctTarget ? &reference : nullptr };
        HiddenStates original; // what scales are searched on
        if (lastScaled >= 0)
            original = embed(*m_checkpoint, m_options.calibration, 0, room());
        finishKeeping();
        if (lastGptq >= 0)
            rounded
                = embed(*m_checkpoint->withTensors(m_tensors), m_options.calibration, 0, room());
        if (lastGptq >= 0 && paths.reference)
            reference = embed(*m_checkpoint, m_options.calibration, 0, room());
        for (int layer = 0; layer < layers; ++layer) {
            const Progress part = rounds.part(shares.before(layer), shares.before(layer + 1),
                text("Layer ", layer + 1, " of ", layers));
            part.at(0);
            const std::size_t which = partOf({ Role::AttnNorm, layer });
            if (addFound(which)) {
                if (layer < lastGptq)
                    forward(paths, layer, part);
                if (layer < lastScaled)
                    walkLayer(
                        original, loadLayer(*m_checkpoint, layer, part), layer, nullptr, part);
                continue;
            }
            LayerScaling scaling;
            if (layer <= lastScaled)
                scaling
                    = scaleLayer(*m_checkpoint, m_plan, m_gptq, layer, original, part.part(0, 0.5));
            const Progress rest = layer <= lastScaled ? part.part(0.5, 1) : part;
            RoundedPart done = layer <= lastGptq
                ? roundLayer(rounding, layer, std::move(scaling), paths, rest)
                : roundLayerAlone(rounding, layer, std::move(scaling), rest);
            keep(which, std::move(done));
        }
    }

    QuantizedModel Run::execute(const Progress& progress)
    {
        constexpr double range = 0.01;
        m_plan = withinRange(
            *m_checkpoint, std::move(m_plan), progress.part(0, range, "Looking at the weights"));
        const double embedding = isHeadByGptq(Role::TokenEmbd) ? 0.2 : 0.02;
        const double end = isHeadByGptq(Role::Output) ? 0.8 : 0.98;
        if (m_options.partsKnown)
            m_options.partsKnown(m_parts);
        findParts(progress.part(range, 0.015, "Looking for finished layers"));
        roundOutside(0, progress.part(0.015, embedding, "Embedding"));
        const double start = needsImportance() && m_options.importance.empty() ? 0.4 : embedding;
        measureImportance(progress.part(embedding, start, "Measuring importance"));
        roundLayers(progress.part(start, end));
        roundOutside(m_parts.size() - 1, progress.part(end, 1, "Output"));
        finishKeeping();
        progress.at(1);
        m_checkpoint->requireUnchanged();

        std::ranges::sort(m_reports, {},
            [this](const TensorReport& report) { return m_checkpoint->indexOf(report.place); });
        QuantizedModel model{ m_checkpoint->withTensors(m_tensors), std::move(m_reports), m_parts,
            m_plan };
        for (std::size_t i = 0; i < model.plan.size(); ++i)
            model.plan[i].format = model.checkpoint->tensors()[i].format;
        return model;
    }

} // namespace

QuantizedModel quantize(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
    const QuantizeOptions& options, const TensorDone& tensorDone, const Progress& progress)
{
    return Run(std::move(checkpoint), recipe, options, tensorDone).execute(progress);
}

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantize.h"

#include "core/base/contenthash.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/headhessian.h"
#include "core/quant/inputimportance.h"
#include "core/quant/journal.h"
#include "core/quant/layerrounding.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <utility>

namespace core {

namespace {

    constexpr int journalVersion = 6; // raise it when the same settings give other bytes

    /// What shows that a work folder's results are those of this run.
    Json journalKey(
        const Checkpoint& checkpoint, const Recipe& recipe, const QuantizeOptions& options)
    {
        ContentHash calibration;
        for (const auto& sequence : options.calibration)
            calibration.add(std::as_bytes(std::span(sequence)));
        ContentHash importance;
        for (const auto& [name, values] : options.importance) {
            importance.add(std::as_bytes(std::span(name)));
            importance.add(std::as_bytes(std::span(values)));
        }
        Json words = recipeToJson(recipe);
        words.erase("name"); // changes nothing
        return { { "version", journalVersion }, { "checkpoint", checkpoint.fingerprint() },
            { "recipe", words }, { "calibration", calibration.value() },
            { "importance", importance.value() }, { "gptq", gptqOptionsToJson(recipe.gptq) },
            { "columnBlock", recipe.gptq.columnBlock } };
    }

    void requireEqualLengths(const std::vector<std::vector<int>>& sequences)
    {
        for (const auto& sequence : sequences)
            if (sequence.size() != sequences.front().size() || sequence.empty())
                throw Error(
                    text("a calibration sequence has ", sequence.size(), " tokens, the first ",
                        sequences.front().size(), ", expected all to have the same number"));
    }

    /// Whether `tensor` is the head and has no entry in `imatrix`: llama-imatrix leaves it out
    /// unless it is asked for.
    bool isLeftOut(const Tensor& tensor, const Importance& imatrix)
    {
        return tensor.place.role == Role::Output && !imatrix.contains(tensor.name);
    }

    /// The importance of `tensor` in an imatrix. Throws Error if it is not there or has another
    /// width.
    void requireEntry(const Importance& imatrix, const Tensor& tensor)
    {
        const auto found = imatrix.find(tensor.name);
        if (found == imatrix.end())
            throw Error(text("the importance matrix has no entry for ", tensor.name,
                ", expected one for every tensor that is rounded by importance"));
        if (std::int64_t(found->second.size()) != tensor.columns)
            throw Error(text("the importance matrix has ", found->second.size(), " values for ",
                tensor.name, ", expected ", tensor.columns));
    }

    /// The plan, known to work with what `options` bring. Throws Error.
    std::vector<PlannedTensor> checkedPlan(
        const Checkpoint& checkpoint, const Recipe& recipe, const QuantizeOptions& options)
    {
        if (!options.calibration.empty())
            requireEqualLengths(options.calibration);
        std::vector<PlannedTensor> plan = planTensors(checkpoint, recipe);
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            const bool byImatrix
                = plan[i].method == Method::Importance && !options.importance.empty();
            if (byImatrix && isLeftOut(tensor, options.importance))
                plan[i].method = Method::RoundToNearest;
            else if (byImatrix)
                requireEntry(options.importance, tensor);
            const Treatment treatment{ plan[i].method, plan[i].scaling };
            const bool needsText = treatment.method == Method::Gptq
                || (treatment.method == Method::Importance && !byImatrix)
                || treatment.scaling != Scaling::None;
            if (needsText && options.calibration.empty())
                throw Error(text(tensor.name, ": method ", treatmentName(treatment),
                    " needs a calibration text, found none"));
        }
        return plan;
    }

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
            , m_journal(options.workFolder, journalKey(*m_checkpoint, recipe, options))
        {
        }

        QuantizedModel execute(const Progress& progress);

    private:
        void measureImportance(const Progress& progress);
        void roundOutside(
            const std::string& part, std::initializer_list<Role> roles, const Progress&);
        RoundedTensor roundOne(
            const Tensor& tensor, const PlannedTensor& planned, const Progress&) const;
        void roundLayers(const Progress& progress);
        void forward(const LayerPaths& paths, int layer, const Progress& progress) const;
        void add(RoundedPart part);
        void addFound(RoundedPart part);

        /// Whether the tensor of `role` outside the layers gets GPTQ, which walks all layers.
        bool isHeadByGptq(Role role) const
        {
            return m_checkpoint->find(Place{ role })
                && plannedAt(*m_checkpoint, m_plan, { role }).method == Method::Gptq;
        }
        bool uses(Method method) const
        {
            return std::ranges::find(m_plan, method, &PlannedTensor::method) != m_plan.end();
        }
        template<typename Condition>
        int lastLayerWith(const Condition& condition) const
        {
            int last = -1;
            for (const PlannedTensor& planned : m_plan)
                if (condition(planned))
                    last = std::max(last, planned.place.layer);
            return last;
        }
        std::span<const float> importanceOf(const PlannedTensor& planned) const
        {
            if (planned.method != Method::Importance)
                return {};
            return m_importance.at(ggufName(planned.place));
        }

        std::shared_ptr<const Checkpoint> m_checkpoint;
        const QuantizeOptions& m_options;
        GptqOptions m_gptq;
        TensorDone m_tensorDone;
        std::vector<PlannedTensor> m_plan;
        Journal m_journal;
        Importance m_importance;
        std::vector<Tensor> m_tensors; ///< rounded so far
        std::vector<TensorReport> m_reports;
    };

    std::string layerPart(int layer)
    {
        std::ostringstream name;
        name << "layer-" << std::setw(4) << std::setfill('0') << layer;
        return name.str();
    }

    void Run::measureImportance(const Progress& progress)
    {
        if (!uses(Method::Importance))
            return;
        m_importance = m_options.importance.empty()
            ? inputImportance(*m_checkpoint, m_options.calibration, progress)
            : m_options.importance;
    }

    void Run::add(RoundedPart part)
    {
        std::ranges::move(part.tensors, std::back_inserter(m_tensors));
        std::ranges::move(part.reports, std::back_inserter(m_reports));
    }

    void Run::addFound(RoundedPart part)
    {
        for (const TensorReport& report : part.reports)
            m_tensorDone(report);
        add(std::move(part));
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
        MatrixD H = headHessian(*path, m_options.calibration, progress.part(0, 0.4));
        const GptqFactor factor = factorHessian(std::move(H), m_gptq, progress.part(0.4, 0.45));
        return roundByGptqInTiles(tensor, planned, factor, m_gptq, progress.part(0.45, 1));
    }

    void Run::roundOutside(
        const std::string& name, std::initializer_list<Role> roles, const Progress& progress)
    {
        if (auto found = m_journal.find(name, *m_checkpoint))
            return addFound(*std::move(found));
        RoundedPart part;
        for (std::size_t i = 0; i < m_plan.size(); ++i) {
            const PlannedTensor& planned = m_plan[i];
            const Tensor& tensor = m_checkpoint->tensors()[i];
            if (std::ranges::find(roles, planned.place.role) == roles.end())
                continue;
            if (!isMatrix(planned.place.role)) {
                part.tensors.push_back(roundVector(tensor, planned));
                continue;
            }
            RoundedTensor rounded = roundOne(tensor, planned, progress);
            if (planned.method != Method::Gptq && !m_options.importance.empty()
                && isLeftOut(tensor, m_options.importance))
                rounded.report.note += "the importance matrix has no entry for it";
            m_tensorDone(rounded.report);
            part.tensors.push_back(std::move(rounded.tensor));
            part.reports.push_back(std::move(rounded.report));
        }
        add(m_journal.keep(name, std::move(part), *m_checkpoint));
    }

    /// Moves the paths through a layer that is finished.
    void Run::forward(const LayerPaths& paths, int layer, const Progress& progress) const
    {
        const ModelConfig& config = m_checkpoint->config();
        const auto current = m_checkpoint->withTensors(m_tensors);
        walkLayer(paths.rounded, loadLayer(*current, layer, progress), config, layer, nullptr,
            progress.part(0, 0.5));
        if (paths.reference)
            walkLayer(*paths.reference, loadLayer(*m_checkpoint, layer, progress), config, layer,
                nullptr, progress.part(0.5, 1));
    }

    void Run::roundLayers(const Progress& progress)
    {
        const LayerRounding rounding{ *m_checkpoint, m_plan, m_importance, m_gptq, m_tensorDone,
            m_options.workFolder };
        const int layers = m_checkpoint->config().layers;
        const int lastGptq = lastLayerWith(
            [](const PlannedTensor& planned) { return planned.method == Method::Gptq; });
        const int lastScaled = lastLayerWith(
            [](const PlannedTensor& planned) { return planned.scaling != Scaling::None; });
        HiddenStates rounded;
        HiddenStates reference;
        const LayerPaths paths{ rounded, m_gptq.correctTarget ? &reference : nullptr };
        HiddenStates original; // what scales are searched on
        if (lastScaled >= 0)
            original = embed(*m_checkpoint, m_options.calibration);
        if (lastGptq >= 0)
            rounded = embed(*m_checkpoint->withTensors(m_tensors), m_options.calibration);
        if (lastGptq >= 0 && paths.reference)
            reference = embed(*m_checkpoint, m_options.calibration);
        for (int layer = 0; layer < layers; ++layer) {
            const Progress part = progress.part(double(layer) / layers, double(layer + 1) / layers,
                text("Layer ", layer + 1, " of ", layers));
            part.at(0);
            const std::string name = layerPart(layer);
            if (auto found = m_journal.find(name, *m_checkpoint)) {
                addFound(*std::move(found));
                if (layer < lastGptq)
                    forward(paths, layer, part);
                if (layer < lastScaled)
                    walkLayer(original, loadLayer(*m_checkpoint, layer, part),
                        m_checkpoint->config(), layer, nullptr, part);
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
            add(m_journal.keep(name, std::move(done), *m_checkpoint));
        }
    }

    QuantizedModel Run::execute(const Progress& progress)
    {
        const double embedding = isHeadByGptq(Role::TokenEmbd) ? 0.2 : 0.02;
        const double end = isHeadByGptq(Role::Output) ? 0.8 : 0.98;
        roundOutside("token_embd", { Role::TokenEmbd }, progress.part(0, embedding, "Embedding"));
        const double start
            = uses(Method::Importance) && m_options.importance.empty() ? 0.4 : embedding;
        measureImportance(progress.part(embedding, start, "Measuring importance"));
        roundLayers(progress.part(start, end));
        roundOutside("output", { Role::OutputNorm, Role::Output, Role::RopeFreqs },
            progress.part(end, 1, "Output"));
        progress.at(1);

        std::ranges::sort(m_reports, {},
            [this](const TensorReport& report) { return m_checkpoint->indexOf(report.place); });
        return { m_checkpoint->withTensors(m_tensors), std::move(m_reports) };
    }

} // namespace

QuantizedModel quantize(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
    const QuantizeOptions& options, const TensorDone& tensorDone, const Progress& progress)
{
    return Run(std::move(checkpoint), recipe, options, tensorDone).execute(progress);
}

} // namespace core

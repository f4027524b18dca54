// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/expectedtensors.h"

#include "core/model/architecture.h"

#include <utility>

namespace core {

namespace {

    using Shape = std::vector<std::int64_t>;

    /// Lists the tensors of one layer, or those outside the layers.
    class Lister {
    public:
        Lister(std::vector<ExpectedTensor>& list, int layer)
            : m_list(list)
            , m_layer(layer)
        {
        }
        void needs(Role role, Shape shape) { add(role, std::move(shape), true); }
        void mayHave(Role role, Shape shape) { add(role, std::move(shape), false); }
        void norm(Role role, Role bias, NormKind kind, std::int64_t channels)
        {
            needs(role, { channels });
            if (kind == NormKind::Layer)
                needs(bias, { channels });
        }

    private:
        void add(Role role, Shape shape, bool isNeeded)
        {
            m_list.push_back({ { role, m_layer }, std::move(shape), isNeeded });
        }

        std::vector<ExpectedTensor>& m_list;
        int m_layer;
    };

    void listBias(Lister& list, Biases biases, bool isOfQueries, Role role, std::int64_t channels)
    {
        const bool isNeeded = biases == Biases::All || (biases == Biases::Queries && isOfQueries);
        if (isNeeded)
            list.needs(role, { channels });
        else if (biases == Biases::Optional)
            list.mayHave(role, { channels });
    }

    void listNorms(Lister& list, const AttentionSpec& spec)
    {
        switch (spec.norm) {
        case QueryKeyNorm::None:
            return;
        case QueryKeyNorm::Head:
            list.needs(Role::AttnQNorm, { spec.headDim });
            if (spec.makesKeys)
                list.needs(Role::AttnKNorm, { spec.headDim });
            return;
        case QueryKeyNorm::Whole:
            list.needs(Role::AttnQNorm, { spec.queries() });
            list.needs(Role::AttnKNorm, { spec.keys() });
            return;
        case QueryKeyNorm::HeadLayer:
            list.needs(Role::AttnQNorm, { spec.heads, spec.headDim });
            list.needs(Role::AttnKNorm, { spec.keyValueHeads, spec.headDim });
        }
    }

    void listLatents(Lister& list, const ModelConfig& config, const AttentionSpec& spec)
    {
        const LatentSpec& latent = *spec.latent;
        const std::int64_t hidden = config.hidden;
        if (latent.queryRank > 0) {
            list.needs(Role::AttnQA, { latent.queryRank, hidden });
            list.needs(Role::AttnQANorm, { latent.queryRank });
            list.needs(Role::AttnQB, { spec.queries(), latent.queryRank });
        } else {
            list.needs(Role::AttnQ, { spec.queries(), hidden });
        }
        list.needs(Role::AttnKvAMqa, { latent.keyRank + latent.turned, hidden });
        list.needs(Role::AttnKvANorm, { latent.keyRank });
        list.needs(Role::AttnKB, { spec.heads, latent.keyRank, latent.plain });
        list.needs(Role::AttnVB, { spec.heads, latent.value, latent.keyRank });
        list.needs(Role::AttnOutput, { hidden, spec.context() });
    }

    /// q, k and v, in one tensor or in three: which of them are there is checked where they are
    /// placed.
    void listQueries(Lister& list, const ModelConfig& config, const AttentionSpec& spec)
    {
        const Biases biases = config.known()->attentionBiases;
        const std::int64_t hidden = config.hidden;
        const auto bias = [&](Role role, std::int64_t channels) {
            if (biases != Biases::None)
                list.mayHave(role, { channels });
        };
        if (!spec.makesKeys) {
            list.needs(Role::AttnQ, { spec.queryRows(), hidden });
            return bias(Role::AttnQBias, spec.queryRows());
        }
        const std::int64_t all = spec.queryRows() + 2 * spec.keys();
        if (!spec.valuesAreKeys) {
            list.mayHave(Role::AttnQkv, { all, hidden });
            bias(Role::AttnQkvBias, all);
        }
        list.mayHave(Role::AttnQ, { spec.queryRows(), hidden });
        bias(Role::AttnQBias, spec.queryRows());
        list.mayHave(Role::AttnK, { spec.keys(), hidden });
        bias(Role::AttnKBias, spec.keys());
        if (spec.valuesAreKeys)
            return;
        list.mayHave(Role::AttnV, { spec.keys(), hidden });
        bias(Role::AttnVBias, spec.keys());
    }

    void listPerLayer(Lister& list, const ModelConfig& config, const LayerSpec& layer)
    {
        if (layer.perLayer) {
            list.needs(Role::PerLayerInpGate, { layer.perLayer->size, config.hidden });
            list.needs(Role::PerLayerProj, { config.hidden, layer.perLayer->size });
            list.needs(Role::PerLayerPostNorm, { config.hidden });
        }
        if (config.known()->mayScaleOutput)
            list.mayHave(Role::LayerOutputScale, { 1 });
    }

    void listDeltaNet(Lister& list, const DeltaNetSpec& spec, std::int64_t hidden)
    {
        list.needs(Role::AttnQkv, { spec.mixed(), hidden });
        list.needs(Role::AttnGate, { spec.values(), hidden });
        list.needs(Role::SsmConv1d, { spec.mixed(), spec.kernel });
        list.needs(Role::SsmA, { spec.valueHeads });
        list.needs(Role::SsmDt, { spec.valueHeads });
        list.needs(Role::SsmAlpha, { spec.valueHeads, hidden });
        list.needs(Role::SsmBeta, { spec.valueHeads, hidden });
        list.needs(Role::SsmNorm, { spec.headDim });
        list.needs(Role::SsmOut, { hidden, spec.values() });
    }

    void listShortConvolution(Lister& list, const ShortConvolutionSpec& spec, std::int64_t hidden)
    {
        list.needs(Role::ShortConvConv, { hidden, spec.kernel });
        list.needs(Role::ShortConvIn, { 3 * hidden, hidden });
        list.needs(Role::ShortConvOut, { hidden, hidden });
    }

    /// What a layer has in the place of attention.
    void listMixer(Lister& list, const ModelConfig& config, const LayerSpec& layer)
    {
        list.norm(Role::AttnNorm, Role::AttnNormBias, layer.norm, config.hidden);
        if (layer.deltaNet)
            listDeltaNet(list, *layer.deltaNet, config.hidden);
        else
            listShortConvolution(list, *layer.shortConvolution, config.hidden);
    }

    void listAttention(Lister& list, const ModelConfig& config, const LayerSpec& layer)
    {
        if (layer.deltaNet || layer.shortConvolution)
            return listMixer(list, config, layer);
        const AttentionSpec& spec = layer.attention;
        const Biases biases = config.known()->attentionBiases;
        const std::int64_t hidden = config.hidden;
        if (layer.attentionNorm == Role::AttnNorm2) {
            list.norm(Role::AttnNorm, Role::AttnNormBias, layer.norm, hidden);
            list.norm(Role::AttnNorm2, Role::AttnNorm2Bias, layer.norm, hidden);
        } else if (layer.attentionNorm)
            list.norm(Role::AttnNorm, Role::AttnNormBias, layer.norm, hidden);
        if (spec.latent)
            return listLatents(list, config, spec);
        listQueries(list, config, spec);
        listNorms(list, spec);
        list.needs(Role::AttnOutput, { hidden, spec.queries() });
        listBias(list, biases, false, Role::AttnOutputBias, hidden);
        if (config.known()->hasSinks)
            list.needs(Role::AttnSinks, { spec.heads });
        if (layer.attentionPostNorm)
            list.needs(*layer.attentionPostNorm, { hidden });
    }

    void listExperts(Lister& list, const ModelConfig& config, const LayerSpec& layer)
    {
        const ExpertsSpec& spec = *layer.experts;
        const std::int64_t hidden = config.hidden, count = spec.count, size = spec.size;
        const bool areBiased = config.known()->feedForwardBiases == Biases::All;
        if (layer.feedForwardNorm && !spec.isBeside)
            list.needs(*layer.feedForwardNorm, { hidden });
        list.needs(Role::FfnGateInp, { count, hidden });
        if (areBiased)
            list.needs(Role::FfnGateInpBias, { count });
        if (spec.routing == Routing::Sigmoid)
            list.mayHave(Role::ExpProbsBias, { count });
        if (spec.sharedSize > 0)
            list.mayHave(Role::FfnGateInpShexp, { 1, hidden });
        const auto stack = [&](Role role, Role bias, std::int64_t rows, std::int64_t columns) {
            list.needs(role, { count, rows, columns });
            if (areBiased)
                list.needs(bias, { count, rows });
        };
        if (config.known()->mayFuseExperts) { // one or two: checked where they are placed
            list.mayHave(Role::FfnGateExps, { count, size, hidden });
            list.mayHave(Role::FfnUpExps, { count, size, hidden });
            list.mayHave(Role::FfnGateUpExps, { count, 2 * size, hidden });
        } else {
            stack(Role::FfnGateExps, Role::FfnGateExpsBias, size, hidden);
            stack(Role::FfnUpExps, Role::FfnUpExpsBias, size, hidden);
        }
        stack(Role::FfnDownExps, Role::FfnDownExpsBias, hidden, size);
        if (spec.isBeside) {
            list.needs(Role::FfnGateInpScale, { hidden });
            list.mayHave(Role::FfnDownExpsScale, { count });
            for (const Role norm : { Role::PreFfwNorm2, Role::PostFfwNorm1, Role::PostFfwNorm2 })
                list.needs(norm, { hidden });
        }
        if (spec.sharedSize == 0)
            return;
        list.needs(Role::FfnGateShexp, { spec.sharedSize, hidden });
        list.needs(Role::FfnUpShexp, { spec.sharedSize, hidden });
        list.needs(Role::FfnDownShexp, { hidden, spec.sharedSize });
    }

    void listFeedForward(Lister& list, const ModelConfig& config, const LayerSpec& layer)
    {
        if (layer.experts)
            listExperts(list, config, layer);
        if (layer.experts && !layer.experts->isBeside)
            return;
        const FeedForwardSpec& spec = layer.feedForward;
        const Biases biases = config.known()->feedForwardBiases;
        const std::int64_t hidden = config.hidden;
        if (layer.feedForwardNorm == Role::FfnNorm)
            list.norm(Role::FfnNorm, Role::FfnNormBias, layer.norm, hidden);
        else if (layer.feedForwardNorm == Role::PostAttentionNorm)
            list.needs(Role::PostAttentionNorm, { hidden });
        if (spec.isGated && !spec.isFused) {
            list.needs(Role::FfnGate, { spec.size, hidden });
            listBias(list, biases, false, Role::FfnGateBias, spec.size);
        }
        const std::int64_t outputs = spec.isFused ? 2 * std::int64_t(spec.size) : spec.size;
        list.needs(Role::FfnUp, { outputs, hidden });
        listBias(list, biases, false, Role::FfnUpBias, outputs);
        list.needs(Role::FfnDown, { hidden, spec.size });
        listBias(list, biases, false, Role::FfnDownBias, hidden);
        if (layer.feedForwardPostNorm)
            list.needs(*layer.feedForwardPostNorm, { hidden });
    }

} // namespace

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config)
{
    const Architecture& architecture = *config.known();
    std::vector<ExpectedTensor> list;
    Lister outside(list, -1);
    outside.needs(Role::TokenEmbd, { config.vocabulary, config.hidden });
    if (const std::int64_t size = config.perLayerSize; size > 0) {
        outside.needs(Role::TokenEmbdPerLayer, { config.vocabulary, config.layers * size });
        outside.needs(Role::PerLayerModelProj, { config.layers * size, config.hidden });
        outside.needs(Role::PerLayerProjNorm, { size });
    }
    if (architecture.learnsPositions)
        outside.needs(Role::PositionEmbd, { config.context, config.hidden });
    for (int layer = 0; layer < config.layers; ++layer) {
        Lister inside(list, layer);
        const LayerSpec spec = layerSpec(config, layer);
        listAttention(inside, config, spec);
        listFeedForward(inside, config, spec);
        listPerLayer(inside, config, spec);
    }
    outside.norm(architecture.finalNorm, Role::OutputNormBias, architecture.norm, config.hidden);
    outside.mayHave(Role::Output, { config.vocabulary, config.hidden });
    const std::int64_t pairs
        = (config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim) / 2;
    for (const Role role : { Role::RopeFreqs, Role::RopeFactorsShort, Role::RopeFactorsLong })
        outside.mayHave(role, { pairs });
    return list;
}

} // namespace core

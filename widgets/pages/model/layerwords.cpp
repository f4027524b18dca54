// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/layerwords.h"

#include "core/model/architecture.h"
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLocale>

#include <algorithm>
#include <cmath>
#include <set>

namespace widgets {
namespace {

    struct LayerWords {
        Q_DECLARE_TR_FUNCTIONS(LayerWords)
    };

    QString shortNumber(double value) { return QLocale().toString(value, 'g', 4); }

    /// "13 of 26 layers".
    QString partOfLayers(const std::vector<bool>& layers, int all)
    {
        const auto count = std::ranges::count(layers, true);
        return LayerWords::tr("%1 of %2 layers").arg(countText(count), countText(all));
    }

    QString scalingText(const core::ModelConfig& config)
    {
        if (!config.longRopeFactors.empty())
            return LayerWords::tr("scaled as longrope beyond %1 tokens")
                .arg(countText(config.ropeContext));
        if (!config.ropeFactors.empty())
            return LayerWords::tr("scaled as llama3");
        if (config.yarn.factor != 1)
            return LayerWords::tr("scaled by YaRN (× %1)").arg(shortNumber(config.yarn.factor));
        if (config.ropeLinearFactor != 1)
            return LayerWords::tr("scaled by %1").arg(shortNumber(config.ropeLinearFactor));
        return {};
    }

    QString queryKeyNormText(core::QueryKeyNorm norm)
    {
        switch (norm) {
        case core::QueryKeyNorm::None:
            break;
        case core::QueryKeyNorm::Head:
        case core::QueryKeyNorm::HeadLayer:
            return LayerWords::tr("q and k normed in each head");
        case core::QueryKeyNorm::Whole:
            return LayerWords::tr("q and k normed as a whole");
        }
        return {};
    }

} // namespace

QString architectureTitle(const core::ModelConfig& config)
{
    if (const core::Architecture* known = config.known())
        return QString::fromUtf8(known->title.data(), qsizetype(known->title.size()));
    return QString::fromStdString(config.architecture.substr(0, 60));
}

QString activationName(core::Activation activation)
{
    return activation == core::Activation::Silu    ? QStringLiteral("SiLU")
        : activation == core::Activation::GeluTanh ? QStringLiteral("GELU (tanh)")
        : activation == core::Activation::Gelu     ? QStringLiteral("GELU")
                                                   : LayerWords::tr("SiLU, clamped");
}

QString normName(core::NormKind kind)
{
    return kind == core::NormKind::Layer ? QStringLiteral("LayerNorm") : QStringLiteral("RMSNorm");
}

QString windowText(const core::ModelConfig& config)
{
    if (config.window == 0 || std::ranges::count(config.windowed, true) == 0)
        return {};
    return LayerWords::tr("a window of %1 tokens in %2")
        .arg(countText(config.window), partOfLayers(config.windowed, config.layers));
}

QString mixerName(const core::ModelConfig& config)
{
    return config.deltaNet.kernel > 0 ? LayerWords::tr("gated delta net")
                                      : LayerWords::tr("short convolution");
}

QString mixerText(const core::ModelConfig& config)
{
    if (std::ranges::count(config.recurrent, true) == 0)
        return {};
    //: %1 "gated delta net", %2 "24 of 32 layers"
    return LayerWords::tr("in its place a %1 in %2")
        .arg(mixerName(config), partOfLayers(config.recurrent, config.layers));
}

QString positionsText(const core::ModelConfig& config)
{
    const core::Architecture* known = config.known();
    if (known && known->learnsPositions)
        return LayerWords::tr("learned positions");
    QStringList words{
        LayerWords::tr("RoPE base %1").arg(countText(std::int64_t(config.ropeBase)))
    };
    if (config.localRopeBase > 0 && config.localRopeBase != config.ropeBase)
        words += LayerWords::tr("%1 with a window")
                     .arg(countText(std::int64_t(config.localRopeBase)));
    if (config.rotaryChannels > 0)
        words += LayerWords::tr("turning %1 of %2 channels")
                     .arg(countText(config.rotaryChannels), countText(config.headDim));
    if (const QString scaling = scalingText(config); !scaling.isEmpty())
        words += scaling;
    if (std::ranges::count(config.unturned, true) > 0)
        words += LayerWords::tr("none in %1").arg(partOfLayers(config.unturned, config.layers));
    return words.join(QStringLiteral(", "));
}

QStringList attentionWords(const core::ModelConfig& config)
{
    const core::AttentionSpec spec = core::layerSpec(config, 0).attention;
    QStringList words;
    if (const QString window = windowText(config); !window.isEmpty())
        words += window;
    if (const QString norm = queryKeyNormText(spec.norm); !norm.isEmpty())
        words += norm;
    if (spec.cap > 0)
        words += LayerWords::tr("scores capped at %1").arg(shortNumber(double(spec.cap)));
    const double usual = 1 / std::sqrt(double(config.headDim));
    if (config.attentionScale > 0 && std::abs(config.attentionScale / usual - 1) > 1e-3)
        words += LayerWords::tr("scores × %1").arg(shortNumber(config.attentionScale));
    if (spec.temperature > 0)
        words += LayerWords::tr("queries grow with the position");
    if (spec.isGated)
        words += LayerWords::tr("outputs gated");
    if (const QString other = mixerText(config); !other.isEmpty())
        words += other;
    if (config.isParallel)
        words += LayerWords::tr("side by side with the feed-forward");
    return words;
}

QStringList scaleWords(const core::ModelConfig& config)
{
    QStringList words;
    if (config.embeddingScale != 1)
        words += LayerWords::tr("embedding × %1").arg(shortNumber(config.embeddingScale));
    if (config.residualScale != 1)
        words += LayerWords::tr("what a branch adds × %1").arg(shortNumber(config.residualScale));
    if (config.logitDivisor != 1)
        words += LayerWords::tr("logits ÷ %1").arg(shortNumber(config.logitDivisor));
    if (config.finalCap > 0)
        words += LayerWords::tr("logits capped at %1").arg(shortNumber(config.finalCap));
    return words;
}

QStringList biasedMatrices(const core::Checkpoint& checkpoint)
{
    std::set<core::Role> roles;
    for (const core::Tensor& tensor : checkpoint.tensors())
        if (tensor.place.layer >= 0)
            roles.insert(tensor.place.role);
    QStringList names;
    for (const core::Role role : roles) {
        const QString name = roleTitle(role);
        const bool isBias = name.endsWith(QLatin1String(".bias"));
        if (isBias && !name.contains(QLatin1String("norm"))
            && core::findRole(name.chopped(5).toStdString())) // ssm_dt.bias belongs to none
            names += name.chopped(5);
    }
    return names;
}

} // namespace widgets

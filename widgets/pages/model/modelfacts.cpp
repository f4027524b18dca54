// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modelfacts.h"

#include "core/measure/bandwidth.h"
#include "core/quant/plan.h"
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLocale>

#include <algorithm>
#include <set>

namespace widgets {
namespace {

    constexpr int superBlock = 256; // weights: rows that are a multiple hold every format
    constexpr int usualContext = 512; // tokens of a chunk, as llama.cpp measures

    struct ModelText {
        Q_DECLARE_TR_FUNCTIONS(ModelText)
    };

    QString architectureName(const core::ModelConfig& config)
    {
        QString name = QString::fromStdString(config.architecture);
        if (!name.isEmpty())
            name[0] = name[0].toUpper();
        return name;
    }

    QString headsText(const core::ModelConfig& config)
    {
        const QString heads
            = ModelText::tr("%1 of %2")
                  .arg(QString::number(config.heads), QString::number(config.headDim));
        if (config.keyValueHeads == config.heads)
            return heads;
        return ModelText::tr("%1, %2 key/value heads (grouped-query)")
            .arg(heads, QString::number(config.keyValueHeads));
    }

    QString kindsText(const core::QuantizedSource& source)
    {
        QStringList kinds;
        for (const std::string& kind : source.kinds)
            kinds.append(QString::fromStdString(kind));
        return listText(kinds);
    }

} // namespace

QString modelAnswer(const core::Checkpoint& checkpoint)
{
    int matrices = 0, odd = 0;
    std::set<std::int64_t> widths;
    for (const core::Tensor& tensor : checkpoint.tensors()) {
        if (!core::isMatrix(tensor.place.role))
            continue;
        ++matrices;
        if (tensor.columns % superBlock != 0) {
            ++odd;
            widths.insert(tensor.columns);
        }
    }
    const core::ModelConfig& config = checkpoint.config();
    const QString what = ModelText::tr("A %1 model with %2 layers and %3 parameters.")
                             .arg(architectureName(config), countText(config.layers),
                                 shortCountText(checkpoint.weights()));
    const auto source = core::quantizedSource(checkpoint);
    if (source && source->isOfOtherTool)
        return ModelText::tr(
            "%1 It is already quantized (%2): every further rounding adds to its loss, the "
            "original would be better. As in the file, GGUF holds %3 of %4 quantized tensors "
            "exactly.")
            .arg(what, kindsText(*source), countText(source->exact), countText(source->tensors));
    if (source)
        return ModelText::tr(
            "%1 It is already quantized: every further rounding adds to its loss, the original "
            "would be better. What stays as in the file is copied byte for byte.")
            .arg(what);
    if (odd == 0)
        return ModelText::tr("%1 Every row is a multiple of 256, so every format fits.").arg(what);
    QStringList rows;
    for (const std::int64_t width : widths)
        rows.append(countText(width));
    return ModelText::tr(
        "%1 Rows of %2 are no multiple of 256: the K formats fall back in %3 of %4 matrices.")
        .arg(what, listText(rows), countText(odd), countText(matrices));
}

std::vector<Fact> modelFacts(
    const core::Checkpoint& checkpoint, const QStringList& files, std::uint64_t fileBytes)
{
    const core::ModelConfig& config = checkpoint.config();
    QString vocabulary = ModelText::tr("%1 tokens").arg(countText(config.vocabulary));
    if (checkpoint.hasTokenizer())
        vocabulary = ModelText::tr("%1, %2").arg(
            vocabulary, QString::fromStdString(checkpoint.tokenizer().kind()));
    QString fileText = files.size() == 1
        ? ModelText::tr("%1, %2").arg(files.front(), exactSizeText(fileBytes))
        : ModelText::tr("%1 files, %2").arg(countText(files.size()), exactSizeText(fileBytes));
    QString rope = ModelText::tr("RoPE base %1").arg(countText(std::int64_t(config.ropeBase)));
    if (!config.ropeFactors.empty())
        rope = ModelText::tr("%1, scaled as llama3").arg(rope);
    else if (config.ropeLinearFactor != 1)
        rope = ModelText::tr("%1, scaled by %2")
                   .arg(rope, QLocale().toString(config.ropeLinearFactor));
    return { { ModelText::tr("Architecture"), architectureName(config), {} },
        { ModelText::tr("Layers"), ModelText::tr("%1 decoder layers").arg(countText(config.layers)),
            {} },
        { ModelText::tr("Hidden / feed-forward"),
            ModelText::tr("%1 / %2").arg(countText(config.hidden), countText(config.feedForward)),
            {} },
        { ModelText::tr("Heads"), headsText(config),
            ModelText::tr("Attention heads, and channels in each.") },
        { ModelText::tr("Context"),
            ModelText::tr("%1 tokens, %2").arg(countText(config.context), rope), {} },
        { ModelText::tr("Vocabulary"), vocabulary, {} },
        { ModelText::tr("Files"), fileText, files.join(u'\n') },
        { ModelText::tr("Head"),
            config.tiedHead ? ModelText::tr("tied to token_embd")
                            : ModelText::tr("a matrix of its own"),
            {} },
        { ModelText::tr("Activation, norm"),
            ModelText::tr("SiLU, RMSNorm (%1)")
                .arg(QString::number(double(config.normEpsilon), 'g', 3)),
            {} },
        { ModelText::tr("KV cache"),
            ModelText::tr("%1 a token at F16").arg(exactSizeText(core::cacheBytesPerToken(config))),
            {} } };
}

std::vector<RoleBars::Bar> roleShares(const core::Checkpoint& checkpoint)
{
    const double all = double(std::max<std::int64_t>(1, checkpoint.weights()));
    std::vector<RoleBars::Bar> bars;
    RoleBars::Bar norms{ ModelText::tr("norms"), {}, 0 };
    for (const core::Tensor& tensor : checkpoint.tensors()) {
        const core::Role role = tensor.place.role;
        const double share = double(tensor.weights()) / all;
        if (!core::isMatrix(role)) {
            norms.share += share;
            if (std::find(norms.roles.begin(), norms.roles.end(), role) == norms.roles.end())
                norms.roles.push_back(role);
            continue;
        }
        const auto bar = std::find_if(bars.begin(), bars.end(),
            [role](const RoleBars::Bar& known) { return known.roles.front() == role; });
        if (bar != bars.end())
            bar->share += share;
        else
            bars.push_back({ QString::fromUtf8(core::roleName(role).data(),
                                 qsizetype(core::roleName(role).size())),
                { role }, share });
    }
    if (!norms.roles.empty())
        bars.push_back(norms);
    return bars;
}

std::vector<Check> modelChecks(const core::Checkpoint& checkpoint,
    std::optional<std::int64_t> nonFinite, std::optional<bool> tokenizerWorks)
{
    using Kind = Check::Kind;
    std::vector<Check> checks;
    const QString count = countText(std::int64_t(checkpoint.tensors().size()));
    checks.push_back({ Kind::Fine,
        ModelText::tr("%1 of %2 tensors found, no gaps or overlaps").arg(count, count), {} });
    if (nonFinite && *nonFinite == 0)
        checks.push_back({ Kind::Fine, ModelText::tr("No NaN or infinite weights"), {} });
    else if (nonFinite)
        checks.push_back({ Kind::Failure,
            ModelText::tr("%1 weights are NaN or infinite: the model cannot be quantized")
                .arg(countText(*nonFinite)),
            {} });
    if (const auto source = core::quantizedSource(checkpoint)) {
        checks.push_back({ Kind::Warning,
            ModelText::tr("Already quantized (%1): every further rounding adds to its loss")
                .arg(kindsText(*source)),
            ModelText::tr("%1 of %2 tensors").arg(countText(source->tensors), count) });
    }
    const QString tokens = countText(checkpoint.config().vocabulary);
    if (!checkpoint.hasTokenizer())
        checks.push_back({ Kind::Warning,
            ModelText::tr("No tokenizer: nothing can be measured on text, or exported"), {} });
    else if (tokenizerWorks && *tokenizerWorks)
        checks.push_back({ Kind::Fine,
            ModelText::tr("Tokenizer: %1 tokens, encodes and decodes its own text").arg(tokens),
            {} });
    else if (tokenizerWorks)
        checks.push_back({ Kind::Failure,
            ModelText::tr("Tokenizer: %1 tokens, a text does not come back the same").arg(tokens),
            {} });
    const int context = checkpoint.config().context;
    if (context > 0 && context < usualContext)
        checks.push_back({ Kind::Warning,
            ModelText::tr("Context is %1: evaluation uses chunks of %1 tokens")
                .arg(countText(context)),
            {} });
    if (!checkpoint.metadata().find("tokenizer.chat_template"))
        checks.push_back({ Kind::Warning,
            ModelText::tr("No chat template: GGUF will be written without one"), {} });
    for (const std::string& note : checkpoint.notes())
        checks.push_back({ Kind::Warning, QString::fromStdString(note), {} });
    return checks;
}

} // namespace widgets

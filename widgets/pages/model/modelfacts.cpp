// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modelfacts.h"

#include "core/measure/bandwidth.h"
#include "core/quant/plan.h"
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"
#include "widgets/notcomputed.h"
#include "widgets/pages/model/layerwords.h"

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

    /// "A Llama model with 4 layers and 4.20 M parameters."
    QString whatText(const core::Checkpoint& checkpoint)
    {
        const core::ModelConfig& config = checkpoint.config();
        const QString title = architectureTitle(config);
        const QString parameters = shortCountText(checkpoint.weights());
        if (!config.known())
            return ModelText::tr("A model of architecture “%1” with %2 parameters.")
                .arg(title, parameters);
        const bool isVowel = QStringLiteral("AEIOU").contains(title.front());
        return (isVowel
                ? ModelText::tr("An %1 model with %2 layers and %3 parameters.", "before a vowel")
                : ModelText::tr("A %1 model with %2 layers and %3 parameters."))
            .arg(title, countText(config.layers), parameters);
    }

    QString rowsText(const core::Checkpoint& checkpoint)
    {
        int matrices = 0, odd = 0;
        std::set<std::int64_t> widths;
        for (const core::Tensor& tensor : checkpoint.tensors()) {
            if (!tensor.isMatrix())
                continue;
            ++matrices;
            if (tensor.columns % superBlock != 0) {
                ++odd;
                widths.insert(tensor.columns);
            }
        }
        if (odd == 0)
            return ModelText::tr("Every row is a multiple of 256, so every format fits.");
        QStringList rows;
        for (const std::int64_t width : widths)
            rows.append(countText(width));
        return ModelText::tr(
            "Rows of %1 are no multiple of 256: the K formats fall back in %2 of %3 matrices.")
            .arg(listText(rows), countText(odd), countText(matrices));
    }

} // namespace

QString modelAnswer(const core::Checkpoint& checkpoint)
{
    const QString what = whatText(checkpoint);
    if (!checkpoint.isComputed())
        return checkpoint.isGguf() && checkpoint.undecoded().empty()
                && checkpoint.incomplete().empty()
            ? ModelText::tr("%1 It can be looked at, rounded without a text and written, not "
                            "measured on one.")
                  .arg(what)
            : ModelText::tr("%1 It can be looked at, not measured on a text or exported.")
                  .arg(what);
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
    return QStringLiteral("%1 %2").arg(what, rowsText(checkpoint));
}

namespace {

    QString vocabularyText(const core::Checkpoint& checkpoint)
    {
        const int tokens = checkpoint.config().vocabulary;
        const QString vocabulary
            = tokens > 0 ? ModelText::tr("%1 tokens").arg(countText(tokens)) : unknownText();
        return checkpoint.hasTokenizer() ? ModelText::tr("%1, %2").arg(
                   vocabulary, QString::fromStdString(checkpoint.tokenizer().kind()))
                                         : vocabulary;
    }

    QString cacheText(const core::ModelConfig& config)
    {
        const auto bytes
            = [&config](int tokens) { return exactSizeText(core::cacheBytes(config, tokens)); };
        if (windowText(config).isEmpty() || config.window >= config.context)
            return ModelText::tr("%1 a token at F16").arg(bytes(1));
        const std::uint64_t beyond
            = core::cacheBytes(config, config.window + 1) - core::cacheBytes(config, config.window);
        return ModelText::tr("%1 a token at F16, beyond %2 tokens %3")
            .arg(bytes(1), countText(config.window), exactSizeText(beyond));
    }

    /// What only the wiring of a computed model tells.
    std::vector<Fact> wiringFacts(const core::Checkpoint& checkpoint)
    {
        const core::ModelConfig& config = checkpoint.config();
        const core::LayerSpec spec = core::layerSpec(config, 0);
        std::vector<Fact> facts{ { ModelText::tr("Heads"), headsText(config),
            ModelText::tr("Attention heads, and channels in each.") } };
        const auto add = [&facts](const QString& label, const QStringList& words) {
            const QString text = words.join(QStringLiteral(", "));
            if (!words.isEmpty())
                facts.push_back({ label, text, text });
        };
        add(ModelText::tr("Attention"), attentionWords(config));
        add(ModelText::tr("Positions"), { positionsText(config) });
        add(ModelText::tr("Activation, norm"),
            { ModelText::tr("%1, %2 (%3)")
                    .arg(activationName(spec.feedForward.activation), normName(spec.norm),
                        QString::number(double(config.normEpsilon), 'g', 3)) });
        add(ModelText::tr("Scales"), scaleWords(config));
        add(ModelText::tr("Biases"), biasedMatrices(checkpoint));
        facts.push_back({ ModelText::tr("KV cache"), cacheText(config),
            ModelText::tr("A layer with a window keeps at most that many tokens.") });
        return facts;
    }

    QString orUnknown(std::int64_t number)
    {
        return number > 0 ? countText(number) : unknownText();
    }

} // namespace

std::vector<Fact> modelFacts(
    const core::Checkpoint& checkpoint, const QStringList& files, std::uint64_t fileBytes)
{
    const core::ModelConfig& config = checkpoint.config();
    const QString fileText = files.size() == 1
        ? ModelText::tr("%1, %2").arg(files.front(), exactSizeText(fileBytes))
        : ModelText::tr("%1 files, %2").arg(countText(files.size()), exactSizeText(fileBytes));
    std::vector<Fact> facts{ { ModelText::tr("Architecture"), architectureTitle(config),
                                 QString::fromStdString(config.architecture) },
        { ModelText::tr("Layers"),
            config.layers > 0 ? ModelText::tr("%1 decoder layers").arg(countText(config.layers))
                              : unknownText(),
            {} },
        { ModelText::tr("Hidden / feed-forward"),
            ModelText::tr("%1 / %2").arg(orUnknown(config.hidden), orUnknown(config.feedForward)),
            {} } };
    if (checkpoint.isComputed() && config.layers > 0)
        std::ranges::move(wiringFacts(checkpoint), std::back_inserter(facts));
    facts.push_back({ ModelText::tr("Context"),
        config.context > 0 ? ModelText::tr("%1 tokens").arg(countText(config.context))
                           : unknownText(),
        {} });
    facts.push_back({ ModelText::tr("Vocabulary"), vocabularyText(checkpoint), {} });
    facts.push_back({ ModelText::tr("Files"), fileText, files.join(u'\n') });
    if (checkpoint.isComputed())
        facts.push_back({ ModelText::tr("Head"),
            config.tiedHead ? ModelText::tr("tied to token_embd")
                            : ModelText::tr("a matrix of its own"),
            {} });
    return facts;
}

std::vector<RoleBars::Bar> roleShares(const core::Checkpoint& checkpoint)
{
    const double all = double(std::max<std::int64_t>(1, checkpoint.weights()));
    std::vector<RoleBars::Bar> bars;
    RoleBars::Bar norms{ ModelText::tr("norms"), {}, 0 }, other{ ModelText::tr("other"), {}, 0 };
    const auto addTo = [](RoleBars::Bar& bar, core::Role role, double share) {
        bar.share += share;
        if (std::find(bar.roles.begin(), bar.roles.end(), role) == bar.roles.end())
            bar.roles.push_back(role);
    };
    for (const core::Tensor& tensor : checkpoint.tensors()) {
        const core::Role role = tensor.place.role;
        const double share = double(tensor.weights()) / all;
        if (core::isOther(role) || !core::isMatrix(role)) {
            const bool isNorm = core::roleName(role).find("norm") != std::string_view::npos;
            addTo(isNorm ? norms : other, role, share);
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
    for (const RoleBars::Bar& bar : { norms, other })
        if (!bar.roles.empty())
            bars.push_back(bar);
    return bars;
}

std::vector<Check> modelChecks(const core::Checkpoint& checkpoint,
    std::optional<std::int64_t> nonFinite, std::optional<bool> tokenizerWorks)
{
    using Kind = Check::Kind;
    std::vector<Check> checks;
    const QString count = countText(std::int64_t(checkpoint.tensors().size()));
    checks.push_back({ Kind::Fine,
        checkpoint.isComputed()
            ? ModelText::tr("%1 of %2 tensors found, no gaps or overlaps").arg(count, count)
            : ModelText::tr("%1 tensors listed, no gaps or overlaps").arg(count),
        {} });
    if (!checkpoint.isComputed())
        checks.push_back({ Kind::Warning,
            ModelText::tr("Not computed: %1").arg(notComputedReason(checkpoint.config())), {} });
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
            checkpoint.isGguf()
                ? ModelText::tr("No tokenizer: nothing can be measured on text")
                : ModelText::tr("No tokenizer: nothing can be measured on text, or exported"),
            {} });
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
        if (note != checkpoint.config().notComputed) // said above
            checks.push_back({ Kind::Warning, QString::fromStdString(note), {} });
    return checks;
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/worsttexts.h"

#include "widgets/format.h"

#include <QCoreApplication>
#include <QLocale>

namespace app {

namespace {

    QString textOf(const std::string& bytes)
    {
        return QString::fromUtf8(bytes.data(), qsizetype(bytes.size())).simplified();
    }

    /// A token that one can see.
    QString wordOf(int token, const core::Tokenizer& tokenizer)
    {
        const QString word
            = token >= 0 && token < tokenizer.size() ? textOf(tokenizer.piece(token)) : QString();
        return word.isEmpty() ? QStringLiteral("␣") : word;
    }

    QString percent(double probability)
    {
        return QCoreApplication::translate("app::WorstTexts", "%1\u00a0%")
            .arg(QLocale().toString(100 * probability, 'f', 0));
    }

    /// "the 41 %, a 12 %"
    QString likeliest(
        const std::vector<core::TokenChance>& chances, const core::Tokenizer& tokenizer)
    {
        QStringList words;
        for (const core::TokenChance& chance : chances)
            words += wordOf(chance.token, tokenizer) + u' ' + percent(chance.probability);
        return words.join(QStringLiteral(", "));
    }

    /// What `other` loses at that position, where both were measured at the same ones.
    std::optional<double> lossAt(
        const core::WorstToken& worst, const core::Evaluation& evaluation, const Run* other)
    {
        if (!other || !other->evaluation || !other->evaluation->against
            || !other->evaluation->against->divergences
            || other->evaluation->context != evaluation.context
            || other->evaluation->chunks != evaluation.chunks)
            return std::nullopt;
        const auto& divergences = *other->evaluation->against->divergences;
        const int context = evaluation.context;
        const int at = worst.chunk * core::scoredIn(context) + worst.position
            - core::firstScored(context) - 1;
        if (at < 0 || std::size_t(at) >= divergences.size())
            return std::nullopt;
        return double(divergences[std::size_t(at)]);
    }

} // namespace

std::vector<widgets::WorstText> worstTexts(
    const Run& run, const Run* other, const core::Tokenizer& tokenizer)
{
    std::vector<widgets::WorstText> texts;
    if (!run.evaluation || !run.evaluation->against)
        return texts;
    const bool isSameText = other && other->measuredWith == run.measuredWith;
    for (const core::WorstToken& worst : run.evaluation->against->worst) {
        widgets::WorstText& text = texts.emplace_back();
        text.kld = worst.divergence;
        text.other = isSameText ? lossAt(worst, *run.evaluation, other) : std::nullopt;
        text.before = textOf(tokenizer.decode(worst.before)) + u' ';
        text.token = wordOf(worst.reference.token, tokenizer);
        text.after = u' ' + textOf(tokenizer.decode(worst.after));
        text.original = likeliest(worst.referenceTop, tokenizer);
        text.model = likeliest(worst.modelTop, tokenizer);
        text.chances
            = QCoreApplication::translate("app::WorstTexts",
                "Chunk %1, token %2: the original gives the text's own token %3, the run %4.")
                  .arg(worst.chunk + 1)
                  .arg(worst.position + 1)
                  .arg(percent(worst.reference.probability), percent(worst.model.probability));
    }
    return texts;
}

} // namespace app

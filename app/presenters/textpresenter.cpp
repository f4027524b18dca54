// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/textpresenter.h"

#include "app/presenters/worsttexts.h"
#include "widgets/format.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/worstpanel.h"

#include <QFileInfo>
#include <QStringDecoder>

#include <algorithm>

namespace app {

namespace {

    constexpr int fillEvery = 30; ///< milliseconds
    constexpr std::size_t mostAligned = 600; ///< tokens; beyond, place by place

    /// Which tokens differ; long texts are compared place by place, which takes no time.
    std::vector<bool> differingOf(const std::vector<int>& tokens, const std::vector<int>& original)
    {
        if (tokens.size() <= mostAligned)
            return core::differing(tokens, original);
        std::vector<bool> differs;
        for (std::size_t i = 0; i < tokens.size(); ++i)
            differs.push_back(i >= original.size() || tokens[i] != original[i]);
        return differs;
    }

} // namespace

TextPresenter::TextPresenter(
    widgets::ComparePage& page, Session& session, TextController& controller, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_controller(controller)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(fillEvery);
    connect(&m_soon, &QTimer::timeout, this, &TextPresenter::fill);
    connect(&session, &Session::modelChanged, this, [this] {
        forget();
        fillState();
        fillWorst();
        m_controller.proposePrompt();
    });
    connect(&session, &Session::textsChanged, &controller, &TextController::proposePrompt);
    connect(&session.runs(), &RunList::changed, this, [this] {
        fill();
        fillWorst();
    });
    widgets::TextPanel* panel = page.details()->text();
    using widgets::TextPanel;
    connect(panel, &TextPanel::writeRequested, this, [this] {
        m_page.message()->clear();
        m_controller.write(wish());
    });
    connect(panel, &TextPanel::stopRequested, &controller, &TextController::stop);
    connect(panel, &TextPanel::matchRequested, this, [this] { matchFile({}); });
    connect(panel, &TextPanel::matchFileRequested, this, &TextPresenter::promptsRequested);
    connectController();
}

void TextPresenter::connectController()
{
    connect(&m_controller, &TextController::runningChanged, this, &TextPresenter::fillState);
    connect(&m_controller, &TextController::began, this, &TextPresenter::begin);
    connect(&m_controller, &TextController::written, this, [this](const WrittenToken& written) {
        const auto column = std::size_t(written.column);
        m_began[column] = true;
        if (written.token >= 0)
            m_tokens[column].push_back(written.token);
        if (!m_soon.isActive())
            m_soon.start();
    });
    connect(&m_controller, &TextController::finished, this, [this](const WrittenTexts& texts) {
        m_texts = texts;
        fill();
    });
    connect(&m_controller, &TextController::matched, this, &TextPresenter::showMatch);
    connect(&m_controller, &TextController::promptProposed, this,
        [this](const QString& prompt) { m_page.details()->text()->proposePrompt(prompt); });
    connect(&m_controller, &TextController::failed, this, [this](const QString& reason) {
        m_page.message()->setMessage(
            widgets::MessageBar::Kind::Failure, reason, tr("What was written before stays."));
    });
}

TextWish TextPresenter::wish() const
{
    const widgets::TextChoice choice = m_page.details()->text()->choice();
    return { choice.prompt.toStdString(),
        { choice.temperature, std::uint64_t(std::max(0, choice.seed)) }, choice.count };
}

void TextPresenter::matchFile(const std::filesystem::path& file)
{
    m_page.message()->clear();
    if (!m_session.runs().pinnedA() && !m_session.runs().pinnedB()) {
        m_page.details()->text()->setMatch(tr("Pin a run as A or B to compare it."));
        return;
    }
    m_page.details()->text()->setMatch(tr("Writing..."));
    m_controller.match(wish(), file);
}

void TextPresenter::begin(int a, int b)
{
    forget();
    m_runs = { 0, a, b };
    fill();
}

void TextPresenter::forget()
{
    m_runs = {};
    m_tokens = {};
    m_began = {};
    m_texts = {};
    m_page.details()->text()->setMatch({});
    fill();
}

QString TextPresenter::noteOf(std::size_t column) const
{
    const std::vector<int>&tokens = m_tokens[column], &original = m_tokens[0];
    if (column == 0) {
        const auto& text = m_texts[0];
        return text && text->stepSeconds > 0
            ? tr("%1 tok/s").arg(widgets::tokensPerSecondText(text->tokensPerSecond()))
            : QString();
    }
    const auto end = std::ranges::mismatch(tokens, original);
    const auto first = int(end.in1 - tokens.begin());
    const bool isWhole = m_texts[column].has_value();
    if (end.in1 == tokens.end() && (end.in2 == original.end() || !isWhole))
        return isWhole ? tr("the same text") : QString();
    return tr("differs from token %1").arg(first + 1);
}

std::vector<widgets::ShownToken> TextPresenter::shownOf(std::size_t column) const
{
    const core::Tokenizer& tokenizer = m_session.checkpoint()->tokenizer();
    const std::vector<int>& tokens = m_tokens[column];
    const std::vector<bool> differs
        = column > 0 ? differingOf(tokens, m_tokens[0]) : std::vector<bool>(tokens.size());
    QStringDecoder decoder(QStringDecoder::Utf8); // tokens may be parts of a character
    std::vector<widgets::ShownToken> shown;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string piece = tokenizer.piece(tokens[i]);
        shown.push_back(
            { decoder.decode(QByteArrayView(piece.data(), qsizetype(piece.size()))), differs[i] });
    }
    return shown;
}

void TextPresenter::fill()
{
    m_soon.stop();
    std::array<widgets::TextColumn, 3> columns;
    const auto a = m_session.runs().pinnedA(), b = m_session.runs().pinnedB();
    const bool isOpen = m_session.isOpen() && m_session.checkpoint()->hasTokenizer();
    if (isOpen)
        columns[0].title = tr("Original");
    const bool isWritten = m_began[0];
    for (const std::size_t column : { std::size_t(1), std::size_t(2) }) {
        const auto present = column == 1 ? a : b;
        const auto run = isWritten ? m_session.runs().find(m_runs[column]) : present;
        if (!run)
            continue;
        // What was written stays under the letter that the run has by now.
        columns[column].letter = run == b ? tr("B") : run == a ? tr("A") : QString();
        columns[column].color = run == b ? 0 : 1;
        columns[column].title = run->file
            ? run->title
            : tr("%1, %2", "a recipe and its method")
                  .arg(run->title, methodTitle(run->recipe.treatment()));
    }
    for (std::size_t column = 0; isOpen && column < 3; ++column) {
        if (columns[column].title.isEmpty() || !m_began[column])
            continue;
        columns[column].tokens = shownOf(column);
        columns[column].note = noteOf(column);
    }
    m_page.details()->text()->setColumns(columns);
}

void TextPresenter::fillState()
{
    widgets::TextPanel* panel = m_page.details()->text();
    panel->setRunning(m_controller.isRunning());
    panel->setWhyNot(m_controller.whyNot());
}

void TextPresenter::fillWorst()
{
    const auto a = m_session.runs().pinnedA(), b = m_session.runs().pinnedB();
    if (!m_session.isOpen() || (a == m_worstA && b == m_worstB && (a || b)))
        return;
    m_worstA = a;
    m_worstB = b;
    std::array<std::vector<widgets::WorstText>, 2> texts;
    if (m_session.checkpoint()->hasTokenizer()) {
        const core::Tokenizer& tokenizer = m_session.checkpoint()->tokenizer();
        if (a)
            texts[0] = worstTexts(*a, b.get(), tokenizer);
        if (b)
            texts[1] = worstTexts(*b, a.get(), tokenizer);
    }
    m_page.details()->worst()->setTexts(std::move(texts));
}

void TextPresenter::showMatch(const MatchRates& rates)
{
    const auto words = [&rates](const core::PromptsAgreement& agreement) {
        return tr("%1 of the tokens, %2 of %3 prompts to the end")
            .arg(widgets::percentText(agreement.all.matchRate()))
            .arg(agreement.same)
            .arg(rates.prompts);
    };
    QStringList parts;
    if (rates.a)
        parts += tr("A %1").arg(words(*rates.a));
    if (rates.b)
        parts += tr("B %1").arg(words(*rates.b));
    const QString file = QFileInfo(QString::fromStdString(rates.file.string())).fileName();
    m_page.details()->text()->setMatch(
        tr("The same as the original over %1 prompts of %2, at most %3 tokens each: %4.")
            .arg(rates.prompts)
            .arg(file)
            .arg(rates.count)
            .arg(parts.join(QStringLiteral("; "))));
}

} // namespace app

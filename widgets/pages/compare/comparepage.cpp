// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/comparepage.h"

#include "core/measure/paired.h"
#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/label.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/runtable.h"
#include "widgets/pages/compare/simulationdialog.h"
#include "widgets/pages/compare/simulationtext.h"
#include "widgets/plots/driftplot.h"
#include "widgets/plots/sizelossplot.h"
#include "widgets/theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QPushButton>

#include <cmath>

namespace widgets {
namespace {

    constexpr int leastPlots = 640; ///< width of two plots beside each other

    const core::Comparison* comparison(const RunRow* run)
    {
        return run && run->evaluation && run->evaluation->against && !run->stale
            ? &*run->evaluation->against
            : nullptr;
    }

    QString labelOf(const RunRow& run)
    {
        return run.isFile ? run.title : ComparePage::tr("%1, %2").arg(run.title, run.method);
    }

    /// A relative change as words: "21.0 % less", "3.2 % more", "2.57× as much".
    QString lessOrMore(double ratio)
    {
        if (ratio >= 2)
            return ComparePage::tr("%1 as much").arg(ratioText(ratio));
        const QString share = percentText(std::abs(ratio - 1));
        return ratio <= 1 ? ComparePage::tr("%1 less").arg(share)
                          : ComparePage::tr("%1 more").arg(share);
    }

    /// "B is 12.8 % smaller than A and loses %2: KLD %3 against %4."
    QString clearText(double size)
    {
        if (size == 1)
            return ComparePage::tr("B has the size of A and loses %2: KLD %3 against %4.");
        return size < 1 ? ComparePage::tr("B is %1 smaller than A and loses %2: KLD %3 against %4.")
                              .arg(percentText(1 - size))
                        : ComparePage::tr("B is %1 larger than A and loses %2: KLD %3 against %4.")
                              .arg(percentText(size - 1));
    }

    /// The same where what they lose differs by no more than chance.
    QString unclearText(double size)
    {
        if (size == 1)
            return ComparePage::tr(
                "B has the size of A; this text shows no difference in what they "
                "lose: KLD %2 against %3.");
        return (size < 1 ? ComparePage::tr("B is %1 smaller than A; this text shows no difference "
                                           "in what they lose: KLD %2 against %3.")
                         : ComparePage::tr("B is %1 larger than A; this text shows no difference "
                                           "in what they lose: KLD %2 against %3."))
            .arg(percentText(std::abs(size - 1)));
    }

    QString gradesText(core::Grade a, core::Grade b)
    {
        return a == b ? ComparePage::tr("In words: both %1.").arg(gradeWords(a))
                      : ComparePage::tr("In words: A %1, B %2.").arg(gradeWords(a), gradeWords(b));
    }

    /// Less and more are said only where the error of the difference allows it.
    QString comparisonText(const RunRow& a, const RunRow& b)
    {
        const core::Comparison &lostA = *a.evaluation->against, &lostB = *b.evaluation->against;
        const core::KldDifference difference = core::kldDifference(lostA, lostB);
        const double size = double(b.fileBytes) / double(a.fileBytes);
        const QString text
            = (difference.isClear() ? clearText(size).arg(lessOrMore(lostB.kldMean / lostA.kldMean))
                                    : unclearText(size))
                  .arg(measuredKldText(lostB.kldMean, lostB.kldError),
                      measuredKldText(lostA.kldMean, lostA.kldError));
        const QString inWords
            = text + u' ' + gradesText(core::gradeOf(lostA), core::gradeOf(lostB));
        if (!difference.paired)
            return inWords;
        return inWords + u' '
            + ComparePage::tr("At the same positions they differ by %1.")
                  .arg(measuredKldText(difference.mean, difference.error));
    }

    /// Whether both are measured, but not on the same text with the present settings.
    bool areIncomparable(const RunRow* a, const RunRow* b)
    {
        return a && b && a->evaluation && b->evaluation && a->number > 0 && b->number > 0
            && (a->stale || b->stale || a->evaluationText != b->evaluationText);
    }

} // namespace

ComparePage::ComparePage(QWidget* parent)
    : Page(tr("What was lost?"), parent)
    , m_measure(addPrimaryAction(tr("Measure run"), QStringLiteral("play")))
    , m_chooseText(addAction(tr("Evaluation text..."), QStringLiteral("text")))
    , m_chooseSimulation(addAction(tr("Arithmetic..."), QStringLiteral("chip")))
    , m_copy(addAction(tr("Copy table"), QStringLiteral("copy")))
    , m_addFile(addAction(tr("Add a file..."), QStringLiteral("add")))
    , m_table(new RunTable)
    , m_drift(new DriftPlot(tr("Drift by layer")))
    , m_sizeLoss(new SizeLossPlot(tr("Size against loss")))
    , m_details(new DetailCard)
    , m_empty(makeEmpty())
    , m_filled(new QWidget)
    , m_plots(new QBoxLayout(QBoxLayout::LeftToRight))
{
    auto* runs = new Card;
    runs->setContentFlush();
    runs->content()->addWidget(m_table);
    auto* driftCard = new Card(m_drift->name());
    addPlotTools(driftCard, m_drift);
    driftCard->content()->addWidget(m_drift);
    auto* sizeCard = new Card(m_sizeLoss->name());
    addPlotTools(sizeCard, m_sizeLoss);
    sizeCard->content()->addWidget(m_sizeLoss);
    m_plots->setSpacing(scaled(12));
    m_plots->addWidget(driftCard, 1);
    m_plots->addWidget(sizeCard, 1);
    auto* layout = new QVBoxLayout(m_filled);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(12));
    layout->addWidget(runs, 2);
    layout->addLayout(m_plots, 4);
    layout->addWidget(m_details, 4);
    content()->addWidget(m_empty);
    content()->addWidget(m_filled, 1);
    for (BasePlot* plot : { static_cast<BasePlot*>(m_drift), static_cast<BasePlot*>(m_sizeLoss) }) {
        plot->setMinimumHeight(scaled(180));
        connect(
            plot, &BasePlot::saveRequested, this, [this, plot] { emit savePlotRequested(plot); });
    }
    connectTable();
    setRuns({}, 0, 0);
}

QWidget* ComparePage::makeEmpty()
{
    auto* card = new Card(tr("Nothing measured yet"));
    m_emptyHint = new Label(TextRole::Secondary);
    m_emptyHint->setWordWrap(true);
    m_measureEmpty
        = makePrimaryButton(tr("Quantize and measure the current recipe"), QStringLiteral("play"));
    card->content()->addWidget(m_emptyHint);
    m_addFileEmpty = makeButton(tr("Add a file..."), QStringLiteral("add"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_measureEmpty);
    buttons->addWidget(m_addFileEmpty);
    buttons->addStretch(1);
    card->content()->addLayout(buttons);
    connect(m_addFileEmpty, &QPushButton::clicked, this, &ComparePage::addFileRequested);
    connect(m_measureEmpty, &QPushButton::clicked, this, [this] { emit measureRequested(0); });
    auto* holder = new QWidget;
    auto* layout = new QVBoxLayout(holder);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(card);
    layout->addStretch(1);
    return holder;
}

void ComparePage::connectTable()
{
    connect(m_table, &RunTable::pinARequested, this, &ComparePage::pinARequested);
    connect(m_table, &RunTable::pinBRequested, this, &ComparePage::pinBRequested);
    connect(m_table, &RunTable::measureRequested, this, &ComparePage::measureRequested);
    connect(m_table, &RunTable::removeRequested, this, &ComparePage::removeRequested);
    connect(m_table, &RunTable::recipeRequested, this, &ComparePage::recipeRequested);
    connect(m_table, &QTableWidget::currentCellChanged, this, [this] {
        updateDetails();
        updateButtons();
    });
    connect(m_sizeLoss, &SizeLossPlot::runChosen, this, &ComparePage::pinBRequested);
    connect(m_chooseText, &QPushButton::clicked, this, &ComparePage::chooseTextRequested);
    connect(m_chooseSimulation, &QPushButton::clicked, this, &ComparePage::chooseSimulation);
    connect(m_addFile, &QPushButton::clicked, this, &ComparePage::addFileRequested);
    connect(m_copy, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_table->toText()); });
    connect(m_measure, &QPushButton::clicked, this, [this] {
        const RunRow* run = m_table->current();
        emit measureRequested(run ? run->number : 0);
    });
}

void ComparePage::arrange()
{
    m_plots->setDirection(
        contentWidth() < scaled(leastPlots) ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    m_table->setBreakpoint(breakpoint());
    m_details->arrange(contentWidth());
    updateDetails();
}

void ComparePage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    emit shown();
}

const RunRow* ComparePage::find(int number) const
{
    for (const RunRow& run : m_runs) {
        if (number > 0 && run.number == number)
            return &run;
    }
    return nullptr;
}

void ComparePage::setRuns(const std::vector<RunRow>& runs, int a, int b)
{
    m_runs = runs;
    m_a = a;
    m_b = b;
    const bool any = runs.size() > 1;
    m_empty->setVisible(!any);
    m_filled->setVisible(any);
    m_table->setRuns(runs, a, b);
    updateAnswer();
    updatePlots();
    updateDetails();
    updateButtons();
}

void ComparePage::setEvaluationText(
    const QString& description, double seconds, const QString& notes)
{
    const QString what
        = tr("Quantizing and measuring shows perplexity, KL divergence and how often "
             "both models prefer the same token, on %1.");
    const QString timed
        = tr("Quantizing and measuring shows perplexity, KL divergence and how often "
             "both models prefer the same token, on %1. It takes about %2.");
    const QString said
        = seconds < 0 ? what.arg(description) : timed.arg(description, durationText(seconds));
    m_emptyHint->setText(notes.isEmpty() ? said : said + u'\n' + notes);
    m_textTip = notes.isEmpty() ? description : description + u'\n' + notes;
    updateButtons();
}

void ComparePage::setSimulation(const core::SimulationOptions& simulation)
{
    m_simulation = simulation;
    m_chooseSimulation->setAccessibleDescription(simulationText(simulation));
    updateButtons();
}

void ComparePage::chooseSimulation()
{
    auto* dialog = new SimulationDialog(m_simulation, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
        [this, dialog] { emit simulationChosen(dialog->options()); });
    dialog->open();
}

void ComparePage::setLocked(bool locked)
{
    m_locked = locked;
    m_table->setLocked(locked);
    updateButtons();
}

void ComparePage::setWhyNot(const QString& quantize, const QString& measure)
{
    m_whyNotQuantize = quantize;
    m_whyNotMeasure = measure;
    updateButtons();
}

void ComparePage::updateButtons()
{
    const RunRow* run = m_table->current();
    const bool any = m_runs.size() > 1;
    m_measure->setVisible(any);
    m_addFile->setVisible(any); // before, it stands beside what is to be done first
    m_copy->setEnabled(any);
    m_copy->setToolTip(any ? QString() : tr("There is no run yet."));
    m_measure->setText(run && run->evaluation ? tr("Measure again") : tr("Measure run"));
    const QString locked = m_locked ? tr("Locked while a job runs.") : QString();
    const auto allow = [&locked](QPushButton* button, const QString& whyNot, const QString& tip) {
        const QString reason = locked.isEmpty() ? whyNot : locked;
        button->setEnabled(reason.isEmpty());
        button->setToolTip(reason.isEmpty() ? tip : reason);
    };
    allow(
        m_measure, run && run->number > 0 ? m_whyNotMeasure : tr("Choose a run in the table."), {});
    allow(m_measureEmpty, m_whyNotQuantize, {});
    allow(m_chooseText, {}, m_textTip);
    allow(m_chooseSimulation, {}, simulationText(m_simulation));
}

void ComparePage::updateAnswer()
{
    const RunRow *a = find(m_a), *b = find(m_b);
    const core::Comparison *lostA = comparison(a), *lostB = comparison(b);
    if (areIncomparable(a, b))
        return setAnswer(tr("A and B were measured on different texts or with other settings: "
                            "measure them again to compare them."));
    if (lostA && lostB && lostA->kldMean > 0)
        return setAnswer(comparisonText(*a, *b));
    if (const core::Comparison* lost = lostB ? lostB : lostA) {
        const RunRow& run = lostB ? *b : *a;
        setAnswer(
            tr("%1 loses KLD %2 and prefers the original's token %3 of the time; perplexity %4. "
               "In words: %5.")
                .arg(labelOf(run), measuredKldText(lost->kldMean, lost->kldError),
                    percentText(lost->sameTop1), signedText(lost->perplexityDifference, 2),
                    gradeWords(core::gradeOf(*lost))));
        return;
    }
    setAnswer(m_runs.size() > 1 ? tr("The pinned runs are not measured yet.")
                                : tr("No run of this model has been made yet."));
}

void ComparePage::updatePlots()
{
    std::vector<DriftLine> lines;
    if (const core::Comparison* lost = comparison(find(m_b)))
        lines.push_back({ tr("B"), 0, lost->drift });
    if (const core::Comparison* lost = comparison(find(m_a)))
        lines.push_back({ tr("A"), 1, lost->drift });
    m_drift->setLines(std::move(lines));
    m_drift->setDescription(answer());
    std::vector<SizeLossPoint> points;
    for (const RunRow& run : m_runs) {
        using Kind = SizeLossPoint::Kind;
        const Kind kind = run.number == m_b ? Kind::PinnedB
            : run.number == m_a             ? Kind::PinnedA
                                            : Kind::Plain;
        if (const core::Comparison* lost = run.number > 0 ? comparison(&run) : nullptr)
            points.push_back({ run.number, labelOf(run), double(run.fileBytes), lost->kldMean, kind,
                lost->kldError });
    }
    m_sizeLoss->setPoints(std::move(points));
    m_sizeLoss->setDescription(answer());
}

void ComparePage::updateDetails()
{
    const RunRow* run = m_table->current();
    if (!run)
        return;
    const QString name = run->number > 0 ? labelOf(*run) : tr("Original");
    if (!run->evaluation)
        return m_details->setFigures(name, {});
    std::vector<Fact> facts{ { tr("Perplexity"),
        measuredText(run->evaluation->perplexity, run->evaluation->perplexityError, 2), {} } };
    if (const auto& against = run->evaluation->against) {
        if (breakpoint() == Breakpoint::Wide)
            facts.push_back({ tr("KLD median"), kldText(against->kldMedian), {} });
        facts.push_back({ tr("KLD 99 %"), kldText(against->kld99), {} });
        facts.push_back({ tr("KLD 99.9 %"), kldText(against->kld999), {} });
        if (breakpoint() != Breakpoint::Narrow) {
            facts.push_back({ tr("KLD maximum"), kldText(against->kldMaximum), {} });
            facts.push_back({ tr("Change of p, RMS"), percentText(against->rmsDeltaP),
                tr("Of the probability of the text's own next token.") });
        }
        facts.push_back({ tr("Same top token"), percentText(against->sameTop1), {} });
    }
    m_details->setFigures(
        tr("%1  ·  %2", "a run, and what it was measured on").arg(name, run->evaluationText),
        facts);
}

} // namespace widgets

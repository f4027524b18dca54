// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/tablepresenter.h"

#include "app/presenters/formatchoices.h"
#include "core/stats/outliers.h"
#include "widgets/table/tensortable.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

    using widgets::RunFacts;

    QString withoutSuffix(const std::string& name)
    {
        QString text = QString::fromStdString(name);
        if (text.endsWith(QStringLiteral(".weight")))
            text.chop(7);
        return text;
    }

    widgets::TensorRow rowOf(const core::Tensor& tensor)
    {
        widgets::TensorRow row;
        row.place = tensor.place;
        row.name = withoutSuffix(tensor.name);
        row.sourceName = QString::fromStdString(tensor.sourceName);
        row.rows = tensor.rows;
        row.columns = tensor.columns;
        row.grid = QString::fromStdString(core::gridOf(tensor));
        row.format = row.grid.isEmpty() ? tensor.format : core::formatAsInFile(tensor);
        row.bytes = core::storedSize(tensor);
        row.bits = core::storedBitsPerWeight(tensor);
        return row;
    }

    /// By layer.
    std::vector<widgets::TensorRow::Mixer> mixersOf(const core::Checkpoint& checkpoint)
    {
        using Mixer = widgets::TensorRow::Mixer;
        std::vector<Mixer> mixers;
        const int layers = checkpoint.isComputed() ? checkpoint.config().layers : 0;
        for (int layer = 0; layer < layers; ++layer) {
            const core::LayerSpec spec = core::layerSpec(checkpoint.config(), layer);
            mixers.push_back(spec.deltaNet  ? Mixer::DeltaNet
                    : spec.shortConvolution ? Mixer::Convolution
                    : spec.attention.latent ? Mixer::Latent
                    : spec.attention.window ? Mixer::Window
                                            : Mixer::Attention);
        }
        return mixers;
    }

    std::optional<double> known(double error)
    {
        return error >= 0 ? std::optional(error) : std::nullopt;
    }

    RunFacts factsOf(const core::TensorReport& report)
    {
        return { RunFacts::State::Done, known(report.outputError), known(report.importanceError),
            QString::fromStdString(report.note), { report.judgedOn, report.heldSequences } };
    }

} // namespace

TablePresenter::TablePresenter(widgets::TensorModel& model, widgets::TensorTable& table,
    Session& session, Selection& selection, QuantizeController& quantize, QObject* parent)
    : QObject(parent)
    , m_model(model)
    , m_table(table)
    , m_session(session)
    , m_selection(selection)
    , m_quantize(quantize)
{
    connectSession();
    connectTable();
    connectQuantize();
}

void TablePresenter::connectSession()
{
    connect(&m_session, &Session::modelChanged, this, &TablePresenter::fillTensors);
    connect(&m_session, &Session::weightStatsChanged, this, &TablePresenter::fillWeights);
    connect(&m_session, &Session::thresholdChanged, this, [this] {
        fillAllWeights();
        fillInputs();
    });
    connect(&m_session, &Session::activationsChanged, this, [this] {
        fillInputs();
        fillRoundingErrors();
    });
    connect(&m_session, &Session::lossesChanged, this, &TablePresenter::fillLosses);
    connect(&m_session, &Session::measuredLossesChanged, this, &TablePresenter::fillLosses);
    connect(&m_session.recipe(), &RecipeEditor::changed, this, [this] {
        if (m_model.tensorCount() != int(m_session.recipe().plan().size()))
            return; // a new model's recipe; fillTensors() follows
        fillRecipe();
        fillRoundingErrors();
    });
    connect(&m_session.previews(), &PreviewCache::inserted, this,
        [this](int tensor, const core::Format* format) {
            if (m_session.recipe().plan()[std::size_t(tensor)].format == format)
                setRoundingError(tensor, m_session.previews().find(tensor, format).get());
        });
    connect(&m_session.runs(), &RunList::changed, this, &TablePresenter::fillCompared);
}

void TablePresenter::connectTable()
{
    using widgets::TensorTable;
    connect(&m_table, &TensorTable::selectionEdited, this,
        [this] { m_selection.setTensors(m_table.selectedTensors()); });
    connect(&m_table, &TensorTable::assignRequested, this,
        [this](const std::vector<int>& tensors, const core::Format* format) {
            m_session.recipe().assign(tensors, format);
        });
    connect(&m_selection, &Selection::placesChosen, this, &TablePresenter::select);
    connect(&m_selection, &Selection::lookedChanged, this, [this] {
        const bool looks = m_selection.lookedPlan() != nullptr;
        if (std::exchange(m_looksAtPlan, looks) || looks)
            fillRecipe();
    });
    connect(&m_table, &TensorTable::digitPressed, this, &TablePresenter::lookAtBits);
    connect(&m_table, &TensorTable::stepPressed, this, &TablePresenter::step);
    connect(&m_table, &TensorTable::assignPressed, this, [this] {
        if (m_selection.looked())
            m_session.recipe().assign(m_selection.tensors(), m_selection.looked());
        m_selection.look(nullptr);
    });
    connect(&m_table, &TensorTable::lookAwayPressed, this, [this] { m_selection.look(nullptr); });
}

void TablePresenter::connectQuantize()
{
    connect(&m_quantize, &QuantizeController::started, this, &TablePresenter::fillRun);
    connect(&m_quantize, &QuantizeController::tensorDone, this,
        [this](const core::TensorReport& report) {
            for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
                if (m_model.row(tensor).place == report.place)
                    m_model.setRun(tensor, factsOf(report));
            }
            markRounding();
        });
    const auto stopped = [this](RunFacts::State state) {
        for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
            if (m_model.row(tensor).run.state == RunFacts::State::Rounding)
                m_model.setRun(tensor, { state, {}, {}, {} });
        }
    };
    connect(&m_quantize, &QuantizeController::cancelled, this,
        [stopped] { stopped(RunFacts::State::Waiting); });
    connect(&m_quantize, &QuantizeController::failed, this,
        [stopped] { stopped(RunFacts::State::Failed); });
}

void TablePresenter::fillTensors()
{
    std::vector<widgets::TensorRow> rows;
    const auto mixers = mixersOf(*m_session.checkpoint());
    for (const core::Tensor& tensor : m_session.checkpoint()->tensors()) {
        rows.push_back(rowOf(tensor));
        const auto layer = std::size_t(std::max(0, tensor.place.layer));
        if (tensor.place.layer >= 0 && layer < mixers.size())
            rows.back().mixer = mixers[layer];
    }
    const auto& plan = m_session.recipe().plan();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].recipeFormat = plan[i].format;
        rows[i].wantedFormat = plan[i].wanted;
    }
    m_model.setTensors(std::move(rows));
}

void TablePresenter::fillWeights(int tensor)
{
    const auto& stats = m_session.weightStats(tensor);
    if (!stats)
        return;
    const auto outliers = [this](const std::vector<float>& absmax) {
        return int(core::outlierChannels(absmax, m_session.threshold()).channels.size());
    };
    const bool matrix = m_model.row(tensor).isMatrix();
    m_model.setWeights(tensor,
        widgets::WeightFacts{ stats->moments.kurtosis, stats->moments.absmax(),
            stats->moments.deviation, matrix ? outliers(stats->inputAbsmax) : 0,
            matrix ? outliers(stats->outputAbsmax) : 0, stats->moments.nonFinite });
}

void TablePresenter::fillAllWeights()
{
    const widgets::TensorModel::Together together(m_model);
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor)
        fillWeights(tensor);
}

void TablePresenter::fillInputs()
{
    const widgets::TensorModel::Together together(m_model);
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        const core::InputStats* stats = m_session.inputStats(tensor);
        if (!stats) {
            m_model.setInputs(tensor, std::nullopt);
            continue;
        }
        const auto outliers = core::outlierChannels(stats->absmax, m_session.threshold());
        const double ratio = outliers.median > 0 ? stats->moments.absmax() / outliers.median : 0;
        m_model.setInputs(tensor,
            widgets::InputFacts{ stats->moments.absmax(), ratio, stats->moments.kurtosis,
                outliers.channels, !outliers.channels.empty() });
    }
}

void TablePresenter::fillRecipe()
{
    const widgets::TensorModel::Together together(m_model);
    const auto* looked = m_selection.lookedPlan();
    const auto& plan = looked ? *looked : m_session.recipe().plan();
    for (std::size_t i = 0; i < plan.size(); ++i)
        m_model.setRecipe(int(i), plan[i].format, plan[i].wanted);
    fillLosses();
}

void TablePresenter::fillLosses()
{
    const auto* looked = m_selection.lookedPlan();
    const auto& plan = looked ? *looked : m_session.recipe().plan();
    if (m_model.tensorCount() != int(plan.size()))
        return; // a new model's; fillTensors() follows
    const widgets::TensorModel::Together together(m_model);
    for (std::size_t i = 0; i < plan.size(); ++i) {
        widgets::LossFacts loss;
        if (const auto* figure = m_session.predictedFigure(int(i), plan[i])) {
            loss.predicted = figure->kld;
            loss.predictedError = figure->error;
        }
        if (const core::MeasuredLoss* measured = m_session.measuredLoss(int(i), plan[i])) {
            loss.measured = measured->loss.kld;
            loss.measuredError = measured->loss.error;
        }
        m_model.setLoss(int(i), loss);
    }
}

void TablePresenter::fillRoundingErrors()
{
    const widgets::TensorModel::Together together(m_model);
    const auto& plan = m_session.recipe().plan();
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        const auto preview = m_session.previews().find(tensor, plan[std::size_t(tensor)].format);
        setRoundingError(tensor, preview.get());
    }
}

void TablePresenter::setRoundingError(int tensor, const core::RoundingPreview* preview)
{
    if (preview)
        m_model.setRoundingError(tensor, preview->outputError, widgets::errorOf(*preview));
    else
        m_model.setRoundingError(tensor, std::nullopt);
}

void TablePresenter::fillRun()
{
    const widgets::TensorModel::Together together(m_model);
    const auto& plan = m_session.recipe().plan();
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        const bool rounds = m_model.row(tensor).isMatrix() && !plan[std::size_t(tensor)].keeps;
        m_model.setRun(
            tensor, { rounds ? RunFacts::State::Waiting : RunFacts::State::Kept, {}, {}, {} });
    }
    markRounding();
}

void TablePresenter::markRounding()
{
    if (m_quantize.phase() != QuantizeController::Phase::Quantizing)
        return;
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        if (m_model.row(tensor).run.state == RunFacts::State::Rounding)
            return;
    }
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        const bool layered = m_model.row(tensor).place.layer >= 0;
        if (layered && m_model.row(tensor).run.state == RunFacts::State::Waiting) {
            m_model.setRun(tensor, { RunFacts::State::Rounding, {}, {}, {} });
            return;
        }
    }
}

void TablePresenter::fillCompared()
{
    const widgets::TensorModel::Together together(m_model);
    const auto a = m_session.runs().pinnedA();
    const auto b = m_session.runs().pinnedB();
    const auto reportOf = [](const std::shared_ptr<const Run>& run, core::Place place) {
        const core::TensorReport* report = run ? run->report(place) : nullptr;
        return report ? *report : core::TensorReport();
    };
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        const auto format = [tensor](const std::shared_ptr<const Run>& run) {
            return run ? run->plan[std::size_t(tensor)].format : nullptr;
        };
        const core::Place place = m_model.row(tensor).place;
        const core::TensorReport inA = reportOf(a, place), inB = reportOf(b, place);
        m_model.setCompared(tensor,
            { format(a), format(b), known(inA.outputError), known(inB.outputError),
                widgets::Judged{ inA.judgedOn, 0 }.errorOf(),
                widgets::Judged{ inB.judgedOn, 0 }.errorOf() });
    }
}

const core::Format* TablePresenter::lookedOrAssigned() const
{
    if (m_selection.looked())
        return m_selection.looked();
    const auto& tensors = m_selection.tensors();
    return tensors.empty() ? nullptr
                           : m_session.recipe().plan()[std::size_t(tensors.front())].format;
}

void TablePresenter::step(int by)
{
    if (const core::Format* format = lookedOrAssigned())
        m_selection.look(steppedFormat(format, by));
}

void TablePresenter::lookAtBits(int bits)
{
    if (!m_selection.tensors().empty())
        m_selection.look(formatOfBits(bits));
}

void TablePresenter::select(const std::vector<core::Place>& places)
{
    std::vector<int> tensors;
    for (int tensor = 0; tensor < m_model.tensorCount(); ++tensor) {
        if (std::find(places.begin(), places.end(), m_model.row(tensor).place) != places.end())
            tensors.push_back(tensor);
    }
    m_table.selectTensors(tensors);
}

} // namespace app

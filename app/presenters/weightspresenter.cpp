// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/weightspresenter.h"

#include "app/presenters/formatchoices.h"
#include "app/presenters/selectedtensors.h"
#include "widgets/pages/weights/weightspage.h"

#include <algorithm>

namespace app {

namespace {

    constexpr int overviewDelay = 100; ///< milliseconds
} // namespace

WeightsPresenter::WeightsPresenter(
    widgets::WeightsPage& page, Session& session, Selection& selection, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_selection(selection)
{
    m_page.setFormats(rulerFormats());
    m_overviewLater.setSingleShot(true);
    m_overviewLater.setInterval(overviewDelay);
    const auto later = [this] {
        if (!m_overviewLater.isActive())
            m_overviewLater.start();
    };
    connect(&m_overviewLater, &QTimer::timeout, this, &WeightsPresenter::fillOverview);
    connect(&session, &Session::modelChanged, this, [this] {
        m_page.clear();
        fillOverview();
    });
    connect(&session, &Session::thresholdChanged, this,
        [this] { m_page.setThreshold(m_session.threshold()); });
    connect(&session, &Session::weightStatsChanged, this, [this, later](int tensor) {
        later();
        const auto& selected = m_selection.tensors();
        if (std::find(selected.begin(), selected.end(), tensor) != selected.end())
            fillSelection();
    });
    connect(&session.recipe(), &RecipeEditor::changed, this, [this, later] {
        fillSelection();
        later();
    });
    connect(&session.previews(), &PreviewCache::inserted, this, [this, later](int tensor) {
        if (isShown(tensor))
            fillPreviews(tensor);
        later();
    });
    connectPage();
}

void WeightsPresenter::connectPage()
{
    using widgets::WeightsPage;
    connect(&m_selection, &Selection::tensorsChanged, this, &WeightsPresenter::fillSelection);
    connect(&m_selection, &Selection::lookedChanged, this, [this] {
        if (m_page.lookedAt() != m_selection.looked())
            m_page.lookAt(m_selection.looked());
    });
    connect(&m_selection, &Selection::markedChannelChanged, this,
        [this] { m_page.setMarkedChannel(m_selection.markedChannel()); });
    connect(&m_page, &WeightsPage::formatLooked, &m_selection, &Selection::look);
    connect(&m_page, &WeightsPage::assignRequested, this, [this](const core::Format* format) {
        m_session.recipe().assign(m_selection.tensors(), format);
        m_selection.look(nullptr);
    });
    connect(&m_page, &WeightsPage::placesChosen, &m_selection, &Selection::choose);
    connect(&m_page, &WeightsPage::channelMarked, &m_selection, &Selection::markChannel);
    connect(&m_page, &WeightsPage::groupWanted, this, &WeightsPresenter::fillGroup);
}

void WeightsPresenter::fillSelection()
{
    if (!m_session.isOpen())
        return;
    const std::vector<int>& selected = m_selection.tensors();
    for (std::size_t i = 0; i < std::min(selected.size(), mostShownTensors); ++i)
        fillPreviews(selected[i]);
    m_page.setSelection(selectedTensors(m_session, m_selection));
}

bool WeightsPresenter::isShown(int tensor) const
{
    const std::vector<int>& selected = m_selection.tensors();
    const auto end = selected.begin() + std::ptrdiff_t(std::min(selected.size(), mostShownTensors));
    return std::find(selected.begin(), end, tensor) != end;
}

void WeightsPresenter::fillPreviews(int tensor)
{
    m_page.setPreviews(m_session.checkpoint()->tensors()[std::size_t(tensor)].place,
        m_session.previews().of(tensor));
}

/// One row is decoded and rounded: well under a millisecond.
void WeightsPresenter::fillGroup(
    core::Place place, const core::Format* format, core::WeightPlace weight)
{
    const auto& checkpoint = *m_session.checkpoint();
    const core::Tensor* tensor = checkpoint.find(place);
    if (!tensor || weight.row >= tensor->rows || weight.column >= tensor->columns)
        return;
    const std::span<const float> importance = m_session.importance(int(checkpoint.indexOf(place)));
    m_page.setGroup(place, format, weight, core::groupAt(*tensor, *format, importance, weight));
}

void WeightsPresenter::fillOverview()
{
    if (!m_session.isOpen())
        return;
    std::vector<widgets::TensorOverview> overview;
    const auto& tensors = m_session.checkpoint()->tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (!core::isMatrix(tensors[i].place.role))
            continue;
        const auto preview = m_session.previews().find(int(i), m_session.recipe().plan()[i].format);
        overview.push_back(
            { tensors[i].place, m_session.weightStats(int(i)), preview ? preview->outputError : -1,
                preview ? widgets::errorOf(*preview) : widgets::ErrorOf::Output });
    }
    m_page.setOverview(overview);
}

} // namespace app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/modelpresenter.h"

#include "app/presenters/selectedtensors.h"
#include "widgets/pages/model/modelpage.h"

namespace app {

ModelPresenter::ModelPresenter(
    widgets::ModelPage& page, Session& session, Selection& selection, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
{
    connect(&session, &Session::modelChanged, this, &ModelPresenter::fillModel);
    connect(&session, &Session::weightStatsChanged, this, &ModelPresenter::fillNonFinite);
    connect(&selection, &Selection::tensorsChanged, this, [this, &selection] {
        if (m_session.isOpen())
            m_page.setSelection(selectedPlaces(m_session, selection));
    });
    connect(&page, &widgets::ModelPage::placesChosen, &selection, &Selection::choose);
}

void ModelPresenter::fillModel()
{
    QStringList files;
    for (const std::string& file : m_session.model().files)
        files += QString::fromStdString(file);
    m_page.setModel(m_session.checkpoint());
    m_page.setFiles(files, m_session.model().fileBytes);
    m_page.setTokenizerWorks(m_session.model().tokenizerWorks);
    m_page.setNonFinite(std::nullopt);
}

void ModelPresenter::fillNonFinite()
{
    if (m_session.weightStatsMissing() > 0)
        return;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < m_session.checkpoint()->tensors().size(); ++i)
        count += std::int64_t(m_session.weightStats(int(i))->moments.nonFinite);
    m_page.setNonFinite(count);
}

} // namespace app

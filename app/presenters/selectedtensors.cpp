// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/selectedtensors.h"

namespace app {

std::vector<widgets::SelectedTensor> selectedTensors(
    const Session& session, const Selection& selection)
{
    std::vector<widgets::SelectedTensor> tensors;
    for (const int tensor : selection.tensors()) {
        const core::Tensor& subject = session.checkpoint()->tensors()[std::size_t(tensor)];
        tensors.push_back(
            { subject.place, widgets::tensorName(subject), subject.rows, subject.columns,
                session.weightStats(tensor), session.recipe().plan()[std::size_t(tensor)].format });
    }
    return tensors;
}

std::vector<core::Place> selectedPlaces(const Session& session, const Selection& selection)
{
    std::vector<core::Place> places;
    for (const int tensor : selection.tensors())
        places.push_back(session.checkpoint()->tensors()[std::size_t(tensor)].place);
    return places;
}

} // namespace app

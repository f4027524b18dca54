// SPDX-License-Identifier: GPL-3.0-or-later
#include "sampledata.h"

#include "core/files/textfile.h"
#include "core/measure/rounding.h"

#include <QtCore/QString>

#include <algorithm>

namespace {

SampleData load()
{
    const std::filesystem::path folder = QUANTSCOPE_SOURCE_DIR "/resources/sample";
    SampleData data;
    data.checkpoint = core::Checkpoint::open(folder);
    for (const core::Tensor& tensor : data.checkpoint->tensors())
        if (core::isMatrix(tensor.place.role))
            data.overview.push_back({ tensor.place,
                std::make_shared<core::TensorStats>(core::tensorStats(tensor, {})), -1 });
    for (const core::Format* format : core::allFormats())
        if (format->grid)
            data.formats.insert(data.formats.begin(), format);

    const core::Tokenizer& tokenizer = data.checkpoint->tokenizer();
    const auto sequences
        = core::tokenSequences(tokenizer, core::readTextFile(folder / "calibration.txt"), 256, 8);
    data.activations.stats = std::make_shared<core::ActivationStats>(
        core::activationStats(*data.checkpoint, sequences, {}));
    data.activations.settings = { "calibration.txt", "calibration.txt", 8, 256 };
    data.activations.cached = true;
    for (const core::LargeValue& value : data.activations.stats->largest) {
        const std::vector<int>& tokens = sequences[std::size_t(value.sequence)];
        const auto at = tokens.begin() + value.position;
        const auto first = at - std::min<std::ptrdiff_t>(8, at - tokens.begin());
        const auto last = at + std::min<std::ptrdiff_t>(8, tokens.end() - at);
        data.activations.tokens.push_back({ QString::fromStdString(tokenizer.piece(value.token)),
            QString::fromStdString(tokenizer.decode({ first, at })),
            QString::fromStdString(tokenizer.decode({ at + 1, last })) });
    }
    return data;
}

} // namespace

widgets::SelectedTensor SampleData::select(core::Place place) const
{
    const core::Tensor* tensor = checkpoint->find(place);
    const auto stats = std::find_if(overview.begin(), overview.end(),
        [place](const widgets::TensorOverview& one) { return one.place == place; });
    return { place, widgets::tensorName(place), tensor->rows, tensor->columns, stats->stats,
        core::findFormat("Q4_K") };
}

widgets::Previews SampleData::previews(core::Place place) const
{
    const core::Tensor& tensor = *checkpoint->find(place);
    const core::Matrix weights = core::decode(tensor);
    const auto* input = activations.stats->find(core::inputOf(place.role), place.layer);
    const widgets::SelectedTensor selected = select(place);
    widgets::Previews previews;
    for (const core::Format* format : formats)
        previews.push_back(std::make_shared<core::RoundingPreview>(core::previewRounding(
            weights, *format, input->meanSquare, selected.stats->histogram, {})));
    return previews;
}

std::vector<widgets::FormatChoice> SampleData::choices(
    core::Place place, const core::Format* assigned) const
{
    const core::Tensor& tensor = *checkpoint->find(place);
    std::vector<widgets::FormatChoice> all;
    for (const core::Format* format : core::allFormats()) {
        widgets::FormatChoice choice;
        choice.format = format;
        choice.bytes = tensor.rows * std::int64_t(format->rowBytes(std::size_t(tensor.columns)));
        if (!format->grid)
            choice.error = 0;
        all.push_back(choice);
    }
    for (const auto& preview : previews(place))
        for (widgets::FormatChoice& choice : all)
            if (choice.format == preview->format)
                choice.error = preview->outputError;
    const auto base = std::find_if(all.begin(), all.end(),
        [assigned](const auto& choice) { return choice.format == assigned; });
    if (base == all.end() || !base->error)
        return all;
    for (widgets::FormatChoice& choice : all)
        if (choice.error)
            choice.change = *choice.error - *base->error;
    return all;
}

const SampleData& sampleData()
{
    static const SampleData data = load();
    return data;
}

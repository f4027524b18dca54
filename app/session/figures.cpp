// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/figures.h"

#include "core/export/ggufexport.h"

namespace app {

std::uint64_t bytesIn(const core::Tensor& tensor, const core::Format& format)
{
    return format.tensorBytes(std::uint64_t(tensor.rows), std::size_t(tensor.columns));
}

namespace {

    std::uint64_t tensorBytes(
        const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan)
    {
        std::uint64_t bytes = 0;
        for (std::size_t i = 0; i < plan.size(); ++i)
            bytes += bytesIn(checkpoint.tensors()[i], *plan[i].format);
        return bytes;
    }

} // namespace

std::uint64_t fileBytes(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const std::string& recipeText)
{
    if (!checkpoint.hasTokenizer() || core::hasStudyFormat(plan)) // no file, but a size
        return tensorBytes(checkpoint, plan);
    core::GgufExportOptions options;
    options.recipe = recipeText;
    return core::planGguf(checkpoint, plan, options).layout.fileSize;
}

std::string recipeText(const QString& title, core::Treatment treatment)
{
    return title.toStdString() + ", " + core::treatmentName(treatment);
}

double bitsPerWeight(
    const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan)
{
    return 8 * double(tensorBytes(checkpoint, plan)) / double(checkpoint.weights());
}

double bitsPerWeight(const core::Checkpoint& checkpoint)
{
    return 8 * double(checkpoint.bytes()) / double(checkpoint.weights());
}

double tokensPerSecond(const core::Device* device, std::uint64_t bytesPerToken)
{
    return device && bytesPerToken > 0 ? device->bytesPerSecond / double(bytesPerToken) : 0;
}

} // namespace app

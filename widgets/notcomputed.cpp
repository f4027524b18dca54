// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/notcomputed.h"

#include <QCoreApplication>

#include <filesystem>

namespace widgets {

QString notComputedReason(const core::ModelConfig& config)
{
    const std::string& reason = config.notComputed;
    const std::size_t end = reason.find(": ");
    if (end == std::string::npos || reason.find('/') > end)
        return QString::fromStdString(reason);
    const std::string file = std::filesystem::path(reason.substr(0, end)).filename().string();
    return QString::fromStdString(file + reason.substr(end));
}

QString whyNoText(const core::Checkpoint& checkpoint)
{
    if (!checkpoint.isComputed())
        return QCoreApplication::translate(
            "widgets::NotComputed", "No text can run through this model (%1).")
            .arg(notComputedReason(checkpoint.config()));
    return checkpoint.hasTokenizer()
        ? QString()
        : QCoreApplication::translate(
            "widgets::NotComputed", "The model has no tokenizer, so no text can run through it.");
}

} // namespace widgets

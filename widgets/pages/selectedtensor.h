// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "core/model/tensor.h"
#include "core/stats/tensorstats.h"

#include <QtCore/QString>

#include <memory>

namespace widgets {

/// One tensor chosen in the table, and what is known of it.
struct SelectedTensor {
    core::Place place;
    QString name; ///< without ".weight": "blk.2.attn_k"
    std::int64_t rows = 0, columns = 0;
    std::shared_ptr<const core::TensorStats> stats; ///< null: being measured
    const core::Format* recipeFormat = nullptr; ///< what the recipe gives it

    bool operator==(const SelectedTensor&) const = default;
};

/// What `tensor` is rounded to where `format` is looked at: `format` as it is for rows of that
/// length, or what it falls back to; for null the recipe's.
const core::Format* storedFormat(const SelectedTensor& tensor, const core::Format* format);
/// "attn_k" of a layer as a column of a heat map: "k", "output", "gate"; "other".
QString shortRoleName(core::Role role);
/// The same of a tensor without a role: "ssm_in" of "blk.2.ssm_in".
QString shortTensorName(const QString& name);
/// GGUF's name without ".weight"; "other" of a place without a role.
QString tensorName(core::Place place);
QString tensorName(const core::Tensor& tensor); ///< of any tensor, also one without a role
/// Whether llama.cpp's mixes are made of this format: the K formats and Q8_0.
bool isMainFormat(const core::Format* format);
/// "128 × 256": rows × columns.
QString shapeText(std::int64_t rows, std::int64_t columns);

} // namespace widgets

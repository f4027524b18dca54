// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"

#include <QObject>

#include <map>
#include <memory>
#include <vector>

namespace app {

/// What rounding does to each tensor at each format, as far as it was computed: the ruler redraws
/// from here in one frame. About 4 kB an entry; all of a model's are kept.
class PreviewCache : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Null until it was computed. `tensor` counts the checkpoint's.
    std::shared_ptr<const core::RoundingPreview> find(int tensor, const core::Format* format) const;
    /// All that were computed of a tensor.
    std::vector<std::shared_ptr<const core::RoundingPreview>> of(int tensor) const;
    void insert(int tensor, const core::Format* format,
        std::shared_ptr<const core::RoundingPreview> preview);
    void clear();

signals:
    void inserted(int tensor, const core::Format* format);
    void cleared();

private:
    using OfTensor = std::map<const core::Format*, std::shared_ptr<const core::RoundingPreview>>;
    std::vector<OfTensor> m_previews; ///< by tensor, as far as there are any
};

} // namespace app

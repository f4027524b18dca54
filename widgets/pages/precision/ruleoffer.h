// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <QtCore/QString>

#include <vector>

namespace widgets {

/// What a rule of the open model may say.
struct RuleOffer {
    std::vector<core::Role> roles; ///< none: every role that a layer may have
    QString whyNoText; ///< why no method can read a text; empty: each can
};

} // namespace widgets

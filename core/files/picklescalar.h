// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/pickle.h"

namespace core {

/// The value that an operation of a pickle pushes which holds it in its own bytes: none, a truth
/// value, a number, a text, bytes. Nothing if it is no such operation. `reader` stands behind the
/// operation. Throws Error for what is cut off, and for integers of more than 8 bytes.
std::optional<PickleValue> readPickleScalar(ByteReader& reader, unsigned operation);

} // namespace core

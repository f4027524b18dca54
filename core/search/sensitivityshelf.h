// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/search/sensitivity.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace core {

/// The key of a table: changes with all that its figures depend on but how many sequences were
/// read. `sequences`: those of the whole text, of which a table may have read the first ones.
std::string sensitivityKey(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const SensitivitySettings& settings);

/// Keeps a table, complete or not, under its key and among those that lastSensitivity chooses from.
/// Throws Error if it cannot be written.
void keepSensitivity(const Shelf& shelf, const std::string& key, const Checkpoint& checkpoint,
    Method method, const SensitivityTable& table);

/// The table under `key`, as far as it was read. Nothing if there is none, or it is damaged.
std::optional<SensitivityTable> findSensitivity(const Shelf& shelf, const std::string& key);

/// measureSensitivity that goes on from what `shelf` (null: there is none) has under the table's
/// key, and keeps what it reads there.
SensitivityTable measureKept(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const SensitivitySettings& settings,
    const Shelf* shelf, const SensitivityUpdate& update, const Progress& progress);

/// Of the tables of this model and method the one that knows most: figures of a text before those
/// of the weights alone, then figures in the usual formats, then in all, then tokens read, then the
/// one kept last. Nothing if there is none.
std::optional<SensitivityTable> lastSensitivity(
    const Shelf& shelf, const Checkpoint& checkpoint, Method method);

/// The first of these tables, in that order, that `isGood`.
std::optional<SensitivityTable> keptSensitivity(const Shelf& shelf, const Checkpoint& checkpoint,
    Method method, const std::function<bool(const SensitivityTable&)>& isGood);

} // namespace core

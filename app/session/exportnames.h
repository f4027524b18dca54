// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/sourcefiles.h"
#include "core/model/checkpoint.h"
#include "core/quant/recipe.h"

#include <QDir>
#include <QStringList>

namespace app {

/// The name of the model for a file of it.
QString exportModelName(const core::Checkpoint& checkpoint);

/// Where the model lies if that can be written to, else the home folder.
QString exportFolder(const core::Checkpoint& checkpoint);

/// What tells a file of `recipe` from one of another recipe that has its name: "a3f09c", of all
/// that a recipe says but its name. Empty where the name says all: of a preset as it is.
QString recipeTag(const core::Recipe& recipe, const core::Checkpoint& checkpoint);

/// "sample-Q4_K-gptq.gguf" of its parts; letters and digits of any script stay in them.
QString exportName(QStringList parts);

/// `name` with the first number from 2 on that makes it one which nothing has in `folder` and no
/// file of `read` had: "sample-Q4_K-gptq-2.gguf".
QString freeName(const QDir& folder, const QString& name, const core::SourceFiles& read);

} // namespace app

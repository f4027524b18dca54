// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QString>
#include <QStringList>

#include <filesystem>

/// The program as a script runs it, with what tests of it have in common.
namespace cliprogram {

/// Caches and settings of a user of its own, as long as it lives: what one test keeps on the shelf
/// no other finds, and the real user's is left alone.
class OwnHome {
public:
    OwnHome();
    std::filesystem::path shelf() const; ///< where the program keeps finished layers
    std::filesystem::path settings() const; ///< the window's file
private:
    support::TemporaryFolder m_folder;
};

struct Outcome {
    int code = -1;
    QString out;
    QString error;
};
Outcome run(const QStringList& arguments);
core::Json jsonOf(const Outcome& outcome);
QString name(const std::filesystem::path& path);

/// A tiny model whose rows fit every format, and a text, in one folder.
struct Workplace {
    support::TemporaryFolder folder;
    QString model, text, output;
    support::TinyModel tiny;

    explicit Workplace(support::Damage damage = support::Damage::None);

    /// Writes the model anew with `value` among the weights of a tensor.
    void makeLarge(const std::string& tensor, float value) const;
    /// To Q4_K with eight sequences of the text, replacing the output.
    QStringList quantize(const QString& method) const;
};

} // namespace cliprogram

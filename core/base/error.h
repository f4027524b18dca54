// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>

namespace core {

/// What core throws when the input, not the code, is wrong: a torn file, a shape that does not
/// fit, a full disk. The text is one English sentence with the place and the two values that
/// disagree. A broken invariant of ours is an assert, never an Error.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Thrown by Progress::at() once the user has asked to stop. It is not a failure: only
/// app/jobs and the command line's main catch it.
struct Cancelled { };

} // namespace core

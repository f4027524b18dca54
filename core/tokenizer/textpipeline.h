// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace core {

/// What makes words of a text: takes special texts out, normalizes, cuts. Immutable; safe to use
/// from several threads.
class TextPipeline {
public:
    /// Takes what a text was made into, in order.
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual void token(int id) = 0;
        virtual void word(std::string_view bytes) = 0; ///< valid only during the call
    };

    virtual ~TextPipeline() = default;

    /// Throws Error if an expression exhausts PCRE2's limits.
    virtual void run(std::string_view text, Sink& sink) const = 0;
};

} // namespace core

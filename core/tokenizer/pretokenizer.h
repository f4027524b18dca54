// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// A text made fit for Unicode expressions as llama.cpp does it: a byte that begins no character
/// becomes U+FFFD, an overlong form its character.
struct CleanText {
    std::string_view bytes; ///< what is tokenized
    std::string_view
        subject; ///< the same length, valid UTF-8: surrogates are private-use characters
    std::string bytesCopy, subjectCopy; ///< hold the above where they differ from the original

    /// `text` must outlive the result.
    explicit CleanText(std::string_view text);
    CleanText(const CleanText&) = delete;
    CleanText& operator=(const CleanText&) = delete;
};

/// Cuts text into the words that byte-pair merging never crosses.
/// Immutable; safe to use from several threads.
class Pretokenizer {
public:
    /// Compiles `patterns` (PretokenizerSet::patterns).
    explicit Pretokenizer(std::span<const char* const> patterns);
    ~Pretokenizer();

    /// The ends of the words of `subject` (valid UTF-8), ascending, the last subject.size().
    /// Throws Error if an expression exhausts PCRE2's limits.
    std::vector<std::size_t> split(std::string_view subject) const;

private:
    class Expression;

    std::vector<std::unique_ptr<const Expression>> m_expressions;
};

} // namespace core

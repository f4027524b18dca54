// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizername.h"

#include "core/base/text.h"
#include "core/tokenizer/bytelevel.h"
#include "core/tokenizer/jsonpretokenizer.h"
#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace core {

namespace {

    // The expressions as tokenizer.json files spell them.
#define HF_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define HF_UPPER R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define HF_LOWER R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define HF_SLASHES R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define SPLIT(regex) "Split(" regex ")"
#define RAW_BYTES " + ByteLevel(no regex)"

    struct Signature {
        std::string_view steps; ///< as describe() writes them
        std::string_view name;
        bool ignoreMerges;
    };
    constexpr std::string_view llama3Steps = SPLIT(HF_CONTRACTION
        R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)")
        RAW_BYTES;
    constexpr Signature signatures[] = {
        { "ByteLevel", "gpt-2", false },
        { "Digits(individual) + ByteLevel", "smollm", false },
        { "Punctuation(Contiguous) + ByteLevel + Digits + Split([0-9][0-9][0-9])", "falcon",
            false },
        { llama3Steps, "llama-bpe", true },
        { llama3Steps, "dbrx", false },
        { SPLIT(HF_CONTRACTION
              R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)")
                RAW_BYTES,
            "qwen2", false },
        { SPLIT(HF_CONTRACTION
              R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)")
                RAW_BYTES,
            "qwen35", false },
        { SPLIT(R"([^\r\n\p{L}\p{N}]?)" HF_UPPER "*" HF_LOWER R"(+|[^\r\n\p{L}\p{N}]?)" HF_UPPER
                "+" HF_LOWER R"(*|\p{N}|)" HF_SLASHES) RAW_BYTES,
            "tekken", true },
        { SPLIT(R"([^\r\n\p{L}\p{N}]?)" HF_UPPER "*" HF_LOWER "+" HF_CONTRACTION
                R"(?|[^\r\n\p{L}\p{N}]?)" HF_UPPER "+" HF_LOWER "*" HF_CONTRACTION
                R"(?|\p{N}{1,3}|)" HF_SLASHES) RAW_BYTES,
            "gpt-4o", false },
        { SPLIT(R"(\p{N}{1,3})") " + " SPLIT("[一-龥぀-ゟ゠-ヿ]+") " + " SPLIT(
              R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^)"
              "\r\n"
              R"(\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[)"
              "\r\n"
              R"(]*|\s*[)"
              "\r\n"
              R"(]+|\s+(?!\S)|\s+)") RAW_BYTES,
            "deepseek-v3", false },
    };
#undef HF_CONTRACTION
#undef HF_UPPER
#undef HF_LOWER
#undef HF_SLASHES
#undef SPLIT
#undef RAW_BYTES

    std::string describeSplit(const Json& step)
    {
        const Json& pattern = memberOrNull(step, "pattern");
        const std::string regex = stringOr(pattern, "Regex", "?");
        const std::string behavior = stringOr(step, "behavior", "?");
        const bool inverted = flagOr(step, "invert", false);
        // Keeping only the matches is the same where the expression matches everything, as all of
        // ours do.
        const bool isolates
            = (behavior == "Isolated" && !inverted) || (behavior == "Removed" && inverted);
        return text("Split(", regex, isolates ? "" : ", " + behavior, ")");
    }

    /// A pre_tokenizer in one line: its steps and the settings that matter.
    std::string describe(const Json& step)
    {
        const std::string type = stringOr(step, "type", "?");
        if (type == "Sequence") {
            const Json& steps = memberOrNull(step, "pretokenizers");
            std::string all;
            for (const Json& inner : steps.is_array() ? steps : Json::array())
                all += (all.empty() ? "" : " + ") + describe(inner);
            return all;
        }
        if (type == "Split")
            return describeSplit(step);
        if (type == "ByteLevel")
            return text("ByteLevel", flagOr(step, "use_regex", true) ? "" : "(no regex)",
                flagOr(step, "add_prefix_space", true) ? "(prefix space)" : "");
        if (type == "Digits")
            return flagOr(step, "individual_digits", false) ? "Digits(individual)" : "Digits";
        if (type == "Punctuation")
            return text(type, "(", stringOr(step, "behavior", "Isolated"), ")");
        return type;
    }

    /// llama.cpp normalizes nothing for this kind; of the others NFC changes text only rarely.
    bool isHarmless(const Json& normalizer)
    {
        if (normalizer.is_null())
            return true;
        const Json& inner = memberOrNull(normalizer, "normalizers");
        if (!inner.is_array())
            return memberOrNull(normalizer, "type") == "NFC";
        for (const Json& step : inner)
            if (!isHarmless(step))
                return false;
        return true;
    }

    // Where sets part: contractions, digits, capitals, marks, punctuation, spaces, lines, scripts.
    constexpr const char* probe
        = "Hello there, it's HE'S we'LL they'Re 'tis don’t I'd\n\n  two   spaces\t\ttabs \r\n\r\n"
          " \n end  \n1 12 123 1234 12345 1234567 3.14 1,000,000 ½ ² ١٢٣ v2 a1b22c333\n"
          "CamelCaseWORDSandMore HTTPServer ÉCOLE aÉcole ǅungla áe̊ हिन्दी\n"
          "foo_bar(baz[0]) -> x/y\\z; $x^2$ `q` ~~ || <== ... ?!… “q” #a @b /c -d/\n/ e/ \n"
          "日本語のテキスト、中文。 한국어 ไทย "
          "العربية، русский 🦙🏽 ✅ "
          " no　wide 100% 'q' \"dq\"   ";

    std::vector<std::string> wordsOf(const PretokenizerSet& set, bool asCharacters)
    {
        std::vector<std::string> words;
        for (const TextSpan& span : Pretokenizer(set.patterns).split(probe)) {
            const auto word = std::string_view(probe).substr(span.begin, span.end - span.begin);
            words.push_back(asCharacters ? charactersOfBytes(word) : std::string(word));
        }
        return words;
    }

    /// The first set that cuts `probe` as `pretokenizer` does, of those with that rule for whole
    /// words if there is one.
    std::optional<std::string> nameByProbe(const JsonPretokenizer& pretokenizer, bool ignoresMerges)
    {
        const JsonPretokenizer::Cut cut = pretokenizer(probe, true);
        std::vector<std::string> words;
        for (const TextSpan& span : cut.words)
            if (span.end > span.begin)
                words.push_back(cut.text.substr(span.begin, span.end - span.begin));
        std::optional<std::string> found;
        for (const std::string_view name : pretokenizerNames()) {
            const PretokenizerSet& set = *findPretokenizerSet(name);
            const bool isAlike = (set.wholeWords == PretokenizerSet::Words::All) == ignoresMerges;
            if (set.marksSpaces || (found && !isAlike)
                || wordsOf(set, !pretokenizer.givesBytes()) != words)
                continue;
            if (isAlike)
                return std::string(name);
            found = name;
        }
        return found;
    }

} // namespace

PretokenizerName pretokenizerName(const Json& tokenizer, const std::string& place)
{
    const Json& normalizer = memberOrNull(tokenizer, "normalizer");
    std::string note;
    if (!isHarmless(normalizer))
        note = text("llama.cpp will give other tokens for some texts: its byte-level BPE has no "
                    "normalizer such as ",
            shownJson(normalizer));
    const Json& pretokenizer = memberOrNull(tokenizer, "pre_tokenizer");
    const std::string steps = describe(pretokenizer);
    const bool ignoreMerges = flagOr(memberOrNull(tokenizer, "model"), "ignore_merges", false);
    for (const Signature& signature : signatures)
        if (signature.steps == steps && signature.ignoreMerges == ignoreMerges)
            return { std::string(signature.name), note };
    const auto name = nameByProbe(JsonPretokenizer(pretokenizer, place), ignoreMerges);
    if (name && note.empty())
        note = text("The pre_tokenizer ", shownJson(pretokenizer),
            ignoreMerges ? " with ignore_merges" : "",
            " is none that llama.cpp is known to have; \"", *name,
            "\" cuts a text of oddities alike and is taken for tokenizer.ggml.pre");
    if (!name)
        note = text("The pre_tokenizer ", shownJson(pretokenizer),
            ignoreMerges ? " with ignore_merges" : "",
            " is none that llama.cpp has: a GGUF says \"default\" for tokenizer.ggml.pre, and "
            "llama.cpp will give other tokens");
    return { name.value_or("default"), note };
}

} // namespace core

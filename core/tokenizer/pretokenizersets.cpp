// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizersets.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace core {

namespace {

// Facts of llama.cpp, src/llama-vocab.cpp. \s and \S are Unicode's White_Space (Pretokenizer
// spells them out); [^\P{L}a-z] is a letter but a to z, which llama.cpp writes with a lookahead.
#define CONTRACTION "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define SYMBOLS_AND_SPACE R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define SYMBOLS_SLASH_AND_SPACE R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"

    constexpr const char* gpt2Pattern
        = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S))";
    constexpr const char* llama3Pattern
        = CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)" SYMBOLS_AND_SPACE;
    constexpr const char* qwen2Pattern
        = CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)" SYMBOLS_AND_SPACE;
    constexpr const char* qwen35Pattern = CONTRACTION
        R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    constexpr const char* tekkenPattern
        = R"([^\r\n\p{L}\p{N}]?[^\P{L}a-z]*[^\P{L}A-Z]+|[^\r\n\p{L}\p{N}]?[^\P{L}a-z]+[^\P{L}A-Z]*|\p{N}|)" SYMBOLS_SLASH_AND_SPACE;
    constexpr const char* gpt4oPattern
        = R"([^\r\n\p{L}\p{N}]?[^\P{L}a-z]*[^\P{L}A-Z]+)" CONTRACTION
          R"(?|[^\r\n\p{L}\p{N}]?[^\P{L}a-z]+[^\P{L}A-Z]*)" CONTRACTION
          R"(?|\p{N}{1,3}|)" SYMBOLS_SLASH_AND_SPACE;
    constexpr const char* seedCoderPattern = CONTRACTION
        R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)";
    constexpr const char* deepseek3Pattern
        = R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
          R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
#undef CONTRACTION
#undef SYMBOLS_AND_SPACE
#undef SYMBOLS_SLASH_AND_SPACE

    constexpr const char* gpt2[] = { gpt2Pattern };
    constexpr const char* smollm[] = { R"(\p{N})", gpt2Pattern };
    constexpr const char* llama3[] = { llama3Pattern };
    constexpr const char* qwen2[] = { qwen2Pattern };
    constexpr const char* qwen35[] = { qwen35Pattern };
    constexpr const char* tekken[] = { tekkenPattern };
    constexpr const char* gpt4o[] = { gpt4oPattern };
    constexpr const char* seedCoder[] = { seedCoderPattern };
    constexpr const char* falcon[] = { R"([\p{P}\$\+<=>\^~\|`]+)", gpt2Pattern, "[0-9][0-9][0-9]" };
    constexpr const char* defaults[]
        = { R"([\p{P}\$\+<=>\^~\|]+)", gpt2Pattern, R"(\p{N}+)", "[0-9][0-9][0-9]" };
    constexpr const char* deepseek3[]
        = { R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+", deepseek3Pattern };
    constexpr const char* deepseekCoder[]
        = { R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N})" };

    struct Named {
        std::string_view name;
        PretokenizerSet set;
    };
    constexpr Named sets[] = {
        { "default", { defaults } },
        { "gpt-2", { gpt2 } },
        { "phi-2", { gpt2 } },
        { "mpt", { gpt2 } },
        { "olmo", { gpt2 } },
        { "jais", { gpt2 } },
        { "trillion", { gpt2 } },
        { "granite-docling", { gpt2 } },
        { "gigachat", { gpt2 } },
        { "exaone4", { gpt2 } },
        { "a.x-4.0", { gpt2 } },
        { "mellum", { gpt2 } },
        { "smollm", { smollm } },
        { "starcoder", { smollm } },
        { "refact", { smollm } },
        { "command-r", { smollm } },
        { "codeshell", { smollm } },
        { "exaone", { smollm } },
        { "minerva-7b", { smollm } },
        { "falcon", { falcon } },
        { "llama-bpe", { llama3, true, true } },
        { "llama3", { llama3, true, true } },
        { "llama-v3", { llama3, true, true } },
        { "falcon3", { llama3, true, true } },
        { "falcon-h1", { llama3, true, true } },
        { "pixtral", { llama3, true, true } },
        { "midm-2.0", { llama3, true, true } },
        { "lfm2", { llama3, true, true } },
        { "dbrx", { llama3 } },
        { "smaug-bpe", { llama3 } },
        { "chatglm-bpe", { llama3 } },
        { "glm4", { llama3 } },
        { "qwen2", { qwen2 } },
        { "deepseek-r1-qwen", { qwen2 } },
        { "megrez", { qwen2 } },
        { "stablelm2", { qwen2 } },
        { "hunyuan", { qwen2 } },
        { "grok-2", { qwen2 } },
        { "qwen35", { qwen35 } },
        { "tekken", { tekken, true, true } },
        { "gpt-4o", { gpt4o } },
        { "llama4", { gpt4o } },
        { "kanana2", { gpt4o } },
        { "seed-coder", { seedCoder } },
        { "deepseek-v3", { deepseek3 } },
        { "hunyuan-dense", { deepseek3 } },
        { "deepseek-coder", { deepseekCoder } },
    };

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

    bool isTrue(const Json& value, bool ifAbsent)
    {
        return value.is_boolean() ? value.get<bool>() : ifAbsent;
    }

    std::string stringOr(const Json& value, const char* fallback)
    {
        return value.is_string() ? value.get<std::string>() : fallback;
    }

    std::string describeSplit(const Json& step)
    {
        const Json& pattern = memberOrNull(step, "pattern");
        const std::string regex = stringOr(memberOrNull(pattern, "Regex"), "?");
        const std::string behavior = stringOr(memberOrNull(step, "behavior"), "?");
        const bool inverted = isTrue(memberOrNull(step, "invert"), false);
        // Keeping only the matches is the same where the expression matches everything, as all of
        // ours do.
        const bool isolates
            = (behavior == "Isolated" && !inverted) || (behavior == "Removed" && inverted);
        return text("Split(", regex, isolates ? "" : ", " + behavior, ")");
    }

    /// A pre_tokenizer in one line: its steps and the settings that matter.
    std::string describe(const Json& step)
    {
        const std::string type = stringOr(memberOrNull(step, "type"), "?");
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
            return text("ByteLevel",
                isTrue(memberOrNull(step, "use_regex"), true) ? "" : "(no regex)",
                isTrue(memberOrNull(step, "add_prefix_space"), true) ? "(prefix space)" : "");
        if (type == "Digits")
            return isTrue(memberOrNull(step, "individual_digits"), false) ? "Digits(individual)"
                                                                          : "Digits";
        if (type == "Punctuation")
            return text(type, "(", stringOr(memberOrNull(step, "behavior"), "Isolated"), ")");
        return type;
    }

    /// llama.cpp normalizes nothing; of the others NFC changes text only rarely, and its own
    /// converter lets it pass.
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

} // namespace

const PretokenizerSet* findPretokenizerSet(std::string_view name)
{
    for (const Named& named : sets)
        if (named.name == name)
            return &named.set;
    return nullptr;
}

std::string pretokenizerName(const Json& tokenizer, const std::string& place)
{
    const Json& normalizer = memberOrNull(tokenizer, "normalizer");
    if (!isHarmless(normalizer))
        throw Error(text(place, ": normalizer ", shownJson(normalizer),
            " is none that llama.cpp's byte-level BPE has, expected null or NFC"));
    const Json& pretokenizer = memberOrNull(tokenizer, "pre_tokenizer");
    const std::string steps = describe(pretokenizer);
    const bool ignoreMerges
        = isTrue(memberOrNull(memberOrNull(tokenizer, "model"), "ignore_merges"), false);
    for (const Signature& signature : signatures)
        if (signature.steps == steps && signature.ignoreMerges == ignoreMerges)
            return std::string(signature.name);
    throw Error(text(place, ": pre_tokenizer ", shownJson(pretokenizer),
        ignoreMerges ? " with ignore_merges" : "",
        " is unknown to Quantscope, expected one of llama.cpp's (gpt-2, smollm, falcon, llama-bpe, "
        "qwen2, tekken, gpt-4o, deepseek-v3 ...)"));
}

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizersets.h"

#include <algorithm>
#include <iterator>

namespace core {

namespace {

// Facts of llama.cpp, src/llama-vocab.cpp and src/unicode.cpp, as it is in llama-cpp-python 0.3.36;
// what it does by hand is written as an expression here. [^\P{L}a-z] is a letter but a to z, which
// it writes with a lookahead; in its \p{Lu} and \p{Ll} are all letters.
#define CONTRACTION "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"
#define SYMBOLS R"( ?[^\s\p{L}\p{N}]+[\r\n]*)"
#define SYMBOLS_SLASH R"( ?[^\s\p{L}\p{N}]+[\r\n/]*)"
#define SPACE R"(\s*[\r\n]+|\s+(?!\S)|\s+)"
#define CAPITALS R"([^\r\n\p{L}\p{N}]?[^\P{L}a-z]*[^\P{L}A-Z]+)"
#define CAPITALS_ONLY R"([^\r\n\p{L}\p{N}]?[^\P{L}a-z]+[^\P{L}A-Z]*)"
#define KANA "[一-龥぀-ゟ゠-ヿ]+"
#define ASCII_WORD R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)"
#define MARKED_WORD R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
#define HAN                                                                                          \
    R"(\x{4e00}-\x{9fff}\x{3400}-\x{4dbf}\x{20000}-\x{2a6df}\x{2a700}-\x{2b73f}\x{2b740}-\x{2b81f})" \
    R"(\x{2b820}-\x{2ceaf}\x{2ceb0}-\x{2ebef}\x{f900}-\x{faff}\x{2f800}-\x{2fa1f})"
// Groups of three digits counted from the last; the first takes what stands before it.
#define DIGIT_GROUPS R"(\G(?<=\p{N})\p{N}{3}|\P{N}*+\p{N}{1,3}(?=(?:\p{N}{3})*+(?!\p{N})))"

    constexpr const char* gpt2Pattern
        = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S))";
    constexpr const char* qwen2Pattern = CONTRACTION "|" WORD "|"
                                                     R"(\p{N}|)" SYMBOLS "|" SPACE;

    constexpr const char* gpt2[] = { gpt2Pattern };
    constexpr const char* smollm[] = { R"(\p{N})", gpt2Pattern };
    constexpr const char* llama3[] = { CONTRACTION "|" WORD "|"
                                                   R"(\p{N}{1,3}|)" SYMBOLS "|" SPACE };
    constexpr const char* jais2[]
        = { CONTRACTION "|" WORD "|"
                        R"(\p{N}{1,3}|)" SYMBOLS R"(|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S))"
                        R"(|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S))"
                        R"(|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S))"
                        R"(|\s{1,2}(?!\S)|\s{1})" };
    constexpr const char* minicpm5[] = { R"(\p{N}{1,3})",
        CONTRACTION "|" WORD "|"
                    R"(\p{N}+|)" SYMBOLS "|" SPACE };
    constexpr const char* qwen2[] = { qwen2Pattern };
    constexpr const char* laguna[] = { R"([^\n]+|[\n]+)", qwen2Pattern };
    constexpr const char* ufakzeka[] = { WORD "|"
                                              R"(\p{N}|)" SYMBOLS "|" SPACE };
    constexpr const char* qwen35[] = { CONTRACTION
        R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" SPACE };
    constexpr const char* tekken[] = { CAPITALS "|" CAPITALS_ONLY "|"
                                                R"(\p{N}|)" SYMBOLS_SLASH "|" SPACE };
    constexpr const char* gpt4o[] = { CAPITALS CONTRACTION
        "?|" CAPITALS_ONLY CONTRACTION R"(?|\p{N}{1,3}|)" SYMBOLS_SLASH "|" SPACE };
    constexpr const char* graniteEmbedding[] = {
        R"([^\r\n\p{L}\p{N}]?(?:(?![a-z])[\p{L}\p{M}])*(?:(?![A-Z])[\p{L}\p{M}])+)" CONTRACTION
        R"(?|[^\r\n\p{L}\p{N}]?(?:(?![a-z])[\p{L}\p{M}])+(?:(?![A-Z])[\p{L}\p{M}])*)" CONTRACTION
        R"(?|\p{N}{1,3}|)" SYMBOLS_SLASH "|" SPACE
    };
    constexpr const char* tinyAya[] = { DIGIT_GROUPS,
        R"([^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+)" CONTRACTION R"(?|\p{N}{1,3}|)" SYMBOLS_SLASH
        "|" SPACE };
    constexpr const char* youtu[]
        = { "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|" KANA,
              R"([^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+)" CONTRACTION R"(?|\p{N}|)" SYMBOLS_SLASH
              "|" SPACE };
    constexpr const char* kimiK2[] = { "[" HAN R"(]+|[^\r\n\p{L}\p{N}]?[^\P{L})" HAN
                                       "]+" CONTRACTION R"(?|\p{N}{1,3}|)" SYMBOLS "|" SPACE };
    constexpr const char* seedCoder[] = { CONTRACTION "|" WORD "|"
                                                      R"(\p{N}| ?[^\s\p{L}\p{N}\r\n]+|)" SPACE };
    constexpr const char* bailing[] = { R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|)" WORD
                                        R"(|\p{N}|)" SYMBOLS R"(|\s*[\r\n]|\s+(?!\S)|\s+)" };
    constexpr const char* exaoneMoe[]
        = { CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}[\p{L}\p{M}]*(?: \p{L}[\p{L}\p{M}]*)*|\p{N})"
                        R"(| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)" };
    constexpr const char* superBpe[] = { R"(\p{N}+)", R"((?=([0-9]{3})+(?![0-9])))" };
    constexpr const char* bloom[] = { R"( ?[^(\s|.,!?…。，、।۔،)]+)" };
    constexpr const char* viking[] = { R"( ?[^(\s|.,!?…。，、।۔،)]+)", R"(\p{N})" };
    constexpr const char* falcon[] = { R"([\p{P}\$\+<=>\^~\|`]+)", gpt2Pattern, "[0-9][0-9][0-9]" };
    constexpr const char* defaults[]
        = { R"([\p{P}\$\+<=>\^~\|]+)", gpt2Pattern, R"(\p{N}+)", "[0-9][0-9][0-9]" };
    constexpr const char* chameleon[]
        = { "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", R"([\t\n]|    |  )",
              R"(\p{N})", R"([\p{P}!-/:-@\[-`{-~])", gpt2Pattern };
    constexpr const char* deepseek3[]
        = { R"(\p{N}{1,3})", KANA, ASCII_WORD "|" MARKED_WORD R"(| ?[\p{P}\p{S}]+[\r\n]*|)" SPACE };
    constexpr const char* spark[] = { R"(\p{N}{1,3})", KANA,
        ASCII_WORD "|" MARKED_WORD R"(| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+)", R"(\p{N})" };
    constexpr const char* afmoe[] = { DIGIT_GROUPS,
        "[一-鿿㐀-䶿豈-﫿぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-"
        "힯ᄀ-"
        "ᇿ]"
        "+",
        ASCII_WORD "|" MARKED_WORD R"(| ?[\p{P}\p{S}]+[\r\n]*|)" SPACE };
    constexpr const char* deepseekCoder[]
        = { R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N})" };
    constexpr const char* deepseek[] = { R"([\r\n])",
        R"(\s?[)"
        "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-"
        "ՖႠ-"
        "ჅᎠ-"
        "Ᏽ"
        "ᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-"
        "ῌῐ-"
        "ΐῖ-"
        "Ί"
        "ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-"
        "ꚛꜢ-"
        "ꝯꝱ-"
        "ꞇ"
        "Ꞌ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-"
        "𐳲𑢠-"
        "𑣟𞤀-"
        "𞥃"
        "]+",
        "\\s?[!-/:-~！-／：-～‘-‟、-。]+", // and U+3000, which it takes for another space before
        R"(\s+\z)", "[一-龥ࠀ-一가-퟿]+", R"(\p{N}+)" };
    constexpr const char* lines[] = { R"([^\n]+|[\n]+)" };
#undef CONTRACTION
#undef WORD
#undef SYMBOLS
#undef SYMBOLS_SLASH
#undef SPACE
#undef CAPITALS
#undef CAPITALS_ONLY
#undef KANA
#undef ASCII_WORD
#undef MARKED_WORD
#undef HAN
#undef DIGIT_GROUPS

    using Words = BpeRules::WholeWords;
    constexpr PretokenizerSet whole(std::span<const char* const> patterns)
    {
        return { patterns, Words::All };
    }
    constexpr PretokenizerSet wholeWithBos(std::span<const char* const> patterns)
    {
        return { patterns, Words::All, true };
    }

    struct Named {
        std::string_view name;
        PretokenizerSet set;
    };
    // Of several that cut alike the best known is first: it is the one that an export writes.
    constexpr Named sets[] = {
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
        { "jina-es", { gpt2 } },
        { "jina-de", { gpt2 } },
        { "jina-v2-es", { gpt2 } },
        { "jina-v2-de", { gpt2 } },
        { "jina-v1-en", { gpt2 } },
        { "jina-v2-code", { gpt2 } },
        { "roberta-bpe", { gpt2 } },
        { "modern-bert", { gpt2 } },
        { "smollm", { smollm } },
        { "starcoder", { smollm } },
        { "refact", { smollm } },
        { "command-r", { smollm } },
        { "codeshell", { smollm } },
        { "exaone", { smollm } },
        { "minerva-7b", { smollm } },
        { "mellum2", { smollm } },
        { "falcon", { falcon } },
        { "llama-bpe", wholeWithBos(llama3) },
        { "llama3", wholeWithBos(llama3) },
        { "llama-v3", wholeWithBos(llama3) },
        { "falcon3", wholeWithBos(llama3) },
        { "falcon-h1", wholeWithBos(llama3) },
        { "pixtral", wholeWithBos(llama3) },
        { "midm-2.0", wholeWithBos(llama3) },
        { "lfm2", wholeWithBos(llama3) },
        { "jina-v5-nano", wholeWithBos(llama3) },
        { "dbrx", { llama3 } },
        { "smaug-bpe", { llama3 } },
        { "chatglm-bpe", { llama3 } },
        { "glm4", whole(llama3) },
        { "glm5", whole(llama3) },
        { "jais-2", { jais2 } },
        { "minicpm5", whole(minicpm5) },
        { "qwen2", { qwen2 } },
        { "deepseek-r1-qwen", { qwen2 } },
        { "kormo", { qwen2 } },
        { "f2llmv2", { qwen2 } },
        { "megrez", { qwen2 } },
        { "stablelm2", { qwen2 } },
        { "hunyuan", { qwen2 } },
        { "solar-open", { qwen2 } },
        { "grok-2", { qwen2 } },
        { "laguna", { laguna } },
        { "ufakzeka", { ufakzeka } },
        { "qwen35", { qwen35 } },
        { "tekken", wholeWithBos(tekken) },
        { "gpt-4o", { gpt4o } },
        { "llama4", { gpt4o } },
        { "kanana2", { gpt4o } },
        { "talkie", { gpt4o } },
        { "minimax-m2", { gpt4o } },
        { "granite-embed-multi-97m", whole(graniteEmbedding) },
        { "tiny_aya", { tinyAya } },
        { "cohere2moe", { tinyAya } },
        { "youtu", whole(youtu) },
        { "kimi-k2", { kimiK2 } },
        { "seed-coder", { seedCoder } },
        { "bailingmoe", { bailing } },
        { "bailingmoe2", { bailing } },
        { "llada-moe", { bailing } },
        { "exaone-moe", { exaoneMoe } },
        { "superbpe", { superBpe } },
        { "bloom", { bloom } },
        { "gpt3-finnish", { bloom } },
        { "poro-chat", { bloom } },
        { "viking", { viking } },
        { "chameleon", { chameleon, Words::None, true } },
        { "deepseek-v3", { deepseek3 } },
        { "hunyuan-dense", { deepseek3 } },
        { "joyai-llm", { deepseek3 } },
        { "hy_v4", { deepseek3 } },
        { "spark2_5", { spark } },
        { "afmoe", { afmoe } },
        { "deepseek-coder", { deepseekCoder } },
        { "deepseek-llm", { deepseek } },
        { "gemma4", { lines, Words::Newlines, true, true } },
        { "granite-embed-multi-311m", { lines, Words::Newlines, true, true } },
        { "sarvam-moe", { lines, Words::None, false, true } },
        { "default", { defaults } },
    };

} // namespace

const PretokenizerSet* findPretokenizerSet(std::string_view name)
{
    const auto found = std::ranges::find(sets, name, &Named::name);
    return found == std::end(sets) ? nullptr : &found->set;
}

std::vector<std::string_view> pretokenizerNames()
{
    std::vector<std::string_view> names;
    std::ranges::transform(sets, std::back_inserter(names), &Named::name);
    return names;
}

} // namespace core

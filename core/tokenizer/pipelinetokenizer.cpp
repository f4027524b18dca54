// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pipelinetokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bytelevel.h"
#include "core/tokenizer/spaces.h"

#include <cassert>
#include <functional>
#include <unordered_map>
#include <utility>

namespace core {

namespace {

    /// Hashes what it is given without making a string of it.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };

    /// Gathers ids; a word met before is not encoded again.
    class Gatherer : public TextPipeline::Sink {
    public:
        explicit Gatherer(const WordModel& model)
            : m_model(model)
        {
        }

        void token(int id) override { m_tokens.push_back(id); }

        void word(std::string_view bytes) override
        {
            constexpr std::size_t longest = 64; // longer ones hardly come twice
            if (bytes.size() > longest) {
                m_model.encode(bytes, m_tokens);
                return;
            }
            const auto known = m_known.find(bytes);
            if (known != m_known.end()) {
                for (std::size_t i = 0; i < known->second.count; ++i)
                    m_tokens.push_back(m_tokens[known->second.begin + i]);
                return;
            }
            const std::size_t begin = m_tokens.size();
            m_model.encode(bytes, m_tokens);
            m_known.emplace(bytes, Place{ begin, m_tokens.size() - begin });
        }

        std::vector<int> take() { return std::move(m_tokens); }

    private:
        struct Place {
            std::size_t begin, count; ///< in `m_tokens`
        };

        const WordModel& m_model;
        std::vector<int> m_tokens;
        std::unordered_map<std::string, Place, TextHash, std::equal_to<>> m_known;
    };

    /// The byte of a token "<0x0A>", or itself.
    std::string byteOfToken(const std::string& token)
    {
        const auto digit = [&](std::size_t i) {
            const auto at = std::string_view("0123456789ABCDEF").find(token[i]);
            return at == std::string_view::npos ? 256 : int(at);
        };
        if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>'))
            return token;
        const int byte = digit(3) * 16 + digit(4);
        return byte < 256 ? std::string(1, char(byte)) : token;
    }

} // namespace

PipelineTokenizer::PipelineTokenizer(TokenizerParts parts, const std::string& place)
    : m_parts(std::move(parts))
{
    if (m_parts.addsBos && m_parts.bos < 0)
        throw Error(
            text(place, ": a text starts with BOS, but tokenizer.ggml.bos_token_id is none of the ",
                size(), " tokens"));
}

std::vector<int> PipelineTokenizer::encode(std::string_view text) const
{
    Gatherer gatherer(*m_parts.model);
    m_parts.pipeline->run(text, gatherer);
    return gatherer.take();
}

std::string PipelineTokenizer::piece(int token) const
{
    assert(token >= 0 && token < size());
    const std::string& name = m_parts.vocabulary->token(token);
    const TokenType type = m_parts.vocabulary->type(token);
    if (type == TokenType::Byte)
        return byteOfToken(name);
    if (type != TokenType::Normal)
        return name;
    return m_parts.spelling == TokenizerParts::Spelling::Bytes ? bytesOfToken(name)
                                                               : replaceAll(name, spaceMark, " ");
}

} // namespace core

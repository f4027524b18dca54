// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/samemodel.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace core {

namespace {

    struct Size {
        std::string_view name;
        int ModelConfig::*value;
    };
    constexpr std::array sizes{ Size{ "layers", &ModelConfig::layers },
        Size{ "hidden channels", &ModelConfig::hidden },
        Size{ "feed-forward channels", &ModelConfig::feedForward },
        Size{ "heads", &ModelConfig::heads },
        Size{ "key/value heads", &ModelConfig::keyValueHeads },
        Size{ "channels a head", &ModelConfig::headDim },
        Size{ "tokens in its vocabulary", &ModelConfig::vocabulary },
        Size{ "experts a layer", &ModelConfig::experts } };

    void requireSameShapes(const Checkpoint& file, const Checkpoint& original)
    {
        for (const Tensor& tensor : original.tensors()) {
            const Tensor* other = file.find(std::string_view(tensor.name));
            if (other && (other->rows != tensor.rows || other->columns != tensor.columns))
                throw Error(text(file.path().string(), ": is another model than ",
                    original.path().string(), ": its ", tensor.name, " is ", other->rows, " x ",
                    other->columns, ", expected ", tensor.rows, " x ", tensor.columns));
        }
    }

    void requireSameTokens(const Checkpoint& file, const Checkpoint& original)
    {
        const Tokenizer &a = file.tokenizer(), &b = original.tokenizer();
        const int common = std::min(a.size(), b.size());
        int different = 0, first = -1;
        for (int token = 0; token < common; ++token)
            if (a.piece(token) != b.piece(token)) {
                ++different;
                first = first < 0 ? token : first;
            }
        if (different > common / 100)
            throw Error(text(file.path().string(), ": is another model than ",
                original.path().string(), ": ", different, " of ", common,
                " tokens are others, expected the same; the first is ", first));
    }

} // namespace

void requireSameModel(const Checkpoint& file, const Checkpoint& original)
{
    const ModelConfig &a = file.config(), &b = original.config();
    const auto refuse = [&](const auto&... what) {
        throw Error(text(file.path().string(), ": is another model than ", original.path().string(),
            ": ", what...));
    };
    if (a.architecture != b.architecture)
        refuse("its architecture is ", a.architecture, ", expected ", b.architecture);
    for (const Size& size : sizes)
        if (a.*size.value != b.*size.value)
            refuse("it has ", a.*size.value, " ", size.name, ", expected ", b.*size.value);
    requireSameShapes(file, original);
    if (file.hasTokenizer() && original.hasTokenizer())
        requireSameTokens(file, original);
}

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/files/textfile.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/bench/bench.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

namespace bench {

namespace {

    namespace fs = std::filesystem;

    const fs::path source = QUANTSCOPE_SOURCE_DIR;
    const fs::path shared = source / ".." / "shared";

    /// English: an encyclopedia if it is beside this checkout, else the sample's texts.
    std::string englishText()
    {
        if (const fs::path wiki = shared / "text" / "wiki.test.raw"; fs::exists(wiki))
            return core::readTextFile(wiki);
        std::string text;
        for (int i = 0; i < 4; ++i)
            text += core::readTextFile(source / "resources" / "sample" / "calibration.txt");
        return text;
    }

    void print(const std::string& name, const core::Tokenizer& tokenizer, const std::string& text)
    {
        std::size_t tokens = 0;
        const double time = seconds([&] { tokens = tokenizer.encode(text).size(); });
        std::printf("%-22s %-15s %10.1f %12.1f %12zu\n", name.c_str(), tokenizer.kind().c_str(),
            double(text.size()) / time / 1e6, double(tokens) / time / 1e6, tokens);
    }

} // namespace

void tokenizer()
{
    const std::string text = englishText();
    std::printf("Ids of %.1f MB of English on one processor\n%-22s %-15s %10s %12s %12s\n",
        double(text.size()) / 1e6, "vocabulary", "kind", "MB/s", "Mtokens/s", "tokens");
    const fs::path sample = source / "resources" / "sample";
    print("sample",
        *core::tokenizerFromFolder(sample, core::readJson(sample / "config.json"), 4096).tokenizer,
        text);
    std::error_code none; // no such folder: the sample's is all there is
    for (const auto& entry : fs::directory_iterator(shared / "tokenizers", none))
        if (entry.path().extension() == ".gguf") {
            const std::string file = entry.path().string();
            print(entry.path().stem().string(),
                *core::tokenizerFromGguf(core::readGguf(file).metadata, file).tokenizer, text);
        }
    std::printf("\n");
}

} // namespace bench

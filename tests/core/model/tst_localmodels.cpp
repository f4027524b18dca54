// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/localmodels.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <map>

using namespace core;

namespace fs = std::filesystem;

namespace {

void write(const fs::path& file)
{
    fs::create_directories(file.parent_path());
    support::writeFile(file, "x");
}

/// Names and paths relative to `home`, one a line.
std::string listed(const fs::path& home, const std::map<std::string, std::string>& variables = {})
{
    std::string lines;
    for (const LocalModel& model : localModels(home, [&](const char* name) {
             const auto found = variables.find(name);
             return found == variables.end() ? std::nullopt : std::optional(found->second);
         }))
        lines += model.name + " " + fs::relative(model.path, home).string() + "\n";
    return lines;
}

} // namespace

class TestLocalModels : public QObject {
    Q_OBJECT
private slots:
    void listsNothingWhereNothingIs()
    {
        const support::TemporaryFolder home;
        QCOMPARE(listed(home.path()), std::string());
    }

    void listsTheCacheOfTheHub()
    {
        const support::TemporaryFolder home;
        const fs::path hub = home / ".cache/huggingface/hub";
        write(hub / "models--org--Whole/snapshots/abc/config.json");
        write(hub / "models--org--Whole/snapshots/abc/model.safetensors");
        write(hub / "models--org--NoWeights/snapshots/abc/config.json");
        write(hub / "models--gpt2/snapshots/old/config.json");
        write(hub / "models--gpt2/snapshots/new/config.json");
        write(hub / "models--gpt2/snapshots/new/pytorch_model.bin");
        support::writeFile(hub / "models--gpt2/snapshots/old/model.safetensors", "x");
        fs::create_directories(hub / "models--gpt2/refs");
        support::writeFile(hub / "models--gpt2/refs/main", "new");
        write(hub / "models--org--Two-GGUF/snapshots/abc/a.Q4_0.gguf");
        write(hub / "models--org--Two-GGUF/snapshots/abc/a.Q8_0.gguf");
        write(hub / "datasets--org--Text/snapshots/abc/config.json");
        write(hub / "datasets--org--Text/snapshots/abc/model.safetensors");
        const std::string two = ".cache/huggingface/hub/models--org--Two-GGUF/snapshots/abc/";
        QCOMPARE(listed(home.path()),
            "gpt2 .cache/huggingface/hub/models--gpt2\n"
            "org/Two-GGUF/a.Q4_0.gguf "
                + two
                + "a.Q4_0.gguf\n"
                  "org/Two-GGUF/a.Q8_0.gguf "
                + two
                + "a.Q8_0.gguf\n"
                  "org/Whole .cache/huggingface/hub/models--org--Whole\n");
    }

    void leavesOutWhatIsNotDownloaded()
    {
        const support::TemporaryFolder home;
        const fs::path snapshot = home / ".cache/huggingface/hub/models--org--A/snapshots/abc";
        write(snapshot / "config.json");
        fs::create_symlink("../../blobs/missing", snapshot / "model.safetensors");
        QCOMPARE(listed(home.path()), std::string());
    }

    void followsTheVariablesOfTheHub()
    {
        const support::TemporaryFolder home;
        for (const char* folder : { "one", "two/hub", "three/huggingface/hub" }) {
            write(home / folder / "models--org--A/snapshots/abc/config.json");
            write(home / folder / "models--org--A/snapshots/abc/model.safetensors");
        }
        const std::string base = home.path().string();
        std::map<std::string, std::string> variables{ { "XDG_CACHE_HOME", base + "/three" } };
        QCOMPARE(listed(home.path(), variables),
            std::string("org/A three/huggingface/hub/models--org--A\n"));
        variables["HF_HOME"] = base + "/two";
        QCOMPARE(listed(home.path(), variables), std::string("org/A two/hub/models--org--A\n"));
        variables["HF_HUB_CACHE"] = base + "/one";
        QCOMPARE(listed(home.path(), variables), std::string("org/A one/models--org--A\n"));
    }

    void listsTheFoldersOfLmStudio()
    {
        const support::TemporaryFolder home;
        write(home / ".lmstudio/models/org/B-GGUF/b.Q4_K_M.gguf");
        write(home / ".lmstudio/models/org/B-GGUF/mmproj-b.gguf");
        write(home / ".cache/lm-studio/models/org/A/config.json");
        write(home / ".cache/lm-studio/models/org/A/model.safetensors");
        QCOMPARE(listed(home.path()),
            std::string("org/A .cache/lm-studio/models/org/A\n"
                        "org/B-GGUF .lmstudio/models/org/B-GGUF/b.Q4_K_M.gguf\n"));
    }
};

QTEST_APPLESS_MAIN(TestLocalModels)
#include "tst_localmodels.moc"

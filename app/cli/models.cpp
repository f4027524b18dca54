// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/files/json.h"
#include "core/model/localmodels.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace cli {

namespace {

    std::optional<std::string> valueOfVariable(const char* name)
    {
        const char* value = std::getenv(name);
        return value ? std::optional<std::string>(value) : std::nullopt;
    }

    const char* keeperName(core::LocalModel::Keeper keeper)
    {
        return keeper == core::LocalModel::Keeper::HuggingFace ? "Hugging Face" : "LM Studio";
    }

    void listModels(bool json)
    {
        const auto home = valueOfVariable("HOME");
        if (!home || home->empty())
            throw core::Error("HOME is not set: it says where other programs keep their models.");
        const auto models = core::localModels(*home, valueOfVariable);
        if (json) {
            core::Json list = core::Json::array();
            for (const core::LocalModel& model : models)
                list.push_back({ { "name", model.name }, { "path", model.path.string() },
                    { "keeper", keeperName(model.keeper) } });
            std::cout << core::jsonText(core::Json{ { "models", list } }, 2) << '\n';
            return;
        }
        for (const core::LocalModel& model : models)
            std::cout << keeperName(model.keeper) << '\t' << model.name << '\t'
                      << model.path.string() << '\n';
        if (models.empty())
            std::cout << "Neither Hugging Face's cache nor LM Studio's folders hold a model.\n";
    }

} // namespace

void addModels(CLI::App& app, Action& action)
{
    CLI::App* command = app.add_subcommand(
        "models", "List the models in Hugging Face's cache and LM Studio's folders");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print one JSON object: models[]: name, path, keeper");
    command->callback([&action, json] {
        action = [json](const core::Progress&, ProgressLine&) { listModels(*json); };
    });
}

} // namespace cli

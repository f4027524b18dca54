// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/gptqoptions.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace core {

namespace {

    struct Share {
        const char* key;
        double GptqOptions::*value;
        double least, most;
    };
    constexpr std::array shares{
        Share{ "damping", &GptqOptions::damping, 1e-6, 1 },
        Share{ "drift_share", &GptqOptions::driftShare, 0, 1 },
        Share{ "target_damping", &GptqOptions::targetDamping, 1e-6, 1e6 },
        Share{ "output_damping", &GptqOptions::outputDamping, 1e-6, 1e6 },
    };

    struct Switch {
        const char* key;
        bool GptqOptions::*value;
    };
    constexpr std::array switches{
        Switch{ "correct_target", &GptqOptions::correctTarget },
        Switch{ "hold_out", &GptqOptions::holdOut },
        Switch{ "choose_target", &GptqOptions::chooseTarget },
        Switch{ "weigh_tokens", &GptqOptions::weighTokens },
        Switch{ "refit_norms", &GptqOptions::refitNorms },
        Switch{ "order_neurons", &GptqOptions::orderNeurons },
        Switch{ "two_sided", &GptqOptions::twoSided },
        Switch{ "weigh_gradients", &GptqOptions::weighGradients },
    };

    constexpr int mostSweeps = 100;

    double shareIn(const Json& value, const Share& share, const std::string& place)
    {
        if (!value.is_number() || !(value.get<double>() >= share.least)
            || !(value.get<double>() <= share.most))
            throw Error(text(place, ": ", share.key, " is ", shownJson(value),
                ", expected a number from ", share.least, " to ", share.most));
        return value.get<double>();
    }

    int sweepsIn(const Json& value, const std::string& place)
    {
        if (!value.is_number_integer() || value.get<double>() < 0
            || value.get<double>() > mostSweeps)
            throw Error(text(place, ": sweeps is ", shownJson(value),
                ", expected a whole number from 0 to ", mostSweeps));
        return value.get<int>();
    }

    /// Sets what `key` names. False if there is no such key.
    bool set(
        GptqOptions& options, std::string_view key, const Json& value, const std::string& place)
    {
        if (key == "sweeps") {
            options.sweeps = sweepsIn(value, place);
            return true;
        }
        if (const auto share = std::ranges::find(shares, key, &Share::key); share != shares.end()) {
            options.*share->value = shareIn(value, *share, place);
            return true;
        }
        const auto found = std::ranges::find(switches, key, &Switch::key);
        if (found == switches.end())
            return false;
        if (!value.is_boolean())
            throw Error(
                text(place, ": ", key, " is ", shownJson(value), ", expected true or false"));
        options.*found->value = value.get<bool>();
        return true;
    }

} // namespace

GptqOptions gptqOptionsFromJson(const Json& json, const std::string& place)
{
    if (!json.is_object())
        throw Error(text(place, ": found ", shownJson(json), ", expected an object"));
    GptqOptions options;
    for (const auto& [key, value] : json.items())
        if (!set(options, key, value, place)) {
            std::string known = "sweeps";
            for (const Share& share : shares)
                known.append(", ").append(share.key);
            for (const Switch& entry : switches)
                known.append(", ").append(entry.key);
            throw Error(
                text(place, ": unknown key ", shownJson(Json(key)), ", expected one of ", known));
        }
    return options;
}

Json gptqOptionsToJson(const GptqOptions& options)
{
    Json json{ { "sweeps", options.sweeps } };
    for (const Share& share : shares)
        json[share.key] = options.*share.value;
    for (const Switch& entry : switches)
        json[entry.key] = options.*entry.value;
    return json;
}

} // namespace core

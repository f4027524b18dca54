// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/formats/closer.h"
#include "core/formats/format.h"
#include "core/model/role.h"
#include "core/quant/layerranges.h"
#include "core/rounding/gptqoptions.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace core {

namespace formats {
    /// Stands in a recipe for the format that a tensor has in the file, "source" in JSON: it is
    /// copied byte for byte. Holds no weights itself; planTensors puts the tensor's in its place.
    extern const Format source;
}

/// How weights are rounded to a format.
enum class Method {
    RoundToNearest, ///< "rtn": each weight to the closest level; no text needed
    Importance, ///< "importance": scales chosen for the channels that matter, as llama.cpp's
                ///< imatrix does
    Gptq, ///< "gptq": each column makes up for the errors of those before it
    Hqq, ///< "hqq": scales and offsets that few large weights do not spoil; no text needed
};
std::string_view methodName(Method method);
std::optional<Method> findMethod(std::string_view name);

std::string_view encoderName(Encoder encoder);
std::optional<Encoder> findEncoder(std::string_view name);

/// How the inputs of linear layers are scaled before rounding; what makes them takes the inverse
/// (LayerFold), so that the file is an ordinary one.
enum class Scaling {
    None,
    Awq, ///< "awq": channels with large activations are rounded more finely
};

/// A method and the scaling before it: what the word after "method" says. "rtn", "importance",
/// "gptq", "hqq"; "awq" stands for scaling before importance-weighted rounding, "awq+rtn" and
/// "awq+gptq" for scaling before the others, "awq+hqq" too.
struct Treatment {
    Method method = Method::Importance;
    Scaling scaling = Scaling::None;
    bool operator==(const Treatment&) const = default;
};
std::string treatmentName(Treatment treatment);
std::optional<Treatment> findTreatment(std::string_view name);
std::vector<std::string> treatmentNames();

/// One line of a recipe: the tensors it speaks of and what they get. Empty conditions match
/// everything.
struct Rule {
    std::vector<Role> roles{};
    LayerRanges layers{}; ///< a tensor outside the layers matches only if there are none
    std::string name{}; ///< pattern of the GGUF name with * and ?
    const Format* format = nullptr; ///< null: leaves the format to later rules; formats::source
                                    ///< ends them, too
    std::optional<Method> method{}; ///< none: leaves it, and the scaling, to later rules
    Scaling scaling = Scaling::None; ///< before `method`
};

/// Which format and method each tensor gets: for each, the first matching rule that says so; the
/// defaults otherwise. Norms and other vectors stay F32 whatever a rule says.
struct Recipe {
    std::string name; ///< for people: "Q4_K_M"
    std::vector<Rule> rules;
    const Format* format = nullptr; ///< default of everything; null: every tensor keeps its own
    Method method = Method::Importance; ///< default
    Scaling scaling = Scaling::None; ///< before `method`
    Encoder encoder = Encoder::Closest; ///< of rtn and importance
    GptqOptions gptq{}; ///< for every tensor with GPTQ

    Treatment treatment() const { return { method, scaling }; }
};

/// Whether the rule gives one tensor, by its whole name, a format: what assigning makes.
bool isAssignment(const Rule& rule);

/// What a file says of its recipe: "Q4_K_M, gptq", "Q4_K_M, 3 changed, gptq" where that many
/// tensors were assigned a format by name. Empty where every tensor stays as in the file, of which
/// the old word is still true.
std::string recipeText(const Recipe& recipe);

/// JSON: {"name": …, "format": "Q4_K", "method": "gptq", "rules": [{"roles": ["attn_v"], "layers":
/// [0, 3] or [[0, 0], [3, 5]], "name": "blk.*", "format": "Q6_K", "method": "rtn"},
/// …], "encoder": "closest", "gptq": {"sweeps": 3, …}}; the format "source", or none beside the
/// rules, is that of the file; "gptq" as gptqOptionsFromJson reads it. Throws Error (place, key,
/// found, expected) for an unknown key or word.
Recipe recipeFromJson(const Json& json, const std::string& place);
Json recipeToJson(const Recipe& recipe);
Recipe readRecipe(const std::filesystem::path& file);
void writeRecipe(const Recipe& recipe, const std::filesystem::path& file); ///< beside, then renamed

} // namespace core

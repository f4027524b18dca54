// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/search/sensitivitytable.h"
#include "core/stats/statsbytes.h"

#include <nlohmann/json.hpp>

namespace core {

namespace {

    constexpr std::uint32_t version = 2;

    void write(StatsWriter& out, std::string_view word)
    {
        out.number(std::uint32_t(word.size()));
        out.all(std::span<const char>(word));
    }

    std::string readWord(ByteReader& in, const char* what)
    {
        const auto size = in.number<std::uint32_t>(what);
        const std::vector<char> characters = readNumbers<char>(in, size, what);
        return { characters.begin(), characters.end() };
    }

    SensitivityFigure readFigure(ByteReader& in)
    {
        SensitivityFigure figure;
        const std::string format = readWord(in, "format");
        figure.format = findFormat(format);
        const std::string method = readWord(in, "method");
        const auto known = findMethod(method);
        if (!figure.format || !known)
            throw Error(text(in.place(), ": names ", format, " by ", method,
                ", expected a format and a method that are known"));
        figure.method = *known;
        figure.bytes = in.number<std::uint64_t>("bytes");
        figure.kld = in.number<double>("kld");
        figure.error = in.number<double>("error");
        figure.isTransferred = in.number<std::uint32_t>("transferred") != 0;
        const auto slopes
            = in.count(in.number<std::uint32_t>("slopes"), sizeof(SlopeSums), "slopes");
        for (std::uint64_t i = 0; i < slopes; ++i) {
            const float whole = in.number<float>("slope");
            figure.slopes.push_back({ whole, in.number<float>("slope") });
        }
        return figure;
    }

} // namespace

Json sensitivityToJson(const SensitivityTable& table)
{
    Json tensors = Json::array();
    for (const TensorSensitivity& tensor : table.tensors) {
        Json formats = Json::object();
        for (const SensitivityFigure& figure : tensor.figures)
            formats[std::string(figure.format->name)] = { { "kld", figure.kld },
                { "kld_error", figure.error }, { "bytes", figure.bytes },
                { "method", methodName(figure.method) }, { "transferred", figure.isTransferred } };
        tensors.push_back({ { "name", tensor.name }, { "formats", std::move(formats) } });
    }
    return { { "sequences", table.sequences }, { "length", table.length },
        { "from_weights", table.sequences == 0 }, { "rough", isRough(table) },
        { "tensors", std::move(tensors) } };
}

std::vector<std::byte> sensitivityToBytes(const SensitivityTable& table)
{
    StatsWriter out;
    out.number(version);
    for (const int number : { table.length, table.scored, table.sequences })
        out.number(std::int32_t(number));
    out.number(std::uint32_t(table.tensors.size()));
    for (const TensorSensitivity& tensor : table.tensors) {
        write(out, tensor.name);
        out.number(std::uint32_t(tensor.role));
        out.number(std::uint32_t(tensor.figures.size()));
        for (const SensitivityFigure& figure : tensor.figures) {
            write(out, figure.format->name);
            write(out, methodName(figure.method));
            out.number(figure.bytes);
            out.number(figure.kld);
            out.number(figure.error);
            out.number(std::uint32_t(figure.isTransferred));
            out.number(std::uint32_t(figure.slopes.size()));
            for (const SlopeSums& slope : figure.slopes) {
                out.number(slope.whole);
                out.number(slope.stretches);
            }
        }
    }
    return out.take();
}

SensitivityTable sensitivityFromBytes(std::span<const std::byte> bytes, const std::string& place)
{
    ByteReader in(bytes, place);
    if (const auto found = in.number<std::uint32_t>("version"); found != version)
        throw Error(text(place, ": has version ", found, ", expected ", version));
    SensitivityTable table;
    table.length = in.number<std::int32_t>("length");
    table.scored = in.number<std::int32_t>("scored");
    table.sequences = in.number<std::int32_t>("sequences");
    constexpr std::size_t leastTensor = 12, leastFigure = 40; // bytes
    const auto tensors = in.count(in.number<std::uint32_t>("tensors"), leastTensor, "tensors");
    for (std::uint64_t i = 0; i < tensors; ++i) {
        TensorSensitivity tensor;
        tensor.name = readWord(in, "name");
        const auto role = in.number<std::uint32_t>("role");
        if (role > std::uint32_t(Role::OtherTensor))
            throw Error(text(place, ": has a tensor of role ", role, ", expected at most ",
                int(Role::OtherTensor)));
        tensor.role = Role(role);
        const auto figures = in.count(in.number<std::uint32_t>("figures"), leastFigure, "figures");
        for (std::uint64_t j = 0; j < figures; ++j)
            tensor.figures.push_back(readFigure(in));
        table.tensors.push_back(std::move(tensor));
    }
    return table;
}

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <nlohmann/json.hpp>

using core::jsonValue;
using core::parseJson;
using support::messageOf;

namespace {

std::string parseError(std::string_view source)
{
    return messageOf([&] { parseJson(source, "a.json"); });
}

} // namespace

class TestJson : public QObject {
    Q_OBJECT
private slots:
    void readsAFile()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.json", R"({"layers": 4, "name": "tiny"})");
        const core::Json json = core::readJson(folder / "a.json");
        QCOMPARE(jsonValue<std::int64_t>(json, "layers", "a.json"), std::int64_t(4));
        QCOMPARE(jsonValue<std::string>(json, "name", "a.json"), std::string("tiny"));
    }

    void saysAtWhichByteTheJsonIsBroken()
    {
        QCOMPARE(parseError("{\"a\": 1,}"),
            std::string("a.json: no valid JSON at byte 9: syntax error while parsing object key - "
                        "unexpected '}'; expected string literal"));
        QVERIFY(parseError("").starts_with("a.json: no valid JSON at byte 1: "));
        QVERIFY(parseError("{\"a\": \"\xff\"}").starts_with("a.json: no valid JSON at byte 8: "));
        QVERIFY(parseError("[1e999]").starts_with("a.json: no valid JSON: "));
    }

    void quotesOnlyTheStartOfALongMistake()
    {
        const std::string message = parseError("\"" + std::string(1'000'000, 'x'));
        QVERIFY(message.size() < 300);
        QVERIFY(message.find("...; it is cut short") != std::string::npos);
    }

    void refusesDeepNesting()
    {
        const std::string deepest = std::string(100, '[') + std::string(100, ']');
        QVERIFY(parseJson(deepest, "a.json").is_array());
        const std::string expected = "a.json: nested deeper than 100 levels of JSON";
        QCOMPARE(parseError("[" + deepest + "]"), expected);
        QCOMPARE(parseError(std::string(10'000'000, '[')), expected);
    }

    void refusesAKeyThatComesTwice()
    {
        QCOMPARE(parseError(R"({"a": 1, "b": {"a": 2}, "a": 3})"),
            std::string("a.json: key \"a\" stands twice in one object, expected once"));
        QCOMPARE(parseError(R"([{"a": 1}, {"a": 2}])"), std::string("no error"));
    }

    void convertsOnlyWhatFits()
    {
        const auto json = parseJson(
            R"({"whole": 3, "real": 0.5, "on": true, "text": "x", "large": 18446744073709551615,
                "nothing": null, "list": [1]})",
            "a.json");
        QCOMPARE(jsonValue<double>(json, "real", "a.json"), 0.5);
        QCOMPARE(jsonValue<double>(json, "whole", "a.json"), 3.0);
        QCOMPARE(jsonValue<bool>(json, "on", "a.json"), true);
        const auto wholeError = [&](const char* key) {
            return messageOf([&] { jsonValue<std::int64_t>(json, key, "a.json"); });
        };
        QCOMPARE(wholeError("real"), std::string("a.json: real is 0.5, expected a whole number"));
        QCOMPARE(wholeError("on"), std::string("a.json: on is true, expected a whole number"));
        QCOMPARE(wholeError("large"),
            std::string("a.json: large is 18446744073709551615, expected a whole number"));
        QCOMPARE(wholeError("list"), std::string("a.json: list is [1], expected a whole number"));
        QCOMPARE(
            wholeError("none"), std::string("a.json: none is missing, expected a whole number"));
        QCOMPARE(messageOf([&] { jsonValue<bool>(json, "text", "a.json"); }),
            std::string("a.json: text is \"x\", expected true or false"));
        QCOMPARE(messageOf([&] { jsonValue<std::string>(json, "whole", "a.json"); }),
            std::string("a.json: whole is 3, expected a string"));
    }

    void fallsBackOnlyForWhatIsMissingOrNull()
    {
        const auto json = parseJson(R"({"a": null, "b": "x"})", "a.json");
        QCOMPARE(jsonValue<std::int64_t>(json, "a", "a.json", 7), std::int64_t(7));
        QCOMPARE(jsonValue<double>(json, "c", "a.json", 0.5), 0.5);
        QCOMPARE(messageOf([&] { jsonValue<std::int64_t>(json, "b", "a.json", 7); }),
            std::string("a.json: b is \"x\", expected a whole number"));
    }

    void namesWhatStandsInPlaceOfAnObject()
    {
        const auto json = parseJson("[1]", "a.json");
        QCOMPARE(messageOf([&] { jsonValue<bool>(json, "a", "a.json"); }),
            std::string("a.json: found array where an object with a is expected"));
    }
};

QTEST_APPLESS_MAIN(TestJson)
#include "tst_json.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quant/recipe.h"

#include <QtTest>

#include <nlohmann/json.hpp>

using namespace core;

namespace {

const std::filesystem::path examples = QUANTSCOPE_SOURCE_DIR "/resources/recipes";

Recipe parsed(const char* json) { return recipeFromJson(parseJson(json, "r.json"), "r.json"); }

/// What recipeFromJson says of `json`; empty if nothing.
std::string errorOf(const char* json)
{
    try {
        parsed(json);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private slots:
    void readsTheExample();
    void everyExampleComesBackAsItWas();
    void readsEveryKey();
    void leavesOutWhatIsNotSaid();
    void layersMayBeOpenAtOneEnd();
    void layersMayBeSeveralRanges();
    void layersAreReadAsTheyAreWritten();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void writesAFile();
    void knowsItsMethodsByName();
    void aMethodMaySayAScalingBeforeIt();
};

void TestRecipe::readsTheExample()
{
    const Recipe recipe = readRecipe(examples / "q4_k-careful.json");
    QCOMPARE(recipe.format, &formats::q4_K);
    QCOMPARE(recipe.method, Method::Gptq);
    QCOMPARE(recipe.rules.size(), std::size_t(4));
    QCOMPARE(recipe.rules[0].format, &formats::q8_0);
    QVERIFY((recipe.rules[0].roles == std::vector{ Role::TokenEmbd, Role::Output }));
}

void TestRecipe::everyExampleComesBackAsItWas()
{
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(examples)) {
        const Json json = recipeToJson(readRecipe(entry.path()));
        QVERIFY(recipeToJson(recipeFromJson(json, "again")) == json);
        ++found;
    }
    QVERIFY(found > 0);
}

void TestRecipe::readsEveryKey()
{
    const Recipe recipe
        = parsed(R"({"name": "N", "format": "Q4_0", "method": "rtn", "encoder": "ggml", "rules": [
        {"roles": ["attn_v", "ffn_down"], "layers": [1, 3], "name": "blk.*", "format": "Q6_K",
         "method": "gptq"}]})");
    QCOMPARE(recipe.name, std::string("N"));
    QCOMPARE(recipe.format, &formats::q4_0);
    QCOMPARE(recipe.method, Method::RoundToNearest);
    QCOMPARE(recipe.encoder, Encoder::Ggml);
    const Rule& rule = recipe.rules.at(0);
    QVERIFY((rule.roles == std::vector{ Role::AttnV, Role::FfnDown }));
    QCOMPARE(rule.layers, (LayerRanges{ { 1, 3 } }));
    QCOMPARE(rule.name, std::string("blk.*"));
    QCOMPARE(rule.format, &formats::q6_K);
    QCOMPARE(rule.method, std::optional(Method::Gptq));
}

void TestRecipe::leavesOutWhatIsNotSaid()
{
    const Recipe recipe = parsed(R"({"rules": [{"method": "rtn"}], "format": null})");
    QVERIFY(!recipe.format);
    QCOMPARE(recipe.method, Method::Importance);
    QCOMPARE(recipe.encoder, Encoder::Closest);
    const Rule& rule = recipe.rules.at(0);
    QVERIFY(rule.roles.empty() && rule.layers.empty() && rule.name.empty());
    QVERIFY(!rule.format);
}

void TestRecipe::layersMayBeOpenAtOneEnd()
{
    const Recipe recipe = parsed(R"({"rules": [{"layers": [2, null], "method": "rtn"}]})");
    QCOMPARE(recipe.rules.at(0).layers, (LayerRanges{ { 2, {} } }));
    QVERIFY(recipeToJson(recipe)["rules"][0]["layers"] == Json({ 2, nullptr }));
}

void TestRecipe::layersMayBeSeveralRanges()
{
    const Recipe recipe
        = parsed(R"({"rules": [{"layers": [[0, 0], [3, null]], "method": "rtn"}]})");
    QCOMPARE(recipe.rules.at(0).layers, (LayerRanges{ { 0, 0 }, { 3, {} } }));
    QVERIFY(recipeToJson(recipe)["rules"][0]["layers"]
        == Json::array({ Json::array({ 0, 0 }), Json::array({ 3, nullptr }) }));
    QVERIFY(parsed(R"({"rules": [{"layers": [null, null], "method": "rtn"}]})")
                .rules.at(0)
                .layers.empty());
}

void TestRecipe::layersAreReadAsTheyAreWritten()
{
    for (const char* words : { "", "4", "0, 3–5", "–2, 7–", "12, 14, 16–18" })
        QCOMPARE(layersText(findLayers(words).value()), std::string(words));
    QCOMPARE(findLayers(" 1-3 ,5 ").value(), (LayerRanges{ { 1, 3 }, { 5, 5 } }));
    for (const char* words : { "a", "3-1", "-", ",", "1,", "1,,2", "1 2", "99999999999", "1-2-3" })
        QVERIFY2(!findLayers(words), words);
    QVERIFY(includes({}, -1) && includes({}, 7));
    const LayerRanges some{ { 0, 0 }, { 3, 5 } };
    QVERIFY(includes(some, 0) && includes(some, 4) && !includes(some, 1) && !includes(some, -1));
}

void TestRecipe::saysWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("no object") << QByteArray("[1]") << QByteArray("r.json: found [1], expected");
    QTest::newRow("unknown key") << QByteArray(R"({"formt": "Q4_0"})")
                                 << QByteArray("r.json: unknown key \"formt\", expected one of "
                                               "name, format, method, encoder, rules");
    QTest::newRow("unknown format") << QByteArray(
        R"({"format": "Q4_Z"})") << QByteArray("r.json: format is \"Q4_Z\", expected one of F32");
    QTest::newRow("format no string")
        << QByteArray(R"({"format": 4})") << QByteArray("r.json: format is 4, expected a string");
    QTest::newRow("unknown method")
        << QByteArray(R"({"method": "magic"})")
        << QByteArray("r.json: method is \"magic\", expected one of rtn, importance, gptq");
    QTest::newRow("unknown encoder")
        << QByteArray(R"({"encoder": "mine"})")
        << QByteArray("r.json: encoder is \"mine\", expected one of closest, ggml");
    QTest::newRow("rules no list")
        << QByteArray(R"({"rules": {}})") << QByteArray("r.json: rules is {}, expected a list");
    QTest::newRow("rule's key") << QByteArray(
        R"({"rules": [{"method": "rtn"}, {"role": "attn_v"}]})")
                                << QByteArray("r.json: rule 2: unknown key \"role\"");
    QTest::newRow("unknown role") << QByteArray(R"({"rules": [{"roles": ["v"], "method": "rtn"}]})")
                                  << QByteArray("r.json: rule 1: roles has \"v\"");
    QTest::newRow("no roles") << QByteArray(R"({"rules": [{"roles": [], "method": "rtn"}]})")
                              << QByteArray("r.json: rule 1: roles is [], expected a list of");
    QTest::newRow("three layers")
        << QByteArray(R"({"rules": [{"layers": [1, 2, 3], "method": "rtn"}]})")
        << QByteArray("r.json: rule 1: layers is [1,2,3], expected [first, last]");
    QTest::newRow("negative layer")
        << QByteArray(R"({"rules": [{"layers": [-1, 2], "method": "rtn"}]})")
        << QByteArray("r.json: rule 1: layers has -1, expected a layer's number");
    QTest::newRow("layers in the wrong order")
        << QByteArray(R"({"rules": [{"layers": [3, 2], "method": "rtn"}]})")
        << QByteArray("r.json: rule 1: layers is [3,2], expected a first layer that is not after");
    QTest::newRow("idle rule") << QByteArray(R"({"rules": [{"roles": ["attn_v"]}]})")
                               << QByteArray("r.json: rule 1: found neither format nor method");
}

void TestRecipe::saysWhatIsWrong()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, message);
    const std::string error = errorOf(json.constData());
    QVERIFY2(error.starts_with(message.toStdString()), error.c_str());
}

void TestRecipe::writesAFile()
{
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("r.json").toStdString();
    const Recipe recipe = readRecipe(examples / "q4_k-careful.json");
    writeRecipe(recipe, file);
    QVERIFY(recipeToJson(readRecipe(file)) == recipeToJson(recipe));
}

void TestRecipe::knowsItsMethodsByName()
{
    for (const Method method : { Method::RoundToNearest, Method::Importance, Method::Gptq })
        QCOMPARE(findMethod(methodName(method)), std::optional(method));
    QVERIFY(!findMethod("GPTQ"));
}

void TestRecipe::aMethodMaySayAScalingBeforeIt()
{
    const Recipe recipe
        = parsed(R"({"method": "awq+gptq", "rules": [{"roles": ["attn_v"], "method": "awq"}]})");
    QCOMPARE(recipe.method, Method::Gptq);
    QCOMPARE(recipe.scaling, Scaling::Awq);
    QCOMPARE(recipe.rules.at(0).method, std::optional(Method::Importance));
    QCOMPARE(recipe.rules.at(0).scaling, Scaling::Awq);
    QCOMPARE(recipeToJson(recipe)["method"], Json("awq+gptq"));
    QCOMPARE(recipeToJson(recipe)["rules"][0]["method"], Json("awq"));
    for (const std::string& name : treatmentNames())
        QCOMPARE(treatmentName(*findTreatment(name)), name);
    QVERIFY(!findTreatment("awq+awq") && !findTreatment("gptq+awq"));
}

QTEST_GUILESS_MAIN(TestRecipe)
#include "tst_recipe.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Hugging Face checkpoints that other tools quantized: opened, decoded, measured, rounded again and
// taken over exactly.
#include "core/base/half.h"
#include "core/export/ggufexport.h"
#include "core/export/rotarypermutation.h"
#include "core/files/shelf.h"
#include "core/measure/evaluation.h"
#include "core/quant/quantize.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinyquantized.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <set>

using namespace core;

namespace fs = std::filesystem;

namespace {

/// A folder with a model that was quantized as `kind`.
struct Opened {
    support::TemporaryFolder folder;
    support::NamedWeights weights;
    std::shared_ptr<const Checkpoint> checkpoint;

    explicit Opened(const std::string& kind, const support::TinyModel& model = {})
        : weights(support::writeTinyQuantized(model, kind, folder.path()))
        , checkpoint(Checkpoint::open(folder.path()))
    {
    }
};

std::string formatsOf(const Checkpoint& checkpoint)
{
    std::set<std::string> names;
    for (const Tensor& tensor : checkpoint.tensors())
        if (tensor.isMatrix() && tensor.place.layer >= 0)
            names.emplace(tensor.format->name);
    std::string all;
    for (const std::string& name : names)
        all += all.empty() ? name : ", " + name;
    return all;
}

QuantizeOptions calibrated(const Checkpoint& checkpoint)
{
    QuantizeOptions options;
    for (int sequence = 0; sequence < 8; ++sequence) {
        options.calibration.emplace_back();
        for (int i = 0; i < 32; ++i)
            options.calibration.back().push_back(
                (sequence * 37 + i * 11) % checkpoint.config().vocabulary);
    }
    return options;
}

QuantizedModel asInTheFile(
    const std::shared_ptr<const Checkpoint>& checkpoint, const QuantizeOptions& options = {})
{
    return quantize(checkpoint, presetRecipe("source", *checkpoint, Method::RoundToNearest),
        options, {}, Progress());
}

/// A tensor's floats in the order that a GGUF file has its rows in.
std::vector<float> inGgufOrder(const Tensor& tensor, const ModelConfig& config)
{
    const Matrix values = decode(tensor);
    const auto bytes = std::as_bytes(std::span(values.data(), std::size_t(values.size())));
    std::vector<std::byte> moved(bytes.begin(), bytes.end());
    if (tensor.place.role == Role::AttnQ || tensor.place.role == Role::AttnK)
        moved = permuteToPairs(moved, std::size_t(tensor.rows), std::size_t(config.headDim));
    std::vector<float> floats(std::size_t(values.size()));
    std::memcpy(floats.data(), moved.data(), moved.size());
    return floats;
}

const TensorReport& reportOf(const QuantizedModel& model, Place place)
{
    return *std::ranges::find(model.reports, place, &TensorReport::place);
}

void addKinds()
{
    QTest::addColumn<QString>("grid");
    QTest::addColumn<QString>("format");
    const auto row = [](const char* kind, const char* grid, const char* format) {
        QTest::newRow(kind) << QString(grid) << QString(format);
    };
    row("gptq", "4 bits, groups of 32, symmetric", "Q4_0");
    row("gptq-8", "8 bits, groups of 32, symmetric", "Q8_0");
    row("gptq-act-order", "4 bits, groups of 32, symmetric, columns grouped by their activation",
        "F16");
    row("awq", "4 bits, groups of 32, asymmetric", "Q5_0");
    row("compressed", "4 bits, groups of 32, symmetric", "Q4_0");
    row("compressed-int8", "8 bits, a scale for each row, symmetric", "Q8_0");
    row("bitsandbytes-int8", "8 bits, a scale for each row, symmetric", "F16");
    row("nf4", "NF4, blocks of 64", "F16");
    row("fp8", "FP8 E4M3, blocks of 32 × 32", "F16");
    row("mxfp4", "MXFP4: FP4 E2M1, groups of 32 with powers of two", "MXFP4");
    row("nvfp4", "NVFP4: FP4 E2M1, groups of 16 with E4M3 scales and one scale of the tensor",
        "NVFP4");
    row("nvfp4-scaled",
        "NVFP4: FP4 E2M1, groups of 16 with E4M3 scales and one scale of the tensor", "F16");
}

} // namespace

class TestQuantizedCheckpoint : public QObject {
    Q_OBJECT
private slots:
    void decodesWhatTheToolMeant_data() { addKinds(); }
    void decodesWhatTheToolMeant();
    void asInTheFileIsExactWhereGgufHasTheGrid_data() { addKinds(); }
    void asInTheFileIsExactWhereGgufHasTheGrid();
    void isMeasuredLikeAnyOther_data() { addKinds(); }
    void isMeasuredLikeAnyOther();
    void saysWhatIsRoundedASecondTime();
    void isCalibratedLikeAnyOther();
    void whatWasTakenOverLiesOnTheShelf();
    void aModelThatIsNotComputedShowsItsWeights();
    void takesTheConfigurationOfOlderTools();
    void leavesOutTheZeroBiasesOfAutoGptq();
    void opensFloatsOfEightAndSixtyFourBits();
    void namesAGroupThatIsNotThere();
};

void TestQuantizedCheckpoint::decodesWhatTheToolMeant()
{
    QFETCH(QString, grid);
    const Opened opened(QTest::currentDataTag());
    int compared = 0;
    for (const Tensor& tensor : opened.checkpoint->tensors()) {
        const auto expected = opened.weights.find(tensor.sourceName);
        QCOMPARE(gridOf(tensor).empty(), expected == opened.weights.end());
        if (expected == opened.weights.end())
            continue;
        QCOMPARE(QString::fromStdString(gridOf(tensor)), grid);
        QVERIFY(storedBitsPerWeight(tensor) < 10);
        const Matrix found = decode(tensor);
        QVERIFY(std::memcmp(
                    found.data(), expected->second.data(), expected->second.size() * sizeof(float))
            == 0);
        QVERIFY(decodeRows(tensor, tensor.rows - 3, 2) == found.middleRows(tensor.rows - 3, 2));
        ++compared;
    }
    QCOMPARE(compared, 14);
    QVERIFY(opened.checkpoint->notes().at(0).starts_with("The weights are quantized already ("));
}

void TestQuantizedCheckpoint::asInTheFileIsExactWhereGgufHasTheGrid()
{
    QFETCH(QString, grid);
    QFETCH(QString, format);
    const Opened opened(QTest::currentDataTag());
    const bool isExact = format != "F16";
    const auto source = quantizedSource(*opened.checkpoint);
    QVERIFY(source && source->isOfOtherTool);
    QCOMPARE(source->tensors, 14);
    QCOMPARE(source->exact, isExact ? 14 : 0);
    QCOMPARE(QString::fromStdString(source->kinds.at(0)), grid);

    const QuantizedModel taken = asInTheFile(opened.checkpoint);
    QCOMPARE(QString::fromStdString(formatsOf(*taken.checkpoint)), format);
    const std::string note = reportOf(taken, { Role::FfnDown, 1 }).note;
    QVERIFY2(note.starts_with(grid.toStdString() + ": "), note.c_str());
    QCOMPARE(note.ends_with(": converted exactly"), isExact);

    const fs::path file = opened.folder / "taken.gguf";
    exportGguf(*taken.checkpoint, { file }, {}, Progress());
    const auto reopened = Checkpoint::open(file);
    for (const Tensor& tensor : opened.checkpoint->tensors()) {
        std::vector<float> expected = inGgufOrder(tensor, opened.checkpoint->config());
        if (!isExact && tensor.source)
            for (float& weight : expected)
                weight = halfToFloat(floatToHalf(weight));
        const Matrix found = decode(*reopened->find(tensor.name));
        for (std::size_t i = 0; i < expected.size(); ++i)
            if (found.data()[i] != expected[i])
                QFAIL((tensor.name + " differs").c_str());
    }
    // As it is, the checkpoint gives the same.
    if (isExact) {
        exportGguf(*opened.checkpoint, { opened.folder / "direct.gguf" }, {}, Progress());
        QVERIFY(support::readFile(file) == support::readFile(opened.folder / "direct.gguf"));
    }
}

void TestQuantizedCheckpoint::isMeasuredLikeAnyOther()
{
    const Opened opened(QTest::currentDataTag());
    const auto chunks = calibrated(*opened.checkpoint).calibration;
    const QuantizedModel taken = asInTheFile(opened.checkpoint);
    const Evaluation measured
        = evaluate(*taken.checkpoint, opened.checkpoint.get(), chunks, Progress());
    QVERIFY(std::isfinite(measured.perplexity));
    const bool isExact = quantizedSource(*opened.checkpoint)->exact > 0;
    QVERIFY(measured.against);
    QVERIFY(isExact ? measured.against->kldMean == 0 : measured.against->kldMean < 1e-4);
}

void TestQuantizedCheckpoint::saysWhatIsRoundedASecondTime()
{
    const Opened opened("gptq");
    const auto noteIn = [&](const char* type) {
        const QuantizedModel rounded = quantize(opened.checkpoint,
            presetRecipe(type, *opened.checkpoint, Method::RoundToNearest), {}, {}, Progress());
        return reportOf(rounded, { Role::FfnUp, 0 }).note;
    };
    const std::string grid = "4 bits, groups of 32, symmetric";
    const std::string again = "already quantized in the file (" + grid + "), rounded a second time";
    QCOMPARE(noteIn("Q4_0"), grid + ": converted exactly");
    QCOMPARE(noteIn("IQ4_NL"), again);
    QVERIFY2(noteIn("Q8_0").starts_with(again + ": grows from "), noteIn("Q8_0").c_str());
    QVERIFY2(
        noteIn("F16").starts_with(grid + ": decoded to F16: grows from "), noteIn("F16").c_str());
    QVERIFY2(
        noteIn("F32").starts_with(grid + ": decoded exactly: grows from "), noteIn("F32").c_str());
}

void TestQuantizedCheckpoint::isCalibratedLikeAnyOther()
{
    for (const char* kind : { "awq", "nf4" }) {
        const Opened opened(kind);
        const QuantizedModel rounded
            = quantize(opened.checkpoint, presetRecipe("Q4_0", *opened.checkpoint, Method::Gptq),
                calibrated(*opened.checkpoint), {}, Progress());
        QCOMPARE(formatsOf(*rounded.checkpoint), std::string("Q4_0"));
        for (const TensorReport& report : rounded.reports)
            QVERIFY(report.outputError >= 0 && report.outputError < 0.5);
    }
}

void TestQuantizedCheckpoint::whatWasTakenOverLiesOnTheShelf()
{
    const Opened opened("mxfp4");
    QuantizeOptions options;
    options.shelf = std::make_shared<const Shelf>(opened.folder / "shelf");
    const QuantizedModel first = asInTheFile(opened.checkpoint, options);
    const QuantizedModel second = asInTheFile(opened.checkpoint, options);
    QVERIFY(reportOf(second, { Role::AttnQ, 0 }).resumed);
    for (const Tensor& tensor : first.checkpoint->tensors()) {
        const Tensor* found = second.checkpoint->find(tensor.name);
        QCOMPARE(found->format, tensor.format);
        QVERIFY(decode(*found) == decode(tensor));
    }
}

void TestQuantizedCheckpoint::aModelThatIsNotComputedShowsItsWeights()
{
    support::TinyModel model;
    model.damage = support::Damage::UnknownArchitecture;
    const Opened opened("gptq", model);
    QVERIFY(!opened.checkpoint->isComputed());
    const Tensor* tensor = opened.checkpoint->find("model.layers.1.mlp.down_proj.weight");
    QVERIFY(tensor);
    QCOMPARE(tensor->shape, (std::vector<std::int64_t>{ 64, 128 }));
    QCOMPARE(gridOf(*tensor), std::string("4 bits, groups of 32, symmetric"));
    QCOMPARE(decode(*tensor)(3, 5), opened.weights.at(tensor->name)[3 * 128 + 5]);
}

void TestQuantizedCheckpoint::takesTheConfigurationOfOlderTools()
{
    const Opened opened("gptq");
    Json config = readJson(opened.folder / "config.json");
    Json beside = config["quantization_config"];
    config.erase("quantization_config");
    beside.erase("quant_method");
    support::writeFile(opened.folder / "config.json", jsonText(config));
    support::writeFile(opened.folder / "quantize_config.json", jsonText(beside));
    const auto checkpoint = Checkpoint::open(opened.folder.path());
    QCOMPARE(gridOf(*checkpoint->find({ Role::AttnQ, 0 })),
        std::string("4 bits, groups of 32, symmetric"));
}

void TestQuantizedCheckpoint::leavesOutTheZeroBiasesOfAutoGptq()
{
    const Opened opened("gptq");
    const std::string stem = "model.layers.1.mlp.down_proj";
    std::string bytes = support::readFile(opened.folder / "model.safetensors");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    Json header = parseJson(bytes.substr(8, length), "header");
    const std::size_t end = bytes.size() - 8 - length;
    header[stem + ".bias"]
        = { { "dtype", "F16" }, { "shape", { 64 } }, { "data_offsets", { end, end + 128 } } };
    for (const char filling : { '\0', '\1' }) {
        support::writeFile(opened.folder / "model.safetensors",
            support::safetensorsBytes(
                jsonText(header), bytes.substr(8 + length) + std::string(128, filling)));
        const auto checkpoint = Checkpoint::open(opened.folder.path());
        QCOMPARE(!checkpoint->find({ Role::FfnDownBias, 1 }), filling == '\0');
    }
}

void TestQuantizedCheckpoint::opensFloatsOfEightAndSixtyFourBits()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    std::vector<support::SafetensorsEntry> entries;
    for (const auto& tensor : support::tinyTensors({})) {
        const bool isSmall = tensor.name.ends_with("up_proj.weight");
        support::SafetensorsEntry entry{ tensor.name, isSmall ? "F8_E4M3" : "F64", tensor.shape,
            {} };
        for (std::size_t i = 0; i < tensor.weights.size(); ++i)
            entry.bytes += isSmall ? std::string(1, char(i % 127)) // none of them is NaN
                                   : support::little(double(tensor.weights[i]));
        entries.push_back(std::move(entry));
    }
    support::writeFile(folder / "model.safetensors", support::safetensorsBytes(entries));
    const auto checkpoint = Checkpoint::open(folder.path());
    QVERIFY(checkpoint->notes().empty());
    const Tensor& up = *checkpoint->find({ Role::FfnUp, 0 });
    QCOMPARE(up.format, &formats::f8_E4M3);
    const QuantizedModel taken = asInTheFile(checkpoint);
    const Tensor& copied = *taken.checkpoint->find({ Role::FfnUp, 0 });
    QCOMPARE(copied.format, &formats::f16);
    QVERIFY(decode(copied) == decode(up));
    const Tensor& down = *taken.checkpoint->find({ Role::FfnDown, 0 });
    QCOMPARE(down.format, &formats::f32);
    QVERIFY(decode(down) == decode(*checkpoint->find({ Role::FfnDown, 0 })));
    exportGguf(*taken.checkpoint, { folder / "taken.gguf" }, {}, Progress());
}

/// Planning, which the window does, finds no format; decoding says what is wrong.
void TestQuantizedCheckpoint::namesAGroupThatIsNotThere()
{
    const Opened opened("gptq");
    const fs::path file = opened.folder / "model.safetensors";
    std::string bytes = support::readFile(file);
    const std::string name = "model.layers.0.mlp.up_proj.g_idx";
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    const Json header = parseJson(bytes.substr(8, length), "header");
    const auto offset = header[name]["data_offsets"][0].get<std::size_t>();
    bytes.replace(8 + length + offset + 4 * 7, 4, support::little(std::int32_t(9)));
    support::writeFile(file, bytes);
    const auto checkpoint = Checkpoint::open(opened.folder.path());
    const Tensor& tensor = *checkpoint->find({ Role::FfnUp, 0 });
    QCOMPARE(formatAsInFile(tensor), &formats::f16);
    QCOMPARE(support::messageOf([&] { decodeRows(tensor, 0, 1); }),
        file.string() + ": tensor " + name + " puts column 7 into group 9, expected 0 to 1");
}

QTEST_APPLESS_MAIN(TestQuantizedCheckpoint)
#include "tst_quantizedcheckpoint.moc"

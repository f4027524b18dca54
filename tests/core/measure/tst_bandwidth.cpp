// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/bandwidth.h"

#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <set>

using namespace core;

namespace {

std::shared_ptr<const Checkpoint> open(const support::TinyModel& model)
{
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

/// Weights of all layers and norms of `model`, by hand.
std::uint64_t layerWeights(const support::TinyModel& model)
{
    const auto h = std::uint64_t(model.hidden);
    const auto q = std::uint64_t(model.heads * model.headSize);
    const auto kv = std::uint64_t(model.keyValueHeads * model.headSize);
    const auto f = std::uint64_t(model.feedForward);
    return std::uint64_t(model.layers) * (2 * h * q + 2 * h * kv + 3 * h * f + 2 * h) + h;
}

std::string messageOfDevices(const std::string& json)
{
    const support::TemporaryFolder folder;
    support::writeFile(folder / "devices.json", json);
    const std::string message = support::messageOf([&] { readDevices(folder / "devices.json"); });
    const auto name = message.find("devices.json");
    return name == std::string::npos ? message : message.substr(name);
}

} // namespace

class TestBandwidth : public QObject {
    Q_OBJECT

private slots:
    void readsATiedEmbeddingWhole()
    {
        support::TinyModel model;
        const auto checkpoint = open(model);
        const std::uint64_t embedding
            = std::uint64_t(checkpoint->config().vocabulary) * std::uint64_t(model.hidden);
        QCOMPARE(bytesPerToken(*checkpoint, 0), 4 * (layerWeights(model) + embedding));
    }

    void readsOneRowOfAnUntiedEmbedding()
    {
        support::TinyModel model;
        model.isTied = false;
        const auto checkpoint = open(model);
        const std::uint64_t head
            = std::uint64_t(checkpoint->config().vocabulary) * std::uint64_t(model.hidden);
        QCOMPARE(bytesPerToken(*checkpoint, 0),
            4 * (layerWeights(model) + head + std::uint64_t(model.hidden)));
    }

    void addsTheCacheOfEveryPosition()
    {
        support::TinyModel model;
        const auto checkpoint = open(model);
        QCOMPARE(cacheBytes(checkpoint->config(), 1),
            std::uint64_t(2 * model.layers * model.keyValueHeads * model.headSize * 2));
        QCOMPARE(bytesPerToken(*checkpoint, 100) - bytesPerToken(*checkpoint, 0),
            100 * cacheBytes(checkpoint->config(), 1));
    }

    void aLayerWithAWindowKeepsNoMorePositionsThanThat()
    {
        ModelConfig config;
        config.layers = 6;
        config.keyValueHeads = 2;
        config.headDim = 16;
        const std::uint64_t position = 2 * 2 * 16 * 2; // of one layer
        QCOMPARE(cacheBytes(config, 100), 600 * position);
        config.window = 16;
        config.windowed = { true, true, true, true, true, false };
        QCOMPARE(cacheBytes(config, 10), 60 * position);
        QCOMPARE(cacheBytes(config, 100), (5 * 16 + 100) * position);
    }

    void aModelOfUnknownShapeHasNoCache() { QCOMPARE(cacheBytes(ModelConfig(), 100), 0u); }

    void followsThePlan()
    {
        const auto checkpoint = open({});
        std::vector<PlannedTensor> plan;
        std::uint64_t expected = 0;
        for (const Tensor& tensor : checkpoint->tensors()) {
            PlannedTensor planned;
            planned.place = tensor.place;
            planned.format = isMatrix(tensor.place.role) ? &formats::q8_0 : &formats::f32;
            planned.wanted = planned.format;
            plan.push_back(planned);
            expected
                += std::uint64_t(tensor.weights()) * (isMatrix(tensor.place.role) ? 34 : 128) / 32;
        }
        QCOMPARE(bytesPerToken(*checkpoint, plan, 0), expected);
    }

    void knowsTenDevices()
    {
        const auto devices = readDevices(QUANTSCOPE_SOURCE_DIR "/resources/devices.json");
        QCOMPARE(devices.size(), std::size_t(10));
        std::set<std::string> names;
        for (const Device& device : devices) {
            names.insert(device.name);
            QVERIFY(device.bytesPerSecond >= 1e9 && device.bytesPerSecond <= 1e13);
            QVERIFY(device.memoryBytes >= 1e9 && device.memoryBytes <= 1e12);
            QVERIFY(device.source.size() > 20);
        }
        QCOMPARE(names.size(), devices.size());
        QCOMPARE(devices.front().name, std::string("Raspberry Pi 5 (8 GB)"));
        QCOMPARE(devices.front().bytesPerSecond, 17.1e9);
    }

    void refusesDamagedDevices()
    {
        QCOMPARE(messageOfDevices("[]"),
            std::string("devices.json: devices is missing or empty, expected an array"));
        QCOMPARE(messageOfDevices(R"({"devices": []})"),
            std::string("devices.json: devices is missing or empty, expected an array"));
        QCOMPARE(messageOfDevices(R"({"devices": [{"gigabytesPerSecond": 1}]})"),
            std::string("devices.json: device 0: name is missing, expected a string"));
        QCOMPARE(messageOfDevices(R"({"devices": [{"name": "x", "gigabytesPerSecond": -1,
            "memoryGigabytes": 1, "source": "s"}]})"),
            std::string("devices.json: device 0: gigabytesPerSecond is -1, expected more than 0"));
        QCOMPARE(messageOfDevices(R"({"devices": [{"name": "x", "gigabytesPerSecond": 1,
            "memoryGigabytes": "8", "source": "s"}]})"),
            std::string("devices.json: device 0: memoryGigabytes is \"8\", expected a number"));
        QCOMPARE(messageOfDevices(R"({"devices": [{"name": "x", "gigabytesPerSecond": 1,
            "memoryGigabytes": 1, "source": ""}]})"),
            std::string("devices.json: device 0: source is empty, expected text"));
        QCOMPARE(messageOfDevices(R"({"devices": [
            {"name": "x", "gigabytesPerSecond": 1, "memoryGigabytes": 1, "source": "s"},
            {"name": "x", "gigabytesPerSecond": 1, "memoryGigabytes": 1, "source": "s"}]})"),
            std::string(
                "devices.json: device 1: name is \"x\" for the second time, expected once"));
    }
};

QTEST_GUILESS_MAIN(TestBandwidth)
#include "tst_bandwidth.moc"

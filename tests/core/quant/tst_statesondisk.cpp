// SPDX-License-Identifier: GPL-3.0-or-later
// Layers of every shape are rounded to the same bytes where hidden states lie on the disk.
#include "core/quant/layerrounding.h"
#include "core/quant/outputhessians.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QtTest>

#include <random>

using namespace core;

class TestStatesOnDisk : public QObject {
    Q_OBJECT

private slots:
    void givesTheSameBytes_data();
    void givesTheSameBytes();
};

namespace {

/// The bytes of the first two layers' tensors, and the paths behind them.
struct Rounded {
    std::vector<std::byte> bytes;
    HiddenStates rounded, reference;
};

Rounded roundTwoLayers(
    const Checkpoint& model, const std::vector<std::vector<int>>& text, const TokenRoom& room)
{
    const Recipe recipe = smallrun::recipeOf(findFormat("INT4_ASYM_G8"), Method::Gptq);
    const std::vector<PlannedTensor> plan = planTensors(model, recipe);
    const Importance importance;
    const TensorDone done = [](const TensorReport&) {};
    const OutputHessians outputs;
    const LayerRounding run{ model, plan, importance, recipe.gptq, done, room, outputs };
    Rounded all{ {}, embed(model, text, 0, room), embed(model, text, 0, room) };
    for (int layer = 0; layer < 2; ++layer)
        for (const Tensor& tensor :
            roundLayer(run, layer, {}, { all.rounded, &all.reference }, {}).tensors)
            all.bytes.insert(all.bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
    return all;
}

} // namespace

void TestStatesOnDisk::givesTheSameBytes_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "llama", "falcon", "gemma4", "llama-experts" })
        QTest::newRow(name) << name;
}

void TestStatesOnDisk::givesTheSameBytes()
{
    QFETCH(QString, name);
    const support::TemporaryFolder folder, disk;
    support::writeTinyArchitecture(name.toStdString(), folder.path());
    const auto model = Checkpoint::open(folder.path());
    std::mt19937 random(1);
    std::vector<std::vector<int>> text(12, std::vector<int>(64));
    for (std::vector<int>& sequence : text)
        for (int& token : sequence)
            token = 1 + int(random() % 287);
    const Rounded inMemory = roundTwoLayers(*model, text, {});
    const Rounded onDisk = roundTwoLayers(*model, text, { disk.path(), 0 });
    QVERIFY(!inMemory.rounded.states.isOnDisk());
    QVERIFY(onDisk.rounded.states.isOnDisk() && onDisk.reference.states.isOnDisk());
    QCOMPARE(disk.entries(), std::size_t(0));
    QVERIFY(!inMemory.bytes.empty());
    QVERIFY(onDisk.bytes == inMemory.bytes);
    QVERIFY(onDisk.rounded.states == inMemory.rounded.states);
    QVERIFY(onDisk.reference.states == inMemory.reference.states);
}

QTEST_GUILESS_MAIN(TestStatesOnDisk)
#include "tst_statesondisk.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/tensordifferences.h"
#include "core/model/samemodel.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>

using core::Checkpoint;
using support::TemporaryFolder;
using support::TinyModel;

namespace {

std::shared_ptr<const Checkpoint> opened(const TinyModel& model)
{
    const TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

std::shared_ptr<const Checkpoint> openedGguf(const TinyModel& model, const core::Format& format)
{
    const TemporaryFolder folder;
    support::writeTinyGguf(model, folder / "m.gguf", format);
    return Checkpoint::open(folder / "m.gguf");
}

const core::TensorDifference& named(const core::TensorDifferences& all, const std::string& name)
{
    return *std::ranges::find(all.tensors, name, &core::TensorDifference::name);
}

} // namespace

class TestTensorDifferences : public QObject {
    Q_OBJECT
private slots:
    void theSameModelInAnotherRowOrderIsTheSame()
    {
        const auto folder = opened({}), file = openedGguf({}, core::formats::f32);
        QVERIFY(folder->config().rotary != file->config().rotary);
        for (const auto& [model, original] :
            { std::pair(file, folder), std::pair(folder, file), std::pair(file, file) }) {
            const auto differences = core::tensorDifferences(*model, *original, {});
            QCOMPARE(differences.tensors.size(), original->tensors().size());
            QCOMPARE(differences.relativeError(), 0.0);
            QVERIFY(differences.missing.empty() && differences.added.empty());
        }
    }

    void roundingShowsWhereItWasDone()
    {
        const auto original = opened({}), file = openedGguf({}, core::formats::q8_0);
        const auto differences = core::tensorDifferences(*file, *original, {});
        for (const char* name :
            { "blk.0.attn_q.weight", "blk.1.attn_k.weight", "blk.1.ffn_down.weight" }) {
            const core::TensorDifference& tensor = named(differences, name);
            QVERIFY(tensor.relativeError() > 1e-3 && tensor.relativeError() < 1e-2);
            QCOMPARE(tensor.storedAs, std::string("Q8_0"));
            const core::Matrix w = core::decode(*original->find(std::string_view(name)));
            QVERIFY(std::abs(tensor.weight2 / double(w.squaredNorm()) - 1) < 1e-5);
        }
        QCOMPARE(named(differences, "blk.0.attn_norm.weight").relativeError(), 0.0);
        QVERIFY(differences.relativeError() > 0);
    }

    void whatOneOfTheTwoLacksIsNamed()
    {
        const auto tied = opened({}), untied = opened({ .isTied = false });
        QVERIFY((core::tensorDifferences(*untied, *tied, {}).added
            == std::vector<std::string>{ "output.weight" }));
        QVERIFY((core::tensorDifferences(*tied, *untied, {}).missing
            == std::vector<std::string>{ "output.weight" }));
    }

    void anotherModelIsRefusedInASentence()
    {
        const auto original = opened({});
        core::requireSameModel(*openedGguf({}, core::formats::q8_0), *original);
        core::requireSameModel(*opened({ .seed = 9 }), *original); // its weights may differ
        const auto message = support::messageOf(
            [&] { core::requireSameModel(*opened({ .layers = 3 }), *original); });
        QVERIFY2(message.ends_with(": it has 3 layers, expected 2"), message.c_str());
        const TemporaryFolder folder;
        support::writeTinyArchitecture("gemma2", folder.path());
        const auto other = support::messageOf(
            [&] { core::requireSameModel(*Checkpoint::open(folder.path()), *original); });
        QVERIFY2(other.ends_with(": its architecture is gemma2, expected llama"), other.c_str());
    }

    void tensorsOfOtherShapesAreRefused()
    {
        const auto message = support::messageOf(
            [&] { core::tensorDifferences(*opened({ .feedForward = 96 }), *opened({}), {}); });
        QVERIFY2(message.find("blk.0.ffn_gate.weight is 96 x 64, expected 128 x 64 as in the "
                              "original")
                != std::string::npos,
            message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestTensorDifferences)
#include "tst_tensordifferences.moc"

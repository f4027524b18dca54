// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "core/model/walk.h"
#include "core/quant/fold.h"
#include "tests/support/filebytes.h"
#include "tests/support/llamaroles.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>
#include <random>
#include <set>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

constexpr std::array inputs{ LinearInput::Attention, LinearInput::AttentionOutput,
    LinearInput::FeedForward, LinearInput::Down };

/// Scales from 1/8 to 8 for every input, equal where they must be.
LayerFold randomFold(const ModelConfig& config, int layer, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> power(-3, 3);
    LayerFold fold;
    for (const LinearInput input : inputs) {
        const LayerSpec spec = layerSpec(config, layer);
        if (!foldObstacle(input, spec).empty())
            continue;
        const std::vector<int> groups = foldGroups(input, spec, config.hidden);
        std::vector<float> scales(groups.size());
        for (float& scale : scales)
            scale = std::exp2(power(random));
        fold.of(input).resize(Eigen::Index(groups.size()));
        for (std::size_t channel = 0; channel < groups.size(); ++channel)
            fold.of(input)[Eigen::Index(channel)] = scales[std::size_t(groups[channel])];
    }
    return fold;
}

/// Of all positions, (tokens, vocabulary).
Matrix logitsOf(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
{
    HiddenStates hidden = embed(checkpoint, sequences);
    walk(hidden, checkpoint, nullptr, Progress());
    return multiplyTransposed(
        headInput(hidden.states, checkpoint, Progress()), decode(checkpoint.head()));
}

std::shared_ptr<const Checkpoint> tiny()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    return Checkpoint::open(folder.path());
}

} // namespace

class TestFold : public QObject {
    Q_OBJECT

private slots:
    void aFoldedModelGivesTheSameLogits_data();
    void aFoldedModelGivesTheSameLogits();
    void everyArchitectureFoldsToTheSameLogits_data();
    void everyArchitectureFoldsToTheSameLogits();
    void scalesColumnsAndDividesWhatMakesThem();
    void headsOfAGroupShareTheirScales();
    void leavesInputsWithoutScalesAlone();
};

void TestFold::aFoldedModelGivesTheSameLogits_data()
{
    QTest::addColumn<bool>("isSample");
    QTest::newRow("tiny, grouped queries") << false;
    QTest::newRow("the sample") << true;
}

void TestFold::aFoldedModelGivesTheSameLogits()
{
    QFETCH(bool, isSample);
    const auto checkpoint = isSample ? Checkpoint::open(sample) : tiny();
    std::vector<std::vector<int>> sequences{ { 1, 7, 30, 4, 9, 100, 55, 2 } };
    if (isSample)
        sequences = tokenSequences(
            checkpoint->tokenizer(), readTextFile(sample / "evaluation.txt"), 128, 2);
    std::vector<LayerFold> folds;
    for (int layer = 0; layer < checkpoint->config().layers; ++layer)
        folds.push_back(randomFold(checkpoint->config(), layer, 5 + unsigned(layer)));
    const auto folded = foldedCheckpoint(*checkpoint, folds, Progress());
    for (const Role role : { Role::AttnNorm, Role::AttnQ, Role::AttnV, Role::FfnDown })
        QVERIFY(decode(*folded->find({ role, 1 })) != decode(*checkpoint->find({ role, 1 })));
    const Matrix expected = logitsOf(*checkpoint, sequences);
    const Matrix logits = logitsOf(*folded, sequences);
    const float error = (logits - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
    QVERIFY2(error > 0 && error < 1e-4f, qPrintable(QString::number(error)));
}

void TestFold::everyArchitectureFoldsToTheSameLogits_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string& name : support::tinyArchitectures())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestFold::everyArchitectureFoldsToTheSameLogits()
{
    QFETCH(QString, name);
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(name.toStdString(), folder.path());
    const auto checkpoint = Checkpoint::open(folder.path());
    const ModelConfig& config = checkpoint->config();
    std::vector<LayerFold> folds;
    for (int layer = 0; layer < config.layers; ++layer)
        folds.push_back(randomFold(config, layer, 5 + unsigned(layer)));
    const auto folded = foldedCheckpoint(*checkpoint, folds, Progress());
    // The input that every architecture can scale, but where attention's values are normed.
    const LayerSpec spec = layerSpec(config, 1);
    const bool scalesHeads = foldObstacle(LinearInput::AttentionOutput, spec).empty();
    const Place scaled{ scalesHeads ? spec.mixerOutput() : Role::AttnNorm, 1 };
    QVERIFY(decode(*folded->find(scaled)) != decode(*checkpoint->find(scaled)));
    const std::vector<std::vector<int>> sequences{ { 1, 7, 30, 4, 9, 100, 55, 2, 287, 31, 8, 77 } };
    const Matrix expected = logitsOf(*checkpoint, sequences);
    const Matrix logits = logitsOf(*folded, sequences);
    const float error = (logits - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
    QVERIFY2(error > 0 && error < 1e-4f, qPrintable(QString::number(double(error))));
}

void TestFold::scalesColumnsAndDividesWhatMakesThem()
{
    const auto checkpoint = tiny();
    const LayerWeights before = loadLayer(*checkpoint, 0, Progress());
    LayerWeights weights = before;
    LayerFold fold;
    fold.down = Vector::Ones(checkpoint->config().feedForward);
    fold.down[5] = 4;
    fold.attention = Vector::Ones(checkpoint->config().hidden);
    fold.attention[3] = 2;
    const std::vector<Role> changed = applyFold(weights, fold);
    QCOMPARE(changed, std::vector{ Role::AttnNorm });
    QCOMPARE(weights.vector(Role::AttnNorm)[3], before.vector(Role::AttnNorm)[3] / 2);
    QCOMPARE(weights.vector(Role::AttnNorm)[4], before.vector(Role::AttnNorm)[4]);
    for (const Role role : { Role::AttnQ, Role::AttnK, Role::AttnV })
        QVERIFY(weights.matrix(role).col(3) == 2 * before.matrix(role).col(3));
    QVERIFY(weights.matrix(Role::FfnUp).row(5) == before.matrix(Role::FfnUp).row(5) / 4);
    QVERIFY(weights.matrix(Role::FfnDown).col(5) == before.matrix(Role::FfnDown).col(5) * 4);
    QVERIFY(weights.matrix(Role::FfnGate)
        == before.matrix(Role::FfnGate)); // SiLU is not linear: only up may be divided
    QVERIFY(weights.matrix(Role::AttnOutput) == before.matrix(Role::AttnOutput));
}

void TestFold::headsOfAGroupShareTheirScales()
{
    LayerSpec spec;
    spec.attention.heads = 6;
    spec.attention.keyValueHeads = 2;
    spec.attention.headDim = 4;
    const std::vector<int> groups = foldGroups(LinearInput::AttentionOutput, spec, 5);
    QCOMPARE(groups.size(), std::size_t(24));
    QCOMPARE(std::set<int>(groups.begin(), groups.end()).size(), std::size_t(8));
    for (int head = 0; head < 6; ++head)
        for (int channel = 0; channel < 4; ++channel)
            QCOMPARE(groups[std::size_t(4 * head + channel)], head / 3 * 4 + channel);
    QCOMPARE(foldGroups(LinearInput::FeedForward, spec, 5), (std::vector<int>{ 0, 1, 2, 3, 4 }));
}

void TestFold::leavesInputsWithoutScalesAlone()
{
    const auto checkpoint = tiny();
    const LayerWeights before = loadLayer(*checkpoint, 0, Progress());
    LayerWeights weights = before;
    QVERIFY(LayerFold().isEmpty());
    QVERIFY(applyFold(weights, LayerFold()).empty());
    for (const Role role : support::llamaMatrices)
        QVERIFY(weights.matrix(role) == before.matrix(role));
    const std::vector<LayerFold> none(std::size_t(checkpoint->config().layers));
    const auto same = foldedCheckpoint(*checkpoint, none, Progress());
    for (const Tensor& tensor : same->tensors())
        QCOMPARE(tensor.bytes.data(), checkpoint->find(tensor.place)->bytes.data());
}

QTEST_GUILESS_MAIN(TestFold)
#include "tst_fold.moc"

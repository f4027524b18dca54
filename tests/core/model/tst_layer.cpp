// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer.h"
#include "core/model/walk.h"
#include "tests/support/filebytes.h"
#include "tests/support/slowlayer.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <random>

using core::Checkpoint;
using core::Matrix;
using core::MatrixD;
using core::ModelConfig;
using support::TinyModel;

namespace {

std::shared_ptr<const Checkpoint> opened(const TinyModel& model)
{
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

Matrix randomRows(Eigen::Index rows, Eigen::Index columns)
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    return Matrix::NullaryExpr(rows, columns, [&] { return normal(random); });
}

Matrix quickLayer(Matrix hidden, const core::LayerWeights& weights, int length)
{
    const core::Progress none;
    const Matrix input = core::attentionInput(hidden, weights, none);
    const Matrix context = core::attentionContext(input, weights, length, none);
    core::addAttention(hidden, context, weights, none);
    const Matrix middle = core::feedForwardInput(hidden, weights, none);
    core::addFeedForward(hidden, core::feedForwardGated(middle, weights, none), weights, none);
    return hidden;
}

double relativeError(const Matrix& quick, const MatrixD& slow)
{
    return (quick.cast<double>() - slow).norm() / slow.norm();
}

/// How far the quick layer is from the slow one.
double errorOf(const TinyModel& model, const ModelConfig& config, int sequences, int length)
{
    auto weights = core::loadLayer(*opened(model), 1, {});
    weights.spec = core::layerSpec(config, 1);
    const Matrix hidden = randomRows(Eigen::Index(sequences) * length, config.hidden);
    MatrixD slow = hidden.cast<double>();
    support::slowLayer(slow, weights, config, length);
    return relativeError(quickLayer(hidden, weights, length), slow);
}

/// Whether OpenBLAS's kernel for this processor sums every row of a product in the same way. Those
/// for AVX2 do not: rows by six take turns.
bool equalRowsGiveEqualBits()
{
    const Matrix row = randomRows(1, 64), weights = randomRows(64, 64);
    const Matrix product = core::multiplyTransposed(row.replicate(24, 1), weights);
    return product == Matrix(product.topRows(1).replicate(24, 1));
}

} // namespace

class TestLayer : public QObject {
    Q_OBJECT
private slots:
    void agreesWithPlainLoops_data()
    {
        QTest::addColumn<int>("sequences");
        QTest::addColumn<int>("length");
        QTest::newRow("one token") << 1 << 1;
        QTest::newRow("three tokens") << 2 << 3;
        QTest::newRow("tiles of queries") << 1 << 150;
        QTest::newRow("several sequences") << 5 << 64;
    }

    void agreesWithPlainLoops()
    {
        QFETCH(int, sequences);
        QFETCH(int, length);
        const TinyModel model;
        ModelConfig config = opened(model)->config();
        for (const auto layout : { core::RotaryLayout::Halves, core::RotaryLayout::Pairs }) {
            config.rotary = layout;
            QVERIFY(errorOf(model, config, sequences, length) < 1e-6);
        }
    }

    void agreesForOddShapes()
    {
        TinyModel model;
        model.hidden = 48; // heads × headDim differs from it, nothing a multiple of 16
        model.headSize = 10;
        model.heads = 6;
        model.keyValueHeads = 3;
        model.feedForward = 1100; // three tiles of outputs
        QVERIFY(errorOf(model, opened(model)->config(), 3, 70) < 1e-6);
        model.keyValueHeads = 6;
        QVERIFY(errorOf(model, opened(model)->config(), 1, 20) < 1e-6);
    }

    void agreesWithScaledRotaryEmbedding()
    {
        const TinyModel model;
        ModelConfig config = opened(model)->config();
        config.ropeLinearFactor = 4;
        QVERIFY(errorOf(model, config, 2, 40) < 1e-6);
        config.ropeLinearFactor = 1;
        config.ropeFactors = { 1, 1, 1.5f, 2, 4, 8, 8, 8 };
        QVERIFY(errorOf(model, config, 2, 40) < 1e-6);
    }

    void givesTheSameForBothRotaryLayouts()
    {
        const support::TemporaryFolder folder;
        support::writeTinyGguf({}, folder / "t.gguf"); // q and k rows permuted
        const auto pairs = Checkpoint::open(folder / "t.gguf");
        const auto halves = opened({});
        const Matrix hidden = randomRows(3 * 50, 64);
        const Matrix a = quickLayer(hidden, core::loadLayer(*pairs, 0, {}), 50);
        const Matrix b = quickLayer(hidden, core::loadLayer(*halves, 0, {}), 50);
        QVERIFY((a - b).norm() < 1e-6 * b.norm());
    }

    void givesTheSameBitsWhateverElseIsHandedIn()
    {
        const auto checkpoint = opened({});
        const auto weights = core::loadLayer(*checkpoint, 0, {});
        constexpr int length = 48, sequences = 5;
        const Matrix hidden = randomRows(length * sequences, 64);
        const Matrix all = quickLayer(hidden, weights, length);
        for (int i = 0; i < sequences; ++i) {
            const Matrix one = quickLayer(hidden.middleRows(i * length, length), weights, length);
            const auto within = all.middleRows(i * length, length);
            if (equalRowsGiveEqualBits())
                QVERIFY(one == within);
            QVERIFY((one - within).norm() <= 1e-6f * within.norm());
        }
    }

    void doesNotOverflowOnMassiveActivations()
    {
        const auto checkpoint = opened({});
        Matrix hidden = randomRows(32, 64);
        hidden(0, 3) = 30000;
        hidden.row(5) *= 1e4f;
        const auto weights = core::loadLayer(*checkpoint, 0, {});
        MatrixD slow = hidden.cast<double>();
        support::slowLayer(slow, weights, checkpoint->config(), 32);
        const Matrix quick = quickLayer(hidden, weights, 32);
        QVERIFY(quick.allFinite());
        QVERIFY(relativeError(quick, slow) < 1e-6);
    }

    void namesAWeightThatIsNotFinite()
    {
        TinyModel model;
        model.damage = support::Damage::Nan;
        const auto checkpoint = opened(model);
        const std::string message
            = support::messageOf([&] { core::loadLayer(*checkpoint, 1, {}); });
        QVERIFY2(message.find("tensor model.layers.1.mlp.down_proj.weight holds nan in row 3, "
                              "column 5, expected finite weights")
                != std::string::npos,
            message.c_str());
        QCOMPARE(support::messageOf([&] { core::loadLayer(*checkpoint, 0, {}); }),
            std::string("no error"));
    }

    void stopsWhenAskedTo()
    {
        const auto checkpoint = opened({});
        const auto weights = core::loadLayer(*checkpoint, 0, {});
        std::stop_source stop;
        stop.request_stop();
        const core::Progress stopped(stop.get_token(), {});
        Matrix hidden = randomRows(32, 64);
        QVERIFY_EXCEPTION_THROWN(core::loadLayer(*checkpoint, 0, stopped), core::Cancelled);
        QVERIFY_EXCEPTION_THROWN(core::attentionInput(hidden, weights, stopped), core::Cancelled);
        QVERIFY_EXCEPTION_THROWN(
            core::attentionContext(hidden, weights, 32, stopped), core::Cancelled);
        QVERIFY_EXCEPTION_THROWN(core::feedForwardGated(hidden, weights, stopped), core::Cancelled);
        QVERIFY_EXCEPTION_THROWN(
            core::addAttention(hidden, hidden, weights, stopped), core::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestLayer)
#include "tst_layer.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/convolution.h"
#include "core/model/deltanet.h"
#include "core/model/shortconvolution.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/randomweights.h"
#include "tests/support/tinyarchitecture.h"

#include "core/model/walk.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace core;

namespace {

Matrix randomMatrix(std::uint32_t seed, int rows, int columns, double deviation)
{
    const support::TinyTensor tensor
        = support::RandomWeights(seed).tensor("", { rows, columns }, 0, deviation);
    return Eigen::Map<const Matrix>(tensor.weights.data(), rows, columns);
}

/// Inputs of one head as a model has them: keys and queries of length 1, a memory of some tokens.
struct Head {
    Matrix q, k, v;
    Vector decay, rate;

    Head(int tokens, int headDim)
        : q(randomMatrix(1, tokens, headDim, 1))
        , k(randomMatrix(2, tokens, headDim, 1))
        , v(randomMatrix(3, tokens, headDim, 1))
        , decay(randomMatrix(4, tokens, 1, 0.3).cwiseAbs() * -1)
        , rate(tokens)
    {
        q.rowwise().normalize();
        k.rowwise().normalize();
        q /= std::sqrt(float(headDim));
        const Matrix logits = randomMatrix(5, tokens, 1, 2);
        rate = (1 / (1 + (-logits.array()).exp())).matrix();
    }
    DeltaRuleInputs inputs() const { return { q, k, v, decay, rate }; }
};

/// The same in double.
struct HeadD {
    MatrixD q, k, v;
    Eigen::VectorXd decay, rate;

    explicit HeadD(const Head& head)
        : q(head.q.cast<double>())
        , k(head.k.cast<double>())
        , v(head.v.cast<double>())
        , decay(head.decay.cast<double>())
        , rate(head.rate.cast<double>())
    {
    }
};

/// The rule as its paper writes it, token by token, in double.
MatrixD tokenByToken(const HeadD& head)
{
    const Eigen::Index tokens = head.k.rows(), headDim = head.k.cols();
    MatrixD S = MatrixD::Zero(headDim, headDim);
    MatrixD output(tokens, headDim);
    for (Eigen::Index t = 0; t < tokens; ++t) {
        const Eigen::VectorXd q = head.q.row(t), k = head.k.row(t), v = head.v.row(t);
        S *= std::exp(head.decay[t]);
        S += head.rate[t] * k * (v - S.transpose() * k).transpose();
        output.row(t) = (S.transpose() * q).transpose();
    }
    return output;
}

/// How far a gradient is from the slopes of Σ u ∘ output along random directions of `values`, which
/// are part of `head`, as a share of what such a direction meets.
template<typename Values, typename Gradient>
double slopeError(HeadD& head, Values& values, const MatrixD& u, const Gradient& gradient)
{
    constexpr double step = 1e-5;
    double largest = 0;
    for (std::uint32_t seed = 20; seed < 24; ++seed) {
        const MatrixD direction
            = randomMatrix(seed, int(values.rows()), int(values.cols()), 1).cast<double>();
        const Values kept = values;
        const auto loss = [&](double along) {
            values = kept + along * direction;
            const double sum = tokenByToken(head).cwiseProduct(u).sum();
            values = kept;
            return sum;
        };
        const double met = (loss(step) - loss(-step)) / (2 * step);
        const double told = gradient.template cast<double>().cwiseProduct(direction).sum();
        largest = std::max(largest, std::abs(told - met) / double(gradient.norm()));
    }
    return largest;
}

/// The layer of a tiny checkpoint that has the given mixer, and hidden states before it.
struct Opened {
    LayerWeights weights;
    Matrix input;

    Opened(const char* name, int tokens, int layer = 0)
    {
        const QTemporaryDir folder;
        support::writeTinyArchitecture(name, folder.path().toStdString());
        const auto checkpoint = Checkpoint::open(folder.path().toStdString());
        weights = loadLayer(*checkpoint, layer, {});
        input = randomMatrix(6, tokens, checkpoint->config().hidden, 1);
    }
};

} // namespace

class TestDeltaNet : public QObject {
    Q_OBJECT

private slots:
    void theChunkedRuleIsTheRule_data();
    void theChunkedRuleIsTheRule();
    void theRuleGoesOnFromItsState();
    void aConvolutionGoesOnFromTheRowsBefore();
    void gradientsOfTheRuleAreItsSlopes_data();
    void gradientsOfTheRuleAreItsSlopes();
    void aPassKeepsTheBitsOfTheRule();
    void rememberedValuesComeBack();
    void aStateThatIsForgottenAtOnceLeavesNothing();
    void aConvolutionSeesNoOtherSequence();
    void theWayBackThroughAConvolutionIsItsTranspose();
    void everySequenceStartsAtZero();
    void bitsDoNotDependOnThreads();
    void aShortConvolutionIsWhatItsPaperSays();
    void gatedAttentionReadsAFusedProjectionAlike();
};

void TestDeltaNet::theChunkedRuleIsTheRule_data()
{
    QTest::addColumn<int>("tokens");
    for (const int tokens : { 1, 2, 16, 17, 63, 64, 65, 128, 300 })
        QTest::addRow("%d tokens", tokens) << tokens;
}

void TestDeltaNet::theChunkedRuleIsTheRule()
{
    QFETCH(int, tokens);
    for (const int headDim : { 8, 128 }) {
        const Head head(tokens, headDim);
        const float error
            = (gatedDeltaRule(head.inputs()) - tokenByToken(HeadD(head)).cast<float>())
                  .cwiseAbs()
                  .maxCoeff();
        QVERIFY2(error < 2e-6f, qPrintable(QString::number(double(error))));
    }
}

// In pieces that are no chunks, single tokens among them.
void TestDeltaNet::theRuleGoesOnFromItsState()
{
    constexpr int tokens = 150, headDim = 16;
    const Head head(tokens, headDim);
    Matrix state = Matrix::Zero(headDim, headDim), output(tokens, headDim);
    int first = 0;
    for (const int count : { 1, 70, 1, 1, 64, 13 }) {
        const DeltaRuleInputs part{ head.q.middleRows(first, count),
            head.k.middleRows(first, count), head.v.middleRows(first, count),
            head.decay.segment(first, count), head.rate.segment(first, count) };
        output.middleRows(first, count) = gatedDeltaRule(part, state);
        first += count;
    }
    QCOMPARE(first, tokens);
    QVERIFY((output.cast<double>() - tokenByToken(HeadD(head))).cwiseAbs().maxCoeff() < 2e-6);
}

void TestDeltaNet::aConvolutionGoesOnFromTheRowsBefore()
{
    constexpr int tokens = 12, channels = 5, kernel = 4;
    const Matrix x = randomMatrix(1, tokens, channels, 1);
    const Matrix rows = randomMatrix(2, channels, kernel, 1);
    const Vector weights = Eigen::Map<const Vector>(rows.data(), rows.size());
    Matrix whole = x, before, pieces(tokens, channels);
    convolveCausally(whole, weights, tokens, nullptr, {}, {});
    int first = 0;
    for (const int count : { 1, 1, 2, 5, 3 }) {
        Matrix piece = x.middleRows(first, count);
        convolveCausally(piece, weights, count, &before, {}, {});
        pieces.middleRows(first, count) = piece;
        first += count;
        for (int back = 1; back < kernel; ++back)
            QCOMPARE(Matrix(before.row(kernel - 1 - back)),
                first >= back ? Matrix(x.row(first - back)) : Matrix(Matrix::Zero(1, channels)));
    }
    QCOMPARE(first, tokens);
    QVERIFY(pieces == whole);
}

void TestDeltaNet::gradientsOfTheRuleAreItsSlopes_data()
{
    QTest::addColumn<int>("tokens");
    for (const int tokens : { 1, 2, 63, 64, 65, 150 })
        QTest::addRow("%d tokens", tokens) << tokens;
}

void TestDeltaNet::gradientsOfTheRuleAreItsSlopes()
{
    QFETCH(int, tokens);
    for (const int headDim : { 8, 24 }) {
        const Head head(tokens, headDim);
        const Matrix u = randomMatrix(9, tokens, headDim, 1);
        const DeltaRuleInputs inputs = head.inputs();
        const DeltaRuleGradients found = DeltaRulePass(inputs).back(u);
        HeadD slow(head);
        const MatrixD uD = u.cast<double>();
        QVERIFY(slopeError(slow, slow.q, uD, found.q) < 3e-6);
        QVERIFY(slopeError(slow, slow.k, uD, found.k) < 3e-6);
        QVERIFY(slopeError(slow, slow.v, uD, found.v) < 3e-6);
        QVERIFY(slopeError(slow, slow.rate, uD, found.rate) < 3e-6);
        if (tokens > 1) // before the first there is nothing that decays
            QVERIFY(slopeError(slow, slow.decay, uD, found.decay) < 3e-6);
        QCOMPARE(found.decay[0], 0.0f);
    }
}

void TestDeltaNet::aPassKeepsTheBitsOfTheRule()
{
    const Head head(150, 16);
    const DeltaRuleInputs inputs = head.inputs();
    QVERIFY(DeltaRulePass(inputs).output() == gatedDeltaRule(inputs));
}

// Without forgetting and at full rate, a query that is a key gets the key's last value.
void TestDeltaNet::rememberedValuesComeBack()
{
    constexpr int headDim = 8, tokens = 2 * headDim;
    Head head(tokens, headDim);
    for (int t = 0; t < tokens; ++t)
        head.k.row(t) = Vector::Unit(headDim, t % headDim).transpose();
    head.q = head.k;
    head.decay.setZero();
    head.rate.setOnes();
    QVERIFY((gatedDeltaRule(head.inputs()) - head.v).cwiseAbs().maxCoeff() < 1e-6f);
    head.q.row(tokens - 1) = head.k.row(headDim);
    const Matrix output = gatedDeltaRule(head.inputs());
    QVERIFY((output.row(tokens - 1) - head.v.row(headDim)).cwiseAbs().maxCoeff() < 1e-6f);
}

void TestDeltaNet::aStateThatIsForgottenAtOnceLeavesNothing()
{
    Head head(100, 16);
    head.decay.setConstant(-1e4f);
    const Matrix output = gatedDeltaRule(head.inputs());
    for (Eigen::Index t = 0; t < output.rows(); ++t) {
        const float weight = head.rate[t] * head.q.row(t).dot(head.k.row(t));
        QVERIFY((output.row(t) - weight * head.v.row(t)).cwiseAbs().maxCoeff() < 1e-6f);
    }
}

void TestDeltaNet::aConvolutionSeesNoOtherSequence()
{
    constexpr int length = 5, sequences = 3, channels = 700, kernel = 4;
    const Matrix x = randomMatrix(7, length * sequences, channels, 1);
    const Matrix rows = randomMatrix(8, channels, kernel, 1);
    const Vector weights = Eigen::Map<const Vector>(rows.data(), rows.size());
    Matrix found = x;
    convolveCausally(found, weights, length, nullptr, {}, {});
    for (int token = 0; token < length * sequences; ++token)
        for (int channel = 0; channel < channels; ++channel) {
            double sum = 0;
            for (int j = 0; j < kernel; ++j)
                if (const int back = kernel - 1 - j; back <= token % length)
                    sum += double(rows(channel, j)) * double(x(token - back, channel));
            QVERIFY(std::abs(double(found(token, channel)) - sum) < 1e-5);
        }
}

void TestDeltaNet::theWayBackThroughAConvolutionIsItsTranspose()
{
    constexpr int length = 5, sequences = 3, channels = 700, kernel = 4;
    const Matrix x = randomMatrix(7, length * sequences, channels, 1);
    const Matrix g = randomMatrix(10, length * sequences, channels, 1);
    const Matrix rows = randomMatrix(8, channels, kernel, 1);
    const Vector weights = Eigen::Map<const Vector>(rows.data(), rows.size());
    Matrix there = x, back = g;
    convolveCausally(there, weights, length, nullptr, {}, {});
    convolveBack(back, weights, length, {});
    for (int start = 0; start < length * sequences; start += length)
        for (int channel = 0; channel < channels; ++channel) {
            const auto column = [&](const Matrix& values) {
                return values.col(channel).segment(start, length).cast<double>().eval();
            };
            QVERIFY(std::abs(column(there).dot(column(g)) - column(x).dot(column(back))) < 1e-5);
        }
}

void TestDeltaNet::everySequenceStartsAtZero()
{
    constexpr int length = 48;
    for (const char* name : { "qwen35", "lfm2" }) {
        const Opened opened(name, 2 * length);
        const Matrix both = attentionContext(opened.input, opened.weights, length, {});
        const Matrix second
            = attentionContext(opened.input.bottomRows(length), opened.weights, length, {});
        QVERIFY(both.bottomRows(length) == second);
    }
}

void TestDeltaNet::bitsDoNotDependOnThreads()
{
    for (const char* name : { "qwen35", "lfm2" }) {
        const Opened opened(name, 192);
        const Matrix onAll = attentionContext(opened.input, opened.weights, 96, {});
        const support::OneProcessor one;
        QVERIFY(attentionContext(opened.input, opened.weights, 96, {}) == onAll);
    }
}

void TestDeltaNet::aShortConvolutionIsWhatItsPaperSays()
{
    constexpr int length = 20;
    const Opened opened("lfm2", length);
    const MatrixD projected = opened.input.cast<double>()
        * opened.weights.matrix(Role::ShortConvIn).cast<double>().transpose();
    const Eigen::Index n = opened.input.cols();
    const Vector& kernel = opened.weights.vector(Role::ShortConvConv);
    const Matrix found = shortConvolutionContext(opened.input, opened.weights, length, nullptr, {});
    for (Eigen::Index t = 0; t < length; ++t)
        for (Eigen::Index c = 0; c < n; ++c) {
            double sum = 0;
            for (Eigen::Index j = 0; j < 3; ++j)
                if (const Eigen::Index at = t - 2 + j; at >= 0)
                    sum += double(kernel[3 * c + j]) * projected(at, c) * projected(at, 2 * n + c);
            QVERIFY(std::abs(double(found(t, c)) - projected(t, n + c) * sum) < 1e-4);
        }
}

void TestDeltaNet::gatedAttentionReadsAFusedProjectionAlike()
{
    constexpr int attending = 2;
    Opened opened("qwen35", 64, attending);
    const Matrix apart = attentionContext(opened.input, opened.weights, 64, {});
    auto& matrices = opened.weights.matrices;
    const Matrix q = matrices.at(Role::AttnQ), k = matrices.at(Role::AttnK);
    const Matrix v = matrices.at(Role::AttnV);
    QCOMPARE(q.rows(), 2 * opened.weights.spec.attention.queries());
    Matrix fused(q.rows() + k.rows() + v.rows(), q.cols());
    fused << q, k, v;
    for (const Role role : { Role::AttnQ, Role::AttnK, Role::AttnV })
        matrices.erase(role);
    matrices.emplace(Role::AttnQkv, fused);
    QVERIFY(attentionContext(opened.input, opened.weights, 64, {}) == apart);
}

QTEST_GUILESS_MAIN(TestDeltaNet)
#include "tst_deltanet.moc"

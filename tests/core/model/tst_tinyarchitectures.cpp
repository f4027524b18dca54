// SPDX-License-Identifier: GPL-3.0-or-later
// The tiny checkpoints of architectures are what tests/support/tinyarchitecture.h says: scaled so
// that wrong wiring shows.
#include "tests/core/model/mutations.h"
#include "tests/support/tinyarchitecture.h"

#include "core/model/latentattention.h"
#include "core/model/norm.h"
#include "core/model/rotary.h"
#include "core/model/walk.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace core;

namespace {

constexpr int length = 64;

/// Without the gates behind each head's query.
Matrix queriesOf(const Matrix& both, const AttentionSpec& spec)
{
    Matrix q(both.rows(), spec.queries());
    for (Eigen::Index head = 0; head < spec.heads; ++head)
        q.middleCols(head * spec.headDim, spec.headDim)
            = both.middleCols(2 * head * spec.headDim, spec.headDim);
    return q;
}

/// Queries or keys of one layer as attention multiplies them: with bias, normed, turned.
Matrix multiplied(const Matrix& input, const LayerWeights& weights, Role role)
{
    const AttentionSpec& spec = weights.spec.attention;
    Matrix made = multiplyTransposed(input, weights.part(role));
    if (const Vector bias = weights.biasOf(role); bias.size() > 0)
        made.rowwise() += bias.transpose();
    if (spec.isGated && role == Role::AttnQ)
        made = queriesOf(made, spec);
    const Vector* weight
        = weights.findVector(role == Role::AttnQ ? Role::AttnQNorm : Role::AttnKNorm);
    const RotaryTable table(spec.rotary, length);
    const Eigen::Index group
        = spec.norm == QueryKeyNorm::Whole ? made.cols() : Eigen::Index(spec.headDim);
    const bool isOwn = spec.norm == QueryKeyNorm::HeadLayer;
    for (int row = 0; row < length; ++row) {
        float* values = made.row(row).data();
        for (Eigen::Index first = 0; weight && first < made.cols(); first += group)
            normRow(values + first, std::size_t(group),
                isOwn ? NormKind::Layer : NormKind::RootMeanSquare, weights.spec.epsilon,
                weight->data() + (isOwn ? first : 0), nullptr, values + first);
        if (spec.rotary.channels > 0)
            table.turn(values, int(made.cols() / spec.headDim), spec.headDim, row);
    }
    return made;
}

double deviation(const std::vector<double>& values)
{
    double sum = 0, squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    const double mean = sum / double(values.size());
    return std::sqrt(squares / double(values.size()) - mean * mean);
}

/// Queries or keys of latent attention, of all heads, as they are multiplied.
Matrix multipliedLatents(const Matrix& input, const LayerWeights& weights, Role role)
{
    const AttentionSpec& spec = weights.spec.attention;
    const LatentSpec& latent = *spec.latent;
    const RotaryTable table(spec.rotary, length);
    Matrix made(length, Eigen::Index(spec.heads) * spec.headDim);
    if (role == Role::AttnQ) {
        made = latent.queryRank > 0
            ? multiplyTransposed(latentQueryInput(input, weights, {}), weights.matrix(Role::AttnQB))
            : multiplyTransposed(input, weights.matrix(Role::AttnQ));
    } else {
        const Matrix all = multiplyTransposed(input, weights.matrix(Role::AttnKvAMqa));
        const Matrix latents = normed(all.leftCols(latent.keyRank),
            { NormKind::RootMeanSquare, latent.epsilon, &weights.vector(Role::AttnKvANorm),
                nullptr },
            {});
        for (int head = 0; head < spec.heads; ++head) {
            made.middleCols(Eigen::Index(head) * spec.headDim, latent.plain) = latents
                * weights.matrix(Role::AttnKB)
                      .middleRows(Eigen::Index(head) * latent.keyRank, latent.keyRank);
            made.middleCols(Eigen::Index(head) * spec.headDim + latent.plain, latent.turned)
                = all.rightCols(latent.turned);
        }
    }
    for (int row = 0; row < length; ++row)
        table.turn(made.row(row).data() + latent.plain, spec.heads, spec.headDim, row);
    return made;
}

/// Of the scores of all queries and the keys before them, before any cap.
double scoreDeviation(const Matrix& hidden, const LayerWeights& weights)
{
    const AttentionSpec& spec = weights.spec.attention;
    const Matrix input = attentionInput(hidden, weights, {});
    const auto of = spec.latent ? multipliedLatents : multiplied;
    const Matrix q = of(input, weights, Role::AttnQ);
    const Matrix k = of(input, weights, Role::AttnK);
    const int keyValueHeads = spec.latent ? spec.heads : spec.keyValueHeads;
    std::vector<double> scores;
    for (int head = 0; head < spec.heads; ++head) {
        const Eigen::Index key = head / (spec.heads / keyValueHeads) * spec.headDim;
        for (int row = 0; row < length; ++row)
            for (int before = 0; before <= row; ++before)
                scores.push_back(double(spec.scale)
                    * double(q.row(row)
                                 .segment(Eigen::Index(head) * spec.headDim, spec.headDim)
                                 .dot(k.row(before).segment(key, spec.headDim))));
    }
    return deviation(scores);
}

} // namespace

class TestTinyArchitectures : public QObject {
    Q_OBJECT

private slots:
    void scoresAndLogitsAreLarge_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitectures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void scoresAndLogitsAreLarge();
};

void TestTinyArchitectures::scoresAndLogitsAreLarge()
{
    QFETCH(QString, name);
    QTemporaryDir folder;
    support::writeTinyArchitecture(name.toStdString(), folder.path().toStdString());
    const auto checkpoint = Checkpoint::open(folder.path().toStdString());
    std::mt19937 generator(1);
    std::vector<int> tokens;
    for (int i = 0; i < length; ++i)
        tokens.push_back(1 + int(generator() % 287));
    const support::Dissected model = support::dissect(*checkpoint);
    HiddenStates hidden = embed(*checkpoint, { tokens });
    QStringList small;
    for (int layer = 0; layer < model.config.layers; ++layer) {
        const LayerWeights& weights = model.layers[std::size_t(layer)];
        const bool attends = !weights.spec.deltaNet && !weights.spec.shortConvolution
            && weights.spec.attention.makesKeys;
        if (const double scores = attends ? scoreDeviation(hidden.states, weights) : 2;
            !(scores >= 2))
            small << QString("scores of layer %1: %2").arg(layer).arg(scores);
        walkLayer(hidden, weights, layer, nullptr, {});
    }
    const Matrix logits = support::logProbabilities(model, tokens); // logits but for a row's sum
    std::vector<double> deviations;
    for (Eigen::Index row = 0; row < logits.rows(); ++row) {
        const Eigen::ArrayXd values = logits.row(row).cast<double>().array();
        deviations.push_back(std::sqrt((values - values.mean()).square().mean()));
    }
    const double mean = Eigen::Map<Eigen::ArrayXd>(deviations.data(), length).mean();
    if (!(mean >= 3))
        small << QString("logits: %1").arg(mean);
    QVERIFY2(small.isEmpty(), qPrintable(small.join("; ")));
}

QTEST_GUILESS_MAIN(TestTinyArchitectures)
#include "tst_tinyarchitectures.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/randombits.h"
#include "core/model/backwardwalk.h"
#include "core/model/logitscaling.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>

using core::Checkpoint;
using core::Matrix;
using core::MatrixD;
using core::Role;
using core::Tensor;
using Eigen::Index;

namespace {

using Sequences = std::vector<std::vector<int>>;

constexpr int length = 40; // more than two windows of 16
constexpr int firstScored = 12, scored = 20;
constexpr std::uint64_t seed = 7;

Sequences someSequences(int vocabulary, int first = 0)
{
    Sequences sequences(2);
    for (int i = 0; i < 2; ++i)
        for (int position = 0; position < length; ++position)
            sequences[std::size_t(i)].push_back(
                (first + 31 * i + 7 * position + position * position * (i + 1)) % vocabulary);
    return sequences;
}

/// With at most three of its layers: in many, some token is between two experts at every step.
std::shared_ptr<const Checkpoint> opened(const std::string& name)
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(name, folder.path());
    std::string config = support::readFile(folder.path() / "config.json");
    const std::string layers = "\"num_hidden_layers\": 26";
    if (const auto at = config.find(layers); at != std::string::npos)
        config.replace(at, layers.size(), "\"num_hidden_layers\": 3");
    support::writeFile(folder.path() / "config.json", config);
    return Checkpoint::open(folder.path());
}

/// The weight gradients of all tensors, summed over both sequences.
struct Gradients : core::BackwardObserver {
    const Checkpoint& checkpoint;
    const Sequences& sequences;
    std::map<std::string, MatrixD> sums;

    Gradients(const Checkpoint& model, const Sequences& tokens)
        : checkpoint(model)
        , sequences(tokens)
    {
    }
    MatrixD& sumOf(const Tensor& tensor)
    {
        MatrixD& sum = sums[tensor.name];
        if (sum.size() == 0)
            sum = MatrixD::Zero(tensor.rows, tensor.columns);
        return sum;
    }
    void linearGradient(const core::LinearGradient& shown) override
    {
        const Tensor* tensor = checkpoint.find(core::Place{ shown.role, shown.layer });
        QVERIFY(tensor);
        QCOMPARE(shown.x.rows(), shown.g.rows());
        sumOf(*tensor).middleRows(shown.firstOutput, shown.g.cols())
            += shown.g.cast<double>().transpose() * shown.x.cast<double>();
    }
    void embeddingGradient(const core::EmbeddingGradient& shown) override
    {
        MatrixD& sum = sumOf(*checkpoint.find(core::Place{ shown.role }));
        for (Index row = 0; row < shown.g.rows(); ++row) {
            const Index token = shown.firstToken + row;
            sum.row(sequences[std::size_t(token / length)][std::size_t(token % length)])
                .segment(shown.firstColumn, shown.g.cols())
                += shown.g.row(row).cast<double>();
        }
    }
};

/// The logits at the scored positions, scaled, in the order of sequences. `hidden`: before layer
/// `first`.
MatrixD scoredLogits(const Checkpoint& model, core::HiddenStates hidden, int first)
{
    for (int layer = first; layer < model.config().layers; ++layer)
        core::walkLayer(hidden, core::loadLayer(model, layer, {}), layer, nullptr, {});
    const Matrix input = core::headInput(hidden.states, model, {});
    Matrix logits = core::multiplyTransposed(input, core::decode(model.head()));
    core::scaleLogits(logits, core::logitScaling(model.config()));
    MatrixD result(2 * scored, logits.cols());
    for (int i = 0; i < 2; ++i)
        result.middleRows(i * scored, scored)
            = logits.middleRows(i * length + firstScored, scored).cast<double>();
    return result;
}

/// u = (diag √p − p √pᵀ) z at every scored position: what backwardHead says it puts there.
MatrixD noiseAt(const MatrixD& logits)
{
    MatrixD u(logits.rows(), logits.cols());
    for (Index row = 0; row < logits.rows(); ++row) {
        const std::uint64_t own = core::randomBits(
            core::randomBits(seed, std::uint64_t(row / scored)), std::uint64_t(row % scored));
        Eigen::ArrayXd p = (logits.row(row).array() - logits.row(row).maxCoeff()).exp();
        p /= p.sum();
        Eigen::ArrayXd z(p.size());
        for (Index token = 0; token < z.size(); ++token)
            z[token]
                = (core::randomBits(own, std::uint64_t(token) / 64) >> (token % 64)) & 1 ? 1 : -1;
        u.row(row) = p.sqrt() * z - p * (p.sqrt() * z).sum();
    }
    return u;
}

/// `tensor` in F32 with `change` added to its weights.
Tensor changed(const Tensor& tensor, const Matrix& change)
{
    const Matrix values = core::decode(tensor) + change;
    auto bytes = std::make_shared<std::vector<std::byte>>(std::size_t(values.size()) * 4);
    std::memcpy(bytes->data(), values.data(), bytes->size());
    Tensor result = tensor;
    result.format = &core::formats::f32;
    result.bytes = *bytes;
    result.owner = bytes;
    result.mapping = nullptr;
    result.source = nullptr;
    return result;
}

/// A model, its walk through two sequences, and what is put at the scored logits.
struct Walked {
    const Checkpoint& model;
    const Sequences& sequences;
    core::LayerStates states = core::walkKeeping(model, sequences, nullptr, {});
    MatrixD u = noiseAt(scoredLogits(model, core::embed(model, sequences), 0));

    /// Σ uᵀ logits with `tensor` in place of the model's: from its layer on, of what the walk kept.
    double lossWith(const Tensor& tensor) const
    {
        const auto moved = model.withTensors({ tensor });
        const int first = tensor.place.layer;
        core::HiddenStates hidden = first < 0
            ? core::embed(*moved, sequences)
            : core::HiddenStates{ core::TokenRows(states.before(first)), length, states.beside() };
        return scoredLogits(*moved, std::move(hidden), std::max(first, 0)).cwiseProduct(u).sum();
    }
};

/// d/dε Σ uᵀ logits along `direction`, by differences of the walk at two steps, whose cubic errors
/// cancel (Richardson).
double difference(const Walked& walked, const Tensor& tensor, const Matrix& direction, float step)
{
    const auto loss
        = [&](float along) { return walked.lossWith(changed(tensor, along * direction)); };
    const auto slope = [&](float h) { return (loss(h) - loss(-h)) / (2 * h); };
    return (4 * slope(step / 2) - slope(step)) / 3;
}

Matrix randomDirection(const Tensor& tensor, unsigned number)
{
    std::mt19937 bits(number);
    Matrix direction(tensor.rows, tensor.columns);
    for (Index i = 0; i < direction.size(); ++i)
        direction.data()[i] = float(double(bits()) / 2147483648.0 - 1);
    return direction;
}

/// How far the gradient is from the differences along a direction, as a share of what a random one
/// meets. A step may be too long for a steep softmax, or send a token to other experts, which no
/// slope tells, so smaller ones are tried, too; or so short that a small slope is lost in the
/// roundings of the walk.
double mismatch(
    const Walked& walked, const Tensor& tensor, const MatrixD& gradient, const Matrix& direction)
{
    constexpr double enough = 3e-4; // no smaller step is needed
    const double told = gradient.cwiseProduct(direction.cast<double>()).sum();
    const double met = gradient.norm() / std::sqrt(3.0); // of values between −1 and 1
    double error = std::numeric_limits<double>::max();
    for (const float step : { 4e-3f, 1e-3f, 2e-4f, 1.6e-2f })
        if (error > enough)
            error = std::min(
                error, std::abs(told - difference(walked, tensor, direction, step)) / met);
    return error;
}

/// The middle of the mismatches along three directions; of the first two the larger where both are
/// below `most`, which the middle cannot be above then.
double middleMismatch(
    const Walked& walked, const Tensor& tensor, const MatrixD& gradient, double most)
{
    std::vector<double> errors;
    for (unsigned i = 0; i < 3; ++i) {
        errors.push_back(mismatch(walked, tensor, gradient, randomDirection(tensor, 100 + i)));
        if (i == 1 && std::max(errors[0], errors[1]) < most)
            return std::max(errors[0], errors[1]);
    }
    std::ranges::sort(errors);
    return errors[1];
}

} // namespace

class TestBackward : public QObject {
    Q_OBJECT
private slots:
    void gradientsAreTheSlopesOfTheWalk_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitectures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        for (const std::string& name : support::tinyArchitecturesApart())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }

    void gradientsAreTheSlopesOfTheWalk()
    {
        QFETCH(QString, name);
        const auto model = opened(name.toStdString());
        // Of the usual ones a token of these groups is between two experts.
        const Sequences sequences
            = someSequences(model->config().vocabulary, name == "deepseek2-groups" ? 5 : 0);
        const Walked walked{ *model, sequences };
        Gradients gradients(*model, sequences);
        core::backwardWalk(*model, walked.states, { firstScored, scored, seed, 0 }, gradients, {});
        // A token between two experts, which every step moves over, would say more.
        const double most = model->config().experts > 0 ? 5e-3 : 1e-3;
        for (const Tensor& tensor : model->tensors()) {
            const bool isRead
                = !core::isOther(tensor.place.role) && tensor.place.layer < model->config().layers;
            if (!tensor.isMatrix() || !isRead)
                continue;
            QVERIFY2(gradients.sums.contains(tensor.name), tensor.name.c_str());
            const double error
                = middleMismatch(walked, tensor, gradients.sums.at(tensor.name), most);
            if (qEnvironmentVariableIsSet("QUANTSCOPE_PRINT"))
                qInfo("%s %.2e", tensor.name.c_str(), error);
            QVERIFY2(error < most, (tensor.name + ": off by " + std::to_string(error)).c_str());
        }
    }

    void theMeanOfSquaresIsTheFisherInformation()
    {
        // At the logits themselves: E u uᵀ = diag p − p pᵀ.
        MatrixD logits(4096, 3);
        logits.rowwise() = Eigen::RowVector3d(0.5, -1, 2);
        const MatrixD u = noiseAt(logits);
        Eigen::Vector3d p = logits.row(0).transpose().array().exp();
        p /= p.sum();
        const MatrixD expected = MatrixD(p.asDiagonal()) - p * p.transpose();
        const MatrixD found = u.transpose() * u / double(u.rows());
        QVERIFY((found - expected).cwiseAbs().maxCoeff() < 0.02);
    }

    void givesTheSameBitsOnOneProcessor_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name :
            { "llama-biased", "lfm2", "qwen35moe", "gemma4", "gemma4-experts", "deepseek2" })
            QTest::newRow(name) << QString(name);
    }

    void givesTheSameBitsOnOneProcessor()
    {
        QFETCH(QString, name);
        const auto model = opened(name.toStdString());
        const Sequences sequences = someSequences(model->config().vocabulary);
        const auto run = [&] {
            Gradients gradients(*model, sequences);
            core::backwardWalk(*model, core::walkKeeping(*model, sequences, nullptr, {}),
                { firstScored, scored, seed, 0 }, gradients, {});
            return gradients.sums;
        };
        const auto all = run();
        const support::OneProcessor one;
        const auto alone = run();
        for (const auto& [tensor, sum] : all)
            QVERIFY2(sum == alone.at(tensor), tensor.c_str());
    }
};

QTEST_GUILESS_MAIN(TestBackward)
#include "tst_backward.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Models that llama.cpp computes otherwise than Hugging Face: compared with plain loops over the
// tensors as Hugging Face stores them, their config.json read by hand.
#include "tests/core/model/mutations.h"
#include "tests/support/referencewalk.h"
#include "tests/support/tinyarchitecture.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numbers>
#include <random>

using namespace core;
using support::plainAngles;
using support::ReferenceModel;

namespace {

constexpr int headDim = 16;

/// YaRN without whole ends of the ramp: factor 4, 32 tokens before, 1.5 fast and 0.25 slow turns.
std::vector<double> ownYarnAngles()
{
    std::vector<double> angles = plainAngles(10000, headDim);
    const auto channel = [](double turns) {
        return headDim * std::log(32 / (2 * std::numbers::pi * turns)) / (2 * std::log(10000.0));
    };
    for (int i = 0; i < headDim / 2; ++i) {
        const double ramp
            = std::clamp((i - channel(1.5)) / (channel(0.25) - channel(1.5)), 0.0, 1.0);
        angles[std::size_t(i)] *= (1 - ramp) + ramp / 4;
    }
    return angles;
}

ReferenceModel reference(const std::string& name)
{
    ReferenceModel model;
    const std::vector<double> plain = plainAngles(10000, headDim);
    if (name == "llama-windowed")
        model.layers.assign(3, { 16, plain });
    else if (name == "qwen2-windowed") // max_window_layers is 1
        model.layers = { { 0, plain }, { 16, plain }, { 16, plain } };
    else if (name == "smollm3-other") // no_rope_layers is 0 1 0 1; those without have the window
        model.layers = { { 16, {} }, { 0, plain }, { 16, {} }, { 0, plain } };
    else if (name == "llama-yarn-own") {
        model.layers.assign(3, { 0, ownYarnAngles() });
        model.magnitude = 1.3;
    }
    return model;
}

} // namespace

class TestReference : public QObject {
    Q_OBJECT

private slots:
    /// Those of the models apart that this reference describes. Of the others (experts, latent
    /// attention, delta nets) each part agrees with llama.cpp in a model of its own, and here is
    /// only asked that the difference is said.
    void computesAsHuggingFaceDoes_data()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : support::tinyArchitecturesApart())
            if (!reference(name).layers.empty())
                QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void computesAsHuggingFaceDoes();

    void saysWhatLlamaComputesOtherwise()
    {
        for (const std::string& name : support::tinyArchitecturesApart()) {
            QTemporaryDir folder;
            support::writeTinyArchitecture(name, folder.path().toStdString());
            const auto checkpoint = Checkpoint::open(folder.path().toStdString());
            QVERIFY2(!checkpoint->config().differences.empty(), name.c_str());
        }
    }
};

void TestReference::computesAsHuggingFaceDoes()
{
    QFETCH(QString, name);
    const ReferenceModel model = reference(name.toStdString());
    std::mt19937 generator(1);
    std::vector<int> tokens;
    for (int i = 0; i < 64; ++i)
        tokens.push_back(1 + int(generator() % 287));
    QTemporaryDir folder;
    support::writeTinyArchitecture(name.toStdString(), folder.path().toStdString());
    const auto checkpoint = Checkpoint::open(folder.path().toStdString());
    const MatrixD ours
        = support::logProbabilities(support::dissect(*checkpoint), tokens).cast<double>();
    const MatrixD theirs = support::referenceLogProbabilities(
        support::tinyArchitecture(name.toStdString()).tensors, model, tokens);
    const double difference = (ours - theirs).cwiseAbs().maxCoeff();
    QVERIFY2(difference < 1e-3, qPrintable(QString::number(difference)));
}

QTEST_GUILESS_MAIN(TestReference)
#include "tst_reference.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Quantizing and measuring know the wiring of every architecture: whole runs of widened tiny
// checkpoints, calibrated and judged on texts that the model itself likes to write.
#include "core/measure/evaluation.h"
#include "core/simulate/simulation.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/widened.h"

#include "core/base/error.h"
#include "core/model/logitscaling.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace core;

namespace {

constexpr int length = 32, calibrated = 40, heldOut = 24;

using Sequences = std::vector<std::vector<int>>;

/// A token drawn from what `logits` say comes next.
int drawn(const Matrix& logits, Eigen::Index row, std::mt19937& random)
{
    const Eigen::ArrayXd shares
        = (logits.row(row).cast<double>().array() - double(logits.row(row).maxCoeff())).exp();
    double left = double(random()) / 4294967296.0 * shares.sum();
    for (int token = 0; token < int(shares.size()); ++token)
        if ((left -= shares[token]) < 0)
            return token;
    return int(shares.size()) - 1;
}

/// Texts whose every token is drawn from what the model expects after those before it, as they were
/// a pass earlier: after four passes the first four are the model's own, and the rest nearly.
Sequences textsOf(const Checkpoint& model, int count)
{
    std::mt19937 random(3);
    Sequences texts(static_cast<std::size_t>(count), std::vector<int>(length));
    for (auto& text : texts)
        for (int& token : text)
            token = int(random() % unsigned(model.config().vocabulary));
    for (int pass = 0; pass < 4; ++pass) {
        HiddenStates hidden = embed(model, texts);
        walk(hidden, model, nullptr, {});
        Matrix logits
            = multiplyTransposed(headInput(hidden.states, model, {}), decode(model.head()));
        scaleLogits(logits, logitScaling(model.config()));
        for (std::size_t i = 0; i < texts.size(); ++i)
            for (int at = 1; at < length; ++at)
                texts[i][std::size_t(at)]
                    = drawn(logits, Eigen::Index(i) * length + at - 1, random);
    }
    return texts;
}

/// Those that differ in what is rounded and in what makes its inputs.
const std::vector<std::string> wirings{ "falcon", "falcon-new", "falcon-new-one", "gemma", "gemma2",
    "gemma3", "gemma4-large", "glm4", "gpt2", "granite", "llama", "llama-biased", "mistral3",
    "olmo2", "olmo2-windowed", "phi3", "qwen2", "qwen3", "smollm3", "stablelm", "stablelm-parallel",
    "starcoder2" };

/// Those whose inputs integer arithmetic does not know.
const std::vector<std::string> otherWirings{ "deepseek2", "gemma4", "qwen3moe-mixed" };

} // namespace

class TestArchitectureRuns : public QObject {
    Q_OBJECT

private slots:
    void everyMethodGivesAModel_data() { addAllRows(); }
    void everyMethodGivesAModel();
    void everyArithmeticMeasures_data() { addRows(); }
    void everyArithmeticMeasures();
    void aHalfFinishedRunGoesOn_data() { addAllRows(); }
    void aHalfFinishedRunGoesOn();
    void gptqIsNoWorseThanImportance_data() { addAllRows(); }
    void gptqIsNoWorseThanImportance();

private:
    static void addRows()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : wirings)
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    static void addAllRows()
    {
        addRows();
        for (const std::string& name : otherWirings)
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void open();
    double divergence(const Checkpoint& model) const
    {
        return evaluate(model, m_model.get(), m_judged, {}).against->kldMean;
    }

    support::TemporaryFolder m_folder;
    std::shared_ptr<const Checkpoint> m_model;
    std::string m_opened;
    QuantizeOptions m_options;
    Sequences m_judged;
};

void TestArchitectureRuns::open()
{
    QFETCH(QString, name);
    if (m_opened == name.toStdString())
        return;
    m_opened = name.toStdString();
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(m_opened, folder.path());
    m_model = support::widened(Checkpoint::open(folder.path()));
    const Sequences texts = textsOf(*m_model, calibrated + heldOut);
    m_options.calibration.assign(texts.begin(), texts.begin() + calibrated);
    m_judged.assign(texts.begin() + calibrated, texts.end());
}

void TestArchitectureRuns::everyMethodGivesAModel()
{
    open();
    for (const char* word : { "rtn", "importance", "hqq", "awq", "awq+gptq" }) {
        Recipe recipe = smallrun::recipeOf(&formats::q4_0, findTreatment(word)->method);
        recipe.scaling = findTreatment(word)->scaling;
        const auto model = quantize(m_model, recipe, m_options, {}, {}).checkpoint;
        const double kld = divergence(*model);
        QVERIFY2(std::isfinite(kld) && kld > 0 && kld < 3,
            qPrintable(QString("%1: %2").arg(word).arg(kld)));
    }
}

void TestArchitectureRuns::everyArithmeticMeasures()
{
    open();
    const auto model
        = quantize(m_model, smallrun::recipeOf(&formats::q8_0, Method::RoundToNearest), {}, {}, {})
              .checkpoint;
    const double stored = divergence(*model);
    std::vector<SimulationOptions> all(4);
    all[0].arithmetic = SimulationOptions::Arithmetic::AsLlama;
    all[1].arithmetic = SimulationOptions::Arithmetic::Integers;
    all[1].integers.smoothing = -1; // searched
    all[2].arithmetic = SimulationOptions::Arithmetic::Integers;
    all[2].integers.activations.scope = ActivationFormat::Scope::Static;
    all[2].integers.outlierThreshold = 4;
    all[3].correctsBias = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Simulation simulation = simulate(all[i], model, m_model, m_options.calibration, {});
        const double kld
            = evaluate(*model, simulation.all.get(), m_model.get(), m_judged, {}).against->kldMean;
        QVERIFY2(std::isfinite(kld) && kld < stored + 1,
            qPrintable(QString("%1: %2, %3 without").arg(i).arg(kld).arg(stored)));
    }
}

void TestArchitectureRuns::aHalfFinishedRunGoesOn()
{
    open();
    const Recipe recipe = smallrun::everythingOn(&formats::q4_0);
    const auto straight = quantize(m_model, recipe, m_options, {}, {});
    QuantizeOptions options = m_options;
    options.shelf = std::make_shared<const Shelf>(m_folder.path() / m_opened);
    const int half = int(straight.reports.size()) / 2;
    QVERIFY(smallrun::cancelAfter(half, m_model, recipe, options));
    const support::OneProcessor only;
    const auto resumed = quantize(m_model, recipe, options, {}, {});
    QVERIFY(smallrun::resumedTensors(resumed) > 0);
    QVERIFY(smallrun::allBytes(*resumed.checkpoint) == smallrun::allBytes(*straight.checkpoint));
}

void TestArchitectureRuns::gptqIsNoWorseThanImportance()
{
    open();
    QStringList worse;
    for (const Format* format : { &formats::q4_0, &formats::q4_K }) {
        Recipe recipe;
        recipe.format = format;
        recipe.method = Method::Importance;
        const double importance
            = divergence(*quantize(m_model, recipe, m_options, {}, {}).checkpoint);
        recipe.method = Method::Gptq;
        const double gptq = divergence(*quantize(m_model, recipe, m_options, {}, {}).checkpoint);
        const QString found = QString("%1: %2 of importance's %3")
                                  .arg(QString::fromUtf8(format->name.data()))
                                  .arg(gptq / importance)
                                  .arg(importance);
        qInfo() << found;
        if (!(gptq <= 1.02 * importance))
            worse << found;
    }
    QVERIFY2(worse.isEmpty(), qPrintable(worse.join("; ")));
}

QTEST_GUILESS_MAIN(TestArchitectureRuns)
#include "tst_architectureruns.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quantizejob.h"
#include "core/base/error.h"
#include "core/simulate/ggmlarithmetic.h"
#include "tests/support/tinymodel.h"

#include <QTemporaryDir>
#include <QtTest/QtTest>

using Arithmetic = core::SimulationOptions::Arithmetic;

class EvaluateNowTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const std::filesystem::path folder = m_folder.path().toStdString();
        support::TinyModel model;
        support::writeTinyModel(model, folder);
        m_original = core::Checkpoint::open(folder);
        model.seed = 2;
        support::writeTinyGguf(model, folder / "other.gguf", core::formats::q8_0);
        m_model = core::Checkpoint::open(folder / "other.gguf");
        m_text.file
            = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample/evaluation.txt";
        m_text.length = 32;
        m_text.count = 4;
    }

    void measuresInFullPrecisionUnlessToldOtherwise()
    {
        const core::Evaluation expected = core::evaluate(
            *m_model, m_original.get(), app::readSequences(*m_original, m_text), {});
        QCOMPARE(perplexity({}), expected.perplexity);
    }

    void measuresAsLlamaComputes()
    {
        core::SimulationOptions options;
        options.arithmetic = Arithmetic::AsLlama;
        const core::GgmlArithmetic arithmetic(*m_model);
        const core::Evaluation expected = core::evaluate(
            *m_model, &arithmetic, m_original.get(), app::readSequences(*m_original, m_text), {});
        QCOMPARE(perplexity(options), expected.perplexity);
        QVERIFY(perplexity(options) != perplexity({}));
    }

    void fewerBitsChangeMore()
    {
        core::SimulationOptions options;
        options.arithmetic = Arithmetic::Integers;
        options.integers.activations.scope = core::ActivationFormat::Scope::Static;
        const auto changeAt = [&](int bits) {
            options.integers.activations.range.bits = bits;
            return std::abs(std::log(perplexity(options) / perplexity({})));
        };
        QVERIFY(changeAt(3) > 4 * changeAt(8));
    }

    void correctsTheMeanShift()
    {
        core::SimulationOptions options;
        options.correctsBias = true;
        QVERIFY(perplexity(options) != perplexity({}));
    }

    void saysThatItNeedsACalibrationText()
    {
        core::SimulationOptions options;
        options.correctsBias = true;
        QVERIFY_EXCEPTION_THROWN(
            (void)core::simulate(options, m_model, m_original, {}, {}), core::Error);
        QVERIFY_EXCEPTION_THROWN(
            (void)core::simulate(options, m_model, nullptr, { { 1, 2, 3 } }, {}), core::Error);
    }

private:
    double perplexity(const core::SimulationOptions& simulation) const
    {
        app::Run run;
        run.model = m_model;
        return app::evaluateNow({ std::make_shared<const app::Run>(run), m_original, {},
                                    { m_text, simulation, m_text }, nullptr, {} },
            {})
            .evaluation.perplexity;
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const core::Checkpoint> m_original, m_model;
    app::TextSettings m_text;
};

QTEST_GUILESS_MAIN(EvaluateNowTest)
#include "tst_evaluatenow.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// AWQ in a run: inputs that are scaled before their matrices are rounded.
#include "core/model/walk.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;
using namespace smallrun;

class TestLayerScaling : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void awqScalesInputsAndLowersTheDrift();
    void awqBeforeGptqResumesToTheSameBytes();
    void inputsThatOthersReadUnscaledAreLeft();
    void awqNeedsACalibrationText();

private:
    std::filesystem::path workFolder(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_small;
};

void TestLayerScaling::initTestCase()
{
    m_small = openModel(workFolder("small"), { .layers = 2, .hidden = 64 });
}

namespace {

/// ‖h − h_ref‖² after the last layer, over the calibration sequences.
double driftOf(const Checkpoint& model, const Checkpoint& original, const QuantizeOptions& options)
{
    HiddenStates rounded = embed(model, options.calibration);
    HiddenStates reference = embed(original, options.calibration);
    walk(rounded, model, nullptr, Progress());
    walk(reference, original, nullptr, Progress());
    return double((rounded.states - reference.states).squaredNorm());
}

} // namespace

void TestLayerScaling::awqScalesInputsAndLowersTheDrift()
{
    const QuantizeOptions options = calibrated(*m_small);
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    recipe.rules.push_back({ .roles = { Role::TokenEmbd }, .format = &formats::f16 });
    const auto plain = quantize(m_small, recipe, options, {}, Progress());
    recipe.scaling = Scaling::Awq;
    const auto scaled = quantize(m_small, recipe, options, {}, Progress());
    int found = 0;
    for (const TensorReport& report : scaled.reports) {
        if (report.scaling == Scaling::Awq)
            ++found;
        QCOMPARE(report.scaling == Scaling::Awq, report.note.starts_with("input scaled by"));
        QCOMPARE(report.method, Method::RoundToNearest);
    }
    QVERIFY(found > 6); // about half of all
    QVERIFY(std::ranges::any_of(m_small->tensors(), [&](const Tensor& tensor) {
        return tensor.place.role == Role::FfnNorm
            && decode(*scaled.checkpoint->find(tensor.place)) != decode(tensor);
    }));
    const double before = driftOf(*plain.checkpoint, *m_small, options);
    const double after = driftOf(*scaled.checkpoint, *m_small, options);
    QVERIFY2(after < before, qPrintable(QString("%1, %2").arg(before).arg(after)));
}

void TestLayerScaling::awqBeforeGptqResumesToTheSameBytes()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    recipe.scaling = Scaling::Awq;
    QuantizeOptions options = calibrated(*m_small);
    const auto straight = quantize(m_small, recipe, options, {}, Progress());
    options.shelf = std::make_shared<const Shelf>(workFolder("awq"));
    QVERIFY(cancelAfter(12, m_small, recipe, options));
    const support::OneProcessor only;
    const auto resumed = quantize(m_small, recipe, options, {}, Progress());
    QVERIFY(allBytes(*resumed.checkpoint) == allBytes(*straight.checkpoint));
    for (std::size_t i = 0; i < resumed.reports.size(); ++i)
        QCOMPARE(resumed.reports[i].scaling, straight.reports[i].scaling);
}

void TestLayerScaling::inputsThatOthersReadUnscaledAreLeft()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Importance);
    recipe.scaling = Scaling::Awq;
    recipe.rules.push_back({ .roles = { Role::AttnK }, .method = Method::RoundToNearest });
    const QuantizeOptions options = calibrated(*m_small);
    const auto model = quantize(m_small, recipe, options, {}, Progress());
    for (const TensorReport& report : model.reports) {
        if (report.place.role == Role::AttnQ)
            QCOMPARE(report.note,
                "its input is not scaled: " + ggufName({ Role::AttnK, report.place.layer })
                    + " reads it too and is rounded without scales");
        if (inputOf(report.place.role) == LinearInput::Attention)
            QCOMPARE(report.scaling, Scaling::None);
    }
    const Place norm{ Role::AttnNorm, 1 };
    QVERIFY(decode(*model.checkpoint->find(norm)) == decode(*m_small->find(norm)));
}

void TestLayerScaling::awqNeedsACalibrationText()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    recipe.scaling = Scaling::Awq;
    QCOMPARE(errorOf(m_small, recipe, {}),
        std::string("blk.0.attn_q.weight: method awq+rtn needs a calibration text, found none"));
}

QTEST_GUILESS_MAIN(TestLayerScaling)
#include "tst_layerscaling.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/slopes.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>

using core::Checkpoint;
using core::Matrix;
using core::MatrixD;
using Eigen::Index;

namespace {

using Sequences = std::vector<std::vector<int>>;

constexpr int length = 40; // more than a stretch, and not a multiple of one

Sequences someSequences(int count)
{
    Sequences sequences;
    sequences.resize(std::size_t(count));
    for (int i = 0; i < count; ++i)
        for (int position = 0; position < length; ++position)
            sequences[std::size_t(i)].push_back(
                (31 * i + 7 * position + position * position) % 280);
    return sequences;
}

/// Every gradient as a whole, by tensor, of one sequence.
struct WholeGradients : core::BackwardObserver {
    const Checkpoint& checkpoint;
    const std::vector<int>& tokens;
    std::map<std::size_t, MatrixD> sums;

    WholeGradients(const Checkpoint& model, const std::vector<int>& sequence)
        : checkpoint(model)
        , tokens(sequence)
    {
    }
    MatrixD& sumOf(core::Place place)
    {
        const std::size_t index = checkpoint.indexOf(place);
        const core::Tensor& tensor = checkpoint.tensors()[index];
        MatrixD& sum = sums[index];
        if (sum.size() == 0)
            sum = MatrixD::Zero(tensor.rows, tensor.columns);
        return sum;
    }
    void linearGradient(const core::LinearGradient& shown) override
    {
        sumOf({ shown.role, shown.layer }).middleRows(shown.firstOutput, shown.g.cols())
            += shown.g.cast<double>().transpose() * shown.x.cast<double>();
    }
    void embeddingGradient(const core::EmbeddingGradient& shown) override
    {
        for (Index row = 0; row < shown.g.rows(); ++row)
            sumOf({ shown.role })
                .row(tokens[std::size_t(shown.firstToken + row)])
                .segment(shown.firstColumn, shown.g.cols())
                += shown.g.row(row).cast<double>();
    }
};

} // namespace

class TestSlopes : public QObject {
    Q_OBJECT
private slots:
    void areTheProductsOfGradientsAndChanges_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("count");
        for (const char* name :
            { "llama-tied", "phi3", "qwen2moe", "gemma2", "qwen35", "gemma4", "deepseek2" })
            QTest::newRow(name) << QString(name) << 3;
        static_assert(60 * length > core::backwardTileTokens);
        QTest::newRow("gemma4 in two tiles") << "gemma4" << 60; // layers that share keys
    }

    void areTheProductsOfGradientsAndChanges()
    {
        QFETCH(QString, name);
        QFETCH(int, count);
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture(name.toStdString(), folder.path());
        const auto model = Checkpoint::open(folder.path());
        core::Recipe recipe;
        recipe.method = core::Method::RoundToNearest;
        // Rows of 40 and 72 weights: formats for study have a scale a row.
        auto candidates = core::candidatesFor(
            *model, { core::findFormat("INT4_SYM_G32"), core::findFormat("INT8_SYM_G32") }, recipe);
        const Sequences sequences = someSequences(count);
        const core::Importance importance;
        const core::Progress progress;
        core::SlopeObserver observer(*model, candidates, sequences, importance, progress);
        const core::BackwardOptions options{ length / 2, length - 1 - length / 2, 3, 0 };
        core::backwardWalk(
            *model, core::walkKeeping(*model, sequences, nullptr, {}), options, observer, {});
        const int step = std::max(1, count / 3);
        for (std::size_t s = 0; s < sequences.size(); s += std::size_t(step)) {
            WholeGradients whole(*model, sequences[s]);
            core::BackwardOptions own = options;
            own.firstSequence = s;
            core::backwardWalk(
                *model, core::walkKeeping(*model, { sequences[s] }, nullptr, {}), own, whole, {});
            int compared = 0;
            for (const auto& [tensor, G] : whole.sums)
                for (std::size_t i = 0; i < candidates[tensor].size(); ++i, ++compared) {
                    const MatrixD change = (core::decode(*candidates[tensor][i].rounded)
                        - core::decode(model->tensors()[tensor]))
                                               .cast<double>();
                    const double expected = G.cwiseProduct(change).sum();
                    const double found = double(observer.slopes(tensor, i)[s].whole);
                    QVERIFY2(std::abs(found - expected) < 1e-3 * G.norm() * change.norm(),
                        model->tensors()[tensor].name.c_str());
                }
            QVERIFY(compared > 20);
        }
    }
};

QTEST_GUILESS_MAIN(TestSlopes)
#include "tst_slopes.moc"

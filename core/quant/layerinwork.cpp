// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerinwork.h"

#include "core/quant/roundedtensor.h"
#include "core/rounding/normrefit.h"
#include "core/rounding/target.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Inputs that several matrices read, or one that stands for them: their targets are given by
    /// what the input lacks. The others write into the residual stream, of which each row counts.
    bool isShared(LinearInput input)
    {
        return input == LinearInput::Attention || input == LinearInput::FeedForward
            || input == LinearInput::Experts || input == LinearInput::LatentQuery
            || input == LinearInput::PerLayer;
    }

    /// Rows in another order, in each of the `parts` of equal height that lie one under the other.
    std::vector<Index> partedOrder(const std::vector<Index>& order, Index rows)
    {
        std::vector<Index> all;
        for (Index first = 0; first < rows; first += Index(order.size()))
            for (const Index old : order)
                all.push_back(first + old);
        return all;
    }

} // namespace

LayerInWork::LayerInWork(const LayerRounding& run, int layer, LayerScaling scaling,
    bool hasReference, const Progress& progress)
    : m_run(run)
    , m_layer(layer)
    , m_scaling(std::move(scaling))
    , m_weights(loadLayer(run.checkpoint, layer, progress))
{
    if (hasReference)
        m_original = m_weights;
    m_changedVectors = applyFold(m_weights, m_scaling.fold);
}

Matrix LayerInWork::folded(LinearInput input, Matrix x) const
{
    if (const Vector& scales = m_scaling.fold.of(input); scales.size() > 0)
        x.array().rowwise() /= scales.transpose().array();
    return x;
}

Matrix LayerInWork::unfolded(LinearInput input, Matrix x) const
{
    if (const Vector& scales = m_scaling.fold.of(input); scales.size() > 0)
        x.array().rowwise() *= scales.transpose().array();
    return x;
}

void LayerInWork::subtractUnfolded(Matrix& original, LinearInput input, const Matrix& x) const
{
    if (m_scaling.fold.of(input).size() > 0)
        original -= unfolded(input, x);
    else
        original -= x;
}

bool LayerInWork::needsHessian(LinearInput input) const
{
    return std::ranges::any_of(m_weights.readers(input),
        [&](Role role) { return plannedAt(role).method == Method::Gptq; });
}

void LayerInWork::round(LinearInput input, InputSums fit, HeldSums held,
    const SymmetricMatrix* common, const Progress& progress)
{
    Group group = prepared(input, std::move(fit), std::move(held), common, progress.part(0, 0.4));
    const auto roles = m_weights.readers(input);
    const bool fitsNorm = fitsNormOf(group);
    std::vector<Matrix> originals;
    double done = 0.4;
    const double share = (fitsNorm ? 0.5 : 0.6) / double(roles.size());
    for (const Role role : roles) {
        progress.at(done);
        Matrix original = roundOne(role, group, progress.part(done, done + share));
        if (fitsNorm)
            originals.push_back(std::move(original));
        done += share;
    }
    m_scaling.hessians.erase(input);
    if (!fitsNorm)
        return;
    group.sums.H = std::move(group.factor->H);
    fitNorm(group, originals, progress.part(0.9, 1));
}

bool LayerInWork::fitsNormOf(const Group& group) const
{
    return isShared(group.input) && group.sums.tokens > 0 && options().refitNorms
        && spec().norm == NormKind::RootMeanSquare && spec().makerOf(group.input);
}

/// The neurons of a feed-forward may be put in any order where all that makes them moves with them.
bool LayerInWork::mayOrderNeurons() const
{
    return options().orderNeurons
        && std::ranges::none_of(m_weights.readers(LinearInput::FeedForward), [this](Role role) {
               return plannedAt(role).keeps && plannedAt(role).format->isQuantized();
           });
}

LayerInWork::Group LayerInWork::prepared(LinearInput input, InputSums fit, HeldSums held,
    const SymmetricMatrix* common, const Progress& progress)
{
    Group group{ input, {}, {}, std::move(held), common, {}, {}, 1, {}, {}, {} };
    if (fit.tokens == 0)
        return group;
    if (input == LinearInput::Down && mayOrderNeurons())
        orderNeurons(fit, group.held.sums);
    const bool corrects = fit.change.size() > 0;
    if (corrects) {
        std::vector<const Matrix*> matrices;
        for (const Role role : m_weights.readers(input))
            matrices.push_back(&m_weights.matrix(role));
        group.choice
            = chooseTarget(fit, group.held.sums, matrices, options(), progress.part(0, 0.3));
    }
    if (options().holdOut) {
        group.trust = textTrust(fit.tokens + group.held.sums.tokens, fit.H.cols());
        group.trial.shrinkage = 1 - group.trust;
        group.trial.towardsCommon = common != nullptr;
        const double followed = options().chooseTarget ? group.trust : 1; // else it was asked for
        group.choice.changeShare *= followed;
        group.choice.driftShare *= followed;
    }
    if (group.held.isThere())
        tryWays(group, fit, progress.part(0.3, 0.7));
    group.sums.tokens = fit.tokens;
    const bool fitsNorm = fitsNormOf(group);
    if (fitsNorm && group.held.isThere())
        group.fit = fit;
    group.sums = together(std::move(fit), group.held.sums);
    InputSums& sums = group.sums;
    if (corrects) {
        const bool isRead = fitsNorm && !group.held.isThere(); // again, by the norm
        Matrix change = isRead ? sums.change : std::move(sums.change);
        change *= float(group.choice.changeShare);
        if (sums.drift.size() > 0)
            change += float(group.choice.driftShare) * sums.drift;
        sums.drift = Matrix();
        const RaisedFactor factor
            = raisedTargetFactor(sums.H, group.choice.damping, progress.part(0.7, 0.8));
        group.choice.damping = factor.damping;
        group.correction = ridge(std::move(change), factor.U, progress);
    }
    group.factor = factorHessian(shrunk(std::move(sums.H), group.trial.shrinkage,
                                     group.trial.towardsCommon ? common : nullptr),
        options(), progress.part(0.8, 1));
    return group;
}

void LayerInWork::orderNeurons(InputSums& fit, InputSums& held)
{
    Eigen::VectorXd squares = fit.tokens * fit.H.diagonal();
    if (held.tokens > 0)
        squares += held.tokens * held.H.diagonal();
    m_neuronOrder.resize(std::size_t(squares.size()));
    std::iota(m_neuronOrder.begin(), m_neuronOrder.end(), Index(0));
    std::ranges::stable_sort(
        m_neuronOrder, [&](Index a, Index b) { return squares(a) > squares(b); });
    const auto& order = m_neuronOrder;
    for (InputSums* sums : { &fit, &held }) {
        if (sums->tokens > 0)
            sums->H = sums->H.permuted(order);
        for (Matrix* byColumn : { &sums->change, &sums->drift })
            if (byColumn->size() > 0)
                *byColumn = Matrix((*byColumn)(Eigen::all, order));
    }
    Matrix& down = m_weights.matrix(Role::FfnDown);
    down = Matrix(down(Eigen::all, order));
    const std::vector<Role> makers = m_weights.readers(LinearInput::FeedForward);
    for (const Role role : makers) {
        Matrix& byRow = m_weights.matrix(role);
        const std::vector<Index> rows = partedOrder(order, byRow.rows());
        byRow = Matrix(byRow(rows, Eigen::all));
        if (const Vector* bias = m_weights.findVector(biasRole(role))) {
            m_weights.vector(*biasRole(role)) = Vector((*bias)(rows));
            m_changedVectors.push_back(*biasRole(role));
        }
    }
    for (RoundedTensor& done : m_done)
        if (std::ranges::count(makers, done.tensor.place.role) > 0)
            done.tensor = withRowOrder(done.tensor, partedOrder(order, done.tensor.rows));
}

Matrix LayerInWork::roundOne(Role role, Group& group, const Progress& progress)
{
    Matrix& W = m_weights.matrix(role);
    const bool corrects = group.correction.size() > 0;
    Matrix target;
    if (corrects) {
        target = isShared(group.input) ? product(W, group.correction, progress)
                                       : std::move(group.correction);
        target += W;
    }
    RoundedTensor done = rounded(role, group, target.size() > 0 ? target : W, progress);
    if (done.report.gptq)
        done.report.gptq->shrinkage = group.trial.shrinkage;
    if (done.report.gptq && options().twoSided && !m_run.outputs.absent().empty())
        roundedtensor::addNote(done.report, m_run.outputs.absent());
    if (done.report.gptq && corrects) {
        done.report.gptq->targetDamping = group.choice.damping;
        done.report.gptq->changeShare = group.choice.changeShare;
        done.report.gptq->driftShare = group.choice.driftShare;
        done.report.gptq->chosenByData = group.choice.byData;
    }
    target = Matrix();
    Matrix original = std::exchange(W, decode(done.tensor));
    if (m_expert >= 0) {
        m_experts[role].add(std::move(done));
        return original;
    }
    m_scaling.report(done.report, plannedAt(role));
    m_run.tensorDone(done.report);
    m_done.push_back(std::move(done));
    return original;
}

RoundedTensor LayerInWork::rounded(
    Role role, const Group& group, const Matrix& target, const Progress& progress) const
{
    PlannedTensor planned = plannedAt(role);
    const Matrix& W = m_weights.matrix(role);
    const Tensor& whole = *m_run.checkpoint.find(Place{ role, m_layer });
    const Tensor tensor = m_expert < 0 ? whole : rowsOf(whole, m_expert * W.rows(), W.rows());
    if (planned.method == Method::Gptq && group.factor)
        return roundedByGptq(tensor, planned, W, target, group, progress);
    if (planned.method == Method::Gptq) // an expert that no token came to
        planned.method = Method::RoundToNearest;
    std::vector<float> importance;
    if (planned.method == Method::Importance && m_expert < 0)
        importance
            = scaledImportance(m_run.importance.at(tensor.name), m_scaling.fold.of(group.input));
    else if (planned.method == Method::Importance)
        importance = expertImportance(m_run.importance.at(tensor.name), m_expert, W.cols());
    if (const auto H = m_scaling.hessians.find(group.input); H != m_scaling.hessians.end())
        return roundClipped(tensor, planned, W, importance, H->second, progress);
    if (!group.held.isThere())
        return roundByEncoder(
            tensor, planned, W, importance, group.factor ? &group.factor->H : nullptr, progress);
    RoundedTensor done = roundByEncoder(tensor, planned, W, importance, nullptr, progress);
    judgeOnHeld(done, W, group.held, progress);
    return done;
}

void LayerInWork::fitNorm(
    const Group& group, const std::vector<Matrix>& originals, const Progress& progress)
{
    const auto roles = m_weights.readers(group.input);
    std::vector<const Matrix*> matrices;
    for (const Role role : roles)
        matrices.push_back(&m_weights.matrix(role));
    const NormRefit refit = group.held.isThere()
        ? refitNorm(matrices, originals, group.fit, group.held.sums, progress)
        : refitNorm(matrices, originals, group.sums, progress);
    const Role maker = *spec().makerOf(group.input);
    Vector& norm = m_weights.vector(maker);
    norm = norm.cwiseProduct(Vector(1 + float(group.trust) * (refit.factors.array() - 1))).eval();
    m_changedVectors.push_back(maker);
    for (RoundedTensor& done : m_done)
        if (done.report.gptq && std::ranges::count(roles, done.tensor.place.role) > 0)
            done.report.gptq->normGain = refit.gain;
}

void LayerInWork::roundHeads(LinearInput input, const Progress& progress)
{
    for (const Role role : m_weights.readers(input)) {
        const Tensor& tensor = *m_run.checkpoint.find(Place{ role, m_layer });
        const PlannedTensor& planned = plannedAt(role);
        std::span<const float> importance;
        if (planned.method == Method::Importance)
            importance = m_run.importance.at(tensor.name);
        RoundedTensor done = roundInTiles(tensor, planned, importance, progress);
        m_weights.matrix(role) = decode(done.tensor);
        m_scaling.report(done.report, planned);
        m_run.tensorDone(done.report);
        m_done.push_back(std::move(done));
    }
}

bool LayerInWork::stacksNeedHessian() const
{
    return std::ranges::any_of(m_weights.stacks,
        [this](const auto& entry) { return plannedAt(entry.first).method == Method::Gptq; });
}

void LayerInWork::beginExpert(int expert, Index tokens)
{
    m_expert = expert;
    for (const auto& [role, stack] : m_weights.stacks)
        m_experts[role].begin(expert, tokens);
}

void LayerInWork::endExpert()
{
    for (const LinearInput input : { LinearInput::Experts, LinearInput::ExpertsDown })
        for (const Version version : { Version::Original, Version::Rounded })
            releaseExpert(version, input);
    m_expert = -1;
}

void LayerInWork::finishExperts(const Progress& progress)
{
    for (auto& [role, parts] : m_experts) {
        const Tensor& tensor = *m_run.checkpoint.find(Place{ role, m_layer });
        RoundedTensor stack = parts.take(tensor, plannedAt(role), progress);
        m_weights.stacks.at(role) = stack.tensor;
        m_scaling.report(stack.report, plannedAt(role));
        m_run.tensorDone(stack.report);
        m_done.push_back(std::move(stack));
    }
    m_experts.clear();
}

void LayerInWork::roundStacks(const Progress& progress)
{
    double done = 0;
    for (auto& [role, stack] : m_weights.stacks) {
        const PlannedTensor& planned = plannedAt(role);
        std::span<const float> importance;
        if (planned.method == Method::Importance)
            importance = m_run.importance.at(stack.name);
        const double next = done + 1 / double(m_weights.stacks.size());
        RoundedTensor rounded
            = roundInTiles(stack, planned, importance, progress.part(done, std::min(1.0, next)));
        done = next;
        m_scaling.report(rounded.report, planned);
        m_run.tensorDone(rounded.report);
        stack = rounded.tensor;
        m_done.push_back(std::move(rounded));
    }
}

RoundedPart LayerInWork::finish()
{
    RoundedPart part;
    for (const Tensor& tensor : m_run.checkpoint.tensors()) {
        const Role role = tensor.place.role;
        if (tensor.place.layer != m_layer || tensor.isMatrix())
            continue;
        if (std::ranges::find(m_changedVectors, role) == m_changedVectors.end())
            part.tensors.push_back(
                roundVector(tensor, m_run.plan[m_run.checkpoint.indexOf(tensor.place)]));
        else
            part.tensors.push_back(storedVector(tensor, m_weights.vector(role)));
    }
    for (RoundedTensor& rounded : m_done) {
        part.tensors.push_back(std::move(rounded.tensor));
        part.reports.push_back(std::move(rounded.report));
    }
    return part;
}

} // namespace core

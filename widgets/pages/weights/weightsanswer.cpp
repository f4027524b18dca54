// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/weights/weightsanswer.h"

#include "core/formats/study.h"
#include "core/stats/outliers.h"
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <cmath>
#include <set>

namespace widgets {
namespace {

    struct WeightsText {
        Q_DECLARE_TR_FUNCTIONS(WeightsText)
    };

    // Excess kurtosis of which we speak of heavy tails: a Laplace distribution has 3, a normal 0.
    constexpr double heavyTails = 1, lightTails = -0.5;

    QString tailsText(const core::TensorStats& stats)
    {
        const QString numbers
            = WeightsText::tr("kurtosis %1, absmax %2 σ")
                  .arg(numberText(stats.moments.kurtosis, 2), numberText(absmaxPerSigma(stats), 1));
        if (stats.moments.kurtosis > heavyTails)
            return WeightsText::tr("Heavy tails (%1)").arg(numbers);
        if (stats.moments.kurtosis < lightTails)
            return WeightsText::tr("Light tails (%1)").arg(numbers);
        return WeightsText::tr("Nearly normal (%1)").arg(numbers);
    }

    QString outlierText(const core::TensorStats& stats, double threshold)
    {
        const auto inputs = core::outlierChannels(stats.inputAbsmax, threshold).channels;
        const auto outputs = core::outlierChannels(stats.outputAbsmax, threshold).channels;
        if (inputs.empty() && outputs.empty())
            return WeightsText::tr("no outlier channel");
        if (inputs.size() == 1 && outputs.empty())
            return WeightsText::tr("an outlier in input channel %1").arg(inputs.front());
        if (inputs.empty() && outputs.size() == 1)
            return WeightsText::tr("an outlier in output channel %1").arg(outputs.front());
        if (inputs.size() == 1 && outputs.size() == 1)
            return WeightsText::tr("outliers in input channel %1 and output channel %2")
                .arg(QString::number(inputs.front()), QString::number(outputs.front()));
        if (outputs.empty())
            return WeightsText::tr("%1 outlier input channels, the largest %2")
                .arg(countText(std::int64_t(inputs.size())), QString::number(inputs.front()));
        if (inputs.empty())
            return WeightsText::tr("%1 outlier output channels, the largest %2")
                .arg(countText(std::int64_t(outputs.size())), QString::number(outputs.front()));
        return WeightsText::tr("%1 outlier input and %2 output channels")
            .arg(countText(std::int64_t(inputs.size())), countText(std::int64_t(outputs.size())));
    }

    QString roundingText(const SelectedTensor& tensor, const PreviewStore& previews,
        const std::vector<const core::Format*>& formats, const core::Format* looked)
    {
        const core::Format* stored = storedFormat(tensor, looked);
        const auto preview = previews.find(tensor.place, stored);
        if (!preview)
            return {};
        const QString name = core::isSameFormat(stored, looked)
            ? formatName(looked)
            : WeightsText::tr("%1, here %2,", "a format and what it falls back to")
                  .arg(formatName(looked), formatName(stored));
        const QString change = preview->weighted ? WeightsText::tr("%1 changes its output by %2")
                                                 : WeightsText::tr("%1 changes its weights by %2");
        const QString first = change.arg(name, percentText(preview->outputError));
        const auto more
            = std::find_if(formats.begin(), formats.end(), [looked](const core::Format* f) {
                  return isMainFormat(f) && f->bitsPerWeight() > looked->bitsPerWeight();
              });
        const auto next = more == formats.end()
            ? nullptr
            : previews.find(tensor.place, storedFormat(tensor, *more));
        if (!next || next == preview)
            return WeightsText::tr("%1.").arg(first);
        return WeightsText::tr("%1, %2 by %3.")
            .arg(first, formatName(*more), percentText(next->outputError));
    }

    double statisticOf(const TensorOverview& tensor, WeightsStatistic statistic, double threshold)
    {
        if (statistic == WeightsStatistic::Error)
            return tensor.error < 0 ? qQNaN() : tensor.error;
        if (!tensor.stats)
            return qQNaN();
        const core::TensorStats& stats = *tensor.stats;
        switch (statistic) {
        case WeightsStatistic::Kurtosis:
            return stats.moments.kurtosis;
        case WeightsStatistic::AbsmaxPerSigma:
            return absmaxPerSigma(stats);
        default: {
            const auto all = double(stats.inputAbsmax.size() + stats.outputAbsmax.size());
            const auto found
                = double(core::outlierChannels(stats.inputAbsmax, threshold).channels.size()
                    + core::outlierChannels(stats.outputAbsmax, threshold).channels.size());
            return all > 0 ? found / all : 0;
        }
        }
    }

    QString statisticText(double value, WeightsStatistic statistic)
    {
        if (std::isnan(value))
            return pendingText();
        switch (statistic) {
        case WeightsStatistic::Kurtosis:
            return numberText(value, 2);
        case WeightsStatistic::AbsmaxPerSigma:
            return numberText(value, 1);
        default:
            return percentText(value);
        }
    }

} // namespace

double absmaxPerSigma(const core::TensorStats& stats)
{
    return stats.moments.deviation > 0 ? stats.moments.absmax() / stats.moments.deviation : 0;
}

QString weightsAnswer(const std::vector<SelectedTensor>& tensors, const PreviewStore& previews,
    const std::vector<const core::Format*>& formats, const core::Format* looked, double threshold)
{
    if (tensors.empty())
        return WeightsText::tr("Select a tensor in the table.");
    if (tensors.size() > 1) {
        const SelectedTensor* heaviest = nullptr;
        for (const SelectedTensor& tensor : tensors)
            if (tensor.stats
                && (!heaviest
                    || tensor.stats->moments.kurtosis > heaviest->stats->moments.kurtosis))
                heaviest = &tensor;
        if (!heaviest)
            return WeightsText::tr("Measuring the weights…");
        const QString tails
            = WeightsText::tr("Of %1 tensors, %2 has the heaviest tails (kurtosis %3).")
                  .arg(countText(std::int64_t(tensors.size())), heaviest->name,
                      numberText(heaviest->stats->moments.kurtosis, 2));
        const auto fallen = looked
            ? std::count_if(tensors.begin(), tensors.end(),
                [looked](const SelectedTensor& tensor) {
                    return !core::isSameFormat(storedFormat(tensor, looked), looked);
                })
            : 0;
        return fallen == 0 ? tails
                           : WeightsText::tr("%1 With %2, %n of them fall back to another format.",
                               nullptr, int(fallen))
                                 .arg(tails, formatName(looked));
    }
    const SelectedTensor& tensor = tensors.front();
    if (!tensor.stats)
        return WeightsText::tr("Measuring the weights…");
    if (tensor.stats->nonFiniteRow >= 0)
        return WeightsText::tr("A weight is not finite: row %1, column %2. %3 in all.")
            .arg(countText(tensor.stats->nonFiniteRow), countText(tensor.stats->nonFiniteColumn),
                countText(std::int64_t(tensor.stats->moments.nonFinite)));
    const QString what = WeightsText::tr("%1 and %2.")
                             .arg(tailsText(*tensor.stats), outlierText(*tensor.stats, threshold));
    const QString rounding = roundingText(tensor, previews, formats, looked);
    return rounding.isEmpty() ? what : WeightsText::tr("%1 %2").arg(what, rounding);
}

ErrorOf errorOf(const std::vector<TensorOverview>& tensors)
{
    const auto isKnown = [&tensors](ErrorOf of) {
        return std::ranges::any_of(tensors, [of](const TensorOverview& tensor) {
            return tensor.error >= 0 && tensor.errorOf == of;
        });
    };
    return isKnown(ErrorOf::Weights) && !isKnown(ErrorOf::Output) ? ErrorOf::Weights
                                                                  : ErrorOf::Output;
}

WeightsMap weightsMap(
    const std::vector<TensorOverview>& tensors, WeightsStatistic statistic, double threshold)
{
    const ErrorOf of = errorOf(tensors);
    const QString names[] = { WeightsText::tr("kurtosis"), WeightsText::tr("absmax/σ"),
        WeightsText::tr("outlier channels"),
        of == ErrorOf::Output ? WeightsText::tr("output error") : WeightsText::tr("weight error") };
    WeightsMap map;
    std::set<int> layers;
    std::set<core::Role> roles;
    for (const TensorOverview& tensor : tensors)
        if (tensor.place.layer >= 0 && core::isMatrix(tensor.place.role)) {
            layers.insert(tensor.place.layer);
            roles.insert(tensor.place.role);
        }
    map.rows.assign(layers.begin(), layers.end());
    map.columns.assign(roles.begin(), roles.end());
    for (const int layer : map.rows) {
        map.data.rows.append(WeightsText::tr("Layer %1").arg(layer));
        map.data.shortRows.append(QString::number(layer));
    }
    for (const core::Role role : map.columns)
        map.data.columns.append(shortRoleName(role));
    map.data.values.assign(map.rows.size() * map.columns.size(), qQNaN());
    for (const TensorOverview& tensor : tensors) {
        const auto row = std::find(map.rows.begin(), map.rows.end(), tensor.place.layer);
        const auto column = std::find(map.columns.begin(), map.columns.end(), tensor.place.role);
        if (row == map.rows.end() || column == map.columns.end())
            continue;
        if (statistic == WeightsStatistic::Error && tensor.errorOf != of)
            continue; // another quantity
        double& value = map.data.values[std::size_t(row - map.rows.begin()) * map.columns.size()
            + std::size_t(column - map.columns.begin())];
        // The largest, where a cell stands for several tensors without a role; a NaN is no number.
        value = std::fmax(value, statisticOf(tensor, statistic, threshold));
    }
    for (const double value : map.data.values)
        map.data.labels.push_back(statisticText(value, statistic));
    const bool loss = statistic == WeightsStatistic::Error;
    map.data.what = names[int(statistic)];
    map.data.scale = loss ? HeatMapData::Scale::Loss : HeatMapData::Scale::Magnitude;
    map.data.spread = loss ? HeatScale::Kind::Ratios : HeatScale::Kind::FromZero;
    map.data.text = [statistic](double value) { return statisticText(value, statistic); };
    return map;
}

} // namespace widgets

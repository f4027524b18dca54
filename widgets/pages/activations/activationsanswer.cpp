// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/activationsanswer.h"

#include "core/stats/outliers.h"
#include "widgets/format.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLocale>

#include <algorithm>
#include <map>
#include <span>

namespace widgets {
namespace {

    struct ActivationsText {
        Q_DECLARE_TR_FUNCTIONS(ActivationsText)
    };

    constexpr std::size_t mostNamed = 5;

    std::span<const float> residualRow(const core::ActivationStats& stats, int depth)
    {
        return { stats.residualAbsmax.data() + depth * stats.residualAbsmax.cols(),
            std::size_t(stats.residualAbsmax.cols()) };
    }

    /// Adds one depth: each channel relative to the median one.
    void addDepth(ChannelMapData& data, const QString& name, std::span<const float> absmax)
    {
        const double median = core::outlierChannels(absmax, 1).median;
        data.depths.append(name);
        data.channels = int(absmax.size());
        for (const float value : absmax)
            data.ratios.push_back(median > 0 ? float(double(value) / median) : 0.f);
    }

    /// The channels with the largest ratio at any depth, above the threshold.
    std::vector<int> strongest(const ChannelMapData& data, double threshold)
    {
        std::vector<std::pair<float, int>> peaks;
        for (int channel = 0; channel < data.channels; ++channel) {
            float most = 0;
            for (int depth = 0; depth < int(data.depths.size()); ++depth)
                most = std::max(most,
                    data.ratios[std::size_t(depth) * std::size_t(data.channels)
                        + std::size_t(channel)]);
            if (double(most) > threshold)
                peaks.emplace_back(most, channel);
        }
        std::sort(peaks.rbegin(), peaks.rend());
        std::vector<int> channels;
        for (std::size_t i = 0; i < std::min(mostNamed, peaks.size()); ++i)
            channels.push_back(peaks[i].second);
        return channels;
    }

} // namespace

QString depthName(int depth)
{
    if (depth == 0)
        return ActivationsText::tr("embedding");
    const int layer = (depth - 1) / 2;
    return depth % 2 == 1 ? ActivationsText::tr("%1 attention").arg(layer)
                          : ActivationsText::tr("%1 feed-fwd").arg(layer);
}

QString shortDepthName(int depth)
{
    if (depth == 0)
        return ActivationsText::tr("emb");
    const int layer = (depth - 1) / 2;
    return depth % 2 == 1 ? ActivationsText::tr("%1 attn").arg(layer)
                          : ActivationsText::tr("%1 ffn").arg(layer);
}

double residualMedian(const core::ActivationStats& stats, int depth)
{
    if (depth < 0 || depth >= stats.residualAbsmax.rows())
        return 0;
    return core::outlierChannels(residualRow(stats, depth), 1).median;
}

std::vector<StandingOut> standingOut(const core::ActivationStats& stats, double threshold)
{
    std::map<int, StandingOut> found;
    for (int depth = 0; depth < int(stats.residualAbsmax.rows()); ++depth) {
        const auto row = residualRow(stats, depth);
        const core::OutlierChannels outliers = core::outlierChannels(row, threshold);
        for (const int channel : outliers.channels) {
            const double ratio = double(row[std::size_t(channel)]) / outliers.median;
            auto [at, isNew] = found.try_emplace(channel, StandingOut{ channel, ratio, depth });
            if (!isNew)
                at->second.ratio = std::max(at->second.ratio, ratio);
        }
    }
    std::vector<StandingOut> channels;
    for (const auto& [channel, standing] : found)
        channels.push_back(standing);
    std::stable_sort(channels.begin(), channels.end(),
        [](const StandingOut& a, const StandingOut& b) { return a.ratio > b.ratio; });
    return channels;
}

QString activationsAnswer(const core::ActivationStats& stats, double threshold)
{
    const std::vector<StandingOut> channels = standingOut(stats, threshold);
    const auto times = [](double ratio) { return numberText(ratio, 1) + QChar(0x00D7); };
    if (channels.empty()) {
        const std::vector<StandingOut> any = standingOut(stats, 1);
        if (any.empty())
            return ActivationsText::tr("No channel stands out.");
        return ActivationsText::tr(
            "No channel stands out above %1× the median; the largest, channel %2, reaches %3.")
            .arg(QLocale().toString(threshold), QString::number(any.front().channel),
                times(any.front().ratio));
    }
    QStringList names;
    int first = channels.front().firstDepth;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, channels.size()); ++i) {
        names.append(QString::number(channels[i].channel));
        first = std::min(first, channels[i].firstDepth);
    }
    const QString from = first == 0 ? ActivationsText::tr("from the embedding on")
                                    : ActivationsText::tr("from layer %1 on").arg((first - 1) / 2);
    const QString peak
        = ActivationsText::tr("channel %1 reaches %2 the median")
              .arg(QString::number(channels.front().channel), times(channels.front().ratio));
    if (channels.size() == 1)
        return ActivationsText::tr(
            "Channel %1 stands out %2; it reaches %3 the median. Formats that "
            "share a scale pay for it.")
            .arg(names.front(), from, times(channels.front().ratio));
    if (channels.size() > 3)
        return ActivationsText::tr("%1 channels stand out, %2 most, %3; %4. Formats that share a "
                                   "scale pay for it.")
            .arg(countText(std::int64_t(channels.size())), listText(names), from, peak);
    return ActivationsText::tr(
        "Channels %1 stand out %2; %3. Formats that share a scale pay for it.")
        .arg(listText(names), from, peak);
}

ChannelMapData channelMapData(const core::ActivationStats& stats, MapInput input, double threshold)
{
    ChannelMapData data;
    if (input == MapInput::Residual) {
        data.axisLabel = ActivationsText::tr("channel of the residual stream");
        for (int depth = 0; depth < int(stats.residualAbsmax.rows()); ++depth)
            addDepth(data, depthName(depth), residualRow(stats, depth));
    } else {
        data.axisLabel = input == MapInput::Layers
            ? ActivationsText::tr("channel of what attention and feed-forward read")
            : ActivationsText::tr("channel of what ffn_down reads");
        for (const core::InputStats& one : stats.inputs) {
            const bool attention = one.input == core::LinearInput::Attention;
            const bool feedForward = one.input == core::LinearInput::FeedForward;
            if (input == MapInput::Layers && (attention || feedForward))
                addDepth(data, depthName(1 + 2 * one.layer + (feedForward ? 1 : 0)), one.absmax);
            else if (input == MapInput::Down && one.input == core::LinearInput::Down)
                addDepth(data, ActivationsText::tr("%1 down").arg(one.layer), one.absmax);
        }
    }
    data.named = strongest(data, threshold);
    return data;
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/activationstats.h"
#include "widgets/plots/channelmap.h"

namespace widgets {

// What page 3 says of activations. All are pure.

/// A depth of the residual stream: "embedding", "0 attention", "0 feed-fwd".
QString depthName(int depth);
QString shortDepthName(int depth); ///< "emb", "0 attn", "0 ffn"

/// The median channel's absmax at a depth of the residual stream.
double residualMedian(const core::ActivationStats& stats, int depth);

/// Channels of the residual stream that are outliers at some depth, the strongest first.
struct StandingOut {
    int channel = 0;
    double ratio = 0; ///< largest absmax / median over the depths
    int firstDepth = 0; ///< where it is first an outlier
};
std::vector<StandingOut> standingOut(const core::ActivationStats& stats, double threshold);

/// "Channels 208, 29 and 218 stand out from layer 0 on; channel 208 reaches 4.5× the median. …"
QString activationsAnswer(const core::ActivationStats& stats, double threshold);

enum class MapInput { Residual, Layers, Down };
ChannelMapData channelMapData(const core::ActivationStats& stats, MapInput input, double threshold);

} // namespace widgets

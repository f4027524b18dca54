// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/grouplevels.h"
#include "widgets/themetokens.h"

#include <QtCore/QString>
#include <QtCore/QVector>

class QCPAxis;
class QCPAxisRect;
class QCPGraph;
class QCPItemRect;
class QCPItemText;
class QCPMarginGroup;
class QCustomPlot;

namespace widgets {

/// Where the levels of `group` stand on `axis`; only the ends where they could not be told apart.
QVector<double> levelKeys(const core::GroupLevels& group, const QCPAxis* axis, double pixelRatio);

/// One band of the ruler: a strip with a tick for each level of a group, its name at the left, its
/// step at the end. The parts belong to the plot.
class RulerBand {
public:
    static constexpr int height = 22; ///< with the gaps around it

    /// What a band says beside its ticks.
    enum class Words { Name, NameAndStep };

    RulerBand(QCustomPlot* plot, QCPMarginGroup* margins, int row, const QString& name);

    QCPAxisRect* rect() const { return m_rect; }
    QCPAxis* axis() const; ///< of the weight values
    void show(Words words);
    void hide();
    /// Between drawings: what is too dense for the present range shows only its ends.
    void fill(const core::GroupLevels& group, double pixelRatio);
    /// `chosen`: its levels are those in the histogram.
    enum class Weight { Normal, Chosen };
    void applyTokens(const Tokens& tokens, Weight weight);

private:
    void setVisible(bool visible);

    QCPAxisRect* m_rect;
    QCPItemRect* m_fill;
    QCPGraph* m_ticks;
    QCPItemText *m_name, *m_step;
};

} // namespace widgets

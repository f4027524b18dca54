// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judgedtext.h"

#include <QtCore/QCoreApplication>

namespace widgets {

namespace {

    struct JudgedText {
        Q_DECLARE_TR_FUNCTIONS(widgets::JudgedText)
    };

} // namespace

ErrorOf errorOf(const core::RoundingPreview& preview)
{
    return preview.weighted ? ErrorOf::Output : ErrorOf::Weights;
}

QString errorSentence(const QString& error, const Judged& judged)
{
    switch (judged.on) {
    case core::JudgedOn::HeldOut:
        return JudgedText::tr("Output error %1 on %n held-out sequences", nullptr, judged.sequences)
            .arg(error);
    case core::JudgedOn::CalibrationText:
        return JudgedText::tr("Output error %1 on the calibration text").arg(error);
    case core::JudgedOn::Weights:
        break;
    }
    return JudgedText::tr("Weight error %1, without a text").arg(error);
}

QString errorTitle(const Judged& judged)
{
    switch (judged.on) {
    case core::JudgedOn::HeldOut:
        return JudgedText::tr(
            "Output error by tensor, on %n held-out sequences", nullptr, judged.sequences);
    case core::JudgedOn::CalibrationText:
        return JudgedText::tr("Output error by tensor, on the calibration text");
    case core::JudgedOn::Weights:
        break;
    }
    return JudgedText::tr("Weight error by tensor, without a text");
}

} // namespace widgets

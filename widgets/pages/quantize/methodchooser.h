// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QtWidgets/QWidget>

#include <vector>

class QButtonGroup;
class QCheckBox;

namespace widgets {

class Label;

/// "GPTQ", "importance-weighted rounding": a method as the middle of a sentence has it.
QString methodText(core::Method method);
/// The same with the scaling before it: "AWQ and GPTQ".
QString treatmentText(core::Treatment treatment);
/// Every method, then each that makes sense after AWQ's scaling.
std::vector<core::Treatment> allTreatments();

/// The methods, one radio button each, with one line that says what it does; under them a switch
/// for the scaling before.
class MethodChooser : public QWidget {
    Q_OBJECT

public:
    explicit MethodChooser(QWidget* parent = nullptr);

    void setTreatment(core::Treatment treatment); ///< without a signal
    core::Treatment treatment() const;
    /// Why nothing that reads a text can be chosen: GPTQ and the scaling are off, and it is said
    /// under them; empty: all can.
    void setWhyNoText(const QString& reason);

signals:
    void chosen(core::Treatment treatment);

private:
    void addMethod(core::Method method, const QString& title, const QString& description);
    void addDescribed(QWidget* button, const QString& description);

    QButtonGroup* m_group;
    QCheckBox* m_scaled;
    Label* m_whyNoText;
};

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QtWidgets/QWidget>

class QComboBox;
class QSpinBox;

namespace widgets {

class Segmented;

/// Settings of how the program looks: its language, light or dark, the size of its text.
class LooksSection : public QWidget {
    Q_OBJECT

public:
    /// `languages`: their codes ("en"); the system's is always offered.
    explicit LooksSection(const QStringList& languages, QWidget* parent = nullptr);

    void setLanguage(const QString& code); ///< empty: the system's
    void setLightness(Lightness lightness);
    void setTextScale(double scale);

signals:
    void languageChosen(const QString& code);
    void lightnessChosen(widgets::Lightness lightness);
    void textScaleChosen(double scale);

private:
    QComboBox* m_language;
    Segmented* m_lightness;
    QSpinBox* m_textScale; ///< percent
};

} // namespace widgets

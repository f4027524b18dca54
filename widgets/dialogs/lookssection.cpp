// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/lookssection.h"

#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/segmented.h"

#include <QtCore/QLocale>
#include <QtCore/QSignalBlocker>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

#include <cmath>

namespace widgets {
namespace {

    // As Theme clamps it.
    constexpr int leastPercent = 80;
    constexpr int mostPercent = 200;
    constexpr int percentStep = 10;

    /// "Deutsch", as those who speak it call it.
    QString ownName(const QString& code)
    {
        const QString name = QLocale(code).nativeLanguageName();
        // "American English" where texts are for all who speak English
        return code == u"en" ? QStringLiteral("English") : name.left(1).toUpper() + name.mid(1);
    }

} // namespace

LooksSection::LooksSection(const QStringList& languages, QWidget* parent)
    : QWidget(parent)
    , m_language(new QComboBox)
    , m_lightness(new Segmented)
    , m_textScale(new QSpinBox)
{
    auto* form = new Form(static_cast<QWidget*>(nullptr));
    m_language->addItem(tr("As the system"), QString());
    for (const QString& code : languages)
        m_language->addItem(ownName(code), code);
    form->addField(tr("Language"), m_language);
    m_lightness->setSegments({ tr("As the system"), tr("Light"), tr("Dark") }); // as Lightness
    form->addField(tr("Colours"), m_lightness);
    m_textScale->setRange(leastPercent, mostPercent);
    m_textScale->setSingleStep(percentStep);
    m_textScale->setSuffix(QStringLiteral("\u00a0%"));
    m_textScale->setKeyboardTracking(false); // "2" of "200" is no size
    form->addField(tr("Text size"), m_textScale);
    m_language->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_textScale->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* note = new Label(TextRole::Caption, tr("The language changes at the next start."));
    note->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(scaled(12));
    layout->addLayout(form);
    layout->addWidget(note);
    layout->addStretch(1);
    connect(m_language, &QComboBox::activated, this,
        [this] { emit languageChosen(m_language->currentData().toString()); });
    connect(m_lightness, &Segmented::chosen, this,
        [this](int index) { emit lightnessChosen(Lightness(index)); });
    connect(m_textScale, &QSpinBox::valueChanged, this,
        [this](int percent) { emit textScaleChosen(percent / 100.0); });
}

void LooksSection::setLanguage(const QString& code)
{
    m_language->setCurrentIndex(std::max(0, m_language->findData(code)));
}

void LooksSection::setLightness(Lightness lightness) { m_lightness->setCurrent(int(lightness)); }

void LooksSection::setTextScale(double scale)
{
    const QSignalBlocker blocker(m_textScale);
    m_textScale->setValue(int(std::lround(scale * 100)));
}

} // namespace widgets

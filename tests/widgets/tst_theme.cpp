// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/segmented.h"

#include <QtCore/QDirIterator>
#include <QtCore/QRegularExpression>
#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QStyleOptionSpinBox>
#include <QtWidgets/QToolButton>

using namespace widgets;

class ThemeTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_theme = new Theme(*qApp);
        m_theme->setLightness(Lightness::Light);
    }

    void textIsReadableOnEveryGround_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textIsReadableOnEveryGround()
    {
        QFETCH(bool, dark);
        const Tokens& t = dark ? darkTokens() : lightTokens();
        for (const QColor& ground :
            { t.window, t.base, t.selection, t.highlight, t.okBack, t.warnBack, t.errBack })
            QVERIFY(contrast(t.text, ground) >= 4.5);
        for (const QColor& ink : { t.text2, t.accent, t.loss, t.ok, t.warn, t.err, t.original })
            QVERIFY(contrast(ink, t.base) >= 4.5);
        QVERIFY(contrast(t.onAccent, t.accent) >= 4.5);
        for (const QColor& run : t.runs)
            QVERIFY(contrast(run, t.base) >= 3);
    }

    void textOnEveryCellIsReadable()
    {
        for (const Tokens* tokens : { &lightTokens(), &darkTokens() })
            for (const auto* scale : { &tokens->magnitude, &tokens->lossScale })
                for (int i = 0; i <= 100; ++i) {
                    const QColor cell = scaleColor(*scale, i / 100.0);
                    QVERIFY(contrast(textOn(cell), cell) >= 4.2);
                }
    }

    void theScalesRunOneWay()
    {
        const auto lightness = [](const QColor& color) { return contrast(color, Qt::black); };
        for (int i = 1; i < 5; ++i) {
            QVERIFY(
                lightness(lightTokens().magnitude[i]) < lightness(lightTokens().magnitude[i - 1]));
            QVERIFY(
                lightness(darkTokens().lossScale[i]) > lightness(darkTokens().lossScale[i - 1]));
        }
    }

    void aPaletteGivesItsTokensBack()
    {
        QCOMPARE(tokensOf(paletteOf(lightTokens())).loss, lightTokens().loss);
        QCOMPARE(tokensOf(paletteOf(darkTokens())).loss, darkTokens().loss);
    }

    void aForeignPaletteIsKept()
    {
        QPalette foreign(Qt::black);
        foreign.setColor(QPalette::Base, Qt::black);
        foreign.setColor(QPalette::Text, Qt::yellow);
        const Tokens tokens = tokensOf(foreign);
        QCOMPARE(tokens.base, QColor(Qt::black));
        QCOMPARE(tokens.text, QColor(Qt::yellow));
    }

    void lightnessAndTextSizeReachWidgetsWithTheirOwn()
    {
        Label heading(TextRole::Heading, "Where do the bits go?");
        MessageBar message;
        message.setMessage(MessageBar::Kind::Failure, "Cannot write.");
        m_theme->setLightness(Lightness::Dark);
        m_theme->setTextScale(1.5);
        QCOMPARE(message.palette().color(QPalette::Window), darkTokens().errBack);
        QCOMPARE(heading.font().pixelSize(), 25);
        m_theme->setTextScale(1);
        m_theme->setLightness(Lightness::Light);
        QCOMPARE(message.palette().color(QPalette::Window), lightTokens().errBack);
        QCOMPARE(heading.font().pixelSize(), 16);
    }

    void lightnessAndTextSizeReachTheApplication()
    {
        m_theme->setLightness(Lightness::Dark);
        QCOMPARE(QApplication::palette().color(QPalette::Base), darkTokens().base);
        m_theme->setTextScale(1.5);
        QCOMPARE(QApplication::font().pixelSize(), 20);
        QCOMPARE(textFont(16).pixelSize(), 25);
        m_theme->setTextScale(1);
        m_theme->setLightness(Lightness::Light);
        QCOMPARE(QApplication::palette().color(QPalette::Base), lightTokens().base);
        QCOMPARE(scaled(26), 26);
    }

    void arrowsAndTextOfANumberFieldFitAtEveryTextSize_data()
    {
        QTest::addColumn<double>("scale");
        QTest::newRow("100 %") << 1.0;
        QTest::newRow("150 %") << 1.5;
        QTest::newRow("200 %") << 2.0;
    }

    void arrowsAndTextOfANumberFieldFitAtEveryTextSize()
    {
        QFETCH(const double, scale);
        m_theme->setTextScale(scale);
        QSpinBox field;
        field.setRange(0, 99999);
        field.resize(field.sizeHint());
        QStyleOptionSpinBox option;
        option.initFrom(&field);
        option.frame = true;
        const auto rectOf = [&](QStyle::SubControl part) {
            return field.style()->subControlRect(QStyle::CC_SpinBox, &option, part, &field);
        };
        const QRect up = rectOf(QStyle::SC_SpinBoxUp), down = rectOf(QStyle::SC_SpinBoxDown);
        const QRect text = rectOf(QStyle::SC_SpinBoxEditField);
        const int needed = QFontMetrics(field.font()).horizontalAdvance("99999");
        QStyleOptionFrame inner;
        inner.rect = text;
        const QRect shown
            = field.style()->subElementRect(QStyle::SE_LineEditContents, &inner, nullptr);
        const int arrow = scaled(8), margin = 2; // QLineEdit's own
        m_theme->setTextScale(1);
        QVERIFY(field.rect().contains(up));
        QCOMPARE_GE(up.width(), arrow + 4);
        QVERIFY(!text.intersects(up));
        QVERIFY(!up.intersects(down));
        QCOMPARE_GE(shown.width() - 2 * margin, needed);
    }

    void everyIconIsDrawnInItsInk()
    {
        QDirIterator icons(":/icons");
        int count = 0;
        while (icons.hasNext()) {
            const QString name = QFileInfo(icons.next()).completeBaseName();
            if (name == "application") // in colours of its own
                continue;
            const QImage image = icon(name, Ink::Loss)
                                     .pixmap(QSize(32, 32))
                                     .toImage()
                                     .convertToFormat(QImage::Format_ARGB32);
            bool inked = false;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    inked = inked || image.pixelColor(x, y) == lightTokens().loss;
            QVERIFY2(inked, qPrintable(name));
            ++count;
        }
        QVERIFY(count >= 30);
    }

    void everyIconThatIsNamedExists()
    {
        const QRegularExpression use("(?:icon|make\\w*Button|addToolButton|add\\w*Action|addButton)"
                                     "\\([^;]*?QStringLiteral\\(\"([a-z-]+)\"\\)");
        QDirIterator files(QStringLiteral(QUANTSCOPE_SOURCE_DIR "/widgets"), { "*.cpp" },
            QDir::Files, QDirIterator::Subdirectories);
        int uses = 0;
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            auto matches = use.globalMatch(QString::fromUtf8(file.readAll()));
            while (matches.hasNext()) {
                const QString name = matches.next().captured(1);
                ++uses;
                QVERIFY2(QFile::exists(":/icons/" + name + ".svg"),
                    qPrintable(file.fileName() + ": " + name));
            }
        }
        QVERIFY(uses > 10);
    }

    void noColourStandsOutsideTheTheme()
    {
        const QRegularExpression colour("#[0-9A-Fa-f]{6}\\b|QColor\\((?:0x|\\d|\"#)|Qt::(?:red|"
                                        "blue|green|yellow|gray|darkGray|lightGray)\\b");
        QDirIterator files(QStringLiteral(QUANTSCOPE_SOURCE_DIR "/widgets"), { "*.cpp", "*.h" },
            QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (QFileInfo(file).fileName().startsWith("theme"))
                continue;
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto match = colour.match(QString::fromUtf8(file.readAll()));
            QVERIFY2(!match.hasMatch(), qPrintable(file.fileName() + ": " + match.captured()));
        }
    }

    void segmentsAreExclusiveAndTellWhatWasChosen()
    {
        Segmented segments;
        segments.setSegments({ "Log", "Linear", "Other" });
        segments.show();
        QSignalSpy chosen(&segments, &Segmented::chosen);
        QTest::mouseClick(segments.findChildren<QToolButton*>()[1], Qt::LeftButton);
        QCOMPARE(segments.current(), 1);
        QCOMPARE(chosen.size(), 1);
        segments.setCurrent(2); // set by the program: nothing is told
        QCOMPARE(chosen.size(), 1);
        segments.setCurrent(-1);
        QCOMPARE(segments.current(), -1);
    }

    void aMessageStaysUntilItIsDismissed()
    {
        QWidget window;
        MessageBar bar(&window);
        QVERIFY(bar.isHidden());
        bar.setMessage(MessageBar::Kind::Failure,
            "Cannot write “a.gguf”: 1 MB is free, 2 MB are needed.", "All files are unchanged.");
        QPushButton* way = bar.addButton("Choose another folder...");
        QVERIFY(way->property("primary").toBool());
        QVERIFY(!bar.isHidden());
        window.show();
        QSignalSpy dismissed(&bar, &MessageBar::dismissed);
        for (QToolButton* button : bar.findChildren<QToolButton*>())
            if (button->toolTip() == "Dismiss")
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(dismissed.size(), 1);
        QVERIFY(bar.isHidden());
    }

private:
    Theme* m_theme = nullptr;
};

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/openshelf.h"
#include "app/session/preferences.h"
#include "app/session/session.h"

#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using app::Preferences;

namespace {

constexpr double giga = 1e9;

} // namespace

class TestPreferences : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    QString file() const { return m_folder->filePath("settings.ini"); }
    std::filesystem::path folder() const { return m_folder->path().toStdString(); }

    Preferences loaded() const
    {
        QSettings settings(file(), QSettings::IniFormat);
        return app::loadPreferences(settings);
    }

    Preferences loadedFrom(const QByteArray& text) const
    {
        QFile ini(file());
        if (ini.open(QIODevice::WriteOnly))
            ini.write(text);
        ini.close();
        return loaded();
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void beginsWithTheDefaults()
    {
        const Preferences preferences = loaded();
        QCOMPARE(preferences.language, QString());
        QCOMPARE(preferences.cacheFolder, QString());
        QCOMPARE(preferences.cacheLimit, std::uint64_t(20'000'000'000));
        QCOMPARE(preferences.threads, 0);
        QCOMPARE(preferences.context, app::Session::usualContext);
        QVERIFY(preferences.devices.empty());
    }

    void keepsWhatIsSaved()
    {
        Preferences preferences;
        preferences.language = "de";
        preferences.cacheFolder = "/mnt/large disk, second";
        preferences.cacheLimit = 7'000'000'000;
        preferences.threads = 3;
        preferences.context = 131'072;
        preferences.devices = { { "Büro, \"groß\"", 51.2 * giga, 32 * giga, {} },
            { "Telefon", 25.6 * giga, 6 * giga, {} } };
        {
            QSettings settings(file(), QSettings::IniFormat);
            app::savePreferences(settings, preferences);
        }
        Preferences kept = loaded();
        QCOMPARE(kept.language, preferences.language);
        QCOMPARE(kept.cacheFolder, preferences.cacheFolder);
        QCOMPARE(kept.cacheLimit, preferences.cacheLimit);
        QCOMPARE(kept.threads, preferences.threads);
        QCOMPARE(kept.context, preferences.context);
        QCOMPARE(kept.devices.size(), std::size_t(2));
        QCOMPARE(kept.devices[0].name, preferences.devices[0].name);
        QCOMPARE(kept.devices[1].memoryBytes, 6 * giga);
        QCOMPARE(kept.devices[1].bytesPerSecond, 25.6 * giga);

        kept.devices.erase(kept.devices.begin());
        QSettings settings(file(), QSettings::IniFormat);
        app::savePreferences(settings, kept);
        QCOMPARE(loaded().devices.size(), std::size_t(1));
    }

    void fallsBackWhereAValueIsNone_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("words") << QByteArray("language=tlh\ncontext=many\nthreads=all\n"
                                             "[cache]\nlimit=much\nfolder=somewhere");
        QTest::newRow("negative") << QByteArray(
            "context=-1\nthreads=-2\n[cache]\nlimit=-20000000000\nfolder=");
        QTest::newRow("nothing") << QByteArray("context=0\n[cache]\nlimit=0");
        QTest::newRow("huge") << QByteArray("context=99999999999999999999\nthreads=4294967297\n"
                                            "[cache]\nlimit=18446744073709551615");
        QTest::newRow("lists") << QByteArray("language=de, en\ncontext=1, 2\nthreads=1, 2\n"
                                             "[cache]\nlimit=1, 2\nfolder=/a, /b");
        QTest::newRow("other types")
            << QByteArray("language=@ByteArray(d)\ncontext=@Size(1 2)\nthreads=@Invalid()\n"
                          "[cache]\nlimit=@Rect(1 2 3 4)\nfolder=@Point(1 2)");
        QTest::newRow("no INI") << QByteArray("\0\xff\xfe[[[=\n=\n]", 11);
    }

    void fallsBackWhereAValueIsNone()
    {
        QFETCH(QByteArray, text);
        const Preferences preferences = loadedFrom(text);
        const Preferences usual;
        QCOMPARE(preferences.language, usual.language);
        QCOMPARE(preferences.cacheFolder, usual.cacheFolder);
        QCOMPARE(preferences.cacheLimit, usual.cacheLimit);
        QCOMPARE(preferences.threads, usual.threads);
        QCOMPARE(preferences.context, usual.context);
    }

    void leavesOutDevicesThatAreNone()
    {
        const Preferences preferences
            = loadedFrom("[ownDevices]\nsize=2000000000\n"
                         "1\\name=Good\n1\\memoryBytes=8e9\n1\\bytesPerSecond=5e10\n"
                         "2\\name=Good\n2\\memoryBytes=9e9\n2\\bytesPerSecond=5e10\n" // twice
                         "3\\name=\n3\\memoryBytes=8e9\n3\\bytesPerSecond=5e10\n"
                         "4\\name=NaN\n4\\memoryBytes=nan\n4\\bytesPerSecond=5e10\n"
                         "5\\name=Infinite\n5\\memoryBytes=8e9\n5\\bytesPerSecond=inf\n"
                         "6\\name=Negative\n6\\memoryBytes=-8e9\n6\\bytesPerSecond=5e10\n"
                         "7\\name=Without figures\n");
        QCOMPARE(preferences.devices.size(), std::size_t(1));
        QCOMPARE(preferences.devices[0].name, std::string("Good"));
        QCOMPARE(preferences.devices[0].memoryBytes, 8 * giga);
    }

    void keepsResultsInTheFirstFolderThatCanBeUsed()
    {
        const std::filesystem::path usual = folder() / "usual", chosen = folder() / "chosen";
        std::ofstream(folder() / "file") << "no folder";
        QCOMPARE(app::openShelf({ chosen, usual }, 5)->folder(), chosen / "shelf");
        QVERIFY(!std::filesystem::exists(usual));
        QCOMPARE(app::openShelf({ folder() / "file", usual }, 5)->folder(), usual / "shelf");
        QCOMPARE(app::openShelf({ folder() / "file" }, 5), nullptr);
    }
};

QTEST_APPLESS_MAIN(TestPreferences)
#include "tst_preferences.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// app → widgets → core, never back, and the order of the folders inside core (ARCHITECTURE.md):
// read from the sources themselves.
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>

namespace {

struct Source {
    QString path; ///< in the repository: "core/base/half.h"
    QString text;

    bool isIn(const QString& folder) const { return path.startsWith(folder + '/'); }
};

// A folder of core uses only those before it.
const QStringList coreOrder{ "base", "formats", "files", "tokenizer", "model", "generate", "stats", "rounding",
    "quant", "simulate", "measure", "search", "export" };

QList<Source> sourcesIn(const QStringList& folders)
{
    const QDir root(QUANTSCOPE_SOURCE_DIR);
    QList<Source> sources;
    for (const QString& folder : folders) {
        QDirIterator files(
            root.filePath(folder), { "*.h", "*.cpp" }, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (file.open(QIODevice::ReadOnly))
                sources.append(
                    { root.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll()) });
        }
    }
    return sources;
}

QStringList includesOf(const Source& source)
{
    static const QRegularExpression include(
        R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])", QRegularExpression::MultilineOption);
    QStringList includes;
    for (const auto& match : include.globalMatch(source.text))
        includes.append(match.captured(1));
    return includes;
}

bool isQt(const QString& include)
{
    static const QRegularExpression qt("^(Q[A-Z]|Qt|qcustomplot|qt)");
    return qt.match(include).hasMatch();
}

// Whether a file of core/<folder> includes a later folder of core, or one that is not in the order.
bool climbs(const Source& source, const QString& include)
{
    const qsizetype own = coreOrder.indexOf(source.path.section('/', 1, 1));
    const qsizetype other = coreOrder.indexOf(include.section('/', 1, 1));
    return own < 0 || other < 0 || other > own;
}

// Why `source` may not include `include`; empty if it may.
QString objection(const Source& source, const QString& include)
{
    const bool standsOnCoreOnly = source.isIn("core") || source.isIn("app/cli");
    if (standsOnCoreOnly && isQt(include))
        return "uses Qt";
    if (standsOnCoreOnly && include.startsWith("widgets/"))
        return "uses widgets";
    if ((source.isIn("core") || source.isIn("widgets")) && include.startsWith("app/"))
        return "uses app";
    if (source.isIn("core") && include.startsWith("core/") && climbs(source, include))
        return "uses a later folder of core";
    if (include == "qcustomplot.h" && !source.isIn("widgets/plots"))
        return "uses QCustomPlot outside widgets/plots";
    if (include.startsWith("tests/"))
        return "uses tests";
    return {};
}

QStringList objections(const Source& source)
{
    QStringList found;
    for (const QString& include : includesOf(source))
        if (const QString why = objection(source, include); !why.isEmpty())
            found.append(source.path + ": " + why + ": " + include);
    return found;
}

// What a signal handler reads, which no lock may guard: atomics, and nothing that starts a thread.
bool isForSignalHandlers(const Source& source)
{
    return source.path == "core/files/mappingguard.cpp"
        || source.path == "core/files/temporaryfiles.cpp";
}

// Threads start and meet in few places only; the command line's main is the twin of app/jobs.
QStringList threadsIn(const Source& source)
{
    if (source.path.startsWith("core/base/parallel.") || source.path == "core/base/interned.h"
        || source.path == "core/files/shelf.h" // its limit may change while workers use it
        || source.path.startsWith("app/jobs/") || source.path == "app/cli/main.cpp")
        return {};
    static const QRegularExpression threads(
        R"(\bstd::(jthread|thread|mutex|atomic|async|condition_variable)\b|\bQ(Thread|Mutex|Atomic|tConcurrent)|#\s*pragma\s+omp)");
    QStringList found;
    for (const auto& match : threads.globalMatch(source.text))
        if (match.captured(0) != "std::atomic" || !isForSignalHandlers(source))
            found.append(source.path + ": uses " + match.captured(0));
    return found;
}

// The namespace that a headline "namespace x {" of the source opens; types of different ones may be
// named alike.
QString namespaceOf(const QString& text)
{
    static const QRegularExpression opening(
        R"(^namespace ([a-z:]+) \{)", QRegularExpression::MultilineOption);
    return opening.match(text).captured(1);
}

// The types that a header defines at namespace level: "core::InputSums". Two headers that define
// one name break the one-definition rule, and the linker takes either one without a word.
QStringList typesDefinedIn(const Source& source)
{
    static const QRegularExpression type(
        R"(^(?:class|struct|enum class|enum|union) (\w+)(?: final)?(?: : [^;{]*)?\s*\{)",
        QRegularExpression::MultilineOption);
    QStringList found;
    for (const auto& match : type.globalMatch(source.text))
        found.append(namespaceOf(source.text) + "::" + match.captured(1));
    return found;
}

QStringList typesDefinedTwice(const QList<Source>& sources)
{
    QMap<QString, QString> definedIn;
    QStringList found;
    for (const Source& source : sources) {
        if (!source.path.endsWith(".h"))
            continue;
        for (const QString& type : typesDefinedIn(source)) {
            if (definedIn.contains(type))
                found.append(type + " is defined in " + definedIn[type] + " and " + source.path);
            definedIn.insert(type, source.path);
        }
    }
    return found;
}

// OpenBLAS is called in one place, which keeps it to one thread (blasmemory) and gives it memory.
QStringList blasIn(const Source& source)
{
    static const QRegularExpression blas(R"(\b(cblas_\w+|openblas_\w+|d(potr|pot|ges|sye)\w*_)\()");
    if (source.path == "core/base/blas.cpp" || source.path == "core/base/blasmemory.cpp")
        return {};
    QStringList found;
    for (const auto& match : blas.globalMatch(source.text))
        found.append(source.path + ": calls " + match.captured(1));
    return found;
}

bool hasLicence(const Source& source)
{
    return source.text.startsWith("// SPDX-License-Identifier: GPL-3.0-or-later\n");
}

} // namespace

class TestLayers : public QObject {
    Q_OBJECT

private slots:
    void lowerLayersNeverIncludeHigherOnes();
    void threadsLiveInTheirPlaces();
    void everySourceNamesItsLicence();
    void noTypeNameIsDefinedTwice();
    void seesATypeThatIsDefinedTwice();
    void openBlasIsCalledInOnePlace();
    void objectsToWhatIsForbidden_data();
    void objectsToWhatIsForbidden();
    void letsPassWhatIsAllowed();
};

void TestLayers::lowerLayersNeverIncludeHigherOnes()
{
    const QList<Source> sources = sourcesIn({ "core", "widgets", "app" });
    for (const QString& folder : coreOrder)
        QVERIFY2(std::any_of(sources.begin(), sources.end(),
                     [&](const Source& source) { return source.isIn("core/" + folder); }),
            qPrintable("core/" + folder + " has no sources"));
    QStringList found;
    for (const Source& source : sources)
        found += objections(source);
    QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
}

void TestLayers::threadsLiveInTheirPlaces()
{
    QStringList found;
    for (const Source& source : sourcesIn({ "core", "widgets", "app" }))
        found += threadsIn(source);
    QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
}

void TestLayers::everySourceNamesItsLicence()
{
    QStringList without;
    for (const Source& source : sourcesIn({ "core", "widgets", "app", "tests" }))
        if (!hasLicence(source))
            without.append(source.path);
    QVERIFY2(without.isEmpty(), qPrintable(without.join('\n')));
}

void TestLayers::noTypeNameIsDefinedTwice()
{
    const QList<Source> sources = sourcesIn({ "core", "widgets", "app" });
    QStringList types;
    for (const Source& source : sources)
        types += typesDefinedIn(source);
    for (const char* known : { "core::ChannelSums", "core::InputSums", "core::Role", "app::Jobs" })
        QVERIFY2(types.contains(known), known);
    const QStringList twice = typesDefinedTwice(sources);
    QVERIFY2(twice.isEmpty(), qPrintable(twice.join('\n')));
}

void TestLayers::seesATypeThatIsDefinedTwice()
{
    const Source stats{ "core/stats/sums.h", "namespace core {\n\nclass Sums {\n};\n}\n" };
    const Source rounding{ "core/rounding/sums.h",
        "namespace core {\nstruct Sums : Base {\n};\n}\n" };
    const Source widgets{ "widgets/sums.h",
        "namespace widgets {\nclass Sums;\nclass Sums {\n};\n}\n" };
    QCOMPARE(typesDefinedTwice({ stats, rounding, widgets }),
        QStringList("core::Sums is defined in core/stats/sums.h and core/rounding/sums.h"));
    QCOMPARE(typesDefinedTwice({ stats, widgets }), QStringList());
}

void TestLayers::openBlasIsCalledInOnePlace()
{
    QStringList found;
    for (const Source& source : sourcesIn({ "core", "widgets", "app" }))
        found += blasIn(source);
    QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    QCOMPARE(blasIn({ "core/a.cpp", "cblas_sgemm(CblasRowMajor);" }).size(), 1);
}

void TestLayers::objectsToWhatIsForbidden_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    QTest::newRow("Qt in core") << "core/base/a.h"
                                << "#include <QString>";
    QTest::newRow("Qt in the command line") << "app/cli/main.cpp"
                                            << "#include <QtGlobal>";
    QTest::newRow("widgets in core") << "core/quant/a.cpp"
                                     << "#include \"widgets/format.h\"";
    QTest::newRow("app in core") << "core/quant/a.cpp"
                                 << "#include \"app/jobs/jobs.h\"";
    QTest::newRow("app in widgets") << "widgets/a.cpp"
                                    << "#  include \"app/jobs/jobs.h\"";
    QTest::newRow("upwards in core") << "core/files/a.cpp"
                                     << "#include \"core/model/config.h\"";
    QTest::newRow("outside the order") << "core/extra/a.cpp"
                                       << "#include \"core/base/half.h\"";
    QTest::newRow("plots") << "widgets/pages/a.h"
                           << "#include <qcustomplot.h>";
    QTest::newRow("tests") << "app/main.cpp"
                           << "#include \"tests/support/tiny.h\"";
    QTest::newRow("thread") << "core/quant/a.cpp"
                            << "    std::thread worker(run);";
    QTest::newRow("thread where a signal handler reads") << "core/files/mappingguard.cpp"
                                                         << "std::jthread watcher;";
    QTest::newRow("mutex") << "widgets/a.h"
                           << "std::mutex m_mutex;";
    QTest::newRow("pool") << "app/window/mainwindow.cpp"
                          << "QThreadPool pool;";
    QTest::newRow("OpenMP") << "core/model/a.cpp"
                            << "#pragma omp parallel for";
}

void TestLayers::objectsToWhatIsForbidden()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    const Source source{ path, "#pragma once\n" + line + "\n" };
    QCOMPARE(objections(source).size() + threadsIn(source).size(), 1);
    QVERIFY(!hasLicence(source));
}

void TestLayers::letsPassWhatIsAllowed()
{
    const Source page{ "widgets/pages/a.cpp",
        "// SPDX-License-Identifier: GPL-3.0-or-later\n"
        "#include \"widgets/plots/histogramplot.h\"\n#include \"core/export/ggufexport.h\"\n"
        "#include <QLabel>\n#include <stop_token>\n" };
    const Source plot{ "widgets/plots/a.cpp", "#include <qcustomplot.h>\n" };
    const Source loop{ "core/base/parallel.cpp", "#include <thread>\nstd::jthread thread;\n" };
    const Source handler{ "core/files/mappingguard.cpp", "std::atomic<bool> isLost;\n" };
    const Source jobs{ "app/jobs/jobs.cpp",
        "#include <QThreadPool>\n#include \"core/base/error.h\"\n" };
    for (const Source& source : { page, plot, loop, handler, jobs })
        QCOMPARE(objections(source) + threadsIn(source), QStringList());
    QVERIFY(hasLicence(page));
}

QTEST_GUILESS_MAIN(TestLayers)
#include "tst_layers.moc"

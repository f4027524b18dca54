// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture.h"
#include "tests/support/filebytes.h"

#include <QTest>

using namespace core;

namespace {

QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

/// What sets the layers of an architecture apart from Llama's.
QStringList notesOf(const Architecture& architecture)
{
    QStringList notes;
    if (architecture.norm == NormKind::Layer)
        notes += "LayerNorm";
    if (architecture.normsAfter)
        notes += architecture.normsBefore ? "norms before and after" : "norms after";
    if (architecture.mayBeParallel)
        notes += "feed-forward beside attention where it is so";
    if (architecture.queryKeyNorm != QueryKeyNorm::None)
        notes += architecture.queryKeyNorm == QueryKeyNorm::HeadLayer
            ? "norms of q and k where there are"
            : "norms of q and k";
    if (architecture.normsValues)
        notes += "norm of v";
    if (architecture.hasLatents)
        notes += "latent attention";
    if (architecture.variesByLayer)
        notes += "two sizes of heads, shared keys and inputs of each layer's own where there are";
    if (architecture.learnsPositions)
        notes += "learned positions";
    if (architecture.attentionBiases == Biases::All)
        notes += "biases";
    if (architecture.attentionBiases == Biases::Queries)
        notes += "biases of q, k and v";
    if (architecture.attentionBiases == Biases::Optional)
        notes += "biases where there are";
    if (architecture.activation == Activation::ClampedSwish)
        notes += "clamped SwiGLU";
    else if (architecture.activation != Activation::Silu)
        notes += architecture.activation == Activation::Gelu ? "GELU" : "GELU (tanh)";
    if (architecture.hasSinks)
        notes += "attention sinks";
    if (architecture.gatesAttention)
        notes += "gated attention";
    if (!architecture.mixer.empty())
        notes += qt(architecture.mixer) + " in most layers";
    if (architecture.mayHaveExperts)
        notes += architecture.name == "llama" || architecture.hasExpertsBeside
            ? "experts where there are"
            : "experts";
    if (!architecture.isGated)
        notes += "no gate";
    if (architecture.fusesGateUp)
        notes += "gate and up in one tensor";
    if (architecture.alwaysTied)
        notes += "tied head";
    return notes;
}

/// The page's line about it.
QString rowOf(const Architecture& architecture)
{
    QStringList classes;
    for (const std::string_view name : architecture.classes)
        classes += qt(name);
    return QStringLiteral("| %1 | `%2` | %3 | ✓ | ✓ | ✓ | %4 |")
        .arg(qt(architecture.title), qt(architecture.name), classes.join(QStringLiteral(", ")),
            notesOf(architecture).join(QStringLiteral(", ")));
}

} // namespace

class TestArchitecturePage : public QObject {
    Q_OBJECT

private slots:
    void theHelpPageListsWhatTheTableOfArchitecturesSays()
    {
        const QString page
            = qt(support::readFile(QUANTSCOPE_SOURCE_DIR "/resources/help/architectures.md"));
        QStringList listed, expected;
        for (const QString& line : page.split(u'\n'))
            if (line.startsWith(QStringLiteral("| ")) && line.contains(u'`'))
                listed += line;
        for (const Architecture* architecture : architectures())
            expected += rowOf(*architecture);
        if (listed != expected)
            qWarning().noquote() << "the lines that the page should have:\n"
                                 << expected.join(u'\n');
        QCOMPARE(listed, expected);
    }
};

QTEST_APPLESS_MAIN(TestArchitecturePage)
#include "tst_architecturepage.moc"

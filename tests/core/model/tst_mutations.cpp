// SPDX-License-Identifier: GPL-3.0-or-later
// What the agreement with llama.cpp (tests/interop/tst_architectures.cpp) is worth: each property
// of each tiny checkpoint, changed, moves its probabilities by ten times what is allowed there.
#include "tests/core/model/mutations.h"
#include "tests/support/tinyarchitecture.h"

#include "core/base/error.h"
#include "core/model/architecture.h"
#include "core/model/expectedtensors.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace core;

namespace {

std::vector<int> randomTokens(int count)
{
    std::mt19937 generator(1);
    std::vector<int> tokens;
    for (int i = 0; i < count; ++i)
        tokens.push_back(1 + int(generator() % 287));
    return tokens;
}

std::vector<std::string> allNames()
{
    std::vector<std::string> names = support::tinyArchitectures();
    for (const std::string& name : support::tinyArchitecturesApart())
        names.push_back(name);
    return names;
}

} // namespace

class TestMutations : public QObject {
    Q_OBJECT

private slots:
    void everyPropertyShows_data();
    void everyPropertyShows();
    void everyPropertyIsInACheckpoint();
    void everyVectorIsInACheckpoint();

private:
    std::shared_ptr<const Checkpoint> open(const std::string& name);

    QTemporaryDir m_folder;
    std::set<std::string> m_seen; ///< names of mutations that something had
};

std::shared_ptr<const Checkpoint> TestMutations::open(const std::string& name)
{
    const std::filesystem::path folder = m_folder.filePath(name.c_str()).toStdString();
    if (!std::filesystem::exists(folder)) {
        std::filesystem::create_directory(folder);
        support::writeTinyArchitecture(name, folder);
    }
    return Checkpoint::open(folder);
}

void TestMutations::everyPropertyShows_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string& name : allNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestMutations::everyPropertyShows()
{
    QFETCH(QString, name);
    const auto checkpoint = open(name.toStdString());
    // The bounds of tests/interop/tst_architectures.cpp.
    const Activation activation = checkpoint->config().known()->activation;
    const bool isGelu = activation == Activation::GeluTanh || activation == Activation::Gelu;
    const float bound = isGelu ? 1e-2f : 1e-3f;
    const support::Dissected whole = support::dissect(*checkpoint);
    std::map<int, Matrix> unchanged;
    std::vector<support::Mutation> mutations = support::wiringMutations();
    for (support::Mutation& mutation : support::vectorMutations(*checkpoint))
        mutations.push_back(std::move(mutation));
    QStringList unseen;
    for (const support::Mutation& mutation : mutations) {
        support::Dissected changed = whole;
        if (!mutation.apply(changed))
            continue;
        m_seen.insert(mutation.name);
        const std::vector<int> tokens = randomTokens(mutation.length);
        Matrix& before = unchanged[mutation.length];
        if (before.size() == 0)
            before = support::logProbabilities(whole, tokens);
        const float moved
            = (support::logProbabilities(changed, tokens) - before).cwiseAbs().maxCoeff();
        if (!(moved > 10 * bound))
            unseen << QString("%1 moves them by %2").arg(mutation.name.c_str()).arg(double(moved));
    }
    QVERIFY2(unseen.isEmpty(), qPrintable(unseen.join("; ")));
}

void TestMutations::everyPropertyIsInACheckpoint()
{
    for (const support::Mutation& mutation : support::wiringMutations())
        QVERIFY2(m_seen.contains(mutation.name), mutation.name.c_str());
}

void TestMutations::everyVectorIsInACheckpoint()
{
    const std::set<Role> ofScaling{ Role::RopeFreqs, Role::RopeFactorsShort,
        Role::RopeFactorsLong }; // they become properties
    for (const std::string& name : allNames())
        for (const ExpectedTensor& expected : expectedTensors(open(name)->config())) {
            const Role role = expected.place.role;
            if (!isMatrix(role) && role != Role::PositionEmbd && !ofScaling.contains(role))
                QVERIFY2(m_seen.contains(std::string(roleName(role))), roleName(role).data());
        }
}

QTEST_GUILESS_MAIN(TestMutations)
#include "tst_mutations.moc"

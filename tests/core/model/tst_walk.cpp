// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/walk.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <chrono>
#include <thread>

using core::Checkpoint;
using core::HiddenStates;
using core::LinearInput;
using core::Matrix;
using support::TinyModel;

namespace {

std::shared_ptr<const Checkpoint> opened(const TinyModel& model)
{
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

std::vector<std::vector<int>> someSequences(int count, int length)
{
    std::vector<std::vector<int>> sequences;
    for (int i = 0; i < count; ++i) {
        sequences.emplace_back();
        for (int position = 0; position < length; ++position)
            sequences.back().push_back(1 + (31 * i + 7 * position + position * position) % 250);
    }
    return sequences;
}

/// Writes down what it is shown.
struct Listener : core::WalkObserver {
    std::vector<std::string> events;
    std::vector<Matrix> inputs;
    std::thread::id thread = std::this_thread::get_id();
    bool alwaysHere = true;

    void note(const std::string& event)
    {
        events.push_back(event);
        alwaysHere = alwaysHere && std::this_thread::get_id() == thread;
    }
    void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index firstRow) override
    {
        note("input " + std::to_string(int(input)) + " of " + std::to_string(layer) + ": "
            + std::to_string(firstRow) + "+" + std::to_string(x.rows()) + "x"
            + std::to_string(x.cols()));
        inputs.push_back(x);
    }
    void residual(int depth, const core::MatrixView& hidden, Eigen::Index firstRow) override
    {
        note("depth " + std::to_string(depth) + ": " + std::to_string(firstRow) + "+"
            + std::to_string(hidden.rows()));
    }
};

Matrix walked(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
{
    HiddenStates hidden = core::embed(checkpoint, sequences);
    core::walk(hidden, checkpoint, nullptr, {});
    return hidden.states;
}

} // namespace

class TestWalk : public QObject {
    Q_OBJECT
private slots:
    void embedsTokens()
    {
        const auto checkpoint = opened({});
        const HiddenStates hidden = core::embed(*checkpoint, { { 3, 5 }, { 5, 0 } });
        QCOMPARE(hidden.length, 2);
        QCOMPARE(hidden.sequences(), 2);
        const Matrix table = core::decode(checkpoint->head());
        QVERIFY(hidden.states.row(0) == table.row(3));
        QVERIFY(hidden.states.row(1) == table.row(5));
        QVERIFY(hidden.states.row(2) == table.row(5));
        QVERIFY(hidden.states.row(3) == table.row(0));
    }

    void namesATokenOutsideTheVocabulary()
    {
        const auto checkpoint = opened({});
        const int vocabulary = checkpoint->config().vocabulary;
        for (const int token : { -1, vocabulary })
            QCOMPARE(support::messageOf([&] {
                core::embed(*checkpoint, { { 1, token } });
            }),
                "token " + std::to_string(token) + " is no token of the model, expected 0 to "
                    + std::to_string(vocabulary - 1));
    }

    void showsEverythingInOrderOnTheCallingThread()
    {
        TinyModel model;
        model.layers = 1;
        const auto checkpoint = opened(model);
        const int length = core::walkTileTokens / 2; // two tiles: 2 sequences and 1
        HiddenStates hidden = core::embed(*checkpoint, someSequences(3, length));
        Listener listener;
        core::walk(hidden, *checkpoint, &listener, {});
        const std::vector<std::string> expected{ "depth 0: 0+4096", "depth 0: 4096+2048",
            "input 0 of 0: 0+4096x64", "input 1 of 0: 0+4096x64", "depth 1: 0+4096",
            "input 2 of 0: 0+4096x64", "input 3 of 0: 0+4096x128", "depth 2: 0+4096",
            "input 0 of 0: 4096+2048x64", "input 1 of 0: 4096+2048x64", "depth 1: 4096+2048",
            "input 2 of 0: 4096+2048x64", "input 3 of 0: 4096+2048x128", "depth 2: 4096+2048",
            "input 4 of -1: 0+4096x64", "input 4 of -1: 4096+2048x64" };
        QCOMPARE(listener.events, expected);
        QVERIFY(listener.alwaysHere);
    }

    void showsWhatTheStepsCompute()
    {
        const auto checkpoint = opened({});
        HiddenStates hidden = core::embed(*checkpoint, someSequences(4, 32));
        const auto weights = core::loadLayer(*checkpoint, 0, {});
        const Matrix input = core::attentionInput(hidden.states, weights, {});
        const Matrix context = core::attentionContext(input, weights, 32, {});
        Listener listener;
        core::walkLayer(hidden, weights, 0, &listener, {});
        QCOMPARE(listener.inputs.size(), std::size_t(4));
        QVERIFY(listener.inputs[0] == input);
        QVERIFY(listener.inputs[1] == context);
    }

    void givesTheSameBitsForAnyNumberOfThreads()
    {
        const auto checkpoint = opened({});
        const auto sequences = someSequences(9, 100);
        const Matrix many = walked(*checkpoint, sequences);
        const support::OneProcessor one;
        QVERIFY(walked(*checkpoint, sequences) == many);
    }

    void reportsProgressFromNothingToAll()
    {
        const auto checkpoint = opened({});
        HiddenStates hidden = core::embed(*checkpoint, someSequences(4, 16));
        std::vector<double> reports;
        core::walk(hidden, *checkpoint, nullptr,
            core::Progress({}, [&](double done, const std::string&) { reports.push_back(done); }));
        QVERIFY(std::is_sorted(reports.begin(), reports.end()));
        QCOMPARE(reports.front(), 0.0);
        QCOMPARE(reports.back(), 1.0);
    }

    void stopsWithinASecondInTheMiddleOfALargeLayer()
    {
        TinyModel model;
        model.hidden = 512;
        model.feedForward = 2048;
        model.heads = 8;
        model.headSize = 64;
        model.layers = 1;
        const auto checkpoint = opened(model);
        const auto weights = core::loadLayer(*checkpoint, 0, {});
        HiddenStates hidden = core::embed(*checkpoint, someSequences(64, 256));
        std::stop_source stop;
        std::chrono::steady_clock::time_point asked;
        const std::jthread user([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            asked = std::chrono::steady_clock::now();
            stop.request_stop();
        });
        const core::Progress progress(stop.get_token(), {});
        const auto walkForever = [&] {
            for (;;) // however quick the machine is, it is stopped in the middle
                core::walkLayer(hidden, weights, 0, nullptr, progress);
        };
        QVERIFY_EXCEPTION_THROWN(walkForever(), core::Cancelled);
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
    }
};

QTEST_APPLESS_MAIN(TestWalk)
#include "tst_walk.moc"

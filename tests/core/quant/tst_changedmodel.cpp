// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "tests/core/quant/smallrun.h"

#include <QtTest>

#include <fstream>
#include <utility>

using namespace core;
using namespace smallrun;

class TestChangedModel : public QObject {
    Q_OBJECT

private slots:
    void aModelThatIsChangedGivesNoResult();
};

void TestChangedModel::aModelThatIsChangedGivesNoResult()
{
    const QTemporaryDir folder;
    const auto model = openModel(folder.path().toStdString(), { .hidden = 64 });
    const std::filesystem::path file = model->tensors().front().file;
    const Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    int done = 0;
    const auto runAndTouchAfter = [&](int tensors) {
        std::string message = "nothing";
        try {
            (void)quantize(
                model, recipe, {},
                [&](const TensorReport&) {
                    if (++done == tensors)
                        std::ofstream(file, std::ios::binary | std::ios::app) << 'x';
                },
                Progress());
        } catch (const Error& error) {
            message = error.what();
        }
        return message;
    };
    QCOMPARE(runAndTouchAfter(0), std::string("nothing"));
    const int last = std::exchange(done, 0);
    for (const int tensors : { last, 1 }) { // the second finds a model that is changed already
        const std::string message = runAndTouchAfter(tensors);
        QVERIFY2(
            message.find("was changed while it was open") != std::string::npos, message.c_str());
    }
}

QTEST_GUILESS_MAIN(TestChangedModel)
#include "tst_changedmodel.moc"

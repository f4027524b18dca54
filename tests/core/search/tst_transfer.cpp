// SPDX-License-Identifier: GPL-3.0-or-later
// Losses in formats that no walk has tried, from those in formats that one has.
#include "core/files/textfile.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"
#include "core/search/transfer.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <algorithm>
#include <filesystem>
#include <string>

using core::Checkpoint;
using core::SensitivityTable;

namespace {

using Sequences = std::vector<std::vector<int>>;
using Formats = std::vector<const core::Format*>;

Formats formatsOf(std::initializer_list<const char*> names)
{
    Formats formats;
    for (const char* name : names)
        formats.push_back(core::findFormat(name));
    return formats;
}

SensitivityTable measured(const Checkpoint& model, const Sequences& sequences, Formats formats,
    Formats also, core::Method method = core::Method::Importance)
{
    core::SensitivitySettings settings;
    settings.formats = std::move(formats);
    settings.alsoFormats = std::move(also);
    settings.method = method;
    return core::measureSensitivity(model, sequences, settings, nullptr, {}, {});
}

/// By tensor, what follows over what the walk finds.
std::vector<double> ratios(
    const SensitivityTable& followed, const SensitivityTable& walked, const core::Format* format)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < walked.tensors.size(); ++i) {
        const auto method = core::Method::Importance;
        const auto* direct = core::figureOf(walked.tensors[i], format, method);
        const auto* other = core::figureOf(followed.tensors[i], format, method);
        if (direct && other && other->isTransferred)
            ratios.push_back(other->kld / direct->kld);
    }
    std::ranges::sort(ratios);
    return ratios;
}

} // namespace

class TestTransfer : public QObject {
    Q_OBJECT

private slots:
    void whatFollowsIsNearWhatTheWalkFinds()
    {
        const std::filesystem::path sample
            = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";
        const auto model = Checkpoint::open(sample);
        const Sequences text = core::tokenSequences(
            model->tokenizer(), core::readTextFile(sample / "calibration.txt"), 256, 32);
        const Formats others = formatsOf({ "Q4_0", "Q5_1", "Q6_K" });
        const auto followed = measured(*model, text, formatsOf({ "Q3_K", "Q4_K", "Q8_0" }), others);
        const auto walked = measured(*model, text, others, {});
        for (const core::Format* format : others) {
            const auto all = ratios(followed, walked, format);
            QVERIFY2(
                all.size() > 20, (std::string(format->name) + std::to_string(all.size())).c_str());
            const double median = all[all.size() / 2], low = all[all.size() / 10],
                         high = all[all.size() * 9 / 10];
            const std::string told = std::string(format->name) + ": " + std::to_string(low) + ", "
                + std::to_string(median) + ", " + std::to_string(high);
            QVERIFY2(median > 0.85 && median < 1.2 && low > 0.65 && high < 1.5, told.c_str());
        }
    }

    void whatTheWalkFindsStaysAsItIs()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("llama-experts", folder.path());
        const auto model = Checkpoint::open(folder.path());
        const Sequences text{ { 1, 5, 9, 13, 2, 7, 30, 31 }, { 3, 4, 8, 12, 40, 41, 42, 43 } };
        const Formats walked = formatsOf({ "Q4_0", "Q8_0" });
        const auto alone = measured(*model, text, walked, {});
        auto both = measured(*model, text, walked, core::otherSensitivityFormats());
        int followed = 0;
        for (core::TensorSensitivity& tensor : both.tensors)
            followed += int(std::erase_if(tensor.figures,
                [](const core::SensitivityFigure& figure) { return figure.isTransferred; }));
        QVERIFY(followed > int(both.tensors.size())); // stacks of experts, too
        QVERIFY(core::sensitivityToBytes(both) == core::sensitivityToBytes(alone));
    }

    void aRecipeOfAnyFormatIsPredicted()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("llama-experts", folder.path());
        const auto model = Checkpoint::open(folder.path());
        core::SensitivitySettings settings;
        settings.formats = core::usualSensitivityFormats();
        settings.alsoFormats = core::otherSensitivityFormats();
        const SensitivityTable rough = core::roughSensitivity(*model, settings, {});
        for (const core::Format* format : core::allFormats()) {
            core::Recipe recipe;
            recipe.format = format;
            recipe.method = core::Method::RoundToNearest;
            const auto predicted
                = core::predictedKld(*model, core::planTensors(*model, recipe), rough);
            QVERIFY2(predicted.unknown == 0, std::string(format->name).c_str());
        }
    }

    void theSameTableGoesOnWithTheSameFormats()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("qwen2", folder.path());
        const auto model = Checkpoint::open(folder.path());
        Sequences text;
        for (int i = 0; i < 12; ++i) {
            text.emplace_back();
            for (int position = 0; position < 256; ++position)
                text.back().push_back((31 * i + 7 * position + position * position) % 200);
        }
        core::SensitivitySettings settings;
        settings.formats = formatsOf({ "Q4_0" });
        settings.alsoFormats = formatsOf({ "Q5_0", "Q8_0" });
        const auto whole = core::measureSensitivity(*model, text, settings, nullptr, {}, {});
        settings.most = 4;
        const auto begun = core::measureSensitivity(*model, text, settings, nullptr, {}, {});
        settings.most = 0;
        QVERIFY(core::sensitivityToBytes(
                    core::measureSensitivity(*model, text, settings, &begun, {}, {}))
            == core::sensitivityToBytes(whole));
    }
};

QTEST_GUILESS_MAIN(TestTransfer)
#include "tst_transfer.moc"

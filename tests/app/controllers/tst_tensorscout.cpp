// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/tensorscout.h"

#include "app/session/keptweights.h"
#include "tests/app/presenters/presentertest.h"

#include <QTest>

#include <algorithm>
#include <string>

class TestTensorScout : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<app::TensorScout> m_scout;
    std::vector<std::pair<int, const core::Format*>> m_order; ///< as they were prepared

    void attach() override
    {
        m_scout = std::make_unique<app::TensorScout>(jobs(), session(), selection(), nullptr);
        m_order.clear();
        connect(&session().previews(), &app::PreviewCache::inserted, this,
            [this](
                int tensor, const core::Format* format) { m_order.emplace_back(tensor, format); });
    }

    void detach() override { m_scout.reset(); }

    /// Six tensors of a model whose every tensor is rounded in no time.
    std::vector<int> selectSix()
    {
        support::TinyModel model;
        model.hidden = 32;
        model.heads = 2;
        model.feedForward = 32;
        return PresenterTest::selectSix(model);
    }

private slots:
    void preparesEveryFormatOfAllSelectedTensors()
    {
        const std::vector<int> tensors = selectSix();
        QTRY_VERIFY(m_scout->isIdle());
        for (const int tensor : tensors) {
            for (const core::Format* format : core::allFormats()) {
                const core::Format* stored = core::fallbackFormat(format, 32);
                QVERIFY2(!format->grid || session().previews().find(tensor, stored),
                    std::string(format->name).c_str());
            }
        }
        QCOMPARE(session().weightStatsMissing(), 0);
    }

    void goesThroughTheSelectionTensorByTensor()
    {
        const std::vector<int> tensors = selectSix();
        QTRY_VERIFY(m_scout->isIdle());
        std::vector<int> order;
        for (const auto& [tensor, format] : m_order) {
            const bool other = format != &core::formats::q8_0;
            if (other && (order.empty() || order.back() != tensor))
                order.push_back(tensor);
        }
        order.resize(tensors.size()); // after those come the unselected ones
        QCOMPARE(order, tensors);
    }

    void whatIsLookedAtComesFirst()
    {
        selectSix();
        selection().look(&core::formats::q5_1);
        QTRY_VERIFY(m_order.size() > 8);
        const auto looked = std::count_if(m_order.begin(), m_order.begin() + 8,
            [](const auto& each) { return each.second == &core::formats::q5_1; });
        QVERIFY(looked >= 5);
    }

    void whatWasMeasuredIsFoundWhenTheModelIsOpenedAgain()
    {
        std::filesystem::create_directory(folder() / "shelf");
        const auto shelf = std::make_shared<const core::Shelf>(folder() / "shelf");
        m_scout = std::make_unique<app::TensorScout>(jobs(), session(), selection(), shelf);
        open();
        QTRY_VERIFY(session().weightStatsMissing() == 0 && m_scout->isIdle());
        QCOMPARE(shelf->entries().size(), std::size_t(1));
        const auto checkpoint = session().checkpoint();
        const app::WeightStats kept = app::findWeights(*shelf, *checkpoint);
        QCOMPARE(kept.size(), checkpoint->tensors().size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const core::TensorStats& measured = *session().weightStats(int(i));
            QCOMPARE(kept[i]->moments.kurtosis, measured.moments.kurtosis);
            QCOMPARE(kept[i]->histogram.counts, measured.histogram.counts);
            QCOMPARE(kept[i]->inputAbsmax, measured.inputAbsmax);
            QCOMPARE(kept[i]->outputAbsmax, measured.outputAbsmax);
        }
        // Told apart from measuring anew by a figure that no weights have.
        auto marked = std::make_shared<core::TensorStats>(*kept[0]);
        marked->moments.kurtosis = 4711;
        app::WeightStats others = kept;
        others[0] = marked;
        app::keepWeights(*shelf, *checkpoint, others);
        reopen();
        QTRY_VERIFY(session().weightStatsMissing() == 0 && m_scout->isIdle());
        QCOMPARE(session().weightStats(0)->moments.kurtosis, 4711.0);
    }

    void opensAModelAfterASmallerOne()
    {
        selectSix();
        selection().setTensors({});
        support::TinyModel larger;
        larger.layers = 9;
        open(larger);
        QTRY_VERIFY(m_scout->isIdle());
        QCOMPARE(session().weightStatsMissing(), 0);
    }
};

QTEST_MAIN(TestTensorScout)
#include "tst_tensorscout.moc"

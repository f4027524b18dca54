// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/tensorscout.h"

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
        m_scout = std::make_unique<app::TensorScout>(jobs(), session(), selection());
        m_order.clear();
        connect(&session().previews(), &app::PreviewCache::inserted, this,
            [this](
                int tensor, const core::Format* format) { m_order.emplace_back(tensor, format); });
    }

    void detach() override { m_scout.reset(); }

    /// Opens a model and selects a role in its six layers.
    std::vector<int> selectSix()
    {
        support::TinyModel model;
        model.layers = 6;
        model.hidden = 32;
        model.heads = 2;
        model.feedForward = 32;
        open(model);
        session().usePreset("Q8_0");
        std::vector<int> tensors;
        for (int layer = 0; layer < 6; ++layer)
            tensors.push_back(tensor(core::Role::FfnUp, layer));
        selection().setTensors(tensors);
        return tensors;
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/agreement.h"

#include <QTest>

using core::Agreement;
using core::agreementOf;

class TestAgreement : public QObject {
    Q_OBJECT
private slots:
    void equalContinuationsNeverDiverge()
    {
        const Agreement agreement = agreementOf({ 4, 5, 6 }, { 4, 5, 6 });
        QVERIFY(!agreement.firstDivergence);
        QCOMPARE(agreement.matchRate(), 1.0);
        QCOMPARE(agreementOf({}, {}).matchRate(), 1.0);
    }

    void placesAreComparedOneByOne()
    {
        const Agreement agreement = agreementOf({ 4, 9, 6, 7 }, { 4, 5, 6, 8 });
        QCOMPARE(agreement.firstDivergence, std::optional<int>(1));
        QCOMPARE(agreement.matchRate(), 0.5);
    }

    void theOneThatEndsEarlierDivergesThere()
    {
        const Agreement agreement = agreementOf({ 4, 5 }, { 4, 5, 6, 8 });
        QCOMPARE(agreement.firstDivergence, std::optional<int>(2));
        QCOMPARE(agreement.matchRate(), 0.5);
    }

    void aTextThatGoesOnTheSameDiffersOnlyWhereItDoes()
    {
        using Marks = std::vector<bool>;
        QVERIFY(core::differing({ 1, 9, 3, 4 }, { 1, 2, 3, 4 }) == Marks({ 0, 1, 0, 0 }));
        QVERIFY(core::differing({ 1, 8, 9, 2, 3 }, { 1, 2, 3 }) == Marks({ 0, 1, 1, 0, 0 }));
        QVERIFY(core::differing({ 2, 3 }, { 1, 2, 3 }) == Marks({ 0, 0 })); // nothing of its own
        QVERIFY(core::differing({ 7, 7 }, {}) == Marks({ 1, 1 }));
        QVERIFY(core::differing({}, { 1 }).empty());
    }

    void severalPromptsAddUp()
    {
        const Agreement sum = agreementOf({ 1, 2, 3 }, { 1, 2, 4 }) + agreementOf({ 5 }, { 5 })
            + agreementOf({ 1, 2 }, { 1, 3 });
        QCOMPARE(sum.firstDivergence, std::optional<int>(1));
        QCOMPARE(sum.matching, std::int64_t(4));
        QCOMPARE(sum.tokens, std::int64_t(6));
    }
};

QTEST_APPLESS_MAIN(TestAgreement)
#include "tst_agreement.moc"

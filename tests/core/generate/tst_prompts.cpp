// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/prompts.h"

#include "core/base/error.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <fstream>

using Texts = std::vector<std::vector<int>>;

class TestPrompts : public QObject {
    Q_OBJECT
private slots:
    void aLineIsAPrompt()
    {
        const support::TemporaryFolder folder;
        std::ofstream(folder / "p.txt", std::ios::binary) << "one\r\n\ntwo words\n";
        QVERIFY(core::readPrompts(folder / "p.txt")
            == std::vector<std::string>({ "one", "two words" }));
        std::ofstream(folder / "none.txt") << "\n\n";
        const std::string message
            = support::messageOf([&] { (void)core::readPrompts(folder / "none.txt"); });
        QVERIFY2(message.find("holds no prompt") != std::string::npos, message.c_str());
    }

    void beginningsLieEvenlyInTheText()
    {
        const Texts text{ { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 }, { 10, 11, 12 } };
        QVERIFY(core::beginningsOf(text, 2, 2) == Texts({ { 1, 2 }, { 7, 8 } }));
        QCOMPARE(core::beginningsOf(text, 9, 8).size(), std::size_t(4));
        QVERIFY(core::beginningsOf({}, 3, 2).empty());
    }

    void aModelAgreesWithItself()
    {
        const support::TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        core::Generator generator(core::Checkpoint::open(folder.path()), 1u << 30);
        const Texts prompts{ { 4, 5, 6 }, { 9, 8 } };
        const Texts once = core::continueAll(generator, prompts, { 6, {} }, {});
        const Texts again = core::continueAll(generator, prompts, { 6, {} }, {});
        const core::PromptsAgreement same = core::agreementOver(again, once);
        QCOMPARE(same.prompts, 2);
        QCOMPARE(same.same, 2);
        QCOMPARE(same.all.matchRate(), 1.0);
        Texts other = once;
        other[1][3] += 1;
        const core::PromptsAgreement apart = core::agreementOver(other, once);
        QCOMPARE(apart.same, 1);
        QCOMPARE(apart.all.matching, std::int64_t(11));
    }
};

QTEST_APPLESS_MAIN(TestPrompts)
#include "tst_prompts.moc"

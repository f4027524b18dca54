// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/textneeds.h"
#include "tests/support/tinymodel.h"

#include <QtTest>

using namespace core;

class TestTextNeeds : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void countsTheWidestInputThatGptqReads();
    void wantsNothingWhereGptqReadsNothing();
    void saysTheNumbersWhereTextIsLittle();

private:
    std::vector<PlannedTensor> planBy(Method method) const
    {
        Recipe recipe;
        recipe.format = findFormat("Q4_0");
        recipe.method = method;
        return planTensors(*m_checkpoint, recipe);
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint; ///< feed-forward 1536 wide
};

void TestTextNeeds::initTestCase()
{
    support::TinyModel model;
    model.feedForward = 1536;
    support::writeTinyModel(model, m_folder.path().toStdString());
    m_checkpoint = Checkpoint::open(m_folder.path().toStdString());
}

void TestTextNeeds::countsTheWidestInputThatGptqReads()
{
    const TextNeeds needs = textNeeds(*m_checkpoint, planBy(Method::Gptq), 2048);
    QCOMPARE(needs.widest, 1536);
    QCOMPARE(needs.wanted, 7525); // 192 √1536
    QVERIFY(needs.isLittle());
    QVERIFY(!textNeeds(*m_checkpoint, planBy(Method::Gptq), 7525).isLittle());
}

void TestTextNeeds::wantsNothingWhereGptqReadsNothing()
{
    const TextNeeds needs = textNeeds(*m_checkpoint, planBy(Method::Importance), 1);
    QVERIFY(!needs.isLittle());
    QCOMPARE(littleTextSentence(needs), std::string());
}

void TestTextNeeds::saysTheNumbersWhereTextIsLittle()
{
    const std::string sentence
        = littleTextSentence(textNeeds(*m_checkpoint, planBy(Method::Gptq), 2048));
    QVERIFY2(sentence.starts_with("2048 tokens for inputs up to 1536 wide are 1.3 a channel: below "
                                  "7525 tokens GPTQ believes less than half"),
        sentence.c_str());
}

QTEST_GUILESS_MAIN(TestTextNeeds)
#include "tst_textneeds.moc"

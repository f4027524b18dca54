// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/lenientjson.h"
#include "tests/support/filebytes.h"

#include <QTest>
#include <QtCore/qfloat16.h>

using core::Json;
using core::LenientJson;
using support::messageOf;
using support::TemporaryFolder;

namespace {

LenientJson read(const std::string& bytes)
{
    const TemporaryFolder folder;
    support::writeFile(folder / "a.json", bytes);
    LenientJson found = core::readOptionalJson(folder / "a.json");
    const std::string path = (folder / "a.json").string();
    if (found.fault.starts_with(path))
        found.fault.replace(0, path.size(), "FILE");
    return found;
}

} // namespace

class TestLenientJson : public QObject {
    Q_OBJECT
private slots:
    void takesSoundJsonAsItIs()
    {
        const LenientJson found = read("\xef\xbb\xbf{\"a\": \"NaN \\\" Infinity\",\r\n \"b\": -1}");
        QCOMPARE(found.fault, std::string());
        QCOMPARE(found.value, Json({ { "a", "NaN \" Infinity" }, { "b", -1 } }));
    }

    void takesWhatPythonWritesForNumbersThatAreNone()
    {
        const LenientJson found = read(R"({"a": Infinity, "b": [NaN, -Infinity], "c": "x\\"})");
        QCOMPARE(found.value,
            Json({ { "a", "Infinity" }, { "b", { "NaN", "-Infinity" } }, { "c", "x\\" } }));
        QCOMPARE(found.fault, std::string("FILE: holds Infinity, which is no number of JSON"));
    }

    void replacesBytesThatAreNoText()
    {
        const LenientJson found = read("{\"a\": \"caf\xe9\"}");
        QCOMPARE(found.value["a"].get<std::string>(), std::string("caf\xef\xbf\xbd"));
        QCOMPARE(found.fault, std::string("FILE: byte 10 is no part of a UTF-8 character"));
    }

    void passesOverADamagedFile()
    {
        for (const char* bytes : { "{", "", "version https://git-lfs.github.com/spec/v1\n" }) {
            const LenientJson found = read(bytes);
            QVERIFY(found.value.is_null());
            QVERIFY2(found.fault.starts_with("FILE: ")
                    && found.fault.ends_with("; the file is passed over"),
                found.fault.c_str());
        }
    }

    void saysNothingOfAFileThatIsNotThere()
    {
        const TemporaryFolder folder;
        QCOMPARE(core::readOptionalJson(folder / "a.json").fault, std::string());
        std::filesystem::create_symlink("nowhere", folder / "a.json");
        QVERIFY(!core::readOptionalJson(folder / "a.json").fault.empty());
    }

    void refusesDamageWhereTheFileIsNeeded()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "a.json", "{");
        QVERIFY(messageOf([&] {
            core::readLenientJson(folder / "a.json");
        }).starts_with((folder / "a.json").string() + ": no valid JSON at byte 2"));
    }
};

QTEST_APPLESS_MAIN(TestLenientJson)
#include "tst_lenientjson.moc"

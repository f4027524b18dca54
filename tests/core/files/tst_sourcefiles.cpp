// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/sourcefiles.h"
#include "tests/support/filebytes.h"

#include <QTest>

using core::SourceFiles;
using support::messageOf;

namespace fs = std::filesystem;

class TestSourceFiles : public QObject {
    Q_OBJECT
private slots:
    void everyLinkToAFileIsTheFile()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.gguf", "a");
        support::writeFile(folder / "other.gguf", "a");
        fs::create_symlink("a.gguf", folder / "link");
        fs::create_symlink("link", folder / "link of a link");
        fs::create_hard_link(folder / "a.gguf", folder / "hard");
        fs::create_directory_symlink(".", folder / "here");
        SourceFiles files;
        files.add(folder / "link", "the model");
        for (const char* name :
            { "a.gguf", "link", "link of a link", "hard", "here/a.gguf", "./here/./a.gguf" })
            QCOMPARE(files.find(folder / name), std::optional<std::string>("the model"));
        for (const char* name : { "other.gguf", "new.gguf", "absent/a.gguf" })
            QVERIFY(!files.find(folder / name));
        QCOMPARE(messageOf([&] { files.requireNotAmong(folder / "hard"); }),
            (folder / "hard").string()
                + ": is the model and is never replaced, expected the name of another file");
        files.requireNotAmong(folder / "new.gguf");
    }

    void knowsThePlaceOfAFileThatIsGone()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.gguf", "a");
        SourceFiles files;
        files.add(folder / "a.gguf", "the model");
        fs::remove(folder / "a.gguf");
        QVERIFY(files.find(folder / "a.gguf"));
    }

    void leavesOutFoldersAndWhatIsNotThere()
    {
        const support::TemporaryFolder folder;
        SourceFiles files;
        files.add(folder.path(), "the model");
        files.add(folder / "absent", "the text");
        files.add({}, "the text");
        QVERIFY(!files.find(folder.path()));
        QVERIFY(!files.find(folder / "absent"));
        QVERIFY(!files.find({}));
    }
};

QTEST_APPLESS_MAIN(TestSourceFiles)
#include "tst_sourcefiles.moc"

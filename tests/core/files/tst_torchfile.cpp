// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/files/safetensors.h"
#include "core/files/torchfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/torchwriter.h"

#include <QTest>

using support::little;
using support::pickled;
using support::TemporaryFolder;
using support::TorchTensor;

namespace {

std::string floats(std::initializer_list<float> values)
{
    std::string bytes;
    for (const float value : values)
        bytes += little(value);
    return bytes;
}

const TorchTensor two{ "a.weight", "FloatStorage", floats({ 1, 2, 3, 4, 5, 6 }), { 2, 3 } };

std::vector<core::StoredTensor> read(const TemporaryFolder& folder, const std::string& bytes)
{
    support::writeFile(folder / "m.bin", bytes);
    return core::readTorchFile(folder / "m.bin");
}

/// What is complained of, behind the file's name.
std::string complaint(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string message = support::messageOf([&] { read(folder, bytes); });
    const std::string name = (folder / "m.bin").string();
    return message.starts_with(name) ? message.substr(name.size()) : message;
}

std::vector<float> valuesOf(const core::StoredTensor& tensor)
{
    return core::decodedValues(tensor, 0, 1000);
}

std::string wrapped(const std::string& key, const std::string& value)
{
    return support::pickledDictionary({ { pickled(key), value } });
}

} // namespace

class TestTorchFile : public QObject {
    Q_OBJECT
private slots:
    void readsAStateDictionary()
    {
        const TemporaryFolder folder;
        const auto tensors = read(folder,
            support::torchBytes(
                { two, { "b", "HalfStorage", std::string("\0\0\0\x38", 4), { 1 }, { 7 }, 1 },
                    { "steps", "LongStorage", little(std::int64_t(9)), {} } }));
        QCOMPARE(tensors.size(), std::size_t(3));
        QCOMPARE(tensors[0].name, std::string("a.weight"));
        QCOMPARE(tensors[0].shape, (std::vector<std::int64_t>{ 2, 3 }));
        QCOMPARE(valuesOf(tensors[0]), (std::vector<float>{ 1, 2, 3, 4, 5, 6 }));
        QVERIFY(tensors[0].mapping);
        QCOMPARE(tensors[0].bytes.data(), tensors[0].mapping->bytes().data() + tensors[0].offset);
        QCOMPARE(valuesOf(tensors[1]), std::vector<float>{ 0.5f }); // begins at its second element
        QVERIFY(tensors[2].format->isWhole && tensors[2].shape.empty());
        QCOMPARE(valuesOf(tensors[2]), std::vector<float>{ 9 });
    }

    void readsEveryNumberType()
    {
        const auto value = [](const char* storage, const std::string& bytes, const char* dtype) {
            const TemporaryFolder folder;
            TorchTensor tensor{ "a", storage, bytes, { 1 } };
            tensor.dtype = dtype;
            return valuesOf(read(folder, support::torchBytes({ tensor })).front()).front();
        };
        QCOMPARE(value("DoubleStorage", little(0.5), ""), 0.5f);
        QCOMPARE(value("BFloat16Storage", std::string("\x80\x3f", 2), ""), 1.0f);
        QCOMPARE(value("CharStorage", "\xff", ""), -1.0f);
        QCOMPARE(value("ByteStorage", "\xff", ""), 255.0f);
        QCOMPARE(value("ShortStorage", "\xff\xff", ""), -1.0f);
        QCOMPARE(value("IntStorage", little(-7), ""), -7.0f);
        QCOMPARE(value("BoolStorage", "\x01", ""), 1.0f);
        QCOMPARE(value("", "\x40", "float8_e4m3fn"), 2.0f);
        QCOMPARE(value("", "\x40", "float8_e5m2"), 2.0f);
        QCOMPARE(value("", "\xff\xff", "uint16"), 65535.0f);
    }

    void listsNumbersThatItCannotDecode()
    {
        const TemporaryFolder folder;
        TorchTensor narrow{ "b", "", "xy", { 4 } };
        narrow.dtype = "float4_e2m1fn_x2";
        const auto tensors = read(folder,
            support::torchBytes(
                { { "a", "ComplexFloatStorage", std::string(16, 'x'), { 2 } }, narrow, two }));
        QVERIFY(!tensors[0].format && !tensors[1].format);
        QCOMPARE(core::storedType(tensors[0]), std::string_view("complex64"));
        QCOMPARE(tensors[0].bytes.size(), std::size_t(16));
        QCOMPARE(core::storedType(tensors[1]), std::string_view("float4_e2m1fn_x2"));
        QCOMPARE(valuesOf(tensors[2]).back(), 6.0f);
    }

    void findsTheModelInATrainingCheckpoint()
    {
        const TemporaryFolder folder;
        TorchTensor parameter = two;
        parameter.isParameter = true;
        for (const std::string& root : { wrapped("state_dict", support::stateDictionary({ two })),
                 wrapped("other", support::stateDictionary({ two })),
                 support::pickledDictionary({ { pickled("epoch"), pickled(std::int64_t(3)) },
                     { pickled("seen"),
                         support::pickledCall(support::pickledGlobal("builtins", "set"), { "]" }) },
                     { pickled("optimizer"), support::stateDictionary({ two, two }) },
                     { pickled("model"), support::stateDictionary({ parameter }) } }) }) {
            const auto tensors = read(folder, support::torchBytes({ two }, root));
            QCOMPARE(tensors.size(), std::size_t(1));
            QCOMPARE(valuesOf(tensors[0]).back(), 6.0f);
        }
    }

    void readsASizeThatIsCalled()
    {
        const TemporaryFolder folder;
        std::string root = support::stateDictionary({ two });
        const std::string size = support::pickledTuple({ pickled(2), pickled(3) });
        root.replace(root.find(size), size.size(),
            support::pickledCall(support::pickledGlobal("torch", "Size"), { size }));
        QCOMPARE(read(folder, support::torchBytes({ two }, root))[0].shape,
            (std::vector<std::int64_t>{ 2, 3 }));
    }

    void readsAnArchiveOf64Bits()
    {
        const TemporaryFolder folder;
        const auto tensors = read(folder,
            support::zipBytes(
                { { "x/data.pkl", support::pickle(support::stateDictionary({ two })) },
                    { "x/data/0", two.storage } },
                true));
        QCOMPARE(valuesOf(tensors.at(0)).back(), 6.0f);
    }

    void readsFilesOfOldVersions()
    {
        const TemporaryFolder folder;
        const auto tensors = read(folder,
            support::oldTorchBytes(
                { two, { "b", "LongStorage", little(std::int64_t(9)), { 1 } } }));
        QCOMPARE(valuesOf(tensors.at(0)), (std::vector<float>{ 1, 2, 3, 4, 5, 6 }));
        QCOMPARE(valuesOf(tensors.at(1)), std::vector<float>{ 9 });
    }

    void readsPiecesByTheirIndex()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "x-00001-of-00002.bin", support::torchBytes({ two }));
        support::writeFile(folder / "x-00002-of-00002.bin",
            support::torchBytes({ { "b", "ByteStorage", "abc", { 3 } } }));
        support::writeFile(folder / "pytorch_model.bin.index.json",
            R"({"weight_map":{"a.weight":"x-00001-of-00002.bin","b":"x-00002-of-00002.bin"}})");
        const auto found = core::readSafetensorsIndex(folder / "pytorch_model.bin.index.json");
        QCOMPARE(found.tensors.size(), std::size_t(2));
        QVERIFY(found.faults.empty());
    }

    void runsNoCode()
    {
        const std::string call = support::pickledCall(
            support::pickledGlobal("posix", "system"), { pickled("touch /tmp/x") });
        QCOMPARE(complaint(support::torchBytes({ two }, wrapped("a", call))),
            std::string(": model/data.pkl: the pickle calls for posix.system at byte 37, expected "
                        "tensors and containers only: it is not run. Save the model's "
                        "state_dict(), or convert it to safetensors"));
        const std::string byStack = pickled("builtins") + pickled("eval") + "\x93";
        QVERIFY(complaint(support::torchBytes({ two }, byStack)).find("builtins.eval")
            != std::string::npos);
    }

    void refusesTensorsThatDoNotLieRowByRow()
    {
        TorchTensor turned = two;
        turned.strides = { 1, 2 };
        QCOMPARE(complaint(support::torchBytes({ turned })),
            std::string(": tensor a.weight of shape [2, 3] lies with strides [1, 2] in its "
                        "storage, expected row by row: save it contiguous, as safetensors does"));
        turned.strides = { 0, 1 };
        QVERIFY(
            complaint(support::torchBytes({ turned })).find("strides [0, 1]") != std::string::npos);
    }

    void refusesATensorOutsideItsStorage()
    {
        TorchTensor wide = two;
        wide.shape = { 7 };
        QCOMPARE(complaint(support::torchBytes({ wide })),
            std::string(": tensor a.weight of shape [7] begins at element 0 of storage 0, which "
                        "has 24 bytes, expected it inside"));
        wide.shape = { 1 };
        wide.first = 6;
        QVERIFY(complaint(support::torchBytes({ wide })).ends_with("expected it inside"));
        wide.first = std::int64_t(1) << 62;
        QVERIFY(complaint(support::torchBytes({ wide })).ends_with("expected it inside"));
        wide.first = -1;
        QVERIFY(complaint(support::torchBytes({ wide })).find("where it begins -1")
            != std::string::npos);
        wide.first = 0;
        wide.shape = { std::int64_t(1) << 62, 4 };
        QVERIFY(complaint(support::torchBytes({ wide })).ends_with("expected it inside"));
    }

    void refusesWhatHoldsNoTensors()
    {
        QCOMPARE(complaint(support::torchBytes({}, wrapped("epoch", pickled(3)))),
            std::string(": the pickle holds no tensors but epoch, expected those of a model by "
                        "their names"));
        QCOMPARE(complaint(support::torchBytes({}, pickled(3))),
            std::string(": the pickle holds no dictionary, expected the tensors of a model by "
                        "their names"));
    }

    void refusesANameThatStandsTwice()
    {
        QCOMPARE(complaint(support::torchBytes({ two, two })),
            std::string(": tensor a.weight stands twice, expected once"));
    }

    void refusesADictionaryThatHoldsItself()
    {
        // d = {}; d["x"] = d, and lists in lists in lists
        const std::string circle
            = "}q" + std::string(1, '\0') + pickled("model") + "h" + std::string(1, '\0') + "s";
        QVERIFY(complaint(support::torchBytes({}, circle)).find("holds no tensors but model")
            != std::string::npos);
        std::string deep(200'000, ']');
        deep += std::string(199'999, 'a');
        QVERIFY(complaint(support::torchBytes({}, deep)).find("holds no dictionary")
            != std::string::npos);
    }

    void holdsAHostilePickleToLimits()
    {
        QVERIFY(complaint(support::torchBytes({}, std::string(3'000'000, 'N')))
                    .find("more than 250000 values on its stack")
            != std::string::npos);
        std::string dropped;
        for (int i = 0; i < 1'100'000; ++i)
            dropped += "]0";
        QVERIFY(complaint(support::torchBytes({}, dropped)).find("more than 1000000 containers")
            != std::string::npos);
    }

    void refusesDamagedPickles()
    {
        const auto inPickle = [](const std::string& operations) {
            return complaint(support::zipBytes({ { "m/data.pkl", operations } }));
        };
        const std::string place = ": m/data.pkl: the pickle ";
        QCOMPARE(inPickle("\x80\x06."), place + "has protocol 6, expected 2 to 5");
        QCOMPARE(inPickle("\x80\x02\xff."),
            place + "has operation 255 at byte 2, expected one of protocol 2 to 5");
        QCOMPARE(inPickle("t"),
            place
                + "looks for a mark that is not there at byte 0: the file is "
                  "damaged");
        QCOMPARE(inPickle("."),
            place
                + "takes a value that is not there at byte 0: the file is "
                  "damaged");
        QCOMPARE(inPickle(std::string("h\x05", 2)),
            place + "asks its memo for what is not there at byte 0: the file is damaged");
        QCOMPARE(inPickle("Nq\x05"),
            place + "leaves out numbers of its memo at byte 1: the file is damaged");
        QVERIFY(inPickle(std::string("X\xff\xff\xff\xff", 5)).find("needs 4294967295 bytes")
            != std::string::npos);
        QVERIFY(inPickle("N").find("an operation of the pickle") != std::string::npos);
    }

    void refusesDamagedArchives()
    {
        const std::string whole = support::torchBytes({ two });
        QCOMPARE(complaint(whole.substr(0, whole.size() - 100)),
            core::text(": is a zip archive that has ", whole.size() - 100,
                " bytes and no directory at its end: the download is not complete"));
        std::string compressed = whole;
        compressed[whole.rfind("PK\1\2") + 10] = 8; // deflated; the last entry is not needed
        QCOMPARE(complaint(compressed), std::string("no error"));
        compressed = whole;
        compressed[whole.find("PK\1\2") + 10] = 8;
        QCOMPARE(complaint(compressed),
            std::string(": model/data.pkl is compressed in the zip archive, expected it stored as "
                        "it is"));
        QVERIFY(complaint(support::zipBytes({ { "m/data.pkl",
                              support::pickle(support::stateDictionary({ two })) } }))
                    .starts_with(": holds no m/data/0, expected it in the zip archive"));
    }

    void namesOtherFiles()
    {
        QVERIFY(complaint("PK\3\4 something else").find("is a zip archive") != std::string::npos);
        QVERIFY(complaint("GGUF....").find("no PyTorch file") != std::string::npos);
        QCOMPARE(complaint("\x80\x02}q."),
            std::string(": is a pickle without the magic number of torch.save, expected a PyTorch "
                        "file: convert it to safetensors"));
    }
};

QTEST_APPLESS_MAIN(TestTorchFile)
#include "tst_torchfile.moc"

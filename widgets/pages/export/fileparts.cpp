// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/fileparts.h"

#include "widgets/format.h"
#include "widgets/pages/export/exportpage.h"

namespace widgets {
namespace {

    FilePart::Kind kindOf(core::Role role)
    {
        const std::string_view name = core::roleName(role);
        if (role == core::Role::TokenEmbd || role == core::Role::TokenEmbdPerLayer)
            return FilePart::Kind::Embedding;
        if (role == core::Role::Output)
            return FilePart::Kind::Head;
        if (!core::isMatrix(role))
            return FilePart::Kind::Norms;
        return name.starts_with("ffn_") ? FilePart::Kind::FeedForward
            : name.starts_with("attn_") ? FilePart::Kind::Attention
                                        : FilePart::Kind::Other;
    }

    Check::Kind fineIf(bool fine, Check::Kind otherwise)
    {
        return fine ? Check::Kind::Fine : otherwise;
    }

} // namespace

std::vector<FilePart> fileParts(const core::GgufPlan& plan)
{
    using Kind = FilePart::Kind;
    std::vector<FilePart> parts{ { Kind::Metadata, ExportPage::tr("Metadata, tokenizer"),
                                     plan.layout.dataStart, {} },
        { Kind::Embedding, QStringLiteral("token_embd"), 0, {} },
        { Kind::Attention, ExportPage::tr("Attention"), 0, {} },
        { Kind::FeedForward, ExportPage::tr("Feed-forward"), 0, {} },
        { Kind::Other, ExportPage::tr("Other matrices"), 0, {} },
        { Kind::Norms, ExportPage::tr("Norms and other vectors"), 0, {} },
        { Kind::Head, QStringLiteral("output"), 0, {} } };
    const core::GgufLayout& layout = plan.layout;
    for (std::size_t i = 0; i < plan.places.size(); ++i) {
        const std::uint64_t end
            = i + 1 < layout.offsets.size() ? layout.offsets[i + 1] : layout.fileSize;
        FilePart& part = parts[std::size_t(kindOf(plan.places[i].role))];
        part.bytes += end - layout.offsets[i];
        part.places.push_back(plan.places[i]);
    }
    std::erase_if(parts, [](const FilePart& part) { return part.bytes == 0; });
    return parts;
}

std::vector<Check> exportChecks(
    const core::GgufPlan& plan, const ExportChecks& checks, bool written)
{
    using Kind = Check::Kind;
    const double size = double(plan.layout.fileSize);
    std::vector<Check> list;
    if (!checks.folderExists)
        list.push_back({ Kind::Failure, ExportPage::tr("The folder does not exist"), {} });
    else if (checks.freeBytes >= 0)
        list.push_back(
            { fineIf(checks.freeBytes >= size, Kind::Failure), ExportPage::tr("Disk space"),
                checks.freeBytes >= size ? ExportPage::tr("%1 free").arg(sizeText(checks.freeBytes))
                                         : ExportPage::tr("%1 of %2 free")
                                               .arg(sizeText(size), sizeText(checks.freeBytes)) });
    if (checks.existing.kind == ExistingFile::Kind::Read)
        list.push_back({ Kind::Failure, ExportPage::tr("A file that is read has this name"),
            ExportPage::tr("is never replaced") });
    else if (checks.existing.kind == ExistingFile::Kind::Other && (checks.isReplacing || !written))
        list.push_back({ Kind::Warning, ExportPage::tr("A file of this name exists"),
            checks.isReplacing ? ExportPage::tr("will be replaced")
                               : ExportPage::tr("choice needed") });
    list.push_back({ fineIf(checks.fallbacks == 0, Kind::Warning),
        checks.fallbacks == 0 ? ExportPage::tr("Every row fits its format")
                              : ExportPage::tr("Some rows do not fit their format"),
        ExportPage::tr("%n fallbacks", nullptr, checks.fallbacks) });
    const int tensors = int(plan.tensors.size());
    list.push_back({ Kind::Fine, ExportPage::tr("Read back and compared"),
        written ? ExportPage::tr("%1 of %1").arg(tensors) : ExportPage::tr("after writing") });
    list.push_back({ fineIf(!checks.measured.isEmpty(), Kind::Warning),
        checks.measured.isEmpty() ? ExportPage::tr("Not measured against the original")
                                  : ExportPage::tr("Measured against the original"),
        checks.measured });
    list.push_back({ fineIf(checks.hasTokenizer, Kind::Failure), ExportPage::tr("Tokenizer"),
        checks.hasTokenizer ? ExportPage::tr("written") : ExportPage::tr("missing") });
    list.push_back({ fineIf(checks.hasChatTemplate, Kind::Warning),
        checks.hasChatTemplate ? ExportPage::tr("Chat template")
                               : ExportPage::tr("No chat template in this model"),
        checks.hasChatTemplate ? ExportPage::tr("written") : ExportPage::tr("not written") });
    return list;
}

} // namespace widgets

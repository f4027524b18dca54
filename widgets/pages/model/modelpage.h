// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "widgets/pages/page.h"

#include <memory>
#include <optional>
#include <vector>

class QBoxLayout;

namespace widgets {

class Card;
class CheckList;
class FactList;
class ModelDiagram;
class RoleBars;
class ShrinkCard;

/// Page 1, what is in this model: what smaller file could be made of it, a diagram of one decoder
/// layer, facts, where the parameters are, and checks.
class ModelPage : public Page {
    Q_OBJECT

public:
    explicit ModelPage(QWidget* parent = nullptr);

    ShrinkCard* shrink() const { return m_shrink; }
    void setModel(std::shared_ptr<const core::Checkpoint> checkpoint);
    /// The files of the model, by name, and their bytes on disk.
    void setFiles(const QStringList& names, std::uint64_t bytes);
    /// Weights that are NaN or infinite; nothing: not looked at yet.
    void setNonFinite(std::optional<std::int64_t> count);
    /// Whether a text came back the same through encode and decode; nothing: not tried yet.
    void setTokenizerWorks(std::optional<bool> works);
    /// What is selected in the table: its roles are framed in the diagram.
    void setSelection(const std::vector<core::Place>& places);

signals:
    /// The user clicked a role (all its tensors) or a tensor.
    void placesChosen(const std::vector<core::Place>& places);
    /// Double click on a role: look at its weights (page 2).
    void weightsRequested();
    void showInFolderRequested();
    void openRequested();

protected:
    void arrange() override;

private:
    void chooseRole(core::Role role);
    void updateFacts();
    void updateChecks();

    std::shared_ptr<const core::Checkpoint> m_checkpoint;
    QStringList m_files;
    std::uint64_t m_fileBytes = 0;
    std::optional<std::int64_t> m_nonFinite;
    std::optional<bool> m_tokenizerWorks;
    ShrinkCard* m_shrink;
    Card* m_factsCard;
    ModelDiagram* m_diagram;
    FactList* m_facts;
    RoleBars* m_bars;
    CheckList* m_checks;
    QBoxLayout* m_lower; ///< facts, and beside them
    QBoxLayout* m_right; ///< parameters and checks
};

} // namespace widgets

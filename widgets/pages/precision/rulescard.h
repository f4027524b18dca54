// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"
#include "widgets/card.h"
#include "widgets/pages/precision/ruleoffer.h"

class QComboBox;
class QPushButton;

namespace widgets {

class RuleList;

/// The recipe's rules in order, the default under them, what falls back. Rules are added,
/// edited, moved by dragging or buttons, and removed; every edit is told as the whole recipe that
/// it makes.
class RulesCard : public Card {
    Q_OBJECT

public:
    explicit RulesCard(QWidget* parent = nullptr);

    /// Without a signal. `idleRules`: indices of those that decide nothing.
    void setRecipe(const core::Recipe& recipe, const std::vector<std::size_t>& idleRules = {});
    void setOffer(const RuleOffer& offer) { m_offer = offer; }
    void setFallbacks(const QStringList& sentences);
    void setLocked(bool locked);

signals:
    void edited(const core::Recipe& recipe, const QString& undoText);
    void loadRequested();
    void saveRequested();

private:
    QWidget* makeFoot();
    void addFormats();
    void add(); ///< asks for the rule
    void edit(int row);
    void move(int from, int to);
    void remove(int row);
    void setDefaultFormat(const core::Format* format);
    void showFallbacks();
    void updateButtons();

    core::Recipe m_recipe;
    RuleOffer m_offer;
    std::vector<std::size_t> m_idleRules;
    QStringList m_fallbacks;
    bool m_locked = false;
    QToolButton *m_add, *m_up, *m_down, *m_remove;
    RuleList* m_list;
    QComboBox* m_default;
    QPushButton *m_load, *m_save, *m_fallbackLink;
};

} // namespace widgets

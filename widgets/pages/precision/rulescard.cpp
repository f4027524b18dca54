// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/rulescard.h"

#include "widgets/buttons.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/tensorcells.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/precision/ruledialog.h"
#include "widgets/pages/precision/rulelist.h"
#include "widgets/plots/datadialog.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {

RulesCard::RulesCard(QWidget* parent)
    : Card(tr("Rules"), parent)
    , m_add(addToolButton(QStringLiteral("add"), tr("Add a rule...")))
    , m_up(addToolButton(QStringLiteral("chevron-up"), tr("Move the rule up (Alt+Up)")))
    , m_down(addToolButton(QStringLiteral("chevron-down"), tr("Move the rule down (Alt+Down)")))
    , m_remove(addToolButton(QStringLiteral("remove"), tr("Remove the rule (Delete)")))
    , m_list(new RuleList)
    , m_default(new QComboBox)
    , m_load(makeButton(tr("Load recipe..."), QStringLiteral("open")))
    , m_save(makeButton(tr("Save recipe..."), QStringLiteral("save")))
    , m_fallbackLink(makeLinkButton({}))
{
    setContentFlush();
    setHint(tr("first match wins"));
    content()->addWidget(m_list, 1);
    content()->addWidget(makeFoot());
    addFormats();
    connect(m_list, &RuleList::moveRequested, this, &RulesCard::move);
    connect(m_list, &RuleList::removeRequested, this, &RulesCard::remove);
    connect(m_list, &RuleList::editRequested, this, &RulesCard::edit);
    connect(m_add, &QToolButton::clicked, this, &RulesCard::add);
    connect(m_list, &QListWidget::currentRowChanged, this, &RulesCard::updateButtons);
    connect(m_up, &QToolButton::clicked, this,
        [this] { move(m_list->currentRow(), m_list->currentRow() - 1); });
    connect(m_down, &QToolButton::clicked, this,
        [this] { move(m_list->currentRow(), m_list->currentRow() + 1); });
    connect(m_remove, &QToolButton::clicked, this, [this] { remove(m_list->currentRow()); });
    connect(m_default, &QComboBox::activated, this,
        [this] { setDefaultFormat(m_default->currentData().value<const core::Format*>()); });
    connect(m_load, &QPushButton::clicked, this, &RulesCard::loadRequested);
    connect(m_save, &QPushButton::clicked, this, &RulesCard::saveRequested);
    connect(m_fallbackLink, &QPushButton::clicked, this, &RulesCard::showFallbacks);
    setFallbacks({});
    updateButtons();
}

QWidget* RulesCard::makeFoot()
{
    auto* foot = new QWidget;
    auto* rest = new QHBoxLayout;
    rest->addWidget(new Label(TextRole::Secondary, tr("everything else")), 1);
    rest->addWidget(m_default);
    auto* files = new QHBoxLayout;
    files->addWidget(m_load);
    files->addWidget(m_save);
    files->addStretch(1);
    for (QHBoxLayout* line : { rest, files })
        line->setSpacing(scaled(8));
    auto* layout = new QVBoxLayout(foot);
    layout->setContentsMargins(scaled(11), 0, scaled(11), scaled(11));
    layout->setSpacing(scaled(8));
    layout->addLayout(rest);
    layout->addWidget(m_fallbackLink);
    layout->addLayout(files);
    return foot;
}

void RulesCard::addFormats()
{
    m_default->setAccessibleName(tr("Format of everything else"));
    m_default->addItem(tr("as in the file"), QVariant::fromValue<const core::Format*>(nullptr));
    widgets::addFormats(*m_default);
}

void RulesCard::setRecipe(const core::Recipe& recipe, const std::vector<std::size_t>& idleRules)
{
    m_recipe = recipe;
    m_idleRules = idleRules;
    m_list->setRules(recipe.rules, idleRules);
    const QSignalBlocker blocker(m_default);
    chooseFormat(*m_default, recipe.format);
    updateButtons();
}

void RulesCard::setFallbacks(const QStringList& sentences)
{
    m_fallbacks = sentences;
    m_fallbackLink->setText(tr("%n tensors fall back...", nullptr, int(sentences.size())));
    m_fallbackLink->setToolTip(tr("Their rows, or the range of their values, do not fit the format "
                                  "that the rules give them."));
    m_fallbackLink->setVisible(!sentences.isEmpty());
    m_fallbackLink->updateGeometry();
}

void RulesCard::showFallbacks()
{
    PlotTable table{ { tr("Fallback") }, {} };
    for (const QString& sentence : m_fallbacks)
        table.rows.push_back({ sentence });
    auto* dialog
        = new DataDialog(tr("Fallbacks"), table, m_fallbacks.join(u'\n').toUtf8(), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void RulesCard::setLocked(bool locked)
{
    m_locked = locked;
    m_list->setLocked(locked);
    setHint(locked ? tr("locked while it runs") : tr("first match wins"));
    updateButtons();
}

void RulesCard::updateButtons()
{
    const int row = m_list->currentRow();
    m_add->setEnabled(!m_locked);
    m_up->setEnabled(!m_locked && row > 0);
    m_down->setEnabled(!m_locked && row >= 0 && row + 1 < m_list->count());
    m_remove->setEnabled(!m_locked && row >= 0);
    m_default->setEnabled(!m_locked);
    m_load->setEnabled(!m_locked);
}

void RulesCard::add()
{
    auto* dialog = new RuleDialog(tr("Add a rule"), {}, m_offer, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        core::Recipe recipe = m_recipe; // the one there is now: a job may have ended meanwhile
        recipe.rules.insert(recipe.rules.begin(), dialog->rule()); // the first match wins
        setRecipe(recipe);
        m_list->setCurrentRow(0);
        emit edited(recipe, tr("Add a rule"));
    });
    dialog->open();
}

void RulesCard::edit(int row)
{
    if (m_locked || row < 0 || row >= int(m_recipe.rules.size()))
        return;
    auto* dialog = new RuleDialog(
        tr("Edit rule %1").arg(row + 1), m_recipe.rules[std::size_t(row)], m_offer, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, row] {
        core::Recipe recipe = m_recipe;
        if (row >= int(recipe.rules.size()))
            return;
        recipe.rules[std::size_t(row)] = dialog->rule();
        setRecipe(recipe);
        m_list->setCurrentRow(row);
        emit edited(recipe, tr("Edit a rule"));
    });
    dialog->open();
}

void RulesCard::move(int from, int to)
{
    const int count = int(m_recipe.rules.size());
    if (m_locked || from == to || std::min(from, to) < 0 || std::max(from, to) >= count)
        return m_list->setRules(m_recipe.rules, m_idleRules);
    core::Recipe recipe = m_recipe;
    const core::Rule rule = recipe.rules[std::size_t(from)];
    recipe.rules.erase(recipe.rules.begin() + from);
    recipe.rules.insert(recipe.rules.begin() + to, rule);
    setRecipe(recipe);
    m_list->setCurrentRow(to);
    emit edited(recipe, tr("Move a rule"));
}

void RulesCard::remove(int row)
{
    if (m_locked || row < 0 || row >= int(m_recipe.rules.size()))
        return;
    core::Recipe recipe = m_recipe;
    recipe.rules.erase(recipe.rules.begin() + row);
    setRecipe(recipe);
    emit edited(recipe, tr("Remove a rule"));
}

void RulesCard::setDefaultFormat(const core::Format* format)
{
    if (format == m_recipe.format)
        return;
    core::Recipe recipe = m_recipe;
    recipe.format = format;
    setRecipe(recipe);
    emit edited(recipe,
        format ? tr("Give everything else %1").arg(formatName(format))
               : tr("Keep the formats of everything else"));
}

} // namespace widgets

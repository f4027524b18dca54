// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modelpage.h"

#include "widgets/card.h"
#include "widgets/checklist.h"
#include "widgets/facts.h"
#include "widgets/pages/model/modeldiagram.h"
#include "widgets/pages/model/modelfacts.h"
#include "widgets/pages/model/rolebars.h"
#include "widgets/pages/model/shrinkcard.h"
#include "widgets/theme.h"

#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QPushButton>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int leastWidthBeside = 1150; ///< width that facts, parameters and checks need

} // namespace

ModelPage::ModelPage(QWidget* parent)
    : Page(tr("What is in this model?"), parent)
    , m_shrink(new ShrinkCard)
    , m_factsCard(new Card(tr("Facts")))
    , m_diagram(new ModelDiagram)
    , m_facts(new FactList)
    , m_bars(new RoleBars)
    , m_checks(new CheckList)
    , m_lower(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_right(new QBoxLayout(QBoxLayout::TopToBottom))
{
    connect(addAction(tr("Show in folder"), QStringLiteral("folder")), &QPushButton::clicked, this,
        &ModelPage::showInFolderRequested);
    connect(addAction(tr("Open model..."), QStringLiteral("open")), &QPushButton::clicked, this,
        &ModelPage::openRequested);

    auto* architecture = new Card(tr("Architecture"));
    architecture->setHint(tr("click a box to select its tensors in the table"));
    architecture->content()->addWidget(m_diagram);
    auto* shares = new Card(tr("Where the parameters are"));
    shares->content()->addWidget(m_bars);
    auto* checks = new Card(tr("Checks"));
    checks->content()->addWidget(m_checks);
    checks->content()->addStretch(1);
    m_checks->setRowHeight(20);
    m_factsCard->content()->addWidget(m_facts);
    m_factsCard->content()->addStretch(1);

    m_right->addWidget(shares);
    m_right->addWidget(checks, 30);
    m_lower->addWidget(m_factsCard, 48);
    m_lower->addLayout(m_right);
    content()->addWidget(m_shrink);
    content()->addWidget(architecture, 30);
    content()->addLayout(m_lower, 36);

    arrange();
    connect(m_diagram, &ModelDiagram::roleChosen, this, &ModelPage::chooseRole);
    connect(m_diagram, &ModelDiagram::roleOpened, this, [this](core::Role role) {
        chooseRole(role);
        emit weightsRequested();
    });
    connect(m_bars, &RoleBars::rolesChosen, this, [this](const std::vector<core::Role>& roles) {
        std::vector<core::Place> places;
        for (const core::Tensor& tensor : m_checkpoint->tensors())
            if (std::find(roles.begin(), roles.end(), tensor.place.role) != roles.end())
                places.push_back(tensor.place);
        emit placesChosen(places);
    });
}

void ModelPage::setModel(std::shared_ptr<const core::Checkpoint> checkpoint)
{
    m_checkpoint = std::move(checkpoint);
    m_nonFinite.reset();
    m_tokenizerWorks.reset();
    m_diagram->setModel(m_checkpoint);
    if (m_checkpoint) {
        m_bars->setBars(roleShares(*m_checkpoint));
        setAnswer(modelAnswer(*m_checkpoint));
    }
    updateFacts();
    updateChecks();
}

void ModelPage::setFiles(const QStringList& names, std::uint64_t bytes)
{
    m_files = names;
    m_fileBytes = bytes;
    updateFacts();
}

void ModelPage::setNonFinite(std::optional<std::int64_t> count)
{
    m_nonFinite = count;
    updateChecks();
}

void ModelPage::setTokenizerWorks(std::optional<bool> works)
{
    m_tokenizerWorks = works;
    updateChecks();
}

void ModelPage::setSelection(const std::vector<core::Place>& places)
{
    std::set<core::Role> roles;
    for (const core::Place& place : places)
        roles.insert(place.role);
    m_diagram->setSelected(roles);
}

void ModelPage::arrange()
{
    m_shrink->arrange(contentWidth());
    m_diagram->setMinimumHeight(scaled(260)); // with a scroll bar below
    m_facts->setRowHeight(breakpoint() == Breakpoint::Wide ? 21 : 24);
    m_lower->setDirection(
        breakpoint() == Breakpoint::Narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    const bool isBeside = contentWidth() >= scaled(leastWidthBeside);
    m_right->setDirection(isBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_right->setStretch(0, isBeside ? 22 : 0);
    m_lower->setStretch(1, isBeside ? 52 : 47);
    for (QBoxLayout* layout : { m_lower, m_right })
        layout->setSpacing(scaled(12));
}

void ModelPage::chooseRole(core::Role role)
{
    std::vector<core::Place> places;
    if (m_checkpoint)
        for (const core::Tensor& tensor : m_checkpoint->tensors())
            if (tensor.place.role == role)
                places.push_back(tensor.place);
    emit placesChosen(places);
}

void ModelPage::updateFacts()
{
    m_facts->setFacts(
        m_checkpoint ? modelFacts(*m_checkpoint, m_files, m_fileBytes) : std::vector<Fact>{});
}

void ModelPage::updateChecks()
{
    m_checks->setChecks(m_checkpoint ? modelChecks(*m_checkpoint, m_nonFinite, m_tokenizerWorks)
                                     : std::vector<Check>{});
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/tensortable.h"

#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/table/columnwidths.h"
#include "widgets/table/formatdelegate.h"
#include "widgets/table/tensortree.h"
#include "widgets/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDataStream>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int filterRowHeight = 40;
    constexpr int headerHeight = 26;
    constexpr int footHeight = 26;
    constexpr quint32 stateVersion = 1;

} // namespace

TensorTable::TensorTable(TensorModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_filter(model)
    , m_filterEdit(new QLineEdit)
    , m_norms(new QCheckBox(tr("Norms")))
    , m_columns(makeToolButton(QStringLiteral("columns"), tr("Columns of this page"), this))
    , m_tree(new TensorTree(m_filter))
    , m_foot(new Label(TextRole::Caption))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeFilterRow());
    layout->addWidget(m_tree, 1);
    layout->addWidget(makeLine(Qt::Horizontal));
    layout->addWidget(m_foot);

    auto* bars = new BarDelegate(m_tree);
    auto* states = new StateDelegate(m_tree);
    auto* formats = new FormatDelegate(m_tree);
    m_foot->setElided();
    m_tree->header()->setTextElideMode(Qt::ElideRight);
    m_tree->setItemDelegate(new CellDelegate(m_tree));
    m_tree->setItemDelegateForColumn(int(TensorColumn::Kurtosis), bars);
    m_tree->setItemDelegateForColumn(int(TensorColumn::MaxOverMedian), bars);
    m_tree->setItemDelegateForColumn(int(TensorColumn::PredictedLoss), bars);
    m_tree->setItemDelegateForColumn(int(TensorColumn::State), states);
    m_tree->setItemDelegateForColumn(int(TensorColumn::ReadBack), states);
    m_tree->setItemDelegateForColumn(int(TensorColumn::RecipeFormat), formats);
    connect(formats, &FormatDelegate::formatChosen, this, &TensorTable::assignFrom);
    connectTree();
    auto* copy = new QAction(tr("Copy rows"), this); // only where the table has the focus
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(copy);
    connect(copy, &QAction::triggered, this, &TensorTable::copyRows);
    setNarrow(false);
    applySizes();
    updateFoot();
}

TensorTable::~TensorTable()
{
    disconnect(m_tree, nullptr, this, nullptr); // the dying tree says nothing any more
    m_tree->setModel(nullptr);
}

QWidget* TensorTable::makeFilterRow()
{
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    m_filterEdit->setAccessibleName(tr("Filter"));
    m_filterEdit->setToolTip(tr("Words and terms, all of which must hold:\nffn · layer 1-2 · "
                                "kurtosis > 1 · error > 5% · size > 1 MB · Q4_K · outliers · "
                                "experts · shared · router"));
    m_filterEdit->addAction(icon(QStringLiteral("search"), Ink::Text2), QLineEdit::LeadingPosition);
    m_filterEdit->setClearButtonEnabled(true);
    m_filterEdit->installEventFilter(this);
    m_norms->setToolTip(tr("Show norms and other vectors, which are never quantized"));
    layout->addWidget(m_filterEdit, 1);
    layout->addWidget(m_norms);
    layout->addWidget(m_columns);
    return row;
}

void TensorTable::connectTree()
{
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString& text) {
        {
            const QSignalBlocker blocker(m_tree); // rows leave a selection in many pieces
            const std::vector<int> selected = selectedTensors();
            m_filter.setFilter(text);
            m_tree->unfoldLayers();
            if (m_filter.changesAtOnce())
                m_tree->keepSelected(selected);
        }
        updateFoot();
        emit selectionEdited();
    });
    connect(m_norms, &QCheckBox::toggled, this, [this](bool shown) {
        const std::vector<int> selected = selectedTensors();
        m_filter.setNormsShown(shown);
        if (m_filter.changesAtOnce())
            m_tree->keepSelected(selected);
        updateFoot();
        emit selectionEdited(); // a selected layer has other tensors now
    });
    connect(m_columns, &QToolButton::clicked, this, &TensorTable::showColumnMenu);
    connect(&m_model, &TensorModel::modelReset, this, [this] {
        m_names.forget();
        m_tree->unfoldLayers();
        applyColumns();
        updateFoot();
        emit selectionEdited(); // a reset clears the selection without a word
    });
    connect(&m_model, &TensorModel::dataChanged, this, [this] {
        if (shownColumns() != m_shown)
            applyColumns();
    });
    connect(m_tree->header(), &QHeaderView::sortIndicatorChanged, this,
        [this](int column, Qt::SortOrder order) {
            m_sorting[int(m_page)] = { column, int(order) };
        });
    connect(m_tree, &TensorTree::selectionEdited, this, [this] {
        updateFoot();
        emit selectionEdited();
    });
    for (int column = 0; column < tensorColumnCount; ++column) // beside what it stands in for
        if (const auto ofWeights = TensorColumns::ofWeights(TensorColumn(column)))
            m_tree->header()->moveSection(m_tree->header()->visualIndex(int(*ofWeights)),
                m_tree->header()->visualIndex(column) + 1);
    connect(m_tree, &TensorTree::digitPressed, this, &TensorTable::digitPressed);
    connect(m_tree, &TensorTree::stepPressed, this, &TensorTable::stepPressed);
    connect(m_tree, &TensorTree::assignPressed, this, &TensorTable::assignPressed);
    connect(m_tree, &TensorTree::lookAwayPressed, this, &TensorTable::lookAwayPressed);
    connect(m_tree, &TensorTree::filterPressed, this, &TensorTable::focusFilter);
    connect(m_tree, &TensorTree::copyRequested, this, &TensorTable::copyRows);
    connect(m_tree, &TensorTree::assignRequested, this,
        [this](const core::Format* format) { emit assignRequested(selectedTensors(), format); });
}

void TensorTable::setPage(PageId page, int mostColumns)
{
    if (page == m_page && mostColumns == m_mostColumns)
        return; // widths the user chose stay
    m_page = page;
    m_mostColumns = mostColumns;
    applyColumns();
}

QList<int> TensorTable::pageColumns() const
{
    QList<int> columns = m_pageColumns.of(m_page);
    for (int& column : columns) {
        const auto ofWeights = TensorColumns::ofWeights(TensorColumn(column));
        if (ofWeights && !columns.contains(int(*ofWeights)) && m_model.hasErrors(*ofWeights)
            && !m_model.hasErrors(TensorColumn(column)))
            column = int(*ofWeights);
    }
    return columns;
}

QList<int> TensorTable::shownColumns() const
{
    const QList<int> all = pageColumns(), columns = all.mid(0, std::max(2, m_mostColumns));
    if (columns.size() == all.size())
        return columns;
    const int names = m_names.of(m_model, m_tree->fontMetrics(), m_tree->indentation());
    return columnsThatFit(
        columns, m_tree->viewport()->width(), names, m_tree->header()->fontMetrics());
}

void TensorTable::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (shownColumns() != m_shown)
        applyColumns();
}

void TensorTable::applyColumns()
{
    QHeaderView* header = m_tree->header();
    const QList<int> shown = m_shown = shownColumns();
    const bool all = shown.size() == pageColumns().size();
    const ColumnRoom room = m_narrow || !all ? ColumnRoom::Tight : ColumnRoom::Wide;
    header->setStretchLastSection(false);
    for (int column = 0; column < tensorColumnCount; ++column) {
        m_tree->setColumnHidden(column, !shown.contains(column));
        header->setSectionResizeMode(
            column, column == 0 ? QHeaderView::Stretch : QHeaderView::Interactive);
        if (column > 0)
            header->resizeSection(
                column, columnWidth(TensorColumn(column), header->fontMetrics(), room));
    }
    const auto [column, order] = m_sorting.value(int(m_page), { -1, int(Qt::AscendingOrder) });
    const QSignalBlocker blocker(header);
    header->setSortIndicator(column, Qt::SortOrder(order));
    m_filter.sort(column, Qt::SortOrder(order));
}

void TensorTable::showColumnMenu()
{
    QMenu menu;
    m_pageColumns.fillMenu(menu, m_page, [this] { applyColumns(); });
    menu.exec(m_columns->mapToGlobal(m_columns->rect().bottomLeft()));
}

void TensorTable::setNarrow(bool narrow)
{
    if (narrow != m_narrow) {
        m_narrow = narrow;
        applyColumns();
    }
    m_norms->setVisible(!narrow);
    m_columns->setVisible(!narrow);
    m_filterEdit->setPlaceholderText(
        narrow ? tr("Filter") : tr("Filter: name, role, layer 1–2, kurtosis > 1, Q4_K …"));
}

void TensorTable::showSelection()
{
    m_tree->scrollToTop();
    m_tree->scrollTo(m_tree->currentIndex());
}

void TensorTable::setFlat(bool flat)
{
    const std::vector<int> selected = selectedTensors();
    m_model.setShape(flat ? TensorModel::Shape::Flat : TensorModel::Shape::Tree);
    selectTensors(selected);
}

void TensorTable::setFootText(const QString& text)
{
    m_footText = text;
    updateFoot();
}

void TensorTable::updateFoot()
{
    if (!m_footText.isEmpty() || m_model.tensorCount() == 0) {
        m_foot->setText(m_footText.isEmpty() ? tr("No tensors") : m_footText);
        return;
    }
    const auto selected = int(selectedTensors().size());
    QString text
        = tr("%1 of %n tensors", nullptr, m_model.tensorCount()).arg(m_filter.shownTensors());
    const int hidden = m_tree->hiddenSelected();
    if (hidden > 0)
        text
            = tr("%1  ·  %2 selected, %3 hidden by the filter").arg(text).arg(selected).arg(hidden);
    else if (selected > 0)
        text = tr("%1  ·  %2 selected").arg(text).arg(selected);
    m_foot->setText(text);
}

std::vector<int> TensorTable::selectedTensors() const { return m_tree->selectedTensors(); }
int TensorTable::currentTensor() const { return m_tree->currentTensor(); }
void TensorTable::selectTensors(const std::vector<int>& tensors) { m_tree->selectTensors(tensors); }
void TensorTable::selectRoleInAllLayers() { m_tree->selectRoleInAllLayers(); }
void TensorTable::selectAllShown() { m_tree->selectAll(); }
void TensorTable::expandAll() { m_tree->unfoldLayers(); }
void TensorTable::collapseAll() { m_tree->collapseAll(); }
void TensorTable::focusTable() { m_tree->setFocus(Qt::ShortcutFocusReason); }
void TensorTable::setFilterText(const QString& text) { m_filterEdit->setText(text); }

void TensorTable::focusFilter()
{
    m_filterEdit->setFocus(Qt::ShortcutFocusReason);
    m_filterEdit->selectAll();
}

void TensorTable::copyRows() { QGuiApplication::clipboard()->setText(selectionAsText()); }

QString TensorTable::selectionAsText() const
{
    const QList<int> columns = shownColumns();
    const auto line = [&columns](auto cell) {
        QStringList cells;
        for (const int column : columns)
            cells += cell(column);
        return cells.join(u'\t');
    };
    QStringList lines{ line(
        [](int column) { return TensorColumns::title(TensorColumn(column)); }) };
    for (const int tensor : selectedTensors()) {
        lines += line([this, tensor](int column) {
            return column == int(TensorColumn::Tensor)
                ? m_model.row(tensor).name
                : m_model.indexOf(tensor, TensorColumn(column)).data().toString();
        });
    }
    return lines.join(u'\n');
}

void TensorTable::assignFrom(const QModelIndex& index, const core::Format* format)
{
    std::vector<int> tensors = selectedTensors();
    const int edited = m_filter.tensorAt(index);
    if (std::find(tensors.begin(), tensors.end(), edited) == tensors.end())
        tensors = { edited };
    emit assignRequested(tensors, format);
}

QByteArray TensorTable::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << stateVersion << m_pageColumns.chosen() << m_sorting << m_norms->isChecked();
    return state;
}

void TensorTable::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    quint32 version = 0;
    QMap<int, QList<int>> columns;
    QMap<int, std::pair<int, int>> sorting;
    bool norms = false;
    stream >> version >> columns >> sorting >> norms;
    if (stream.status() != QDataStream::Ok || version != stateVersion)
        return; // of another version: the standard columns
    m_pageColumns.setChosen(columns);
    m_sorting = sorting;
    m_norms->setChecked(norms);
    applyColumns();
}

bool TensorTable::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_filterEdit && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape) { // first clears, then leaves
            if (m_filterEdit->text().isEmpty())
                focusTable();
            m_filterEdit->clear();
            return true;
        }
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            focusTable();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void TensorTable::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange || event->type() == QEvent::FontChange)
        applySizes();
}

void TensorTable::applySizes()
{
    QWidget* row = m_filterEdit->parentWidget();
    row->setFixedHeight(scaled(filterRowHeight));
    row->layout()->setContentsMargins(scaled(12), 0, scaled(12), 0);
    row->layout()->setSpacing(scaled(8));
    m_tree->header()->setFixedHeight(scaled(headerHeight));
    m_foot->setFixedHeight(scaled(footHeight));
    m_foot->setContentsMargins(scaled(12), 0, scaled(12), 0);
    applyColumns();
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/datadialog.h"

#include "widgets/buttons.h"
#include "widgets/theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtGui/QScreen>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableWidget>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

DataDialog::DataDialog(
    const QString& name, const PlotTable& table, const QByteArray& csv, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(name);
    auto* view = new QTableWidget(int(table.rows.size()), int(table.headers.size()));
    view->setHorizontalHeaderLabels(table.headers);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->verticalHeader()->hide();
    view->verticalHeader()->setDefaultSectionSize(scaled(24));
    view->setAccessibleName(name);
    for (int row = 0; row < view->rowCount(); ++row)
        for (int column = 0; column < table.rows[std::size_t(row)].size(); ++column) {
            auto* item = new QTableWidgetItem(table.rows[std::size_t(row)][column]);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            view->setItem(row, column, item); // the table owns it
        }
    view->resizeColumnsToContents();
    auto* copy = makeButton(tr("Copy table"), QStringLiteral("copy"));
    auto* close = makeButton(tr("Close"));
    connect(copy, &QPushButton::clicked, this,
        [csv] { QGuiApplication::clipboard()->setText(QString::fromUtf8(csv)); });
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(copy);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(view);
    layout->addLayout(buttons);
    resize(QSize(scaled(480), scaled(480)).boundedTo(screen()->availableSize() * 0.9));
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QList>
#include <QObject>
#include <QString>

class QSettings;

namespace app {

/// A model opened before.
struct RecentModel {
    QString path; ///< absolute
    QString facts; ///< "Llama · 4.20 M · BF16"
    qint64 bytes = 0;
    QDateTime opened;
};

/// The models opened last, newest first, kept in the settings.
class RecentModels : public QObject {
    Q_OBJECT

public:
    explicit RecentModels(QSettings& settings, QObject* parent = nullptr);

    const QList<RecentModel>& models() const { return m_models; }
    void add(const RecentModel& model); ///< first; an older entry of the same path goes
    void remove(const QString& path);

signals:
    void changed();

private:
    void save();

    QSettings& m_settings;
    QList<RecentModel> m_models;
};

} // namespace app

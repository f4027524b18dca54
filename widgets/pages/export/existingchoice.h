// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QCheckBox;
class QPushButton;

namespace widgets {

class Label;

/// What stands at the name of a file to write.
struct ExistingFile {
    enum class Kind {
        None,
        Other, ///< a file that may be replaced if the user says so
        Read ///< a file that is read, never replaced
    };
    Kind kind = Kind::None;
    QString freeName; ///< a name beside it that nothing has
    bool operator==(const ExistingFile&) const = default;
};

/// The choice beside a file's name where a file has it already: replace it, or take the free name
/// that is proposed. Hidden where none has it. Nothing is chosen before the user does.
class ExistingChoice : public QWidget {
    Q_OBJECT

public:
    explicit ExistingChoice(QWidget* parent = nullptr);

    void setFile(const ExistingFile& file);
    const ExistingFile& file() const { return m_file; }
    bool isReplacing() const;
    void forget(); ///< asks anew

signals:
    void replacingChanged();
    void freeNameChosen(const QString& name);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showName();

    ExistingFile m_file;
    Label* m_text;
    QCheckBox* m_replace;
    QPushButton* m_free;
};

} // namespace widgets

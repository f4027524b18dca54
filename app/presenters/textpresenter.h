// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/textcontroller.h"
#include "app/session/session.h"
#include "widgets/pages/compare/textpanel.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <filesystem>
#include <vector>

namespace widgets {
class ComparePage;
}

namespace app {

/// Fills page 6's card of texts: what the original, A and B write, token by token, and where they
/// lose most.
class TextPresenter : public QObject {
    Q_OBJECT

public:
    TextPresenter(widgets::ComparePage& page, Session& session, TextController& controller,
        QObject* parent = nullptr);

    /// Asks how often A and B write the same after the prompts in a file.
    void matchFile(const std::filesystem::path& file);

signals:
    void promptsRequested(); ///< a file is to be chosen: matchFile()

private:
    void connectController();
    TextWish wish() const;
    void begin(int a, int b); ///< numbers of the runs
    void forget();
    void fill();
    void fillState();
    void fillWorst();
    QString noteOf(std::size_t column) const;
    std::vector<widgets::ShownToken> shownOf(std::size_t column) const;
    void showMatch(const MatchRates& rates);

    widgets::ComparePage& m_page;
    Session& m_session;
    TextController& m_controller;
    QTimer m_soon; ///< one filling for the tokens that come in one go
    std::array<int, 3> m_runs{}; ///< whose texts are shown
    std::array<std::vector<int>, 3> m_tokens;
    std::array<bool, 3> m_began{};
    WrittenTexts m_texts; ///< once all are written
    std::shared_ptr<const Run> m_worstA, m_worstB; ///< whose worst tokens are shown
};

} // namespace app

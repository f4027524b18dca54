// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/jobs/pace.h"
#include "app/jobs/runqueue.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "app/session/sessionkeeper.h"
#include "tests/support/tinymodel.h"
#include "widgets/theme.h"

#include <QSettings>
#include <QTemporaryDir>

#include <filesystem>
#include <memory>

/// A test of a presenter: for each function a session, a selection and the worker that presenters
/// are given, nothing open. Numbers as in US English.
class PresenterTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void cleanup();

protected:
    /// Opens a model of random weights, with a calibration and an evaluation text beside it.
    void open(const support::TinyModel& model = {});
    /// One of support::tinyArchitectures().
    void openArchitecture(const std::string& name);
    /// The last one again.
    void reopen();
    /// Opens it with six layers, in Q8_0, and selects a role in each.
    std::vector<int> selectSix(support::TinyModel model = {});
    /// The same as a GGUF file.
    void openGguf(const support::TinyModel& model);
    /// A GGUF of an architecture that nothing is known of, with a tensor that has no role.
    void openUnknown();
    app::Session& session() { return *m_session; }
    app::Selection& selection() { return *m_selection; }
    app::Jobs& jobs() { return *m_jobs; }
    app::QuantizeController& quantize() { return *m_quantize; }
    app::RunQueue& queue() { return *m_queue; }
    app::Pace& pace() { return *m_pace; }
    app::SessionKeeper& keeper() { return *m_keeper; }
    app::SessionPlaces places() const; ///< inside folder()
    QSettings& settings() { return *m_settings; }
    std::filesystem::path folder() const; ///< a temporary one, of the function
    int tensor(core::Role role, int layer) const; ///< its number in the checkpoint
    /// Something of what rounding a tensor does, with that output error.
    void preview(int tensor, const core::Format* format, double error);
    /// Losses of a text in which `tensor` loses 0.01 ± 0.002 in Q8_0, and nothing is known of
    /// others.
    void predictQ8Loss(int tensor);
    /// As if the recipe had been run: adds a run and gives its number.
    int addRun(double kld);

private:
    virtual void attach() = 0; ///< makes the presenter and its page
    virtual void detach() = 0; ///< ends them

    std::filesystem::path newFolder(); ///< for a model, with its texts

    int m_opened = 0; ///< models
    std::unique_ptr<widgets::Theme> m_theme;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<app::Pace> m_pace;
    std::unique_ptr<app::Session> m_session;
    std::unique_ptr<app::Saver> m_saver;
    std::unique_ptr<app::SessionKeeper> m_keeper;
    std::unique_ptr<app::RunQueue> m_queue;
    std::unique_ptr<app::Selection> m_selection;
    std::unique_ptr<app::Jobs> m_jobs;
    std::unique_ptr<app::QuantizeController> m_quantize;
};

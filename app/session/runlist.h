// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/evaluationsettings.h"
#include "core/measure/evaluation.h"
#include "core/quant/quantize.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace app {

/// A file or folder of the same model that was put beside the runs, to be measured as they are.
struct AddedFile {
    std::filesystem::path path; ///< absolute
    std::string content; ///< core::contentKey() when it was last opened as this row
    std::string measured; ///< the same when it was last measured; empty: it was not
    /// As it was when it was last looked at.
    enum class State { Same, Changed, Gone } state = State::Same;
};

/// One finished quantization: what was asked, what came out, what it cost. Or an added file, of
/// which nobody knows what was asked: recipe, calibration, parts and seconds are empty; its reports
/// have the weights' relative errors.
struct Run {
    int number = 0; ///< from 1, in the order finished
    QString title; ///< the recipe's
    core::Recipe recipe;
    std::vector<core::PlannedTensor> plan; ///< by tensor of the checkpoint
    std::vector<core::TensorReport> reports;
    /// With its rounded tensors; null after a restart, until it is taken from the shelf (modelOf).
    std::shared_ptr<const core::Checkpoint> model;
    TextSettings calibration;
    std::filesystem::path imatrix;
    double seconds = 0; ///< quantizing took
    std::vector<std::string> parts; ///< keys of its finished layers on the shelf

    std::uint64_t fileBytes = 0; ///< of the GGUF it would be
    double bitsPerWeight = 0;
    std::optional<core::Evaluation> evaluation;
    std::string evaluationKey; ///< of its positions on the shelf; empty: they are on none
    EvaluationSettings measuredWith; ///< of `evaluation`
    std::optional<AddedFile> file; ///< none: a run

    /// Whether its measurement is another file's than what lies there now.
    bool isOutdated() const;

    const core::TensorReport* report(core::Place place) const; ///< null if there is none
};

/// The runs of the open model, two of them pinned as A and B.
class RunList : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const std::vector<std::shared_ptr<const Run>>& runs() const { return m_runs; }
    std::shared_ptr<const Run> find(int number) const; ///< null if there is none
    std::shared_ptr<const Run> last() const; ///< null if there is none
    /// The latest run of exactly this recipe; null if there is none.
    std::shared_ptr<const Run> matching(const core::Recipe& recipe) const;
    std::shared_ptr<const Run> pinnedA() const { return find(m_a); }
    std::shared_ptr<const Run> pinnedB() const { return find(m_b); }

    /// Replaces all by runs of an earlier start of the program; {A, B} are pinned, 0: none.
    void restore(
        std::vector<std::shared_ptr<const Run>> runs, int lastNumber, std::pair<int, int> pinned);
    void clear(); ///< without a signal: restore() follows
    int lastNumber() const { return m_lastNumber; } ///< the highest that was given
    /// Adds a finished run and gives its number. It becomes B, and what was B becomes A.
    int add(Run run);
    void setEvaluation(int number, core::Evaluation evaluation, const EvaluationSettings& settings,
        const std::string& key = {});
    /// How an added file fares.
    void setFileState(int number, AddedFile::State state);
    /// What is found of it anew, in place of what stood there; its measurement stays.
    void setFile(int number, Run file);
    void setReports(int number, std::vector<core::TensorReport> reports);
    void remove(int number);
    void pinA(int number); ///< 0: none; the run that is B swaps with A
    void pinB(int number);

signals:
    void changed();

private:
    template<typename Change>
    void change(int number, Change change);

    std::vector<std::shared_ptr<const Run>> m_runs;
    int m_lastNumber = 0;
    int m_a = 0;
    int m_b = 0;
};

} // namespace app

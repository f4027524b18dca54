// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/pictures.h"

#include "app/controllers/activationcontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/controllers/textcontroller.h"
#include "app/window/windowpages.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/plots/baseplot.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDir>
#include <QEventLoop>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cmath>

namespace app {

namespace {

    constexpr int poll = 20; ///< milliseconds

    const char* fileName(widgets::PageId page)
    {
        switch (page) {
        case widgets::PageId::Model:
            return "1-model";
        case widgets::PageId::Weights:
            return "2-weights";
        case widgets::PageId::Activations:
            return "3-activations";
        case widgets::PageId::Precision:
            return "4-precision";
        case widgets::PageId::Quantize:
            return "5-quantize";
        case widgets::PageId::Compare:
            return "6-compare";
        case widgets::PageId::Export:
            return "7-export";
        }
        return "";
    }

    /// Lets layouts, delayed updates and repaints that are due happen.
    void settle()
    {
        QEventLoop loop;
        QTimer::singleShot(250, &loop, &QEventLoop::quit); // longer than any delay of presenters
        loop.exec();
    }

} // namespace

Pictures::Pictures(
    MainWindow& window, widgets::Theme& theme, std::filesystem::path folder, QSize size)
    : m_window(window)
    , m_theme(theme)
    , m_folder(std::move(folder))
    , m_size(size)
{
    const auto fail = [this](const QString& reason) { m_failure = reason; };
    QObject::connect(&window, &MainWindow::failureShown, &window, fail);
    QObject::connect(&window.activationController(), &ActivationController::failed, &window, fail);
    QObject::connect(&window.quantizeController(), &QuantizeController::failed, &window,
        [fail](QuantizeController::Phase, const QString& reason) { fail(reason); });
    QObject::connect(&window.exportController(), &ExportController::failed, &window, fail);
}

bool Pictures::wait(const std::function<bool()>& done)
{
    QEventLoop loop;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        if (!m_failure.isEmpty() || done())
            loop.quit();
    });
    timer.start(poll);
    loop.exec();
    return m_failure.isEmpty();
}

QString Pictures::take(const std::filesystem::path& model)
{
    if (!QDir().mkpath(QString::fromStdString(m_folder.string())))
        return QApplication::translate("app::Pictures", "Cannot make the folder %1.")
            .arg(QString::fromStdString(m_folder.string()));
    m_window.show();
    const bool taken = takeAll(QStringLiteral("0-start"), [] {}) && openModel(model) && measure()
        && quantizeAndCompare() && exportModel();
    if (!taken)
        return m_failure;
    for (int page = 0; page < widgets::pageCount; ++page) {
        const auto id = widgets::PageId(page);
        if (!takeAll(QString::fromLatin1(fileName(id)), [this, id] { m_window.showPage(id); }))
            return m_failure;
    }
    return {};
}

bool Pictures::openModel(const std::filesystem::path& model)
{
    m_window.open(model);
    if (!wait([this] { return m_window.session().isOpen(); }))
        return false;
    selectTensor();
    return wait([this] { return m_window.scout().isIdle(); });
}

void Pictures::selectTensor()
{
    const core::Checkpoint& checkpoint = *m_window.session().checkpoint();
    const int layer = checkpoint.config().layers / 2;
    const auto found
        = std::ranges::find_if(checkpoint.tensors(), [layer](const core::Tensor& tensor) {
              return tensor.place.layer == layer && tensor.isMatrix();
          });
    const core::Place keys{ core::Role::AttnK, layer };
    if (checkpoint.find(keys))
        m_window.selection().choose({ keys });
    else if (found != checkpoint.tensors().end())
        m_window.selection().choose({ found->place });
}

bool Pictures::measure()
{
    m_window.activationController().measure();
    return wait([this] { return !m_window.activationController().isRunning(); })
        && wait([this] { return m_window.scout().isIdle(); });
}

bool Pictures::quantizeAndCompare()
{
    QuantizeController& quantize = m_window.quantizeController();
    RecipeEditor& recipe = m_window.session().recipe();
    const auto idle = [&quantize] { return quantize.phase() == QuantizeController::Phase::Idle; };
    const bool computed = m_window.session().checkpoint()->isComputed();
    recipe.setTreatment({ computed ? core::Method::Importance : core::Method::RoundToNearest });
    quantize.quantize();
    if (!wait(idle))
        return false;
    recipe.setTreatment( // this one is B, the one before it A
        { computed ? core::Method::Gptq : core::Method::Hqq });
    quantize.quantize();
    return wait(idle) && wait([this] { return m_window.scout().isIdle(); }) && writeText();
}

bool Pictures::writeText()
{
    TextController& texts = m_window.textController();
    if (!texts.whyNot().isEmpty())
        return true;
    emit m_window.pages().compare->details()->text()->writeRequested();
    return wait([&texts] { return !texts.isRunning(); });
}

bool Pictures::exportModel()
{
    const QTemporaryDir folder;
    widgets::ExportPage& page = *m_window.pages().exporting;
    widgets::ExportSettings settings = page.settings();
    settings.folder = folder.path();
    page.setSettings(settings);
    emit page.exportRequested();
    return wait([this] { return !m_window.exportController().isRunning(); });
}

bool Pictures::takeAll(const QString& name, const std::function<void()>& show)
{
    using widgets::Lightness;
    const double ratio = m_window.devicePixelRatioF();
    const QString scale
        = ratio == 1 ? QString() : QStringLiteral("-%1").arg(int(std::lround(100 * ratio)));
    for (const auto& [lightness, suffix] :
        { std::pair(Lightness::Light, ""), std::pair(Lightness::Dark, "-dark") }) {
        m_theme.setLightness(lightness);
        m_window.resize(m_size / ratio);
        show();
        m_window.table().showSelection();
        m_window.setFocus(); // no ring on a picture
        for (auto* plot : m_window.findChildren<widgets::BasePlot*>())
            plot->setPixelRatio(ratio);
        settle();
        if (!save(name + QString::fromLatin1(suffix) + scale + QStringLiteral(".png")))
            return false;
    }
    return true;
}

bool Pictures::save(const QString& name)
{
    const QString file = QDir(QString::fromStdString(m_folder.string())).filePath(name);
    if (m_window.grab().save(file))
        return true;
    m_failure = QApplication::translate("app::Pictures", "Cannot write %1.").arg(file);
    return false;
}

} // namespace app

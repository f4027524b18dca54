// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/layerdiagram.h"

#include "widgets/format.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/model/layerwords.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/theme.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLocale>
#include <QtGui/QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <optional>

namespace widgets {
namespace {

    struct DiagramText {
        Q_DECLARE_TR_FUNCTIONS(ModelDiagram)
    };

    constexpr double boxHeight = 40, plainHeight = 34, frameTop = -120, frameBottom = 114;
    constexpr double loop = 96; ///< where the residual stream passes a branch
    constexpr double overpass = -94; ///< where the layer's input passes attention
    constexpr double signRadius = 11, boxGap = 14;
    constexpr double spread = 58, halfSpread = 34; ///< of three boxes, of two

    /// Widths in design pixels.
    double textWidth(const QString& text)
    {
        return QFontMetricsF(textFont(12)).horizontalAdvance(text) * 1000.0 / scaled(1000);
    }

    QString factorText(double value) { return QLocale().toString(value, 'g', 4); }

    /// The first tensor of every role, and how many there are.
    class Roles {
    public:
        explicit Roles(const core::Checkpoint& checkpoint)
        {
            for (const core::Tensor& tensor : checkpoint.tensors()) {
                m_first.try_emplace(tensor.place.role, &tensor);
                ++m_counts[tensor.place.role];
            }
        }
        const core::Tensor* first(core::Role role) const
        {
            const auto found = m_first.find(role);
            return found == m_first.end() ? nullptr : found->second;
        }
        int count(core::Role role) const { return m_counts.contains(role) ? m_counts.at(role) : 0; }
        const std::map<core::Role, const core::Tensor*>& all() const { return m_first; }

    private:
        std::map<core::Role, const core::Tensor*> m_first;
        std::map<core::Role, int> m_counts;
    };

    /// Puts boxes down from left to right.
    class Drawing {
    public:
        explicit Drawing(const core::Checkpoint& checkpoint)
            : m_checkpoint(checkpoint)
            , m_roles(checkpoint)
            , m_biased(biasedMatrices(checkpoint))
        {
        }

    protected:
        double unitWidth(core::Role role) const
        {
            return std::max(
                80.0, 14 + std::max(textWidth(titleOf(role)), textWidth(detailOf(role))));
        }
        QString titleOf(core::Role role) const
        {
            const QString name = roleTitle(role);
            return m_biased.contains(name)
                ? DiagramText::tr("%1 + b", "a matrix and its bias").arg(name)
                : name;
        }
        QString detailOf(core::Role role) const
        {
            const core::Tensor* tensor = m_roles.first(role);
            if (!tensor)
                return {};
            return tensor->matrices() > 1
                ? QStringLiteral("%1 × %2").arg(QString::number(tensor->matrices()),
                    shapeText(tensor->rows / tensor->matrices(), tensor->columns))
                : shapeText(tensor->rows, tensor->columns);
        }
        /// Gives its right edge.
        double box(core::Role role, double left, double middle, double width)
        {
            m_diagram.roles.push_back({ role, titleOf(role), detailOf(role),
                { left, middle - boxHeight / 2, width, boxHeight } });
            return left + width;
        }
        double plain(const QString& title, const QString& detail, double left, double middle = 0)
        {
            const double width = std::max(44.0, 12 + std::max(textWidth(title), textWidth(detail)));
            const double height = detail.isEmpty() ? plainHeight : boxHeight + 6;
            m_diagram.plain.push_back(
                { title, detail, { left, middle - height / 2, width, height } });
            return left + width;
        }
        double norm(double left, double middle = 0)
        {
            return plain(DiagramText::tr("norm"), {}, left, middle);
        }
        void wire(std::initializer_list<QPointF> points, bool hasArrow = false)
        {
            m_diagram.wires.push_back({ points, hasArrow });
        }
        /// A circle with its left edge at `left`; gives its right edge.
        double sign(const QString& text, double left)
        {
            m_diagram.signs.push_back({ text, { left + signRadius, 0 } });
            return left + 2 * signRadius;
        }
        void text(const QString& words, double left, double top, bool isStrong = false)
        {
            m_diagram.texts.push_back({ words, { left, top }, isStrong });
        }
        void title(const QString& words, double left, const QStringList& notes)
        {
            text(words, left + 10, frameTop + 6, true);
            const double after = textWidth(words) * 1.12 + 18; // it is bold
            text(notes.join(QStringLiteral("  ·  ")), left + after, frameTop + 6);
            m_diagram.frame.setRight(std::max(m_diagram.frame.right(),
                left + after + textWidth(notes.join(QStringLiteral("  ·  "))) + 10));
        }

        const core::Checkpoint& m_checkpoint;
        Roles m_roles;
        QStringList m_biased;
        LayerDiagram m_diagram;
    };

    /// A model that is computed, from its first layer's spec.
    class WiredDrawing : Drawing {
    public:
        explicit WiredDrawing(const core::Checkpoint& checkpoint)
            : Drawing(checkpoint)
            , m_config(checkpoint.config())
            , m_spec(core::layerSpec(m_config, 0))
        {
        }

        LayerDiagram draw()
        {
            const double embedded = embedding();
            const double left = embedded + 16;
            m_diagram.frame = QRectF(left, frameTop, 10, frameBottom - frameTop);
            const double attended = attention(embedded, left + 9);
            const double done = feedForward(attended);
            m_diagram.frame.setRight(done + 9);
            title(DiagramText::tr("Decoder layer × %1").arg(countText(m_config.layers)), left,
                notes());
            head(done);
            return std::move(m_diagram);
        }

    private:
        double embedding()
        {
            using core::Role;
            const bool learned = m_roles.first(Role::PositionEmbd) != nullptr;
            const double width = std::max(
                unitWidth(Role::TokenEmbd), learned ? unitWidth(Role::PositionEmbd) : 0.0);
            double right = box(Role::TokenEmbd, 2, 0, width);
            if (m_config.embeddingScale != 1)
                text(DiagramText::tr("× %1").arg(factorText(m_config.embeddingScale)), 4, 22);
            if (!learned)
                return right;
            box(Role::PositionEmbd, 2, spread + 6, width);
            const double middle = right + 4 + signRadius;
            wire({ { right, spread + 6 }, { middle, spread + 6 }, { middle, signRadius } });
            wire({ { right, 0 }, { right + 4, 0 } });
            return sign(QStringLiteral("+"), right + 4);
        }

        QStringList notes() const
        {
            QStringList words = attentionWords(m_config);
            if (m_config.residualScale != 1)
                words += DiagramText::tr("what a branch adds × %1")
                             .arg(factorText(m_config.residualScale));
            if (std::ranges::count(m_config.unturned, true) > 0)
                words += positionsText(m_config);
            return words;
        }

        /// q, k, v, or what holds all three; of latent attention what makes its latents.
        std::vector<core::Role> queryRoles() const
        {
            if (m_roles.first(core::Role::AttnQkv))
                return { core::Role::AttnQkv };
            if (m_spec.attention.latent)
                return { m_spec.attention.latent->queryRank > 0 ? core::Role::AttnQA
                                                                : core::Role::AttnQ,
                    core::Role::AttnKvAMqa };
            return { core::Role::AttnQ, core::Role::AttnK, core::Role::AttnV };
        }

        /// From the stream at `from` to the sum behind attention; the stream forks at `fork`.
        double attention(double from, double fork)
        {
            double x = fork + boxGap;
            wire({ { from, 0 }, { x, 0 } });
            if (m_spec.attentionNorm)
                x = norm(x);
            m_tap = m_spec.attentionNorm == m_spec.feedForwardNorm ? x + 8 : fork;
            const double split = x + boxGap;
            wire({ { x, 0 }, { split, 0 } });
            x = queries(split);
            const double output = x + boxGap;
            wire({ { x, 0 }, { output, 0 } }, true);
            text(DiagramText::tr("attention\n%1 heads, %2 KV")
                     .arg(countText(m_config.heads), countText(m_config.keyValueHeads)),
                output - 4, -78);
            x = box(core::Role::AttnOutput, output, 0, unitWidth(core::Role::AttnOutput));
            return addedTo(fork, x, m_spec.attentionPostNorm.has_value());
        }

        double queries(double split)
        {
            const std::vector<core::Role> roles = queryRoles();
            double width = 0;
            for (const core::Role role : roles)
                width = std::max(width, unitWidth(role));
            const double left = split + boxGap;
            const bool normed = m_spec.attention.norm != core::QueryKeyNorm::None;
            const double right = left + width, join = right + (normed ? 70 : 12);
            for (std::size_t i = 0; i < roles.size(); ++i) {
                const double y = roles.size() == 1 ? 0 : spread * (double(i) - 1);
                wire({ { split, 0 }, { split, y }, { left, y } }, true);
                box(roles[i], left, y, width);
                const bool hasNorm = normed && roles[i] != core::Role::AttnV;
                const double end = hasNorm ? norm(right + 8, y) : right;
                if (hasNorm)
                    wire({ { right, y }, { right + 8, y } });
                wire({ { end, y }, { join, y }, { join, 0 } });
            }
            return join;
        }

        /// Norm after the branch, the sum, and the stream that passes below.
        double addedTo(double fork, double x, bool hasPostNorm)
        {
            if (hasPostNorm) {
                wire({ { x, 0 }, { x + 10, 0 } });
                x = norm(x + 10);
            }
            wire({ { x, 0 }, { x + 12, 0 } });
            const double middle = x + 12 + signRadius;
            wire({ { fork, 0 }, { fork, loop }, { middle, loop }, { middle, signRadius } });
            return sign(QStringLiteral("+"), x + 12);
        }

        double feedForward(double from)
        {
            const double fork = from + 9;
            double x = fork + boxGap;
            if (m_spec.isParallel) { // it reads what attention reads
                wire({ { from, 0 }, { fork, 0 } });
                x += 10;
                wire({ { m_tap, 0 }, { m_tap, overpass }, { x - 10, overpass }, { x - 10, 0 },
                    { x, 0 } });
            } else {
                wire({ { from, 0 }, { x, 0 } });
            }
            const bool shared = m_spec.isParallel && m_spec.attentionNorm == m_spec.feedForwardNorm;
            if (m_spec.feedForwardNorm && !shared)
                x = norm(x);
            x = gated(x);
            const double down = x + boxGap;
            wire({ { x, 0 }, { down, 0 } }, true);
            const core::Role role = ofExperts(core::Role::FfnDown, core::Role::FfnDownExps);
            x = box(role, down, 0, unitWidth(role));
            return addedTo(fork, x, m_spec.feedForwardPostNorm.has_value());
        }

        /// The matrix of the feed-forward, or where experts stand in its place their stack.
        core::Role ofExperts(core::Role dense, core::Role stack) const
        {
            return !m_roles.first(dense) && m_roles.first(stack) ? stack : dense;
        }

        /// Gate and up, or up alone, to what down reads.
        double gated(double x)
        {
            using core::Role;
            const QString act = activationName(m_spec.feedForward.activation);
            const bool two = m_spec.feedForward.isGated && !m_spec.feedForward.isFused;
            if (m_roles.first(Role::FfnGateInp)) {
                wire({ { x, 0 }, { x + 10, 0 } });
                x = plain(DiagramText::tr("router"), {}, x + 10);
            }
            const double split = x + 8, left = split + boxGap;
            wire({ { x, 0 }, { split, 0 } });
            if (!two) {
                wire({ { split, 0 }, { left, 0 } }, true);
                x = box(Role::FfnUp, left, 0, unitWidth(Role::FfnUp));
                wire({ { x, 0 }, { x + 10, 0 } });
                return plain(act,
                    m_spec.feedForward.isFused ? DiagramText::tr("gate × up") : QString(), x + 10);
            }
            const Role gate = ofExperts(Role::FfnGate, Role::FfnGateExps);
            const Role up = ofExperts(Role::FfnUp, Role::FfnUpExps);
            const double width = std::max(unitWidth(gate), unitWidth(up));
            const double right = left + width, middle = right + 8 + signRadius;
            for (const double y : { -halfSpread, halfSpread }) {
                wire({ { split, 0 }, { split, y }, { left, y } }, true);
                wire({ { right, y }, { middle, y }, { middle, std::copysign(signRadius, y) } });
            }
            box(gate, left, -halfSpread, width);
            box(up, left, halfSpread, width);
            text(act, left + width / 2 - textWidth(act) / 2, -76);
            return sign(QStringLiteral("×"), middle - signRadius);
        }

        void head(double from)
        {
            double x = m_diagram.frame.right() + 10;
            wire({ { from, 0 }, { x, 0 } });
            x = norm(x);
            const double left = x + boxGap;
            wire({ { x, 0 }, { left, 0 } }, true);
            const bool own = m_roles.first(core::Role::Output) != nullptr;
            const double right = own
                ? box(core::Role::Output, left, 0, unitWidth(core::Role::Output))
                : plain(DiagramText::tr("head"), DiagramText::tr("tied"), left);
            QStringList words;
            if (m_config.logitDivisor != 1)
                words += DiagramText::tr("÷ %1").arg(factorText(m_config.logitDivisor));
            if (m_config.finalCap > 0)
                words += DiagramText::tr("capped at %1").arg(factorText(m_config.finalCap));
            const QString scales = words.join(QStringLiteral("\n"));
            text(scales, left - 4, 26);
            m_diagram.width = std::max(right, left - 4 + textWidth(scales)) + 2;
        }

        const core::ModelConfig& m_config;
        core::LayerSpec m_spec;
        double m_tap = 0; ///< where a parallel feed-forward takes its input
    };

    /// A model that is not computed: its roles in lines, nothing between them.
    class ListedDrawing : Drawing {
    public:
        explicit ListedDrawing(const core::Checkpoint& checkpoint)
            : Drawing(checkpoint)
        {
        }

        LayerDiagram draw()
        {
            double left = 2;
            if (m_roles.first(core::Role::TokenEmbd))
                left = 16 + box(core::Role::TokenEmbd, 2, 0, unitWidth(core::Role::TokenEmbd));
            m_diagram.frame = QRectF(left, frameTop, 10, frameBottom - frameTop);
            listed(left + 12);
            title(DiagramText::tr("Tensors of the layers"), left,
                { DiagramText::tr("how they are connected is not known") });
            m_diagram.width = m_diagram.frame.right() + 2;
            if (m_roles.first(core::Role::Output))
                m_diagram.width = 2
                    + box(core::Role::Output, m_diagram.frame.right() + 16, 0,
                        unitWidth(core::Role::Output));
            return std::move(m_diagram);
        }

    private:
        void listed(double left)
        {
            constexpr int lines = 4;
            constexpr double pitch = 50;
            int line = 0;
            double x = left, widest = 0;
            for (const auto& [role, tensor] : m_roles.all()) {
                const bool inLayers = tensor->place.layer >= 0 || core::isOther(role);
                if (!inLayers || !core::isMatrix(role))
                    continue;
                if (line == lines) {
                    x += widest + boxGap;
                    widest = line = 0;
                }
                const double width = unitWidth(role);
                box(role, x, frameTop + 52 + pitch * line++, width);
                if (core::isOther(role))
                    m_diagram.roles.back().detail
                        = DiagramText::tr("%n tensors", nullptr, m_roles.count(role));
                widest = std::max(widest, width);
            }
            m_diagram.frame.setRight(x + widest + 12);
        }
    };

} // namespace

LayerDiagram layerDiagram(const core::Checkpoint& checkpoint)
{
    const bool isWired = checkpoint.isComputed() && checkpoint.config().layers > 0;
    return isWired ? WiredDrawing(checkpoint).draw() : ListedDrawing(checkpoint).draw();
}

} // namespace widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/layerdiagram.h"

#include "widgets/format.h"
#include "widgets/pages/model/diagramdrawing.h"
#include "widgets/pages/model/layerwords.h"

#include <QtCore/QLocale>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    using namespace diagram;

    QString factorText(double value) { return QLocale().toString(value, 'g', 4); }

    /// A model that is computed, from its first layer's spec, and what some layers have in the
    /// place of its attention.
    class WiredDrawing : DiagramDrawing {
    public:
        explicit WiredDrawing(const core::Checkpoint& checkpoint)
            : DiagramDrawing(checkpoint)
            , m_config(checkpoint.config())
            , m_attending(firstAttending(m_config))
            , m_spec(core::layerSpec(m_config, m_attending))
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
        /// The first layer with attention; 0 where none has.
        static int firstAttending(const core::ModelConfig& config)
        {
            const auto found = std::ranges::find(config.recurrent, false);
            return found == config.recurrent.end() ? 0 : int(found - config.recurrent.begin());
        }

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
            if (withoutExperts() > 0)
                words += DiagramText::tr("%n layers without experts", nullptr, withoutExperts());
            if (std::ranges::count(m_config.unturned, true) > 0)
                words += positionsText(m_config);
            return words;
        }

        /// q, k, v, or what holds all three.
        std::vector<core::Role> queryRoles() const
        {
            if (m_checkpoint.find(core::Place{ core::Role::AttnQkv, m_attending }))
                return { core::Role::AttnQkv };
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
            const bool isHybrid = !mixerText(m_config).isEmpty();
            x = queries(isHybrid ? mixer(split) : split);
            const double output = x + boxGap;
            wire({ { x, 0 }, { output, 0 } }, true);
            text(DiagramText::tr("attention\n%1 heads, %2 KV")
                     .arg(countText(m_config.heads), countText(m_config.keyValueHeads)),
                output - 4, -78);
            x = box(core::Role::AttnOutput, output, 0, unitWidth(core::Role::AttnOutput));
            if (isHybrid)
                x = eitherOf(x);
            return addedTo(fork, x, m_spec.attentionPostNorm.has_value());
        }

        /// The matrices that read what attention reads in the layers without it: those of one line
        /// touch.
        std::vector<std::vector<core::Role>> mixerLines() const
        {
            using core::Role;
            if (m_config.deltaNet.kernel == 0)
                return { { Role::ShortConvIn } };
            return { { Role::AttnQkv }, { Role::AttnGate }, { Role::SsmAlpha, Role::SsmBeta } };
        }

        /// What stands in the place of attention in some layers, with the stream that passes below
        /// it to attention; gives where that begins.
        double mixer(double split)
        {
            const auto lines = mixerLines();
            const auto height = [&lines](std::size_t line) {
                return lines.size() == 1 ? 0 : spread * (double(line) - 1);
            };
            const double left = split + boxGap;
            std::vector<double> ends;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                wire({ { split, 0 }, { split, height(i) }, { left, height(i) } }, true);
                ends.push_back(left);
                for (const core::Role role : lines[i])
                    ends.back() = box(role, ends.back(), height(i), unitWidth(role));
            }
            const double join = *std::ranges::max_element(ends) + 12, output = join + boxGap;
            for (std::size_t i = 0; i < ends.size(); ++i)
                wire({ { ends[i], height(i) }, { join, height(i) }, { join, 0 } });
            wire({ { join, 0 }, { output, 0 } }, true);
            text(mixerName(m_config), output - 4, -78);
            const core::Role writer
                = m_config.deltaNet.kernel > 0 ? core::Role::SsmOut : core::Role::ShortConvOut;
            const double end = box(writer, output, 0, unitWidth(writer));
            m_mixerEnd = end + 8;
            wire({ { end, 0 }, { m_mixerEnd, 0 }, { m_mixerEnd, overpass } });
            const double next = m_mixerEnd + boxGap;
            wire({ { split, 0 }, { split, underpass }, { next, underpass }, { next, 0 } });
            return next;
        }

        /// One of the two, attention from `x` or what comes over it.
        double eitherOf(double x)
        {
            wire({ { x, 0 }, { x + 10, 0 } });
            const double middle = x + 10 + signRadius;
            wire({ { m_mixerEnd, overpass }, { middle, overpass }, { middle, -signRadius } });
            return sign(DiagramText::tr("or", "one of two branches"), x + 10);
        }

        /// Of latent attention: what makes the latents, their norms, and what is made of them.
        double latents(double split)
        {
            using core::Role;
            const bool ranked = m_spec.attention.latent->queryRank > 0;
            const Role first = ranked ? Role::AttnQA : Role::AttnQ;
            const double left = split + boxGap;
            const double width = std::max(unitWidth(first), unitWidth(Role::AttnKvAMqa));
            const double right = left + width;
            for (const double y : { -spread, 0.0 })
                wire({ { split, 0 }, { split, y }, { left, y } }, true);
            box(first, left, -spread, width);
            box(Role::AttnKvAMqa, left, 0, width);
            wire({ { right, 0 }, { right + 8, 0 } });
            const double normed = norm(right + 8);
            const double fork = normed + 8, second = fork + boxGap;
            double widest = std::max(unitWidth(Role::AttnKB), unitWidth(Role::AttnVB));
            if (ranked)
                widest = std::max(widest, unitWidth(Role::AttnQB));
            const double end = second + widest, join = end + 12;
            if (ranked) {
                wire({ { right, -spread }, { right + 8, -spread } });
                wire({ { norm(right + 8, -spread), -spread }, { second, -spread } }, true);
                box(Role::AttnQB, second, -spread, widest);
            }
            wire({ { normed, 0 }, { second, 0 } }, true);
            wire({ { fork, 0 }, { fork, spread }, { second, spread } }, true);
            box(Role::AttnKB, second, 0, widest);
            box(Role::AttnVB, second, spread, widest);
            wire({ { ranked ? end : right, -spread }, { join, -spread }, { join, 0 } });
            wire({ { end, 0 }, { join, 0 } });
            wire({ { end, spread }, { join, spread }, { join, 0 } });
            return join;
        }

        double queries(double split)
        {
            if (m_spec.attention.latent)
                return latents(split);
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

        /// Layers that have an ordinary feed-forward where others have experts.
        int withoutExperts() const
        {
            const auto spec = core::layerSpec(m_config, m_config.layers - 1).experts;
            return spec && !spec->isBeside ? m_roles.count(core::Role::FfnDown) : 0;
        }

        /// The matrix of the feed-forward, or where experts stand in its place their stack.
        core::Role ofExperts(core::Role dense, core::Role stack) const
        {
            const bool hasStack = m_roles.first(stack) != nullptr;
            return hasStack && (!m_roles.first(dense) || withoutExperts() > 0) ? stack : dense;
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
        int m_attending; ///< a layer with attention
        core::LayerSpec m_spec;
        double m_mixerEnd = 0; ///< from where its output passes over attention
        double m_tap = 0; ///< where a parallel feed-forward takes its input
    };

    /// A model that is not computed: its roles in lines, nothing between them.
    class ListedDrawing : DiagramDrawing {
    public:
        explicit ListedDrawing(const core::Checkpoint& checkpoint)
            : DiagramDrawing(checkpoint)
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

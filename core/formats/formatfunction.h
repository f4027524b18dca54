// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace core {

struct Study;

/// A function of a format: a plain one, or one that is first given the parameters of a study
/// format, which many formats share. Called alike. Pure.
template<typename Signature>
class FormatFunction;

template<typename Result, typename... Arguments>
class FormatFunction<Result(Arguments...)> {
public:
    using Plain = Result (*)(Arguments...);
    using OfStudy = Result (*)(const Study&, Arguments...);

    constexpr FormatFunction(Plain plain)
        : m_plain(plain)
    {
    }
    /// `study` outlives it.
    constexpr FormatFunction(OfStudy function, const Study& study)
        : m_ofStudy(function)
        , m_study(&study)
    {
    }

    /// Whether there is one.
    explicit constexpr operator bool() const { return m_plain || m_ofStudy; }

    Result operator()(Arguments... arguments) const
    {
        return m_plain ? m_plain(arguments...) : m_ofStudy(*m_study, arguments...);
    }

private:
    Plain m_plain = nullptr;
    OfStudy m_ofStudy = nullptr;
    const Study* m_study = nullptr;
};

} // namespace core

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/windowsize.h"

namespace app {

QSize leastSize(QSize available) { return QSize(720, 450).boundedTo(available); }

QSize firstSize(QSize available)
{
    return QSize(1440, 900).boundedTo(available * 0.9).expandedTo(leastSize(available));
}

} // namespace app

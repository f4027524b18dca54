// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace core {

/// The right to call OpenBLAS while it lives. OpenBLAS takes 128 MiB of addresses for every call
/// that runs at the same time and asks for them forever if it does not get them. So they are taken
/// beforehand, for as many calls as there are processors or as half of the room allows; further
/// calls wait for their turn. OpenBLAS starts no threads of its own.
class BlasTurn {
public:
    /// Throws std::bad_alloc if there is no room for a single call. Safe from several threads;
    /// takes about 20 ns.
    BlasTurn();
    ~BlasTurn();
    BlasTurn(const BlasTurn&) = delete;
    BlasTurn& operator=(const BlasTurn&) = delete;
};

/// Where addresses are limited, takes those of all turns now. To be called in main before there is
/// another thread: one that asks for memory between our look for room and OpenBLAS's call would
/// leave OpenBLAS asking forever. Throws nothing: a later BlasTurn does.
void takeBlasMemory();

} // namespace core

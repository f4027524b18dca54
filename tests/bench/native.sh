#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the packaged program, whose vector code is chosen when it starts, loses against one compiled for this very
# processor: builds quantscope-bench both ways, lets them take turns and prints the best of their speeds side by side.
# Usage: tests/bench/native.sh [RUNS (2) [PART (formats forward gptq)]...]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-2}
shift $(($# > 0))
[ $# -gt 0 ] || set -- formats forward gptq

build() { # folder, flags
    cmake -S . -B "build/$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS="$2" > /dev/null
    cmake --build "build/$1" --target quantscope-bench > /dev/null
}
build packaged ""
build native -march=native

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for ((run = 0; run < runs; ++run)); do
    for kind in packaged native; do
        "build/$kind/bin/quantscope-bench" "$@" | sed "s/^/$kind /" >> "$results"
    done
done

awk '
    function take(name, speed) {
        if (!(name in order)) { order[name] = ++names; named[names] = name }
        if (speed > best[$1, name]) best[$1, name] = speed
    }
    $2 == "Formats," || $2 == "Forward" || $2 == "GPTQ" { part = $2; next }
    part == "Formats," && $3 ~ /^[0-9.]+$/ {
        take($2 " encode, MB/s", $3); take($2 " with importance, MB/s", $6); take($2 " decode, MB/s", $9)
    }
    part == "Forward" && $5 ~ /^[0-9.]+$/ { take($2 " forward on " $4 ", tokens/s", $5) }
    part == "GPTQ" && $4 ~ /^[0-9.]+$/ { take($2 " GPTQ, layers/h", 3600 / $4) }
    END {
        printf "%-36s %10s %10s %8s\n", "", "packaged", "native", "ratio"
        for (i = 1; i <= names; ++i) {
            name = kind = named[i]
            ratio = best["packaged", name] / best["native", name]
            printf "%-36s %10.1f %10.1f %8.2f\n", name, best["packaged", name], best["native", name], ratio
            sub(/^[^ ]+ /, "", kind)
            if (!(kind in count)) kinds[++different] = kind
            logs[kind] += log(ratio); ++count[kind]
        }
        for (i = 1; i <= different; ++i)
            printf "%-58s %8.2f\n", "mean, " kinds[i], exp(logs[kinds[i]] / count[kinds[i]])
    }' "$results"

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the best mix loses beside uniform formats and llama.cpp's mixes of the same file size, measured on text that it was not
# made from. MIXES="TYPE:METHOD:METHOD OF THE MIX ..." tries others. Usage: mixes.sh PROGRAM [MODEL CALIBRATION EVALUATION CTX SEQUENCES [CHUNKS]]; the bundled sample by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$1
model=${2:-resources/sample}
calibration=${3:-resources/sample/calibration.txt}
evaluation=${4:-resources/sample/evaluation.txt}
ctx=${5:-256}
sequences=${6:-128}
chunks=${7:+--chunks $7}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

value() { python3 -c 'import json,sys; v=json.load(sys.stdin)
for k in sys.argv[1].split("."): v=v[k]
print(v)' "$1"; }

# quantized NAME METHOD WHAT...: writes NAME.gguf, prints its bytes and KL divergence
quantized() {
    local name=$1 method=$2
    shift 2
    # shellcheck disable=SC2086 # several words
    "$program" quantize "$model" "$@" --method "$method" --calibration "$calibration" --ctx "$ctx" --work-folder "$folder/shelf" \
        -o "$folder/$name.gguf" --evaluate "$evaluation" $chunks --overwrite --json 2>"$folder/said" >"$folder/$name.json" || cat "$folder/said" >&2
    printf '%s %s\n' "$(stat -c %s "$folder/$name.gguf")" "$(value evaluation.kld_mean <"$folder/$name.json")"
}

printf '%-8s %-10s %10s %10s %12s %12s %8s\n' beside method bytes "of mix" KLD "of mix" ratio
usual=(Q{3,4,5}_K:importance:importance Q{2,3,4,5}_K_M:{importance,gptq}:gptq)
read -ra each_mix <<<"${MIXES:-${usual[*]}}"
for each in "${each_mix[@]}"; do
    IFS=: read -r type method round <<<"$each"
    read -r bytes kld < <(quantized "$type" "$method" --type "$type")
    "$program" recipe "$model" --target-size "$bytes" --calibration "$calibration" --ctx "$ctx" --sequences "$sequences" \
        --work-folder "$folder/shelf" --round "$round" -o "$folder/recipe.json" --overwrite >/dev/null 2>&1
    read -r mixbytes mixkld < <(quantized mix "$round" --recipe "$folder/recipe.json")
    python3 -c 'import sys; t,m,a,b,c,d=sys.argv[1:]
print(f"{t:<8} {m:<10} {a:>10} {b:>10} {float(c):12.5f} {float(d):12.5f} {float(d)/float(c):8.3f}")' \
        "$type" "$method" "$bytes" "$mixbytes" "$kld" "$mixkld"
done

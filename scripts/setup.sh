# SPDX-License-Identifier: Apache-2.0
# scripts/setup.sh - what ./try, ./check and bench/run share; sourced, never
# run.
#
# In here: installing distribution packages, building a preset.
# Not in here: anything that a built onnxcost does.

packages_to_build=(gcc libc6-dev cmake ninja-build pkgconf
    protobuf-c-compiler libprotobuf-c-dev zlib1g-dev libjansson-dev
    libxxhash-dev)
packages_to_check=(clang libcmocka-dev python3 python3-venv zsh fish
    groff-base chromium)
packages_to_bench=(python3 python3-venv valgrind)

say() { printf '== %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "not root, and no sudo: please run as root: $*" >&2
        return 1
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install PACKAGE...: with apt, only what is missing.
install() {
    local missing=() package
    if ! command -v apt-get >/dev/null; then
        say "no apt-get here; needed, by their Debian names: $*"
        return 0
    fi
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    quietly build/apt.log as_root apt-get -qq update
    quietly build/apt.log as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "${missing[@]}"
}

# quietly LOG COMMAND...: the output goes to LOG, and is shown on failure.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || {
        cat "$log"
        echo "failed: $*" >&2
        return 1
    }
}

# build PRESET [CMAKE OPTION...]: configures and builds build/PRESET.
build() {
    local preset=$1
    shift
    say "building build/$preset"
    quietly "build/$preset.configure.log" cmake --preset "$preset" "$@"
    quietly "build/$preset.build.log" cmake --build --preset "$preset"
}

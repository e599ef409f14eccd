# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What demo and test share: installing what is missing, building.  Sourced by
# POSIX shells with `set -eu`; $root is the source tree.

llvm=${MILLIPAGE_LLVM_VERSION:-19}
build=${MILLIPAGE_BUILD:-$root/build}

# To build and run; then what only the tests need.
build_packages="gcc g++ libc6-dev pkg-config cmake ninja-build
    clang-$llvm llvm-$llvm-dev libclang-$llvm-dev llvm-$llvm-tools
    libffi-dev libsodium-dev libpng-dev zlib1g-dev"
test_packages="clang-format-$llvm clang-tidy-$llvm libclang-rt-$llvm-dev
    python3 gdb binutils iproute2 util-linux procps"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# install_missing PACKAGE...: by apt, once, as root or through sudo.
install_missing() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "these packages are missing, and installing them takes root or sudo:$missing"
            exit 1
        fi
        as_root=sudo
    fi
    say "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q >&2
    # shellcheck disable=SC2086 # a list of words
    $as_root apt-get install -q -y --no-install-recommends $missing >&2
}

# configure_and_build TESTS TARGET...: quiet unless it fails.
configure_and_build() {
    tests=$1
    shift
    mkdir -p "$build"
    log=$build/build.log
    say "building in $build (log: $log)"
    if ! { cmake -S "$root" -B "$build" -G Ninja \
               -DMILLIPAGE_LLVM_VERSION="$llvm" -DMILLIPAGE_TESTS="$tests" &&
           ninja -C "$build" "$@"; } >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        say "the build failed"
        exit 1
    fi
}

#!/usr/bin/env bash
# Installs what the build and the tests need, and skips what is already there. It can be run again safely, and asks nothing.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
export DEBIAN_FRONTEND=noninteractive

packages=(libzip-dev zlib1g-dev libssl-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev libhdf5-dev hdf5-tools libjpeg62-turbo-dev libpng-dev libcairo2-dev fonts-dejavu-core pkg-config)

fail() {
    echo "setup: $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# Those of the given packages that are not installed.
missing() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

install() {
    as_root apt-get update -qq </dev/null &&
        as_root apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

need() {
    local wanted
    mapfile -t wanted < <(missing "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "there is no apt-get here; please install what Debian calls ${wanted[*]}, then run this again"
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || fail "please run, as root: apt-get install ${wanted[*]}"
    echo "setup: installing ${wanted[*]}"
    # A first install can fail halfway; a second one after a repair usually works.
    install "${wanted[@]}" && return 0
    echo "setup: that failed; repairing and trying once more" >&2
    as_root apt-get -f install -y -qq </dev/null >/dev/null || true
    install "${wanted[@]}" || fail "could not install ${wanted[*]}; apt's message is above"
}

# On systems other than Debian the libraries may be installed under other names.
libraries_are_there() { ! command -v dpkg-query >/dev/null && pkg-config --exists libzip zlib libcrypto libprotobuf-c hdf5 libjpeg libpng cairo 2>/dev/null; }

# MTCNN's three networks, from the wheel that publishes them (facenet-pytorch 2.6.0, MIT).
folder="${CONVERT_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/convert}/mtcnn"
sums="a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f  pnet.pt
bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86  rnet.pt
165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d  onet.pt"

# Whether folder $1 holds all three, byte for byte.
weights_are_in() { [ -d "$1" ] && (cd "$1" && sha256sum -c --status <<<"$sums" 2>/dev/null); }

# Checked before they are put in place. Every step is joined by && because `set -e` is off in a function whose failure is caught.
fetch_weights() {
    rm -rf "$work/wheel" &&
        python3 -m pip download -q --disable-pip-version-check --no-input --no-deps --no-cache-dir -d "$work/wheel" \
            facenet-pytorch==2.6.0 </dev/null &&
        python3 -m zipfile -e "$work"/wheel/*.whl "$work/wheel/unpacked" &&
        weights_are_in "$work/wheel/unpacked/facenet_pytorch/data" &&
        mkdir -p "$folder" &&
        cp "$work"/wheel/unpacked/facenet_pytorch/data/{pnet,rnet,onet}.pt "$folder/"
}

libraries_are_there || need "${packages[@]}"
# Only make guard needs valgrind, and says what it leaves out without it.
if [ "$(uname -m)" = x86_64 ] && ! command -v valgrind >/dev/null; then
    (need valgrind) || echo "setup: going on without valgrind: make guard will not count instructions" >&2
fi
if ! weights_are_in "$folder"; then
    python3 -m pip --version >/dev/null 2>&1 || need python3 python3-pip
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    echo "setup: fetching MTCNN's weights into $folder"
    fetch_weights || fetch_weights || fail "could not fetch MTCNN's weights, or their checksums differ"
    weights_are_in "$folder" || fail "the weights in $folder are damaged; delete that folder and run this again"
fi

#!/usr/bin/env bash
# Installs what the build and the tests need, and skips what is there. Safe to run again.
set -euo pipefail

packages=(libzip-dev zlib1g-dev pkg-config)
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)

missing() {
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need() {
    local wanted
    mapfile -t wanted < <(missing "$@")
    [ ${#wanted[@]} -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        echo "setup: please install ${wanted[*]} (there is no apt-get here)" >&2
        exit 1
    fi
    echo "setup: installing ${wanted[*]}"
    # A first install can fail half way; once more after repairing usually works.
    install "${wanted[@]}" || { "${as_root[@]}" apt-get -f install -y -qq; install "${wanted[@]}"; }
}

# MTCNN's three networks, from the wheel that publishes them (facenet-pytorch 2.6.0, MIT).
folder="${CONVERT_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/convert}/mtcnn"
sums="a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f  pnet.pt
bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86  rnet.pt
165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d  onet.pt"

weights_are_there() { (cd "$folder" 2>/dev/null && sha256sum --quiet -c <<<"$sums" >/dev/null 2>&1); }

fetch_weights() {
    local work
    work=$(mktemp -d)
    python3 -m pip download -q --no-deps --no-cache-dir -d "$work" facenet-pytorch==2.6.0
    (cd "$work" && python3 -m zipfile -e ./*.whl unpacked)
    mkdir -p "$folder"
    cp "$work"/unpacked/facenet_pytorch/data/{pnet,rnet,onet}.pt "$folder/"
    rm -rf "$work"
}

need "${packages[@]}"
if ! weights_are_there; then
    python3 -m pip --version >/dev/null 2>&1 || need python3 python3-pip
    echo "setup: fetching MTCNN's weights into $folder"
    fetch_weights || fetch_weights
    weights_are_there || { echo "setup: MTCNN's weights do not have the expected checksums" >&2; exit 1; }
fi

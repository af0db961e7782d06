#!/usr/bin/env bash
# Checks the packages in dist/ that `make dist` made. Usage: scripts/dist_check.sh [CHECK…]; without a name all but `bare`.
#   empty    the tarball's files alone in an empty root, without /proc, /dev and HOME
#   install  make install and make uninstall of the tarball
#   deb      dpkg into a root of its own and out again; lintian
#   wheel    pip into clean environments, with and without NumPy; the module's tests
#   same     a second run makes the same bytes
#   bare     bare Debian systems by debootstrap: the whole check with apt and the .deb; fetches some 100 MB, needs root
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
PATH=$PATH:/usr/sbin:/sbin
version=$(scripts/version.sh)
tarball=dist/pthconvert-$version-linux-x86_64.tar.gz
deb=dist/pthconvert_${version}_amd64.deb
wheel=$(echo dist/pthconvert-"$version"-py3-none-*.whl)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'dist-check: %s\n' "$*"; }
fail() {
    say "FAILED: $*" >&2
    exit 1
}

inputs() {
    mkdir -p "$1"
    cp fixtures/training/small_epoch_003.pth "$1/checkpoint.pth"
    cp fixtures/hostile/os_system_in_zip.pth "$1/dangerous.pth"
    cp fixtures/scores/pair_scores.csv "$1/"
    python3 packaging/drawn_faces.py "$1"
}

# Runs the program in $root as $user, with nothing in its environment but what $environment says.
root= program= user= environment=()
run() {
    local enter=("$(command -v chroot)")
    [ "$(id -u)" -eq 0 ] || enter=("$(command -v unshare)" --map-root-user "${enter[@]}")
    env -i "${environment[@]}" "${enter[@]}" ${user:+--userspec="$user"} "$root" "$program" "$@"
}

# Everything that the program does, once, in a root that has the inputs in /in and an empty folder /out.
story() {
    local ending status=0
    run --version --verbose
    run inspect /in/checkpoint.pth >"$work/inspect.txt"
    grep -q ir_resnet18 "$work/inspect.txt" || fail "inspect does not name the network"
    run inspect --safety /in/checkpoint.pth >/dev/null || fail "inspect --safety of a clean file"
    run inspect --safety /in/dangerous.pth >/dev/null || status=$?
    [ $status -eq 1 ] || fail "inspect --safety of a dangerous file ends with $status"
    for ending in onnx safetensors h5 flat pth; do
        run /in/checkpoint.pth "/out/model.$ending" --quiet
        run verify "/out/model.$ending" /in/checkpoint.pth >"$work/verify.txt" || fail "verify of .$ending: $(cat "$work/verify.txt")"
    done
    run slim /in/checkpoint.pth /out/slim.safetensors >/dev/null
    run run /out/model.onnx /in/faces -o /out/embeddings.npy >/dev/null
    run align /in/faces -o /out/crops >"$work/align.txt"
    grep -q "faces found in 12 of 12" "$work/align.txt" || fail "align: $(cat "$work/align.txt")"
    run evaluate /out/model.onnx --lfw-root /in/faces --pairs-file /in/pairs.txt --folds 2 --output-dir /out/evaluation \
        >"$work/evaluate.txt" 2>"$work/evaluate-errors.txt" || fail "evaluate: $(tail -3 "$work/evaluate-errors.txt")"
    for file in report.html metrics.json roc_curve.png; do
        [ -s "$root/out/evaluation/$file" ] || fail "evaluate wrote no $file"
    done
    run score /in/pair_scores.csv --folds 10 --output-dir /out/scores >/dev/null
    # Where a program is built for this machine and has the same version, both write the same bytes.
    local ordinary=.build/x86_64-unknown-linux-gnu/release/convert
    if [ -x "$ordinary" ]; then
        "$ordinary" "$root/in/checkpoint.pth" "$work/ordinary.onnx" --quiet --force
        cmp "$work/ordinary.onnx" "$root/out/model.onnx" || fail "the static program writes a different ONNX file"
        "$ordinary" "$root/in/checkpoint.pth" "$work/ordinary.h5" --quiet --force
        cmp "$work/ordinary.h5" "$root/out/model.h5" || fail "the static program writes a different HDF5 file"
    fi
}

unpack() {
    [ -f "$tarball" ] || fail "$tarball is not there: run make dist"
    tar -xzf "$tarball" -C "$1" --strip-components=1
    rm "$1/Makefile"
}

check_empty() {
    root=$work/empty program=/bin/pthconvert environment=() user=
    mkdir -p "$root/out"
    unpack "$root"
    inputs "$root/in"
    story
    grep -q "caching" "$work/evaluate-errors.txt" || grep -q "cache" "$work/evaluate-errors.txt" || fail "a missing HOME is not reported"
    say "empty root: $(cd "$root" && find . -maxdepth 1 -mindepth 1 | sort | tr '\n' ' '): everything ran, without /proc and HOME"
    # Not the owner of anything, with a HOME that cannot be written to.
    if [ "$(id -u)" -eq 0 ]; then
        rm -rf "$root/out" && mkdir -m 777 "$root/out"
        environment=(HOME=/in) user=65534:65534
        story
        say "empty root: the same for a user whose HOME is read-only"
    fi
    # The binary by itself: letters are cairo's own, and only faces cannot be found.
    rm -rf "$root/out" "$root/share" && mkdir "$root/out"
    environment=() user=
    local status=0
    run score /in/pair_scores.csv --folds 10 --output-dir /out/scores >/dev/null
    run align /in/faces -o /out/crops >/dev/null 2>"$work/errors.txt" || status=$?
    [ $status -eq 2 ] && grep -q "/share/pthconvert/mtcnn" "$work/errors.txt" || fail "align without weights: $(cat "$work/errors.txt")"
    say "empty root: the binary alone plots without a font, and names the folders without weights"
}

check_install() {
    local source=$work/source target=$work/target
    mkdir -p "$source" "$target"
    tar -xzf "$tarball" -C "$source" --strip-components=1
    make -s -C "$source" install PREFIX=/opt/here DESTDIR="$target"
    "$target/opt/here/bin/pthconvert" --version
    (cd "$source" && find bin share -type f | sort) >"$work/wanted"
    (cd "$target/opt/here" && find . -type f | sed 's|^\./||' | sort) | diff "$work/wanted" - || fail "make install put other files there"
    ! "$target/opt/here/bin/pthconvert" manual | man --warnings -l - 2>&1 >/dev/null | grep . || fail "man warns of the manual page"
    bash -n "$target/opt/here/share/bash-completion/completions/pthconvert"
    make -s -C "$source" uninstall PREFIX=/opt/here DESTDIR="$target"
    [ -z "$(find "$target" -not -type d)" ] || fail "make uninstall leaves files"
    [ -z "$(find "$target" -name '*pthconvert*')" ] || fail "make uninstall leaves folders"
    say "tarball: make install and make uninstall leave nothing"
}

check_deb() {
    root=$work/dpkg
    mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers} "$root/usr/bin" && touch "$root/var/lib/dpkg/status"
    dpkg --root="$root" --force-not-root --log=/dev/null -i "$deb" >/dev/null
    "$root/usr/bin/pthconvert" --version
    (cd "$root" && md5sum -c --quiet var/lib/dpkg/info/pthconvert.md5sums)
    dpkg --root="$root" --force-not-root --log=/dev/null --purge pthconvert >/dev/null
    [ -z "$(find "$root" -path "$root/var" -prune -o -name '*pthconvert*' -print)" ] || fail "removing the package leaves files"
    say "Debian package: installed and removed, nothing left"
    command -v lintian >/dev/null || fail "lintian is not installed: apt-get install lintian"
    lintian --allow-root --fail-on error "$deb" || fail "lintian reports errors"
    say "Debian package: lintian reports no error"
}

check_wheel() {
    local python=${PYTHON:-python3} files=$work/files
    inputs "$files"
    "$python" -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install -q --disable-pip-version-check --no-index "$wheel"
    [ "$("$work/venv/bin/pthconvert" --version | cut -d' ' -f2)" = "$version" ] || fail "pthconvert is not in the environment"
    PTHCONVERT_FILES=$files HOME=$work/none XDG_DATA_HOME=$work/none "$work/venv/bin/python" packaging/python/tests/test_pthconvert.py
    "$work/venv/bin/python" -m pip install -q --disable-pip-version-check numpy
    PTHCONVERT_FILES=$files HOME=$work/none XDG_DATA_HOME=$work/none "$work/venv/bin/python" packaging/python/tests/test_pthconvert.py
    "$work/venv/bin/python" -m pip uninstall -q -y pthconvert
    # pip leaves empty folders of data behind, but no file.
    [ -z "$(find "$work/venv" -path '*pthconvert*' -not -type d)" ] || fail "pip uninstall leaves files"
    # Without an environment: pip install --target.
    "$python" -m pip install -q --disable-pip-version-check --no-index --target "$work/target-folder" "$wheel"
    PYTHONPATH=$work/target-folder "$python" -c 'import pthconvert; print("dist-check: --target", pthconvert.version())'
    say "wheel: installed, tested with and without NumPy, removed, no file left"
}

check_same() {
    cp dist/SHA256SUMS "$work/sums"
    (cd dist && sha256sum -c --quiet SHA256SUMS) || fail "the checksums are not those of the packages"
    python3 packaging/packages.py >/dev/null
    diff "$work/sums" dist/SHA256SUMS || fail "a second run makes different bytes"
    say "a second run makes the same bytes"
}

check_bare() {
    local name
    command -v debootstrap >/dev/null || fail "debootstrap is not installed: apt-get install debootstrap"
    for name in ${RELEASES:-bullseye trixie}; do
        root=$work/$name program=/usr/bin/pthconvert environment=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin) user=
        debootstrap --variant=minbase "$name" "$root" >"$work/debootstrap.txt" 2>&1 || fail "debootstrap $name: $(tail -1 "$work/debootstrap.txt")"
        mkdir "$root/out"
        inputs "$root/in"
        cp "$deb" "$root/"
        (cd "$root" && find . -path ./var -prune -o -print | sort) >"$work/before"
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq "/${deb#dist/}" >/dev/null
        story
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get purge -qq pthconvert >/dev/null
        rm -rf "$root/root/.cache" "${root:?}"/out/*
        (cd "$root" && find . -path ./var -prune -o -print | sort) | diff "$work/before" - || fail "$name: removing the package leaves files"
        say "bare $name: installed by apt-get, everything ran, removed, nothing left"
        rm -rf "$root"
    done
}

[ $# -gt 0 ] || set -- empty install deb wheel same
for check in "$@"; do
    [ "$(type -t "check_$check")" = function ] || fail "$check is not a check; see scripts/dist_check.sh --help"
    "check_$check"
done
say "passed: $*"

#!/usr/bin/env bash
# Links dist/work/pthconvert from the objects of `make build`: fully static, so that it starts under any glibc, under musl and in an empty root.
# The archives are Debian's own; libzip, of which Debian ships none, is built from Debian's source package. Installs what it needs.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,3s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
objects=$PWD/.build/x86_64-unknown-linux-gnu/release
work=$PWD/dist/work
system=/usr/lib/x86_64-linux-gnu

fail() {
    echo "dist: $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

[ "$(uname -m)" = x86_64 ] || fail "packages are made on x86-64 only"
[ -f "$objects/convert.product/Objects.LinkFileList" ] || fail "there are no objects in $objects; run make build first"

# The other archives come with the packages that scripts/setup.sh installs, and with what these depend on.
missing=()
for package in cmake dpkg-dev binutils libaec-dev libbrotli-dev; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "dist: installing ${missing[*]}"
    as_root apt-get update -qq </dev/null
    as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
fi
mkdir -p "$work"

# Debian's source packages, fetched through a list of sources of our own: the machine's stays as it is.
fetch_libzip() {
    local apt=$work/apt
    # shellcheck disable=SC1091
    local release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" >"$apt/sources.list"
    local options=(-qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists"
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$work" && apt-get "${options[@]}" source libzip >/dev/null)
}

if [ ! -f "$work/libzip/lib/libzip.a" ]; then
    echo "dist: building libzip from Debian's source package"
    rm -rf "$work"/libzip*
    fetch_libzip || fetch_libzip || fail "could not fetch libzip's source package"
    source=$(echo "$work"/libzip-*/)
    cmake -S "$source" -B "$work/libzip-build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$work/libzip" \
        -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF -DENABLE_GNUTLS=OFF -DENABLE_MBEDTLS=OFF -DENABLE_OPENSSL=OFF \
        -DENABLE_BZIP2=OFF -DENABLE_LZMA=OFF -DENABLE_ZSTD=OFF -DENABLE_COMMONCRYPTO=OFF -DBUILD_TOOLS=OFF -DBUILD_REGRESS=OFF \
        -DBUILD_EXAMPLES=OFF -DBUILD_DOC=OFF -DCMAKE_C_FLAGS="-ffile-prefix-map=$work=." >"$work/libzip.log"
    cmake --build "$work/libzip-build" -j2 >>"$work/libzip.log"
    cmake --install "$work/libzip-build" >>"$work/libzip.log"
fi

# A folder that holds nothing but archives, so that the linker finds no shared library.
archives=$work/archives
rm -rf "$archives" && mkdir "$archives"
ln -s "$work/libzip/lib/libzip.a" "$archives/"
ln -s "$system/libhdf5_serial.a" "$archives/libhdf5.a"
ln -s "$system/libpng16.a" "$archives/libpng.a"
for name in cairo pixman-1 fontconfig freetype expat png16 jpeg brotlidec brotlicommon sz aec protobuf-c crypto z; do
    [ -f "$system/lib$name.a" ] || fail "$system/lib$name.a is not there; run make setup"
    ln -s "$system/lib$name.a" "$archives/"
done
ln -s "$(gcc -print-file-name=libstdc++.a)" "$archives/"

# The trace names every archive member that is linked in; licenses and the bill of materials follow from it.
swiftc -static-executable -emit-executable -module-name convert -target x86_64-unknown-linux-gnu -o "$work/pthconvert.full" \
    -L "$archives" -lcairo -lpixman-1 -lfontconfig -lfreetype -lexpat -lpng16 -ljpeg -lbrotlidec -lbrotlicommon \
    -lhdf5 -lsz -laec -lprotobuf-c -lzip -lcrypto -lz -L "$objects" \
    -Xlinker --gc-sections -Xlinker --defsym -Xlinker main=convert_main -Xlinker --build-id=sha1 -Xlinker --trace -Xclang-linker -static-libgcc \
    @"$objects/convert.product/Objects.LinkFileList" -Xlinker -lm >"$work/link.txt" 2>&1 ||
    fail "the link failed: $(grep error "$work/link.txt" | head -5)"
strip --strip-all -R .comment -R .swift1_autolink_entries -o "$work/pthconvert" "$work/pthconvert.full"
if readelf -ld "$work/pthconvert" | grep -Eq 'INTERP|NEEDED'; then fail "the binary is not fully static"; fi
size=$(stat -c %s "$work/pthconvert")
[ "$size" -le 25000000 ] || fail "the binary has $size bytes; 25,000,000 are the limit"
echo "dist: dist/work/pthconvert, static, $size bytes"

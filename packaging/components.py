"""What is linked into the binary, by the linker's own trace: versions, licenses and notices, from the packages that the archives come from."""

import hashlib
import os
import re
import subprocess
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

# The license under which each Debian package's archives are used here. Where Debian offers a choice, this is what was chosen.
LICENSES = {
    "libaec-dev": ("libaec", "BSD-2-Clause"),
    "libbrotli-dev": ("Brotli", "MIT"),
    "libc6-dev": ("GNU C Library", "LGPL-2.1-or-later"),
    "libcairo2-dev": ("cairo", "MPL-1.1"),
    "libexpat1-dev": ("Expat", "MIT"),
    "libfontconfig-dev": ("Fontconfig", "HPND-sell-variant"),
    "libfreetype-dev": ("FreeType", "FTL"),
    "libgcc-12-dev": ("GCC's runtime library", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    "libhdf5-dev": ("HDF5", "BSD-3-Clause"),
    "libjpeg62-turbo-dev": ("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib"),
    "libpixman-1-dev": ("pixman", "MIT"),
    "libpng-dev": ("libpng", "libpng-2.0"),
    "libprotobuf-c-dev": ("protobuf-c", "BSD-2-Clause"),
    "libssl-dev": ("OpenSSL (libcrypto)", "Apache-2.0"),
    "libstdc++-12-dev": ("GCC's C++ library", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    "libzip-dev": ("libzip", "BSD-3-Clause"),
    "zlib1g-dev": ("zlib", "Zlib"),
}
# Texts that Debian's notices refer to and that are needed elsewhere.
COMMON = {"Apache-2.0": "Apache-2.0", "MPL-1.1": "MPL-1.1", "LGPL-2.1-or-later": "LGPL-2.1",
          "GPL-3.0-or-later WITH GCC-exception-3.1": "GPL-3"}


@dataclass(frozen=True)
class Component:
    """One library or set of data in the package."""

    name: str
    version: str
    license: str
    # Where it comes from, as a package URL.
    origin: str
    notice: str
    # The file that was linked or brought along: its name and SHA-256.
    files: tuple


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def archives(trace):
    """Archives of which the linker took a member, and objects that do not belong to this program, in order."""
    found = {}
    for line in Path(trace).read_text().splitlines():
        match = re.fullmatch(r"\s*\(?(/[^()]+?\.(?:a|o))(?:\)?\(?[^()]*\)?)?", line)
        if match:
            found[os.path.realpath(match[1])] = None
    return list(found)


def linked(trace, work):
    """The components of which the trace names a file. One that is not known here is an error: its license has to be looked at."""
    by_package = {}
    swift = os.path.realpath(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(said("which", "swiftc"))))))
    for path in archives(trace):
        if path.startswith(f"{swift}/"):
            package = "swift"
        elif path.endswith("/libzip.a"):
            package = "libzip-dev"
        elif "/.build/" in path:
            continue
        else:
            package = said("dpkg-query", "-S", path).split(":")[0]
        by_package.setdefault(package, []).append(path)
    components = []
    for package, paths in sorted(by_package.items()):
        files = tuple(sorted((os.path.basename(path), digest(path)) for path in paths))
        components.append(swift_runtime(swift, files) if package == "swift" else debian(package, files))
    return components


def debian(package, files):
    if package not in LICENSES:
        raise SystemExit(f"dist: {', '.join(name for name, _ in files)} of {package} is linked in, and packaging/components.py has no license for it")
    name, license = LICENSES[package]
    version = said("dpkg-query", "-W", "-f=${source:Version}", package)
    source = said("dpkg-query", "-W", "-f=${source:Package}", package)
    notice = Path(f"/usr/share/doc/{package}/copyright").read_text(errors="replace")
    return Component(name, version, license, f"pkg:deb/debian/{source}@{urllib.parse.quote(version)}?arch=source", notice, files)


def swift_runtime(root, files):
    version = re.search(r"Swift version (\S+)", said("swiftc", "--version"))[1]
    # The license is Apache's, which is in the common texts, and an exception.
    text = Path(root, "usr/share/swift/LICENSE.txt").read_text(errors="replace")
    mark = "## Runtime Library Exception"
    if mark not in text:
        raise SystemExit("dist: Swift's LICENSE.txt has no Runtime Library Exception; packaging/components.py has to be looked at")
    notice = "Copyright (c) Apple Inc. and the Swift project authors. Apache License 2.0, with this exception:\n\n" + mark + text.split(mark, 1)[1]
    return Component("Swift's standard library and libdispatch", version, "Apache-2.0 WITH Swift-exception",
                     f"pkg:github/swiftlang/swift@swift-{version}-RELEASE", notice, files)


def data(root, weights, font):
    """What is not code: MTCNN's networks, the font, and the description of ONNX that a reader was generated from."""
    font_version = said("dpkg-query", "-W", "-f=${source:Version}", "fonts-dejavu-core")
    return [
        Component("DejaVu Sans", font_version, "Bitstream-Vera", f"pkg:deb/debian/fonts-dejavu@{font_version}?arch=source",
                  Path("/usr/share/doc/fonts-dejavu-core/copyright").read_text(errors="replace"),
                  ((font.name, digest(font)),)),
        Component("MTCNN's networks, from facenet-pytorch", "2.6.0", "MIT", "pkg:pypi/facenet-pytorch@2.6.0",
                  (root / "packaging/mtcnn/LICENSE").read_text(), tuple((path.name, digest(path)) for path in weights)),
        Component("onnx.proto of ONNX", "1.12.0", "Apache-2.0", "pkg:github/onnx/onnx@v1.12.0",
                  "Copyright (c) ONNX Project Contributors. Licensed under the Apache License 2.0, whose text goes with this.",
                  (("onnx.pb-c.c", digest(root / "Sources/CONNX/onnx.pb-c.c")),)),
    ]


def notices(root, version, components, has_common=False):
    """One file with every license and notice that has to travel with the binary. Debian has the common ones in /usr/share/common-licenses."""
    rule = "=" * 78
    parts = [f"pthconvert {version}\n\n" + (root / "LICENSE").read_text().rstrip(), """\
The program is linked statically with the libraries below and brings along the
data below. Their licenses and notices follow, as the packages state them that
they were taken from.

cairo is used under the Mozilla Public License 1.1, and FreeType under the
FreeType License (portions of this software are copyright The FreeType Project,
www.freetype.org). This software is based in part on the work of the
Independent JPEG Group. Sources of all libraries but Swift's are Debian's
source packages of the versions named here, from
https://snapshot.debian.org, unchanged; Swift's are at
https://github.com/swiftlang. The program's own sources and scripts
(make dist) link it again with any changed version of a library, such as the
GNU C Library, which is under the GNU Lesser General Public License 2.1."""]
    parts.append("\n".join(f"{one.name} {one.version}: {one.license}" for one in components))
    by_notice = {}
    for one in components:
        by_notice.setdefault(one.notice.strip(), []).append(f"{one.name} {one.version} ({one.license})")
    parts += ["\n".join(names) + "\n\n" + notice for notice, names in by_notice.items()]
    wanted = sorted({COMMON[one.license] for one in components if one.license in COMMON} | {"Apache-2.0"})
    if has_common:
        parts.append("Full texts: " + ", ".join(f"/usr/share/common-licenses/{name}" for name in wanted))
    for name in [] if has_common else wanted:
        parts.append(Path(f"/usr/share/common-licenses/{name}").read_text().strip("\n"))
    return f"\n\n{rule}\n\n".join(parts) + "\n"

#!/usr/bin/env python3
"""Makes the packages in dist/ from dist/work/pthconvert, which scripts/dist_binary.sh linked: tarball, Debian package, wheel, bill of
materials and checksums. The time in them is SOURCE_DATE_EPOCH, or that of the last commit."""

import argparse
import hashlib
import os
import subprocess
from pathlib import Path

import archives
import bill
import components
import tree
import wheel

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {".whl": 13_000_000}


def epoch():
    given = os.environ.get("SOURCE_DATE_EPOCH") or subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    return int(given or 315532800)


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    dist, work, moment = ROOT / "dist", ROOT / "dist/work", epoch()
    version = subprocess.run([ROOT / "scripts/version.sh"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    binary = work / "pthconvert"
    used = components.linked(work / "link.txt", work) + components.data(ROOT, tree.weights(), tree.FONT)
    document = bill.bill(version, moment, binary.read_bytes(), used)
    files = tree.build(ROOT, work / "tree", binary, version, components.notices(ROOT, version, used), document)

    for old in dist.glob("pthconvert*"):
        old.unlink()
    top = f"pthconvert-{version}-linux-x86_64"
    content = [(name, (work / "tree" / name).read_bytes(), name.startswith("bin/")) for name in files]
    content.append(("Makefile", (ROOT / "packaging/Makefile").read_bytes(), False))
    archives.tarball(dist / f"{top}.tar.gz", top, content, moment)
    notices = components.notices(ROOT, version, used, has_common=True)
    archives.debian(dist / f"pthconvert_{version}_amd64.deb", ROOT, work / "deb", work / "tree", files, notices, version, moment)
    wheel.write(dist, ROOT, work / "tree", files, version, moment)
    (dist / f"pthconvert-{version}.spdx.json").write_text(document)

    made = sorted(dist.glob("pthconvert*"))
    (dist / "SHA256SUMS").write_text("".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made))
    for path in made:
        size = path.stat().st_size
        print(f"dist: dist/{path.name}, {size:,} bytes")
        if size > LIMITS.get(path.suffix, size):
            raise SystemExit(f"dist: {path.name} is larger than {LIMITS[path.suffix]:,} bytes")


if __name__ == "__main__":
    main()

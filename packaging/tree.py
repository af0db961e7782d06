"""The files of every package, below one prefix: dist/work/tree."""

import os
import shutil
import subprocess
from pathlib import Path

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
WEIGHTS = ("pnet.pt", "rnet.pt", "onet.pt")
COMPLETIONS = {
    "bash": "share/bash-completion/completions/pthconvert",
    "zsh": "share/zsh/site-functions/_pthconvert",
    "fish": "share/fish/vendor_completions.d/pthconvert.fish",
}


def weights():
    """MTCNN's files, where scripts/setup.sh put them after checking their digests."""
    data = os.environ.get("CONVERT_DATA") or (os.environ.get("XDG_DATA_HOME") or os.environ["HOME"] + "/.local/share") + "/convert"
    return [Path(data, "mtcnn", name) for name in WEIGHTS]


def put(tree, name, content, executable=False):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o755 if executable else 0o644)


def build(root, tree, binary, version, notices, bill):
    """Makes the tree anew and returns the paths of its files, relative and sorted."""
    shutil.rmtree(tree, ignore_errors=True)
    put(tree, "bin/pthconvert", binary.read_bytes(), executable=True)

    # Completions and the manual come from the program's own declarations, under the name that it is installed by.
    def printed(*arguments):
        return subprocess.run([tree / "bin/pthconvert", *arguments], check=True, stdout=subprocess.PIPE).stdout

    stated = printed("--version").decode().split()[-1]
    if stated != version:
        raise SystemExit(f"dist: the binary is version {stated}, the sources are {version}: run make build")
    put(tree, "share/man/man1/pthconvert.1", printed("manual"))
    for shell, name in COMPLETIONS.items():
        put(tree, name, printed("completions", shell))
    for path in weights():
        put(tree, f"share/pthconvert/mtcnn/{path.name}", path.read_bytes())
    for name in ("LICENSE", "README"):
        put(tree, f"share/pthconvert/mtcnn/{name}", (root / "packaging/mtcnn" / name).read_bytes())
    put(tree, f"share/pthconvert/fonts/{FONT.name}", FONT.read_bytes())
    put(tree, "share/pthconvert/fonts/fonts.conf", (root / "packaging/fonts/fonts.conf").read_bytes())
    put(tree, "share/doc/pthconvert/copyright", notices)
    put(tree, "share/doc/pthconvert/pthconvert.spdx.json", bill)
    put(tree, "share/doc/pthconvert/CHANGELOG.md", (root / "CHANGELOG.md").read_bytes())
    return sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())

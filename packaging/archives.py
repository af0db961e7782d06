"""The tarball and the Debian package. The same tree and time give the same bytes."""

import email.utils
import gzip
import io
import os
import shutil
import subprocess
import tarfile


def tarball(path, top, entries, epoch):
    """Writes a .tar.gz; `entries` are names, bytes and whether the file is executable. Folders are left to whoever unpacks it."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content, executable in sorted(entries):
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size, info.mtime, info.mode = len(content), epoch, 0o755 if executable else 0o644
            info.uname = info.gname = "root"
            tar.addfile(info, io.BytesIO(content))
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=epoch) as packed:
        packed.write(raw.getvalue())


def packed(content):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=9, mtime=0) as file:
        file.write(content)
    return out.getvalue()


CHANGELOG = """\
pthconvert ({version}) unstable; urgency=medium

  * Made by packaging/packages.py; what changed is in CHANGELOG.md.

 -- {maintainer}  {date}
"""


def debian(path, root, work, tree, files, notices, version, epoch):
    """Writes a .deb of the tree below /usr, with the places and forms that Debian wants for manual, notices and zsh's completions."""
    shutil.rmtree(work, ignore_errors=True)
    size = 0

    def put(name, content, mode=0o644):
        nonlocal size
        size += len(content)
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)

    for name in files:
        content = (tree / name).read_bytes()
        mode = 0o755 if name.startswith("bin/") else 0o644
        if name.startswith("share/man/"):
            name, content = name + ".gz", packed(content)
        if name.endswith("/copyright"):
            content = notices.encode()
        put("usr/" + name.replace("zsh/site-functions", "zsh/vendor-completions"), content, mode)
    put("usr/share/lintian/overrides/pthconvert", (root / "packaging/debian/lintian-overrides").read_bytes())
    # The sizes that are known by now; the changelog is a few hundred bytes.
    control = (root / "packaging/debian/control").read_text().replace("@VERSION@", version).replace("@SIZE@", str(-(-size // 1024)))
    put("DEBIAN/control", control.encode())
    maintainer = next(line.split(": ", 1)[1] for line in control.splitlines() if line.startswith("Maintainer: "))
    log = CHANGELOG.format(version=version, maintainer=maintainer, date=email.utils.formatdate(epoch))
    put("usr/share/doc/pthconvert/changelog.gz", packed(log.encode()))
    sums = subprocess.run("find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum", shell=True, cwd=work, check=True,
                          stdout=subprocess.PIPE).stdout
    put("DEBIAN/md5sums", sums)
    for folder, _, _ in os.walk(work):
        os.chmod(folder, 0o755)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z9", "--build", str(work), str(path)], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})

"""The wheel. Program, manual, completions, weights and notices are its scripts and data, so that they lie below the environment as they would
below /usr; the Python module calls the program. The same files and time give the same bytes."""

import base64
import hashlib
import time
import zipfile

TAG = "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64"


def entries(root, tree, files, version):
    """Names in the wheel, with contents and modes, without the record."""
    data, info = f"pthconvert-{version}.data", f"pthconvert-{version}.dist-info"
    found = []
    module = root / "packaging/python/pthconvert"
    for path in sorted(module.iterdir()):
        if path.is_file():
            found.append((f"pthconvert/{path.name}", path.read_bytes().replace(b"@VERSION@", version.encode()), 0o644))
    for name in files:
        content = (tree / name).read_bytes()
        if name.startswith("bin/"):
            found.append((f"{data}/scripts/{name[4:]}", content, 0o755))
        else:
            found.append((f"{data}/data/{name}", content, 0o644))
    metadata = (root / "packaging/python/METADATA").read_text().replace("@VERSION@", version)
    metadata += "\n" + (root / "packaging/python/README.md").read_text()
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in TAG.split("-")[-1].split("."))
    found += [
        (f"{info}/METADATA", metadata.encode(), 0o644),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: packaging/wheel.py\nRoot-Is-Purelib: false\n{tags}".encode(), 0o644),
        (f"{info}/licenses/LICENSE", (root / "LICENSE").read_bytes(), 0o644),
    ]
    return found


def write(folder, root, tree, files, version, epoch):
    """Writes the wheel into a folder and returns its path."""
    path = folder / f"pthconvert-{version}-{TAG}.whl"
    record = f"pthconvert-{version}.dist-info/RECORD"
    found = entries(root, tree, files, version)
    lines = []
    for name, content, _ in found:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    found.append((record, "".join(lines + [f"{record},,\n"]).encode(), 0o644))
    # The record stands last, as the format wants it; zip knows no year before 1980.
    moment = time.gmtime(max(epoch, 315532800))[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in found:
            member = zipfile.ZipInfo(name, moment)
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, (0o100000 | mode) << 16
            archive.writestr(member, content, compresslevel=9)
    return path

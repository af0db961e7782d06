"""Where the program is, and how it is called."""

import json
import os
import subprocess
import sysconfig
from typing import Any, Dict, List, Sequence, Union

Path = Union[str, "os.PathLike[str]"]


class PthconvertError(Exception):
    """The program ended in an error. ``status`` is its exit code (docs/json.md), and the text is what it said."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def program() -> str:
    """The path of ``pthconvert``: where pip put this package's scripts, whatever is on PATH."""
    name = "pthconvert"
    here = os.path.dirname(os.path.abspath(__file__))
    user = "posix_user"
    folders = [sysconfig.get_path("scripts")]
    # pip install --prefix: PREFIX/lib/pythonX.Y/site-packages; pip install --target: DIR.
    folders += [os.path.join(here, *[".."] * 4, "bin"), os.path.join(here, "..", "bin")]
    if user in sysconfig.get_scheme_names():
        folders.append(sysconfig.get_path("scripts", user))
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("the program pthconvert is not in " + ", ".join(map(os.path.normpath, folders)) + ": install this package again")


def run(arguments: Sequence[Path], accepted: Sequence[int] = (0,)) -> "subprocess.CompletedProcess[str]":
    """Runs ``pthconvert`` with these arguments and returns what it printed.

    Raises PthconvertError if it ends with an exit code that is not in ``accepted``.
    """
    command: List[str] = [program(), *(os.fspath(argument) for argument in arguments)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        errors="surrogateescape", check=False)
    if done.returncode not in accepted:
        said = done.stderr.strip() or done.stdout.strip() or "it said nothing"
        raise PthconvertError(said, done.returncode)
    return done


def document(arguments: Sequence[Path], accepted: Sequence[int] = (0,)) -> Dict[str, Any]:
    """The JSON document that ``pthconvert … --json`` prints. An accepted exit code without a document is an error as well."""
    done = run([*arguments, "--json"], accepted)
    if not done.stdout.strip():
        raise PthconvertError(done.stderr.strip(), done.returncode)
    found: Dict[str, Any] = json.loads(done.stdout)
    return found


def version() -> str:
    """The program's version."""
    return str(document(["--version"])["version"])

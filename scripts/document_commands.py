"""Writes what commands print into the pages that show them: README.md and docs/commands/*.md.

A block that begins with ```console holds lines that begin with "$ ", each followed by what the command prints. A page's comment
<!-- files: NAME=FIXTURE ... --> says which files are there. Output that fits (a line "…" stands for any lines, "…" in a line for any text)
stays as it is; other output is replaced. Tests/ConvertTests/DocumentationTests.swift checks the same."""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fits(printed, wanted):
    if not wanted:
        return not printed
    if wanted[0].strip() == "…":
        return any(fits(printed[start:], wanted[1:]) for start in range(len(printed) + 1))
    pattern = ".*".join(re.escape(part) for part in wanted[0].split("…"))
    return bool(printed) and re.fullmatch(pattern, printed[0]) is not None and fits(printed[1:], wanted[1:])


def refresh(page, binary):
    lines = page.read_text().split("\n")
    files = []
    for line in lines:
        if line.startswith("<!-- files: "):
            files += [pair.split("=", 1) for pair in line[12:].split() if "=" in pair]
    result, block, inside = [], [], False
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/bin")
        os.makedirs(f"{folder}/here")
        os.symlink(binary, f"{folder}/bin/pthconvert")
        for name, fixture in files:
            source = ROOT / "fixtures" / fixture
            (shutil.copytree if source.is_dir() else shutil.copy)(source, f"{folder}/here/{name}")
        environment = os.environ | {"PATH": f"{folder}/bin:{os.environ['PATH']}", "XDG_CACHE_HOME": f"{folder}/cache"}
        shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=f"{folder}/here", env=environment, text=True)

        def output(command):
            shell.stdin.write(f"{{ {command}\n}} </dev/null 2>&1; status=$?; printf '=====\\n'; (exit $status)\n")
            shell.stdin.flush()
            printed = []
            while True:
                line = shell.stdout.readline()
                if not line:
                    raise SystemExit(f"{page}: the shell ended")
                # Output may end without a line break.
                if line.endswith("=====\n"):
                    return printed + ([line[:-6]] if line != "=====\n" else [])
                printed.append(line.rstrip("\n"))

        def flush():
            steps = []
            for line in block:
                if line.startswith("$ "):
                    steps.append([line[2:], []])
                elif steps and not steps[-1][1] and steps[-1][0].endswith("\\"):
                    steps[-1][0] += "\n" + line
                elif steps:
                    steps[-1][1].append(line)
            for command, shown in steps:
                spaced = bool(shown) and shown[-1] == ""
                while shown and shown[-1] == "":
                    shown.pop()
                printed = output(command)
                result.append("$ " + command)
                result.extend(shown if fits(printed, shown) else printed)
                if spaced:
                    result.append("")

        for line in lines:
            if inside and line == "```":
                flush()
                inside, block = False, []
                result.append(line)
            elif inside:
                block.append(line)
            else:
                inside = line == "```console"
                result.append(line)
        shell.stdin.close()
        shell.wait()
    text = "\n".join(result)
    if text != page.read_text():
        page.write_text(text)
        print(f"{page.relative_to(ROOT)}: written anew")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", help="the built convert")
    parser.add_argument("pages", nargs="*", help="pages; all of them without any")
    given = parser.parse_args()
    pages = [pathlib.Path(page).resolve() for page in given.pages]
    for page in pages or [ROOT / "README.md"] + sorted((ROOT / "docs/commands").glob("*.md")):
        refresh(page, os.path.abspath(given.binary))


main()

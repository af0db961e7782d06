#!/usr/bin/env python3
"""Packs crops and LFW's pairs.txt into a .bin as insightface does (`lfw2pack.py`): the pickle of the files' bytes, two a pair, and of flags.

Usage: pack_set.py CROPS PAIRS.txt OUT.bin [--protocol N] [--jpeg-quality Q --jpegs DIR]
CROPS holds NAME/NAME_0001.png (or .jpg), as `convert align` makes them. --jpeg-quality encodes crops as JPEG first and writes them to DIR, for
which `convert evaluate --crops DIR` then has to give the set's figures. Needs Pillow for that alone.
"""
import argparse
import pathlib
import pickle


def pairs(path):
    """The pictures' names and flags in file order."""
    lines = [line.split() for line in path.read_text().splitlines()[1:] if line.strip()]
    for fields in lines:
        first, second = (fields[0], fields[1]), (fields[0], fields[2]) if len(fields) == 3 else (fields[2], fields[3])
        yield [f"{name}/{name}_{int(number):04d}" for name, number in (first, second)], len(fields) == 3


def encoded(crop, name, args):
    if not args.jpeg_quality:
        return crop.read_bytes()
    target = args.jpegs / f"{name}.jpg"
    if not target.exists():
        from PIL import Image
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.open(crop).convert("RGB").save(target, quality=args.jpeg_quality)
    return target.read_bytes()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("crops", type=pathlib.Path)
    p.add_argument("pairs", type=pathlib.Path)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("--protocol", type=int, default=pickle.HIGHEST_PROTOCOL)
    p.add_argument("--jpeg-quality", type=int)
    p.add_argument("--jpegs", type=pathlib.Path)
    args = p.parse_args()
    if bool(args.jpeg_quality) != bool(args.jpegs):
        p.error("--jpeg-quality and --jpegs need each other")
    pictures, flags = [], []
    for names, is_same in pairs(args.pairs):
        for name in names:
            found = [path for ending in (".png", ".jpg") if (path := args.crops / (name + ending)).exists()]
            pictures.append(encoded(found[0] if found else args.crops / f"{name}.png", name, args))
        flags.append(is_same)
    with args.out.open("wb") as file:
        pickle.dump((pictures, flags), file, protocol=args.protocol)
    print(f"{args.out}: {len(flags)} pairs, {sum(map(len, pictures)) / 1e6:.1f} MB of pictures")


if __name__ == "__main__":
    main()

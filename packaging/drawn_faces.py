#!/usr/bin/env python3
"""Writes a small set of drawn faces, and pairs of them, into a folder: drawn_faces.py FOLDER. Nothing but the standard library is needed."""

import argparse
import random
import struct
import zlib
from pathlib import Path

SIDE = 160


def png(pixels, width, height):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + pixels[row * width * 3:(row + 1) * width * 3] for row in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def face(person, shot):
    """RGB bytes of one shot: an oval with eyes, brows, nose and mouth whose places and colors are the person's."""
    own, chance = random.Random(person), random.Random(1000 * person + shot)
    skin = [own.randint(150, 235), 0, 0]
    skin[1] = int(skin[0] * own.uniform(0.72, 0.82))
    skin[2] = int(skin[0] * own.uniform(0.55, 0.68))
    hair = [own.randint(15, 90)] * 3
    wide, high, apart = own.uniform(0.24, 0.29), own.uniform(0.33, 0.38), own.uniform(0.10, 0.13)
    ground, light = chance.randint(70, 200), chance.uniform(-25, 25)
    dx, dy = chance.uniform(-0.03, 0.03), chance.uniform(-0.03, 0.03)

    def inside(x, y, cx, cy, rx, ry):
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2

    out = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            x, y = column / SIDE - 0.5 - dx, row / SIDE - 0.5 - dy
            color = [ground] * 3
            if inside(x, y, 0, -0.05, wide * 1.12, high * 1.15) < 1:
                color = hair
            oval = inside(x, y, 0, 0.02, wide, high)
            if oval < 1:
                shade = (1 - 0.35 * oval) + light * x / 40
                color = [value * shade for value in skin]
                for side in (-1, 1):
                    eye = inside(x, y, side * apart, -0.06, 0.05, 0.024)
                    if eye < 1:
                        color = [235] * 3
                    if inside(x, y, side * apart, -0.06, 0.022, 0.022) < 1:
                        color = [35, 30, 30]
                    if inside(x, y, side * apart, -0.115, 0.06, 0.012) < 1:
                        color = hair
                if inside(x, y, 0, 0.05, 0.02 + 0.02 * max(0, (y + 0.03) * 10), 0.07) < 1:
                    color = [value * 0.9 for value in color]
                for side in (-1, 1):
                    if inside(x, y, side * 0.02, 0.105, 0.012, 0.008) < 1:
                        color = [70, 40, 35]
                if inside(x, y, 0, 0.19, 0.085, 0.022) < 1:
                    color = [165, 70, 70]
                if inside(x, y, 0, 0.19, 0.075, 0.005) < 1:
                    color = [80, 30, 30]
            out += bytes(max(0, min(255, int(value + chance.gauss(0, 3)))) for value in color)
    return bytes(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    names = {}
    for person in range(4):
        for shot in range(3):
            name = f"P{person}/P{person}_{shot}.png"
            names[person, shot] = name
            (folder / "faces" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "faces" / name).write_bytes(png(face(person, shot), SIDE, SIDE))
    same = [(names[i % 4, i // 4], names[i % 4, 2], 1) for i in range(6)]
    other = [(names[i % 4, 0], names[(i + 1) % 4, 1], 0) for i in range(6)]
    (folder / "pairs.txt").write_text("".join(f"{a} {b} {label}\n" for a, b, label in same + other))


if __name__ == "__main__":
    main()

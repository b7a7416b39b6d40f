#!/usr/bin/env python3
"""Draws the pictures of the letter: a logo and a signature (needs Pillow)."""

import math
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent
SCALE = 8


def save(image, name, size):
    image.resize(size, Image.LANCZOS).quantize(32).save(FOLDER / name, optimize=True)


def curve(points, steps=240):
    """Catmull-Rom through the points."""
    padded = [points[0], *points, points[-1]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for step in range(steps):
            t = step / steps
            yield tuple(
                0.5 * (2 * b[i] + (c[i] - a[i]) * t + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2 + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3)
                for i in (0, 1)
            )


def logo():
    """Two sails over the water."""
    image = Image.new("RGB", (120 * SCALE, 120 * SCALE), "white")
    draw = ImageDraw.Draw(image)
    at = lambda *points: [(x * SCALE, y * SCALE) for x, y in points]
    bow = lambda x0, y0, x1, y1, bulge: [
        (x0 + (x1 - x0) * t + bulge * math.sin(math.pi * t), y0 + (y1 - y0) * t) for t in (i / 40 for i in range(41))
    ]
    draw.polygon(at((56, 6), *bow(56, 6, 56, 88, 0), *reversed(bow(56, 6, 10, 88, -6))), fill="#14566e")
    draw.polygon(at((64, 26), *bow(64, 26, 108, 88, 8), (64, 88)), fill="#7fb0bf")
    draw.polygon(at(*reversed([(100 - 80 * t, 97 + 15 * math.sin(math.pi * t) ** 0.6) for t in (i / 40 for i in range(41))])), fill="#14566e")
    save(image, "sails.png", (240, 240))


def signature():
    image = Image.new("RGB", (220 * SCALE, 80 * SCALE), "white")
    draw = ImageDraw.Draw(image)
    strokes = [
        [(16, 20), (22, 12), (27, 18), (20, 46), (14, 66), (10, 60)],
        [(48, 12), (36, 28), (22, 38), (30, 44), (44, 60), (56, 58), (62, 46)],
        [(62, 46), (58, 56), (66, 58), (72, 44), (76, 56), (82, 44), (86, 56), (92, 45), (98, 40), (92, 52), (98, 57), (106, 46), (116, 14), (112, 10),
         (106, 34), (108, 56), (116, 52), (124, 42), (122, 54), (130, 56), (136, 43), (138, 56), (146, 43), (150, 56), (160, 52), (178, 44), (204, 48)],
        [(34, 70), (90, 66), (150, 66), (186, 63)],
    ]
    for stroke in strokes:
        points = list(curve(stroke))
        for index, (x, y) in enumerate(points):
            speed = math.dist((x, y), points[max(index - 1, 0)])
            radius = max(0.45, 1.15 - 3.0 * speed) * SCALE
            draw.ellipse([x * SCALE - radius, y * SCALE - radius, x * SCALE + radius, y * SCALE + radius], fill="#1d3a63")
    save(image, "signature.png", (660, 240))


logo()
signature()

#!/usr/bin/env python3
"""Draws the marks of forms and books: tick boxes, an ornament, a leaf (needs Pillow)."""

from pathlib import Path

from PIL import Image, ImageDraw

LARGE = 8  # Drawn so many times larger, then made small: smooth edges.


def canvas(width, height):
    image = Image.new("L", (width * LARGE, height * LARGE), 255)
    return image, ImageDraw.Draw(image)


def save(image, name):
    small = image.resize((image.width // LARGE, image.height // LARGE), Image.LANCZOS)
    small.save(Path(__file__).parent / name, optimize=True)


def box(name, ticked):
    image, draw = canvas(80, 80)
    draw.rounded_rectangle((24, 24, 80 * LARGE - 25, 80 * LARGE - 25), radius=50, outline=60, width=36)
    if ticked:
        draw.line([(150, 330), (275, 460), (490, 170)], fill=20, width=70, joint="curve")
    save(image, name)


def ornament(name):
    """A lozenge between two tapering lines."""
    image, draw = canvas(480, 48)
    w, h = image.size
    x, y = w // 2, h // 2
    draw.polygon([(x - 110, y), (x, y - 110), (x + 110, y), (x, y + 110)], fill=40)
    for side in (-1, 1):
        draw.polygon([(x + side * 200, y - 14), (x + side * 200, y + 14), (x + side * (w // 2 - 10), y)], fill=40)
        draw.ellipse((x + side * 200 - 40, y - 40, x + side * 200 + 40, y + 40), fill=40)
    save(image, name)


def leaf(name):
    """A leaf that ends a chapter."""
    image, draw = canvas(96, 80)
    points = []
    steps = 60
    w, h = image.size
    for i in range(steps + 1):  # the upper edge: a parabola over the axis
        t = i / steps
        points.append((t, 4 * t * (1 - t)))
    axis = lambda t, d: (60 + t * (w - 120) - d * 150, h - 90 - t * (h - 180) - d * 190)
    draw.polygon([axis(t, d) for t, d in points] + [axis(t, -d) for t, d in reversed(points)], fill=40)
    draw.line([axis(0.05, 0), axis(0.85, 0)], fill=255, width=22)
    save(image, name)


box("box.png", False)
box("box-ticked.png", True)
ornament("ornament.png")
leaf("leaf.png")

#!/usr/bin/env python3
"""pictures.py PRESSRUN JOB_FOLDER OUT_DIR

Each page of the job in JOB_FOLDER shows one SVG picture in its upper left corner. librsvg draws the same file, with the record in place of the
braces, and the pixels are compared: those of the PDF drawn by poppler, and those of `pressrun proof --png`. The edges of shapes may have other
shades of grey; a picture may differ visibly in LIMIT of its pixels.
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fitz

DPI = 144
# A difference that can be seen, of 255, and the share of pixels that may have it: poppler sets letters on whole pixels, which shows at their edges.
VISIBLE = 64
LIMIT = 0.015


def run(*command, text=None):
    return subprocess.run([str(part) for part in command], check=True, input=text, stdout=subprocess.PIPE).stdout


def pixels(path):
    pixmap = fitz.Pixmap(str(path))
    if pixmap.alpha:
        pixmap = fitz.Pixmap(pixmap, 0)
    return fitz.Pixmap(fitz.csGRAY, pixmap)


def differing(one, other):
    """The share of pixels of `other` that `one` has visibly otherwise."""
    found = 0
    for row in range(other.height):
        a = one.samples_mv[row * one.stride:row * one.stride + other.width]
        b = other.samples_mv[row * other.stride:row * other.stride + other.width]
        if a != b:
            found += sum(abs(x - y) > VISIBLE for x, y in zip(a, b))
    return found / (other.width * other.height)


def main(pressrun, folder, out):
    folder, out = Path(folder), Path(out)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    records = [json.loads(line) for line in (folder / 'data/pictures.ndjson').read_text().splitlines()]
    layout = (folder / 'layout.xml').read_text()
    shown = re.findall(r'<(?:img|picture from="(?P<from>[^"]*)") src="([^"]*)"[^>]* (width|height)="200mm"', layout)
    run(pressrun, 'proof', folder / 'job.toml', '--records', f'1-{len(records)}', '--out', out)
    run(pressrun, 'proof', folder / 'job.toml', '--records', f'1-{len(records)}', '--png', '--dpi', DPI, '--out', out)
    side = round(200 / 25.4 * DPI)
    faults, compared, worst = [], 0, 0.0
    for number, record in enumerate(records, 1):
        merge = lambda text: re.sub(r'\{(\w+)\}', lambda name: record[name.group(1)], text)
        run('pdftoppm', '-r', DPI, '-png', out / f'{number:06}.pdf', out / f'poppler-{number}')
        for page, (origin, source, given) in enumerate(shown, 1):
            path = folder / origin / merge(source)
            wanted = out / f'rsvg-{number}-{page}.png'
            size = ('-w' if given == 'width' else '-h', side)
            run('rsvg-convert', *size, '--keep-aspect-ratio', '-b', 'white', '-o', wanted, text=merge(path.read_text()).encode())
            for name in f'poppler-{number}-{page}.png', f'{number:06}-{page}.png':
                share = differing(pixels(out / name), pixels(wanted))
                compared, worst = compared + 1, max(worst, share)
                if share > LIMIT:
                    faults.append(f'{name}: {share:.2%} of the pixels of {path} differ from {wanted.name}')
    print('\n'.join(f'  {fault}' for fault in faults))
    good = not faults and compared == 2 * len(records) * len(shown) > 0
    print(f'{"PASS" if good else "FAIL"} pictures: {compared} drawings like those of librsvg, at most {worst:.2%} of the pixels differ; {len(faults)} faults')
    return good


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(0 if main(*sys.argv[1:]) else 1)

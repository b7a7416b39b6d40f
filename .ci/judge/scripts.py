#!/usr/bin/env python3
"""The paragraphs of fixtures/scripts in headless Chromium, with the same fonts in the same width: each must have the same lines.

Lines are compared by their letters, whatever their order: readers of PDF differ in how they order a line that runs from right to
left. Japanese is set solid (JLREQ 2.3.1), as a browser does without kerning.

usage: scripts.py PRESSRUN FOLDER OUT
"""

import json
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import fitz
from playwright.sync_api import sync_playwright

FONTS = {'en': 'LiberationSans', 'ar': 'NotoNaskhArabic', 'he': 'NotoSansHebrew', 'hi': 'NotoSansDevanagari', 'th': 'NotoSansThai',
         'ja': 'NotoSansJP'}
# A5 between margins of 36 pt, as the layout says.
WIDTH = 148 / 25.4 * 72 - 72
LINES = '''paragraph => {
  const found = [], range = document.createRange(), text = paragraph.firstChild;
  let bottom = null;
  for (let at = 0; at < text.length; at++) {
    range.setStart(text, at); range.setEnd(text, at + 1);
    const box = range.getBoundingClientRect();
    if (box.height === 0) continue;
    if (bottom === null || box.bottom > bottom + 5) { found.push(''); bottom = box.bottom; }
    found[found.length - 1] += text.data[at];
  }
  return found;
}'''


def letters(line):
    """The letters of a line; marks stand where the reader puts them, and ligatures are one or several."""
    text = unicodedata.normalize('NFKD', line)
    return Counter(c for c in text if unicodedata.category(c)[0] in 'LN')


def page_lines(file):
    """The characters of each baseline, from top to bottom."""
    baselines = {}
    for block in fitz.open(file)[0].get_text('rawdict')['blocks']:
        for line in block.get('lines', []):
            for span in line['spans']:
                for char in span['chars']:
                    baselines.setdefault(line_of(char['origin'][1], baselines), []).append(char['c'])
    return [''.join(baselines[y]) for y in sorted(baselines) if letters(''.join(baselines[y]))]


def line_of(y, baselines):
    """The baseline that a character belongs to: marks are raised above theirs."""
    return next((known for known in baselines if abs(known - y) < 8), y)


def in_browser(texts, folders):
    fonts = [path for folder in folders for path in sorted(folder.rglob('*-Regular.*')) if path.suffix in ('.ttf', '.otf')]
    faces, body = [], []
    for text in texts:
        file = next(path for path in fonts if path.stem == FONTS[text['lang']] + '-Regular')
        faces.append(f"@font-face {{ font-family: {text['lang']}; src: url('file://{file.resolve()}') }}")
        kerning = 'none' if text['lang'] == 'ja' else 'auto'
        style = f"font: 12pt/20pt {text['lang']}; width: {WIDTH}pt; margin: 0 0 10pt; font-kerning: {kerning}"
        body.append(f'<p lang="{text["lang"]}" dir="{text["dir"]}" style="{style}">{text["text"]}</p>')
    return f'<!doctype html><meta charset="utf-8"><style>{"".join(faces)}</style>{"".join(body)}'


def main():
    pressrun, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([pressrun, 'run', str(folder / 'job.toml'), '--out', str(out)], check=True, stdout=subprocess.DEVNULL)
    volume = out / 'volumes' / '000001.pdf'
    ours = page_lines(volume)
    texts = json.loads((folder / 'data' / 'scripts.ndjson').read_text(encoding='utf-8').splitlines()[0])['texts']
    page_file = out / 'browser.html'
    page_file.write_text(in_browser(texts, [folder / 'fonts', Path('fonts')]), encoding='utf-8')
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which('chromium'))
        page = browser.new_page()
        page.goto(f'file://{page_file.resolve()}')
        page.evaluate('document.fonts.ready')
        paragraphs = [paragraph.evaluate(LINES) for paragraph in page.query_selector_all('p')]
        page.screenshot(path=str(out / 'browser.png'), full_page=True)
        browser.close()
    faults, at = [], 0
    for text, lines in zip(texts, paragraphs):
        for line in lines:
            found = ours[at] if at < len(ours) else ''
            # A reader may tell the letters of a ligature twice, or some of them not at all in Arabic. A line that ends elsewhere lacks
            # a letter, or leaves one too few to the next.
            lacking = sum((letters(line) - letters(found)).values())
            if lacking > (2 if text['lang'] == 'ar' else 0):
                faults.append(f"{text['lang']}: the browser has\n  {line}\nand the page\n  {found}")
            at += 1
    if at != len(ours):
        faults.append(f'the browser has {at} lines, the page {len(ours)}')
    print('\n'.join(faults) or f'{at} lines in {len(texts)} scripts as in the browser')
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main())

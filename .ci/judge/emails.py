#!/usr/bin/env python3
"""emails.py PRESSRUN JOB RECORDS OUT_DIR   e-mails of a job, judged by things that are not ours.

html5lib parses every message without an error; rules of mail programs are checked on its tree; every word that is seen in the HTML
stands in the text, and every figure with two decimals of both is the same list. Chromium draws each at 360 and 800 pixels, light and
dark: nothing is wider than the screen, no text is as light as what it stands on. The pictures stay in OUT_DIR for people to look at."""
import pathlib
import re
import shutil
import subprocess
import sys

import html5lib
from playwright.sync_api import sync_playwright

NS = '{http://www.w3.org/1999/xhtml}'
UNSEEN = {'style', 'script', 'head', 'title'}
SHOTS_MAX = 4
problems = []


def check(ok, what):
    if not ok:
        problems.append(what)


def seen(node, out, skips_labels=True):
    if not isinstance(node.tag, str):
        return
    name = node.tag.replace(NS, '')
    if name in UNSEEN or (skips_labels and node.get('class') == 'lb') or 'display:none' in (node.get('style') or ''):
        return
    out.append(node.text or '')
    for child in node:
        seen(child, out, skips_labels)
        out.append(child.tail or '')
    if name in ('p', 'td', 'th', 'tr', 'h1', 'h2', 'h3', 'div', 'br'):
        out.append(' ')


def judge(path):
    html = path.read_text(encoding='utf-8')
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=True)
    tree = parser.parse(html)
    check(not parser.errors, f'{path.name}: html5lib: {parser.errors[:3]}')
    root = tree
    check(bool(root.get('lang')), f'{path.name}: no language')
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        name = node.tag.replace(NS, '')
        check(name not in ('script', 'iframe', 'object', 'embed', 'link', 'form'), f'{path.name}: <{name}>')
        check(not any(key.lower().startswith('on') for key in node.keys()), f'{path.name}: a handler on <{name}>')
        if name == 'img':
            check(node.get('alt') is not None and node.get('width') is not None, f'{path.name}: an image without alt or width')
            check((path.parent / (node.get('src') or '')).is_file(), f'{path.name}: no picture {node.get("src")}')
        if name == 'a':
            check(re.match(r'(https?:|mailto:|tel:)', node.get('href') or ''), f'{path.name}: a link to {node.get("href")}')
        if name == 'table':
            heads = [cell for cell in node.iter(NS + 'th')]
            check(node.get('role') == 'presentation' or heads, f'{path.name}: a table without headings')
        if name == 'th':
            check(node.get('scope') in ('col', 'row', 'colgroup', 'rowgroup'), f'{path.name}: a heading without scope')
    out = []
    seen(root, out)
    text = path.with_suffix('.txt').read_text(encoding='utf-8').split('\n\n', 1)[1]
    visible = ''.join(out)
    words = set(re.findall(r'\w{3,}', visible))
    check(words <= set(re.findall(r'\w{3,}', text)), f'{path.name}: only in the HTML: {sorted(words - set(re.findall(chr(92) + "w{3,}", text)))[:5]}')
    amounts = lambda of: sorted(re.findall(r'-?[\d.,\u202f\u2019]*\d[.,]\d\d\b', of))
    check(amounts(visible) == amounts(text), f'{path.name}: the amounts of HTML and text differ')
    check(all(len(line) <= 78 or ' ' not in line.strip() for line in text.split('\n')), f'{path.name}: long lines in the text')


# The contrast of each text with what is behind it (WCAG 2.1, 1.4.3), and whether anything is wider than the screen.
LOOK = '''() => {
  const light = c => { const v = c.match(/[\\d.]+/g).map(Number); const f = v.slice(0, 3).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4 });
    return [.2126 * f[0] + .7152 * f[1] + .0722 * f[2], v.length > 3 ? v[3] : 1] };
  let worst = 99, what = '';
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('');
    if (!own || !e.getClientRects().length || getComputedStyle(e).visibility === 'hidden' || getComputedStyle(e).opacity === '0') continue;
    if (e.closest('[style*="max-height:0"]')) continue;
    let b = e; let back = 1;
    while (b) { const [l, a] = light(getComputedStyle(b).backgroundColor); if (a > 0) { back = l; break; } b = b.parentElement; }
    const [fore] = light(getComputedStyle(e).color);
    const ratio = (Math.max(fore, back) + .05) / (Math.min(fore, back) + .05);
    if (ratio < worst) { worst = ratio; what = own.slice(0, 40); }
  }
  return [document.documentElement.scrollWidth - innerWidth, worst, what];
}'''


def draw(paths):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which('chromium'), args=['--no-sandbox'])
        for scheme in ('light', 'dark'):
            for width in (360, 800):
                page = browser.new_page(viewport={'width': width, 'height': 900}, color_scheme=scheme)
                for number, path in enumerate(paths):
                    page.goto(path.resolve().as_uri())
                    over, contrast, what = page.evaluate(LOOK)
                    check(over <= 0, f'{path.name} at {width}: {over} pixels wider than the screen')
                    check(contrast >= 3, f'{path.name} at {width}, {scheme}: contrast {contrast:.1f} of {what!r}')
                    if number < SHOTS_MAX:
                        page.screenshot(path=str(path.with_name(f'{path.stem}-{width}-{scheme}.png')), full_page=True)
                page.close()
        browser.close()


def main():
    pressrun, job, records, out = sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([pressrun, 'proof', job, '--records', records, '--email', '--out', str(out)], check=True, stdout=subprocess.DEVNULL)
    paths = sorted(out.glob('[0-9]*.html'))
    check(paths, 'no e-mail was written')
    for path in paths:
        judge(path)
    draw(paths[:20])
    for problem in problems[:20]:
        print(problem)
    print(f'{"FAIL" if problems else "PASS"} emails: {job}: {len(paths)} messages, {len(problems)} problems; pictures in {out}')
    sys.exit(bool(problems))


main()

#!/usr/bin/env python3
"""Messages as poppler reads them: each stands on the document that `messages.csv` says and on no other, and no document is longer
or says anything else than without messages.

usage: messages.py PRESSRUN JOB OUT
"""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

# A text that only this message has.
SIGNS = {
    'harvest': 'The new harvest from Yirgacheffe is in',
    'contract': 'Service without thinking of it',
    'thanks': 'Thank you for your order',
    'closed': 'The roastery is closed on Monday',
    'winter': 'Last delivery before Christmas',
}


def run(pressrun, job, out):
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([pressrun, 'run', str(job), '--out', str(out)], check=True, stdout=subprocess.DEVNULL)
    rows = list(csv.DictReader((out / 'manifest.csv').open(newline='', encoding='utf-8')))
    documents = {}
    for row in rows:
        first, pages = int(row['volume_page']), int(row['pages'])
        text = subprocess.run(
            ['pdftotext', '-layout', '-f', str(first), '-l', str(first + pages - 1), str(out / row['volume']), '-'],
            check=True, capture_output=True, text=True).stdout
        documents[row['document']] = (pages, text)
    return documents


def main():
    pressrun, job, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    found = run(pressrun, job, out / 'with')
    home = out / 'job'
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(job.parent, home)
    text = (home / 'job.toml').read_text()
    (home / 'job.toml').write_text(re.sub(r'\[messages\]\n.*\n', '', text))
    plain = run(pressrun, home / 'job.toml', out / 'without')

    faults, placed = [], 0
    told = {name: set() for name in found}
    for row in csv.DictReader((out / 'with' / 'messages.csv').open(newline='', encoding='utf-8')):
        if row['message']:
            told[row['document']].add(row['message'])
    for name, (pages, text) in found.items():
        if plain[name][0] != pages:
            faults.append(f'{name}: {pages} pages, {plain[name][0]} without messages')
        for message, sign in SIGNS.items():
            count = text.count(sign)
            placed += count
            if count != (message in told[name]):
                faults.append(f'{name}: `{message}` stands there {count} times')
        left = [line.split() for line in text.splitlines()]
        missing = [line for line in plain[name][1].splitlines() if line.split() not in left + [[]]]
        if missing:
            faults.append(f'{name}: without messages it also says {missing[0]!r}')
    if placed < 10 or len(found) < 8:
        faults.append(f'only {placed} messages on {len(found)} documents')
    print('\n'.join(faults) or f'{placed} messages on {len(found)} documents, each where messages.csv says')
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main())

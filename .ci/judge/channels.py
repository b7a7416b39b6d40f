#!/usr/bin/env python3
"""channels.py PRESSRUN JOB.toml WORK_DIR [--records 10000] [--shared DIR]

A statement job with channels: records split over print, e-mail, both, text message and a web hook.  Nothing of ours reads the outputs:
Python's email, mailbox and json, poppler and html.parser do.

1. The books: every record has one fate per stream; documents = print only + e-mail only + both + ...; every message is in its file once, at
   its place, with its hash; print files have the printed documents and no other page.
2. One value everywhere: account, name, period, balances and the amount and date of every entry of the data stand in the page, the HTML, the
   plain text and, as far as it has them, the text message; and no amount stands in a message that does not stand in the page.
3. Hostile records do no harm: no header is injected, no script or foreign element gets into the HTML.
4. With --shared: check_eml.py of the shared judges passes on a sample of messages.
"""
import argparse
import collections
import csv
import email
import email.policy
import hashlib
import html.parser
import json
import mailbox
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('job')
p.add_argument('work')
p.add_argument('--records', type=int, default=10000)
p.add_argument('--shared')
a = p.parse_args()
work, job = Path(a.work).resolve(), Path(a.job).resolve()
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
out, faults = work / 'out', []
dice = random.Random(5)


def fault(text):
    faults.append(text)
    if len(faults) <= 40:
        print('  FAULT ' + text, flush=True)


NAUGHTY = ['Eve\r\nBcc: everybody@example.com', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'A & B "Sons" <x@y>',
           'Abc \u202eDEF\u202c', '=?utf-8?B?QmNjOg==?=', "'; DROP TABLE documents;--", '{name} {{7*7}}', 'Zoë Ångström-Łukasz']
# What has characters that the job's fonts have not is held, and tested elsewhere: here the records shall arrive.
BROKEN = ['no.at.example.com', 'a@b..example', '', 'x@[127.0.0.1]', 'a b@example.com', 'x@localhost', 'a@b.example\r\nBcc: c@d.example', '@example.com']


def make_data():
    """Statements with telephone numbers, wishes, broken addresses and hostile names."""
    raw = subprocess.run([a.pressrun, 'sample', 'statements', '--records', str(a.records)], capture_output=True, text=True, check=True).stdout
    records, wishes = [], ['customer,type,channels,valid-from,valid-until,consent']
    for number, line in enumerate(raw.splitlines()):
        r = json.loads(line)
        r['mobile'] = '+1555%07d' % dice.randrange(10**7) if dice.random() < .5 else ''
        wish = dice.choice(['', '', 'email', 'email', 'print email', 'sms', 'print', 'archive'])
        if number % 97 == 5:
            r['email'] = dice.choice(BROKEN)
        if number % 89 == 7:
            r['name'] = dice.choice(NAUGHTY)
        if number % 499 == 3:
            wish = 'none'
        if wish:
            wishes.append('%s,statement,%s,2026-0%d-01,,no' % (r['id'], wish, dice.randrange(1, 10)))
        records.append(r)
    (work / 'preferences.csv').write_text('\n'.join(wishes) + '\n')
    with open(work / 'data.ndjson', 'w') as f:
        for r in records:
            f.write(json.dumps(r, ensure_ascii=False) + '\n')
    shutil.copytree(job.parent / 'secrets', work / 'secrets')
    text = job.read_text().replace('data/statements.ndjson', 'data.ndjson')
    text = re.sub(r'"((?:\.\./)+layouts/[^"]+)"', lambda m: '"%s"' % (job.parent / m.group(1)).resolve(), text)
    text = re.sub(r'volume-records = \d+', 'volume-records = 1000', text)
    (work / 'job.toml').write_text(text)
    return records


def run():
    done = subprocess.run([a.pressrun, 'run', str(work / 'job.toml'), '--out', str(out), '--threads', '2'], capture_output=True, text=True, timeout=900)
    if done.returncode not in (0, 1):
        print(done.stdout + done.stderr)
        sys.exit('the job failed: exit %d' % done.returncode)


class Visible(html.parser.HTMLParser):
    """The text of a page as a reader meets it, and what elements and handlers it has."""
    HIDDEN = {'style', 'title', 'head'}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.elements, self.handlers, self.links, self.stack = [], collections.Counter(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        self.handlers += [n for n, _ in attrs if n.startswith('on')]
        self.links += [v or '' for n, v in attrs if n in ('href', 'src')]
        if tag not in ('meta', 'img', 'br', 'hr', 'link', 'col'):
            self.stack.append(tag)
        self.text.append(' ' if tag not in ('span', 'b', 'i', 'strong', 'em', 'a', 'bdi', 'wbr') else '')

    def handle_startendtag(self, tag, attrs):
        self.elements[tag] += 1

    def handle_endtag(self, tag):
        if tag in self.stack:
            while self.stack and self.stack.pop() != tag:
                pass
        self.text.append(' ' if tag not in ('span', 'b', 'i', 'strong', 'em', 'a', 'bdi', 'wbr') else '')

    def handle_data(self, data):
        if not self.HIDDEN & set(self.stack):
            self.text.append(data)


def plain(text):
    """A text without what only lays it out: marks of direction, soft hyphens, kinds of spaces, minus signs."""
    text = re.sub('[\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]', '', text)
    text = text.replace('\u2212', '-').replace('\u2011', '-').replace('\u2010', '-')
    return re.sub(r'\s+', ' ', text)


MONEY = re.compile(r'[-\u2212(]?\$?\d{1,3}(?:,\d{3})*\.\d{2}\b|[-\u2212]?\$?\d+\.\d{2}\b')


def figures(text):
    return {m.group().lstrip('-(\u2212').lstrip('$') for m in MONEY.finditer(text)}


def money(value):
    return '{:,.2f}'.format(abs(Decimal(str(value))))


def pages_of(volume):
    raw = subprocess.run(['pdftotext', '-layout', str(volume), '-'], capture_output=True, check=True).stdout.decode()
    return raw.split('\f')


def books(records, db):
    rows = list(csv.DictReader(open(out / 'channels.csv', newline='')))
    held = {json.loads(line)['record'] for line in open(out / 'held.ndjson')} if (out / 'held.ndjson').exists() else set()
    suppressed = [r for r in csv.reader(open(out / 'suppressed.csv'))][1:]
    ways = collections.defaultdict(set)
    for row in rows:
        if row['channel'] in ways[row['record']]:
            fault('record %s takes %s twice' % (row['record'], row['channel']))
        ways[row['record']].add(row['channel'])
    if len(records) != len(ways) + len(held) + len(suppressed):
        fault('%d records, but %d documents, %d held, %d suppressed' % (len(records), len(ways), len(held), len(suppressed)))
    printed = {r['record'] for r in csv.DictReader(open(out / 'manifest.csv', newline=''))}
    if printed != {r for r, w in ways.items() if 'print' in w}:
        fault('the manifest does not have the documents that are for print')
    pages = sum(int(r['pages']) for r in csv.DictReader(open(out / 'manifest.csv', newline='')))
    body = db.execute('select sum(pages) from documents where is_printed').fetchone()[0]
    if pages != body:
        fault('%d pages in the manifest, %d composed for print' % (pages, body))
    kinds = collections.Counter(' + '.join(sorted(w)) for w in ways.values())
    if sum(kinds.values()) != len(ways):
        fault('the kinds do not add up')
    print('  %d records = %d documents + %d held + %d suppressed' % (len(records), len(ways), len(held), len(suppressed)))
    print('  %d documents = %s' % (len(ways), ', '.join('%d %s' % (n, k) for k, n in sorted(kinds.items()))))
    for need in ('print', 'email', 'email + print', 'sms'):
        if not kinds[need] and need != 'print' or not kinds['print']:
            fault('no document goes by ' + need)
    # Every message lies where the list says, and its file has no other.
    files = collections.Counter(r['file'] for r in rows if r['file'])
    messages = {}
    for name, count in files.items():
        data = (out / name).read_bytes()
        if name.endswith('.mbox'):
            box = mailbox.mbox(out / name)
            ids = [m['Message-ID'].strip('<>') for m in box]
            if len(box) != count or len(set(ids)) != count:
                fault('%s has %d messages, the list %d' % (name, len(box), count))
        elif len(data.splitlines()) != count:
            fault('%s has %d lines, the list %d' % (name, len(data.splitlines()), count))
        for row in (r for r in rows if r['file'] == name):
            stored = data[int(row['offset']):int(row['offset']) + int(row['length'])]
            sent = re.sub(rb'(?m)^>(>*From )', rb'\1', stored).replace(b'\n', b'\r\n') if name.endswith('.mbox') else stored
            if hashlib.sha256(sent).hexdigest() != row['sha256']:
                fault('%s: the message of record %s is not the one of the list' % (name, row['record']))
            messages[int(row['record']), row['channel']] = sent
    strays = {str(f.relative_to(out)) for f in (out / 'volumes').iterdir() if f.suffix != '.pdf'} - set(files)
    if strays:
        fault('files that no list knows: %s' % ', '.join(sorted(strays)))
    return rows, messages


def values(records, rows, messages, db):
    places = {r: (v, f, n) for r, v, f, n in db.execute('select record, volume, first_page, pages from documents')}
    checked = collections.Counter()
    # poppler reads the volumes while the messages of those before are looked at.
    readers = ThreadPoolExecutor(max_workers=2)
    volumes = {v: readers.submit(pages_of, out / ('volumes/%06d.pdf' % (v + 1))) for v in sorted({v for v, _, _ in places.values()})}
    for row in rows:
        number = int(row['record'])
        record = records[number - 1]
        sent = messages.get((number, row['channel']))
        if sent is None or row['channel'] not in ('email', 'sms'):
            continue
        volume, first, count = places[number - 1]
        page = plain(' '.join(volumes[volume].result()[first:first + count]))
        account = record['account']
        amounts = {money(record['opening']), money(record['closing'])} | {money(t['amount']) for t in record['transactions']}
        if row['channel'] == 'sms':
            text = plain(json.loads(sent)['text'])
            others = figures(text) - figures(page)
            if others or (money(record['closing']) not in text):
                fault('record %d: the text message says %s, the page not (closing %s)' % (number, sorted(others), money(record['closing'])))
            checked['text messages'] += 1
            continue
        message = email.message_from_bytes(sent, policy=email.policy.default)
        body = {k: message.get_body((k,)).get_content() for k in ('html', 'plain')}
        seen = Visible()
        seen.feed(body['html'])
        texts = {'html': plain(''.join(seen.text)), 'plain text': plain(body['plain'])}
        if seen.elements['script'] or seen.elements['iframe'] or seen.handlers or any(re.match(r'(?i)\s*(javascript|data):', link) for link in seen.links):
            fault('record %d: the HTML has active parts' % number)
        for name, text in [*texts.items(), ('page', page)]:
            missing = amounts - figures(text)
            if missing:
                fault('record %d: the %s lacks %s' % (number, name, sorted(missing)[:5]))
            if account not in text.replace(' ', '') and account not in text:
                fault('record %d: the %s lacks the account' % (number, name))
        for name, text in texts.items():
            others = figures(text) - figures(page)
            if others:
                fault('record %d: the %s has %s, the page not' % (number, name, sorted(others)[:5]))
            # Letters in the same order, whatever stands between them: names may be divided by marks of direction.
            if not all(word in text for word in plain(record['name']).split()):
                fault('record %d: the %s lacks the name %r' % (number, name, record['name']))
        if figures(texts['html']) != figures(texts['plain text']):
            fault('record %d: HTML and plain text differ' % number)
        if set(message.keys()) & {'Bcc', 'Cc'} or len(message.get_all('To')) != 1 or message.defects:
            fault('record %d: headers were injected or are broken: %s' % (number, message.defects))
        if len(message['To'].addresses) != 1 or '%s@%s' % (message['To'].addresses[0].username, message['To'].addresses[0].domain) != row['recipient'].replace('"', ''):
            if not row['recipient'].startswith('"'):
                fault('record %d: it goes to %s, not to %s' % (number, message['To'], row['recipient']))
        checked['e-mails'] += 1
        checked['amounts'] += len(amounts) * 3
    print('  compared: ' + ', '.join('%d %s' % (n, k) for k, n in sorted(checked.items())))
    if checked['e-mails'] < 100 or checked['text messages'] < 20:
        fault('too few messages were compared')


def judge_mails(records, messages):
    # check_eml looks for braces and handlers in the bytes: a name that has them as text, which the parser above has seen, would alarm it.
    words = ('{{', 'onerror', '<script')
    sample = [k for k in messages if k[1] == 'email' and not any(word in records[k[0] - 1]['name'] for word in words)]
    hostile = [k for k in sample if (k[0] - 1) % 89 == 7]
    chosen = dice.sample(sample, min(10, len(sample))) + hostile[:10]
    folder = work / 'eml'
    folder.mkdir()
    for key in chosen:
        (folder / ('%d.eml' % key[0])).write_bytes(messages[key])
    done = subprocess.run([sys.executable, str(Path(a.shared) / 'judges/check_eml.py'), '--no-spam', *map(str, folder.glob('*.eml'))],
                          capture_output=True, text=True, timeout=900)
    bad = [line for line in done.stdout.splitlines() if line.startswith('FAIL')]
    for line in sorted(set(bad))[:10]:
        fault('check_eml: ' + line)
    if done.returncode and not bad:
        fault('check_eml: exit %d %s' % (done.returncode, (done.stderr or done.stdout)[-300:]))
    print('  check_eml.py on %d messages: %d lines PASS' % (len(chosen), done.stdout.count('PASS')))


records = make_data()
run()
db = sqlite3.connect('file:%s?mode=ro' % (out / 'ledger.sqlite'), uri=True)
rows, messages = books(records, db)
values(records, rows, messages, db)
if a.shared:
    judge_mails(records, messages)
done = subprocess.run([a.pressrun, 'status', str(out), '--verify'], capture_output=True, text=True, timeout=600)
if done.returncode not in (0, 1):
    fault('status --verify: ' + done.stdout[-300:] + done.stderr[-300:])
print('%d faults' % len(faults))
sys.exit(1 if faults else 0)

#!/usr/bin/env python3
"""bounces.py PRESSRUN WORK_DIR [--corpus DIR] [--fallback CLOSED_RUN] [--seed N]

With a corpus of real bounces (expected.tsv beside them): how many are classed right about hard or not, at least 95 %; what is in its
folder `not` is no bounce.  60 of them are then sent back to a run with a return path of their own: each must change the state of its
message as the corpus says; read twice they count once, with a forged seal they are refused, with ids of nobody they are told.
With a closed run of a printed job: ten of its documents are made ones that went by e-mail and bounced; the fallback must print exactly
these, with the hashes that the run has.
"""
import argparse
import base64
import csv
import hashlib
import hmac
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import mail_run

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('work')
p.add_argument('--corpus')
p.add_argument('--fallback')
p.add_argument('--seed', type=int, default=3)
a = p.parse_args()
work = Path(a.work)
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
faults = []


def call(*arguments):
    done = subprocess.run([a.pressrun, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    if done.returncode == 2:
        faults.append('%s: %s' % (' '.join(map(str, arguments)), done.stderr[-400:]))
    return done


def token(record, key=mail_run.KEY):
    """The token of a return path, written anew from its description."""
    ident = bytes.fromhex(mail_run.PLAN)[:6] + bytes([1]) + record.to_bytes(5, 'big')
    seal = hmac.new(key, b'pressrun return path 1' + ident, hashlib.sha256).digest()[:10]
    return base64.b32encode(ident + seal).decode().rstrip('=').lower()


def findings(*paths, run=None):
    more = ['--run', run, '--secrets', run] if run else []
    return [json.loads(line) for line in call('bounces', *paths, *more, '--json').stdout.splitlines()]


def corpus():
    root = Path(a.corpus)
    expected = list(csv.DictReader(open(root / 'expected.tsv'), delimiter='\t'))
    files = sorted({row['file'] for row in expected})
    found = {}
    for row in findings(*[root / name for name in files]):
        found[(str(Path(row['place']).relative_to(root)).rsplit(':', 1)[0], row['number'])] = row
    right = sum((found.get((row['file'], int(row['recipient'])), {}).get('class') == 'hard') == (row['hard'] == '1') and
                (row['file'], int(row['recipient'])) in found for row in expected)
    rate = right / len(expected)
    print('corpus: %d of %d right about hard or not, %.1f %%' % (right, len(expected), 100 * rate))
    if rate < 0.95:
        faults.append('less than 95 %')
    for row in findings(root / 'not'):
        if row['class'] not in ('auto-reply', 'delivered', 'delayed'):
            faults.append('%s is taken for a bounce: %s' % (row['place'], row['class']))
    return root, expected, found


def round_trip(root, expected):
    dice = random.Random(a.seed)
    single = [row for row in expected if row['recipient'] == '1' and sum(r['file'] == row['file'] for r in expected) == 1 and row['reason'] not in ('delivered', 'vacation')]
    sample = dice.sample(single, 60)
    run = work / 'run'
    made = mail_run.make(run, 100, 'host = "127.0.0.1"')
    db = sqlite3.connect(run / 'ledger.sqlite')
    db.execute("INSERT INTO deliveries (record, channel, state, attempts, event, first_at) SELECT record, 'email', 'accepted', 1, 0, '2026-03-31T07:00:00Z' FROM messages")
    db.commit()
    box = work / 'box'
    for name in ('new', 'cur', 'tmp'):
        (box / name).mkdir(parents=True)
    for record, row in enumerate(sample):
        raw = (root / row['file']).read_bytes().replace(b'\r\n', b'\n')
        raw = re.sub(rb'\AFrom [^\n]*\n', b'', raw)
        (box / 'new' / ('%03d.eml' % record)).write_bytes(b'Delivered-To: bounce+%s@bank.example\n' % token(record).upper().encode() + raw)
    told = findings(box, run=run)
    states = dict(db.execute('SELECT record, state FROM deliveries'))
    right = sum((states[record] == 'bounced-hard') == (row['hard'] == '1') for record, row in enumerate(sample))
    print('60 samples sent back to a run: %d right' % right)
    if right < 57:
        faults.append('only %d of 60 samples are right' % right)
    if any(states[record] != 'accepted' for record in range(60, 100)):
        faults.append('a message without a bounce changed')
    events = db.execute('SELECT count(*) FROM delivery_events').fetchone()[0]
    again = findings(box, run=run)
    if any(row['told'] != 'known' for row in again if row['told'] != 'no-report') or db.execute('SELECT count(*) FROM delivery_events').fetchone()[0] != events:
        faults.append('read twice counts twice')
    # The same in one mbox file: still known.
    mbox = work / 'box.mbox'
    with open(mbox, 'wb') as f:
        for path in sorted((box / 'new').iterdir()):
            f.write(b'From MAILER-DAEMON Tue Mar 31 00:00:00 2026\n' + re.sub(rb'(?m)^(>*From )', rb'>\1', path.read_bytes()).rstrip(b'\n') + b'\n\n')
    known = [row for row in findings(mbox, run=run) if row['told'] == 'known']
    print('read again: %d known in the maildir, %d in an mbox' % (sum(row['told'] == 'known' for row in again), len(known)))
    hard = b'From: MAILER-DAEMON@x.example\nTo: %s\nSubject: failure notice\nMessage-ID: <%s@x.example>\n\n<a@x.example>:\n550 5.1.1 user unknown\n'
    odd = work / 'odd'
    odd.mkdir()
    (odd / 'forged.eml').write_bytes(hard % (b'bounce+%s@bank.example' % token(80, b'another key another key').encode(), b'f'))
    (odd / 'unknown.eml').write_bytes(hard % (b'somebody@bank.example', b'u'))
    words = sorted(row['told'] for row in findings(odd, run=run))
    if words != ['forged', 'unknown']:
        faults.append('forged and unknown are told as %s' % words)
    if call('bounces', odd, '--run', run, '--secrets', run).returncode != 1:
        faults.append('forged bounces do not show in the exit code')
    (odd / 'forged.eml').unlink()
    (odd / 'unknown.eml').write_bytes(hard % (b'somebody@bank.example', b'm') + b'\n--- Below this line is a copy of the message.\n\nMessage-ID: <%032x@bank.example>\n' % 81)
    found = findings(odd, run=run)
    if [(row['record'], row['told']) for row in found] != [(82, 'unsealed')] or db.execute('SELECT state FROM deliveries WHERE record = 81').fetchone()[0] != 'accepted':
        faults.append('whoever knows a Message-ID bounces it: %s' % found)
    if call('bounces', odd, '--run', run, '--secrets', run).returncode != 1:
        faults.append('a bounce without a seal does not show in the exit code')
    named = (odd / 'unknown.eml').read_bytes().replace(b'a@x.example', made[81][1].encode())
    (odd / 'unknown.eml').write_bytes(named)
    found = findings(odd, run=run)
    if [(row['record'], row['told']) for row in found] != [(82, 'bounced-hard')]:
        faults.append('a Message-ID is not found: %s' % found)
    # Three soft ones within 14 days are a hard one.
    db.execute("UPDATE routes SET recipient = 'full@x.example' WHERE record IN (90, 91, 92)")
    db.commit()
    for record in (90, 91, 92):
        (odd / 'unknown.eml').write_bytes(b'From: MAILER-DAEMON@x.example\nTo: bounce+%s@bank.example\nSubject: failure notice\nDate: Tue, 31 Mar 2026 10:00:00 +0000\nMessage-ID: <s%d@x>\n\n<full@x.example>:\n552 5.2.2 mailbox full\n' % (token(record).encode(), record))
        findings(odd, run=run)
    states = [db.execute('SELECT state FROM deliveries WHERE record = ?', (record,)).fetchone()[0] for record in (90, 91, 92)]
    if states != ['bounced-soft', 'bounced-soft', 'bounced-hard']:
        faults.append('soft bounces to one address: %s' % states)


def fallback():
    run = work / 'printed'
    shutil.copytree(a.fallback, run)
    db = sqlite3.connect(run / 'ledger.sqlite')
    records = [row[0] for row in db.execute('SELECT record FROM documents ORDER BY record')]
    chosen = random.Random(a.seed).sample(records, 12)
    fate = dict(zip(chosen, ['bounced-hard'] * 6 + ['failed'] * 4 + ['accepted', 'in-doubt']))
    for record, state in fate.items():
        db.execute('UPDATE documents SET is_printed = 0 WHERE record = ?', (record,))
        db.execute("INSERT INTO decisions VALUES (?, 0, 'statement', 'paperless', NULL)", (record,))
        db.execute("INSERT INTO routes (record, channel, recipient) VALUES (?, 'email', 'a@x.example')", (record,))
        db.execute("INSERT INTO messages VALUES (?, 'email', 0, 0, 1, ?, ?)", (record, b'\0' * 32, '%d@bank.example' % record))
        number = db.execute("INSERT INTO delivery_events (record, channel, state, reason, source, operator, at) VALUES (?, 'email', ?, 'told', 'judge', 'judge', '2026-03-31')", (record, state)).lastrowid
        db.execute("INSERT INTO deliveries (record, channel, state, attempts, event) VALUES (?, 'email', ?, 1, ?)", (record, state, number))
    db.commit()
    wanted = {record for record, state in fate.items() if state in ('bounced-hard', 'failed')}
    out = work / 'letters'
    done = call('fallback', run, '--out', out)
    print(done.stdout.strip())
    if done.returncode != 1 or 'in doubt' not in done.stdout:
        faults.append('a message in doubt is not told: %s %s' % (done.returncode, done.stderr))
    rows = list(csv.DictReader(open(out / 'manifest.csv')))
    hashes = {row[0]: row[1].hex() for row in db.execute('SELECT record, hash FROM documents')}
    printed = {int(row['record']) - 1: row for row in rows}
    if set(printed) != wanted:
        faults.append('printed %s, wanted %s' % (sorted(printed), sorted(wanted)))
    column = next((name for name in rows[0] if 'hash' in name or 'sha256' in name), None)
    if any(row[column] != hashes[record] for record, row in printed.items()):
        faults.append('a letter has another hash than the run')
    status = call('status', out, '--verify')
    if status.returncode != 0:
        faults.append('the new folder does not verify: %s' % status.stdout)
    states = dict(db.execute('SELECT record, state FROM deliveries'))
    if any(states[record] != ('fallen-back' if record in wanted else fate[record]) for record in fate):
        faults.append('states after the fallback: %s' % states)
    files = {path.name: path.read_bytes() for path in (out / 'print').iterdir()}
    again = call('fallback', run, '--out', out)
    if 'was complete already' not in again.stdout or {path.name: path.read_bytes() for path in (out / 'print').iterdir()} != files:
        faults.append('the same command again prints again: %s' % again.stdout)
    # The same with kills: what is marked is printed, once, in the same bytes.
    twin = work / 'killed' / 'run'
    twin.parent.mkdir()
    shutil.copytree(run, twin)
    twin_db = sqlite3.connect(twin / 'ledger.sqlite')
    twin_db.execute("DELETE FROM delivery_events WHERE state = 'fallen-back'")
    for record, state in fate.items():
        twin_db.execute('UPDATE deliveries SET state = ? WHERE record = ?', (state, record))
    twin_db.commit()
    twin_db.close()
    dice, hits, letters = random.Random(a.seed), 0, work / 'killed' / 'letters'
    for kill in range(8):
        process = subprocess.Popen([a.pressrun, 'fallback', str(twin), '--out', str(letters)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.005, 0.12))
        hits += process.poll() is None
        process.kill()
        process.wait()
    call('fallback', twin, '--out', letters)
    print('fallback killed %d times' % hits)
    if {path.name: path.read_bytes() for path in (letters / 'print').iterdir()} != files or (letters / 'manifest.csv').read_bytes() != (out / 'manifest.csv').read_bytes():
        faults.append('after kills the letters are others')
    if call('status', letters, '--verify').returncode != 0:
        faults.append('after kills the folder does not verify')
    other = call('fallback', run, '--out', work / 'letters2')
    if 'no document needs paper' not in other.stdout:
        faults.append('a second folder prints the same documents: %s' % other.stdout)


if a.corpus:
    root, expected, found = corpus()
    round_trip(root, expected)
if a.fallback:
    fallback()
for fault in faults[:20]:
    print('FAIL %s' % fault)
print('%s bounces' % ('FAIL' if faults else 'PASS'))
sys.exit(1 if faults else 0)

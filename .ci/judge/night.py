#!/usr/bin/env python3
"""night.py PRESSRUN JOB.toml WORK_DIR [--pieces 50000] [--seed N]

A simulated night: a job with [mail] is run, a camera file with 40 faults of 8 kinds is made from the ledger's own table of pieces, and
every fault must be found and placed, without a false alarm.  Then the night goes on as an operator would: reprint, a second camera file,
settle, hand over, close.  A run with one piece unaccounted for must not close.  Reconciling and reprinting are killed with SIGKILL at
random moments on the way, and must end as if they had not been.  The seed is printed; give it to see the same faults again.
"""
import argparse
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('job')
p.add_argument('work')
p.add_argument('--pieces', type=int, default=50000)
p.add_argument('--seed', type=int, default=None)
a = p.parse_args()
seed = a.seed if a.seed is not None else random.SystemRandom().randrange(10**6)
dice = random.Random(seed)
work = Path(a.work).resolve()
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
out, faults = work / 'out', []


def say(text):
    print(text, flush=True)


def fault(text):
    faults.append(text)
    print('  FAULT ' + text, flush=True)


def command(*arguments, codes=(0,), timeout=600):
    run = subprocess.run([a.pressrun, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    if run.returncode not in codes:
        fault('%s: exit %d: %s' % (' '.join(map(str, arguments)), run.returncode, (run.stderr or run.stdout).strip()[-400:]))
    return run


def make_data():
    """Statements of people in some 300 places, so that the scheme of the job has trays of every level."""
    raw = subprocess.run([a.pressrun, 'sample', 'statements', '--records', str(a.pieces)], capture_output=True, text=True, check=True).stdout
    zips = ['10001', '90210'] + ['%05d' % z for low in (10002, 33101, 60601, 62701, 90001, 99501) for z in range(low, low + 50)]
    weights = [200, 150] + [3] * (len(zips) - 2)
    with open(work / 'data.ndjson', 'w') as f:
        for line in raw.splitlines():
            record = json.loads(line)
            record['zip'] = dice.choices(zips, weights)[0] + '%06d' % dice.randrange(10**6)
            f.write(json.dumps(record, ensure_ascii=False) + '\n')


def ledger(sql):
    connection = sqlite3.connect('file:%s?mode=ro' % (out / 'ledger.sqlite'), uri=True)
    try:
        return list(connection.execute(sql))
    finally:
        connection.close()


KINDS = ['missing', 'doubled', 'wrong page', 'wrong insert', 'damaged', 'out of order', 'unknown', 'no such piece']


def make_camera(pieces):
    """The camera file, and what must be found in it: (fault, piece)."""
    count = len(pieces)
    # Each fault has room of its own, so that one does not hide another.
    places = sorted(dice.sample(range(5, count // 25 - 5), 5 * len(KINDS)))
    places = [25 * place + dice.randrange(5) for place in places]
    dice.shuffle(places)
    chosen = {kind: sorted(places[5 * n:5 * n + 5]) for n, kind in enumerate(KINDS)}
    expected, order = [], [[piece] for piece in pieces]
    for index in chosen['missing']:
        expected.append(('missing', index + 1))
        order[index] = []
    for index in chosen['out of order']:
        # Two that follow each other in one print file change places: the earlier one comes too late.
        while pieces[index][3] != pieces[index + 1][3]:
            index += 2
        order[index], order[index + 1] = order[index + 1], order[index]
        expected.append(('out of order', index + 1))
    swapped, inserts, status, twice = {}, {}, {}, []
    for index in chosen['wrong page']:
        # A sheet of each lies in the envelope of the other: both are wrong. Pieces of one sheet would only have changed places.
        while not (pieces[index][1] > 1 < pieces[index + 1][1] and pieces[index][3] == pieces[index + 1][3]):
            index += 1
        swapped[index + 1], swapped[index + 2] = index + 2, index + 1
        expected += [('wrong page', index + 1), ('wrong page', index + 2)]
    for index in chosen['wrong insert']:
        inserts[index + 1] = pieces[index][2] ^ 2
        expected.append(('wrong insert', index + 1))
    for kind, word in (('damaged', 'DAMAGED'), ('unknown', 'UNKNOWN')):
        for index in chosen[kind]:
            status[index + 1] = word
            expected.append((kind, index + 1))
    for index in chosen['doubled']:
        twice.append(index + 1)
        expected.append(('doubled', index + 1))
    rows, second = ['job_id,piece_id,reprint_no,machine,station,timestamp_utc,status,reason,set,sheet,sheets,inserts'], 0
    job = ledger('SELECT name FROM job')[0][0]
    for group in order:
        for piece, sheets, fed, file, *_ in group:
            second += 1
            for sheet in range(1, sheets + 1):
                code = swapped[piece] if piece in swapped and sheet == sheets else piece
                rows.append('%s,%07d,0,M%d,A,2026-10-01T%02d:%02d:%02dZ,%s,,%d,%d,%d,%d' % (
                    job, code, file % 2, second // 3600 % 24, second // 60 % 60, second % 60, status.get(piece, 'OK'), piece, sheet, sheets,
                    inserts.get(piece, fed)))
    for n, piece in enumerate(twice):
        rows.append('%s,%07d,0,M0,A,2026-10-02T03:00:%02dZ,OK,,9%07d,,,' % (job, piece, n, piece))
    for n in range(5):
        rows.append('%s,%07d,0,M0,A,2026-10-02T03:01:%02dZ,OK,,8%07d,,,' % (job, count + 100 + n, n, n))
        expected.append(('no such piece', count + 100 + n))
    (work / 'camera.csv').write_text('\n'.join(rows) + '\n')
    return sorted(expected)


def killed(name, *arguments, codes):
    """Gives a command several times with a SIGKILL at a random moment, then lets it end."""
    started = time.monotonic()
    # How long it takes is not known before; a copy of the folder tells.
    copy = work / 'copy'
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(out, copy)
    subprocess.run([a.pressrun, arguments[0], copy, *map(str, arguments[2:])], capture_output=True, timeout=600)
    needed = time.monotonic() - started
    shutil.rmtree(copy)
    for _ in range(5):
        process = subprocess.Popen([a.pressrun, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0, needed * 0.7))
        process.kill()
        process.wait()
    started = time.monotonic()
    run = command(*arguments, codes=codes)
    say('  %s: %.2f s after five kills' % (name, time.monotonic() - started))
    return run


def standing():
    return ledger('SELECT piece, copy, status FROM standing ORDER BY piece')


say('seed %d' % seed)
make_data()
started = time.monotonic()
command('run', a.job, '--input', work / 'data.ndjson', '--out', out, '--threads', '2', codes=(0, 1))
say('  run: %.1f s' % (time.monotonic() - started))
command('status', out, '--verify', codes=(0, 1))
pieces = ledger('SELECT sequence, sheets, inserts, print_file, tray, position FROM pieces ORDER BY sequence')
assert [row[0] for row in pieces] == list(range(1, len(pieces) + 1)), 'pieces are numbered through'
say('  %d pieces in %d trays and %d print files' % (len(pieces), len(ledger('SELECT 1 FROM trays')), len(ledger('SELECT 1 FROM print_files'))))
expected = make_camera(pieces)

reference = work / 'reference'
shutil.copytree(out, reference)
told = subprocess.run([a.pressrun, 'reconcile', str(reference), str(work / 'camera.csv'), '--json', '--by', 'mia', '--at', 'T1'], capture_output=True,
                      text=True, timeout=600)
found = json.loads(told.stdout)
got = sorted((f['fault'], f['piece']) for f in found['faults'])
alone = [f for f in expected if f not in got]
extra = [f for f in got if f not in expected]
if alone:
    fault('not found: %s' % alone[:10])
if extra:
    fault('false alarms: %s' % extra[:10])
for f in found['faults']:
    if f['fault'] == 'no such piece':
        continue
    place, row = f['place'], pieces[f['piece'] - 1]
    if (place['print_file'], place['tray'], place['position']) != (row[3], row[4], row[5]):
        fault('piece %d is placed at %s, it lies at %s' % (f['piece'], place, row))
say('  %d faults found and placed, of 8 kinds' % len(got))

killed('reconcile', 'reconcile', out, work / 'camera.csv', '--by', 'mia', '--at', 'T1', codes=(0, 1))
known = sqlite3.connect(reference / 'ledger.sqlite').execute('SELECT piece, copy, status FROM standing ORDER BY piece').fetchall()
if standing() != known:
    fault('after kills the pieces stand otherwise than without')
before = ledger('SELECT count(*) FROM events')
command('reconcile', out, work / 'camera.csv', codes=(1,))
if ledger('SELECT count(*) FROM events') != before:
    fault('the same file changed something when it was read again')
command('close', out, codes=(2,))

lost = [piece for piece, _, status in standing() if status in ('damaged', 'missing', 'unknown')]
killed('reprint', 'reprint', out, '--damaged', '--reason', 'night', '--by', 'mia', '--at', 'T2', codes=(0, 2))
reprints = ledger('SELECT number, file, pieces FROM reprints')
if len(reprints) != 1 or reprints[0][2] != len(lost):
    fault('%s were printed again, %d pieces were lost' % (reprints, len(lost)))
else:
    text = subprocess.run(['pdftotext', '-layout', out / reprints[0][1], '-'], capture_output=True, text=True, check=True).stdout
    printed = sorted({int(n) for n in re.findall(r'(\d{8}) +1/\d+ +tray', text)})
    if printed != lost:
        fault('the reprint holds %s, lost were %s' % (printed[:10], lost[:10]))
    say('  reprint: exactly the %d lost pieces' % len(lost))
strays = [f.name for f in (out / 'print').iterdir() if not f.name.startswith(('0', 'reprint-0001'))]
if strays:
    fault('left behind: %s' % strays)

rest = lost[1:]
(work / 'second.csv').write_text('piece_id,reprint_no,status,timestamp_utc\n' + ''.join('%d,1,OK,T%d\n' % (n, n) for n in rest))
command('reconcile', out, work / 'second.csv', '--by', 'tom', '--at', 'T3', codes=(1,))
doubled = [str(piece) for kind, piece in expected if kind == 'doubled']
command('settle', out, '--pieces', ','.join(doubled), '--as', 'destroyed', '--reason', 'found in the output', '--by', 'tom', '--at', 'T4')
command('handover', out, codes=(2,))
run = command('close', out, codes=(2,))
if '1 piece is printed' not in run.stderr:
    fault('one piece is unaccounted for, and close says: ' + run.stderr)
(work / 'third.csv').write_text('piece_id,reprint_no,status,timestamp_utc\n%d,1,OK,last\n' % lost[0])
command('reconcile', out, work / 'third.csv', '--by', 'tom', '--at', 'T5')
command('handover', out, '--receipt', 'R 4711', '--by', 'tom', '--at', 'T6')
command('close', out, '--by', 'tom', '--at', 'T7')
certificate = json.loads((out / 'certificate.json').read_text())
trays = certificate['trays']
if not (certificate['pieces']['planned'] == certificate['pieces']['handed_over'] == len(pieces) == sum(t['handed_over'] for t in trays)):
    fault('the certificate does not add up: %s' % certificate['pieces'])
held = {json.loads(line)['record'] for line in (out / 'held.ndjson').read_text().splitlines()}
held |= {row[0] + 1 for row in ledger('SELECT record FROM suppressed')}
total = Decimal(0)
with open(work / 'data.ndjson') as f:
    for number, line in enumerate(f, 1):
        if number not in held:
            total += json.loads(line, parse_float=Decimal, parse_int=Decimal)['closing']
if Decimal(certificate['totals'][0]['sum']) != total:
    fault('the certificate says %s, the data %s' % (certificate['totals'][0]['sum'], total))
say('  closed: %d pieces, closing balances of %s' % (len(pieces), total))
command('status', out, '--verify', codes=(0, 1))

print(('FAIL night: %d faults' % len(faults)) if faults else 'PASS night: %d pieces, %d faults found, closed' % (len(pieces), len(got)))
sys.exit(1 if faults else 0)

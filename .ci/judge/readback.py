#!/usr/bin/env python3
"""readback.py DATA.ndjson OUT_DIR [--jobs 2]

Reads every page of the statement job back with poppler, volumes and print files alike, and compares it with
the data: account, name and address, summary to the cent, both letters, each transaction's date, description,
amount and running balance in order, "Page x of y", payment slip.  The expected texts are those of the page
design of the statement workload.  Exit 0: all as the data says; 1: not.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing import Pool

import pikepdf

import books
from books import cents

# ---- the texts of the page design: when the layout's words change, change them here
BANK = ['Northwind Mutual Bank', 'PO Box 7301', 'Springfield IL 62708-7301']
DUE_DATE = '2026-10-20'
TITLE = 'ACCOUNT STATEMENT'
HEAD = re.compile(r'\bDate\s+Description\s+Amount\s+Balance\b')
SLIP = 'PAYMENT SLIP'
LETTERS = [
    'Dear {name}, this statement lists every payment, deposit, fee and interest entry posted to account {account} between '
    '{start} and {end}. Please compare each line with your own records and tell us within sixty days if anything looks '
    'unfamiliar, because we can only investigate and correct disputed entries that are reported promptly. You may reach us '
    'by telephone on any business day, by secure message in online banking, or in writing at the return address printed at '
    'the top of this page.',
    'Your closing balance is {closing} dollars. As one of our {segment} customers you pay no monthly maintenance charge '
    'while the average daily balance stays above the published minimum, and you earn interest on the whole amount from the '
    'first day. If an amount is shown as due, please detach the payment slip and return it with your check before {due}, so '
    'that your account remains in good standing and no late charge or returned item fee has to be applied next month.',
]
MONEY = r'-?\d{1,3}(?:,\d{3})*\.\d\d'
DATE = r'\d{4}-\d\d-\d\d'
# ----
ROW = re.compile(r'^\s*(%s)\s+(.*?)\s+(%s)\s+(%s)\s*$' % (DATE, MONEY, MONEY))
FOOT = re.compile(r'\bAccount (\d{12})\s+Page (\d+) of (\d+)\b')
TABLE_END = re.compile(r'Detach here|' + SLIP + r'|' + FOOT.pattern)
# Pages at the start of each chunk that are read from the file itself, too.
SAME = 8
CARRY = re.compile(r'\b(?:brought|carried) forward\b', re.I)


def money(c):
    return '%s%s.%02d' % ('-' if c < 0 else '', format(abs(c) // 100, ','), abs(c) % 100)


def zip_code(z):
    return z[:5] + '-' + z[5:9] if len(z) >= 9 else z[:5]


def plain(s):
    """One kind of minus and of space; what poppler keeps apart only because fonts do."""
    return s.replace('\u2212', '-').replace('\u00a0', ' ').replace('\u202f', ' ').replace('\u00ad', '-')


def squash(s):
    # Line breaks, justified spaces and hyphens at line ends are the layout's business, not the data's.
    return re.sub(r'[\s\-\u2010\u2011]+', '', s)


def read_document(record, pages, say, strict):
    """Compares one document's pages (texts) with its record.  strict: text of nobody is a fault too; print files
    carry late text, whose words only the job knows."""
    account = record['account']
    txns = record['transactions']
    opening, closing = cents(record['opening']), cents(record['closing'])
    amounts = [cents(t['amount']) for t in txns]
    due = max(0, -closing)
    balance, row = opening, 0
    for n, text in enumerate(pages, 1):
        fault = lambda what, n=n: say('account %s page %d of %d: %s' % (account, n, len(pages), what))
        lines = plain(text).split('\n')
        packed = squash(plain(text))
        parts = {p.strip() for line in lines for p in re.split(r'\s{2,}', line.strip())}

        feet = FOOT.findall(plain(text))
        if feet != [(account, str(n), str(len(pages)))]:
            fault('foot says %s' % (feet or 'nothing'))
        if n == 1:
            read_first(record, amounts, opening, closing, plain(text), packed, parts, fault)
        elif TITLE in text:
            fault('the title of a first page')

        # -- the table, from its head to the slip or foot
        head = next((i for i, line in enumerate(lines) if HEAD.search(line)), None)
        before = row
        if head is not None:
            for line in lines[head + 1:]:
                if TABLE_END.search(line):
                    break
                if not line.strip():
                    continue
                m = ROW.match(line)
                if CARRY.search(line):
                    if money(balance) not in re.findall(MONEY, line):
                        fault('carry row %r, the balance is %s' % (line.strip(), money(balance)))
                elif m:
                    if row == len(txns):
                        fault('row too many: %r' % line.strip())
                        continue
                    close_row(txns, row, row > before, got if row > before else '', fault)
                    t = txns[row]
                    balance += amounts[row]
                    for what, was, want in (('date', m[1], t['date']), ('amount', m[3], money(amounts[row])),
                                            ('balance', m[4], money(balance))):
                        if was != want:
                            fault('row %d: %s %s, the data says %s' % (row + 1, what, was, want))
                    got = squash(m[2])
                    row += 1
                elif row > before and squash(txns[row - 1]['description']).startswith(got + squash(line)):
                    got += squash(line)  # A wrapped description goes on.
                elif strict:
                    fault('text of nobody in the table: %r' % line.strip())
            close_row(txns, row, row > before, got if row > before else '', fault)
        if any(ROW.match(line) for line in lines[:head if head is not None else len(lines)]):
            fault('rows without a table head')

        # -- the slip, once, on the last page
        if (SLIP in text) != (n == len(pages)):
            fault('payment slip ' + ('before the last page' if SLIP in text else 'missing'))
        elif SLIP in text:
            if not re.search(r'Amount due\s+%s(?!\d)' % re.escape(money(due)), plain(text)):
                fault('slip: amount due is not %s' % money(due))
            if not re.search(r'Due date\s+' + DUE_DATE, text):
                fault('slip: due date is not ' + DUE_DATE)
            scan = '%s %010d %s' % (account, due, record['id'][1:])
            for what in ('From: ' + record['name'], scan, *BANK):
                if squash(what) not in packed:
                    fault('slip: no %r' % what)
    if row != len(txns):
        say('account %s: %d of %d transactions printed' % (account, row, len(txns)))
    return row


def close_row(txns, row, opened, got, fault):
    if opened and got != squash(txns[row - 1]['description']):
        fault('row %d: description %r, the data says %r' % (row, got, txns[row - 1]['description']))


def read_first(record, amounts, opening, closing, text, packed, parts, fault):
    period = '%s to %s' % (record['period_start'], record['period_end'])
    credits = sum(a for a in amounts if a > 0)
    debits = sum(a for a in amounts if a < 0)
    address = [record['name'], record['address1'], record['address2'],
               '%s %s %s' % (record['city'], record['state'], zip_code(record['zip']))]
    for what in [TITLE, period, *BANK, *filter(None, address)]:
        if what not in parts:
            fault('no %r' % what)
    for label, value in (('Account number', record['account']), ('Statement period', period),
                         ('Opening balance', money(opening)), ('Total credits', money(credits)),
                         ('Total debits', money(debits)), ('Closing balance', money(closing))):
        # The label stands on the slip too, so the first one on the page is the summary's.
        m = re.search(r'%s[ \t]{2,}(\S.*?)[ \t]*$' % label, text, re.M)
        if not m or m[1] != value:
            fault('summary: %s is %s, the data says %s' % (label, m and m[1], value))
    for letter in LETTERS:
        want = letter.format(name=record['name'], account=record['account'], start=record['period_start'],
                             end=record['period_end'], closing=money(closing), segment=record['segment'], due=DUE_DATE)
        if squash(want) not in packed:
            fault('letter differs: %r' % (want[:40] + '…'))
    if opening + sum(amounts) != closing:
        fault('the data itself does not add up')


def without_intent(file, folder):
    """A copy without output intent.  Poppler would build a colour transform from it for every page, which takes six
    times as long as reading the page.  Streams are copied as they are; read_chunk compares some pages with the file itself."""
    copy = os.path.join(folder, '%s-%s' % (os.path.basename(os.path.dirname(file)), os.path.basename(file)))
    with pikepdf.open(file) as pdf:
        if '/OutputIntents' in pdf.Root:
            del pdf.Root.OutputIntents
        pdf.save(copy, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none,
                 object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return copy


def read_pages(file, first, last):
    text = subprocess.run(['pdftotext', '-layout', '-enc', 'UTF-8', '-f', str(first), '-l', str(last), file, '-'],
                          capture_output=True, check=True).stdout.decode('utf-8')
    return text.split('\f')[:-1]


def read_chunk(task):
    side, original, file, owned = task
    first, last = owned[0].first, owned[-1].until - 1
    texts = read_pages(file, first, last)
    faults, count = [], Counter()
    say = lambda what: faults.append('%s: %s' % (os.path.basename(original), what))
    if read_pages(original, first, min(first + SAME - 1, last)) != texts[:SAME]:
        say('page %d reads differently without the output intent' % first)
    if len(texts) != last - first + 1:
        say('poppler gives %d pages for pages %d to %d' % (len(texts), first, last))
    for span in owned:
        at = span.first - first
        record = RECORDS[INDEX[span.doc.record]]
        count['rows'] += read_document(record, texts[at:at + span.pages], say, strict=side == 'volume')
        count['pages'] += span.pages
        for blank in range(span.first + span.pages, span.until):
            count['blank'] += 1
            if side == 'volume' or FOOT.search(texts[blank - first]):
                say('page %d belongs to no document' % blank)
    return side, faults, count


def page_count(file):
    info = subprocess.run(['pdfinfo', file], capture_output=True, check=True).stdout
    return int(re.search(rb'Pages:\s+(\d+)', info)[1])


def main():
    global RECORDS, INDEX
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('data')
    p.add_argument('out')
    p.add_argument('--jobs', type=int, default=2)
    a = p.parse_args()
    start = time.monotonic()
    RECORDS = books.read_records(a.data)
    faults, count, tasks = [], {'volume': Counter(), 'print': Counter()}, []
    try:
        scratch = tempfile.TemporaryDirectory(dir=os.environ.get('PRESSRUN_CI'))  # The system's /tmp may be small.
        docs = books.read_manifest(a.out)
        INDEX = books.match(docs, RECORDS)
        held = len(books.read_held(a.out))
        if len(set(INDEX.values())) != len(docs) or len(docs) + held != len(RECORDS):
            faults.append('%d records, but %d documents of %d records and %d held'
                          % (len(RECORDS), len(docs), len(set(INDEX.values())), held))
        for side in ('volume', 'print'):
            folder = 'volumes' if side == 'volume' else side
            listed = {getattr(doc, side) for doc in docs}
            for f in sorted(os.listdir(os.path.join(a.out, folder))):
                if f.endswith('.pdf') and os.path.join(a.out, folder, f) not in listed:
                    faults.append('%s/%s is in no row of the manifest' % (folder, f))
            plan = books.spans(docs, side, {f: page_count(f) for f in listed})
            for file, owned in plan.items():
                if owned[0].first != 1:
                    faults.append('%s: pages before %d belong to no document' % (file, owned[0].first))
            copies = {f: without_intent(f, scratch.name) for f in plan}
            tasks += [(side, f, copies[f], owned) for f, owned in books.chunks(plan)]
    except (books.Unbalanced, OSError, ValueError, IndexError, subprocess.CalledProcessError) as e:
        faults.append(str(e))
        tasks = []
    # fork: the children see the records without copying them.
    with Pool(a.jobs) as pool:
        for side, fault, n in pool.imap_unordered(read_chunk, tasks):
            faults += fault
            count[side] += n
    if tasks and count['volume']['pages'] != count['print']['pages']:
        faults.append('%d pages in the volumes, %d printed' % (count['volume']['pages'], count['print']['pages']))
    for f in faults[:25]:
        print('  ' + f)
    if len(faults) > 25:
        print('  … and %d more' % (len(faults) - 25))
    ok = not faults and count['volume']['pages'] > 0
    print('%s readback: %d records, %d volume pages, %d print pages (+%d blank), %d rows to the cent, %d faults, %.0f s'
          % ('PASS' if ok else 'FAIL', len(RECORDS), count['volume']['pages'], count['print']['pages'],
             count['print']['blank'], count['volume']['rows'] + count['print']['rows'], len(faults), time.monotonic() - start))
    sys.exit(not ok)


if __name__ == '__main__':
    main()

"""A closed run with messages of e-mail, made by hand: schema of the ledger, rows, an mbox written by Python's own module.

Shared by the judges of delivery and bounces, which so do not depend on composing.
"""
import hashlib
import random
import re
import shutil
import sqlite3
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

PLAN = hashlib.sha256(b'plan').hexdigest()
KEY = b'0123456789abcdef0123456789abcdef'


def message(number, recipient, dice):
    m = EmailMessage(policy=SMTP)
    m['From'] = 'Example Bank <billing@bank.example>'
    m['To'] = recipient
    m['Subject'] = 'Your statement %d' % number
    m['Date'] = 'Tue, 31 Mar 2026 07:00:00 +0000'
    m['Message-ID'] = '<%032x@bank.example>' % number
    lines = ['Dear customer %d,' % number, 'From here on a line to quote', '.', '..two dots', '>From quoted already']
    lines += [' '.join(dice.choice(('amount', 'due', 'paid', 'grüße', 'total')) for _ in range(8)) for _ in range(dice.randrange(20))]
    m.set_content('\n'.join(lines) + '\n', cte='quoted-printable')
    return m.as_bytes()


def make(folder, count, smtp, seed=1, domains=20, volume=1000):
    """Writes the run; gives {record: (message id, recipient, bytes)}."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'volumes').mkdir(parents=True)
    (folder / 'plan').mkdir()
    (folder / 'return.key').write_bytes(KEY)
    (folder / 'plan/job.toml').write_text('''[job]
name = "mail"
[email]
from = "billing@bank.example"
return-path = "bounce@bank.example"
return-key = "return.key"
[email.smtp]
%s
''' % smtp)
    dice = random.Random(seed)
    root = Path(__file__).resolve().parents[2]
    db = sqlite3.connect(folder / 'ledger.sqlite')
    schema = (root / 'src/ledger/schema.sql').read_text()
    db.executescript(schema)
    version = next(line for line in schema.splitlines() if 'ledger, version' in line).split('version ')[1].split('.')[0]
    db.execute('PRAGMA user_version = %s' % version)
    db.execute("INSERT INTO job (id, plan, name, date, program, state, records) VALUES (1, ?, 'mail', '2026-03-31', 'judge', 'closed', ?)", (PLAN, count))
    made = {}
    for first in range(0, count, volume):
        number = first // volume + 1
        name = 'volumes/%04d.mbox' % number
        path = folder / name
        records = range(first, min(first + volume, count))
        places = {}
        with open(path, 'wb') as f:
            for record in records:
                recipient = 'customer%d@domain%d.example' % (record, dice.randrange(domains))
                raw = message(record, recipient, dice)
                stored = raw.replace(b'\r\n', b'\n')

                stored = re.sub(rb'(?m)^(>*From )', rb'>\1', stored)
                f.write(b'From bounce@bank.example Tue Mar 31 00:00:00 2026\n')
                places[record] = (f.tell(), len(stored))
                f.write(stored + b'\n')
                made[record] = ('%032x@bank.example' % record, recipient, raw)
        data = path.read_bytes()
        db.execute('INSERT INTO message_volumes VALUES (?, ?, ?, ?, ?, ?)', (number, 'email', name, len(records), len(data), hashlib.sha256(data).digest()))
        for record in records:
            mid, recipient, raw = made[record]
            offset, length = places[record]
            db.execute('INSERT INTO routes (record, channel, recipient) VALUES (?, ?, ?)', (record, 'email', recipient))
            db.execute('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)', (record, 'email', number, offset, length, hashlib.sha256(raw).digest(), mid))
    db.commit()
    db.close()
    return made

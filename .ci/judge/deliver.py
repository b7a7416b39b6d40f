#!/usr/bin/env python3
"""deliver.py PRESSRUN WORK_DIR [--messages 5000] [--kills 5] [--seed N] [--bad 0.1]

Delivers messages to a real SMTP server on this machine (aiosmtpd) that misbehaves on a seeded part of them: refuses now
(greylisting, 451), drops the connection before, in the middle of and after the message, answers 421 after it, stalls.  Meanwhile the
delivery is killed with SIGKILL at random moments.  After each kill the server's list of what it accepted is given back with
--accepted.  In the end each message must have been accepted exactly once, byte for byte as the run holds it.
"""
import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from aiosmtpd.smtp import SMTP, syntax

import mail_run

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('work')
p.add_argument('--messages', type=int, default=5000)
p.add_argument('--kills', type=int, default=5)
p.add_argument('--seed', type=int, default=None)
p.add_argument('--bad', type=float, default=0.1)
p.add_argument('--connections', type=int, default=6)
p.add_argument('--job', help='a job with channels: it is run with a key of DKIM, its messages delivered, some bounce and become letters')
a = p.parse_args()
seed = a.seed if a.seed is not None else random.SystemRandom().randrange(10**6)
print('seed %d' % seed)
KINDS = ('greylist', 'refuse-data', 'drop-before', 'drop-in-data', 'drop-after-accepting', 'drop-without-accepting', '421-after-data', '451-after-data', 'stall')


class Judge:
    """Knows what was accepted, and what goes wrong with whom: once for each, decided by the seed."""

    def __init__(self):
        self.accepted = Counter()
        self.bodies = {}
        self.paths = {}
        self.seen = Counter()
        self.done = set()
        self.list = Path(a.work) / 'accepted.txt'

    def mischief(self, recipient, at):
        dice = random.Random('%d %s' % (seed, recipient))
        if dice.random() >= a.bad:
            return None
        kind = dice.choice(KINDS)
        when = {'greylist': 'rcpt', 'drop-before': 'rcpt', 'refuse-data': 'data', 'drop-in-data': 'data'}.get(kind, 'end')
        if when != at or recipient in self.done:
            return None
        self.done.add(recipient)
        self.seen[kind] += 1
        return kind

    def accept(self, raw, path):
        mid = next(line for line in raw.split(b'\r\n') if line.lower().startswith(b'message-id:')).split(b'<')[1].split(b'>')[0].decode()
        self.accepted[mid] += 1
        self.bodies[mid] = raw
        self.paths[mid] = path
        with open(self.list, 'a') as f:
            f.write(mid + '\n')


judge = None


class Server(SMTP):
    async def drop(self):
        self.transport.abort()
        await asyncio.sleep(30)

    @syntax('DATA')
    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos:
            kind = judge.mischief(self.envelope.rcpt_tos[0], 'data')
            if kind == 'refuse-data':
                await self.push('451 4.3.0 not now')
                return
            if kind == 'drop-in-data':
                await self.push('354 go on')
                await self._reader.read(200)
                await self.drop()
                return
        await super().smtp_DATA(arg)


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + ['250-PIPELINING', '250-DSN', '250-ENHANCEDSTATUSCODES'] + responses[-1:]

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return '250 2.1.0 ok'

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = judge.mischief(address, 'rcpt')
        if kind == 'greylist':
            return '450 4.2.0 greylisted, try again'
        if kind == 'drop-before':
            await server.drop()
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 ok'

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.original_content
        kind = judge.mischief(envelope.rcpt_tos[0], 'end')
        if kind == 'drop-after-accepting':
            judge.accept(raw, envelope.mail_from)
            await server.drop()
        if kind == 'drop-without-accepting':
            await server.drop()
        if kind == 'stall':
            await asyncio.sleep(4)
            return '451 4.4.2 too late'
        if kind == '421-after-data':
            server.transport.write(b'421 4.3.2 closing\r\n')
            await server.drop()
        if kind == '451-after-data':
            return '451 4.3.0 try again'
        judge.accept(raw, envelope.mail_from)
        return '250 2.0.0 accepted'


def serve(port_found):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # The parameters of DSN are taken by hand: aiosmtpd refuses what it does not know.
    server = loop.run_until_complete(loop.create_server(lambda: Server(Handler(), enable_SMTPUTF8=True, loop=loop, timeout=60), '127.0.0.1', 0))
    port_found.append(server.sockets[0].getsockname()[1])
    loop.run_forever()


# aiosmtpd refuses parameters of DSN (RFC 3461): let it pass over them.
strip = SMTP._getparams


def getparams(self, params):
    return strip(self, [param for param in params if param.split('=')[0] not in ('RET', 'ENVID', 'NOTIFY', 'ORCPT')])


SMTP._getparams = getparams



def secured():
    """A few messages over STARTTLS and over TLS from the first byte, with a password, and a certificate that is trusted only by name."""
    from aiosmtpd.smtp import AuthResult
    folder = Path(a.work) / 'tls'
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / 'key.pem', folder / 'ca.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE'], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    found = []
    for way, words in (('starttls', {'tls_context': context, 'require_starttls': True}), ('implicit', {})):
        taken, logins, ports = [], [], []

        class Takes:
            async def handle_DATA(self, server, session, envelope):
                taken.append(envelope.original_content)
                return '250 2.0.0 accepted'

        def login(server, session, envelope, mechanism, data):
            logins.append((mechanism, data.login.decode(), data.password.decode()))
            return AuthResult(success=data.password == b'secret')

        def serve_tls():
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            made = lambda: SMTP(Takes(), authenticator=login, auth_required=True, auth_require_tls=way == 'starttls', loop=loop, **words)
            server = loop.run_until_complete(loop.create_server(made, '127.0.0.1', 0, ssl=context if way == 'implicit' else None))
            ports.append(server.sockets[0].getsockname()[1])
            loop.run_forever()

        threading.Thread(target=serve_tls, daemon=True).start()
        while not ports:
            time.sleep(0.01)
        run = folder / way
        made = mail_run.make(run, 20, 'host = "localhost"\nport = %d\ntls = "%s"\nuser = "me"\npassword-file = "password"\nca = "ca.pem"' % (ports[0], way))
        (run / 'password').write_text('secret\n')
        (run / 'ca.pem').write_text(certificate.read_text())
        done = subprocess.run([a.pressrun, 'deliver', run, '--secrets', run], capture_output=True, text=True, timeout=60)
        if done.returncode or sorted(taken) != sorted(raw for _, _, raw in made.values()) or not logins or any(l[1:] != ('me', 'secret') for l in logins):
            found.append('%s: exit %d, %d messages, logins %s: %s %s' % (way, done.returncode, len(taken), logins[:2], done.stdout, done.stderr))
        # With the certificates of browsers, ours is not trusted, and nothing is said.
        before = len(taken), len(logins)
        mail_run.make(run, 1, 'host = "localhost"\nport = %d\ntls = "%s"\nuser = "me"\npassword-file = "password"\ntimeout = "2s"' % (ports[0], way))
        (run / 'password').write_text('secret\n')
        done = subprocess.run([a.pressrun, 'deliver', run, '--secrets', run], capture_output=True, text=True, timeout=60)
        if done.returncode != 2 or (len(taken), len(logins)) != before or 'certificate' not in done.stdout:
            found.append('%s: a certificate of nobody is trusted: exit %d %s' % (way, done.returncode, done.stdout))
    print('TLS: %s' % ('; '.join(found) or 'both ways, with a password, to a trusted certificate only'))
    return found


def real(port):
    """A run that was composed: what arrives is what its mbox files hold, byte for byte, once; its signatures verify; what bounces becomes letters."""
    import csv
    import mailbox
    import dkim
    job = Path(a.job).resolve()
    root, copy = job.parents[2], Path(a.work) / 'real'
    shutil.rmtree(copy, ignore_errors=True)
    for name in (job.parent.relative_to(root), 'layouts', 'fonts'):
        if (root / name).exists():
            shutil.copytree(root / name, copy / name)
    folder, run = copy / job.parent.relative_to(root), copy / 'out'
    subprocess.run(['openssl', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', folder / 'secrets/dkim.pem'], check=True, capture_output=True)
    text = (folder / job.name).read_text()
    extra = '\n[email.dkim]\ndomain = "bank.example"\nselector = "press"\nkey = "secrets/dkim.pem"\n\n[email.smtp]\nhost = "127.0.0.1"\nport = %d\ntls = "none"\n' % port
    (folder / job.name).write_text(text.replace('\n[sms]\n', extra + '\n[sms]\n', 1))
    found = []

    def call(*arguments, ok=(0,)):
        done = subprocess.run([a.pressrun, *map(str, arguments)], capture_output=True, text=True, timeout=300)
        if done.returncode not in ok:
            found.append('%s: exit %d %s %s' % (arguments[0], done.returncode, done.stdout[-300:], done.stderr[-500:]))
        return done

    call('run', folder / job.name, '--out', run, ok=(0, 1))
    before, a.bad = sum(judge.accepted.values()), 0
    call('deliver', run, '--secrets', folder)
    held = {}
    for path in sorted((run / 'volumes').glob('*.mbox')):
        box = mailbox.mbox(path, create=False)
        for key in box.keys():
            raw = re.sub(rb'(?m)^>(>*From )', rb'\1', box.get_bytes(key)).replace(b'\n', b'\r\n')
            held[next(line for line in raw.split(b'\r\n') if line.lower().startswith(b'message-id:')).split(b'<')[1].split(b'>')[0].decode()] = raw
    arrived = sum(judge.accepted.values()) - before
    wrong = [mid for mid, raw in held.items() if judge.accepted[mid] != 1 or judge.bodies[mid] != raw]
    if not held or arrived != len(held) or wrong:
        found.append('real run: %d held, %d arrived, wrong %s' % (len(held), arrived, wrong[:3]))
    dns = dict(line.split('\tTXT\t') for line in call('deliver', run, '--dns').stdout.splitlines())
    record = dns.get('press._domainkey.bank.example', '').strip('"').encode()
    failed = [mid for mid, raw in held.items() if not dkim.verify(raw, dnsfunc=lambda name, timeout=5: record)]
    if failed:
        found.append('%d signatures of the run do not verify, such as that of %s' % (len(failed), failed[0]))
    # A third of them bounces; who has the document on paper, too, gets no second one.
    db = sqlite3.connect(run / 'ledger.sqlite')
    records = {mid: record for record, mid in db.execute("SELECT record, message_id FROM messages WHERE channel = 'email'")}
    bounced = sorted(held)[::3]
    with open(copy / 'bounces.mbox', 'w') as f:
        for mid in bounced:
            f.write('From MAILER-DAEMON Tue Mar 31 00:00:00 2026\nFrom: MAILER-DAEMON@x.example\nTo: %s\nSubject: failure notice\nMessage-ID: <b.%s>\n\n<a@x.example>:\n550 5.1.1 user unknown\n\n' % (judge.paths[mid], mid))
    call('bounces', copy / 'bounces.mbox', '--run', run, '--secrets', folder)
    printed = {record for (record,) in db.execute("SELECT record FROM routes WHERE channel = 'print'")}
    wanted = {records[mid] for mid in bounced} - printed
    hashes = {record: digest.hex() for record, digest in db.execute('SELECT record, hash FROM documents')}
    letters = copy / 'letters'
    call('fallback', run, '--out', letters)
    rows = list(csv.DictReader(open(letters / 'manifest.csv')))
    if {int(row['record']) - 1 for row in rows} != wanted or any(hashes[int(row['record']) - 1] not in row.values() for row in rows):
        found.append('letters are not those that bounced: %d, wanted %d' % (len(rows), len(wanted)))
    call('status', letters, '--verify')
    again = call('deliver', run, '--secrets', folder, ok=(0, 1))
    if not again.stdout.startswith('0 accepted now') or sum(judge.accepted.values()) - before != len(held):
        found.append('after the fallback something was sent again')
    print('real run: %d messages, signed and whole; %d bounced, %d of them are letters' % (len(held), len(bounced), len(rows)))
    return found


work = Path(a.work)
work.mkdir(parents=True, exist_ok=True)
(work / 'accepted.txt').write_text('')
judge = Judge()
port = []
threading.Thread(target=serve, args=(port,), daemon=True).start()
while not port:
    time.sleep(0.01)
run = work / 'run'
made = mail_run.make(run, a.messages, '''host = "127.0.0.1"
port = %d
tls = "none"
connections = %d
timeout = "2s"
retry = "500ms, 1s"
expire = "1h"''' % (port[0], a.connections), seed)


def command(*more):
    return [a.pressrun, 'deliver', str(run), '--secrets', str(run), *more]


dice = random.Random(seed)
faults = secured()
start = time.monotonic()
for kill in range(a.kills):
    process = subprocess.Popen(command('--accepted', str(judge.list)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(dice.uniform(0.15, 1.2))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    error = process.communicate()[1].decode()
    print('  kill %d: %s, %d accepted so far' % (kill + 1, 'hit' if alive else 'too late (exit %s) %s' % (process.returncode, error[-300:]), sum(judge.accepted.values())))
    # What the server has read it may still accept.
    time.sleep(0.5)
for attempt in range(40):
    done = subprocess.run(command('--accepted', str(judge.list)), capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        faults.append('exit %d: %s' % (done.returncode, done.stderr[-500:]))
        break
    if done.returncode == 0:
        break
    time.sleep(1.2)
else:
    faults.append('not done after %d attempts: %s' % (attempt + 1, done.stdout))
took = time.monotonic() - start
print(done.stdout)
again = subprocess.run(command(), capture_output=True, text=True, timeout=60)
if again.returncode != 0 or not again.stdout.startswith('0 accepted now'):
    faults.append('a delivery that is done sends again: %s' % again.stdout)
for mid, recipient, raw in made.values():
    count = judge.accepted[mid]
    if count != 1:
        faults.append('%s to %s was accepted %d times' % (mid, recipient, count))
    elif judge.bodies[mid] != raw:
        faults.append('%s arrived changed' % mid)
if a.job:
    faults += real(port[0])
states = dict(sqlite3.connect(run / 'ledger.sqlite').execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
if states != {'accepted': a.messages}:
    faults.append('the ledger says %s' % states)
print('mischief: %s' % dict(judge.seen))
print('%d messages in %.1f s with %d kills' % (a.messages, took, a.kills))
for fault in faults[:20]:
    print('FAIL %s' % fault)
print('%s deliver: %d of %d messages accepted exactly once' % ('FAIL' if faults else 'PASS', sum(1 for v in made.values() if judge.accepted[v[0]] == 1), len(made)))
sys.stdout.flush()

os._exit(1 if faults else 0)

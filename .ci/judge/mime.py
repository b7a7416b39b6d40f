#!/usr/bin/env python3
"""mime.py DIR [--check-eml FILE]

Messages with hostile values that tests/mime.rs has written (PRESSRUN_MIME_OUT): dkimpy verifies each signature, and no longer when a word
of the body or the subject is another one, or a second From is added; Python's email parser finds no defect and no header that nobody wrote; its mailbox
module gives each message of the mbox back byte for byte.  With --check-eml, the shared judge of messages passes on all of them.
"""
import argparse
import email
import email.policy
import mailbox
import re
import subprocess
import sys
from pathlib import Path

import dkim

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('folder')
p.add_argument('--check-eml')
a = p.parse_args()
folder = Path(a.folder)
faults = []
dns = dict(line.split('\t') for line in (folder / 'dns.txt').read_text().splitlines())
HEADERS = {'dkim-signature', 'from', 'to', 'subject', 'date', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post', 'auto-submitted', 'list-id',
           'x-pressrun-document', 'mime-version', 'content-type'}


def verifies(raw):
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: dns[name.decode().rstrip('.')].encode())


files = sorted(folder.glob('*.eml'))
for path in files:
    raw = path.read_bytes()
    if not verifies(raw):
        faults.append('%s: the signature does not verify' % path.name)
    for what, changed in (('body', raw.replace(b'statement is', b'statement was', 1)), ('From', b'From: <evil@x.example>\r\n' + raw),
                          ('To', re.sub(rb'\r\nTo: ', b'\r\nTo: x', raw, count=1)), ('unsubscribe', raw.replace(b'u?t=abc', b'u?t=abd', 1))):
        if changed != raw and verifies(changed):
            faults.append('%s: the signature verifies with another %s' % (path.name, what))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    names = [name.lower() for name in message.keys()]
    if set(names) != HEADERS or len(names) != len(set(names)):
        faults.append('%s: headers %s' % (path.name, names))
    defects = [d for part in message.walk() for d in part.defects]
    if defects:
        faults.append('%s: %s' % (path.name, defects))
stored = [box.replace(b'\n', b'\r\n') for box in
          (re.sub(rb'(?m)^>(>*From )', rb'\1', mailbox.mbox(folder / 'all.mbox', create=False).get_bytes(key))
           for key in mailbox.mbox(folder / 'all.mbox', create=False).keys())]
if sorted(stored) != sorted(path.read_bytes() for path in files):
    faults.append('the mbox does not give the messages back')
if a.check_eml:
    done = subprocess.run([sys.executable, a.check_eml, '--no-spam', '--bulk', *map(str, files)], capture_output=True, text=True)
    if done.returncode:
        faults.append('check_eml: %s' % '\n'.join(line for line in done.stdout.splitlines() if 'FAIL' in line)[:1500])
for fault in faults[:20]:
    print('FAIL %s' % fault)
print('%s mime: %d messages' % ('FAIL' if faults or not files else 'PASS', len(files)))
sys.exit(1 if faults or not files else 0)

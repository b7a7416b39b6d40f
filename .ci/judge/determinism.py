#!/usr/bin/env python3
"""determinism.py PRESSRUN JOB.toml WORK_DIR [--input DATA] [--threads 1,2,5]

Runs the job once for each thread count and compares every byte written: all files but the ledger by SHA-256,
the ledger by the content of its tables.
"""
import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import same

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('job')
p.add_argument('work')
p.add_argument('--input', help="data in place of the job's own")
p.add_argument('--threads', default='1,2,5')
a = p.parse_args()
first, bad = None, 0
for threads in a.threads.split(','):
    # Folders of different names and lengths: their path must not reach an output either.
    out = Path(a.work, 'threads-' + threads * int(threads))
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    data = ['--input', a.input] if a.input else []
    run = subprocess.run(['timeout', '-k', '5', '300', a.pressrun, 'run', a.job, *data, '--out', out, '--threads', threads],
                         capture_output=True, text=True)
    if run.returncode not in (0, 1):  # 1: records are held, as the job has some on purpose
        print('  --threads %s: exit %d: %s' % (threads, run.returncode, run.stderr.strip()[-500:]))
        bad += 1
        continue
    marks = same.fingerprint(out)
    if first is None:
        first = (threads, marks)
    lines = same.differences(first[1], marks)
    for line in lines[:10]:
        print('  --threads %s against %s: %s' % (threads, first[0], line))
    bad += bool(lines)
files = len(first[1]) if first else 0
# An empty folder is like every other empty folder.
ok = not bad and any(name.startswith('volumes/') for name in (first[1] if first else ()))
print('%s determinism: %s, threads %s, %d files and tables compared' % ('PASS' if ok else 'FAIL', a.job, a.threads, files))
sys.exit(not ok)

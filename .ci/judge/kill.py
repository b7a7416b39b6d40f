#!/usr/bin/env python3
"""kill.py PRESSRUN JOB.toml DATA WORK_DIR [--kills 20] [--seed N] [--threads 2]

Kills the run with SIGKILL at random moments, runs it again, and compares the result with that of a run nobody
touched.  Volumes and print files are made small, so that many moments differ.  Three of four kills have a folder of
their own; the others strike the same folder again and again before the run may finish.  The seed is printed; give it
to see the same delays again.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import same

p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
p.add_argument('pressrun')
p.add_argument('job')
p.add_argument('data')
p.add_argument('work')
p.add_argument('--kills', type=int, default=20)
p.add_argument('--seed', type=int, default=None)
p.add_argument('--threads', default='2')
a = p.parse_args()
seed = a.seed if a.seed is not None else random.SystemRandom().randrange(10**6)
dice = random.Random(seed)
work = Path(a.work)
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)


def small_job():
    """The job with 100 records a volume and 300 pieces a print file, its paths made absolute."""
    home = Path(a.job).resolve().parent
    text = Path(a.job).read_text()
    text = re.sub(r'^volume-records = .*\n', '', text, flags=re.M)
    text = re.sub(r'^\[job\]$', '[job]\nvolume-records = 100', text, count=1, flags=re.M)
    text = re.sub(r'^pieces-per-file = .*$', 'pieces-per-file = 300', text, flags=re.M)
    text = re.sub(r'^(files?|profile|scheme|envelopes|preferences|return-key|secret) = "(?!none")([^"]+)"', lambda m: '%s = "%s"' % (m[1], home / m[2]), text, flags=re.M)
    job = work / 'job.toml'
    job.write_text(text)
    return job


job = small_job()


def command(out):
    return [a.pressrun, 'run', job, '--input', a.data, '--out', out, '--threads', a.threads]


def finish(out):
    run = subprocess.run(['timeout', '-k', '5', '300', *command(out)], capture_output=True, text=True)
    if run.returncode not in (0, 1):  # 1: records are held, as the job has some on purpose
        print('  rerun: exit %d: %s' % (run.returncode, run.stderr.strip()[-500:]))
    return run.returncode == 0


def kill(out, delay):
    """True where the kill met a living run."""
    # A process group of its own, so that nothing a run starts outlives it.
    run = subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0)
    time.sleep(delay)
    alive = run.poll() is None
    if alive:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return alive


start = time.monotonic()
if not finish(work / 'whole'):
    print('FAIL kill: the run nobody touched fails')
    sys.exit(1)
whole_seconds = time.monotonic() - start
whole = same.fingerprint(work / 'whole')
alone = a.kills - a.kills // 4
rounds = [1] * alone + ([a.kills // 4] if a.kills // 4 else [])
struck, bad, half_done = 0, 0, 0
print('  seed %d, an untouched run takes %.2f s' % (seed, whole_seconds))
for n, strikes in enumerate(rounds, 1):
    out = work / ('round-%02d' % n)
    delays = [dice.uniform(0, whole_seconds) for _ in range(strikes)]
    hits = [kill(out, delay) for delay in delays]
    struck += sum(hits)
    left = same.fingerprint(out) if out.exists() else {}
    half_done += any(name.startswith('volumes/') for name in left) and bool(same.differences(whole, left))
    lines = [] if finish(out) else ['the run could not be resumed']
    lines += same.differences(whole, same.fingerprint(out)) if out.exists() else ['nothing was written']
    for line in lines[:5]:
        print('  round %d, killed after %s s: %s' % (n, ', '.join('%.3f' % d for d in delays), line))
    bad += bool(lines)
    if not lines:
        shutil.rmtree(out)
# Kills that all came too late would prove nothing.
ok = not bad and struck * 2 >= a.kills
print('%s kill: %d of %d kills met a living run (%d left some volumes and not all), %d rounds differ, seed %d'
      % ('PASS' if ok else 'FAIL', struck, a.kills, half_done, bad, seed))
sys.exit(not ok)

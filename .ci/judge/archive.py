#!/usr/bin/env python3
"""archive.py PRESSRUN JOB_FOLDER WORK        The archive, judged by readers that are not ours.

Makes a run of the statement job with `[archive]`, then: 200 random bytes are flipped one at a time over volumes, statements, log, heads, index, ledger, a
document that was handed out and its proof, and each must be found and placed; one customer is erased, and every other proof must hold for a verifier
that shares no line with Pressrun, the blanked volume and documents cut out of it for qpdf and veraPDF; a deleted, a truncated
ledger and one with a missing volume are rebuilt and compared table by table; a key is rolled over; a proof is held against the wrong document; an export is
a bag for Python's bagit; openssl stamps the head; a kill in the middle of an erasure is ended by the next command; the whole is done again on an
S3-compatible server.  Ends in PASS or FAIL.
"""
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

pressrun, job, work = sys.argv[1:4]
here = os.path.dirname(os.path.abspath(__file__))
python = os.environ.get("PY", sys.executable)
faults = []


def say(text):
    print(text, flush=True)


def check(holds, text):
    if not holds:
        faults.append(text)
    say(("  ok    " if holds else "  FAULT ") + text)


def run(*arguments, expect=(0,), env=None):
    done = subprocess.run([pressrun, *map(str, arguments)], capture_output=True, env={**os.environ, **(env or {})})
    if done.returncode not in expect:
        raise SystemExit(f"FAIL archive: {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.decode()[:600]}")
    return done


def independent(*arguments):
    return subprocess.run([python, f"{here}/verify_proof.py", *map(str, arguments)], capture_output=True, text=True)


def make_job(folder, extra=""):
    os.makedirs(folder, exist_ok=True)
    text = open(os.path.join(job, "job.toml")).read()
    layouts = os.path.abspath(os.path.join(job, "../../layouts"))
    text = text.replace('"../../layouts', f'"{layouts}').replace("[job]\n", "[job]\nvolume-records = 60\n", 1)
    text += f"""
[archive]
full-text = true
{extra}
[archive.keys]
customer = "name"
account = "account"
amount = "closing"
opened = "period.start"

[archive.retention]
"*" = "de-booking"
"""
    open(os.path.join(folder, "job.toml"), "w").write(text)
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    run("sample", "statements", "--records", 200, "--out", os.path.join(folder, "data"))


def find(archive, *query):
    return [json.loads(line) for line in run("archive", "find", archive, "--limit", 1000, "--format", "json", *query, expect=(0, 1)).stdout.splitlines()]


def prove(archive, document, stem, key):
    proof = run("archive", "proof", archive, document, "--key", key, "-o", stem + ".pdf").stdout
    open(stem + ".json", "wb").write(proof)


def audit(archive):
    return json.loads(run("archive", "audit", archive, "--json", expect=(0, 1)).stdout)["faults"]


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        new = byte ^ (1 << random.randrange(8))
        file.seek(offset)
        file.write(bytes([new]))
    return byte


def unflip(path, offset, byte):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(bytes([byte]))


def tamper(out, key, rows):
    archive = f"{out}/archive"
    stem = f"{work}/tampered"
    prove(out, rows[3]["id"], stem, key)
    targets = [f"{archive}/log", f"{archive}/heads", f"{archive}/catalogue.sqlite", f"{out}/ledger.sqlite"]
    for folder, _, names in os.walk(f"{archive}/runs"):
        targets += [os.path.join(folder, name) for name in sorted(names)]
    targets += [stem + ".pdf", stem + ".json"]
    check(audit(out) == [], "an archive that nobody touched is whole")
    found = placed = 0
    for number in range(200):
        path = targets[number % len(targets)]
        offset = random.randrange(os.path.getsize(path))
        byte = flip(path, offset)
        if path.startswith(stem):
            ours = run("verify", stem + ".pdf", stem + ".json", "--key", key + ".pub", expect=(0, 2))
            theirs = independent(stem + ".pdf", stem + ".json", key + ".pub")
            found += ours.returncode == 2 and theirs.returncode == 1
            if ours.returncode != 2 or theirs.returncode != 1:
                say(f"    byte {offset} of {path}: {ours.returncode} {theirs.stdout}")
            message = ours.stderr.decode()
            ranges = [(int(a), int(b)) for a, b in re.findall(r"bytes (\d+) to (\d+)", message)]
            placed += path.endswith(".json") or any(a <= offset <= b for a, b in ranges)
        else:
            done = run("archive", "audit", out, "--json", expect=(0, 1, 2))
            report = json.loads(done.stdout)["faults"] if done.stdout else []
            found += bool(report)
            name = os.path.relpath(path, archive) if path.startswith(archive) else os.path.abspath(path)
            hits = [f for f in report if os.path.normpath(f["file"]) == os.path.normpath(name)]
            is_placed = any(f["from"] is None or f["from"] <= offset < f["to"] for f in hits)
            if path.endswith(".pdf") and is_placed:
                is_placed = any(f["documents"] for f in hits) or not in_document(archive, path, offset)
            placed += is_placed
            if not is_placed:
                say(f"    byte {offset} of {name}: {report[:3]}")
        unflip(path, offset, byte)
    check(found == 200, f"of 200 flipped bytes {found} are found")
    check(placed == 200, f"of 200 flipped bytes {placed} are placed")
    check(audit(out) == [], "flipped back, all is whole")


def in_document(archive, path, offset):
    for line in open(path[:-4] + ".statements", encoding="utf-8"):
        statement = json.loads(line[65:])
        if statement["offset"] <= offset < statement["offset"] + statement["length"]:
            return True
    return False


def pdfs_are_valid(paths):
    good = all(subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0 for path in paths)
    done = subprocess.run([f"{here}/verapdf/run.sh", "auto", *paths], capture_output=True, text=True)
    bad = [line for line in done.stdout.splitlines() if not line.startswith("PASS")]
    if bad or not done.stdout:
        say(f"    veraPDF: {bad[:3]} {done.stderr[:300]}")
    return good and not bad and len(done.stdout.splitlines()) >= len(paths)


def erase(out, key, rows):
    stem = f"{work}/erased"
    proofs = []
    for row in rows[::17]:
        prove(out, row["id"], f"{work}/proof-{row['id']}", key)
        proofs.append(row["id"])
    gone = rows[20]
    run_id = gone["run"]
    customer = next(json.loads(line[65:])["keys"]["customer"] for line in open(f"{out}/archive/runs/{run_id}/volumes/000001.statements", encoding="utf-8")
                    if json.loads(line[65:]).get("id") == gone["id"])
    run("archive", "hold", "set", out, "case", "--customer", customer, "--as", "counsel", "--reason", "case 7")
    held = run("archive", "erase", out, "--customer", customer, "--as", "officer", "--reason", "asked", expect=(2,))
    check(b"A0104" in held.stderr, "nothing is erased under a hold")
    run("archive", "hold", "lift", out, "case", "--as", "counsel", "--reason", "settled")
    run("archive", "erase", out, "--customer", customer, "--as", "officer", "--reason", "Art. 17", "--key", key)
    check(find(out, "--customer", customer) == [], "an erased customer is found no more")
    raw = customer.encode()
    left = []
    for folder, _, names in os.walk(f"{out}/archive"):
        for name in names:
            if raw in open(os.path.join(folder, name), "rb").read():
                left.append(name)
    if raw in open(f"{out}/ledger.sqlite", "rb").read():
        left.append("ledger.sqlite")
    check(not left, f"the name of an erased customer is in no file {left}")
    good = [independent(f"{work}/proof-{d}.pdf", f"{work}/proof-{d}.json", key + ".pub").returncode == 0 for d in proofs]
    check(all(good), f"{len(good)} other proofs hold for the other verifier after an erasure")
    prove(out, proofs[1], stem, key)
    check(independent(stem + ".pdf", stem + ".json", key + ".pub").returncode == 0, "a proof made after an erasure holds")
    same = open(stem + ".pdf", "rb").read() == open(f"{work}/proof-{proofs[1]}.pdf", "rb").read()
    check(same, "a document is cut out as the same bytes after an erasure")
    volumes = [f"{out}/archive/runs/{run_id}/volumes/{name}" for name in sorted(os.listdir(f"{out}/archive/runs/{run_id}/volumes")) if name.endswith(".pdf")]
    check(pdfs_are_valid(volumes), "volumes with an erased document are valid")
    check(pdfs_are_valid([f"{work}/proof-{d}.pdf" for d in proofs]), f"{len(proofs)} documents that were cut out are valid")
    check(audit(out) == [], "an archive with an erased document is whole")
    shown = run("status", out, "--verify", expect=(0, 1, 2)).stdout.decode()
    check("damaged" not in shown, "status calls an erased document no damage")
    wrong = run("verify", f"{work}/proof-{proofs[0]}.pdf", f"{work}/proof-{proofs[1]}.json", expect=(2,))
    check(b"page 1" in wrong.stderr or b"pages" in wrong.stderr, "a proof of another document is told")
    account = find(out, "--id", proofs[2])[0]["id"]
    complete = f"{work}/complete.json"
    open(complete, "wb").write(run("archive", "proof", out, "--run", run_id, "--where", f"account={account}", "--key", key).stdout)
    check(run("verify", complete, "--key", key + ".pub").returncode == 0 and independent(complete, key + ".pub").returncode == 0, "that none is missing is proved")
    value = json.load(open(complete))
    value["entries"] = []
    forged = f"{work}/forged.json"
    open(forged, "w").write(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    check(run("verify", forged, expect=(2,)).returncode == 2 and independent(forged).returncode == 1, "a document that is left out is missed")
    new = f"{work}/second.pem"
    run("archive", "key", "roll", out, key, new)
    prove(out, proofs[3], stem, new)
    check(independent(stem + ".pdf", stem + ".json", key + ".pub").returncode == 0, "a proof by a key that was rolled over holds for who trusts the first")
    check(run("verify", stem + ".pdf", stem + ".json", "--key", key + ".pub").returncode == 0, "… and for us")
    bag = f"{work}/bag"
    run("archive", "export", out, "--amount", "0..3000", "-o", bag, "--proofs", "--key", new)
    import bagit
    check(bagit.Bag(bag).is_valid(), f"an export is a valid bag ({len(os.listdir(bag + '/data'))} files)")
    return new


def erase_killed(out, key, rows):
    victims = [row["id"] for row in rows[100:140]]
    for number, victim in enumerate(victims[:6]):
        command = [pressrun, "archive", "erase", out, "--account", victim, "--as", "officer", "--reason", "Art. 17", "--key", key]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.004 + 0.006 * number)
        child.send_signal(signal.SIGKILL)
        child.wait()
    for victim in victims[:6]:
        run("archive", "erase", out, "--account", victim, "--as", "officer", "--reason", "Art. 17", "--key", key, expect=(0, 1))
    check(all(find(out, "--account", victim) == [] for victim in victims[:6]), "erasures that were killed are ended by the next command")
    left = audit(out)
    check(left == [], f"… and the archive is whole {left[:2]}")


def dump(path):
    tables = {}
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'stages' AND name NOT LIKE 'sqlite_%' ORDER BY name").fetchall():
        tables[name] = sorted(map(repr, base.execute(f"SELECT * FROM {name}").fetchall()))
    return tables


def rebuild(folder):
    out = f"{folder}/out"
    before = dump(f"{out}/ledger.sqlite")

    def same(name, expect):
        run("ledger", "rebuild", out, expect=expect)
        after = dump(f"{out}/ledger.sqlite")
        different = [table for table in before if before[table] != after.get(table)]
        check(not different, f"{name}: the rebuilt ledger has the same rows in {len(before)} tables {different}")

    os.remove(f"{out}/ledger.sqlite")
    same("deleted", (0,))
    with open(f"{out}/ledger.sqlite", "r+b") as file:
        file.truncate(10_000)
    same("truncated", (0,))
    os.remove(f"{out}/ledger.sqlite")
    os.remove(f"{out}/volumes/000002.pdf")
    told = run("ledger", "rebuild", out, expect=(1,)).stdout.decode()
    check("000002.pdf" in told, "a missing volume is named")
    check(dump(f"{out}/ledger.sqlite") == before, "missing volume: it is composed again, the ledger is the same")


def stamp(out, key):
    folder = f"{work}/tsa"
    os.makedirs(folder)
    config = f"""
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Root
[ca]
basicConstraints = critical, CA:true
[tsa_ext]
basicConstraints = CA:false
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
    open(f"{folder}/config", "w").write(config)
    open(f"{folder}/serial", "w").write("01\n")

    def openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, cwd=folder)
        if done.returncode:
            raise SystemExit(f"FAIL archive: openssl {' '.join(arguments)}: {done.stderr}")
        return done.stdout + done.stderr

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-config", "config", "-extensions", "ca")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "config", "-subj", "/CN=TSA")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "3000", "-extfile", "config", "-extensions", "tsa_ext")
    run("archive", "stamp", out, "--request", f"{folder}/out.tsq", "--key", key)
    openssl("ts", "-reply", "-queryfile", "out.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "in.tsr", "-config", "config", "-section", "one")
    judged = openssl("ts", "-verify", "-queryfile", "out.tsq", "-in", "in.tsr", "-CAfile", "ca.pem")
    check("OK" in judged, "openssl finds its own answer to our request right")
    done = run("archive", "stamp", out, "--response", f"{folder}/in.tsr", "--roots", f"{folder}/ca.pem")
    check(b"stamped" in done.stdout, "a time stamp of openssl is accepted")
    data = bytearray(open(f"{folder}/in.tsr", "rb").read())
    # What is outside the signature, such as the list of digests, may change without changing what is stamped.
    bad, said = 0, done.stdout
    for _ in range(40):
        at = random.randrange(40, len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        open(f"{folder}/bad.tsr", "wb").write(changed)
        answer = run("archive", "stamp", out, "--response", f"{folder}/bad.tsr", "--roots", f"{folder}/ca.pem", expect=(0, 2))
        ours = 0 if answer.returncode == 0 and answer.stdout != said else 1
        theirs = subprocess.run(["openssl", "ts", "-verify", "-queryfile", "out.tsq", "-in", "bad.tsr", "-CAfile", "ca.pem"], capture_output=True, cwd=folder).returncode
        bad += ours == 0 and theirs != 0
        if ours == 0 and theirs != 0:
            say(f"    byte {at} of {len(data)}: {data[at]:02x} became {changed[at]:02x}")
    check(bad == 0, "no changed time stamp is accepted that says something else")


def s3():
    from moto.server import ThreadedMotoServer
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true"}
    os.environ.update(environment)
    import boto3
    client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"], region_name="us-east-1")
    client.create_bucket(Bucket="bucket")
    folder = f"{work}/s3"
    make_job(folder, 'folder = "vault"\nstore = "s3://bucket/pre/fix"\n')
    run("run", f"{folder}/job.toml", "--out", f"{folder}/out")
    stored = [item["Key"] for item in client.list_objects_v2(Bucket="bucket")["Contents"]]
    check(len([key for key in stored if key.endswith(".pdf")]) == 4 and all(key.startswith("pre/fix/runs/") for key in stored), "volumes lie in the bucket")
    check(not [n for _, _, names in os.walk(f"{folder}/vault") for n in names if n.endswith(".pdf")], "… and not in the folder")
    key = f"{work}/s3.pem"
    run("archive", "key", "new", f"{folder}/vault", key)
    rows = find(f"{folder}/vault")
    prove(f"{folder}/vault", rows[5]["id"], f"{work}/remote", key)
    check(independent(f"{work}/remote.pdf", f"{work}/remote.json", key + ".pub").returncode == 0, "a document out of the bucket is proved")
    run("archive", "erase", f"{folder}/vault", "--account", rows[6]["id"], "--as", "officer", "--reason", "Art. 17", "--key", key)
    check(audit(f"{folder}/vault") == [], "an audit reads the bucket")
    victim = next(k for k in stored if k.endswith("000002.pdf"))
    body = bytearray(client.get_object(Bucket="bucket", Key=victim)["Body"].read())
    body[len(body) // 3] ^= 4
    client.put_object(Bucket="bucket", Key=victim, Body=bytes(body))
    report = audit(f"{folder}/vault")
    check(len(report) == 1 and report[0]["from"] <= len(body) // 3 < report[0]["to"] and report[0]["documents"], "a flipped byte in the bucket is found and placed")
    server.stop()


def main():
    seed = int(os.environ.get("SEED", "1"))
    random.seed(seed)
    say(f"archive, seed {seed}")
    shutil.rmtree(work, ignore_errors=True)
    folder = f"{work}/job"
    make_job(folder)
    out = f"{folder}/out"
    run("run", f"{folder}/job.toml", "--out", out)
    rows = find(out)
    check(len(rows) == 200, "every document is in the archive")
    check(len(find(out, "--text", "statement")) == 200 and len(find(out, "--text", rows[7]["id"])) == 1, "documents are found by their words")
    key = f"{work}/key.pem"
    run("archive", "key", "new", out, key)
    tamper(out, key, rows)
    key = erase(out, key, rows)
    erase_killed(out, key, rows)
    stamp(out, key)
    second = f"{work}/second"
    make_job(second)
    run("run", f"{second}/job.toml", "--out", f"{second}/out")
    rebuild(second)
    s3()
    say(f"{'FAIL' if faults else 'PASS'} archive" + (f": {len(faults)} faults" if faults else ""))
    return 1 if faults else 0


sys.exit(main())

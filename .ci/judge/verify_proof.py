#!/usr/bin/env python3
"""verify_proof.py FILE PROOF [PUBLIC_KEY]      a document against its proof
verify_proof.py PROOF [PUBLIC_KEY]           a proof that no document is missing

A verifier of archive proofs, written from docs/archive.md alone: it shares no line with Pressrun and needs no archive.
hashlib does the hashing, `cryptography` the signatures, `pikepdf` reads the content streams.  Ends with 0 and
"holds", or with 1 and what does not.
"""
import hashlib
import json
import sys


def unhex(digits):
    """Lower case alone: one value has one way to be written."""
    if digits != digits.lower():
        raise ValueError("hexadecimal digits in capitals")
    return bytes.fromhex(digits)


def sha(data):
    return hashlib.sha256(data).digest()


def leaf(data):
    return sha(b"\x00" + data)


def canonical(value):
    """RFC 8785 for values without fractions."""
    def key(name):
        return name.encode("utf-16-be")
    if isinstance(value, dict):
        return "{" + ",".join(text(name) + ":" + canonical(value[name]) for name in sorted(value, key=key)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(int(value))


def text(value):
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\x7f")


def includes(index, size, node, path, root):
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    for sibling in path:
        sibling = unhex(sibling)
        if last == 0:
            return False
        if at & 1 or at == last:
            node = sha(b"\x01" + sibling + node)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            node = sha(b"\x01" + node + sibling)
        at >>= 1
        last >>= 1
    return last == 0 and node == root


class Fault(Exception):
    pass


def need(holds, fault):
    if not holds:
        raise Fault(fault)


def verify_signature(public, message, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def check_head(proof, trusted):
    head = proof["head"]
    root = unhex(head["root"])
    if "signature" not in head:
        need(trusted is None, "the head is not signed")
        return root
    keys = {}
    known = set()
    for key in proof["keys"]:
        public = unhex(key["public"])
        need(hashlib.sha256(public).hexdigest()[:16] == key["key"], "a key has another name")
        if "signature" in key:
            need(key["signed_by"] in keys, "a key is signed by one that is not there")
            message = f"pressrun key 1\n{key['public']}\n{key['signed_by']}\n{key['time']}\n".encode()
            need(verify_signature(keys[key["signed_by"]], message, unhex(key["signature"])), "a key's signature does not hold")
        else:
            need(not keys, "a key is signed by nobody")
        keys[key["key"]] = public
        if public == trusted or key.get("signed_by") in known:
            known.add(key["key"])
    message = f"pressrun tree head 1\n{head['size']}\n{head['root']}\n{head['chain']}\n{head['time']}\n".encode()
    need(head["key"] in keys and verify_signature(keys[head["key"]], message, unhex(head["signature"])), "the head's signature does not hold")
    need(trusted is None or head["key"] in known, "the head is signed by a key that is not trusted")
    return root


def check_event(placed, proof, root):
    data = placed["text"].encode()
    need(includes(placed["index"], proof["head"]["size"], leaf(data), placed["path"], root), "an event is not in the log")
    event = json.loads(data)
    need(event["seq"] == placed["index"], "an event has another number")
    return event


def page_hashes(path):
    import pikepdf
    with pikepdf.open(path) as pdf:
        return [hashlib.sha256(page.Contents.read_raw_bytes()).hexdigest() for page in pdf.pages]


def verify(path, proof, trusted):
    need(proof["format"] == "pressrun-proof-1", "another format")
    root = check_head(proof, trusted)
    statement = canonical(proof["statement"]).encode()
    volume = proof["volume"]
    event = check_event(volume["event"], proof, root)
    need(event["action"] == "volume" and event["documents"] == volume["size"], "the volume is another")
    need(includes(volume["index"], volume["size"], leaf(statement), volume["path"], unhex(event["root"])), "the statement is not in the volume")
    handed = check_event(proof["file"], proof, root)
    need(handed["action"] == "proved" and handed["leaf"] == leaf(statement).hex() and handed["run"] == event["run"], "the file was of another document")
    data = open(path, "rb").read()
    digest = hashlib.sha256(data).hexdigest()
    if any(message["sha256"] == digest for message in proof["statement"].get("messages", [])):
        return
    try:
        pages = page_hashes(path)
    except Exception as error:
        raise Fault(f"the file is no PDF that can be read: {error}")
    changed = [n + 1 for n, (a, b) in enumerate(zip(pages, proof["statement"]["pages"])) if a != b]
    need(len(pages) == len(proof["statement"]["pages"]) and not changed, f"pages {changed} were changed")
    need(digest == handed["sha256"] and len(data) == handed["bytes"], "the file around its pages was changed")
    bodies = hashlib.sha256()
    import pikepdf
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            raw = page.Contents.read_raw_bytes()
            bodies.update(len(raw).to_bytes(8, "little") + raw)
    need(bodies.hexdigest() == proof["statement"]["content"], "the content is another")


def tag(run, key, value):
    return sha(f"pressrun key 1\n{run}\n{key}\n{value}".encode())


def verify_complete(proof, trusted):
    need(proof["format"] == "pressrun-completeness-1", "another format")
    root = check_head(proof, trusted)
    event = check_event(proof["event"], proof, root)
    need(event["action"] == "taken" and event["run"] == proof["run"], "the run is another")
    tree = event["keys"][proof["key"]]
    need(tree["size"] == proof["size"], "the key has another number of values")
    asked = tag(proof["run"], proof["key"], proof["value"])
    entries = [(e, True) for e in proof["entries"]] + [(proof[n], False) for n in ("before", "after") if proof[n]]
    places = []
    for entry, inside in entries:
        data = f"{entry['tag']} {entry['leaf']}".encode()
        need(includes(entry["index"], proof["size"], leaf(data), entry["path"], unhex(tree["root"])), "an entry is not in the tree")
        need((unhex(entry["tag"]) == asked) == inside, "an entry has another value")
        places.append((entry["index"], unhex(entry["tag"])))
        if "statement" in entry:
            need(leaf(canonical(entry["statement"]).encode()).hex() == entry["leaf"], "a statement is not that of its leaf")
            need(entry["statement"]["keys"][proof["key"]] == proof["value"], "a statement has another value")
    places.sort()
    need([p[0] for p in places] == list(range(places[0][0], places[0][0] + len(places))) if places else True, "an entry is missing")
    if proof["size"]:
        need(places and (places[0][0] == 0 or places[0][1] < asked), "the entry before is not shown")
        need(places[-1][0] == proof["size"] - 1 or places[-1][1] > asked, "the entry after is not shown")


def read_key(path):
    from cryptography.hazmat.primitives import serialization as s
    key = s.load_pem_public_key(open(path, "rb").read())
    return key.public_bytes(s.Encoding.Raw, s.PublicFormat.Raw)


def main(arguments):
    trusted = None
    if arguments and arguments[-1].endswith(".pub"):
        trusted = read_key(arguments.pop())
    try:
        raw = open(arguments[-1], "rb").read()
        proof = json.loads(raw)
        need(canonical(proof).encode() == raw.rstrip(), "the proof is not canonical")
        if len(arguments) == 2:
            verify(arguments[0], proof, trusted)
        else:
            verify_complete(proof, trusted)
    except (Fault, KeyError, ValueError, TypeError) as fault:
        print(f"does not hold: {fault}")
        return 1
    print("holds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

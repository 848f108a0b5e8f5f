#!/usr/bin/env python3
"""Checks proofs and checkpoints of a Tidemark ledger without Tidemark.

    verify.py proof FILE.tlog-proof... (--vkey KEY | --policy FILE) [--envelope FILE]
    verify.py checkpoint FILE... (--vkey KEY | --policy FILE)

A proof says that an event is in a log. The event's envelope is taken from the proof's `extra` line, or from
--envelope; either way its bytes are hashed, so nothing in the file has to be trusted. KEY is the log's verifier
key, FILE of --policy a https://c2sp.org/tlog-policy. Prints one line for each FILE. Exit status: 0 when all are
valid, 1 when one is not, 2 when it could not be checked.

Needs Python 3.9 and the package `cryptography`. Formats: https://c2sp.org/tlog-proof,
https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature.
"""

import argparse
import base64
import binascii
import collections
import datetime
import hashlib
import json
import re
import sys

LOG, WITNESS = 0x01, 0x04
MAX_BYTES = 1_000_000

Key = collections.namedtuple("Key", "name kind public id")
Signature = collections.namedtuple("Signature", "name id blob")
Checkpoint = collections.namedtuple("Checkpoint", "origin size root text signatures")


class Invalid(Exception):
    """The evidence does not hold: exit status 1."""


class Unchecked(Exception):
    """Nothing can be said about the evidence: exit status 2."""


# Hashes, https://www.rfc-editor.org/rfc/rfc6962#section-2.1


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaf, index, size, path):
    """The root that a path leads to: the definition of PATH, read backwards."""
    if size == 1:
        if path:
            raise Invalid("the proof has too many hashes")
        return leaf
    if not path:
        raise Invalid("the proof has too few hashes")
    left_size = 1 << (size - 1).bit_length() - 1
    rest, sibling = path[:-1], path[-1]
    if index < left_size:
        return node_hash(root_of(leaf, index, left_size, rest), sibling)
    return node_hash(sibling, root_of(leaf, index - left_size, size - left_size, rest))


# Texts


def from_base64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"{what} is not base64") from None
    if base64.b64encode(data) != text:
        raise Invalid(f"{what} is not in the one form of base64")
    return data


def from_decimal(text, what):
    if not re.fullmatch(rb"0|[1-9][0-9]{0,18}", text) or int(text) >= 1 << 63:
        raise Invalid(f"{what} is no number")
    return int(text)


def from_hash(text, what):
    digest = from_base64(text, what)
    if len(digest) != 32:
        raise Invalid(f"{what} is no SHA-256 hash")
    return digest


def is_name(text):
    return bool(text) and not re.search(r"[\s+\x00-\x1f\x85]", text)


def parse_key(text, *kinds):
    """Reads NAME+ID+BASE64; what a person trusts must be right, so mistakes end with status 2."""
    try:
        name, key_id, encoded = text.split("+", 2)
        blob = from_base64(encoded.encode(), "the key")
        key_id = bytes.fromhex(key_id)
    except (ValueError, Invalid):
        raise Unchecked(f"{text!r} is no verifier key") from None
    if not is_name(name) or len(blob) != 33 or blob[0] not in kinds:
        raise Unchecked(f"{text!r} is no Ed25519 key of a {' or '.join(map(kind_name, kinds))}")
    if hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4] != key_id:
        raise Unchecked(f"the id in {text!r} is not that of its name and key")
    return Key(name, blob[0], blob[1:], key_id)


def kind_name(kind):
    return "log" if kind == LOG else "witness"


def parse_checkpoint(data):
    if len(data) > MAX_BYTES:
        raise Invalid(f"the checkpoint has more than {MAX_BYTES} bytes")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("the checkpoint is not UTF-8") from None
    if re.search(rb"[\x00-\x09\x0b-\x1f]", data):
        raise Invalid("the checkpoint has control characters")
    text, blank, rest = data.rpartition(b"\n\n")
    if not blank or not rest.endswith(b"\n"):
        raise Invalid("the checkpoint has no signature after an empty line")
    text += b"\n"
    lines = text[:-1].split(b"\n")
    if len(lines) < 3 or b"" in lines:
        raise Invalid("the checkpoint has no lines of origin, size and root")
    size = from_decimal(lines[1], "the size")
    root = from_hash(lines[2], "the root")
    signatures = [parse_signature(line) for line in rest[:-1].split(b"\n")]
    return Checkpoint(lines[0].decode(), size, root, text, signatures)


def parse_signature(line):
    parts = line.decode().split(" ", 2)
    if len(parts) != 3 or parts[0] != "\u2014" or not is_name(parts[1]):
        raise Invalid("a line under the checkpoint is no signature")
    blob = from_base64(parts[2].encode(), "a signature")
    if len(blob) <= 4:
        raise Invalid("a signature is too short")
    return Signature(parts[1], blob[:4], blob[4:])


# Signatures


def is_signed(key, signature, message):
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Unchecked("the package `cryptography` is missing: pip install cryptography") from None
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signers(checkpoint, keys):
    """The trusted keys that have signed, each with the time it states. One bad signature spoils it all."""
    found = []
    for signature in checkpoint.signatures:
        for key in keys:
            if (key.name, key.id) != (signature.name, signature.id):
                continue
            seconds, message, blob = None, checkpoint.text, signature.blob
            if key.kind == WITNESS:
                seconds, blob = int.from_bytes(blob[:8], "big"), blob[8:]
                message = b"cosignature/v1\ntime %d\n" % seconds + message
            if (seconds or 0) >= 1 << 63 or not is_signed(key, blob, message):
                raise Invalid(f"the signature of {key.name} is not valid")
            found.append((key, seconds))
    return found


class Policy:
    """What is trusted: https://c2sp.org/tlog-policy."""

    def __init__(self):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, [], None

    @classmethod
    def of_keys(cls, texts):
        policy = cls()
        policy.logs = [parse_key(text, LOG) for text in texts]
        return policy

    @classmethod
    def read(cls, data):
        policy, names, has_quorum = cls(), set(), False
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = re.findall(r"[^ \t]+", line)
            if not words or words[0].startswith("#"):
                continue
            try:
                has_quorum |= policy.read_line(words, names, has_quorum)
            except (ValueError, IndexError):
                raise Unchecked(f"line {number} of the policy cannot be read: {line!r}") from None
        if not has_quorum:
            raise Unchecked("the policy has no quorum")
        return policy

    def read_line(self, words, names, has_quorum):
        keyword, rest = words[0], words[1:]
        if keyword == "log" and len(rest) in (1, 2):
            self.logs.append(parse_key(rest[0], LOG))
        elif keyword == "witness" and len(rest) in (2, 3):
            self.define(rest[0], names)
            self.witnesses[rest[0]] = parse_key(rest[1], WITNESS)
        elif keyword == "group" and len(rest) >= 3:
            members = rest[2:]
            taken = [member for group in self.groups for member in group[2]]
            count = {"all": len(members), "any": 1}.get(rest[1])
            count = int(rest[1]) if count is None else count
            if len(set(members + taken)) < len(members + taken) or not names.issuperset(members):
                raise ValueError("a member is unknown, or listed twice")
            if not 1 <= count <= len(members):
                raise ValueError("the threshold is out of range")
            self.define(rest[0], names)
            self.groups.append((rest[0], count, members))
        elif keyword == "quorum" and len(rest) == 1 and not has_quorum:
            if rest[0] != "none" and rest[0] not in names:
                raise ValueError("the quorum is unknown")
            self.quorum = None if rest[0] == "none" else rest[0]
            return True
        else:
            raise ValueError("unknown line")
        return False

    @staticmethod
    def define(name, names):
        if name in names or name == "none":
            raise ValueError("the name is taken")
        names.add(name)

    def check(self, checkpoint):
        """Returns the sentence that says who vouches for the checkpoint."""
        logs = signers(checkpoint, self.logs)
        if not logs:
            raise Invalid("no signature is by a trusted log")
        if logs[0][0].name != checkpoint.origin:
            raise Invalid(f"the checkpoint is of {checkpoint.origin}, not of {logs[0][0].name}")
        times = {}
        for key, seconds in signers(checkpoint, self.witnesses.values()):
            for name, witness in self.witnesses.items():
                if witness == key:
                    times[name] = max(times.get(name, 0), seconds)
        reached = set(times)
        for name, threshold, members in self.groups:
            if sum(member in reached for member in members) >= threshold:
                reached.add(name)
        if self.quorum is not None and self.quorum not in reached:
            raise Invalid(f"too few witnesses have cosigned for quorum {self.quorum}")
        text = f"signed by {checkpoint.origin}"
        for name, seconds in times.items():
            text += f", cosigned by {name} at {moment(seconds)}"
        return text


def moment(seconds):
    try:
        time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


# Commands


def check_checkpoint(data, policy, _envelope):
    checkpoint = parse_checkpoint(data)
    return f"tree of {checkpoint.size} leaves, {policy.check(checkpoint)}"


def check_proof(data, policy, envelope):
    if len(data) > MAX_BYTES:
        raise Invalid(f"the proof has more than {MAX_BYTES} bytes")
    head, blank, rest = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if not blank or lines.pop(0) != b"c2sp.org/tlog-proof@v1":
        raise Invalid("it is no tlog-proof")
    if lines and lines[0].startswith(b"extra "):
        extra = from_base64(lines.pop(0)[6:], "the extra data")
        envelope = extra if envelope is None else envelope
    if not lines or not lines[0].startswith(b"index "):
        raise Invalid("the proof has no index")
    index = from_decimal(lines.pop(0)[6:], "the index")
    if len(lines) > 63:
        raise Invalid("the proof has more than 63 hashes")
    path = [from_hash(line, "a hash of the proof") for line in lines]
    checkpoint = parse_checkpoint(rest)
    if envelope is None:
        raise Unchecked("the proof holds no envelope: give it with --envelope")
    vouched = policy.check(checkpoint)
    if index >= checkpoint.size:
        raise Invalid(f"leaf {index} lies beyond a tree of {checkpoint.size} leaves")
    if root_of(leaf_hash(envelope), index, checkpoint.size, path) != checkpoint.root:
        raise Invalid("the entry is not in the tree of the checkpoint")
    return f"{described(envelope, index)} in a tree of {checkpoint.size} leaves, {vouched}"


def described(envelope, index):
    try:
        fields = json.loads(envelope)
        return f"@{fields['position']} {fields['type']} recorded {fields['recordedAt']} is leaf {index}"
    except (ValueError, KeyError, TypeError):
        return f"the entry is leaf {index}"


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unchecked(f"cannot read {path}: {error.strerror}") from None


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, check in (("proof", check_proof), ("checkpoint", check_checkpoint)):
        command = commands.add_parser(name)
        command.add_argument("files", nargs="+", metavar="FILE")
        trust = command.add_mutually_exclusive_group(required=True)
        trust.add_argument("--vkey", action="append", help="verifier key of the log")
        trust.add_argument("--policy", metavar="FILE", help="tlog-policy file")
        if name == "proof":
            command.add_argument("--envelope", metavar="FILE", help="bytes of the event's envelope")
        command.set_defaults(check=check, envelope=None)
    return parser.parse_args()


def main():
    options = arguments()
    try:
        policy = Policy.read(read(options.policy)) if options.policy else Policy.of_keys(options.vkey)
        envelope = read(options.envelope) if options.envelope else None
    except Unchecked as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    status = 0
    for path in options.files:
        try:
            print(f"valid    {path}: {options.check(read(path), policy, envelope)}")
        except Invalid as error:
            status = max(status, 1)
            print(f"invalid  {path}: {error}")
        except Unchecked as error:
            status = 2
            print(f"unknown  {path}: {error}")
    return status


if __name__ == "__main__":
    sys.exit(main())

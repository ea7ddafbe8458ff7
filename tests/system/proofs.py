"""Heads, receipts, tiles and witnesses as a stranger has them: from the public specifications (C2SP
signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-tiles) and no code of ours."""

import base64
import hashlib
import struct

import sp

WIDTH = 256
ED25519, COSIGNATURE = b"\x01", b"\x04"
RECEIPT_LINE = "c2sp.org/tlog-proof@v1"


# --- Hashes ----------------------------------------------------------------------------------------


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """RFC 6962's, over hashes of complete subtrees of one height."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def root_from(index, size, hash_, path):
    """RFC 9162 2.1.3.2: the root that a proof leads to; None where it is too long or too short."""
    first, last = index, size - 1
    for other in path:
        if last == 0:
            return None
        if first % 2 == 1 or first == last:
            hash_ = node_hash(other, hash_)
            while first % 2 == 0 and first != 0:
                first, last = first >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, other)
        first, last = first >> 1, last >> 1
    return hash_ if last == 0 else None


def is_consistent(old_size, old_root, size, root, path):
    """RFC 9162 2.1.4.2."""
    if old_size == size:
        return not path and old_root == root
    if old_size & (old_size - 1) == 0:
        path = [old_root] + path
    first, last = old_size - 1, size - 1
    while first % 2 == 1:
        first, last = first >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if first % 2 == 1 or first == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while first % 2 == 0 and first != 0:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, other)
        first, last = first >> 1, last >> 1
    return last == 0 and old == old_root and new == root


# --- Tiles -----------------------------------------------------------------------------------------


def tile_path(level, number, width):
    parts = ["%03d" % (number % 1000)]
    while number >= 1000:
        number //= 1000
        parts.insert(0, "x%03d" % (number % 1000))
    return "tile/%d/%s%s" % (level, "/".join(parts), "" if width == WIDTH else ".p/%d" % width)


def read_level(read, level, count):
    """The first `count` hashes of a level, by a function that reads a path."""
    found = []
    for number in range((count + WIDTH - 1) // WIDTH):
        width = min(WIDTH, count - number * WIDTH)
        tile = read(tile_path(level, number, width))
        assert len(tile) == 32 * width, "a tile is as wide as its path says"
        found += [tile[i:i + 32] for i in range(0, len(tile), 32)]
    return found


# --- Notes -----------------------------------------------------------------------------------------


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def split_note(note):
    text, _, lines = note.rpartition("\n\n")
    return text + "\n", [line.split(" ") for line in lines.splitlines()]


class Verifier:
    """Somebody who has one public key of a log."""

    def __init__(self, vkey):
        self.name, keyid, data = vkey.split("+", 2)
        raw = base64.b64decode(data, validate=True)
        self.public, self.keyid = raw[1:], bytes.fromhex(keyid)
        assert raw[:1] == ED25519 and key_id(self.name, ED25519, self.public) == self.keyid

    def head(self, note):
        """(size, root) of a checkpoint that the log signed."""
        text, lines = split_note(note.decode())
        raw = [base64.b64decode(line[2], validate=True) for line in lines
               if line[0] == "\u2014" and line[1] == self.name]
        good = [data for data in raw if data[:4] == self.keyid]
        assert good and sp.verify(self.public, text.encode(), good[0][4:]), note
        origin, size, root = text.splitlines()
        assert origin == self.name
        return int(size), base64.b64decode(root, validate=True)

    def receipt(self, text):
        """(seq, leaf, size, note) of what a receipt proves."""
        proof, _, note = text.decode().partition("\n\n")
        lines = proof.splitlines()
        assert lines[0] == RECEIPT_LINE and lines[1].startswith("extra "), lines
        leaf = base64.b64decode(lines[1].split(" ")[1], validate=True)
        assert lines[2].startswith("index "), lines
        index = int(lines[2].split(" ")[1])
        size, root = self.head(note.encode())
        path = [base64.b64decode(line, validate=True) for line in lines[3:]]
        assert index < size and root_from(index, size, leaf_hash(leaf), path) == root, text
        return index, leaf, size, note


class Witness:
    """A key that says: of this log, this is the largest consistent head that I have seen."""

    def __init__(self, name, seed=None):
        self.name, self.key = name, sp.Key(seed=seed)
        self.keyid = key_id(name, COSIGNATURE, self.key.public)

    def vkey(self):
        data = base64.b64encode(COSIGNATURE + self.key.public).decode()
        return "%s+%s+%s" % (self.name, self.keyid.hex(), data)

    def line(self, note, time_s):
        text, _ = split_note(note)
        message = "cosignature/v1\ntime %d\n%s" % (time_s, text)
        raw = self.keyid + struct.pack(">Q", time_s) + self.key.sign(message.encode())
        return "\u2014 %s %s\n" % (self.name, base64.b64encode(raw).decode())

    def cosign(self, note, time_s=1793491200):
        return note + self.line(note, time_s)

    def has_signed(self, note):
        """Whether the note has a good line of it."""
        text, lines = split_note(note)
        for line in lines:
            raw = base64.b64decode(line[2], validate=True)
            if line[1] != self.name or raw[:4] != self.keyid:
                continue
            time_s = struct.unpack(">Q", raw[4:12])[0]
            message = "cosignature/v1\ntime %d\n%s" % (time_s, text)
            return sp.verify(self.key.public, message.encode(), raw[12:])
        return False

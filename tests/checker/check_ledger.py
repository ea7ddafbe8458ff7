#!/usr/bin/python3
"""A second auditor, from scratch: FORMAT.md and the public specifications, and no code of ours.

    check_ledger.py DATA KEYFILE [ARCHIVE]

KEYFILE has a public key that the ledger has or had. DATA is a ledger's directory, or one that was
exported; ARCHIVE has the events that were moved out of it. It asks whether the bytes are those that were
sealed, in the order and form that a ledger has, by the authors whose signatures they carry. It does not
know the rules: what a ledger decided wrongly, but sealed rightly, it calls clean. Prints what it found,
the first bad event or the smallest range it must be in, and ends with 0 or 2; with 6 where all that is here is
right, but events are kept elsewhere.

Debian's python3-lmdb, python3-msgpack and python3-nacl do what is not ours.
"""

import base64
import hashlib
import itertools
import os
import struct
import sys

import lmdb
import msgpack
import nacl.exceptions
import nacl.signing

WIDTH = 256
KIND = {"opening": 0, "actor_enrolment": 5, "actor_removal": 6, "group_removal": 10, "consumption": 18,
        "renewal": 19, "release": 20, "plan": 22, "boundary": 25, "reminder": 26, "snapshot": 28, "archive": 29,
        "resumption": 31, "refusals_counted": 32, "key_rotation": 34}
OF_LEDGER = {KIND[name] for name in ("opening", "boundary", "reminder", "snapshot", "archive", "resumption",
                                     "refusals_counted")}
VOUCHED = {KIND[name] for name in ("consumption", "renewal", "release")}
LEDGER, RECOVERY = 0, 1  # authors without an event of their own
RULES_VERSION = 1


class Bad(Exception):
    def __init__(self, first, last, why):
        super().__init__(why)
        self.first, self.last = first, last


# --- Hashes and keys ---------------------------------------------------------


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """Of hashes that are complete subtrees of one height; RFC 6962."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


class Tree:
    """The frontier: complete subtrees from the left, each (height, hash)."""

    def __init__(self):
        self.size, self.nodes = 0, []

    def copy(self):
        other = Tree()
        other.size, other.nodes = self.size, list(self.nodes)
        return other

    def add(self, hash_):
        height = 0
        while self.nodes and self.nodes[-1][0] == height:
            hash_ = node_hash(self.nodes.pop()[1], hash_)
            height += 1
        self.nodes.append((height, hash_))
        self.size += 1

    def root(self):
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        hash_ = self.nodes[-1][1]
        for _, left in reversed(self.nodes[:-1]):
            hash_ = node_hash(left, hash_)
        return hash_


class Key:
    """A vkey: NAME+KEYID+BASE64(TYPE, KEY)."""

    def __init__(self, text):
        name, keyid, data = text.split("+", 2)
        raw = base64.b64decode(data, validate=True)
        if raw[0] != 1 or len(raw) != 33:
            raise ValueError("not an Ed25519 key")
        self.name, self.key, self.keyid = name, raw[1:], bytes.fromhex(keyid)
        if hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4] != self.keyid:
            raise ValueError("the id is not that of the key")

    @classmethod
    def of(cls, name, key):
        raw = b"\1" + key
        keyid = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
        return cls("%s+%s+%s" % (name, keyid, base64.b64encode(raw).decode()))

    def __eq__(self, other):
        return (self.name, self.key) == (other.name, other.key)

    def signs(self, message, signature):
        try:
            nacl.signing.VerifyKey(self.key).verify(message, signature)
        except (nacl.exceptions.BadSignatureError, ValueError):
            return False
        return True


def signers_of(note, keys):
    """The text of a signed note, and those of the keys that signed it; a wrong line is a ValueError."""
    text, _, lines = note.decode("utf-8").rpartition("\n\n")
    text += "\n"
    if not lines.endswith("\n"):
        raise ValueError("the last line has no end")
    found = []
    for line in lines.splitlines():
        dash, name, data = line.split(" ")
        raw = base64.b64decode(data, validate=True)
        if dash != "\u2014":
            raise ValueError("not a signed note")
        for key in keys:
            if name != key.name or raw[:4] != key.keyid or key in found:
                continue
            if not key.signs(text.encode(), raw[4:]):
                raise ValueError("the signature does not verify")
            found.append(key)
    return text, found


def read_head(note, keys):
    """(size, root) of a checkpoint that the keys of its epoch have signed; otherwise ValueError."""
    text, found = signers_of(note, keys.all())
    origin, size, root = text.splitlines()[:3]
    if origin != keys.origin or str(int(size)) != size:
        raise ValueError("not a head of this ledger")
    due = keys.at(int(size))
    for key in found:
        if key not in due:
            raise ValueError("signed by a key of another epoch")
    if len(found) < len(due):
        raise ValueError("not signed by the key of its epoch" if len(due) == 1 else
                         "not signed by both keys of the rotation")
    return int(size), base64.b64decode(root, validate=True)


# --- The ledger's keys, one after another --------------------------------------


class Keys:
    """Epochs: the key of the opening, then those that rotations bring, certified by the recovery key."""

    def __init__(self, store, given):
        self.given, self.origin = given, given.name
        self.epochs, self.root = [(0, given)], None  # (seq, key)
        self.faults = []
        for seq, leaf in itertools.chain(self.absent(store), store.leaves()):
            try:
                if seq == 0:
                    self.begin(leaf)
                elif b"licet/key-cert/v1" in leaf:
                    self.follow(seq, leaf)
            except (ValueError, IndexError, TypeError) as error:
                self.faults.append(Bad(seq, seq, "its key: %s" % error))
                break
        if given not in self.all():
            self.faults.append(Bad(0, 0, "it does not name the given key, and no rotation brings it"))

    @staticmethod
    def absent(store):
        """Of leaves that are kept elsewhere, the copies that stay, where they have the hash of their tile."""
        for seq, leaf in store.copies():
            if seq < store.span()[0]:
                tile = store.tile(0, seq // WIDTH, seq % WIDTH + 1)
                if tile is not None and tile[-32:] == leaf_hash(leaf):
                    yield seq, leaf

    def all(self):
        return [key for _, key in self.epochs]

    def at(self, size):
        """Whose lines a head of that size must have."""
        newest = max(i for i, (seq, _) in enumerate(self.epochs) if i == 0 or seq < size)
        both = newest > 0 and self.epochs[newest][0] + 1 == size
        return [key for _, key in self.epochs[newest - 1 if both else newest:newest + 1]]

    def begin(self, leaf):
        try:
            fields = msgpack.unpackb(msgpack.unpackb(leaf, raw=False)[5], raw=False)
        except (ValueError, msgpack.exceptions.UnpackException):
            return  # what it is, is said where the form is checked
        if fields[2] == KIND["opening"] and fields[3] == self.origin:
            self.epochs = [(0, Key.of(self.origin, fields[5]))]
            self.root = Key.of("root." + self.origin, fields[6])

    def follow(self, seq, packed):
        leaf = msgpack.unpackb(packed, raw=False)
        fields = msgpack.unpackb(leaf[5], raw=False)
        if fields[2] != KIND["key_rotation"] or leaf[6][0] != 0:
            return
        if self.root is None:
            raise ValueError("no opening says who certifies it")
        text, found = signers_of(fields[3].encode(), [self.root])
        if not found:
            raise ValueError("the recovery key did not sign its certificate")
        lines = text.split("\n")
        words = ["", "origin ", "vkey ", "epoch ", "size-from ", "not-before ", "not-after ", "previous "]
        if lines[0] != "licet/key-cert/v1" or len(lines) != 9 or lines[8] != "":
            raise ValueError("it is no certificate")
        for line, word in zip(lines, words):
            if not line.startswith(word):
                raise ValueError("it is no certificate")
        origin, vkey, epoch, size_from, start, end, previous = (
            line[len(word):] for line, word in zip(lines[1:8], words[1:8]))
        key, time_s = Key(vkey), leaf[2] // 1000
        if origin != self.origin or key.name != origin:
            raise ValueError("its certificate is for another ledger")
        if epoch != str(len(self.epochs)) or previous != self.epochs[-1][1].keyid.hex():
            raise ValueError("its certificate does not follow the key before")
        if seq < int(size_from) or not int(start) <= time_s < int(end):
            raise ValueError("its certificate did not hold then")
        if key.keyid in [other.keyid for other in self.all()]:
            raise ValueError("it had been a key of the ledger before")
        self.epochs.append((seq, key))


# --- Where the bytes are -----------------------------------------------------


class Store:
    """The LMDB environment of a ledger."""

    def __init__(self, path):
        environment = lmdb.open(path, readonly=True, lock=False, max_dbs=16)
        self.txn = environment.begin()
        self.tables = {name: environment.open_db(name.encode(), self.txn, create=False)
                       for name in ("leaf", "tile", "checkpoint", "rotation")}

    def leaves(self):
        for key, value in self.txn.cursor(self.tables["leaf"]):
            yield struct.unpack(">Q", key)[0] if len(key) == 8 else None, bytes(value)

    is_live = True

    def span(self):
        cursor = self.txn.cursor(self.tables["leaf"])
        return (struct.unpack(">Q", cursor.key())[0], self.size()) if cursor.first() else (0, 0)

    def size(self):
        cursor = self.txn.cursor(self.tables["leaf"])
        return struct.unpack(">Q", cursor.key())[0] + 1 if cursor.last() else 0

    def tile(self, level, number, width):
        value = self.txn.get(struct.pack(">BQ", level, number), db=self.tables["tile"])
        return None if value is None or len(value) < 32 * width else bytes(value[:32 * width])

    def copies(self):
        for key, value in self.txn.cursor(self.tables["rotation"]):
            if len(key) == 8:
                yield struct.unpack(">Q", key)[0], bytes(value)

    def heads(self):
        for key, value in self.txn.cursor(self.tables["checkpoint"]):
            yield int.from_bytes(key[:8].ljust(8, b"\0"), "big"), bytes(value[1:])


class Files:
    """A directory in the layout of tlog-tiles."""

    def __init__(self, path):
        self.path = path
        self.newest = int(self.read("checkpoint").split(b"\n")[1])

    def read(self, *names):
        try:
            with open(os.path.join(self.path, *names), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def read_tile(self, level, number, width):
        parts = ["%03d" % (number % 1000)]
        while number >= 1000:
            number //= 1000
            parts.insert(0, "x%03d" % (number % 1000))
        path = os.path.join("tile", str(level), *parts)
        found = self.read(path if width == WIDTH else path + ".p/%d" % width)
        return found if found is not None or width == WIDTH else self.read(path)

    is_live = False

    def bound(self, name, absent):
        text = self.read(name)
        return absent if text is None else int(text)

    def span(self):
        return self.bound("minimum", 0), self.bound("end", self.newest)

    def size(self):
        return self.newest

    def leaves(self):
        first, end = self.span()
        for number in range(first // WIDTH, (end + WIDTH - 1) // WIDTH):
            width = min(WIDTH, self.newest - number * WIDTH)
            data, at = self.read_tile("entries", number, width) or b"", 0
            for index in range(width):
                length = int.from_bytes(data[at:at + 2], "big")
                if at + 2 > len(data) or at + 2 + length > len(data):
                    yield None, b""
                    return
                yield number * WIDTH + index, data[at + 2:at + 2 + length]
                at += 2 + length

    def tile(self, level, number, width):
        value = self.read_tile(level, number, width)
        return None if value is None or len(value) < 32 * width else value[:32 * width]

    def copies(self):
        path = os.path.join(self.path, "keys")
        names = os.listdir(path) if os.path.isdir(path) else []
        for seq in sorted(int(name[:-len(".leaf")]) for name in names if name.endswith(".leaf")):
            yield seq, self.read("keys", "%d.leaf" % seq)

    def heads(self):
        sizes = []
        if os.path.isdir(os.path.join(self.path, "heads")):
            sizes = [int(name) for name in os.listdir(os.path.join(self.path, "heads"))]
        if self.newest in sizes and self.read("heads", str(self.newest)) != self.read("checkpoint"):
            raise ValueError("there are two heads of the newest size")
        for size in sorted({*sizes, self.newest}):
            yield size, self.read("checkpoint") if size == self.newest else self.read("heads", str(size))


class Both:
    """A ledger, and the archive of what was moved out of it."""

    is_live = True

    def __init__(self, live, archive):
        self.live, self.archive = live, archive
        self.size, self.tile, self.heads, self.copies = live.size, live.tile, live.heads, live.copies
        self.moved = live.span()[0]

    def span(self):
        return min(self.moved, self.archive.span()[0]), self.live.size()

    def leaves(self):
        for seq, leaf in self.archive.leaves():
            if seq is not None and seq >= self.moved:
                break
            yield seq, leaf
        yield from self.live.leaves()


# --- Content: are the bytes those that were sealed? ---------------------------


class Content:
    """Leaves, tiles and signed roots: where two agree, the third is wrong."""

    def __init__(self, store, keys):
        self.store, self.keys = store, keys
        self.made, self.stored = Tree(), None  # by the leaves; by the tiles, once they differ
        self.suspect = None  # (first, last, what), until a signed root decides
        self.good_size, self.last_head = 0, 0
        self.roots, self.archived_below = {}, 0  # of the sizes that an archive may have
        self.faults, self.heads = [], []
        for size, note in store.heads():
            self.last_head = max(self.last_head, size)
            self.read(size, note)
        sizes = [size for size, _ in store.heads()]
        for seq, _ in keys.epochs[1:]:
            if seq + 1 not in sizes:
                self.faults.append(Bad(seq, seq, "the head that both keys must sign is not there"))

    def read(self, size, note):
        before = self.heads[-1][0] if self.heads else 0
        try:
            told, root = read_head(note, self.keys)
            if told != size:
                raise ValueError("it stands at another size")
            self.heads.append((size, root))
        except ValueError as error:
            self.faults.append(Bad(before, max(before, size - 1), "head %d: %s" % (size, error)))

    def width(self, level, number):
        return min(WIDTH, (self.store.size() >> 8 * level) - number * WIDTH)

    def compare_above(self, number, tile):
        """A full tile's root against the hash that stands for it one level up."""
        level = 1
        while True:
            root = root_of([tile[i:i + 32] for i in range(0, len(tile), 32)])
            above = self.store.tile(level, number // WIDTH, self.width(level, number // WIDTH))
            at = 32 * (number % WIDTH)
            if above is None or above[at:at + 32] != root:
                span = WIDTH ** level
                return (number * span, (number + 1) * span - 1, "a tile of level %d" % level)
            if number % WIDTH != WIDTH - 1:
                return None
            number, tile, level = number // WIDTH, above, level + 1

    def decide(self, size, root):
        if self.made.root() == root:
            if self.suspect:
                raise Bad(*self.suspect[:2], self.suspect[2] + ": the leaves make the signed root")
            self.good_size = size
        elif self.stored is not None and self.stored.root() == root:
            raise Bad(*self.suspect[:2], self.suspect[2] + ": the tiles make the signed root")
        else:
            first, last = self.good_size, size - 1
            if self.suspect and self.stored is None:
                first, last = max(first, self.suspect[0]), min(last, self.suspect[1])
            raise Bad(first, last, "neither leaves nor tiles make the root signed for %d" % size)

    def add(self, seq, leaf, tile):
        self.add_hash(seq, leaf_hash(leaf), tile)

    def add_hash(self, seq, made, tile):
        stored = tile[32 * (seq % WIDTH):32 * (seq % WIDTH) + 32] if tile else made
        if stored != made and self.suspect is None:
            self.suspect = (seq, seq, "the leaf and its hash in the tile differ")
            self.stored = self.made.copy()
        if self.stored is not None:
            self.stored.add(stored)
        self.made.add(made)
        if self.made.size % WIDTH == 0:
            self.roots[self.made.size] = self.made.root()
        if tile and seq % WIDTH == WIDTH - 1 and self.suspect is None:
            self.suspect = self.compare_above(seq // WIDTH, tile)

    def load(self, seq):
        number, size = seq // WIDTH, self.store.size()
        tile = self.store.tile(0, number, self.width(0, number))
        end = min(size, (number + 1) * WIDTH)
        # Leaves behind the newest head were never sealed, and no tile was.
        if tile is None and not (end == size and self.last_head < size):
            self.faults.append(Bad(number * WIDTH, end - 1, "its tile is missing or too short"))
        return tile

    def look_for_archive(self, seq, leaf):
        """The root that it tells must be that of the leaves below; what is no leaf is for the reader to say."""
        try:
            _, _, _, author, _, proposal, verdict = msgpack.unpackb(leaf, raw=False)
            fields = msgpack.unpackb(proposal, raw=False)
        except (ValueError, TypeError, msgpack.exceptions.UnpackException):
            return
        if author != LEDGER or verdict[0] != 0 or fields[2] != KIND["archive"]:
            return
        self.archived_below = fields[3]
        if self.roots.get(fields[3]) != fields[4]:
            self.faults.append(Bad(seq, seq, "the root that it tells of the archived events is not theirs"))

    def check(self):
        self.todo, tile = list(self.heads), None
        first, end = self.store.span()
        tile = self.pass_over(0, first, tile)
        seen = first
        for seq, leaf in self.store.leaves():
            if seq != seen:
                raise Bad(*self.missing(seen))
            if seq % WIDTH == 0:
                tile = self.load(seq)
            self.look_for_archive(seq, leaf)
            self.add(seq, leaf, tile)
            seen += 1
            self.decide_all(seen)
        if seen < end and end < self.store.size():
            raise Bad(*self.missing(seen))
        self.pass_over(end, self.store.size(), tile)
        self.end(max(seen, self.made.size), self.todo)
        moved = self.store.moved if isinstance(self.store, Both) else first
        if self.store.is_live and moved > self.archived_below:
            raise Bad(self.archived_below, moved - 1, "gone, and no event tells that it was archived")

    def missing(self, seq):
        """Of the archive a whole file."""
        is_moved = isinstance(self.store, Both) and seq < self.store.moved
        return seq, seq // WIDTH * WIDTH + WIDTH - 1 if is_moved else seq, "it is not there"

    def decide_all(self, size):
        while self.todo and self.todo[0][0] == size:
            self.decide(*self.todo.pop(0))

    def pass_over(self, first, end, tile):
        """Leaves that are kept elsewhere: their hashes are in the tiles."""
        for seq in range(first, end):
            if seq % WIDTH == 0:
                tile = self.load(seq)
            at = 32 * (seq % WIDTH)
            if tile is None:
                raise Bad(seq, seq, "neither the leaf nor its hash is there")
            self.add_hash(seq, tile[at:at + 32], tile)
            self.decide_all(seq + 1)
        return tile

    def end(self, size, todo):
        if size == 0:
            raise Bad(0, 0, "it is not there")
        if self.suspect:
            raise Bad(*self.suspect[:2], self.suspect[2])
        if todo:
            raise Bad(size, todo[-1][0] - 1, "a signed head covers it, but it is not there")
        if self.good_size < size:
            raise Bad(self.good_size, size - 1, "no signed head covers it")


# --- Form and authors: would a ledger have written it? -------------------------


class Reader:
    def __init__(self, key):
        self.key, self.time, self.ids = key, 0, {}
        self.actors = {}  # id -> Key bytes, or None once removed
        self.names = {}  # name -> id

    def unpack(self, packed, what):
        try:
            value = msgpack.unpackb(packed, raw=False, strict_map_key=False, max_ext_len=0)
        except (ValueError, msgpack.exceptions.UnpackException) as error:
            raise ValueError(what + " is not MessagePack") from error
        if msgpack.packb(value, use_bin_type=True) != packed or not isinstance(value, list):
            raise ValueError(what + " is not in its canonical form")
        return value

    def check(self, seq, packed):
        version, told, time, author, signature, proposal, verdict = self.unpack(packed, "the leaf")
        if version != RULES_VERSION or told != seq or time < self.time:
            raise ValueError("version, seq or time are not those of its place")
        self.time = time
        fields = self.unpack(proposal, "the proposal")
        kind = fields[2]
        if seq == 0:
            self.open(fields)
        if author == LEDGER:
            self.check_own(seq, kind, signature)
        else:
            self.check_author(author, kind, signature, proposal)
            self.check_repeat(author, fields, time)
        if verdict[0] == 0:
            self.take(seq << 12, kind, fields[3:])

    def open(self, fields):
        if fields[2] != KIND["opening"] or fields[3] != self.key.name:
            raise ValueError("it does not open the ledger of the given key")
        self.actors[RECOVERY] = fields[6]

    def check_own(self, seq, kind, signature):
        if signature:
            raise ValueError("the ledger itself signs nothing in a leaf")
        if kind not in OF_LEDGER and not (seq == 1 and kind == KIND["actor_enrolment"]):
            raise ValueError("the ledger is said to be the author of what only others propose")

    def check_author(self, author, kind, signature, proposal):
        if kind in OF_LEDGER:
            raise ValueError("only the ledger writes this")
        key = self.actors.get(author)
        if key is None:
            raise ValueError("its author is not enrolled")
        if not signature and kind in VOUCHED:
            return
        message = b"licet/proposal/v1\n" + self.key.name.encode() + b"\n" + proposal
        try:
            nacl.signing.VerifyKey(key).verify(message, signature)
        except (nacl.exceptions.BadSignatureError, ValueError) as error:
            raise ValueError("its author's signature does not verify") from error

    def check_repeat(self, author, fields, time):
        until = self.ids.get((author, fields[0]))
        if until is not None and until >= time and until == fields[1]:
            raise ValueError("it stands in the log already")
        self.ids[(author, fields[0])] = fields[1]

    def take(self, entity, kind, fields):
        if kind == KIND["plan"]:
            for index, event in enumerate(fields[0]):
                self.take(entity + index, event[0], event[1:])
        elif kind == KIND["actor_enrolment"]:
            self.actors[entity] = fields[1]
            self.names[fields[0]] = entity
        elif kind == KIND["actor_removal"] and fields[0] in self.names:
            self.actors[self.names.pop(fields[0])] = None


def check_form(store, key):
    reader, seen = Reader(key), 0
    for seq, leaf in store.leaves():
        if seq != seen:
            return
        try:
            reader.check(seq, leaf)
        except (ValueError, IndexError, TypeError) as error:
            raise Bad(seq, seq, str(error)) from error
        seen += 1


# --- Both ---------------------------------------------------------------------


def faults_of(store, key):
    keys = Keys(store, key)
    content = Content(store, keys)
    found = content.faults  # to which its check adds
    found += keys.faults
    checks = [content.check]
    if store.span()[0] == 0:  # who the authors are is told from the beginning
        checks.append(lambda: check_form(store, key))
    for check in checks:
        try:
            check()
        except Bad as bad:
            found.append(bad)
    return sorted(found, key=lambda bad: (bad.first, bad.last))


def read_key(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return Key(lines[0])


def main(data, key_file, archive=None):
    is_files = not os.path.exists(os.path.join(data, "data.mdb"))
    try:
        store, key = Files(data) if is_files else Store(data), read_key(key_file)
        if archive is not None:
            store = Both(store, Files(archive))
            if store.archive.read("checkpoint").split(b"\n")[0].decode() != key.name:
                raise ValueError("the archive is of another ledger")
        faults = faults_of(store, key)
        is_whole = store.span() == (0, store.size())
    except (lmdb.Error, OSError, ValueError, AttributeError, IndexError) as error:
        print("not a ledger: %s" % error)
        return 2
    for number, bad in enumerate(faults):
        place = "event %d" % bad.first if bad.first == bad.last else \
            "events %d to %d" % (bad.first, bad.last)
        print("%s: %s: %s" % ("first bad" if number == 0 else "also bad", place, bad))
    if not faults:
        print("clean" if is_whole else "clean as far as it is here")
    return 2 if faults else 0 if is_whole else 6


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

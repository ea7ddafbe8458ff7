#!/usr/bin/python3
"""Whatever fits together by itself does not get past what was kept elsewhere: old copies, forks, heads of other
roots, anchors, receipts and policies that were edited; and the same ledger as exported files. What the rows mean
stands in audit.py.

    test_tamper_kept.py [WORD ...]   only the rows with these words
"""

import os
import shutil
import sys

import audit
import corpus
import forge
import ledger
import proofs
import sp
from audit import ANCHOR, CLEAN, DIVERGENCE, INTEGRITY, IO, NOT_ASKED, ONLY_DAMAGE, SAME, USAGE, WHOLE, Skipped

# What the checker does not have.
ANCHORS, POLICY, BOOKS = "what was kept", "a policy", "the writer's books"
OTHER_ROOT = bytes(range(32))


def newest_note(data):
    with forge.Store(data) as store:
        return store.get("checkpoint", forge.seq_key(store.heads()[-1]))[1:].decode()


def kept_head(path):
    """(size, note) of the head that a receipt leads to."""
    note = forge.read_file(path).decode().partition("\n\n")[2]
    return int(note.split("\n")[1]), note


def heads_of(directory):
    return [kept_head(os.path.join(directory, name)) for name in os.listdir(directory)]


# --- Old copies, forks, other roots -----------------------------------------------------------------


def old_copy(act):
    def act_on_old(case):
        case.use("old")
        case.size, case.newest = case.of.old_size, newest_note(case.data)
        return act(case)
    return act_on_old


def nothing(_):
    return WHOLE


def with_head(name):
    def act(case):
        case.options = ["--trusted-checkpoint", case.of.path(name)]
        return WHOLE
    return act


def with_anchor(case):
    case.options = ["--trusted-checkpoint", case.of.path("anchor")]
    case.evidence = [forge.read_file(case.of.path("anchor")).decode(), case.newest]
    return case.of.old_size, case.of.new_size - 1


def with_receipts(case):
    case.options += ["--receipts", case.of.path("receipts")]
    size, note = min(head for head in heads_of(case.of.path("receipts")) if head[0] > case.size)
    case.evidence = [note, case.newest]
    return case.of.old_size, size - 1


def with_number(more):
    def act(case):
        case.options = ["--expect-min-size", str(case.size + more)]
        return (case.size, case.size + more - 1) if more > 0 else WHOLE
    return act


def with_huge_number(case):
    case.options = ["--expect-min-size", str(2**64 - 2)]
    return case.size, 2**64 - 3


def with_fork(case):
    """Early receipts agree, and one of the fork does not."""
    directory = case.copy("forked")
    early = [name for name in os.listdir(case.of.path("receipts")) if name.startswith("early-")]
    for name in early:
        shutil.copy(os.path.join(case.of.path("receipts"), name), directory)
    agreed = max(kept_head(os.path.join(directory, name))[0] for name in early)
    size, note = kept_head(os.path.join(directory, "two.tlog-proof"))
    with case.store() as store:
        above = min(kept for kept in store.heads() if kept >= size)
        found = store.get("checkpoint", forge.seq_key(above))[1:].decode()
    case.options, case.evidence = ["--receipts", directory], [note, found]
    return agreed, size - 1


def fork_itself(case):
    """The other way round: the fork is shown, and the receipts are of the true history."""
    case.use("fork")
    case.size, case.newest = len(audit_leaves(case)), newest_note(case.data)
    with_receipts(case)
    return case.size, int(case.evidence[0].split("\n")[1]) - 1


def audit_leaves(case):
    with case.store() as store:
        return store.leaves()


def other_root(size_of):
    """Two heads of one size with different roots, both signed: whoever sees them knows the fraud."""
    def act(case):
        size = size_of(case)
        note = forge.seal(size, OTHER_ROOT, case.key)
        forge.write_file(case.path("kept.note"), note)
        case.options = ["--trusted-checkpoint", case.path("kept.note")]
        with case.store() as store:
            above = min(kept for kept in store.heads() if kept >= size)
            found = store.get("checkpoint", forge.seq_key(above))[1:]
        case.evidence = [note.decode(), found.decode()]
        return 0, size - 1
    return act


def rewritten(case):
    """One vouched unit gets another name, and all is sealed anew: nothing but what was kept can tell."""
    seq = case.find(18, nth=2000, is_signed=False, code=0)
    leaves = list(case.of.leaves)

    def edit(proposal):
        proposal[5] = "other"
    leaves[seq] = forge.change_proposal(leaves[seq], edit)
    snapshot = case.find(28)
    del leaves[snapshot]  # it would tell
    leaves[:] = forge.renumber(leaves, snapshot)
    with case.store() as store:
        store.reseal(leaves, case.key)
    case.options = ["--receipts", case.of.path("receipts")]
    size, note = min(heads_of(case.of.path("receipts")))
    with case.store() as store:
        above = min(kept for kept in store.heads() if kept >= size)
        case.evidence = [note, store.get("checkpoint", forge.seq_key(above))[1:].decode()]
    return 0, size - 1


# --- Anchors and receipts that are none -------------------------------------------------------------


def edited_anchor(function):
    def act(case):
        path = case.copy("anchor")
        forge.edit_file(path, function)
        case.options = ["--trusted-checkpoint", path]
        return WHOLE
    return act


def no_anchor(case):
    case.options = ["--trusted-checkpoint", case.path("nothing")]
    return WHOLE


def foreign_anchor(case):
    """A good head of another ledger, that nobody trusts."""
    key = sp.Key(seed=bytes(32))
    note = forge.seal(5, OTHER_ROOT, key, origin="ledger.example/other", name="ledger.example/other")
    forge.write_file(case.path("kept.note"), note)
    case.options = ["--trusted-checkpoint", case.path("kept.note")]
    return WHOLE


def receipts(edit):
    """Of the directory, by its path."""
    def act(case):
        directory = case.copy("receipts")
        edit(directory)
        case.options = ["--receipts", directory]
        return WHOLE
    return act


def in_receipt(function):
    def edit(directory):
        name = sorted(os.listdir(directory))[0]
        forge.edit_file(os.path.join(directory, name), function)
    return receipts(edit)


def add_file(name, content):
    return receipts(lambda directory: forge.write_file(os.path.join(directory.encode(), name), content))


def add_other(make, name=b"more.tlog-proof"):
    return receipts(lambda directory: make(os.path.join(directory.encode(), name)))


def remove_all(directory):
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))


def many_are_none(case):
    """However much cannot be read: what decides is the one that tells of a cut, and it is named."""
    directory = case.copy("receipts")
    for number in range(60):
        os.mkdir(os.path.join(directory, "a%02d.tlog-proof" % number))
    place = with_receipts(case)
    case.options = ["--receipts", directory]
    return place


def no_receipts(case):
    case.options = ["--receipts", case.path("nothing")]
    return WHOLE


def swap_events(directory):
    """The proof of one with the index of another."""
    name = sorted(os.listdir(directory))[-1]
    forge.edit_file(os.path.join(directory, name),
                    lambda text: text.replace(b"\nindex ", b"\nindex 1", 1))


# --- Policies ---------------------------------------------------------------------------------------


def policy(name, function=None):
    """In the place of the key; function edits the head that is witnessed."""
    def act(case):
        case.trust = ["--policy", case.of.path(name)]
        if function is None:
            return WHOLE
        with case.store() as store:
            store.edit_head(case.of.witnessed_size, function)
        return case.head_span(case.of.witnessed_size)
    return act


def without_witness(note):
    return note[:note.rindex("\u2014".encode())]


def by_stranger(note):
    """Another key in the witness's name."""
    return proofs.Witness(corpus.NORTH.name, bytes(32)).cosign(without_witness(note).decode()).encode()


def of_other_head(note):
    """What the witness signed was another head."""
    own = without_witness(note).decode()
    other = own.replace("\n%s\n" % own.split("\n")[1], "\n7\n", 1)
    return (own + corpus.NORTH.line(other, 1)).encode()


def witness_alone(note):
    """The ledger's own line is gone: a witness signs what the ledger has signed, and not in its place."""
    start = note.index("\u2014".encode())
    return note[:start] + note[note.rindex("\u2014".encode()):]


def unwitnessed(edit):
    """The quorum is not met any more: no head can be named."""
    def act(case):
        policy("policy", edit)(case)
        return WHOLE
    return act


def heads_without_end(case):
    """No head can be read, and one stands at the greatest size there is."""
    case.trust = ["--policy", case.of.path("policy")]
    with case.store() as store:
        for size in store.heads():
            store.put("checkpoint", forge.seq_key(size), b"\1no note")
        store.put("checkpoint", bytes([255]) * 8, b"\1no note")
    return 0, case.kept[0] - 1


# --- Exported files ---------------------------------------------------------------------------------


def files(path, function, *place):
    """One of them edited by a function, or with None removed."""
    def act(case):
        case.use("bundle")
        number, width = divmod(case.size, 256)
        name = os.path.join(case.data, path.format(last="%03d.p/%d" % (number, width), kept=case.kept))
        if function is None:
            os.remove(name)
        else:
            forge.edit_file(name, function)
        if not place:
            return WHOLE
        return case.head_span(case.kept[place[0]]) if len(place) == 1 else tuple(at % case.size for at in place)
    return act


def flip_entry(index):
    """The last byte of a leaf."""
    def edit(data):
        at = 0
        for _ in range(index):
            at += 2 + int.from_bytes(data[at:at + 2], "big")
        return forge.flip(data, at + 1 + int.from_bytes(data[at:at + 2], "big"))
    return edit


def flip_at(at):
    return lambda data: forge.flip(data, at)


def smaller_checkpoint(case):
    files("checkpoint", forge.line(1, lambda size: str(int(size) - 1)))(case)
    return case.kept[3], case.size - 2


def old_checkpoint(case):
    """An old head as the newest: it is good, but the files still tell of a larger ledger."""
    case.use("bundle")
    shutil.copy(os.path.join(case.data, "heads", str(case.kept[1])), os.path.join(case.data, "checkpoint"))
    tile = forge.read_file(os.path.join(case.data, "tile", "1", "000.p", "39"))
    forge.write_file(os.path.join(case.data, "tile", "1", "000.p", "16"), tile[:16 * 32])
    return case.kept[1], case.kept[3] - 1


def old_files(case):
    """And all that is newer is gone: a whole ledger, as it was."""
    old_checkpoint(case)
    for size in case.kept[2:-1]:
        os.remove(os.path.join(case.data, "heads", str(size)))
    return WHOLE


def two_newest(case):
    case.use("bundle")
    note = forge.seal(case.size, OTHER_ROOT, case.key)
    forge.write_file(os.path.join(case.data, "heads", str(case.size)), note)
    return WHOLE


def no_heads(case):
    """They are not needed: the newest commits to all."""
    case.use("bundle")
    shutil.rmtree(os.path.join(case.data, "heads"))
    return WHOLE


def pipe_for(path):
    def act(case):
        case.use("bundle")
        name = os.path.join(case.data, path)
        os.remove(name)
        os.mkfifo(name)
        return WHOLE if path == "checkpoint" else (0, 0)
    return act


def same_damage(case):
    """The ledger was damaged first, and is exported then."""
    with case.store() as store:
        store.edit_leaf(5000, forge.flip)
    done = case.replay("export", case.path("bundle"), "--data", case.data)
    assert done.returncode == CLEAN or not os.path.exists(case.path("bundle/checkpoint")), case.said
    if done.returncode == CLEAN:
        case.data = case.path("bundle")
    return 5000, 5000


# --- The directory ----------------------------------------------------------------------------------


def only(*names):
    """No more than these of the ledger's files."""
    def act(case):
        for name in os.listdir(case.data):
            if name not in names:
                os.remove(os.path.join(case.data, name))
        return WHOLE
    return act


def data_file(make):
    """make(path, path of the true one) puts something in its place."""
    def act(case):
        path = os.path.join(case.data, "data.mdb")
        os.rename(path, case.path("away"))
        make(path, case.path("away"))
        return WHOLE
    return act


def locked_garbage(case):
    """The table of readers is nobody's business."""
    forge.write_file(os.path.join(case.data, "lock.mdb"), bytes(range(256)) * 40)
    return WHOLE


def no_directory(case):
    case.data = case.path("nowhere")
    return WHOLE


def a_file(case):
    case.data = case.path("file")
    forge.write_file(case.data, b"no directory")
    return WHOLE


def link(case):
    os.symlink(case.data, case.path("link"))
    case.data = case.path("link")
    return WHOLE


def by_others(directory, file):
    """Somebody else audits, with these rights."""
    def act(case):
        if os.geteuid() != 0:
            raise Skipped("only root can become somebody else")
        for name in os.listdir(case.data):
            os.chmod(os.path.join(case.data, name), file)
        os.chmod(case.data, directory)
        os.chmod(case.directory, 0o755)
        shutil.copy(case.of.vkey, case.path("vkey"))
        os.chmod(case.path("vkey"), 0o644)
        case.trust, case.user = ["--key", case.path("vkey")], audit.NOBODY
        return WHOLE
    return act


def snapshot_file(function):
    """The auditor makes nothing of the file; test_snapshot.py has what the daemon makes of it."""
    def act(case):
        name = [name for name in os.listdir(case.data) if name.startswith("snapshot-")][0]
        forge.edit_file(os.path.join(case.data, name), function)
        return WHOLE
    return act


def key_of_another(case):
    case.of.licet("key", "new", ledger.ORIGIN, case.path("other.key"), to=case.path("other.vkey"))
    case.trust = ["--key", case.path("other.vkey")]
    return 0, 0


ROWS = (
    ("an old copy, and nothing kept", old_copy(nothing), CLEAN, "", ANCHORS),
    ("an old copy, and a head that is older", old_copy(with_head("early.note")), CLEAN, "", ANCHORS),
    ("an old copy, and the anchor", old_copy(with_anchor), ANCHOR, "was cut", ANCHORS),
    ("an old copy, and receipts", old_copy(with_receipts), ANCHOR, "was cut", ANCHORS),
    ("an old copy, and the number of events", old_copy(with_number(1)), ANCHOR, "expected", ANCHORS),
    ("an old copy, and its own number", old_copy(with_number(0)), CLEAN, "", ANCHORS),
    ("more events than there can be", with_huge_number, ANCHOR, "expected", ANCHORS),
    ("a receipt of a fork", with_fork, ANCHOR, "rewritten", ANCHORS),
    ("a fork, and receipts of the true history", fork_itself, ANCHOR, "was cut", ANCHORS),
    ("the newest head and another of its size", other_root(lambda case: case.size), ANCHOR, "rewritten", ANCHORS),
    ("an old head and another of its size", other_root(lambda case: case.kept[1]), ANCHOR, "rewritten", ANCHORS),
    ("a head of a size that is not kept", other_root(lambda case: 5000), ANCHOR, "rewritten", ANCHORS),
    ("history rewritten by the ledger's key", rewritten, ANCHOR, "rewritten", ANCHORS),

    ("the anchor, whole", with_head("anchor"), CLEAN, "", ANCHORS),
    ("the anchor: its root", edited_anchor(forge.line(2, forge.flip_base64)), ANCHOR, "is wrong", ANCHORS),
    ("the anchor: its size", edited_anchor(forge.line(1, lambda size: str(int(size) - 1))), ANCHOR, "is wrong", ANCHORS),
    ("the anchor: its signature", edited_anchor(forge.line(4, forge.flip_base64)), ANCHOR, "is wrong", ANCHORS),
    ("the anchor: its origin", edited_anchor(forge.line(0, lambda name: name + "x")), ANCHOR, "trusted", ANCHORS),
    ("the anchor is empty", edited_anchor(lambda _: b""), ANCHOR, "no signed note", ANCHORS),
    ("the anchor is huge", edited_anchor(lambda note: note * 100000), INTEGRITY, "", ANCHORS),
    ("the anchor is not there", no_anchor, IO, "not there", ANCHORS),
    ("the anchor of another ledger", foreign_anchor, ANCHOR, "no ledger that is trusted", ANCHORS),

    ("receipts, whole", receipts(lambda _: None), CLEAN, "", ANCHORS),
    ("a receipt: its event", in_receipt(lambda text: text.replace(b"extra ", b"extra AA", 1)), ANCHOR, "", ANCHORS),
    ("a receipt: its index", receipts(swap_events), ANCHOR, "", ANCHORS),
    ("a receipt: a bit of its proof", in_receipt(forge.line(4, forge.flip_base64)), ANCHOR, "does not lead", ANCHORS),
    ("a receipt: its head's signature", in_receipt(forge.line(-2, forge.flip_base64)), ANCHOR, "is wrong",
     NOT_ASKED),
    ("a receipt is cut", in_receipt(lambda text: text[:100]), ANCHOR, "no receipt", ANCHORS),
    ("a receipt is empty", in_receipt(lambda _: b""), ANCHOR, "no receipt", ANCHORS),
    ("a receipt is huge", in_receipt(lambda text: text * 1000), INTEGRITY, "", ANCHORS),
    ("a receipt is no text", add_file(b"more.tlog-proof", bytes(range(256))), ANCHOR, "no receipt", ANCHORS),
    ("what is named otherwise is no receipt", add_file(b"more.txt", b"nothing"), CLEAN, "", ANCHORS),
    ("a name that would end the line", add_file(b"\nclean\n.tlog-proof", b""), ANCHOR, "?clean?", ANCHORS),
    ("a name that is no text", add_file(b"\xff\x1b[2J.tlog-proof", b""), ANCHOR, "??[2J", ANCHORS),
    ("a receipt is a directory", add_other(os.mkdir), IO, "no file", ANCHORS),
    ("a receipt is a pipe", add_other(os.mkfifo), IO, "no file", ANCHORS),
    ("a receipt is a link to nothing", add_other(lambda path: os.symlink("nothing", path)), IO, "no file", ANCHORS),
    ("no receipt in the directory", receipts(remove_all), IO, "it has no", ANCHORS),
    ("no directory of receipts", no_receipts, IO, "no such directory", ANCHORS),
    ("sixty that are none, and one of more events", old_copy(many_are_none), ANCHOR, "was cut", ANCHORS),

    ("a policy that is met", policy("policy"), CLEAN, "", POLICY),
    ("a policy that is not met", policy("policy-both"), ANCHOR, "as many witnesses", POLICY),
    ("a witness's line is gone", unwitnessed(without_witness), ANCHOR, "as many witnesses", POLICY),
    ("a witness's line by another key", unwitnessed(by_stranger), ANCHOR, "as many witnesses", POLICY),
    ("a witness's line of another head", policy("policy", of_other_head), INTEGRITY, "does not verify", POLICY),
    ("a witness's line alone", policy("policy", witness_alone), INTEGRITY, "", SAME),
    ("heads without end", heads_without_end, INTEGRITY, "head", SAME),
    ("the key of another", key_of_another, INTEGRITY, "another ledger key", NOT_ASKED),

    ("files: an event", files("tile/entries/019", flip_entry(136), 5000, 5000), INTEGRITY, "the leaf", SAME),
    ("files: the first event", files("tile/entries/000", flip_entry(0), 0, 0), INTEGRITY, "the leaf", SAME),
    ("files: the last event", files("tile/entries/{last}", flip_at(-1), -1, -1), INTEGRITY, "the leaf", SAME),
    ("files: a length", files("tile/entries/019", flip_at(0), 4864, 4864), INTEGRITY, "", ONLY_DAMAGE),
    ("files: events are gone", files("tile/entries/019", None, 4864, 4864), INTEGRITY, "", SAME),
    ("files: events are cut", files("tile/entries/019", lambda data: data[:-1], 4864, 4864), INTEGRITY, "",
     ONLY_DAMAGE),
    ("files: events are empty", files("tile/entries/019", lambda _: b"", 4864, 4864), INTEGRITY, "", SAME),
    ("files: more behind the events", files("tile/entries/019", lambda data: data + b"x", 4864, 4864), INTEGRITY,
     "", BOOKS),
    ("files: more behind the last events", files("tile/entries/{last}", lambda data: data + b"x", 39 * 256, 39 * 256),
     INTEGRITY, "", BOOKS),
    ("files: a hash", files("tile/0/019", flip_at(32 * 7), 4871, 4871), INTEGRITY, "the tile", SAME),
    ("files: a hash of level 1", files("tile/1/000.p/39", flip_at(32 * 7), 1792, 2047), INTEGRITY, "level 1", SAME),
    ("files: hashes are gone", files("tile/0/019", None, 4864, 5119), INTEGRITY, "not there", SAME),
    ("files: the last hashes are gone", files("tile/0/{last}", None, 39 * 256, -1), INTEGRITY, "not there", SAME),
    ("files: hashes are too long", files("tile/0/019", lambda data: data + bytes(32), 4864, 5119), INTEGRITY, "",
     BOOKS),
    ("files: hashes are too short", files("tile/0/019", lambda data: data[:-1], 4864, 5119), INTEGRITY, "short", SAME),
    ("files: an old head", files("heads/{kept[1]}", flip_at(-5), 1), INTEGRITY, "head", SAME),
    ("files: an old head is empty", files("heads/{kept[1]}", lambda _: b"", 1), INTEGRITY, "head", SAME),
    ("files: the checkpoint's root", files("checkpoint", forge.line(2, forge.flip_base64), -1), INTEGRITY, "head", SAME),
    ("files: the checkpoint's size", smaller_checkpoint, INTEGRITY, "head", SAME),
    ("files: the checkpoint is none", files("checkpoint", lambda _: b"nothing"), INTEGRITY, "", ONLY_DAMAGE),
    ("files: no checkpoint", files("checkpoint", None), IO, "not there", ONLY_DAMAGE),
    ("files: archived below no number", files("README", lambda text: text), CLEAN, "", SAME),
    ("files: an old checkpoint", old_checkpoint, INTEGRITY, "covers it", SAME),
    ("files: all of an old copy", old_files, CLEAN, "", ANCHORS),
    ("files: two heads of the newest size", two_newest, INTEGRITY, "", ONLY_DAMAGE),
    ("files: no older heads", no_heads, CLEAN, "", SAME),
    ("files: a pipe for the checkpoint", pipe_for("checkpoint"), IO, "", NOT_ASKED),
    ("files: a pipe for events", pipe_for("tile/entries/000"), IO, "", NOT_ASKED),
    ("files: damaged before the export", same_damage, INTEGRITY, "the leaf", SAME),

    ("an empty directory", only(), IO, "not there", NOT_ASKED),
    ("only LMDB's table of readers", only("lock.mdb"), IO, "not there", NOT_ASKED),
    ("only the database", only("data.mdb"), CLEAN, "", SAME),
    ("no directory", no_directory, IO, "not there", NOT_ASKED),
    ("a file", a_file, IO, "", NOT_ASKED),
    ("a link to the directory", link, CLEAN, "", SAME),
    ("the database is a link to it", data_file(lambda path, true: os.symlink(true, path)), CLEAN, "", SAME),
    ("the database is a link to nothing", data_file(lambda path, true: os.symlink("nothing", path)), IO, "",
     NOT_ASKED),
    ("the database is a directory", data_file(lambda path, true: os.mkdir(path)), IO, "", NOT_ASKED),
    ("the database is a pipe", data_file(lambda path, true: os.mkfifo(path)), IO, "", NOT_ASKED),
    ("the database is empty", data_file(lambda path, true: forge.write_file(path, b"")), IO, "", NOT_ASKED),
    ("the database is a text", data_file(lambda path, true: forge.write_file(path, b"text\n" * 5000)), INTEGRITY, "",
     NOT_ASKED),
    ("LMDB's table of readers is garbage", locked_garbage, CLEAN, "", SAME),
    # LMDB enters its readers into a file: who may not write reads a copy.
    ("read by somebody who may not write", by_others(0o755, 0o644), IO, "", NOT_ASKED),
    ("read by somebody who may not read", by_others(0o700, 0o600), IO, "", NOT_ASKED),
    ("read by somebody who may not read the file", by_others(0o755, 0o600), IO, "", NOT_ASKED),
    ("the snapshot's file: a bit", snapshot_file(flip_at(500)), CLEAN, "", SAME),
    ("the snapshot's file is torn", snapshot_file(lambda data: data[:1000]), CLEAN, "", SAME),
)

if __name__ == "__main__":
    sys.exit(audit.main(ROWS))

"""Golden bytes: each verb, refusal, error and notification, as it stands in golden/protocol.hex.

With LICET_WRITE_GOLDEN=1 the file is written anew, which is for new lines only: what is there may
not change, but for keys that are added to maps (PROTOCOL.md 2).

In both directions the bytes of what is random are replaced by 5f ('_'), sizes kept: challenges,
keys, signatures, roots, digests, hashes, notes, receipts, leaves, the version; the bytes of the store in
use are 0.
"""

import difflib
import os
import sys

import ledger
import proofs
import sp

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "protocol.hex")
RANDOM = {"challenge", "digest", "hashes", "key", "leaf", "ledger_key", "note", "receipt", "root", "signature",
          "version"}
NOT_AFTER = ledger.START_MS + 600000

lines = [
    "# What goes over the wire, without frame and words: > request, < reply, ! publication. What is",
    "# random is 5f; see test_golden.py, which plays it.",
]


def masked(value, key=None):
    if isinstance(value, dict):
        return {name: masked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item, key) for item in value]
    if key in RANDOM and isinstance(value, (bytes, str)):
        return b"_" * len(value) if isinstance(value, bytes) else "_" * len(value)
    if key == "store_used":
        return 0
    return value


def add(mark, packed):
    text = sp.pack(masked(sp.unpack(packed))).hex()
    lines.extend("%s %s" % (mark if at == 0 else " ", text[at : at + 96])
                 for at in range(0, len(text), 96))


def play(client, title, verb, **arguments):
    play_packed(client, title, sp.pack([verb, arguments]))


def play_packed(client, title, request, is_message=True):
    lines.append("\n# " + title)
    if is_message:
        add(">", request)
    else:
        lines.append("> " + request.hex())
    reply = client.ask_packed(request)
    add("<", reply)
    return sp.unpack(reply)


class Proposals:
    def __init__(self, client):
        self.client, self.count = client, 0

    def make(self, event, not_after=NOT_AFTER):
        self.count += 1
        return self.client.make(event, self.count.to_bytes(16, "big"), not_after)

    def play(self, title, event, **options):
        proposal = self.make(event, **options)
        play(self.client, title, "propose", proposal=proposal,
             signature=self.client.sign(proposal))

    def quietly(self, event):
        proposal = self.make(event)
        ledger.expect_ok(self.client.ask("propose", proposal=proposal,
                                         signature=self.client.sign(proposal)))


def sessions(at):
    key = at.key()
    with sp.Client(at.url) as client:
        play(client, "before login", "status")
        hello = play_packed(client, "hello", sp.pack(["hello", {}]))[1]
        play(client, "a wrong signature", "login", key=key.public, signature=bytes(64))
        hello = client.get("hello")
        message = b"licet/login/v1\n" + hello["origin"].encode() + b"\n" + hello["challenge"]
        play(client, "login", "login", key=key.public, signature=key.sign(message))
        play(client, "an argument that is not known", "status", digests=True)
        play(client, "an argument that is missing", "state")
        play(client, "no such verb", "stat")
        play_packed(client, "no MessagePack", b"\xc1", False)


def changes(client, proposals):
    proposals.play("a new group", sp.group_creation("acme", "dealer"))
    proposals.play("NAME_TAKEN, with everything that a refusal says", sp.group_creation("acme"))
    packages = [["base", None, ledger.START_MS + 86400000, [["channel", 2], ["dialer", None]]]]
    proposals.play("a save", sp.allocation("acme", 0, packages))
    proposals.play("a user", sp.user_creation("u-1", "acme"))
    unit = proposals.make(sp.consumption("acme", "channel", "ch1", "u-1"))
    play(client, "a unit, vouched for by the session", "propose", proposal=unit)
    play(client, "the same again: the same answer", "propose", proposal=unit)
    play(client, "and with its receipt", "propose", proposal=unit, receipt="full")
    held = proposals.make(sp.consumption("acme", "channel", "ch1", "u-1"))
    play(client, "a unit that is held: nothing is appended", "propose", proposal=held)
    two = proposals.make(sp.consumption("acme", "channel", "ch2"))
    save = proposals.make(sp.allocation("acme", 1, [["base", None, None, [["channel", 1]]]]))
    play(client, "preview of a unit", "preview", proposal=two)
    three = proposals.make(sp.consumption("acme", "channel", "ch3"))
    play(client, "many at once", "propose", proposals=[[two, None], [three, None]])
    play(client, "preview of a save that would suspend", "preview", proposal=save)
    proposals.play("the same, forced", sp.allocation("acme", 1, [["base", None, None,
                                                                  [["channel", 1]]]], force=True))
    play(client, "outcome", "outcome", id=(5).to_bytes(16, "big"), not_after=NOT_AFTER)
    play(client, "an outcome that is not known", "outcome", id=bytes(16), not_after=NOT_AFTER)


def refusals(client, proposals):
    """Those that need no long story; S1 to S11 and the tests of the rules have the others."""
    rows = [
        ("STALE_PROPOSAL", sp.group_creation("x"), {"not_after": ledger.START_MS - 1}),
        ("BAD_SIGNATURE", sp.license_upload("no note\n"), {}),
        ("EULA_VERSION_MISMATCH", sp.eula_acceptance("9"), {}),
        ("UNKNOWN_GROUP", sp.consumption("nowhere", "channel", "x"), {}),
        ("UNKNOWN_USER", sp.consumption("acme", "channel", "x", "nobody"), {}),
        ("UNKNOWN_ACTOR", [6, "nobody", None], {}),
        ("LAST_SERVER_ADMIN", [6, "admin", None], {}),
        ("NOT_A_MEMBER", sp.consumption("/", "channel", "x", "u-1"), {}),
        ("MEMBERSHIP_IN_USE", [16, "u-1", "acme", False, False, None], {}),
        ("ALREADY_A_MEMBER", [16, "u-1", "acme", True, False, None], {}),
        ("VERSION_CONFLICT", sp.allocation("acme", 0, []), {}),
        ("UNIT_HELD", sp.consumption("/", "channel", "ch1"), {}),
        ("NOT_HELD", sp.release("channel", "none"), {}),
        ("NO_LICENSE", sp.consumption("acme", "unheard", "x"), {}),
        ("LIMIT_REACHED", sp.consumption("acme", "channel", "x"), {}),
        ("CHILD_EXCEEDS_ANCESTOR", sp.allocation("acme", 2, [["base", None, None,
                                                              [["channel", 21]]]]), {}),
        ("LIMIT_BELOW_USED", sp.allocation("acme", 2, []), {}),
        ("a plan: its second event is refused",
         [22, [[7, "acme/a", None, None], [7, "acme", None, None]], None], {}),
        ("MALFORMED", [7, "a//b", None, None], {}),
        ("a kind that is not known", [39, None], {}),
    ]
    for title, event, options in rows:
        proposals.play(title, event, **options)
    unsigned = proposals.make(sp.group_creation("y"))
    play(client, "UNAUTHENTICATED: no signature", "propose", proposal=unsigned)
    proposals.count = 4  # the id of the unit
    conflict = proposals.make(sp.consumption("acme", "channel", "other"))
    proposals.count = 100
    play(client, "ID_CONFLICT", "propose", proposal=conflict)


def queries(client):
    for verb, arguments in (
        ("status", {"digest": True}), ("mode", {}), ("connect", {"version": "4.5.0"}),
        ("license", {}), ("state", {"group": "acme"}),
        ("state", {"group": "/", "resource": "channel"}), ("state", {"group": "nowhere"}),
        ("explain", {"group": "acme", "resource": "channel"}), ("why", {"seq": 8}),
        ("tree", {"group": "/"}), ("tree", {"group": "/", "limit": 1}), ("user", {"user": "u-1"}),
        ("access", {"resource": "channel", "unit": "ch1"}),
        ("access", {"resource": "channel", "unit": "ch2"}),
        ("access", {"resource": "channel", "unit": "none"}),
        ("access", {"action": "guest.manage", "who": "u-1"}),
        ("access", {"action": "settings.network", "who": "admin", "group": "acme"}),
        ("contact", {"user": "u-1", "name": "Maria Stern"}), ("contact", {"user": "u-1"}),
        ("contact", {"user": "u-1", "erase": True}),
        ("holdings", {"group": "acme", "limit": 1}), ("log", {"after": 4, "limit": 2}),
        ("changes", {"group": "acme", "since": 0}), ("checkpoint", {}),
        ("consistency", {"from": 3, "to": 7}), ("receipt", {"seq": 4}), ("receipt", {"seq": 9999}),
        ("actors", {}), ("clock", {"time": ledger.START_MS + 1}),
        ("clock", {"time": ledger.START_MS}),
    ):
        play(client, verb, verb, **arguments)


def publications(at, client):
    lines.append("\n# publications at an address with ?group=acme, after a unit was taken")
    with sp.Subscriber(at.publish_url("acme")) as subscriber:
        subscriber.take()
        release = client.make(sp.release("channel", "ch2"))
        ledger.expect_ok(client.ask("propose", proposal=release))
        wanted = {b"acme/", b"/head"}
        found = {}
        size = client.get("status")["size"]
        while wanted - set(found):
            topic, packed = subscriber.take().split(b"\0", 1)
            if topic != b"/head" or sp.unpack(packed)["size"] == size:
                found[topic] = packed
    for topic in sorted(found):
        lines.append("! " + (topic + b"\0" + found[topic]).hex())


def outlook(client, proposals):
    """What is to come, what was told of it, and the questions about all groups."""
    end_ms = ledger.START_MS + 10 * 86400000
    proposals.play("a package that ends", sp.allocation(
        "acme", 2, [["base", None, end_ms, [["channel", 1], ["dialer", None]]]]))
    proposals.play("a reminder policy", [13, "acme", True, 2, 14, None, False, None])
    for verb, arguments in (
        ("reminders", {"group": "acme"}), ("forecast", {"group": "acme"}),
        ("forecast", {"group": "acme", "resource": "channel", "after": end_ms}),
        ("expiring", {"within": 10 * 86400000}), ("tight", {"limit": 1}),
        ("who", {"resource": "channel", "unit": "ch1"}),
        ("who", {"resource": "channel", "unit": "none"}),
    ):
        play(client, verb, verb, **arguments)


def write_policy(at, witness):
    with open(at.key_path("ledger").replace(".key", ".vkey"), encoding="utf-8") as file:
        log = file.read()
    with open(at.path("policy"), "w", encoding="utf-8") as file:
        file.write("log %switness w %s\nquorum w\n" % (log, witness.vkey()))
    at.options = ["--policy", at.path("policy")]


def witnessing(client, witness):
    note = client.get("checkpoint")["note"]
    play(client, "cosign: a head that a witness has signed", "cosign", note=witness.cosign(note))
    play(client, "a head that none has signed", "cosign", note=note)
    play(client, "how far they have come", "status")


def archiving():
    with ledger.Ledger() as at:
        at.options = ["--archive", at.path("archive"), "--snapshot-every", "0"]
        at.start()
        at.furnish("channel 400 per-channel\n")
        with at.client() as client:
            proposals = [[client.make(sp.consumption("/", "channel", "c%d" % i)), None] for i in range(300)]
            ledger.expect_ok(client.ask("propose", proposals=proposals))
            play(client, "archive: fewer than fill a file", "archive", below=255)
            play(client, "archive: a start would need them", "archive", below=300)
            at.snapshot()
            play(client, "archive: an answer may still be asked for", "archive", below=300)
            client.get("clock", time=ledger.START_MS + 11 * 60000)
            play(client, "archive", "archive", below=300)
            at.wait_for("event=archive_written")
            play(client, "an event that is archived", "receipt", seq=255)
            play(client, "the log from before its first event", "log", after=255, limit=1)
            play(client, "the log from its first event", "log", limit=1)
            play(client, "what is left", "status")
        at.stop()


def main():
    with ledger.Ledger(publish=[("acme", "acme")]) as at:
        witness = proofs.Witness("witness.example/w")
        write_policy(at, witness)
        at.start()
        at.furnish("channel 20 per-channel\ndialer feature\n")
        sessions(at)
        with at.client() as client:
            proposals = Proposals(client)
            changes(client, proposals)
            refusals(client, proposals)
            queries(client)
            publications(at, client)
            outlook(client, proposals)
            witnessing(client, witness)
            play(client, "archive: no place for one", "archive", below=300)
        at.stop()
        at.verify()
    archiving()
    text = "\n".join(lines) + "\n"
    if os.environ.get("LICET_WRITE_GOLDEN"):
        with open(GOLDEN, "w", encoding="utf-8") as file:
            file.write(text)
    with open(GOLDEN, encoding="utf-8") as file:
        golden = file.read()
    difference = list(difflib.unified_diff(golden.splitlines(), text.splitlines(), "golden", "now"))
    ledger.note("\n".join(difference))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())

"""Every accepted proposal can come back with its receipt: of the head that its commit sealed, good by the public
key alone, and consistent with every head that came later."""

import os
import random
import sys

import ledger
import proofs
import sp

MANY = 400


class Receipts(ledger.Ledger):
    def __enter__(self):
        self.start()
        self.furnish("channel 1000000 per-channel\n")
        with open(os.path.join(self.keys, "ledger.vkey"), encoding="utf-8") as file:
            self.verifier = proofs.Verifier(file.read().strip())
        return self

    def check(self, reply):
        """(seq, size, root, note) of the receipt that the reply has."""
        seq, leaf, size, note = self.verifier.receipt(reply["receipt"].encode())
        assert seq == reply["seq"]
        found = sp.unpack(leaf)
        assert found[1:3] == [seq, reply["time"]] and found[6][0] == 0, found
        return seq, size, self.verifier.head(note.encode())[1], note


def begin(client, unit, **options):
    proposal = client.make(sp.consumption("/", "channel", unit), **options)
    return client.begin(sp.pack(["propose", {"proposal": proposal, "receipt": "full"}])), proposal


def every_receipt_holds_for_ever():
    with Receipts() as at, at.client() as client:
        drawn = random.Random(7)
        receipts = []
        while len(receipts) < MANY:
            # Some alone in their commit, some together.
            count = drawn.choice((1, 1, 2, 7, 40))
            not_after = client.get("hello")["time"] + 60000
            words = [begin(client, "c%d" % (len(receipts) + i), not_after=not_after)[0]
                     for i in range(count)]
            receipts += [at.check(ledger.expect_ok(sp.unpack(client.end(word)))) for word in words]
        assert [seq for seq, *_ in receipts] == sorted(seq for seq, *_ in receipts)
        size = client.get("status")["size"]
        hashes = []
        while len(hashes) < size:
            page = client.get("log", after=len(hashes), limit=1000)
            hashes += [proofs.leaf_hash(event["leaf"]) for event in page["events"]]
        roots = {seal: proofs.root_of(hashes[:seal]) for seal in {size for _, size, *_ in receipts}}
        for seq, seal, root, _ in receipts:
            assert seq < seal and root == roots[seal], "one history for all"
        heads = sorted(roots)
        assert len(heads) > 20, "they are not all of one commit"
        pairs = [(old, new) for old in heads for new in heads if old <= new]
        for old, new in drawn.sample(pairs, min(len(pairs), 3000)):
            path = client.get("consistency", **{"from": old, "to": new})["hashes"]
            assert proofs.is_consistent(old, roots[old], new, roots[new], path), (old, new)
        with open(at.path("newest.note"), "w", encoding="utf-8") as file:
            file.write(client.get("checkpoint")["note"])
        for seq, _, _, note in receipts:
            at.verifier.head(note.encode())
        directory = at.path("receipts")
        os.mkdir(directory)
        for seq, *_ in drawn.sample(receipts, 40):
            at.licet("receipt", str(seq), to=os.path.join("receipts", "%d.tlog-proof" % seq))
        at.replay("verify", "--receipts", directory, "--trusted-checkpoint", at.path("newest.note"))


def it_is_of_the_head_that_the_commit_sealed():
    with Receipts() as at, at.client() as client:
        for unit in "abc":
            word, _ = begin(client, unit)
            seq, size, _, note = at.check(ledger.expect_ok(sp.unpack(client.end(word))))
            assert size == seq + 1 and note == client.get("checkpoint")["note"]
        # An answer that is given again brings one too, of a head of then or later.
        word, proposal = begin(client, "again")
        first = at.check(ledger.expect_ok(sp.unpack(client.end(word))))
        begin(client, "more")
        reply = client.get("propose", proposal=proposal, receipt="full")
        again = at.check(reply)
        assert again[0] == first[0] and again[1] >= first[1]
    with Receipts() as at, at.client() as client:
        # Together with others in one commit, over the same connection.
        words = [begin(client, "u%d" % i, not_after=ledger.START_MS + 60000)[0] for i in range(50)]
        found = [at.check(ledger.expect_ok(sp.unpack(client.end(word)))) for word in words]
        assert [seq for seq, *_ in found] == list(range(found[0][0], found[0][0] + 50))


def only_what_was_appended_has_one():
    with Receipts() as at, at.client() as client:
        word, _ = begin(client, "a")
        ledger.expect_ok(sp.unpack(client.end(word)))
        word, _ = begin(client, "a")
        reply = ledger.expect_ok(sp.unpack(client.end(word)))
        assert reply["seq"] is None and "receipt" not in reply, reply
        reply = client.get("propose", proposal=client.make(sp.consumption("/", "channel", "b")))
        assert "receipt" not in reply, "who does not ask has none"
        proposal = client.make(sp.consumption("/", "nothing", "b"))
        outcome, reply = client.ask("propose", proposal=proposal, receipt="full")
        assert outcome == "refused" and "receipt" not in reply, reply
        proposal = client.make(sp.consumption("/", "channel", "c"))
        for arguments in ({"proposal": proposal, "receipt": "half"},
                          {"proposals": [[proposal, None]], "receipt": "full"}):
            outcome, reply = client.ask("propose", **arguments)
            assert (outcome, reply["code"], reply["detail"]) == ("error", "MALFORMED", "receipt"), reply
        outcome, reply = client.ask("preview", proposal=proposal, receipt="full")
        assert (outcome, reply["code"]) == ("error", "MALFORMED"), reply


def the_command_line_keeps_it():
    with Receipts() as at:
        path = at.path("mine.tlog-proof")
        said = at.licet("consume", "/", "channel", "c1", "--receipt", path)
        assert said.startswith("accepted as event"), said
        done = at.run("receipt", path, "--key", os.path.join(at.keys, "ledger.vkey"),
                      name="licet-replay")
        assert done.returncode == 0 and "consumption" in done.stdout, done
        for words, why in ((("consume", "/", "channel", "c2", "--receipt", path), "there already"),
                           (("consume", "/", "channel", "c2", "--preview", "--receipt",
                             at.path("new")), "a preview has no receipt"),
                           (("apply", at.path("license.txt"), "--receipt", at.path("new")), "apply")):
            done = at.run(*words)
            assert done.returncode == 2 and why in done.stderr, done
        at.licet("consume", "/", "channel", "c1", "--receipt", at.path("nothing"))
        assert not os.path.exists(at.path("nothing")), "it was so already"
        # Several units are one plan, one event, one receipt.
        at.licet("consume", "/", "channel", "c3", "c4", "--receipt", at.path("plan.tlog-proof"))
        done = at.run("consume", "/", "channel", "c5", "--receipt", at.path("no/such/directory"))
        assert done.returncode == 3 and "was accepted" in done.stderr, done
        with open(at.path("plan.tlog-proof"), "rb") as file:
            seq, leaf, _, _ = at.verifier.receipt(file.read())
        assert sp.unpack(leaf)[1] == seq


def main():
    for test in (every_receipt_holds_for_ever, it_is_of_the_head_that_the_commit_sealed,
                 only_what_was_appended_has_one, the_command_line_keeps_it):
        test()
        ledger.note("  " + test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())

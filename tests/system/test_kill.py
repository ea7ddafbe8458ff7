"""kill -9 in the middle of a load, again and again: what was acknowledged is there, what was not
can be asked again, and the log is whole."""

import os
import random
import sys
import time

import ledger
import sp

KILLS = int(os.environ.get("LICET_KILLS", "50"))
LOAD_S = 0.12  # at most, before a kill
CONNECTIONS = 3
IN_FLIGHT = 64


class Load:
    """Proposals and what became of them: (code, seq, time) once acknowledged."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.sent = {}  # id: packed proposal and signature
        self.answers = {}  # id: (code, seq, time)
        self.last_seq = -1  # of all that was acknowledged when a round begins

    def make(self, client, not_after):
        """A new proposal: mostly units, some refusals that are logged, some groups."""
        self.count += 1
        chance, name = self.random.random(), "x%d" % self.count
        event = sp.consumption("A", "channel", name)
        if chance < 0.2:
            event = sp.consumption("A/full", "channel", name)
        elif chance < 0.3:
            event = sp.group_creation("A/" + name)
        elif chance < 0.4 and self.count > 100:
            event = sp.release("channel", "x%d" % self.random.randrange(1, self.count))
        proposal_id = self.random.randbytes(16)
        proposal = client.make(event, proposal_id, not_after)
        self.sent[proposal_id] = (proposal, client.sign(proposal))
        return proposal_id

    def run(self, url, key, not_after):
        """Sends ahead, until the daemon is gone."""
        waiting = []
        try:
            with sp.Client(url, key) as client:
                while True:
                    while len(waiting) < IN_FLIGHT:
                        proposal_id = self.make(client, not_after)
                        proposal, signature = self.sent[proposal_id]
                        body = sp.pack(["propose", {"proposal": proposal, "signature": signature}])
                        waiting.append((proposal_id, client.begin(body)))
                    proposal_id, word = waiting.pop(0)
                    self.answers[proposal_id] = told(sp.unpack(client.end(word)))
        except (sp.Closed, ConnectionError, FileNotFoundError):
            pass

    def ask_again(self, client, ids):
        """The answers to the same proposals under the same ids."""
        verdicts = client.get("propose", proposals=[list(self.sent[i]) for i in ids])
        return dict(zip(ids, map(told, verdicts["verdicts"])))

    def check(self, client, ids, not_after):
        for start in range(0, len(ids), 500):
            self.check_some(client, ids[start : start + 500], not_after)

    def check_some(self, client, ids, not_after):
        again = self.ask_again(client, ids)
        words = [client.begin(sp.pack(["outcome", {"id": i, "not_after": not_after}])) for i in ids]
        for proposal_id, word in zip(ids, words):
            what, outcome = sp.unpack(client.end(word))
            answer, seq = again[proposal_id], again[proposal_id][1]
            known = self.answers.get(proposal_id, answer)
            assert what == "ok", outcome
            # What was not logged, being one refusal too many (X06), is judged again.
            assert answer == known or known[1] is None, "%r became %r" % (known, answer)
            if seq is None:  # nothing was appended: nothing is known of it
                assert not outcome["known"], outcome
                continue
            assert outcome["known"], "%r is not known" % (known,)
            assert outcome["accepted"] == (answer[0] == "ACCEPTED"), outcome
            assert (outcome["code"], outcome["seq"], outcome["time"]) == answer, outcome
        self.answers.update(again)


def told(reply):
    what, found = reply
    assert what in ("ok", "refused"), reply
    return (found.get("code", "ACCEPTED"), found["seq"], found["time"])


def round_of(at, load, key, not_after):
    """One life of the daemon. What it was asked in its last moments is asked again in the next."""
    at.start()
    before = set(load.sent)

    def end():
        time.sleep(load.random.uniform(0.01, LOAD_S))
        at.kill()

    sp.in_threads(end, *[lambda: load.run(at.url, key, not_after)] * CONNECTIONS)
    return [proposal_id for proposal_id in load.sent if proposal_id not in before]


def prepare(at):
    at.start()
    at.furnish("channel 1000000 per-channel\n")
    with at.client() as client:
        for event in (
            sp.group_creation("A"),
            sp.group_creation("A/full"),
            sp.allocation("A/full", 0, [["base", None, None, [["channel", 3]]]]),
        ):
            ledger.expect_ok(client.propose(event))
    at.stop()


def main():
    seed = int(os.environ.get("LICET_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    ledger.note("seed", seed, "kills", KILLS)
    load, not_after = Load(seed), ledger.START_MS + 300000
    with ledger.Ledger() as at:
        key = at.key()
        prepare(at)
        for number in range(KILLS):
            new = round_of(at, load, key, not_after)
            if number % 10 == 0:
                at.verify()
            at.start()
            with at.client() as client:
                load.check(client, new, not_after)
            at.stop()
        at.verify()
        rebuilt = at.digest()
        at.start()
        with at.client() as client:
            load.check(client, list(load.sent), not_after)
            status = client.get("status", digest=True)
            assert status["digest"].hex() == rebuilt, "another digest than licet-replay rebuild"
        at.stop()
        seqs = [seq for _, seq, _ in load.answers.values() if seq is not None]
        assert len(seqs) == len(set(seqs)), "one seq was told for two proposals"
        ledger.note("%d proposals, %d events, none lost" % (len(load.sent), status["size"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

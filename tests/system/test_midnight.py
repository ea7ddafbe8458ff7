"""Very many windows end at one instant while the daemon is asked: nobody waits, every answer is right
on both sides, and a daemon that is killed among the slices goes on with them when it starts again."""

import os
import random
import sys
import threading
import time

import ledger
import sp

EDGES = int(os.environ.get("LICET_EDGES", "60000"))
WINDOWS = 20  # of a house, all with the same end
HOUSES = EDGES // WINDOWS
SLICE = 1000  # edges to a boundary
REQUEST = 250  # proposals in one
ASKERS = 2
PAUSE_S = float(os.environ.get("LICET_PAUSE", "1.0"))  # the longest that an answer may take
END = "2026-12-01T00:00:00Z"
END_MS = ledger.START_MS + 30 * 86400000
BEFORE = {"maximum": WINDOWS, "used": 1, "available": WINDOWS - 1, "status": "on"}
AFTER = {"maximum": 0, "used": 1, "available": 0, "status": "expired"}


def house(number):
    return "G/h%d" % number


def send(client, events):
    """All of them, in requests of many."""
    not_after = client.get("hello")["time"] + 60000
    for start in range(0, len(events), REQUEST):
        proposals = []
        for event in events[start : start + REQUEST]:
            proposal = client.make(event, not_after=not_after)
            proposals.append([proposal, client.sign(proposal)])
        for verdict in client.get("propose", proposals=proposals)["verdicts"]:
            ledger.expect_ok(verdict)


def prepare(at):
    at.start()
    at.furnish("unit %d per-server\n" % EDGES)
    packages = [["p%d" % i, None, END_MS, [["unit", 1]]] for i in range(WINDOWS)]
    with at.client() as client:
        send(client, [sp.group_creation("G"), sp.allocation("G", 0, [["p", None, None,
                                                                     [["unit", EDGES]]]])])
        send(client, [sp.group_creation(house(i)) for i in range(HOUSES)])
        send(client, [sp.allocation(house(i), 0, packages) for i in range(HOUSES)])
        send(client, [sp.consumption(house(i), "unit", "u%d" % i) for i in range(HOUSES)])


def look(client, number):
    """Whether its window is over, by every way to ask."""
    state = client.get("state", group=house(number), resource="unit")["resources"][0]
    found = {word: state[word] for word in BEFORE}
    access = client.get("access", resource="unit", unit="u%d" % number)
    assert found in (BEFORE, AFTER), found
    if found == AFTER:
        assert not access["access"] and access["code"] == "EXPIRED", access
        assert access["node"] == house(number) and access["until"] == END_MS, access
    return found == AFTER


class Askers:
    """Ask all the time; each answer with when it was asked and when it came."""

    def __init__(self, at, seed):
        self.at, self.answers, self.is_over = at, [], False
        self.random = random.Random(seed)
        self.threads = [threading.Thread(target=self.run) for _ in range(ASKERS)]

    def run(self):
        try:
            with self.at.client() as client:
                while not self.is_over:
                    begin = time.monotonic()
                    number = self.random.randrange(HOUSES)
                    state = client.get("state", group=house(number), resource="unit")
                    end = time.monotonic()
                    self.answers.append((begin, end, state["resources"][0]["maximum"] == 0))
        except (sp.Closed, ConnectionError):
            pass

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def check(self, set_begin, set_end):
        longest = max(end - begin for begin, end, _ in self.answers)
        between = [end - begin for begin, end, _ in self.answers if end > set_end]
        for begin, end, is_over in self.answers:
            assert not is_over or end > set_begin, "over before its time"
            assert is_over or begin < set_end, "not over after its time"
        ledger.note("  %d answers, %d of them past the edge; the longest took %.1f ms"
                    % (len(self.answers), len(between), longest * 1000))
        assert longest < PAUSE_S, "an answer took %.3f s" % longest


def slices(edges):
    return (edges + SLICE - 1) // SLICE


def wait_for(client, size):
    until = time.monotonic() + 6 * ledger.WAIT_S
    while client.get("status")["size"] < size:
        assert time.monotonic() < until, "the slices stopped"
        time.sleep(0.02)


def sides(at):
    """Both sides of the instant for some, then for all at once while others ask."""
    some = random.Random(1).sample(range(HOUSES), 10)
    with at.client() as client:
        client.get("clock", time=END_MS - 1)
        assert not any(look(client, number) for number in some)
        size = client.get("status")["size"]
        with Askers(at, 2) as askers:
            time.sleep(0.2)
            set_begin = time.monotonic()
            client.get("clock", time=END_MS)
            set_end = time.monotonic()
            assert all(look(client, number) for number in some)
            if at.is_killed:
                middle = client.get("status")["size"]
                assert middle < size + slices(HOUSES * WINDOWS), "all was over: it needs more edges"
                return size
            wait_for(client, size + slices(HOUSES * WINDOWS))
        askers.check(set_begin, set_end)
    return size


def check_end(at, size):
    """All slices once each, and one message for a house that nobody touched (B38)."""
    with at.client() as client:
        wait_for(client, size + slices(HOUSES * WINDOWS))
        time.sleep(0.3)
        assert client.get("status")["size"] == size + slices(HOUSES * WINDOWS)
        assert all(look(client, number) for number in range(HOUSES))
        state = client.get("state", group="G", resource="unit")["resources"][0]
        assert (state["used"], state["suspended"]) == (HOUSES, HOUSES), state
        changes = client.get("changes", group=house(HOUSES // 2), since=size)
        told = [change["seq"] for change in changes["changes"]]
        assert len(told) == 1 and size <= told[0] < size + slices(HOUSES * WINDOWS), changes
        return client.get("status", digest=True)["digest"].hex()


def midnight(is_killed):
    with ledger.Ledger() as at:
        at.is_killed = is_killed
        begin = time.monotonic()
        prepare(at)
        ledger.note("  %d windows in %.1f s" % (HOUSES * WINDOWS, time.monotonic() - begin))
        size = sides(at)
        if is_killed:
            at.kill()
            at.start()
        digest = check_end(at, size)
        at.stop()
        at.verify()
        assert at.digest() == digest, "another digest than licet-replay rebuild"


def main():
    parts = {"asked": False, "killed": True}
    for name in sys.argv[1:] or parts:
        ledger.note(name, "among the slices")
        midnight(parts[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A client that asks in a loop for what it cannot have does not fill the disk: beyond the rate its
refusals are counted, and told once a minute (X06)."""

import re
import sys

import ledger
import sp

RATE = 600  # logged refusals a minute and author
MINUTE_MS = 60000
START_MS = ledger.START_MS


def prepare(at):
    at.start()
    at.furnish("unit 10 per-server\n")
    with at.client() as client:
        for event in (sp.group_creation("G"),
                      sp.allocation("G", 0, [["p", None, None, [["unit", 1]]]]),
                      sp.consumption("G", "unit", "taken")):
            ledger.expect_ok(client.propose(event))
    at.enrol("loop", "agent", "G")
    at.enrol("calm", "agent", "G")


def ask_in_a_loop(client, count):
    """So many refusals; how many of them were logged, and the last proposal."""
    logged, proposal = 0, None
    for number in range(count):
        proposal = client.make(sp.consumption("G", "unit", "u%d" % number), not_after=START_MS + 600000)
        what, found = client.ask("propose", proposal=proposal)
        assert what == "refused" and found["code"] == "LIMIT_REACHED", found
        logged += found["seq"] is not None
    return logged, proposal


def size(client):
    return client.get("status")["size"]


def counted(at):
    """What `licet log` tells of it: (actor, code, count), one event after the other."""
    lines = [line for line in at.licet("log").splitlines() if "refusals_counted" in line]
    return [re.findall(r"(\w+) ([A-Z_]+) (\d+) times", line) for line in lines]


def beyond_the_rate(at):
    with at.client("loop") as loop, at.client("calm") as calm, at.client() as admin:
        before = size(admin)
        logged, last = ask_in_a_loop(loop, RATE + 900)
        assert logged == RATE, "%d were logged" % logged
        assert size(admin) == before + RATE
        other, _ = ask_in_a_loop(calm, 5)  # another author is not in its way
        assert other == 5
        # Not remembered: the same proposal is judged again, and now there is room.
        ledger.expect_ok(admin.propose(sp.release("unit", "taken")))
        found = ledger.expect_ok(loop.ask("propose", proposal=last))
        assert found["seq"] is not None, found
        assert ledger.expect_ok(loop.ask("propose", proposal=last)) == found, "and then remembered"
        assert counted(at) == [], "told before the minute was over"
        return size(admin)


def told_once_a_minute(at, before):
    with at.client("loop") as loop, at.client() as admin:
        admin.get("clock", time=START_MS + MINUTE_MS - 1)
        assert size(admin) == before
        admin.get("clock", time=START_MS + MINUTE_MS)
        assert size(admin) == before + 1
        assert counted(at) == [[("loop", "LIMIT_REACHED", "900")]], counted(at)
        logged, _ = ask_in_a_loop(loop, RATE + 3)  # a new minute, a new allowance
        assert logged == RATE, "%d were logged" % logged
        admin.get("clock", time=START_MS + 3 * MINUTE_MS)
        assert counted(at)[1:] == [[("loop", "LIMIT_REACHED", "3")]], counted(at)
        last = size(admin)
        admin.get("clock", time=START_MS + 4 * MINUTE_MS)
        assert size(admin) == last, "nothing to tell, and yet told"


def by_the_policy(at):
    """The rate is a setting: from now on no refusal of a minute is logged but the first."""
    with at.client("loop") as loop, at.client() as admin:
        ledger.expect_ok(admin.propose([24, False, 1, None]))
        logged, _ = ask_in_a_loop(loop, 8)
        assert logged == 1, "%d were logged" % logged


def told_before_a_clean_stop(at):
    at.stop()
    at.start()
    assert counted(at)[2:] == [[("loop", "LIMIT_REACHED", "7")]], counted(at)


def by_policy(at):
    """Another rate holds at once; with none, no refusal is logged."""
    with at.client("calm") as calm, at.client() as admin:
        for minute, rate in ((5, 4), (6, 0), (7, 7)):
            ledger.expect_ok(admin.propose([24, False, rate, None]))
            admin.get("clock", time=START_MS + minute * MINUTE_MS)
            logged, _ = ask_in_a_loop(calm, 10)
            assert logged == rate, "%d were logged" % logged
    at.stop()  # tells what is counted
    at.start()


def main():
    with ledger.Ledger() as at:
        prepare(at)
        told_once_a_minute(at, beyond_the_rate(at))
        by_the_policy(at)
        told_before_a_clean_stop(at)
        by_policy(at)
        with at.client() as client:
            digest = client.get("status", digest=True)["digest"].hex()
        at.stop()
        at.verify()
        assert at.digest() == digest, "another digest than licet-replay rebuild"
    return 0


if __name__ == "__main__":
    sys.exit(main())

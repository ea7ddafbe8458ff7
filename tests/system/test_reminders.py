"""More reminders due at once than one commit holds, and a daemon that is killed between them: each
goes out once, and none is lost (B39)."""

import re
import sys
import time

import ledger
import sp

GROUPS = 2500
DAY_MS = 24 * 3600 * 1000
END_MS = ledger.START_MS + 30 * DAY_MS
DUE_MS = END_MS - 3 * DAY_MS


def plan(events):
    return [22, events, None]


def policy(group, frequency, days):
    return [13, group, True, frequency, days, None, False, None]


def furnish(client):
    for first in range(0, GROUPS, 250):
        groups = ["g%d" % number for number in range(first, first + 250)]
        packages = [["p", None, END_MS, [["sip", 1]]]]
        for events in (
            [sp.group_creation(group) for group in groups],
            [sp.allocation(group, 0, packages) for group in groups],
            [policy(group, 0, 3) for group in groups],
        ):
            ledger.expect_ok(client.propose(plan(events)))


def reminders(client):
    """(time, seq, group) of every reminder in the log."""
    found, after = [], 0
    while True:
        answer = client.get("log", after=after, limit=1000)
        for event in answer["events"]:
            leaf = sp.unpack(event["leaf"])
            if is_reminder(event):
                found.append((leaf[2], event["seq"], sp.unpack(leaf[5])[3]))
        if answer["next"] == answer["seq"]:
            return found
        after = answer["next"]


def is_reminder(event):
    return sp.unpack(sp.unpack(event["leaf"])[5])[2] == 26


def kill_soon(at):
    """The clock reaches the instant, and the daemon is killed as soon as a reminder is told."""
    with at.client() as client, at.client() as reader:
        after = reader.get("status")["size"]
        client.begin(sp.pack(["clock", {"time": DUE_MS}]))
        while True:
            answer = reader.get("log", after=after, limit=1, wait=20000)
            if any(map(is_reminder, answer["events"])):
                break
            after = answer["next"]
        at.kill()
    at.start()


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("sip 10000 per-server\n")
        with at.client() as client:
            furnish(client)
            assert client.get("clock", time=DUE_MS - 1)["time"] == DUE_MS - 1
            assert not reminders(client)
            size = client.get("status")["size"]
        kill_soon(at)
        kept = int(re.search(r" event=started .*size=(\d+)", at.log())[1]) - size
        ledger.note("events before the kill, with the boundaries:", kept)
        with at.client() as client:
            client.get("clock", time=DUE_MS)
            until = time.monotonic() + ledger.WAIT_S
            while len(reminders(client)) < GROUPS and time.monotonic() < until:
                pass
            found = reminders(client)
            assert sorted(group for _, _, group in found) == sorted(
                "g%d" % number for number in range(GROUPS)), len(found)
            waiting, after = 0, None
            while True:
                page = client.get("reminders", limit=1000, **({"after": after} if after else {}))
                waiting += sum(group["undelivered_count"] for group in page["groups"])
                after = page["next"]
                if after is None:
                    break
            assert waiting == GROUPS, waiting
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())

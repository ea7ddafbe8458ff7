"""With the machine's own clock and nobody asking: at a window's end one notification goes out, and a
reminder at its instant (B38, B39)."""

import sys
import time

import ledger
import sp

DAY_MS = 24 * 3600 * 1000
SOON_MS = 1500


def now_ms():
    return int(time.time() * 1000)


def furnish(admin):
    """A package that ends soon, and another of which somebody is to be reminded soon."""
    end_ms, due_ms = now_ms() + SOON_MS, now_ms() + 2 * SOON_MS
    packages = [["a", None, end_ms, [["sip", 2]]], ["b", None, due_ms + DAY_MS, [["sip", 3]]]]
    for event in (sp.group_creation("G"), sp.allocation("G", 0, packages),
                  sp.consumption("G", "sip", "n1"),
                  [13, "G", True, 0, 1, None, False, None]):  # once, one day before
        ledger.expect_ok(admin.propose(event))
    return end_ms, due_ms


def main():
    with ledger.Ledger(test_clock=False, publish=[("G", "G")]) as at:
        at.start()
        at.furnish("sip 20 per-server\n")
        with at.client() as admin:
            end_ms, due_ms = furnish(admin)
            size = admin.get("status")["size"]
        heard = []
        with sp.Subscriber(at.publish_url("G")) as subscriber:
            while now_ms() < due_ms + 1000:
                topic, packed = subscriber.take().split(b"\0", 1)
                if topic == b"G/" and sp.unpack(packed)["seq"] >= size:
                    heard.append((now_ms(), sp.unpack(packed)))
        # Of the other package was reminded at once, with the policy: that is before.
        with at.client() as admin:
            events = [sp.unpack(event["leaf"]) for event in admin.get("log", after=size)["events"]]
            kinds = [(sp.unpack(leaf[5])[2], leaf[2]) for leaf in events]
        ledger.note("kinds and times after the last proposal", kinds)
        assert [kind for kind, _ in kinds] == [25, 25, 26], kinds
        passed = [at_ms for kind, at_ms in kinds if kind == 25]
        assert end_ms <= passed[0] < end_ms + 1000 and due_ms <= passed[1] < due_ms + 1000, passed
        ends = [message for _, message in heard if message["seq"] == size]
        assert len(ends) == 1, heard
        resource = ends[0]["resources"][0]
        assert (resource["maximum"], resource["used"]) == (3, 1), resource
        last = heard[-1][1]
        assert last["reminders"][0]["package"] == "b" and last["reminders"][0]["due"] == due_ms, last
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())

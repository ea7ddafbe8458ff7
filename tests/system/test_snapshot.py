"""Snapshots: written beside the running ledger, used at the next start, and passed over when they are
torn, changed, foreign, or not told of by the log."""

import os
import re
import shutil
import signal
import sys
import time

import ledger
import sp

LICENSE = "channel 100000 per-channel\nsip 1000 per-server\n"


def files(data):
    return sorted(name for name in os.listdir(data) if name.startswith("snapshot-"))


def wait_for(one, what):
    until = time.monotonic() + ledger.WAIT_S
    while what not in one.log():
        assert time.monotonic() < until, "no %s in %s" % (what, one.log())
        time.sleep(0.01)


def ask_for_snapshot(one):
    one.process.send_signal(signal.SIGUSR1)
    wait_for(one, "event=snapshot_written")


def fill(client, first, count):
    for i in range(first, first + count):
        ledger.expect_ok(client.propose(sp.consumption("A", "channel", "c%d" % i)))


def digest(client):
    return client.get("status", digest=True)["digest"].hex()


def furnish(one):
    one.furnish(LICENSE)
    with one.client() as client:
        ledger.expect_ok(client.propose(sp.group_creation("A")))
        fill(client, 0, 20)


def read_from(one):
    """The size of the snapshot that the start used; None when everything was replayed."""
    found = re.search("event=snapshot_read size=([0-9]+)", one.log())
    return int(found[1]) if found else None


def expect_passed_over(one, why):
    assert "event=snapshot_passed_over" in one.log() and why in one.log(), one.log()


def a_start_goes_on_from_the_newest(one):
    """Also an answer that was given before it is given again."""
    one.start()
    furnish(one)
    with one.client() as client:
        asked = client.make(sp.consumption("A", "channel", "again"))
        signature = client.sign(asked)
        first = client.get("propose", proposal=asked, signature=signature)
        assert client.get("status")["snapshot"] is None
        ask_for_snapshot(one)
        size = client.get("status")["snapshot"]
        fill(client, 20, 5)
        was = digest(client)
    one.stop()
    assert one.digest() == was
    one.start()
    assert read_from(one) == size, one.log()
    with one.client() as client:
        assert digest(client) == was
        assert client.get("propose", proposal=asked, signature=signature) == first
        refused = client.propose(sp.consumption("A", "channel", "c3", user="nobody"))
        assert refused[0] == "refused", refused
        changes = client.get("changes", group="/", since=0)
        assert changes["reset"], changes
    one.verify()
    assert os.stat(os.path.join(one.data, files(one.data)[-1])).st_mode & 0o777 == 0o600


def older_ones_go_but_the_last_but_one(one):
    with one.client() as client:
        for i in range(3):
            fill(client, 100 + i, 1)
            begin = len(one.log())
            one.process.send_signal(signal.SIGUSR1)
            until = time.monotonic() + ledger.WAIT_S
            while "event=snapshot_written" not in one.log()[begin:]:
                assert time.monotonic() < until, one.log()
                time.sleep(0.01)
    assert len(files(one.data)) == 2, files(one.data)


def what_is_torn_or_changed_is_passed_over(one):
    """The older one serves then; where none does, all is replayed."""
    with one.client() as client:
        was = digest(client)
    one.stop()
    sizes = sorted(int(name.split("-")[1]) for name in files(one.data))
    newest = os.path.join(one.data, "snapshot-%d" % sizes[1])
    older = os.path.join(one.data, "snapshot-%d" % sizes[0])
    with open(newest, "rb") as file:
        good = file.read()
    rows = (
        ("flipped", good[:200] + bytes([good[200] ^ 1]) + good[201:], "contradict"),
        ("torn", good[: len(good) // 2], "contradict"),
        ("empty", b"", "contradict"),
        ("other's permissions", good, "mode or owner"),
    )
    for name, content, why in rows:
        with open(newest, "wb") as file:
            file.write(content)
        os.chmod(newest, 0o644 if "permissions" in name else 0o600)
        one.start()
        assert read_from(one) == sizes[0], (name, one.log())
        expect_passed_over(one, why)
        with one.client() as client:
            assert digest(client) == was, name
        one.stop()
    os.remove(older)
    one.start()
    assert read_from(one) is None, one.log()
    with one.client() as client:
        assert digest(client) == was
    one.stop()
    with open(newest, "wb") as file:
        file.write(good)
    os.chmod(newest, 0o600)


def a_foreign_one_is_passed_over(one):
    """Whole and well formed, but of another ledger with as many events."""
    name = files(one.data)[-1]
    mine = os.path.join(one.data, name)
    shutil.move(mine, one.path("kept"))
    with ledger.Ledger() as other:
        other.start()
        furnish(other)
        ask_for_snapshot(other)
        other.stop()
        foreign = os.path.join(other.data, files(other.data)[-1])
        shutil.copy(foreign, os.path.join(one.data, os.path.basename(foreign)))
        os.chmod(os.path.join(one.data, os.path.basename(foreign)), 0o600)
    one.start()
    assert read_from(one) is None, one.log()
    expect_passed_over(one, "does not tell of it")
    one.stop()
    os.remove(os.path.join(one.data, os.path.basename(foreign)))
    shutil.move(one.path("kept"), mine)
    one.start()
    assert read_from(one) is not None, one.log()


def kill_in_the_middle_leaves_what_was(one):
    """Whenever the two are killed, the next start has the same state, and the next snapshot comes."""
    with open(os.path.join(one.data, "snapshot-7.new"), "wb") as file:
        file.write(b"half of one")
    for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1):
        with one.client() as client:
            fill(client, 1000 + int(delay * 1000), 1)
            was = digest(client)
        one.process.send_signal(signal.SIGUSR1)
        time.sleep(delay)
        one.kill()
        one.start_again()
        with one.client() as client:
            assert digest(client) == was, delay
    ask_for_snapshot(one)
    assert not [name for name in files(one.data) if name.endswith(".new")], files(one.data)
    one.stop()
    one.verify()


def so_many_events_bring_one(one):
    one.options = ["--snapshot-every", "10"]
    one.start()
    with one.client() as client:
        fill(client, 2000, 12)
        wait_for(one, "event=snapshot_written")
    one.stop()
    one.verify()


def main():
    with ledger.Ledger() as one:
        for test in (a_start_goes_on_from_the_newest, older_ones_go_but_the_last_but_one,
                     what_is_torn_or_changed_is_passed_over, a_foreign_one_is_passed_over,
                     kill_in_the_middle_leaves_what_was, so_many_events_bring_one):
            ledger.note(test.__name__)
            test(one)


if __name__ == "__main__":
    sys.exit(main())

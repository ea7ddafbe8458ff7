"""The daemon's life: stopping, starting, refusing to start, a full disk, a clock that jumps."""

import os
import shutil
import subprocess
import sys
import time

import ledger
import sp

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
DAY_MS = 86400000


def filled(at, count=20):
    at.start()
    at.furnish("channel 1000000 per-channel\n")
    with at.client() as client:
        for number in range(count):
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "c%d" % number)))
    return at


def stops_with_idle_clients():
    with ledger.Ledger(publish=[("all", None)]) as at:
        at.start()
        idle = [sp.Client(at.url) for _ in range(100)]
        idle += [sp.Subscriber(at.publish_url("all")) for _ in range(10)]
        waiting = at.client()
        waiting.begin(sp.pack(["log", {"after": 2, "wait": 60000}]))
        took = at.stop()
        assert took < 2, "it took %.1f s to stop" % took
        for client in idle + [waiting]:
            client.close()


def restart_keeps_everything():
    with ledger.Ledger() as at:
        filled(at)
        asked = [("status", {"digest": True}), ("holdings", {}), ("log", {}), ("license", {}),
                 ("mode", {}), ("actors", {}), ("tree", {"group": "/"}), ("checkpoint", {}),
                 ("receipt", {"seq": 5}), ("state", {"group": "/"}),
                 ("changes", {"group": "/", "since": 0})]
        with at.client() as client:
            before = [client.get(verb, **arguments) for verb, arguments in asked]
        at.stop()
        at.start()
        with at.client() as client:
            after = [client.get(verb, **arguments) for verb, arguments in asked]
        for found in (before[0], after[0]):
            found.pop("store_used")  # pages that are free again count
            found.pop("started")
        for (verb, _), one, other in zip(asked, before, after):
            assert one == other, "%s: %r became %r" % (verb, one, other)
        at.stop()


def second_daemon_refuses():
    with ledger.Ledger() as at:
        at.start()
        first, at.process = at.process, None
        url, at.url = at.url, "ipc://" + at.path("other")
        code, said = at.refuses_to_start()
        assert code == 3 and "event=refused_to_start" in said, said
        at.url, at.process = url, first
        at.log_size = 0
        with at.client() as client:
            assert client.ask("status")[0] == "ok"
        at.stop()


def readable_key_refuses():
    with ledger.Ledger() as at:
        os.chmod(at.key_path("ledger"), 0o640)
        code, said = at.refuses_to_start()
        assert code == 3 and "event=refused_to_start" in said and "why=" in said, said


def another_key_refuses():
    with ledger.Ledger() as at:
        shutil.copy(at.key_path("admin"), at.key_path("ledger"))
        code, said = at.refuses_to_start()
        assert code == 3 and "event=refused_to_start" in said, said


def flipped_byte_refuses():
    """A byte of the last event, wherever it lies in the store."""
    with ledger.Ledger() as at:
        filled(at)
        with at.client() as client:
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "the-last-unit")))
            size = client.get("status")["size"]
        at.stop()
        path = os.path.join(at.data, "data.mdb")
        with open(path, "r+b") as file:
            data = file.read()
            places = [i for i in range(len(data)) if data.startswith(b"the-last-unit", i)]
            assert places
            for place in places:  # pages of former commits may have it too
                file.seek(place)
                file.write(b"T")
        code, said = at.refuses_to_start()
        assert code == 3 and "event=refused_to_start" in said, said
        assert "index=%d" % (size - 1) in said, said


def disk_full():
    """Nothing is lost, queries go on, and so does writing once there is room."""
    directory = "/tmp/licet-full-%d" % os.getpid()
    os.mkdir(directory)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", directory]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        os.rmdir(directory)
        ledger.note("  skipped: it needs root and a mount")
        return
    try:
        with ledger.Ledger(directory=directory) as at:
            on_full_disk(at)
    finally:
        subprocess.run(["umount", directory], check=True)
        os.rmdir(directory)


def on_full_disk(at):
    filled(at)
    ballast = at.path("ballast")
    with open(ballast, "wb", buffering=0) as file, at.client() as client:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        accepted, failed, known = [], [], client.get("status")["size"]
        for number in range(2000):
            proposal = client.make(sp.consumption("/", "channel", "full-%d" % number))
            what, found = client.ask("propose", proposal=proposal)
            if what == "error":
                assert found["code"] == "STORAGE_FAILED", found
                failed.append(proposal)
                if len(failed) == 5:
                    break
            else:
                accepted.append((proposal, found))
        assert failed, "the disk did not fill"
        status = client.get("status")
        assert status["size"] == known + len(accepted), status
        assert client.get("access", resource="channel", unit="c1")["access"]
        os.remove(ballast)
    with at.client() as client:
        for proposal in failed:
            assert client.ask("propose", proposal=proposal)[0] == "ok"
        for proposal, found in accepted:
            assert client.ask("propose", proposal=proposal) == ["ok", found]
    at.stop()
    at.verify()


def full_map():
    """What the log may grow to is the operator's to say; near it comes a warning, and more lets it
    grow on."""
    with ledger.Ledger() as at:
        at.options = ["--map-size", "1"]
        filled(at)
        with at.client() as client:
            found = {}
            for number in range(9000):
                what, found = client.ask("propose", proposal=client.make(
                    sp.consumption("/", "channel", "full-%d-" % number + "x" * 50)))
                if what == "error":
                    break
            assert found.get("code") == "STORAGE_FAILED", found
            status = client.get("status")
            assert status["store_used"] <= status["store_max"] == 1 << 20, status
        for size, is_warned in (("1", True), ("2", False)):
            at.stop()
            at.options = ["--map-size", size]
            at.start()
            with at.client() as client:
                assert client.get("status")["size"] == status["size"]
            assert ("event=map_filling" in at.log()) == is_warned, at.log()
        with at.client() as client:
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "goes-on")))
        at.stop()
        at.verify()
        for wrong in ("0", "-1", "1G", "67108865"):
            at.options = ["--map-size", wrong]
            code, said = at.refuses_to_start()
            assert code == 2 and "not a size in MiB" in said, said


def clock_jump():
    """A wall clock that runs away is not believed until a server_admin says so."""
    if not os.path.exists(FAKETIME):
        ledger.note("  skipped: it needs libfaketime")
        return
    with ledger.Ledger(test_clock=False) as at:
        offset = at.path("offset")

        def set_offset(text):
            with open(offset + ".new", "w", encoding="utf-8") as file:
                file.write(text + "\n")
            os.rename(offset + ".new", offset)

        set_offset("+0")
        preload = [FAKETIME]
        if os.environ.get("LICET_PRELOAD"):  # a sanitizer's runtime has to come first
            preload.insert(0, os.environ["LICET_PRELOAD"])
        at.environment = {"LD_PRELOAD": " ".join(preload), "FAKETIME_TIMESTAMP_FILE": offset,
                          "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                          "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                          "ASAN_OPTIONS": "verify_asan_link_order=0"}
        filled(at, 3)
        with at.client() as client:
            before = client.get("status")
            noon = before["time"] + DAY_MS // 2
            for event in (sp.group_creation("G"),
                          sp.allocation("G", 0, [["p", None, noon, [["channel", 2]]]]),
                          sp.consumption("G", "channel", "g1"),
                          sp.consumption("/", "channel", "leased", lease=600000)):
                ledger.expect_ok(client.propose(event))
            assert client.get("access", resource="channel", unit="g1")["access"]
            set_offset("+1d")
            until = time.monotonic() + ledger.WAIT_S
            while not client.get("status")["clock_held"]:
                assert time.monotonic() < until, "the jump was not seen"
                time.sleep(0.05)
            held = client.get("status")
            assert held["time"] - before["time"] < 60000, "ledger time jumped"
            reply = client.propose(sp.consumption("/", "channel", "later"))
            assert reply[1]["code"] == "CLOCK_JUMP", reply
            assert client.get("access", resource="channel", unit="g1")["access"], "it expired"
            wall = before["time"] + DAY_MS
            ledger.expect_ok(client.propose([30, wall, "it is tomorrow"]))
            after = client.get("status")
            assert not after["clock_held"] and after["time"] >= wall, after
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "later")))
            holds_its_lease(client)
            set_offset("-0")  # back: time stands still, and nothing is held
            time.sleep(0.5)
            back = client.get("status")
            assert back["clock_steps_back"] == 1 and back["time"] >= after["time"], back
            assert not back["clock_held"]
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "back")))
            stays_over(client)
        assert "clock set back   1 time since" in at.licet("status")
        at.stop()
        at.start()  # the clock is a day before the last event
        with at.client() as client:
            again = client.get("status")
            assert again["time"] >= back["time"] and again["clock_steps_back"] == 1, again
            stays_over(client)
        assert "event=clock_step" in at.log()
        at.stop()
        held_after_a_week(at, set_offset)
        at.verify()


def stays_over(client):
    """A clock that is set back revives nothing."""
    access = client.get("access", resource="channel", unit="g1")
    assert not access["access"] and access["code"] == "EXPIRED", access
    reply = client.propose(sp.consumption("G", "channel", "g2"))
    assert reply[1]["code"] == "EXPIRED", reply


def holds_its_lease(client):
    """Nobody could renew while the clock was not believed, or the daemon stood still (X11)."""
    assert client.get("access", resource="channel", unit="leased")["access"]


def held_after_a_week(at, set_offset):
    """Six days after the last event a start is believed, nine days after it is not."""
    for days, is_held in ((1 + 6, False), (1 + 6 + 9, True)):
        set_offset("+%dd" % days)
        at.start()
        with at.client() as client:
            assert client.get("status")["clock_held"] == is_held, days
            if is_held:
                at.licet("clock", "confirm")
                assert not client.get("status")["clock_held"]
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "day-%d" % days)))
            holds_its_lease(client)
        at.stop()


def main():
    for part in (stops_with_idle_clients, restart_keeps_everything, second_daemon_refuses,
                 readable_key_refuses, another_key_refuses, flipped_byte_refuses, disk_full,
                 full_map, clock_jump):
        ledger.note(part.__name__)
        part()
    return 0


if __name__ == "__main__":
    sys.exit(main())

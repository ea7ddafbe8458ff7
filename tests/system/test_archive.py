"""The archive: old events leave the ledger, and nothing that was promised of them does."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

import ledger
import sp

LICENSE = "channel 100000 per-channel\n"
WAIT = ledger.WAIT_S


def fill(client, name, count):
    for first in range(0, count, 1000):
        proposals = [[client.make(sp.consumption("A", "channel", "%s%d" % (name, i))), None]
                     for i in range(first, min(first + 1000, count))]
        replies = ledger.expect_ok(client.ask("propose", proposals=proposals))["verdicts"]
        assert all(reply[0] == "ok" for reply in replies)


def forget(client):
    """Ten minutes and one: no answer of before may be asked for again."""
    ledger.expect_ok(client.ask("clock", time=client.get("status")["time"] + 11 * 60000))


def digest(client):
    return client.get("status", digest=True)["digest"].hex()


def refused(reply, code, word):
    assert reply[0] == "error" and reply[1]["code"] == code and word in reply[1]["detail"], reply


def archive(one, below):
    return one.licet("archive", "--below", str(below), "--wait")


def replay(one, command, *more, code=0, data=None):
    done = one.run(command, "--data", data or one.data, "--key", os.path.join(one.keys, "ledger.vkey"), *more,
                   name="licet-replay", timeout=60)
    assert done.returncode == code, (command, more, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def with_archive(one):
    return ("--archive", one.path("archive"))


def prepare(one):
    one.options = ["--archive", one.path("archive"), "--snapshot-every", "0"]
    one.start()
    one.furnish(LICENSE)
    with one.client() as client:
        ledger.expect_ok(client.propose(sp.group_creation("A")))
        fill(client, "a", 2000)


# --- What is refused ----------------------------------------------------------


def what_cannot_be_is_refused(one):
    one.enrol("dealer", "site_admin", "A")
    with one.client() as client, one.client("dealer") as dealer:
        refused(dealer.ask("archive", below=512), "FORBIDDEN", "")
        refused(client.ask("archive", below=0), "ALREADY_ARCHIVED", "nothing")
        refused(client.ask("archive", below=255), "ALREADY_ARCHIVED", "256 at once")
        refused(client.ask("archive", below=256), "NEEDS_SNAPSHOT", "covers 0 events")
        one.snapshot()
        size = client.get("status")["snapshot"]
        refused(client.ask("archive", below=size // 256 * 256 + 256), "NEEDS_SNAPSHOT", "covers %d" % size)
        refused(client.ask("archive", below=512), "STILL_REMEMBERED", "event 2 ")
        forget(client)
        hidden = os.path.join(one.data, "snapshot-%d" % size)
        os.rename(hidden, one.path("kept"))
        refused(client.ask("archive", below=512), "NEEDS_SNAPSHOT", "no file")
        os.rename(one.path("kept"), hidden)
        with open(hidden, "r+b") as file:  # there, and not good: its process finds out
            file.seek(1000)
            byte = file.read(1)
            file.seek(1000)
            file.write(bytes([byte[0] ^ 1]))
        done = one.run("archive", "--below", "512", "--wait")
        assert done.returncode == 1 and "no snapshot of so many events" in done.stderr, done
        assert client.get("status")["archive"]["failed"] and client.get("status")["first"] == 0
        with open(hidden, "r+b") as file:
            file.seek(1000)
            file.write(byte)
    one.stop()
    one.options = ["--snapshot-every", "0"]
    one.start()
    with one.client() as client:
        refused(client.ask("archive", below=512), "NO_ARCHIVE", "--archive DIR")
        assert client.get("status")["archive"] is None
    one.stop()
    one.options = ["--archive", one.path("archive"), "--snapshot-every", "0"]
    one.start()
    with one.client() as client:
        forget(client)


def a_directory_of_others_is_left_alone(one):
    os.makedirs(one.path("archive"), 0o755)
    done = one.run("archive", "--below", "512", "--wait")
    assert done.returncode == 1 and "others may enter" in done.stderr, done
    os.rmdir(one.path("archive"))


# --- As its user does it ------------------------------------------------------


def old_events_leave_and_are_proved_all_the_same(one):
    with one.client() as client:
        before = {"note": client.get("checkpoint")["note"], "digest": digest(client),
                  "size": client.get("status")["size"]}
        with open(one.path("old-head"), "w", encoding="utf-8") as file:
            file.write(before["note"])
        os.mkdir(one.path("receipts"))
        for seq in (7, 1023, 1024, 1900):
            with open(one.path("receipts/%d.tlog-proof" % seq), "w", encoding="utf-8") as file:
                file.write(client.get("receipt", seq=seq)["receipt"])
        client.get("why", seq=5)  # and what it knows since then leads nowhere any more
        said = archive(one, 1030)
        assert "events 0 to 1023 are in the archive" in said and "1024 and on stay" in said, said
        status = client.get("status")
        assert status["first"] == 1024 and status["archive"]["below"] is None
        assert os.stat(one.path("archive")).st_mode & 0o777 == 0o700
        refused(client.ask("receipt", seq=1023), "ARCHIVED", "licet-replay")
        client.get("receipt", seq=1024)
        assert len(client.get("consistency", **{"from": 100, "to": status["size"]})["hashes"]) > 0
        assert digest(client) != before["digest"], "the event is in it"
    anchors = ("--receipts", one.path("receipts"), "--trusted-checkpoint", one.path("old-head"))
    said = replay(one, "verify", *with_archive(one), *anchors)
    assert "archived             1024" in said and "receipts                4" in said, said
    said = replay(one, "verify", *anchors, code=6)
    assert "NOT here             1024" in said and "receipts                4" in said, said


def every_question_about_them_has_an_answer(one):
    log = one.licet("log", "--count", "1")
    assert log.split()[0] == "1024", log
    assert "events before 1024 are archived" in one.run("log", "--count", "1").stderr
    with one.client() as client:
        for verb, seq in (("receipt", 5), ("why", 5), ("receipt", 1023), ("why", 1023)):
            refused(client.ask(verb, seq=seq), "ARCHIVED", "licet-replay")
        refused(client.ask("log", after=1023), "ARCHIVED", "licet-replay")
        reply = client.get("log", after=1024, limit=1)
        assert reply["events"][0]["seq"] == 1024 and reply["first"] == 1024
        assert client.get("log", limit=1)["events"][0]["seq"] == 1024
        # There, but what led to it is not: not from a snapshot that covers it.
        refused(client.ask("why", seq=1500), "ARCHIVED", "licet-replay")
        size = client.get("status")["snapshot"]
        assert client.get("why", seq=size)["kind"] == "snapshot"
        who = client.get("who", resource="channel", unit="a5")
        assert who["held"] and who["since"] is None
        assert client.get("who", resource="channel", unit="a1900")["since"] is not None
        vendor = client.get("license")["vendors"][0]
        assert vendor["source"] is None and vendor["source_archived"]
        client.get("changes", group="A", since=0)
    assert "archived" in one.licet("who", "channel", "a5")
    assert "in the archive" in one.licet("license")
    assert "events before 1024" in one.licet("status")


def an_answer_that_is_archived_is_not_given_again(one):
    """Long past its not_after: the daemon remembers the id, and cannot compare the bytes any more."""
    with one.client() as client:
        asked = client.make(sp.consumption("A", "channel", "again"))
        first = client.get("propose", proposal=asked)
        assert client.get("propose", proposal=asked) == first
        seq = first["seq"]
        fill(client, "b", 600)
        refused(client.ask("archive", below=seq // 256 * 256 + 256), "NEEDS_SNAPSHOT", "covers")
        one.snapshot()
        refused(client.ask("archive", below=seq // 256 * 256 + 256), "STILL_REMEMBERED", "ten minutes")
        client.get("archive", below=seq // 256 * 256)  # all before it may go
        one.wait_for("event=archive_written below=%d" % (seq // 256 * 256))
        assert client.get("propose", proposal=asked) == first
        forget(client)
        archive(one, seq // 256 * 256 + 256)
        reply = client.ask("propose", proposal=asked)
        refused(reply, "ARCHIVED", "licet-replay")
        assert client.get("changes", group="A", since=seq)["changes"], "the newest event of A is there"
        outcome = sp.unpack(asked)
        refused(client.ask("outcome", id=outcome[0], not_after=outcome[1]), "ARCHIVED", "licet-replay")


def a_start_goes_on_without_them(one):
    with one.client() as client:
        was = digest(client)
    one.stop()
    one.options = ["--snapshot-every", "0"]  # without the archive
    one.start()
    assert "event=snapshot_read" in one.log() and "event=archive_read" not in one.log(), one.log()
    with one.client() as client:
        assert digest(client) == was
        fill(client, "c", 10)
    one.stop()
    replay(one, "verify", *with_archive(one))


def a_start_without_a_snapshot_reads_the_archive(one):
    for name in os.listdir(one.data):
        if name.startswith("snapshot-"):
            os.rename(os.path.join(one.data, name), one.path(name))
    code, said = one.refuses_to_start()
    assert code == 3 and "--archive DIR" in said, said
    one.options = ["--archive", one.path("nowhere"), "--snapshot-every", "0"]
    code, said = one.refuses_to_start()
    assert code == 3 and "the archive cannot be read" in said, said
    one.options = ["--archive", one.path("archive"), "--snapshot-every", "0"]
    one.start()
    assert "event=archive_read" in one.log(), one.log()
    with one.client() as client:
        assert digest(client) == re.search("[0-9a-f]{64}", replay(one, "rebuild", *with_archive(one)))[0]
    one.snapshot()  # by a process that reads the archive, too
    one.stop()
    one.options = ["--snapshot-every", "0"]
    one.start()
    assert "event=snapshot_read" in one.log(), one.log()
    one.stop()


def an_archive_that_lies_starts_nothing(one):
    snapshots = [name for name in os.listdir(one.data) if name.startswith("snapshot-")]
    for name in snapshots:
        os.rename(os.path.join(one.data, name), one.path(name))
    path = one.path("archive/tile/entries/001")
    shutil.copy(path, one.path("good"))
    with open(path, "r+b") as file:
        file.seek(5000)
        byte = file.read(1)
        file.seek(5000)
        file.write(bytes([byte[0] ^ 1]))
    one.options = ["--archive", one.path("archive"), "--snapshot-every", "0"]
    code, said = one.refuses_to_start()
    assert code == 3 and re.search("seq=(25[6-9]|2[6-9][0-9]|[34][0-9][0-9]|50[0-9]|51[01])", said), said
    shutil.move(one.path("good"), path)
    for name in snapshots:
        os.rename(one.path(name), os.path.join(one.data, name))
    one.start()


def exports_of_both_are_the_same_as_before(one):
    one.stop()
    replay(one, "export", one.path("out"), *with_archive(one))
    replay(one, "verify", data=one.path("out"))
    said = replay(one, "verify", "--json", code=6, data=one.path("archive"))
    assert json.loads(said)["not_checked"]["leaves"] > 0
    shutil.rmtree(one.path("out"))
    one.start()


def an_audit_beside_it_misses_nothing(one):
    """Whatever moment of the moving it looks at: the whole with the archive, a part without."""
    with one.client() as client:
        fill(client, "l", 7000)
        one.snapshot()
        forget(client)
        client.get("archive", below=client.get("status")["snapshot"])
        seen = set()
        while client.get("status")["archive"]["stage"] is not None:
            seen.add(client.get("status")["archive"]["stage"])
            done = one.run("verify", "--data", one.data, "--key", os.path.join(one.keys, "ledger.vkey"),
                           "--archive", one.path("archive"), name="licet-replay", timeout=60)
            assert done.returncode in (0, 5), (done.returncode, done.stdout)
            if done.returncode == 5:
                assert "look again later" in done.stdout, done.stdout
    ledger.note("audited while:", *sorted(seen))
    replay(one, "verify", *with_archive(one))


# --- Killed in the middle -----------------------------------------------------


def stage_of(client, before):
    status = client.get("status")
    told = status["archive"]["stage"] == "dropping"
    return ("dropping" if status["first"] > before else "told") if told else "writing"


def kill_when(one, stage, below):
    """Kills the daemon as soon as it is seen in a stage; what it was seen in."""
    with one.client() as client:
        before = client.get("status")["first"]
        client.get("archive", below=below)
        refused(client.ask("archive", below=below), "ARCHIVE_RUNNING", "under way")
        seen, until = "writing", time.monotonic() + WAIT
        while time.monotonic() < until:
            status = client.get("status")
            if status["archive"]["stage"] is None:
                break
            seen = stage_of(client, before)
            if seen == stage:
                break
    one.kill()
    return seen


def kill_in_the_middle_loses_nothing(one):
    seen, rng = set(), random.Random(7)
    for turn, stage in enumerate(("writing", "dropping", "told", "random", "random")):
        with one.client() as client:
            fill(client, "k%d-" % turn, 7000)
            one.snapshot()
            forget(client)
            was = digest(client)
            size = client.get("status")["size"]
            below = client.get("status")["snapshot"] // 256 * 256
            before = client.get("status")["first"]
            if stage == "random":
                client.get("archive", below=below)
        if stage == "random":
            time.sleep(rng.random())
            one.kill()
        else:
            seen.add(kill_when(one, stage, below))
        if os.path.exists(one.path("archive/checkpoint")):
            replay(one, "verify", *with_archive(one))
        one.start_again()
        with one.client() as client:
            until = time.monotonic() + WAIT
            while client.get("status")["archive"]["stage"] is not None:
                assert time.monotonic() < until
                time.sleep(0.005)
            status = client.get("status")
            first = status["first"]
            assert first == below or first == before, first  # all of it, or none
            assert status["size"] >= size
            if status["size"] == size:
                assert digest(client) == was
        if first < below:
            with one.client() as client:
                forget(client)
            archive(one, below)
        replay(one, "verify", *with_archive(one))
    ledger.note("seen:", *sorted(seen))
    assert {"writing", "dropping"} <= seen, seen


def one_that_begins_when_its_daemon_is_gone_writes_nothing(one):
    """A daemon may be killed before its helper has asked to end with it."""
    one.stop()
    with open(os.path.join(one.keys, "ledger.vkey"), encoding="utf-8") as file:
        key = file.read().strip()
    words = [ledger.program("licetd"), "--archive-of", one.data, key, one.path("late"), "256"]
    os.mkdir(one.path("late"), 0o700)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, timeout=WAIT, check=False)
    os.close(writing)
    assert done.returncode == 4 and done.stderr == b"", done
    assert os.listdir(one.path("late")) == []
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT, check=False)
    assert done.returncode != 4 and done.stdout != b"", done
    one.start_again()


def main():
    with ledger.Ledger() as one:
        prepare(one)
        for test in (what_cannot_be_is_refused, a_directory_of_others_is_left_alone,
                     old_events_leave_and_are_proved_all_the_same, every_question_about_them_has_an_answer,
                     an_answer_that_is_archived_is_not_given_again, a_start_goes_on_without_them,
                     a_start_without_a_snapshot_reads_the_archive, an_archive_that_lies_starts_nothing,
                     exports_of_both_are_the_same_as_before, an_audit_beside_it_misses_nothing,
                     one_that_begins_when_its_daemon_is_gone_writes_nothing, kill_in_the_middle_loses_nothing):
            ledger.note(test.__name__)
            test(one)


if __name__ == "__main__":
    sys.exit(main())

"""Archiving and rotating in turn: whoever has any of the keys goes on to verify all of it, with the archive and
without, and the ledger starts and rotates again though its opening is not in it any more."""

import os
import shutil
import sys

import ledger
import sp
import test_archive
import test_rotation


def archive_all_but(at, below):
    """So far nothing may be asked for again, and a snapshot covers it."""
    with at.client() as client:
        test_archive.forget(client)
    at.snapshot()
    said = at.licet("archive", "--below", str(below), "--wait")
    with at.client() as client:
        assert client.get("status")["first"] == below, said


def expect_clean(at, count, archived_count):
    """By the key of each epoch. What was archived before a rotation does not know the key that it brought."""
    archive = at.path("archive")
    for epoch in range(count):
        at.audit(epoch, "--archive", archive)
        at.audit(epoch, code=6)
        at.audit(epoch, "--partial")
        at.audit(epoch, code=6 if epoch < archived_count else 2, data=archive)
        at.audit(epoch, "--archive", archive, command="rebuild")


def expect_checker(at, epoch, *more, code):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checker", "check_ledger.py")
    done = test_rotation.subprocess.run(
        ["/usr/bin/python3", "-B", path, at.data, at.vkey_path(epoch), *more],
        capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr


def take_turns():
    with test_rotation.Rotating() as at:
        at.stop()
        at.options += ["--archive", at.path("archive"), "--snapshot-every", "0"]
        at.start()
        with at.client() as client:
            ledger.expect_ok(client.propose(sp.group_creation("A")))
            test_archive.fill(client, "a", 700)
        at.rotate()
        at.consume("after-one")
        archive_all_but(at, 512)  # the opening and not the rotation
        at.stop()
        expect_clean(at, 2, 2)
        at.start()
        at.rotate()  # certified by a root that an archived event names
        at.consume("after-two")
        with at.client() as client:
            test_archive.fill(client, "b", 600)
        archive_all_but(at, 1024)  # the rotations as well
        at.rotate()
        receipt = at.receipt(at.consume("after-three")[0])
        at.stop()
        os.remove(at.key_path("ledger"))  # as one is told to
        expect_clean(at, 4, 3)
        for epoch in (0, 3):
            expect_checker(at, epoch, at.path("archive"), code=0)
            expect_checker(at, epoch, code=6)
        done = at.run("receipt", receipt, "--key", at.vkey_path(3), name="licet-replay")
        assert done.returncode == 0, done
        at.start()
        assert at.status()["epoch"] == 3
        at.consume("goes-on")
        at.stop()


def a_copy_that_is_another_leads_nobody_astray():
    """The copies beside the log are an index: one that is not what its tile says is not followed."""
    with test_rotation.Rotating() as at:
        at.stop()
        at.options += ["--archive", at.path("archive"), "--snapshot-every", "0"]
        at.start()
        at.rotate()
        with at.client() as client:
            ledger.expect_ok(client.propose(sp.group_creation("A")))
            test_archive.fill(client, "a", 700)
        archive_all_but(at, 512)
        at.stop()
        expect_clean(at, 2, 2)
        keys = os.path.join(at.path("archive"), "keys")
        names = sorted(os.listdir(keys))
        assert [name for name in names if name.endswith(".leaf")], names
        rotation = next(name for name in names if name.endswith(".leaf") and name != "0.leaf")
        for name in ("0.leaf", rotation):
            path = os.path.join(keys, name)
            shutil.copy(path, at.path("saved"))
            with open(path, "r+b") as file:
                data = bytearray(file.read())
                data[len(data) // 2] ^= 1
                file.seek(0)
                file.write(data)
            at.audit(1, code=2, data=at.path("archive"))
            shutil.copy(at.path("saved"), path)
        at.audit(1, code=6, data=at.path("archive"))


def main():
    for part in (take_turns, a_copy_that_is_another_leads_nobody_astray):
        ledger.note(part.__name__)
        part()
    return 0


if __name__ == "__main__":
    sys.exit(main())

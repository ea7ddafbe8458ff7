"""Files of many commands (X14): checked before anything is sent, stopped at what is refused, cut off
anywhere and taken up again, and nothing is ever done twice."""

import collections
import json
import os
import pty
import random
import signal
import subprocess
import sys
import time

import ledger


def write(at, name, text):
    with open(at.path(name), "w", encoding="utf-8") as file:
        file.write(text)


def run(at, *arguments, code=0, key="admin"):
    done = at.run("apply", *arguments, key=key, timeout=100)
    assert done.returncode == code, "%s: %d\n%s%s" % (arguments, done.returncode, done.stdout,
                                                      done.stderr)
    return done.stdout + done.stderr


def spawn(at, *arguments, **options):
    environment = dict(os.environ, LICET_URL=at.url, LICET_KEY=at.key_path("admin"))
    return subprocess.Popen([ledger.program("licet"), "apply", *arguments], env=environment,
                            cwd=at.directory, stderr=subprocess.PIPE, text=True, **options)


def size(at):
    return json.loads(at.licet("status", "--json"))["size"]


def events(at, after=0):
    """The accepted events from there on, without those of the ledger."""
    found = []
    for line in at.licet("log", "--json", "--after", str(after)).splitlines():
        event = json.loads(line)
        if event["verdict"]["code"] == "ACCEPTED" and event["author"]:
            found.append(event)
    return found


def what(event):
    """An event without what differs from try to try."""
    kept = {name: value for name, value in event["event"].items()
            if name not in ("id", "not_after", "version")}
    return json.dumps(kept, sort_keys=True)


def apartments(root, count):
    lines = ["group create %s" % root]
    for number in range(count):
        path = "%s/apt-%d" % (root, number)
        lines += ["group create %s --label apartment" % path,
                  "allocate %s --restricted --package 'P1 until=2027-12-01 number=4'" % path,
                  "user create %s-%d %s" % (root, number, path),
                  "consume %s number %s-%d --user %s-%d" % (path, root, number, root, number)]
    return "".join(line + "\n" for line in lines)


def check_once(at, root, count, before):
    """Every line is in the log exactly once."""
    told = [what(event) for event in events(at, before)]
    done = collections.Counter(event for event in told if root in event)
    assert len(done) == 1 + 4 * count, (root, len(done))
    assert set(done.values()) == {1}, [one for one in done.items() if one[1] > 1][:3]
    state = json.loads(at.licet("state", root, "number", "--json"))["resources"][0]
    assert state["used"] == count, state


def wrong_lines(at):
    before = size(at)
    write(at, "wrong.txt", "group create W\nconsume W\n# a remark\nallocate W\n\n"
                           "group create 'W\nfrobnicate\nstate W\nbegin\nconsume W number 1 --lease "
                           "5s\ncommit\n{\"command\": \"group create\"}\nplan wrong.txt\n")
    text = run(at, "wrong.txt", code=2)
    for line, part in ((2, "wants more arguments"), (4, "a save is of all packages"),
                       (6, "an open quote"), (7, "not a command that proposes"),
                       (8, "not a command that proposes"), (10, "lease: missing, out of bounds"),
                       (12, "wants more arguments"), (13, "cannot be a line of a file")):
        assert any(said.startswith("wrong.txt:%d: " % line) and part in said
                   for said in text.splitlines()), (line, part, text)
    assert "8 lines are not right; nothing was sent" in text
    for lines, line in (("begin\ngroup create W\n", 1), ("commit\n", 1), ("begin\nbegin\n", 2),
                        ("group create W\nbegin\n\ncommit\n", 2)):
        write(at, "wrong.txt", lines)
        assert "wrong.txt:%d: " % line in run(at, "wrong.txt", code=2), lines
    write(at, "wrong.txt", "# nothing\n")
    run(at, "wrong.txt", code=2)
    run(at, "missing.txt", code=2)
    many = "".join("consume W\n" for _ in range(50))
    write(at, "wrong.txt", many)
    assert run(at, "wrong.txt", code=2).count("wrong.txt:") == 20
    assert size(at) == before and not os.path.exists(at.path("wrong.txt.applied"))


def refused_line(at):
    write(at, "stop.txt", "group create S\ngroup create S/a\ngroup create S/a\n"
                          "group create S/b\nuser create s-1 S/b\n")
    before = size(at)
    text = run(at, "stop.txt", code=1)
    assert "stop.txt:3: refused: NAME_TAKEN" in text and "2 accepted, 1 refused, 2 left" in text
    assert len(events(at, before)) == 2, "nothing behind it is done"
    text = run(at, "stop.txt", code=1)
    assert "0 accepted, 2 done before, 1 refused, 2 left" in text, text
    write(at, "stop.txt", "# mended\ngroup create S\ngroup create S/a\ngroup create S/aa\n"
                          "group create S/b\nuser create s-1 S/b\n")
    assert "3 accepted, 2 done before" in run(at, "stop.txt")
    assert "0 accepted, 5 done before" in run(at, "stop.txt")
    assert len(events(at, before)) == 5
    # Not even where the file is longer than a request.
    lines = ["group create S/%d\n" % number for number in range(1500)]
    lines[9] = "group create S\n"
    write(at, "long.txt", "".join(lines))
    before = size(at)
    assert "9 accepted, 1 refused, 1490 left" in run(at, "long.txt", code=1)
    assert len(events(at, before)) == 9
    # The same line twice is two lines.
    write(at, "twice.txt", "consume S number s1\nrelease number s1\n" * 2)
    assert "4 accepted" in run(at, "twice.txt")
    assert "4 done before" in run(at, "twice.txt")
    # A refusal that somebody saw to is no refusal for ever.
    write(at, "later.txt", "group create L/x\n")
    assert "UNKNOWN_GROUP" in run(at, "later.txt", code=1)
    at.licet("group", "create", "L")
    assert "1 accepted" in run(at, "later.txt")


def keeps_going(at):
    write(at, "go.txt", "group create G\ngroup create none/x\ngroup create G/b\nallocate G/b "
                        "--restricted --package 'P number=1'\nallocate none --clear\n")
    text = run(at, "go.txt", "--keep-going", code=1)
    assert "go.txt:2: refused: " in text and "3 accepted" in text, text


def plans(at):
    write(at, "plan.txt", "group create P\nbegin\ngroup create P/a\nallocate P/a --restricted "
                          "--package 'one number=1'\nconsume P/a number p1\nconsume P/a number p2\n"
                          "commit\ngroup create P/after\n")
    before = size(at)
    text = run(at, "plan.txt", code=1)
    assert "plan.txt:6: refused: LIMIT_REACHED" in text and "1 accepted, 1 refused, 1 left" in text
    assert len(events(at, before)) == 1
    with open(at.path("plan.txt"), encoding="utf-8") as file:
        mended = file.read().replace("number=1", "number=2")
    write(at, "plan.txt", mended)
    assert "2 accepted, 1 done before" in run(at, "plan.txt", "--reason", "a move")
    plan = [event for event in events(at, before) if event["event"]["kind"] == "plan"]
    assert len(plan) == 1 and plan[0]["event"]["reason"] == "a move"


def versions(at):
    """Saves find the version that they are made from: in the lines before, or in the ledger."""
    write(at, "v.txt", "group create V\n"
                       "allocate V --restricted --package 'P number=2'\n"
                       "allocate V --package 'P number=3'\n")
    assert "3 accepted" in run(at, "v.txt")
    write(at, "v.txt", "user create v-1 V\nallocate V --keep --package 'Q number=4'\n"
                       "user create v-2 V\n")
    assert "3 accepted" in run(at, "v.txt")
    write(at, "v.txt", "allocate V --clear\nallocate V --keep\n")
    assert "v.txt:2: --keep: a line before this one" in run(at, "v.txt", code=2)
    state = json.loads(at.licet("state", "V", "--json"))
    assert state["version"] == 3 and state["restricted"], state
    assert [package["name"] for package in state["packages"]] == ["P", "Q"]


def json_lines(at):
    lines = [{"command": "group create", "path": "J", "label": "dealer", "reason": "new"},
             {"command": "allocate", "group": "J", "restricted": True,
              "package": ["P until=2027-12-01 number=5", "Q number=1"]},
             {"command": "consume", "group": "J", "resource": "number", "unit": ["j1", "j2"]},
             {"command": "consume", "group": "J", "resource": "number", "unit": "j1",
              "user": "nobody"}]
    write(at, "j.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    done = at.run("apply", "j.jsonl", "--json")
    assert done.returncode == 1 and not done.stderr, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["line"] for line in told[:-1]] == [1, 2, 3, 4]
    assert all(line["ok"]["seq"] for line in told[:3])
    assert told[3]["refused"]["code"] == "UNKNOWN_USER", told[3]
    summary = told[4]["summary"]
    assert (summary["accepted"], summary["refused"], summary["left"]) == (3, 1, 0), summary
    write(at, "j.jsonl", "{}\n")
    done = at.run("apply", "j.jsonl", "--json")
    assert done.returncode == 2
    assert "command" in json.loads(done.stdout.splitlines()[0])["error"]["detail"]


def standard_input(at):
    """Nothing is kept of it, and the same text again is meant again."""
    for count in (1, 2):
        process = spawn(at, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        out, err = process.communicate("consume V number in\nrelease number in\n",
                                       timeout=ledger.WAIT_S)
        assert process.returncode == 0 and "2 accepted" in out, err
    assert len([event for event in events(at) if event["event"].get("unit") == "in"]) == 2 * count
    assert not os.path.exists(at.path("-.applied"))
    process = spawn(at, "-", "--journal", "in.journal", stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE)
    process.communicate("group create in\n", timeout=ledger.WAIT_S)
    assert process.returncode == 0 and os.path.exists(at.path("in.journal"))


def preview(at):
    write(at, "look.txt", "group create look\nallocate look --restricted --package 'P number=1'\n"
                          "consume look number l1\nconsume look number l2\n")
    before = json.loads(at.licet("status", "--digest", "--json"))
    text = run(at, "look.txt", "--preview", code=1)
    assert "look.txt:3: would be accepted" in text, text
    assert "look.txt:4: refused: LIMIT_REACHED" in text, text
    after = json.loads(at.licet("status", "--digest", "--json"))
    for name in ("size", "root", "digest"):
        assert before[name] == after[name], name
    assert not os.path.exists(at.path("look.txt.applied"))
    text = run(at, "look.txt", "--keep-going", code=1)
    assert "3 accepted, 1 refused" in text and "look.txt:4: refused: LIMIT_REACHED" in text


def terminal(at):
    """Who sits at a terminal is asked."""
    write(at, "ask.txt", "group create ask\n")
    before = size(at)
    for answer, code in (("n", 1), ("", 1), ("y", 0)):
        ours, theirs = pty.openpty()
        environment = dict(os.environ, LICET_URL=at.url, LICET_KEY=at.key_path("admin"))
        process = subprocess.Popen([ledger.program("licet"), "apply", "ask.txt"], env=environment,
                                   cwd=at.directory, stdin=theirs, stderr=theirs,
                                   stdout=subprocess.DEVNULL)
        os.write(ours, (answer + "\n").encode())
        assert process.wait(ledger.WAIT_S) == code, answer
        told = os.read(ours, 65536).decode()
        assert "apply 1 command to %s? [y/N]" % ledger.ORIGIN in told, told
        os.close(theirs)
        os.close(ours)
        assert size(at) == before + (code == 0)


def journals(at):
    write(at, "own.txt", "group create own\n")
    run(at, "own.txt")
    at.enrol("other", "server_admin", "/")
    assert "of another actor than other" in run(at, "own.txt", code=2, key="other")
    with open(at.path("own.txt.applied"), "a", encoding="utf-8") as file:
        file.write("done not-a-key 1\n")
    assert "is not what this command has written" in run(at, "own.txt", code=2)
    write(at, "own.txt.applied", "")  # cut off before its first line
    assert "NAME_TAKEN" in run(at, "own.txt", code=1)
    with open(at.path("own.txt.applied"), "a", encoding="utf-8") as file:
        file.write("done 0123")  # cut off in a line
    assert "NAME_TAKEN" in run(at, "own.txt", code=1)


def wait_for_journal(at, process, name, bytes_wanted):
    """Until so much is kept, or it is over."""
    path = at.path(name + ".applied")
    while not os.path.exists(path) or os.path.getsize(path) < bytes_wanted:
        if process.poll() is not None:
            return
        time.sleep(0.001)


def forget_ids(at):
    """The ledger remembers answers by the minute of not_after, and this minute comes round."""
    at.licet("clock", "set", "+16m")
    write(at, "forget.txt", "group create forget-%d\n" % size(at))
    run(at, "forget.txt")


def cut_off(at, seed):
    """Killed at any point, again and again: what remains is done, once."""
    chance = random.Random(seed)
    for number, (way, options) in enumerate((("kill", ()), ("kill", ("--keep-going",)),
                                             ("interrupt", ()), ("late", ("--keep-going",)))):
        root, count = "cut%d" % number, 250
        name, before = root + ".txt", size(at)
        write(at, name, apartments(root, count))
        cuts = 0
        for _ in range(6):
            path = at.path(name + ".applied")
            start = os.path.getsize(path) if os.path.exists(path) else 0
            process = spawn(at, name, *options, stdout=subprocess.DEVNULL)
            wait_for_journal(at, process, name, start + chance.randrange(100, 30000))
            time.sleep(chance.random() * 0.02)
            process.send_signal(signal.SIGINT if way == "interrupt" else signal.SIGKILL)
            said = process.communicate(timeout=ledger.WAIT_S)[1]
            cuts += process.returncode != 0
            if way == "interrupt" and process.returncode == 3:
                assert "interrupted; the same command goes on" in said, said
            if way == "late":
                forget_ids(at)
            if process.returncode == 0:
                break
        assert cuts > 0, "seed %d" % seed
        run(at, name, *options)
        check_once(at, root, count, before)
        assert "0 accepted, %d done before" % (1 + 4 * count) in run(at, name)


def killed_daemon(at):
    """Where the daemon goes away, what was on its way is learnt afterwards."""
    root, count, before = "gone", 120, size(at)
    write(at, "gone.txt", apartments(root, count))
    process = spawn(at, "gone.txt", "--keep-going", "--timeout", "2", stdout=subprocess.DEVNULL)
    wait_for_journal(at, process, "gone.txt", 10000)
    at.kill()
    said = process.communicate(timeout=ledger.WAIT_S)[1]
    assert process.returncode == 3, (process.returncode, said)
    at.start()
    run(at, "gone.txt", "--keep-going")
    check_once(at, root, count, before)


def limited_in_the_middle(at):
    """A licence file comes while a file is applied: what is left waits for the EULA (T13)."""
    root, count, before = "mode", 250, size(at)
    write(at, "mode.txt", apartments(root, count))
    write(at, "next.note", at.sign_license("number 100001 per-server\n", 2))
    process = spawn(at, "mode.txt", stdout=subprocess.DEVNULL)
    wait_for_journal(at, process, "mode.txt", 1000)
    at.licet("license", "upload", at.path("next.note"))
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and "refused: LIMITED_MODE" in said, said
    assert "LIMITED_MODE" in run(at, "mode.txt", code=1)
    at.licet("eula", "accept", "1")
    run(at, "mode.txt")
    told = [event for event in events(at, before) if root in what(event)]
    assert len(told) == 1 + 4 * count
    assert len({what(event) for event in told}) == len(told)


def two_at_once(at):
    write(at, "both.txt", apartments("both", 250))
    first = spawn(at, "both.txt", stdout=subprocess.DEVNULL)
    wait_for_journal(at, first, "both.txt", 1000)
    text = run(at, "both.txt", code=2)
    assert "another run of this file is not over" in text, text
    assert first.wait(60) == 0, first.stderr.read()
    first.stderr.close()


def main():
    seed = int(os.environ.get("LICET_SEED", random.randrange(1 << 32)))
    ledger.note("LICET_SEED=%d" % seed)
    with ledger.Ledger() as at:
        at.start()
        at.furnish("number 100000 per-server\n")
        for part in (wrong_lines, refused_line, keeps_going, plans, versions, json_lines,
                     standard_input, preview, terminal, journals, limited_in_the_middle, two_at_once,
                     killed_daemon):
            ledger.note(part.__name__)
            part(at)
        ledger.note("cut_off")
        cut_off(at, seed)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Plays a story file against a fresh ledger and its daemon, through the command line.

A story is what a user types and what must come back:

    # a remark
    file license.txt                what follows indented is written to that file
        licet license v1
    flip license.note               one byte of that file becomes another
    clock 2026-12-01T00:00Z         ledger time; until another is told, it stands still
    $ licet consume A sip_number 1  must exit with 0; lines below it, indented, must be among what
        accepted                    it prints, in this order (spaces count as one; … is anything)
    $1 licet consume A sip_number 2 must exit with 1
    $ licet key show a.key > a.vkey what it prints goes to that file too
        - LIMIT_REACHED sip_number at A: 1 of 1 used
    actor NAME ROLE GROUP           a key of its own, keys/NAME.key
    restart                         the daemon is stopped, and started again
    = A sip_number 1/1/0 until never
                                    the state: maximum/used/available, all of:
                                      own LIMIT         only where the story tells it
                                      until TIME        the present maximum ends then
                                      next TIME MAXIMUM where a next one is known
                                      STATUS            unless on
                                      over N, suspended N  unless 0

A command with --preview must leave size, root and digest as they were. At the end the log is
verified and the digest of its replay compared with the daemon's.
"""

import json
import re
import shlex
import sys
import time

import ledger

STATE = re.compile(r"^(?P<group>.+?) (?P<resource>\S+) (?P<numbers>\d+/\d+/\d+)(?P<rest>.*)$")


def when(milliseconds):
    if milliseconds is None:
        return "never"
    seconds, rest = divmod(milliseconds, 1000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + (".%03d" % rest)
    for tail in (".000", ":00", "T00:00"):
        text = text[: -len(tail)] if text.endswith(tail) else text
    return text


def steps(text):
    """(line number, line, the indented lines below it) of each step."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("    "):
            found[-1][2].append(line[4:])
        else:
            found.append((number, line.rstrip(), []))
    return found


class Player:
    def __init__(self, at):
        self.ledger = at

    def print_file(self, name, lines):
        with open(self.ledger.path(name), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    def head(self):
        status = json.loads(self.ledger.licet("status", "--digest", "--json"))
        return status["size"], status["root"], status["digest"]

    def command(self, line, expected):
        code, text = re.match(r"^\$(\d?) (.*)$", line).groups()
        words = shlex.split(text)
        to = None
        if words[-2:-1] == [">"]:
            *words, _, to = words
        before = self.head() if "--preview" in words else None
        done = self.ledger.run(*words[1:], name=words[0])
        printed = done.stdout + done.stderr
        if to is not None:
            self.print_file(to, done.stdout.splitlines())
        if done.returncode != int(code or 0):
            raise AssertionError("exit code %d\n%s" % (done.returncode, printed))
        if before is not None and self.head() != before:
            raise AssertionError("the preview changed something")
        lines = [" ".join(row.split()) for row in printed.splitlines()]
        for want in expected:
            pattern = ".*".join(re.escape(part) for part in " ".join(want.split()).split("…"))
            while lines and not re.fullmatch(pattern, lines[0]):
                lines.pop(0)
            if not lines:
                raise AssertionError("'%s' is not (any more) in\n%s" % (want, printed))
            lines.pop(0)

    def state(self, line):
        story = STATE.match(line)
        if story is None:
            raise AssertionError("not a state line")
        group, resource = story["group"], story["resource"]
        got = json.loads(self.ledger.licet("state", group, resource, "--json"))["resources"][0]
        text = "%s %s %d/%d/%d" % (group, resource, got["maximum"], got["used"], got["available"])
        if " own " in story["rest"]:
            text += " own %s" % ("unlimited" if got["own_limit"] is None else got["own_limit"])
        text += " until " + when(read_time(got["until"]))
        if got["next"] is not None:
            text += " next %s %d" % (when(read_time(got["next"]["when"])), got["next"]["maximum"])
        if got["status"] != "on":
            text += " " + got["status"]
        for name in ("over", "suspended"):
            if got[name]:
                text += " %s %d" % (name, got[name])
        if text != line:
            raise AssertionError("the state is\n  %s" % text)

    def flip(self, name):
        with open(self.ledger.path(name), "r+b") as file:
            content = file.read()
            file.seek(len(content) // 2)
            file.write(bytes([content[len(content) // 2] ^ 1]))

    def step(self, line, below):
        if line.startswith("$"):
            self.command(line, below)
        elif line.startswith("= "):
            self.state(line[2:])
        elif line.startswith("clock "):
            self.ledger.licet("clock", "set", line[len("clock ") :])
        elif line.startswith("actor "):
            self.ledger.enrol(*shlex.split(line)[1:])
        elif line == "restart":
            self.ledger.stop()
            self.ledger.start()
        elif line.startswith("flip "):
            self.flip(line[len("flip ") :])
        elif line.startswith("actor "):
            self.ledger.enrol(*shlex.split(line)[1:])
        elif line == "restart":
            self.ledger.stop()
            self.ledger.start()
        elif line.startswith("file "):
            self.print_file(line[len("file ") :], below)
        else:
            raise AssertionError("not understood")

    def finish(self):
        digest = json.loads(self.ledger.licet("status", "--digest", "--json"))["digest"]
        self.ledger.stop()
        self.ledger.verify()
        if self.ledger.digest() != digest:
            raise AssertionError("the replayed log has another digest than the daemon had")


def read_time(value):
    """JSON tells times in milliseconds or as text."""
    if value is None or isinstance(value, int):
        return value
    text, _, rest = value.rstrip("Z").partition(".")
    form = "%Y-%m-%dT%H:%M:%S" if text.count(":") == 2 else "%Y-%m-%dT%H:%M"
    seconds = int(time.strftime("%s", time.strptime(text + " UTC", form + " %Z")))
    return seconds * 1000 + int((rest + "000")[:3])


def main(path):
    with open(path, encoding="utf-8") as story:
        todo = steps(story.read())
    with ledger.Ledger() as at:
        player = Player(at.start())
        for number, line, below in todo:
            try:
                player.step(line, below)
            except AssertionError as error:
                ledger.note("%s:%d: %s\n%s" % (path, number, line, error))
                return 1
        player.finish()
    ledger.note("%s: %d steps" % (path, len(todo)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

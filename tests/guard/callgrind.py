"""Runs a program under callgrind and reads the profile that it leaves: how many instructions each
library executed, and how often who called what."""

import collections
import glob
import os
import re

LINE = re.compile(r"(ob|fl|fi|fe|fn|cob|cfi|cfl|cfn)=(?:\((\d+)\))? ?(.*)")
COST = re.compile(r"[+*0-9-]")


def command(words, out):
    """The words of a command line that leaves its profiles, one a process, at `out`.PID."""
    return ["valgrind", "--quiet", "--tool=callgrind", "--trace-children=yes", "--compress-strings=no",
            "--compress-pos=no", "--callgrind-out-file=%s.%%p" % out] + words


class Profile:
    """instructions[library], calls[(library that calls, function)]"""

    def __init__(self):
        self.instructions = collections.Counter()
        self.calls = collections.Counter()

    def add(self, path):
        library, called, is_inclusive = "", "", False
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                named = LINE.match(line)
                if named:
                    what, _, name = named.groups()
                    if what == "ob":
                        library = os.path.basename(name.strip())
                    elif what == "cfn":
                        called = name.strip()
                elif line.startswith("calls="):
                    self.calls[library, called] += int(line[len("calls="):].split()[0])
                    is_inclusive = True  # the next line is the cost of what was called
                elif COST.match(line):
                    if not is_inclusive:
                        self.instructions[library] += int(line.split()[1])
                    is_inclusive = False
        return self

    def minus(self, other):
        """What this one has more than the other."""
        left = Profile()
        for name in ("instructions", "calls"):
            mine, theirs = getattr(self, name), getattr(other, name)
            getattr(left, name).update({key: mine[key] - theirs[key] for key in mine})
        return left

    def calls_of(self, functions, library=None):
        return sum(count for (caller, called), count in self.calls.items()
                   if called.split("@")[0] in functions and library in (None, caller))

    def instructions_of(self, *libraries):
        return sum(self.instructions[name] for name in libraries)


def read(out):
    """Of all processes that left a profile there; they are removed."""
    profile, paths = Profile(), glob.glob(glob.escape(out) + ".*")
    if not paths:
        raise AssertionError("callgrind left nothing at " + out)
    for path in paths:
        profile.add(path)
        os.remove(path)
    return profile

#!/usr/bin/env python3
"""docs/RULES.md: every rule, and the tests that hold it.

The rules stand in tests/rules.txt. A test holds those that it names: one in C by the name of its
Test(), a story in its comments, a script in Python by the names and docstrings of its functions.

    rules.py          compares the page with the tests; fails where a rule has none
    rules.py --write  writes the page
"""
import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "RULES.md"
ID = r"(?:[TBX]\d\d|D[1-5]|R)"
HEAD = """# The rules, and what holds them

Each rule of the domain has an id, which tests, stories, comments and commits name. This page is made
from `tests/rules.txt` and from the tests by `./dev rules`; a test compares it, and fails where nothing
holds a rule.
"""


def read_rules():
    """[(title, [(id, sentence)])] in the order of the file."""
    sections = []
    for line in (ROOT / "tests" / "rules.txt").read_text().splitlines():
        if line.startswith("= "):
            sections.append((line[2:], []))
        elif line and not line.startswith("#"):
            rule, sentence = line.split(None, 1)
            sections[-1][1].append((rule, sentence))
    return sections


def ids_in_name(name):
    """Those that a name begins with, in any case."""
    found = set()
    for word in name.upper().removeprefix("TEST_").split("_"):
        if not re.fullmatch(ID + r"|S\d+", word):
            break
        found.add(word)
    return {word for word in found if word[0] != "S"}


def ids_in_text(text):
    """Alone, or as a range: B26 to B28, B26-B28, B26–28. R and D1 stand in parentheses or at the start."""
    found = set(re.findall(r"\b[TBX]\d\d\b", text))
    for first, number, last in re.findall(r"\b([TBX])(\d\d)(?: to |-|–)\1?(\d\d)\b", text):
        found |= {f"{first}{i:02}" for i in range(int(number), int(last) + 1)}
    for listed in re.findall(r"\(([^()]*)\)", text) + [text.split(" ", 1)[0]]:
        words = re.split(r"[\s,;]+", listed)
        if all(re.fullmatch(ID + "|and|to", word) for word in words):
            found |= {word for word in words if re.fullmatch(r"D[1-5]|R", word)}
    return found


def tests_in_c(path):
    for name in re.findall(r"^Test\(\s*\w+,\s*(\w+)", path.read_text(), re.MULTILINE):
        yield ids_in_name(name), re.sub(rf"^(?:(?i:{ID})_)+", "", name).replace("_", " ")


def tests_in_story(path):
    comments = [line[2:] for line in path.read_text().splitlines() if line.startswith("# ")]
    ids = set().union(*(ids_in_text(line) for line in comments)) if comments else set()
    yield ids, re.sub(r"\s+", " ", re.sub(rf"^(?:{ID}(?:, | |$))+", "", comments[0] if comments else ""))


def tests_in_python(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
            sentence = (ast.get_docstring(node) or "").split("\n\n")[0]
            name = getattr(node, "name", "")
            words = re.sub(r"\s+", " ", sentence) or name.replace("_", " ")
            yield ids_in_name(name) | ids_in_text(sentence), words


def find_tests():
    """{id: {file: [sentence]}}"""
    kinds = [("test_*.c", tests_in_c), ("*.story", tests_in_story), ("test_*.py", tests_in_python)]
    held = {}
    for pattern, read in kinds:
        for path in sorted((ROOT / "tests").rglob(pattern)):
            for ids, sentence in read(path):
                for rule in ids:
                    sentences = held.setdefault(rule, {}).setdefault(path.relative_to(ROOT), [])
                    if sentence not in sentences:
                        sentences.append(sentence)
    return held


def make_page(sections, held):
    lines = [HEAD]
    for title, rules in sections:
        lines.append(f"## {title}\n")
        for rule, sentence in rules:
            lines.append(f"**{rule}** {sentence}\n")
            for path, sentences in sorted(held.get(rule, {}).items()):
                lines.append(f"- [{path.name}](../{path}): " + "; ".join(sentences).rstrip("."))
            lines += [""] if rule in held else []
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    sections = read_rules()
    held = find_tests()
    known = {rule for _, rules in sections for rule, _ in rules}
    page = make_page(sections, held)
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page)
    missing = [rule for _, rules in sections for rule, _ in rules if rule not in held]
    unknown = sorted(set(held) - known)
    if missing:
        print("no test holds", ", ".join(missing))
    if unknown:
        print("tests name rules that are not there:", ", ".join(unknown))
    is_current = PAGE.exists() and PAGE.read_text() == page
    if not is_current:
        print("docs/RULES.md is not what the tests say: ./dev rules writes it anew")
    return 1 if missing or unknown or not is_current else 0


if __name__ == "__main__":
    sys.exit(main())

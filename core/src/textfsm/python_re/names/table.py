"""Writes table.txt: `python3 table.py NameAliases.txt > table.txt`, with unicodedata2 (PyPI) in the version of Unicode that
regex-syntax has. Left out are the names that names/mod.rs works out: of Hangul syllables and CJK unified ideographs."""

import re
import sys

import unicodedata2 as unicodedata

WORKED_OUT = re.compile("HANGUL SYLLABLE |CJK UNIFIED IDEOGRAPH-")


def names():
    for code in range(0x110000):
        name = unicodedata.name(chr(code), None)
        if name and not WORKED_OUT.match(name):
            yield code, name


def aliases(path):
    for line in open(path):
        code, name = (re.split("[;\n]", line) + [""])[:2]
        if name and not code.startswith("#") and known(name):
            yield int(code, 16), name


def known(name):
    try:
        return bool(unicodedata.lookup(name))
    except KeyError:
        return False


def numbered(code, name):
    """The part of a name that ends with the character's own number."""
    return name.removesuffix(f"{code:X}") if name.endswith(f"-{code:X}") else None


def lines(pairs):
    expected, last, family = 0, "", None
    for code, name in pairs:
        if code == expected and family is not None and numbered(code, name) == family:
            expected += 1
            continue
        if family is not None:
            yield f"~{expected - 1:X}"
        family = numbered(code, name)
        if code != expected:
            yield f"={code:X}"
        expected = code + 1
        shared = next((at for at, (one, two) in enumerate(zip(name, last)) if one != two), min(len(name), len(last)))
        cut, last = len(last) - shared, name
        yield "z" * (cut // 25) + chr(ord("a") + cut % 25) + name[shared:]
    if family is not None:
        yield f"~{expected - 1:X}"


print("# The names of Unicode %s. © Unicode, Inc.; see LICENSE-UNICODE." % unicodedata.unidata_version)
print("# How it is written: mod.rs. What wrote it: table.py.")
for line in lines([*names(), *aliases(sys.argv[1])]):
    print(line)

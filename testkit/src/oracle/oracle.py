"""Python's textfsm as an oracle: answers one JSON request per line of standard input with one JSON line."""

import io
import json
import os
import random
import re
import signal
import sys
import time

import textfsm
from textfsm import clitable

try:
    import re._constants as sre
    import re._parser as sre_parser
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse as sre_parser

# How many seconds of CPU Python may take for one answer: it backtracks exponentially on some texts.
LIMIT = 2.0


class Slow(Exception):
    pass


def expire(_signal, _frame):
    raise Slow()


def template_of(text):
    # As a file would be read: with universal newlines.
    return textfsm.TextFSM(io.StringIO(io.StringIO(text, newline=None).read()))


def parse(request):
    fsm = template_of(request["template"])
    rows = []
    for text in request["texts"]:
        try:
            fsm.Reset()
            rows.append({"rows": [list(row) for row in fsm.ParseText(text)]})
        except Slow:
            raise
        except Exception as error:
            rows.append({"error": f"{type(error).__name__}: {error}"})
    return {"header": list(fsm.header), "answers": rows}


def parse_output(request):
    from ntc_templates.parse import parse_output as parse_it

    found = parse_it(request["platform"], request["command"], request["text"], request.get("folder"))
    return {"rows": [list(row.values()) for row in found], "header": [list(row) for row in found[:1]]}


def lookup(request):
    table = clitable.CliTable("index", request["folder"])
    answers = []
    for platform, command in request["queries"]:
        row = table.index.GetRowMatch({"Command": command, "Platform": platform})
        answers.append(table.index.index[row]["Template"] if row else None)
    return {"answers": answers}


def folder(_request):
    import ntc_templates

    return {"folder": os.path.join(os.path.dirname(ntc_templates.__file__), "templates")}


def versions(_request):
    from importlib.metadata import version

    names = ["textfsm", "ntc_templates"]
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}


# Texts that a template's own rules match, more or less.

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + " ./:-_,()" * 3
ALL = [chr(c) for c in range(0x20, 0x7F)] + ["\t"]
DIGITS, SPACES = "0123456789", "    \t"
WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
BOTH = {
    sre.CATEGORY_DIGIT: DIGITS,
    sre.CATEGORY_SPACE: SPACES,
    sre.CATEGORY_WORD: WORDS,
    sre.CATEGORY_NOT_DIGIT: [c for c in ALL if c not in DIGITS],
    sre.CATEGORY_NOT_SPACE: [c for c in ALL if not c.isspace()],
    sre.CATEGORY_NOT_WORD: [c for c in ALL if c not in WORDS],
}


class Writer:
    """Writes a text that an expression matches, look-around aside."""

    def __init__(self, chance):
        self.chance, self.groups = chance, {}

    def sequence(self, items):
        return "".join(self.item(op, value) for op, value in items)

    def item(self, op, value):
        chance = self.chance
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.NOT_LITERAL:
            return chance.choice([c for c in PLAIN if ord(c) != value])
        if op is sre.ANY:
            return chance.choice(PLAIN)
        if op is sre.IN:
            return self.member(value)
        if op is sre.BRANCH:
            return self.sequence(chance.choice(value[1]))
        if op is sre.SUBPATTERN:
            text = self.sequence(value[-1])
            self.groups[value[0]] = text
            return text
        if op is sre.GROUPREF:
            return self.groups.get(value, "")
        if op is sre.GROUPREF_EXISTS:
            group, yes, no = value
            return self.sequence(yes if group in self.groups else no or [])
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) or op is getattr(sre, "POSSESSIVE_REPEAT", None):
            least, most, body = value
            times = least if chance.random() < 0.3 else least + int(chance.expovariate(0.35))
            return "".join(self.sequence(body) for _ in range(min(times, most, 2000)))
        if op is getattr(sre, "ATOMIC_GROUP", None):
            return self.sequence(value)
        return ""

    def member(self, items):
        chance = self.chance
        if items[0][0] is sre.NEGATE:
            rest = [c for c in PLAIN if not any(self.holds(item, c) for item in items[1:])]
            return chance.choice(rest) if rest else "\u20ac"
        op, value = chance.choice(items)
        if op is sre.RANGE:
            return chr(chance.randint(value[0], min(value[1], value[0] + 200)))
        if op is sre.CATEGORY:
            return chance.choice(BOTH[value])
        return chr(value)

    @staticmethod
    def holds(item, c):
        op, value = item
        if op is sre.RANGE:
            return value[0] <= ord(c) <= value[1]
        if op is sre.CATEGORY:
            return c in BOTH[value]
        return ord(c) == value


def line_for(chance, regex, trees):
    if regex not in trees:
        trees[regex] = sre_parser.parse(regex)
    for _ in range(4):
        line = Writer(chance).sequence(trees[regex])
        if "\n" not in line and re.match(regex, line):
            break
    return line.replace("\n", " ")


# A line that takes Python longer is of no use as an input.
LINE_LIMIT = 0.05


def stray(chance, line):
    """Now and then another line in place of `line`."""
    draw = chance.random()
    if draw < 0.03:
        return ""
    if draw < 0.06:
        return "".join(chance.choice(PLAIN) for _ in range(chance.randint(1, 60)))
    return line


def text_for(chance, fsm, lines, trees, plain):
    """So many lines for the rules of whatever state the template is in; plain ones are none that raise an exception."""
    fsm.Reset()
    text = []
    for _ in range(20 * lines):
        if not fsm._cur_state or fsm._cur_state_name in ("End", "EOF"):
            fsm.Reset()
        if not fsm._cur_state or len(text) == lines:
            break
        rule = chance.choice(fsm._cur_state)
        if rule.line_op == "Error" and (plain or chance.random() < 0.97):
            continue
        signal.setitimer(signal.ITIMER_VIRTUAL, LINE_LIMIT)
        try:
            line = line_for(chance, rule.regex, trees)
            if not plain:
                line = stray(chance, line)
            fsm._CheckLine(line)
            # It ends the text.
            if plain and fsm._cur_state_name in ("End", "EOF"):
                continue
        except Slow:
            continue
        except (textfsm.TextFSMError, TypeError):
            if plain or chance.random() < 0.9:
                continue
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        text.append(line)
    return "\n".join(text) + "\n"


def inputs(request):
    chance, trees = random.Random(request["seed"]), {}
    fsm = template_of(request["template"])
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    texts = []
    for _ in range(request["count"]):
        lines = request.get("lines") or chance.choice([1, 3, 8, 20, 40])
        texts.append(text_for(chance, fsm, lines, trees, request.get("plain", False)))
    return {"texts": texts}


def queries(request):
    """A platform and a command for each template that the index finds by them."""
    chance, found = random.Random(1), []
    table = clitable.CliTable("index", request["folder"])
    for row in table.index.index:
        for _ in range(20):
            platform, command = (Writer(chance).sequence(sre_parser.parse(row[name])) for name in ("Platform", "Command"))
            command = " ".join(command.split())
            number = table.index.GetRowMatch({"Command": command, "Platform": platform})
            if number and table.index.index[number]["Template"] == row["Template"]:
                found.append([row["Template"], platform, command])
                break
    return {"answers": found}


# The bench.

CASES = {}
# How long Python may take for one case of it.
CASE_LIMIT = 30


def load(request):
    with open(request["file"]) as file:
        CASES.update(json.load(file))
    return {}


def timed(work):
    signal.setitimer(signal.ITIMER_VIRTUAL, CASE_LIMIT)
    before = time.process_time()
    try:
        work()
        return time.process_time() - before
    except Exception:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def measure(request):
    from ntc_templates.parse import parse_output as parse_it

    answers = []
    if request["work"] == "compile":
        for case in CASES["usual"]:
            answers.append(timed(lambda: textfsm.TextFSM(io.StringIO(case["template"])).ParseText(case["text"])))
    elif request["work"] == "large":
        for case in CASES["large"]:
            fsm = textfsm.TextFSM(io.StringIO(case["template"]))
            answers.append(timed(lambda: fsm.ParseText(case["text"])))
    else:
        clitable.CliTable.INDEX.clear()
        for case in CASES["usual"]:
            if case["query"]:
                answers.append(timed(lambda: parse_it(*case["query"], case["text"], CASES["folder"])))
    return {"answers": answers}


def main():
    signal.signal(signal.SIGVTALRM, expire)
    requests = {f.__name__: f for f in (parse, parse_output, lookup, folder, versions, inputs, queries, load, measure)}
    for line in sys.stdin:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT if request["op"] in ("parse", "parse_output", "inputs") else 0)
        try:
            answer = requests[request["op"]](request)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except Slow:
            answer = {"slow": True}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

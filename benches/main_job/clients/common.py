"""What the clients of the main job share: which hosts, how a reply is parsed, and what they tell at the end."""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ntc_templates
import textfsm
from ntc_templates.parse import parse_output

USER = os.environ["LINECREW_BENCH_USER"]
PASSWORD = os.environ["LINECREW_PASSWORD"]
COMMAND = "show version"
TEMPLATE = Path(ntc_templates.__file__).parent / "templates" / "cisco_ios_show_version.textfsm"

started = 0.0


def arguments():
    """The hosts as (address, port), the transport, and how many at a time. The clock of the job starts here: all that is
    imported is there."""
    global started
    started = time.perf_counter()
    hosts, transport, workers = sys.argv[1:4]
    return [tuple(host) for host in json.loads(Path(hosts).read_text())], transport, int(workers)


def parse(text):
    """The rows of a reply, by the template that the index has for it, as the README of ntc-templates says; there must be
    one."""
    return one_row(parse_output(platform="cisco_ios", command=COMMAND, data=text))


kept = threading.local()


def parse_kept(text):
    """The same by a template that is named, and compiled once for each thread."""
    if not hasattr(kept, "template"):
        with TEMPLATE.open() as file:
            kept.template = textfsm.TextFSM(file)
    kept.template.Reset()
    return one_row(kept.template.ParseText(text))


def one_row(rows):
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows")
    return rows


def tell(results):
    """Prints how many hosts gave their row, and why the others did not."""
    results = list(results)
    failed = [str(result) for result in results if isinstance(result, BaseException)]
    seconds = time.perf_counter() - started
    print(json.dumps({"ok": len(results) - len(failed), "seconds": seconds, "why": failed[:3]}))
    sys.stdout.flush()
    # What a library leaves running is not its bill.
    os._exit(0)


def guarded(visit, parse):
    """The visit with its exception as a result."""

    def run(host):
        try:
            return parse(visit(*host))
        except Exception as error:  # noqa: BLE001
            return error

    return run


def with_threads(hosts, workers, visit, parse=parse):
    """Visits all hosts on threads, as most scripts do."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        tell(pool.map(guarded(visit, parse), hosts))

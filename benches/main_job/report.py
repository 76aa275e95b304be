"""The tables and the chart of the main job."""

import os
import platform
import subprocess
from datetime import date
from html import escape

# Round trips that the job needs, one after the other; over telnet: greeting, user name, password, paging, command.
IDEAL_WAITS = {"telnet": 5, "ssh": 10}
LATENCY = 0.020
WORKERS = (20, 100, 500)
TITLES = {"telnet": "Telnet", "ssh": "SSH"}

# What linecrew is held to: times ideal, processor time of a session in ms, memory in MB, and ms beyond the waits when cold.
TIMES_IDEAL = {"telnet": 1.2, "ssh": 1.3}
CPU = {"telnet": 0.6, "ssh": 1.5}
RSS = 40
BEYOND = 20
# The throughput at 100 workers over telnet, to a rival by the head of its name; over SSH it is one figure for all.
TELNET_RATIOS = {"scrapli": 4, "netmiko": 4, "nornir": 4, "telnetlib3": 4, "sockets": 3}
SSH_RATIO = 1.7

BLUE, GREY, RED, INK = "#2f6fb0", "#b9c0c8", "#c0392b", "#30363d"


def write_report(results, requirements, folder):
    folder.mkdir(exist_ok=True)
    parts = [heading(requirements)]
    for transport in TITLES:
        for workers in WORKERS:
            rows = select(results, transport, workers)
            if rows:
                parts.append(table(transport, workers, rows))
    parts += [cold(results), bars(results)]
    (folder / "main_job.md").write_text("\n".join(part for part in parts if part))
    (folder / "main_job.svg").write_text(chart(results))


def select(results, transport, workers):
    """What was measured with so many workers, the fastest first; no workers stand for one device, cold."""
    rows = [row for row in results if (row["transport"], row["workers"]) == (transport, workers)]
    return sorted(rows, key=seconds_each)


def ours(rows):
    return next((row for row in rows if row["client"] == "linecrew"), None)


def seconds_each(row):
    """What a host took. One that was lost took its time and is not counted."""
    return row["seconds"] / max(row["ok"], 1)


def times_ideal(row):
    rounds = -(-row["hosts"] // row["workers"])
    return row["seconds"] / (IDEAL_WAITS[row["transport"]] * LATENCY * rounds)


def cpu_each(row):
    return row["cpu"] * 1000 / row["hosts"]


def heading(requirements):
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    rivals = sorted({requirement for named in requirements.values() for requirement in named})
    return (
        "# The main job\n\n"
        "Log in, switch paging off, `show version`, parse it, log out; simulated devices 20 ms away, in a process of their own\n"
        "on the same machine. A rival's seconds count without its start and its imports, linecrew's are those of the whole\n"
        "process; the processor time is that of the whole process for all. Ideal: 5 waits over telnet, 10 over SSH, times latency,\n"
        "times rounds; linecrew itself waits 4 times over telnet, since what switches paging off goes out with the command.\n"
        "How it is measured is in [the README](../README.md#the-main-job).\n\n"
        f"{date.today()}; {os.cpu_count()} processors, {cpu}; Linux {platform.release().split('-')[0]}; rustc {rust}; "
        f"Python {platform.python_version()}; {', '.join(rivals)}.\n\n![Hosts per second](main_job.svg)\n"
    )


def table(transport, workers, rows):
    lines = [
        f"## {TITLES[transport]}, {workers} workers\n",
        "| client | hosts | ok | seconds | times ideal | linecrew is faster by | CPU ms each | peak RSS MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    best = ours(rows)
    for row in rows:
        ratio = f"{seconds_each(row) / seconds_each(best):.1f}" if best and row is not best else ""
        lines.append(
            f"| {row['client']} | {row['hosts']} | {row['ok']} | {row['seconds']:.2f} | {times_ideal(row):.2f} "
            f"| {ratio} | {cpu_each(row):.2f} | {row['rss']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def cold(results):
    lines = [
        "## One device, cold: the whole process\n",
        "| client | transport | ms | waits | ms beyond the waits |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for transport, title in TITLES.items():
        for row in select(results, transport, 0):
            lines.append(
                f"| {row['client']} | {title} | {row['wall'] * 1000:.0f} | {row['waits']} | {row['beyond'] * 1000:.0f} |"
            )
    waits = [row["wait"] for transport in TITLES for row in select(results, transport, 0)]
    if not waits:
        return ""
    return "\n".join(lines) + f"\n\nA wait took a bare socket {waits[0] * 1000:.1f} ms.\n"


def bars(results):
    """What linecrew is held to, and whether it holds."""
    found = [line for transport in TITLES for line in bars_of(results, transport)]
    return "## Bars\n\n" + "\n".join(found) + "\n" if found else ""


def bars_of(results, transport):
    title = TITLES[transport]
    for workers in (20, 100):
        row = ours(select(results, transport, workers))
        if row:
            yield held(f"{title}, {workers} workers, times ideal", times_ideal(row), at_most=TIMES_IDEAL[transport])
            yield held(f"{title}, {workers} workers, CPU ms per session", cpu_each(row), at_most=CPU[transport])
    rows = select(results, transport, 100)
    best = ours(rows)
    if best:
        yield held(f"{title}, 100 workers, peak RSS MB", best["rss"], at_most=RSS)
        for row in rows:
            bar = SSH_RATIO if transport == "ssh" else TELNET_RATIOS.get(row["client"].split()[0].strip(","))
            if row is not best and bar:
                ratio = seconds_each(row) / seconds_each(best)
                yield held(f"{title}, 100 workers, throughput to {row['client']}", ratio, at_least=bar)
    alone = ours(select(results, transport, 0))
    if alone:
        yield held(f"{title}, one device, cold, ms beyond its {alone['waits']} waits", alone["beyond"] * 1000, at_most=BEYOND)


def held(what, figure, at_most=None, at_least=None):
    met = figure <= at_most if at_most is not None else figure >= at_least
    bar = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
    return f"- {what}: {figure:.2f}; the bar is {bar}: {'met' if met else '**missed**'}"


def chart(results):
    """Hosts per second at 100 workers, a bar each, and the ideal as a line."""
    left, width, line = 250, 420, 26
    most = max(100 / (waits * LATENCY) for waits in IDEAL_WAITS.values())
    most = max([most, *(1 / seconds_each(row) for transport in TITLES for row in select(results, transport, 100))])
    y, shapes = 34, []
    for transport, title in TITLES.items():
        rows = select(results, transport, 100)
        shapes.append(text(16, y, f"{title}: hosts per second, 100 workers, devices 20 ms away", weight="600"))
        y += 16
        ideal = 100 / (IDEAL_WAITS[transport] * LATENCY)
        at, bottom = left + ideal / most * width, y + line * len(rows) - 4
        shapes.append(f'<line x1="{at:.1f}" y1="{y - 4}" x2="{at:.1f}" y2="{bottom}" stroke="{RED}" stroke-dasharray="4 3"/>')
        shapes.append(text(at, bottom + 14, f"ideal {ideal:.0f}", anchor="middle"))
        for row in rows:
            rate = 1 / seconds_each(row)
            length = max(rate / most * width, 1)
            fill = BLUE if row["client"] == "linecrew" else GREY
            shapes.append(text(left - 10, y + 14, row["client"], anchor="end"))
            shapes.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{line - 8}" rx="2" fill="{fill}"/>')
            shapes.append(text(left + length + 6, y + 14, f"{rate:.0f}"))
            y += line
        y += 44
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{y - 14}" font-family="system-ui, sans-serif" '
        f'font-size="13">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def text(x, y, words, anchor="start", weight="400"):
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{INK}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
    )

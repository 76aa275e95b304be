"""The tables and the chart of the main job."""

import os
import platform
import subprocess
from datetime import date
from html import escape

# Round trips that the job needs, one after the other; over telnet: greeting, user name, password, paging, command.
IDEAL_WAITS = {"telnet": 5, "ssh": 10}
LATENCY = 0.020
# The rivals that a bar names, by the head of their name.
NAMED = ("scrapli", "netmiko", "nornir", "telnetlib3")

BLUE, GREY, INK = "#2f6fb0", "#b9c0c8", "#30363d"


def write_report(results, folder):
    folder.mkdir(exist_ok=True)
    parts = [heading()]
    for transport in ("telnet", "ssh"):
        for workers in (20, 100, 500):
            rows = select(results, transport, workers)
            if rows:
                parts.append(table(transport, workers, rows))
    parts += [cold(results), bars(results)]
    (folder / "main_job.md").write_text("\n".join(part for part in parts if part))
    (folder / "main_job.svg").write_text(chart(results))


def select(results, transport, workers, is_cold=False):
    rows = [row for row in results if (row["transport"], row["workers"], row["cold"]) == (transport, workers, is_cold)]
    return sorted(rows, key=lambda row: seconds_each(row))


def seconds_each(row):
    """What a host took, lost ones counted as if they had cost as much: whole process for ours, without imports for others."""
    return row["seconds"] / max(row["ok"], 1)


def ideal(row):
    rounds = -(-row["hosts"] // row["workers"])
    return IDEAL_WAITS[row["transport"]] * LATENCY * rounds


def heading():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    return (
        "# The main job\n\n"
        "Log in, switch paging off, `show version`, parse it, log out; simulated devices 20 ms away, in a process of their own\n"
        "on the same machine. A rival's seconds count without its start and imports, linecrew's are those of the whole process.\n"
        "Ideal: 5 waits over telnet, 10 over SSH, times latency, times rounds.\n\n"
        f"{date.today()}; {os.cpu_count()} processors, {cpu}; Linux {platform.release().split('-')[0]}; rustc {rust}; "
        f"Python {platform.python_version()}.\n\n![hosts per second](main_job.svg)\n"
    )


def table(transport, workers, rows):
    ours = next((row for row in rows if row["client"] == "linecrew"), None)
    lines = [
        f"## {transport}, {workers} workers\n",
        "| client | hosts | ok | seconds | times ideal | linecrew is faster by | CPU ms each | peak RSS MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        ratio = f"{seconds_each(row) / seconds_each(ours):.1f}" if ours and row is not ours else ""
        lines.append(
            f"| {row['client']} | {row['hosts']} | {row['ok']} | {row['seconds']:.2f} | {row['seconds'] / ideal(row):.2f} "
            f"| {ratio} | {row['cpu'] * 1000 / row['hosts']:.2f} | {row['rss']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def cold(results):
    lines = ["## One device, cold: the whole process\n", "| client | telnet, ms | SSH, ms |", "| --- | ---: | ---: |"]
    names = []
    for transport in ("telnet", "ssh"):
        names += [row["client"] for row in select(results, transport, 1, True) if row["client"] not in names]
    for name in names:
        cells = []
        for transport in ("telnet", "ssh"):
            walls = [row["wall"] for row in select(results, transport, 1, True) if row["client"] == name]
            cells.append(f"{walls[0] * 1000:.0f}" if walls else "")
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n" if names else ""


def bars(results):
    """What linecrew is held to, and whether it holds."""
    found = []

    def hold(what, figure, bar, at_most=True):
        met = figure <= bar if at_most else figure >= bar
        word = "at most" if at_most else "at least"
        found.append(f"- {what}: {figure:.2f}; the bar is {word} {bar:g}: {'met' if met else '**missed**'}")

    for transport, times, cpu in (("telnet", 1.2, 0.6), ("ssh", 1.3, 1.5)):
        for workers in (20, 100):
            for row in select(results, transport, workers):
                if row["client"] == "linecrew":
                    hold(f"{transport}, {workers} workers, times ideal", row["seconds"] / ideal(row), times)
        rows = select(results, transport, 100)
        ours = next((row for row in rows if row["client"] == "linecrew"), None)
        if not ours:
            continue
        hold(f"{transport}, CPU ms per session", ours["cpu"] * 1000 / ours["hosts"], cpu)
        hold(f"{transport}, peak RSS MB at 100 workers", ours["rss"], 40)
        for row in rows:
            ratio = seconds_each(row) / seconds_each(ours)
            if transport == "ssh" and row is not ours:
                hold(f"ssh, 100 workers, throughput to {row['client']}", ratio, 1.7, at_most=False)
            elif row["client"].startswith(NAMED):
                hold(f"telnet, 100 workers, throughput to {row['client']}", ratio, 4, at_most=False)
            elif row["client"].startswith("sockets"):
                hold(f"telnet, 100 workers, throughput to {row['client']}", ratio, 3, at_most=False)
    for row in select(results, "telnet", 1, True):
        if row["client"] == "linecrew":
            waits = 4
            beyond = row["wall"] * 1000 - waits * LATENCY * 1000
            hold(f"telnet, one device, cold, ms beyond its {waits} waits", beyond, 20)
    return "## Bars\n\n" + "\n".join(found) + "\n" if found else ""


def chart(results):
    """Hosts per second at 100 workers, a bar each."""
    groups = [(name, select(results, transport, 100)) for name, transport in (("telnet", "telnet"), ("SSH", "ssh"))]
    most = max((row["ok"] / row["seconds"] for _, rows in groups for row in rows), default=1)
    left, width, line = 250, 420, 26
    y, shapes = 34, []
    for name, rows in groups:
        shapes.append(text(16, y, f"{name}: hosts per second, 100 workers, devices 20 ms away", weight="600"))
        y += 16
        for row in rows:
            rate = row["ok"] / row["seconds"]
            length = max(rate / most * width, 1)
            fill = BLUE if row["client"] == "linecrew" else GREY
            shapes.append(text(left - 10, y + 14, row["client"], anchor="end"))
            shapes.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{line - 8}" rx="2" fill="{fill}"/>')
            shapes.append(text(left + length + 6, y + 14, f"{rate:.0f}"))
            y += line
        y += 30
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{y}" font-family="system-ui, sans-serif" '
        f'font-size="13">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def text(x, y, words, anchor="start", weight="400"):
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{INK}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
    )

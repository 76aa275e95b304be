#!/usr/bin/env python3
"""The main job, measured: log in to every host, switch paging off, `show version`, parse it, log out.

linecrew and what a user would pick in its place, against the same simulated lab: a process of its own, devices that answer
20 ms later. Needs only Python and cargo; the others come from PyPI into environments under target/main_job.

    benches/main_job/main_job.py run [--transport telnet|ssh] [--workers 20,100,500] [--clients NAME,...]
    benches/main_job/main_job.py cold [--transport telnet|ssh] [--clients NAME,...]    # one device, from the start of the process
    benches/main_job/main_job.py report           # writes benches/results/main_job.md and main_job.svg

`run` and `cold` add to target/main_job/results.json, where the last figures of a client count.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from report import write_report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HOME = ROOT / "target" / "main_job"
RESULTS = HOME / "results.json"
LINECREW = ROOT / "target" / "release" / "linecrew"

DEVICES = 1000
LATENCY = 0.020
USER = PASSWORD = "admin"

REQUIREMENTS = {
    "venv": [
        "scrapli==2026.2.20", "ssh2-python==1.2.0.post1", "netmiko==4.8.0", "nornir==3.6.0", "nornir-netmiko==1.0.1",
        "telnetlib3==5.0.1", "asyncssh==2.24.1", "parallel-ssh==2.16.0.post1", "textfsm==2.1.0", "ntc-templates==9.3.0",
    ],
    "venv-zig": ["scrapli==2026.10.14", "textfsm==2.1.0", "ntc-templates==9.3.0"],
}

# What takes part: the name in the tables, the script, its environment, and what else it is told.
CLIENTS = {
    "telnet": {
        "linecrew": None,
        "sockets, threads": ("sockets.py", "venv"),
        "sockets, threads, template kept": ("sockets.py", "venv", "kept"),
        "scrapli 2026.2, threads": ("scrapli_threads.py", "venv"),
        "scrapli 2026.2, asyncio": ("scrapli_asyncio.py", "venv"),
        "scrapli 2026.10, threads": ("scrapli_zig.py", "venv-zig"),
        "netmiko, threads": ("netmiko_threads.py", "venv"),
        "nornir + netmiko": ("nornir_threads.py", "venv"),
        "telnetlib3, asyncio": ("telnetlib3_asyncio.py", "venv"),
    },
    "ssh": {
        "linecrew": None,
        "scrapli 2026.2 ssh2, threads": ("scrapli_threads.py", "venv"),
        "scrapli 2026.10 ssh2, threads": ("scrapli_zig.py", "venv-zig"),
        "netmiko, threads": ("netmiko_threads.py", "venv"),
        "nornir + netmiko": ("nornir_threads.py", "venv"),
        "asyncssh, exec": ("asyncssh_exec.py", "venv"),
        "parallel-ssh, exec": ("parallel_ssh.py", "venv"),
    },
}

# A client whose run takes longer is not run again: the median of three counts for the others.
LONG_RUN = 3
ROUNDS = 3

# From two latencies follows how often a client waits for one of them.
COLD_LATENCIES = (0.020, 0.220)
COLD_ROUNDS = 15
COLD_ROUNDS_OF_RIVALS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "cold"):
        command = commands.add_parser(name)
        command.add_argument("--transport", choices=["telnet", "ssh"])
        command.add_argument("--clients", help="names as in the tables, separated by commas that no blank follows")
        if name == "run":
            command.add_argument("--workers", default="20,100,500")
    commands.add_parser("setup")
    commands.add_parser("report")
    args = parser.parse_args()
    if args.command == "report":
        return write_report(load(), REQUIREMENTS, ROOT / "benches" / "results")
    setup()
    if args.command == "run":
        run(args)
    elif args.command == "cold":
        cold(args)
    return None


def run(args):
    """The whole lab, a client after the other."""
    with Lab(DEVICES, LATENCY) as lab:
        for transport, names in contestants(args):
            for workers in [int(count) for count in args.workers.split(",")]:
                measure(lab, transport, workers, names)


def cold(args):
    """One device, in one process that starts for it."""
    with Lab(1, COLD_LATENCIES[0]) as near, Lab(1, COLD_LATENCIES[1]) as far:
        wait = near.wait()
        for transport, names in contestants(args):
            for name in names:
                measure_cold(near, far, wait, transport, name)


def contestants(args):
    for transport in [args.transport] if args.transport else ["telnet", "ssh"]:
        known = CLIENTS[transport]
        yield transport, [name for name in re.split(r",(?! )", args.clients) if name in known] if args.clients else known


def setup():
    HOME.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cargo", "build", "--quiet", "--release", "-p", "linecrew"], cwd=ROOT, check=True)
    for name, requirements in REQUIREMENTS.items():
        folder = HOME / name
        if not (folder / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([folder / "bin" / "pip", "install", "--quiet", *requirements], check=True)
            (folder / "ready").touch()


class Lab:
    """So many simulated devices for each transport, and files that say where they listen."""

    def __init__(self, devices, latency):
        self.devices, self.latency = devices, latency
        self.name = f"lab-{round(latency * 1000)}ms"

    def __enter__(self):
        inventory = HOME / f"{self.name}.yaml"
        command = [LINECREW, "lab", "--devices", 2 * self.devices, "--latency", round(self.latency * 1000)]
        command += ["--privileged", "--inventory", inventory]
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if "are up" not in self.process.stdout.readline():
            raise SystemExit("the lab did not start")
        self.ports = {"telnet": [], "ssh": []}
        for host in re.split(r"(?m)^  (?=\w+:)", inventory.read_text())[1:]:
            transport = re.search(r"transport: (\w+)", host)
            port = re.search(r"port: (\d+)", host)
            self.ports[transport.group(1) if transport else "ssh"].append(int(port.group(1)))
        assert all(len(of) == self.devices for of in self.ports.values())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def command(self, transport, hosts, workers, client):
        """What is run, for so many of the devices."""
        if client is None:
            command = [LINECREW, "run", "show version", "--parse", "--format", "jsonl", "--workers", workers]
            command += ["--inventory", self.inventory(transport, hosts)]
        else:
            script, venv, *more = client
            command = [HOME / venv / "bin" / "python", HERE / "clients" / script, self.hosts_file(transport, hosts)]
            command += [transport, workers, *more]
        return [str(part) for part in command]

    def wait(self):
        """What a bare socket waits for an answer: the latency, and how late the lab's timer is."""
        waited = []
        with socket.create_connection(("127.0.0.1", self.ports["telnet"][0]), timeout=5) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(30):
                start, seen = time.perf_counter(), b""
                while not seen.endswith(b"Username: "):
                    seen += client.recv(4096) or sys.exit("the lab hung up")
                waited.append(time.perf_counter() - start)
                # No user name: the device asks again.
                client.sendall(b"\r\n")
        return sorted(waited)[len(waited) // 2]

    def hosts_file(self, transport, count):
        """What the clients read: JSON for the scripts."""
        path = HOME / f"{self.name}-{transport}-{count}.json"
        path.write_text(json.dumps([["127.0.0.1", port] for port in self.ports[transport][:count]]))
        return path

    def inventory(self, transport, count):
        """The same as an inventory."""
        path = HOME / f"{self.name}-{transport}-{count}.yaml"
        lines = [f"defaults: {{platform: cisco_iosxe, transport: {transport}, username: {USER}, ssh_config: none, "
                 f"limit_logins: false, known_hosts: {self.name}.known_hosts}}", "hosts:"]
        lines += [f"  r{port}: {{hostname: 127.0.0.1, port: {port}}}" for port in self.ports[transport][:count]]
        path.write_text("\n".join(lines) + "\n")
        return path


def measure(lab, transport, workers, names):
    """All clients in turn and then all again, so that a slower hour of the machine meets them alike."""
    runs = {name: Runs(lab, transport, workers, name) for name in names}
    for _ in range(ROUNDS):
        for run in runs.values():
            run.once_more()
    for run in runs.values():
        run.tell()


class Runs:
    """The rounds of one client at so many workers."""

    def __init__(self, lab, transport, workers, name):
        # Ten hosts for each worker say as much as fifty; linecrew does all of them.
        hosts = DEVICES if name == "linecrew" else min(DEVICES, 10 * workers)
        client = CLIENTS[transport][name]
        self.ours = client is None
        self.command = lab.command(transport, hosts, workers, client)
        self.known = {"client": name, "transport": transport, "workers": workers, "hosts": hosts}
        self.rounds = []

    def once_more(self):
        if not self.rounds or self.rounds[0]["wall"] < LONG_RUN:
            self.rounds.append(once(self.command, self.ours))

    def tell(self):
        figures = sorted(self.rounds, key=lambda figures: figures["seconds"])[len(self.rounds) // 2]
        figures |= self.known | {"rounds": len(self.rounds)}
        print("{transport:6} {workers:4} {client:30} {ok:4} of {hosts:4}  {wall:7.2f} s whole, {seconds:7.2f} s job, "
              "{each:6.2f} ms CPU each, {rss:4.0f} MB  {rounds} {why}".format_map(figures | {
                  "each": figures["cpu"] * 1000 / figures["hosts"], "why": figures["why"] or "",
                  "rounds": [round(each["seconds"], 2) for each in self.rounds]}), flush=True)
        keep(figures)


def measure_cold(near, far, wait, transport, name):
    client = CLIENTS[transport][name]
    count = COLD_ROUNDS if client is None else COLD_ROUNDS_OF_RIVALS
    walls = {}
    for lab, count in ((near, count), (far, count // 5)):
        command = lab.command(transport, 1, 1, client)
        runs = [once(command, client is None) for _ in range(count)]
        walls[lab] = sorted(run["wall"] for run in runs)[count // 2]
        if not all(run["ok"] == 1 for run in runs):
            raise SystemExit(f"{name}: {runs}")
    waits = round((walls[far] - walls[near]) / (far.latency - near.latency))
    figures = {"client": name, "transport": transport, "workers": 0, "hosts": 1, "ok": 1, "wall": walls[near]}
    figures |= {"seconds": walls[near], "waits": waits, "wait": wait, "beyond": walls[near] - waits * wait}
    print(f"{transport:6} cold {name:30} {figures['wall'] * 1000:6.1f} ms, {waits} waits, "
          f"{figures['beyond'] * 1000:6.1f} ms beyond them", flush=True)
    keep(figures)


def once(command, ours):
    environment = os.environ | {"LINECREW_PASSWORD": PASSWORD, "LINECREW_BENCH_USER": USER}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    output = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = 0
    if ours:
        told = [json.loads(line) for line in output.splitlines()]
        good = [host for host in told if host["status"] == "ok" and len(host["replies"][0]["parsed"]) == 1]
        result = {"ok": len(good), "seconds": wall, "why": [host["error"] for host in told if host["status"] != "ok"][:3]}
    else:
        lines = output.splitlines()
        result = json.loads(lines[-1]) if lines else {"ok": 0, "seconds": wall, "why": ["it ended without a word"]}
    cpu = usage.ru_utime + usage.ru_stime
    return result | {"wall": wall, "cpu": cpu, "rss": usage.ru_maxrss / 1024}


def load():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []


def keep(figures):
    same = ("client", "transport", "workers")
    others = [known for known in load() if any(known[key] != figures[key] for key in same)]
    RESULTS.write_text(json.dumps([*others, figures], indent=1))


if __name__ == "__main__":
    main()

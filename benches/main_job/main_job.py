#!/usr/bin/env python3
"""The main job, measured: log in to every host, switch paging off, `show version`, parse it, log out.

linecrew and what a user would pick in its place, against the same simulated lab: a process of its own, devices that answer
20 ms later. Needs only Python and cargo; the others come from PyPI into environments under target/main_job.

    benches/main_job/main_job.py run [--transport telnet|ssh] [--workers 20,100,500] [--clients NAME,...] [--cold]
    benches/main_job/main_job.py report           # writes benches/results/main_job.md and main_job.svg

`run` adds to target/main_job/results.json, where the last figures of a client count.
"""

import argparse
import json
import os
import re
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

# What takes part: the name in the tables, the script and its environment.
CLIENTS = {
    "telnet": {
        "linecrew": None,
        "sockets, threads": ("sockets.py", "venv"),
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--transport", choices=["telnet", "ssh"])
    run.add_argument("--workers", default="20,100,500")
    run.add_argument("--clients", help="names as in the tables, separated by commas that no blank follows")
    run.add_argument("--cold", action="store_true", help="one device, one process, in place of the lab's run")
    run.add_argument("--rounds", type=int, default=1, help="of which the median counts")
    commands.add_parser("setup")
    commands.add_parser("report")
    args = parser.parse_args()
    if args.command == "report":
        return write_report(load(), ROOT / "benches" / "results")
    setup()
    if args.command == "setup":
        return None
    with Lab() as lab:
        for transport in [args.transport] if args.transport else ["telnet", "ssh"]:
            names = re.split(r",(?! )", args.clients) if args.clients else list(CLIENTS[transport])
            for workers in [1] if args.cold else [int(count) for count in args.workers.split(",")]:
                for name in names:
                    if name in CLIENTS[transport]:
                        measure(lab, transport, workers, name, args)
    return None


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
    """The simulated devices, and files that say where they listen."""

    def __enter__(self):
        inventory = HOME / "lab.yaml"
        command = [LINECREW, "lab", "--devices", 2 * DEVICES, "--latency", int(LATENCY * 1000), "--privileged"]
        command += ["--inventory", inventory]
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if "are up" not in self.process.stdout.readline():
            raise SystemExit("the lab did not start")
        ports = {"telnet": [], "ssh": []}
        for host in re.split(r"(?m)^  (?=\w+:)", inventory.read_text())[1:]:
            transport = re.search(r"transport: (\w+)", host)
            port = re.search(r"port: (\d+)", host)
            ports[transport.group(1) if transport else "ssh"].append(int(port.group(1)))
        assert all(len(of) == DEVICES for of in ports.values()), {key: len(of) for key, of in ports.items()}
        self.ports = ports
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def hosts_file(self, transport, count):
        """What the clients read: JSON for the scripts."""
        path = HOME / f"{transport}-{count}.json"
        path.write_text(json.dumps([["127.0.0.1", port] for port in self.ports[transport][:count]]))
        return path

    def inventory(self, transport, count):
        """The same as an inventory."""
        path = HOME / f"{transport}-{count}.yaml"
        lines = [f"defaults: {{platform: cisco_iosxe, transport: {transport}, username: {USER}, ssh_config: none, "
                 "known_hosts: lab.known_hosts}", "hosts:"]
        lines += [f"  r{port}: {{hostname: 127.0.0.1, port: {port}}}" for port in self.ports[transport][:count]]
        path.write_text("\n".join(lines) + "\n")
        return path


def measure(lab, transport, workers, name, args):
    hosts = 1 if args.cold else min(DEVICES, 10 * workers)
    client = CLIENTS[transport][name]
    if client is None:
        command = [LINECREW, "run", "show version", "--parse", "--format", "jsonl", "--workers", workers]
        command += ["--inventory", lab.inventory(transport, hosts)]
    else:
        script, venv = client
        command = [HOME / venv / "bin" / "python", HERE / "clients" / script, lab.hosts_file(transport, hosts)]
        command += [transport, workers]
    rounds = [once([str(part) for part in command], client is None) for _ in range(args.rounds)]
    figures = sorted(rounds, key=lambda figures: figures["wall"])[len(rounds) // 2]
    figures |= {"client": name, "transport": transport, "workers": workers, "hosts": hosts, "cold": args.cold}
    print(f"{transport:6} {workers:4} {name:30} {figures['ok']:4} of {hosts:4}  {figures['wall']:7.2f} s whole, "
          f"{figures['seconds']:7.2f} s job, {figures['cpu'] * 1000 / hosts:6.2f} ms CPU each, {figures['rss']:4.0f} MB"
          f"  {figures['why'] or ''}", flush=True)
    keep(figures)


def once(command, ours):
    environment = os.environ | {"LINECREW_PASSWORD": PASSWORD, "LINECREW_BENCH_USER": USER, "PYTHONDONTWRITEBYTECODE": ""}
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
    same = ("client", "transport", "workers", "cold")
    others = [known for known in load() if any(known[key] != figures[key] for key in same)]
    RESULTS.write_text(json.dumps([*others, figures], indent=1))


if __name__ == "__main__":
    main()

"""Runs programs in turn and compares medians: A B A B, so that noise of the machine falls on both."""

import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Run:
    wall: float  # seconds
    cpu: float  # seconds of the program itself, user and system
    peak: float  # MiB


@dataclass
class Contest:
    """One row of the table: bascule against a peer."""

    name: str
    ours: list
    peer_name: str
    peer: list
    most: float = 0  # the ratio to reach: ours / peer, 0: none
    most_peak: float = 0  # MiB, 0: no limit
    runs: dict = field(default_factory=lambda: {"ours": [], "peer": []})


def bascule():
    return os.environ["BASCULE"]


def psql():
    """The real binary: Debian's wrapper is a Perl script that costs more than psql."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))
    return found[-1] if found else "psql"


def mariadb_options():
    url = urlsplit(os.environ["TEST_MARIADB_URL"])
    return ["--no-defaults", "-h", url.hostname, "-P", str(url.port), "-u", url.username]


def must_succeed(command, status, message=""):
    if status != 0:
        sys.exit(f"error: {' '.join(command)} ended with {status}: {message.strip()}")


def run_once(command, output):
    """CPU and memory come from GNU time, which is small itself: a child of Python starts with Python's peak."""
    with tempfile.NamedTemporaryFile("r") as figures, open(output, "wb") as out:
        timed = ["/usr/bin/time", "-f", "%U %S %M", "-o", figures.name] + command
        start = time.perf_counter()
        done = subprocess.run(timed, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
        wall = time.perf_counter() - start
        must_succeed(command, done.returncode, done.stderr.decode())
        user, system, kilobytes = figures.read().split()[-3:]
    return Run(wall, float(user) + float(system), int(kilobytes) / 1024)


def run_often(command, output, repeat):
    """As run_once, but wall time is the mean of many bare starts, because GNU time's own start would count."""
    run = run_once(command, output)
    path = shutil.which(command[0])
    to_output = [(os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    start = time.perf_counter()
    for _ in range(repeat):
        _, status = os.waitpid(os.posix_spawn(path, command, os.environ, file_actions=to_output), 0)
        must_succeed(command, os.waitstatus_to_exitcode(status))
    run.wall = (time.perf_counter() - start) / repeat
    return run


def hold(contests, rounds, folder, repeat=1):
    """Every contest `rounds` times, after one round that does not count."""
    for contest in contests:
        for number in range(rounds + 1):
            for side in ("ours", "peer"):
                command, target = getattr(contest, side), os.path.join(folder, side)
                run = run_often(command, target, repeat) if repeat > 1 else run_once(command, target)
                if number > 0:
                    contest.runs[side].append(run)


def median(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


def report(contests):
    """Prints a Markdown table; returns False if a figure is missed."""
    columns = ("what", "bascule s", "peer", "peer s", "ratio", "to reach", "CPU s", "peer CPU s", "peak MiB", "")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    all_met = True
    for contest in contests:
        ours, peer = contest.runs["ours"], contest.runs["peer"]
        # Of each pair that ran side by side, so that a slow spell of the machine cancels out.
        ratio = statistics.median(a.wall / b.wall for a, b in zip(ours, peer))
        peak = max(run.peak for run in ours)
        met = (contest.most == 0 or ratio <= contest.most) and (contest.most_peak == 0 or peak <= contest.most_peak)
        all_met = all_met and met
        limit = f" (at most {contest.most_peak:.0f})" if contest.most_peak else ""
        print(
            f"| {contest.name} | {median(ours, 'wall'):.3f} | {contest.peer_name} | {median(peer, 'wall'):.3f} "
            f"| {ratio:.2f} | {contest.most or '-'} | {median(ours, 'cpu'):.2f} | {median(peer, 'cpu'):.2f} "
            f"| {peak:.1f}{limit} | {'met' if met else 'MISSED'} |"
        )
    return all_met

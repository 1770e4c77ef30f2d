# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Times whole commands side by side: files in, results out, as a user waits for them.

A benchmark is a file bench_<topic>.py with a function `races(folder)` that makes its input under
`folder` and yields `Race` objects. `tools/bench/run` runs them and prints one table.
"""

import os
import platform
import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Race:
    work: str  # "allelic chi-square"
    size: str  # "2,000 × 50,000"
    ours: list  # command of gcrisk
    peer: list  # command of the peer
    peer_name: str  # "plink1.9 --assoc"
    aim: str = ""  # "≥ 2×", as the issue or the paper asks
    runs: int = 3
    warm_up: bool = True  # a first run of both that does not count
    clean: list = field(default_factory=list)  # files to remove before each run


@dataclass
class Timing:
    wall: float
    cpu: float
    peak_mib: float


def time_once(command, folder):
    """One run of a command to its end; raises with its last words if it failed."""
    begin = time.perf_counter()
    with open(os.path.join(folder, "last_output.txt"), "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if process.returncode != 0:
        with open(os.path.join(folder, "last_output.txt"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"{' '.join(command)} exited {process.returncode}: {log.read()[-800:]}")
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def run_race(race, folder):
    """Runs both in turn, after a warm-up each; medians, and the median of the paired ratios."""
    ours, peer = [], []
    for turn in range(0 if race.warm_up else 1, race.runs + 1):
        for command, timings in ((race.ours, ours), (race.peer, peer)):
            for path in race.clean:
                if os.path.exists(os.path.join(folder, path)):
                    os.remove(os.path.join(folder, path))
            timing = time_once(command, folder)
            if turn > 0:
                timings.append(timing)
    ratio = statistics.median(b.wall / a.wall for a, b in zip(ours, peer))
    median = lambda timings, name: statistics.median(getattr(t, name) for t in timings)
    return {
        "work": race.work,
        "size": race.size,
        "peer": race.peer_name,
        "ours_s": median(ours, "wall"),
        "peer_s": median(peer, "wall"),
        "ratio": ratio,
        "aim": race.aim,
        "ours_mib": max(t.peak_mib for t in ours),
        "peer_mib": max(t.peak_mib for t in peer),
    }


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


HEADER = (
    "| work | samples × variants | peer | gcrisk s | peer s | peer / gcrisk | aim | gcrisk MiB | peer MiB |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def row(result):
    return (
        f"| {result['work']} | {result['size']} | {result['peer']} | {result['ours_s']:.3f} "
        f"| {result['peer_s']:.3f} | {result['ratio']:.1f}× | {result['aim']} "
        f"| {result['ours_mib']:.0f} | {result['peer_mib']:.0f} |"
    )

"""A suite of 1,000 tests, each of which sends ``!ping`` and looks at the answer: whole processes, start to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import IS_QUICK, Ratio, Turns

TITLE = "1,000 ping tests, whole process"
UNIT = "s"
CONTENDERS = ["discordtest", "discordtest with pytest", "dpytest", "simcord"]
ROUNDS, QUICK_ROUNDS = 3, 1
WARMS_UP = False
RATIOS = [
    Ratio("discordtest", "simcord", limit=0.1),
    Ratio("discordtest with pytest", "simcord"),
    Ratio("discordtest", "dpytest"),
    Ratio("discordtest with pytest", "dpytest"),
]
NOTES = {
    "discordtest": "`python -m unittest`",
    "discordtest with pytest": "`python -m pytest`",
    "dpytest, simcord": "`python -m pytest` with pytest-asyncio, as their documentation has it",
}
SUITES = Path(__file__).parent / "suites"
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-o", "asyncio_mode=auto")


def _run(turns: Turns, *command: str) -> None:
    settings = {**os.environ, "BENCHMARKS_TESTS": "50" if IS_QUICK else "1000"}
    for _ in turns:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *command], env=settings, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
        turns.took(time.perf_counter() - start)


def discordtest(turns: Turns, *words: str) -> None:
    """The suite with unittest, or with pytest."""
    if words:
        _run(turns, *PYTEST, "-p", "no:simcord", str(SUITES / "with_discordtest.py"))
    else:
        _run(turns, "unittest", "-b", "benchmarks.suites.with_discordtest")


def dpytest(turns: Turns) -> None:
    """The suite with dpytest."""
    _run(turns, *PYTEST, "-p", "no:simcord", str(SUITES / "with_dpytest.py"))


def simcord(turns: Turns) -> None:
    """The suite with simcord."""
    _run(turns, *PYTEST, str(SUITES / "with_simcord.py"))

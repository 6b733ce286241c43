"""The two sides of a measurement: the process of one contender, and the run that gives them turns."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = ["IS_QUICK", "ROOT", "Ratio", "Result", "Turns", "compare", "describe", "timed"]

ROOT = Path(__file__).parent.parent
IS_QUICK = "BENCHMARKS_QUICK" in os.environ


@dataclass(frozen=True)
class Ratio:
    """Two contenders, and the most that the first may take in terms of the second; None: it is only told."""

    contender: str
    by: str
    limit: float | None = None


class Turns:
    """The turns of one contender: iterate, work, and say what it ``took``."""

    def __iter__(self) -> Iterator[None]:
        self._say("ready")
        for _ in sys.stdin:
            gc.collect()
            yield

    def took(self, amount: float) -> None:
        """Answer the turn: seconds, or whatever the measurement counts."""
        self._say(repr(amount))

    def _say(self, text: str) -> None:
        print(f"\n@{text}", flush=True)

    @contextmanager
    def timing(self, count: int = 1) -> Iterator[None]:
        """Time a block that does the work ``count`` times, and answer the turn with the time of one."""
        start = time.perf_counter()
        yield
        self.took((time.perf_counter() - start) / count)


def timed(turns: Turns, work: Callable[[], object], count: int = 1) -> None:
    """Take every turn by doing ``work``, ``count`` times; once before, so that nothing is done first."""
    work()
    for _ in turns:
        with turns.timing(count):
            for _ in range(count):
                work()


class Process:
    """A contender's process, seen from the run."""

    def __init__(self, python: str, measurement: str, contender: str) -> None:
        command = [python, "-m", "benchmarks.measure", measurement, contender]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users import from bytecode
        environment["PYTHONPYCACHEPREFIX"] = str(ROOT / ".venvs" / "bytecode")
        self.contender = contender
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        self._hear()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("@"):
                return line[1:].strip()
            if line.strip():
                print(f"  {self.contender}: {line.rstrip()}")
        raise SystemExit(f"{self.contender} ended: {self._process.wait()}")

    def turn(self) -> float:
        """Let it take one turn; return what that took."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._hear())

    def end(self) -> None:
        """Close it."""
        self._process.communicate()


@dataclass
class Result:
    """What one measurement found: the rounds of every contender."""

    module: ModuleType
    rounds: dict[str, list[float]]

    def median(self, contender: str) -> float:
        """Return the middle of what a contender took."""
        return statistics.median(self.rounds[contender])

    def ratio(self, ratio: Ratio) -> tuple[float, float, float]:
        """Return the median of the rounds' ratios, and their quartiles."""
        above, below = self.rounds[ratio.contender], self.rounds[ratio.by]
        ratios = sorted(a / b for a, b in zip(above, below, strict=True))
        quarter = len(ratios) // 4
        return statistics.median(ratios), ratios[quarter], ratios[-1 - quarter]


def compare(python: str, measurement: str, quick: bool) -> Result:
    """Run one measurement: all contenders, by turns.

    A contender is the name of a function of the module and words for it: ``"floor after 10000"``.
    """
    module = import_module(f"benchmarks.{measurement}")
    contenders: list[str] = module.CONTENDERS
    count = module.QUICK_ROUNDS if quick else module.ROUNDS
    if quick:
        os.environ["BENCHMARKS_QUICK"] = "1"
    processes = [Process(python, measurement, contender) for contender in contenders]
    rounds: dict[str, list[float]] = {contender: [] for contender in contenders}
    try:
        for process in processes if module.WARMS_UP else ():
            process.turn()  # the first is never counted
        for number in range(count):
            for process in processes if number % 2 else reversed(processes):
                rounds[process.contender].append(process.turn())
    finally:
        for process in processes:
            process.end()
    return Result(module, rounds)


def describe(python: str) -> dict[str, str]:
    """Return the versions of what was compared, as installed in the environment."""
    script = (
        "import json, platform; from importlib.metadata import version\n"
        "names = 'discord.py', 'aiohttp', 'dpytest', 'simcord', 'pytest'\n"
        "print(json.dumps({'Python': platform.python_version(), **{name: version(name) for name in names}}))"
    )
    output = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout
    versions: dict[str, str] = json.loads(output)
    return versions


if __name__ == "__main__":
    _, measurement, contender = sys.argv
    name, *words = contender.split()
    getattr(import_module(f"benchmarks.{measurement}"), name)(Turns(), *words)

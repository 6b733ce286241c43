"""Run the measurements, print their ratios, write the page."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import venv
from pathlib import Path

from benchmarks import MEASUREMENTS
from benchmarks.measure import ROOT, compare, describe
from benchmarks.report import PAGE, lines, page

HOME = ROOT / ".venvs" / "benchmarks"
RIVALS = ("dpytest==0.7.0", "simcord==3.2.1", "pytest", "pytest-asyncio")


def environment() -> str:
    """Return the Python of an environment that has the rivals and the same discord.py for all; make it once."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        wanted = f"discord.py=={version('discord.py')}"
    except PackageNotFoundError:
        wanted = "discord.py>=2.7.1,<3"
    requirements = [wanted, *RIVALS]
    python, done = HOME / "bin" / "python", HOME / "requirements.txt"
    text = "\n".join([sys.version, *requirements])
    if not done.exists() or done.read_text() != text:
        print(f"making {HOME.relative_to(ROOT)}: {', '.join(requirements)}")
        venv.create(HOME, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *requirements], check=True)
        done.write_text(text)
    return str(python)


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=sys.modules[__package__].__doc__
    )
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds; nothing is written")
    parser.add_argument("measurements", nargs="*", metavar="measurement", help=", ".join(MEASUREMENTS))
    options = parser.parse_args()
    if unknown := [name for name in options.measurements if name not in MEASUREMENTS]:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    python = environment()
    results = []
    for name in options.measurements or MEASUREMENTS:
        start = time.perf_counter()
        results.append(compare(python, name, options.quick))
        print("\n".join(lines(results[-1])), f"\n({time.perf_counter() - start:.0f} s)\n", flush=True)
    if not options.quick and not options.measurements:
        Path(PAGE).write_text(page(results, describe(python)))
        print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

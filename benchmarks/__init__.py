"""What discordtest costs, beside dpytest, simcord and the bare floor: ``python -m benchmarks`` from a checkout.

The command makes an environment of its own below ``.venvs/`` at the first run, prints ratios and writes
``docs/performance.md``; ``--quick`` takes under a minute and writes nothing; names of measurements run only those.

A measurement is a module of `MEASUREMENTS`. Each of its contenders is a function of that module and runs in a
process of its own, which lives for the whole run; the processes take turns (A B C A B C …), so that a machine that
is busy elsewhere slows all of them. What is compared is the ratio within each round, what is printed the median.

To add one: write a module with ``TITLE``, ``UNIT``, ``RATIOS`` (what is divided by what, and the most that it may
be), ``CONTENDERS``, ``ROUNDS``, ``QUICK_ROUNDS``, ``WARMS_UP`` (whether a first turn is not counted), ``NOTES`` (what
to know of a contender) and the contenders, each a function of a `measure.Turns`: it prepares, then for each turn
works and says what that took. Add its name to `MEASUREMENTS`.
"""

from __future__ import annotations

__all__ = ["MEASUREMENTS"]

#: The modules of this package that measure, in the order of the report.
MEASUREMENTS = (
    "empty",
    "trip",
    "slash",
    "click",
    "members",
    "shards",
    "recordings",
    "memory",
    "idle",
    "dominos",
    "imports",
    "suite",
)

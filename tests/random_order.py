"""Run the suite in random order: ``python -m tests.random_order [--seed N] [names…]``.

The seed decides the order of all tests and the hashes of strings, so the line that is printed first repeats
the run exactly. pytest has the same with ``PYTHONHASHSEED=N python -m pytest -p tests.random_order``; with several
workers each runs a part of that order.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import unittest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random_order", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("names", nargs="*", help="tests as unittest takes them; all of them by default")
    options = parser.parse_args(arguments)
    rerun = [sys.executable, "-m", "tests.random_order", "--seed", str(options.seed), *options.names]
    if os.environ.get("PYTHONHASHSEED") != str(options.seed):
        sys.stderr.write(f"seed {options.seed}: repeat with {' '.join(rerun[1:])}\n")
        sys.stderr.flush()
        os.execve(sys.executable, rerun, {**os.environ, "PYTHONHASHSEED": str(options.seed)})
    loader = unittest.TestLoader()
    root = Path(__file__).parents[1]
    found = (
        loader.loadTestsFromNames(options.names)
        if options.names
        else loader.discover("tests", top_level_dir=str(root))
    )
    result = unittest.TextTestRunner().run(unittest.TestSuite(shuffled(found, options.seed)))
    return not result.wasSuccessful()


def shuffled(suite: unittest.TestSuite, seed: int) -> list[unittest.TestCase]:
    """Return all tests below a suite in the order of a seed, however they were found."""
    tests = sorted(_flat(suite), key=lambda test: test.id())
    random.Random(seed).shuffle(tests)
    return tests


def _flat(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order what pytest has found."""
    items.sort(key=lambda item: item.nodeid)
    random.Random(int(os.environ["PYTHONHASHSEED"])).shuffle(items)


if __name__ == "__main__":
    sys.exit(main())

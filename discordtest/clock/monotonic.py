"""``time.monotonic`` in the bot's own code: what it reads between two calls is what passed on the clock of its test.

The time-machine library leaves it alone, so with it these stand-ins are where modules have ``time.monotonic`` (also by
``from time import monotonic``). They ask the running loop; threads and other loops have the real clock. A test goes on
from what the real one said: a bot may have read that before.
"""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING

from discordtest.clock.current_loop import running_loop
from discordtest.originals import Originals

if TYPE_CHECKING:
    from discordtest.clock.loop import VirtualLoop

__all__ = ["REAL", "REAL_NS", "STAND_INS"]

REAL, REAL_NS = Originals.monotonic, Originals.monotonic_ns
_zeros: weakref.WeakKeyDictionary[VirtualLoop, int] = weakref.WeakKeyDictionary()


def _zero(loop: VirtualLoop) -> int:
    """Return the whole seconds from which a loop counts, so that whole seconds on its clock stay whole."""
    zero = _zeros.get(loop)
    if zero is None:
        zero = _zeros[loop] = math.ceil(REAL() - loop.time())
    return zero


class _Stopwatch:
    """Has the stand-ins as methods: a class takes them for attributes as it does the real ones, and they pickle."""

    def monotonic(self) -> float:
        """Return seconds of the running test's clock, or of the machine's."""
        loop = running_loop()
        return REAL() if loop is None else _zero(loop) + loop.time()

    def monotonic_ns(self) -> int:
        """Return nanoseconds of the running test's clock, or of the machine's."""
        loop = running_loop()
        return REAL_NS() if loop is None else (_zero(loop) * 1_000_000 + loop.microseconds) * 1000


_stopwatch = _Stopwatch()

#: (name, the real function, what stands in for it)
STAND_INS = (
    ("monotonic", Originals.monotonic, _stopwatch.monotonic),
    ("monotonic_ns", Originals.monotonic_ns, _stopwatch.monotonic_ns),
)

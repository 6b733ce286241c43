"""What need not run in every run of the suite, where one repeats another.

``DISCORDTEST_REPEATED`` says what is another: the ``order`` of the tests, the ``python``, or only the ``runner``.
"""

from __future__ import annotations

import os
import unittest

__all__ = ["REPEATED", "once", "once_an_order"]

REPEATED = os.environ.get("DISCORDTEST_REPEATED")

_WHY = "this run repeats another, in which it runs"
#: For what is the same wherever it runs, or starts Python anew again and again.
once = unittest.skipIf(REPEATED, _WHY)
#: For what starts the other runners, which only the environment of the checks has.
once_an_order = unittest.skipIf(REPEATED in ("python", "runner"), _WHY)

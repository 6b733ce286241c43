"""What need not run in every run of the suite, where one repeats another.

``DISCORDTEST_REPEATED`` says what is another: the ``python``, or only the ``runner``.
"""

from __future__ import annotations

import os
import unittest

__all__ = ["once", "once_a_python"]

_REPEATED = os.environ.get("DISCORDTEST_REPEATED")

#: For what is the same wherever it runs, or costs much.
once = unittest.skipIf(_REPEATED, "this run repeats another, in which it runs")
#: For what is the same under every runner.
once_a_python = unittest.skipIf(_REPEATED == "runner", "this run repeats another on the same Python")

"""One of something is said otherwise than several."""

from __future__ import annotations

import unittest

from discordtest.counting import counted, times


class CountingTests(unittest.TestCase):
    def test_things(self) -> None:
        self.assertEqual([counted(n, "message") for n in range(3)], ["0 messages", "1 message", "2 messages"])

    def test_times(self) -> None:
        self.assertEqual([times(n) for n in range(3)], ["0 times", "once", "2 times"])

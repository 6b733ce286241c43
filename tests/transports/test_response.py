from __future__ import annotations

import unittest

from discordtest.transports.response import Answer


class Answers(unittest.TestCase):
    """What an answer offers is tested with the seam, where aiohttp's own response is the measure."""

    def test_is_made_by_the_seam_only(self) -> None:
        with self.assertRaisesRegex(TypeError, "make_answer"):
            Answer()


if __name__ == "__main__":
    unittest.main()

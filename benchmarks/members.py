"""A test whose guild has 10, 1,000 or 10,000 members, from nothing to a ready bot that has them all in its cache."""

from __future__ import annotations

import unittest
from typing import Any

from benchmarks.measure import Ratio, Turns

TITLE = "A guild of 10, 1,000 and 10,000 members: made, told to the bot, in its cache"
UNIT = "ms"
SIZES = ("10", "1000", "10000")
CONTENDERS = [f"{name} {size}" for size in SIZES for name in ("discordtest", "floor", "simcord")]
ROUNDS, QUICK_ROUNDS = 9, 2
WARMS_UP = False
RATIOS = [
    Ratio("discordtest 10000", "floor 10000", limit=1.25),
    Ratio("discordtest 1000", "floor 1000"),
    Ratio("discordtest 10", "floor 10"),
    *(Ratio(f"discordtest {size}", f"simcord {size}") for size in SIZES),
]
NOTES = {
    "floor": "the same client that starts and parses one recorded GUILD_CREATE with all these members",
    "100,000 members": "work; they take ten times as long as 10,000 (`python -m benchmarks.members`)",
}


def discordtest(turns: Turns, size: str) -> None:
    """A whole test."""
    from benchmarks.bots import run

    case = crowd(int(size))
    run(case, "test_all_are_there")
    for _ in turns:
        with turns.timing():
            run(case, "test_all_are_there")


def crowd(size: int) -> Any:
    """Return a test case with many members."""
    from benchmarks.bots import PingCase

    class Crowd(PingCase):
        def make_world(self) -> None:
            super().make_world()
            self.make_members(size, self.guild)

        async def test_all_are_there(self) -> None:
            assert len(self.client.guilds[0].members) == size + 3, len(self.client.guilds[0].members)

    return Crowd


def floor(turns: Turns, size: str) -> None:
    """The client alone: start, parse, close."""
    from benchmarks.replay import play, record_guild

    recording = record_guild(int(size))
    play(recording, _nothing)
    for _ in turns:
        with turns.timing():
            play(recording, _nothing)


async def _nothing(loop: object, session: object) -> None:
    """All is measured already."""


def simcord(turns: Turns, size: str) -> None:
    """Its builders, after the start as its documentation has it."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Crowd(unittest.IsolatedAsyncioTestCase):
        async def test_all_are_there(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            bot = ping_bot()
            async with simcord.run(bot) as env:
                guild = env.create_guild("Test")
                for number in range(int(size)):
                    guild.add_member(env.create_user(f"member{number}"))
                await env.settle()
                assert len(bot.guilds[0].members) >= int(size)

    run(Crowd, "test_all_are_there")
    for _ in turns:
        with turns.timing():
            run(Crowd, "test_all_are_there")


if __name__ == "__main__":
    from benchmarks.bots import run as run_test

    run_test(crowd(100_000), "test_all_are_there")

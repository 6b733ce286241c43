"""What 10,000 members take in memory: in discordtest's world, and in discord.py's cache."""

from __future__ import annotations

import gc
import tracemalloc
import unittest

from benchmarks.measure import Ratio, Turns

TITLE = "The memory of 10,000 members"
UNIT = "MB"
CONTENDERS = ["discordtest", "cache", "discordtest and cache", "simcord and cache"]
ROUNDS, QUICK_ROUNDS = 2, 1
WARMS_UP = False
RATIOS = [
    Ratio("discordtest", "cache", limit=1.5),
    Ratio("discordtest and cache", "simcord and cache"),
]
NOTES = {
    "discordtest": "the world alone",
    "cache": "what discord.py keeps of one recorded GUILD_CREATE with all of them",
    "simcord and cache": "simcord's world with discord.py's cache: they are made together",
}
SIZE = 10_000


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def discordtest(turns: Turns, *words: str) -> None:
    """What `make_members` adds, and with the cache: what the start adds too."""
    from benchmarks.bots import PingCase, run

    class Crowd(PingCase):
        def make_world(self) -> None:
            super().make_world()
            self.before = _traced()
            self.make_members(SIZE, self.guild)
            self.after = _traced()

        async def test_nothing(self) -> None:
            """Nothing."""

        async def test_weigh(self) -> None:
            turns.took((_traced() if words else self.after) - self.before)

    run(Crowd, "test_nothing")  # what is imported late
    tracemalloc.start()
    for _ in turns:
        run(Crowd, "test_weigh")


def cache(turns: Turns) -> None:
    """What a client that has parsed them keeps."""
    from benchmarks.replay import play, record_guild

    few, many = record_guild(0), record_guild(SIZE)
    weights: list[int] = []

    async def weigh(loop: object, session: object) -> None:
        weights.append(_traced())

    play(many, weigh)
    tracemalloc.start()
    for _ in turns:
        play(few, weigh)
        play(many, weigh)
        turns.took(weights.pop() - weights.pop())


def simcord(turns: Turns, *words: str) -> None:
    """What its builders add to both."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Crowd(unittest.IsolatedAsyncioTestCase):
        async def test_weigh(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            async with simcord.run(ping_bot()) as env:
                guild = env.create_guild("Test")
                before = _traced()
                for number in range(SIZE):
                    guild.add_member(env.create_user(f"member{number}"))
                await env.settle()
                turns.took(_traced() - before)

    tracemalloc.start()
    for _ in turns:
        run(Crowd, "test_weigh")

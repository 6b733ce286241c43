"""A bot with 100 shards in up to 10,000 guilds, from nothing to ready: what each guild takes."""

from __future__ import annotations

import gc
import time
from typing import Any

from benchmarks.measure import Ratio, Turns

TITLE = "A guild among 2,500, 5,000 and 10,000, on 100 shards: made, told to the bot, in its cache"
UNIT = "µs"
SIZES = ("2500", "5000", "10000")
CONTENDERS = [f"discordtest {size}" for size in SIZES]
ROUNDS, QUICK_ROUNDS = 5, 1
WARMS_UP = False
RATIOS = [
    Ratio("discordtest 10000", "discordtest 2500", limit=1.2),
    Ratio("discordtest 10000", "discordtest 5000", limit=1.2),
]
NOTES = {
    "time": "that of the processor, without Python's garbage collector, which takes its time again and again "
    "for all that lives",
    "memory": "`python -m benchmarks.shards` tells what a guild takes, with discord.py's cache",
}


def discordtest(turns: Turns, size: str) -> None:
    """A whole test."""
    from benchmarks.bots import run

    case = crowd(int(size))
    run(crowd(100), "test_all_are_there")
    for _ in turns:
        gc.disable()
        start = time.process_time()
        run(case, "test_all_are_there")
        turns.took((time.process_time() - start) / int(size))
        gc.enable()


def crowd(size: int) -> Any:
    """Return a test case with many guilds."""
    import discord
    from discord.ext import commands

    from discordtest import DiscordTestCase

    class Crowd(DiscordTestCase):
        shards = 100

        def make_client(self) -> discord.Client:
            return commands.AutoShardedBot("!", intents=discord.Intents.default(), help_command=None)

        def make_world(self) -> None:
            for number in range(size):
                self.make_guild(f"guild {number}", shard_id=number % 100)

        async def test_all_are_there(self) -> None:
            assert len(self.client.guilds) == size, len(self.client.guilds)
            assert len({guild.shard_id for guild in self.client.guilds}) == 100
            self.weigh()

        def weigh(self) -> None:
            """Nothing, as a rule."""

    return Crowd


def weigh(size: int) -> float:
    """Return how many bytes a guild takes."""
    import tracemalloc

    from benchmarks.bots import run

    case = crowd(size)
    weights: list[int] = []

    def note(self: Any) -> None:
        gc.collect()
        weights.append(tracemalloc.get_traced_memory()[0])

    case.weigh = note
    run(crowd(100), "test_all_are_there")
    tracemalloc.start()
    run(case, "test_all_are_there")
    tracemalloc.stop()
    return weights[0] / size


if __name__ == "__main__":
    few, many = weigh(2500), weigh(10_000)
    print(
        f"bytes a guild: {few:.0f} of 2,500, {many:.0f} of 10,000; ratio {many / few:.3f}, meant to be at most 1.2"
    )

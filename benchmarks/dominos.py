"""1,000 dominos fall, each awaited by a task of its own."""

from __future__ import annotations

import asyncio

from benchmarks.measure import Ratio, Turns

TITLE = "1,000 dominos"
UNIT = "ms"
CONTENDERS = ["discordtest", "futures", "allowed"]
ROUNDS, QUICK_ROUNDS = 20, 5
WARMS_UP = True
RATIOS = [Ratio("discordtest", "allowed", limit=1.0), Ratio("discordtest", "futures")]
NOTES = {
    "allowed": "50 ms",
    "futures": "1,000 futures of asyncio's, each set by the task that awaited the one before",
}
COUNT = 1000


def discordtest(turns: Turns) -> None:
    """`future_dominos`."""
    from benchmarks.bots import PingCase, run
    from discordtest import future_dominos

    class Dominos(PingCase):
        async def test_row(self) -> None:
            with turns.timing():
                async with future_dominos(expected=COUNT) as futs:
                    tasks = [asyncio.create_task(_await(futs[number])) for number in range(1, COUNT + 1)]
                    futs.begin()
                    await futs.finished.wait()
            await asyncio.gather(*tasks)

    for _ in turns:
        run(Dominos, "test_row")


async def _await(future: object) -> None:
    await future  # type: ignore[misc]  # a domino


def futures(turns: Turns) -> None:
    """Tasks that wake one another."""

    async def row() -> None:
        with turns.timing():
            loop = asyncio.get_running_loop()
            chain = [loop.create_future() for _ in range(COUNT + 1)]

            async def link(number: int) -> None:
                await chain[number]
                chain[number + 1].set_result(None)

            tasks = [asyncio.create_task(link(number)) for number in range(COUNT)]
            chain[0].set_result(None)
            await chain[COUNT]
        await asyncio.gather(*tasks)

    for _ in turns:
        asyncio.run(row())


def allowed(turns: Turns) -> None:
    """The most that it may take."""
    for _ in turns:
        turns.took(0.050)

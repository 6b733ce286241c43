"""30 days pass for a connected bot that does nothing."""

from __future__ import annotations

from benchmarks.measure import Ratio, Turns

TITLE = "30 idle days of a connected bot"
UNIT = "ms"
CONTENDERS = ["discordtest", "allowed"]
ROUNDS, QUICK_ROUNDS = 20, 5
WARMS_UP = True
RATIOS = [Ratio("discordtest", "allowed", limit=1.0)]
NOTES = {"allowed": "50 ms"}


def discordtest(turns: Turns) -> None:
    """`advance(days=30)`."""
    from benchmarks.bots import PingCase, run

    class Idle(PingCase):
        async def test_days(self) -> None:
            with turns.timing():
                await self.advance(days=30)

    for _ in turns:
        run(Idle, "test_days")


def allowed(turns: Turns) -> None:
    """The most that it may take."""
    for _ in turns:
        turns.took(0.050)

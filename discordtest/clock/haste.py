"""Waits of discord.py while it connects, and how clients that come to a saved world are spared them.

A saved world is of one moment. discord.py waits 5 s before it identifies anew and 2 s for further guilds; these waits
end at once, so that the clock, and what goes by it, is as it was saved when the clients are ready. Other timers keep
their time, also those of the bot.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord.gateway import DiscordWebSocket
from discord.shard import Shard
from discord.state import AutoShardedConnectionState, ConnectionState

from discordtest.clock.waits import frames, task_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from discordtest.clock.loop import VirtualLoop

__all__ = ["connect_at_once", "hasten", "is_reconnecting"]

HASTENED = 10_000
"""How many timers fire before their time: what goes on and on goes on in time."""

_from_client: Any = DiscordWebSocket.from_client
#: What a client runs from the loss of its session, or from its login, until it is ready.
_CONNECTING = frozenset(
    function.__code__
    for function in (
        discord.Client.connect,
        discord.AutoShardedClient.connect,
        _from_client.__func__,
        Shard.worker,
        ConnectionState._delay_ready,
        AutoShardedConnectionState._delay_shard_ready,
        AutoShardedConnectionState._delay_ready,
    )
)
#: The part of it that comes before the client reads what the gateway says.
_RECONNECTING = frozenset(
    function.__code__
    for function in (
        _from_client.__func__,
        Shard.reidentify,
        Shard.reconnect,
        discord.AutoShardedClient.launch_shard,
    )
)


async def connect_at_once(loop: VirtualLoop) -> None:
    """Let clients that connect become ready, as far as they wait for nothing but time."""
    await hasten(loop, _is_connecting)


async def hasten(
    loop: VirtualLoop, is_meant: Callable[[asyncio.Task[Any]], bool], limit: int = HASTENED
) -> None:
    """Fire timers of some tasks before their time, soonest first, until they have none; the clock stands still."""
    for _ in range(limit):
        await loop.settle()
        tasks = loop.unfinished()
        for timer in sorted(loop._scheduled):
            task = None if timer.cancelled() else task_of(timer, tasks)
            if task is not None and is_meant(task):
                _fire(loop, timer)
                break
        else:
            return
    await loop.settle()


def _fire(loop: VirtualLoop, timer: asyncio.TimerHandle) -> None:
    due: Any = timer  # its callback has no public name
    loop.call_soon(due._callback, *due._args, context=due._context)
    timer.cancel()


def is_reconnecting(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task in which a client lives is about to connect, or waits until it tries to.

    A closed client sees only then that it is closed, minutes later or never.
    """
    chain = frames(task)
    place = next((each for each in reversed(chain) if not _is_asyncio(each)), None)
    waits = place is not None and place.f_code is discord.Client.connect.__code__
    return waits or any(each.f_code in _RECONNECTING for each in chain)


def _is_asyncio(frame: FrameType) -> bool:
    return bool(frame.f_globals.get("__name__", "").startswith("asyncio."))


def _is_connecting(task: asyncio.Task[Any]) -> bool:
    return any(frame.f_code in _CONNECTING for frame in frames(task))

"""Waits of discord.py that take no time: of clients that come to a saved world, and of clients that were closed.

A saved world is of one moment. discord.py waits 5 s before it identifies anew and 2 s for further guilds; these waits
end at once, so that the clock, and what goes by it, is as it was saved when the clients are ready. Other timers keep
their time, also those of the bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord.gateway import DiscordWebSocket
from discord.shard import Shard
from discord.state import AutoShardedConnectionState, ConnectionState

from discordtest.clock.waits import frames

if TYPE_CHECKING:
    import asyncio

    from discordtest.clock.loop import VirtualLoop

__all__ = ["connect_at_once", "stop_waiting"]

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
_LIVES = frozenset((discord.Client.connect.__code__, discord.AutoShardedClient.connect.__code__))


async def connect_at_once(loop: VirtualLoop) -> None:
    """Let clients that connect become ready, as far as they wait for nothing but time."""
    await loop.hasten(_is_connecting)


async def stop_waiting(loop: VirtualLoop, client: discord.Client) -> None:
    """Let a client that was closed see it now: it may sleep for minutes before it tries to reconnect."""

    def is_its(task: asyncio.Task[Any]) -> bool:
        chain = frames(task)
        return any(each.f_code in _LIVES and each.f_locals.get("self") is client for each in chain)

    await loop.hasten(is_its, 1)


def _is_connecting(task: asyncio.Task[Any]) -> bool:
    return any(frame.f_code in _CONNECTING for frame in frames(task))

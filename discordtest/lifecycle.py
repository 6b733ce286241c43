"""The life of one client: started until it is ready, stopped, and started again in another test.

A client that a module holds as a global is started anew in every test: what its last life left in it (a closed
connector, filled cooldowns) is taken out first.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discord.ext import commands
from discord.utils import MISSING

from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from discordtest.scene import Scene

__all__ = ["revive", "start", "stop"]

PATIENCE = 86_400.0  # seconds of the test's clock until a client must be ready
CLOSING = 60.0  # seconds of the test's clock that a client may take to close


async def start(
    scene: Scene, client: discord.Client, begin: Callable[[], Awaitable[Any]]
) -> asyncio.Task[Any]:
    """Run ``begin`` (which starts the client and lasts as long as it runs) until the client is ready."""
    revive(client)
    task = scene.loop.create_task(_await(begin), name=f"the life of {type(client).__name__}")
    scene.watch.ignore(task)

    def arrived() -> bool:
        return task.done() or bool(scene.backend.failures) or client.is_ready()

    await scene.loop.wait_until(arrived, PATIENCE)
    if not client.is_ready() or task.done():
        await _explain(scene, task)
    scene.lives[client] = task
    await scene.loop.settle()
    scene.check()
    return task


async def _await(begin: Callable[[], Awaitable[Any]]) -> None:
    await begin()


async def _explain(scene: Scene, task: asyncio.Task[Any]) -> None:
    if task.done() and not task.cancelled():
        task.result()  # raises what stopped it: LoginFailure, PrivilegedIntentsRequired, an error in setup_hook
    scene.check()
    if task.done():
        raise SetupError("the client ended before it was ready: start_client returned")
    waiting = "\n".join(f"  {timer}" for timer in scene.loop.pending()) or "  nothing"
    task.cancel()
    raise SetupError(f"the client was not ready after a day of the clock. What it waits for:\n{waiting}")


async def stop(scene: Scene, client: discord.Client) -> None:
    """Close a client and wait until what started it has ended too."""
    task = scene.lives.pop(client, None)
    closing = scene.loop.create_task(_close(client), name="closing the client")
    scene.watch.ignore(closing)
    waiting = [closing] if task is None else [closing, task]
    await asyncio.wait(waiting, timeout=CLOSING)
    if closing.done() and not closing.cancelled() and (error := closing.exception()) is not None:
        scene.watch.add(error, "in close()")


async def _close(client: discord.Client) -> None:
    if not client.is_closed():
        await client.close()


def revive(client: discord.Client) -> None:
    """Make a client that was closed ready for another login."""
    if not client.is_closed():
        return
    client.clear()
    connector = client.http.connector
    if connector is not MISSING and connector.closed:
        client.http.connector = MISSING
    if isinstance(client, commands.bot.BotBase):
        for command in client.walk_commands():
            command._buckets._cache.clear()  # cooldowns count by the last test's clock

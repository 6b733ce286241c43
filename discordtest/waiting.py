"""Waiting for what a test is about to see: time passes from timer to timer, and a wait that is in vain fails."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, NoReturn

from discordtest import counting, views
from discordtest.assertions.failures import background
from discordtest.checking import seconds_of
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from discordtest.scene import Scene

__all__ = ["connection", "event", "messages"]

__unittest = True  # unittest leaves our frames out of its tracebacks

Failure = type[BaseException]


async def messages(
    scene: Scene, count: int, timeout: float, failure: Failure = AssertionError
) -> list[discord.Message]:
    """Wait until bots have sent so many messages; return those of the message queue."""
    queue = scene.backend.queued_messages
    if not await _until(scene, lambda: len(queue()) >= count, timeout):
        sent = counting.counted(len(queue()), "message")
        _fail(scene, f"bots sent {sent} within {timeout:g} s of the clock, not {count}", failure)
    seen, known = views.views_of(scene), scene.backend.world.messages
    return [seen.message(known.get(one["channel_id"], {}).get(one["id"], one)) for one in queue()]


async def event(
    scene: Scene,
    name: str,
    timeout: float,
    client: discord.Client,
    failure: Failure = AssertionError,
) -> Any:
    """Wait for an event of a client (``"member_join"``), return its arguments; in capitals, one of the gateway."""
    if not name:
        raise SetupError("an event has a name")
    what = f"{name} within {timeout:g} s of the clock (what came before the wait began does not count)"
    if name.isupper():
        journal = scene.backend.journal
        start = len(journal)
        found = await _until(scene, lambda: journal.dispatch(name, start), timeout)
        if found is None:
            _missed(scene, what, failure)
        return json.loads(found.text)
    waiting = asyncio.ensure_future(client.wait_for(name.removeprefix("on_"), timeout=None))
    scene.watch.ignore(waiting)
    try:
        if not await _until(scene, waiting.done, timeout):
            _missed(scene, what, failure)
        return waiting.result()
    finally:
        waiting.cancel()


async def connection(scene: Scene, client: discord.Client, timeout: float) -> None:
    """Wait until a client is ready and each of its connections that broke is whole again."""
    application_id = scene.application_id_of(client)
    life = scene.lives.get(client)
    if life is None:
        raise SetupError(f"{type(client).__name__} does not run: `await self.connect(client)` starts it")
    gateway = scene.backend.gateway

    def is_whole() -> bool:
        if any(id == application_id for id, _ in gateway.disturbed) or not client.is_ready():
            return False
        return not _awaits_guilds(client)

    await _until(scene, lambda: life.done() or is_whole(), timeout)
    if life.done() or not is_whole():
        what = f"connection of {type(client).__name__} within {timeout:g} s of the clock"
        _missed(scene, f"{what}: it has stopped" if life.done() else what, AssertionError)


def _awaits_guilds(client: discord.Client) -> bool:
    """Tell whether READY has come, but not all of its guilds: ``on_ready`` is still to run."""
    state: Any = client._connection
    shards = getattr(state, "_ready_tasks", {})  # of a client with several
    return state._ready_task is not None or not all(task.done() for task in shards.values())


async def _until(scene: Scene, predicate: Callable[[], Any], timeout: float) -> Any:
    seconds = seconds_of("timeout", timeout)
    with scene.act(advances=True):
        answer = await scene.loop.wait_until(predicate, seconds)
        scene.check()
        return answer


def _missed(scene: Scene, what: str, failure: Failure) -> NoReturn:
    _fail(scene, f"there was no {what}", failure)


def _fail(scene: Scene, text: str, failure: Failure) -> NoReturn:
    raise failure(f"{text}\n{background(scene)}")

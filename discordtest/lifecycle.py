"""The life of one client: started until it is ready, stopped, and started again in another test.

A client that a module holds as a global is started anew in every test: what its last life left in it (a closed
connector, filled cooldowns, commands and listeners that it added, attributes of its author) is taken out first.
"""

from __future__ import annotations

import asyncio
import inspect
import weakref
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import MISSING

from discordtest.bot_errors import exits
from discordtest.clock import haste
from discordtest.clock.patience import Patience
from discordtest.clock.runner import end_tasks
from discordtest.clock.waits import context_of, describe_task, frames, stack
from discordtest.code_names import function_name, where_begins
from discordtest.errors import SetupError
from discordtest.scripts import hold_of
from discordtest.scripts.standing_in import script_of_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discordtest.scene import Scene

__all__ = [
    "PATIENCE",
    "connect_at_once",
    "end_rest",
    "forget_first_state",
    "is_in_a_life",
    "renew",
    "start",
    "stop",
]

PATIENCE = 86_400.0  # seconds of the test's clock until a client must be ready
CLOSING = 60.0  # seconds of the test's clock that a client may take to close
PARTING = 1.0  # seconds of the test's clock that a script may go on once its client is closed

_TOO_EARLY = (
    " setup_hook runs before the client connects, so wait_until_ready() never returns there, in life either:"
    " start a task that waits, or use on_ready."
)
_life_of: ContextVar[weakref.ref[discord.Client] | None] = ContextVar("discordtest_life_of", default=None)
_FIRST_STATE = "_discordtest_first_state"
# What discord.py makes new or clears itself, and what is ours.
_OWN_STATE = frozenset(
    (
        "_connection",
        "http",
        "loop",
        "ws",
        "_ready",
        "_closing_task",
        "_handlers",
        "_hooks",
        "start",
        _FIRST_STATE,
    )
)


async def start(
    scene: Scene, client: discord.Client, begin: Callable[[], Awaitable[Any]], *, at_once: bool = False
) -> None:
    """Run ``begin`` (which starts the client and lasts as long as it runs) until the client is ready.

    ``at_once``: what discord.py waits for until then takes no time.
    """
    if client.is_closed():
        _revive(client)
    elif _FIRST_STATE not in vars(client):
        _remember(client)
    # A bot that names its own means the real one; login tells this one.
    client._connection.application_id = None
    life = begin()
    if not inspect.iscoroutine(life):  # each step between the task and the client is taken for every frame
        life = _await(life)
    context = copy_context()  # every task that begins in the client's copies it
    context.run(_life_of.set, weakref.ref(client))
    task = scene.loop.create_task(life, name=f"the life of {type(client).__name__}", context=context)
    scene.watch.ignore(task)
    scene.lives[client] = task
    hold = hold_of(client)
    scene.contexts[client] = context if hold is None else hold.script.context

    patience = Patience(scene.loop, scene.loop.settle_timeout)

    def arrived() -> bool:
        return (
            task.done()
            or bool(scene.backend.failures)
            or client.is_ready()
            or patience.is_over(scene.loop.microseconds)
        )

    if at_once:
        await connect_at_once(scene)
    await scene.loop.wait_until(arrived, PATIENCE)
    if not client.is_ready() or task.done():
        _explain(scene, client, task, patience)
    if scene.loop.has_settled():
        scene.check()
    else:
        await scene.settle()


async def connect_at_once(scene: Scene) -> None:
    """Let clients that connect become ready while the clock stands still, as far as they wait only for discord.py."""
    starts = scene.backend.gateway.starts
    starts.is_free = True
    try:
        await haste.connect_at_once(scene.loop)
    finally:
        starts.is_free = False


async def end_rest(scene: Scene, client: discord.Client) -> None:
    """End the tasks that a client which has stopped has begun: they go with its process, whatever they would raise."""
    hold = hold_of(client)
    rest = []
    for task in asyncio.all_tasks(scene.loop):
        context = context_of(task)
        if context is None:
            continue
        life = context.get(_life_of)
        of_script = hold is not None and context.get(script_of_context) is hold.script
        if of_script or (life is not None and life() is client):
            scene.watch.ignore(task)
            rest.append(task)
    await end_tasks(rest)


async def _await(life: Awaitable[Any]) -> None:
    await life


def is_in_a_life() -> bool:
    """Tell whether what runs was begun by a client, by however many steps."""
    return _life_of.get() is not None


def _explain(scene: Scene, client: discord.Client, task: asyncio.Task[Any], patience: Patience) -> None:
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        # told here: LoginFailure, PrivilegedIntentsRequired, an error in setup_hook
        scene.watch.forgive(error)
        if isinstance(error, SystemExit):
            raise _ended_by(error) from error
        scene.explain(error)
        raise error
    scene.check()
    if task.done():
        hold = hold_of(client)
        if hold is not None and hold.script.end is not None:
            raise _ended_by(hold.script.end) from hold.script.end
        raise SetupError("the client ended before it was ready: start_client returned")
    life = _life(client, task)
    names = [frame.f_code.co_name for frame in frames(life)]
    hint = _TOO_EARLY if {"login", "wait_until_ready"} <= {*names} else ""
    waiting = f"{describe_task(life)}.{hint}\n{stack(life)}"
    task.cancel()
    raise SetupError(f"the client was not ready, though {patience}: {waiting}")


def _ended_by(end: SystemExit) -> SetupError:
    return SetupError(
        f"the client ended before it was ready: {exits.who_called(end)}, which ends the process of the bot in life"
    )


def _life(client: discord.Client, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
    """Return the task in which the client lives: that of its script, where it has one."""
    hold = hold_of(client)
    return task if hold is None or hold.script.task.done() else hold.script.task


async def stop(scene: Scene, client: discord.Client) -> list[str]:
    """Close a client and wait until what started it has ended too; return what did not end, in words.

    A script may have more to do than its client, such as a web server: it is ended then.
    """
    task, hold = scene.lives.pop(client), hold_of(client)
    _forget_cooldowns(client)  # a bot removes its commands as it closes
    if hold is not None:
        hold.end()
    # As where `async with client` ends: what setup_hook has put into context variables is there.
    context = scene.contexts.pop(client)
    closing = scene.loop.create_task(
        _close(client), name=f"close() of {type(client).__name__}", context=context
    )
    scene.watch.ignore(closing)
    await asyncio.wait([closing], timeout=CLOSING)
    if not task.done() and client.is_closed():
        await scene.loop.settle()
        life = _life(client, task)
        if haste.is_reconnecting(life):
            life.cancel()
    goes_on = hold is not None and client.is_closed()
    if not task.done():
        await asyncio.wait([task], timeout=PARTING if goes_on else CLOSING)
    problems = []
    if not closing.done():
        problems.append(
            f"close() of {type(client).__name__} does not: {describe_task(closing)}.\n{stack(closing)}"
        )
    elif not closing.cancelled() and (error := closing.exception()) is not None:
        scene.watch.add(error, "in close()")
        await client.http.close()  # which it may not have come to
    elif not task.done() and not goes_on:
        problems.append(_why_alive(client, _life(client, task)))
    if not (closing.done() and task.done()):
        problems += await end_tasks([closing, task])
        await client.http.close()
    if not task.cancelled() and (error := task.exception()) is not None:
        scene.watch.add(error, f"and {type(client).__name__} stopped")
    return problems


def _why_alive(client: discord.Client, task: asyncio.Task[Any]) -> str:
    """Say why a client lives on although its ``close()`` has returned."""
    close: Any = type(client).close
    code = inspect.unwrap(close).__code__
    if client.is_closed() or close.__module__.partition(".")[0] == "discord":
        return f"{type(client).__name__} is closed and runs on: {describe_task(task)}"
    return (
        f"{function_name(close.__qualname__)} ({where_begins(code)}) does not close the client: "
        "write `await super().close()` in it"
    )


async def _close(client: discord.Client) -> None:
    if not client.is_closed():
        await client.close()


# -- a client that lives again


def renew(client: discord.Client) -> None:
    """Make what a client has become its first state, unless its ``setup_hook`` would add that once more."""
    hook = getattr(type(client), "setup_hook", None)
    if _FIRST_STATE in vars(client) and not client.is_closed() and hook is discord.Client.setup_hook:
        _remember(client)


def _revive(client: discord.Client) -> None:
    """Make a client that was closed ready for another login, as it was before the first."""
    client.clear()
    # its mark for "not set yet": close() leaves another, with which login sets none
    client.loop = discord.client._loop
    connector = client.http.connector
    if connector is not MISSING and connector.closed:
        client.http.connector = MISSING
    restore = vars(client).get(_FIRST_STATE)
    if restore is not None:
        restore()
    if isinstance(client, commands.bot.BotBase):
        for command in client.walk_commands():
            command._buckets._cache.clear()  # cooldowns count by the last test's clock
            if command._max_concurrency is not None:
                command._max_concurrency._mapping.clear()


def _forget_cooldowns(client: discord.Client) -> None:
    """Empty the buckets of commands that are of a class or module: they outlive every bot, and its clock.

    Of prefix commands that is the one bucket for everybody, which the commands of all instances of a cog share. For
    those of application commands discord.py has no name: they are a default argument of a function in the check.
    """
    if isinstance(client, commands.bot.BotBase):
        for prefixed in client.walk_commands():
            if prefixed._buckets._cooldown is not None:
                prefixed._buckets._cooldown.reset()
    tree = client._connection._command_tree
    if tree is None:
        return
    tables: list[dict[Any, Any]] = [
        tree._global_commands,
        *tree._guild_commands.values(),
        tree._context_menus,
    ]
    for command in [command for table in tables for command in table.values()]:
        inner = command.walk_commands() if isinstance(command, app_commands.Group) else ()
        for each in (command, *inner):
            for check in getattr(each, "checks", ()):
                for cell in getattr(check, "__closure__", None) or ():
                    buckets = (getattr(cell.cell_contents, "__kwdefaults__", None) or {}).get("mapping")
                    if isinstance(buckets, dict):
                        buckets.clear()


def _remember(client: discord.Client) -> None:
    """Note what a client is made of before its first start, on the client itself: it would live for ever elsewhere."""
    mine = vars(client)
    empty: list[Any] = []
    kept = {name: _kept(value, 2, empty) for name, value in mine.items() if name not in _OWN_STATE}
    chosen_id = client.application_id

    def restore() -> None:
        for name in [name for name in mine if name not in _OWN_STATE and name not in kept]:
            del mine[name]
        mine.update({name: _restored(each) for name, each in kept.items()})
        for container in empty:
            container.clear()
        client._connection.application_id = chosen_id  # else login keeps that of its last life

    mine[_FIRST_STATE] = restore


def forget_first_state(client: discord.Client) -> None:
    """Leave a client that starts again as it has become; what belongs to a connection is made new all the same."""
    vars(client).pop(_FIRST_STATE, None)


class _Kept:
    """A container and what it holds now, down to ``depth`` levels."""

    __slots__ = "holds", "value"

    def __init__(self, value: Any, depth: int, empty: list[Any]) -> None:
        self.value = value
        self.holds: Any = None
        if isinstance(value, app_commands.CommandTree):
            self.holds = _Kept(vars(value), depth, empty)
        elif isinstance(value, dict):
            self.holds = {key: _kept(each, depth - 1, empty) for key, each in value.items()}
        else:
            self.holds = [*value]

    def restore(self) -> Any:
        """Make the container hold that again, in place; return it."""
        value, holds = self.value, self.holds
        if isinstance(holds, _Kept):
            holds.restore()
            return value
        if isinstance(value, dict):
            holds = {key: _restored(each) for key, each in holds.items()}
        value.clear()
        if isinstance(value, list):
            value.extend(holds)
        else:
            value.update(holds)
        return value


def _kept(value: Any, depth: int, empty: list[Any]) -> Any:
    """Return a `_Kept` for a container, what is none as it is; add one that is ``empty``, as most are, to those."""
    if isinstance(value, (dict, list, set)):
        if depth and value:
            return _Kept(value, depth, empty)
        if depth:
            empty.append(value)
        return value
    return _Kept(value, depth, empty) if isinstance(value, app_commands.CommandTree) else value


def _restored(each: Any) -> Any:
    return each.restore() if type(each) is _Kept else each

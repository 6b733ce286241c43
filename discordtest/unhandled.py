"""Errors of the bot that nothing handled: in events, commands, views, loops and tasks.

discord.py ends every error that has no handler in a default hook, which does one thing: it logs. So the loggers
of the modules with such hooks are stood in for while tests run; what they are told is kept for the test on whose
loop it happened, then logged as ever. A task counts when it failed and nobody has looked at its exception.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord.app_commands.tree
import discord.client
import discord.ext.commands.bot
import discord.ext.commands.cog
import discord.ext.tasks
import discord.state
import discord.ui.modal
import discord.ui.view

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import ModuleType

__all__ = ["Unhandled", "Watch", "install", "uninstall"]

_MODULES: tuple[ModuleType, ...] = (
    discord.app_commands.tree,
    discord.client,
    discord.ext.commands.bot,
    discord.ext.commands.cog,
    discord.ext.tasks,
    discord.state,
    discord.ui.modal,
    discord.ui.view,
)
#: How the hooks begin what they log; other lines of these modules (a reconnect) are no errors of the bot.
_HOOKS = ("Ignoring exception", "Unhandled exception", "Exception occurred during")

_lock = threading.Lock()
_watches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = weakref.WeakKeyDictionary()
_installed = 0


@dataclass(slots=True)
class Unhandled:
    """One error of the bot: ``where`` is a phrase such as ``in on_message``."""

    error: BaseException
    where: str


class Watch:
    """The unhandled errors of one loop, oldest first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.errors: list[Unhandled] = []
        self._failed: list[asyncio.Task[Any]] = []  # held, so that nobody looks at them by dropping them
        self._ours: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._previous = loop.get_task_factory()
        self._loop = loop
        loop.set_task_factory(self._make_task)  # type: ignore[arg-type]  # typeshed's protocol names other arguments

    def ignore(self, task: asyncio.Task[Any]) -> None:
        """Leave a task out whose result the test case looks at itself."""
        self._ours.add(task)

    def add(self, error: BaseException, where: str) -> None:
        """Note an error, once."""
        if all(known.error is not error for known in self.errors):
            self.errors.append(Unhandled(error, where))

    def collect(self) -> list[Unhandled]:
        """Return the errors so far; failed tasks join them unless somebody has looked meanwhile."""
        failed, self._failed = self._failed, []
        for task in failed:
            if getattr(task, "_log_traceback", False) and task not in self._ours:
                error = task.exception()
                if error is not None:
                    self.add(error, f"in the task {task.get_name()!r} ({_coroutine_name(task)})")
        return self.errors

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        if self._previous is None:
            task = asyncio.Task(coro, loop=loop, **options)
        else:
            task = self._previous(loop, coro, **options)  # type: ignore[assignment]  # typed as any Future
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        # asyncio has no public name for "failed, and exception() was not called"; exception() would be a look.
        if not task.cancelled() and getattr(task, "_log_traceback", False):
            self._failed.append(task)


class _Log:
    """Stands in for a module's logger: keeps what the default hooks say, passes everything on."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def error(self, message: str, *args: Any, **options: Any) -> None:
        """Log an error."""
        _keep(message, args, options.get("exc_info"))
        self.real.error(message, *args, **options)

    def exception(self, message: str, *args: Any, **options: Any) -> None:
        """Log the exception that is being handled."""
        _keep(message, args, sys.exc_info()[1])
        self.real.exception(message, *args, **options)


def _keep(message: str, args: tuple[Any, ...], error: Any) -> None:
    loop = asyncio._get_running_loop()
    watch = None if loop is None else _watches.get(loop)
    if watch is not None and isinstance(error, BaseException) and message.startswith(_HOOKS):
        try:
            where = message % args
        except (TypeError, ValueError):
            where = message
        for hook in _HOOKS:
            where = where.removeprefix(hook).strip()
        watch.add(error, where)


def _coroutine_name(task: asyncio.Task[Any]) -> str:
    coro = task.get_coro()
    return getattr(coro, "__qualname__", repr(coro))


def install(loop: asyncio.AbstractEventLoop) -> Watch:
    """Watch a loop; return the watch."""
    global _installed
    with _lock:
        watch = _watches[loop] = Watch(loop)
        if not _installed:
            for module in _MODULES:
                module._log = _Log(module._log)  # type: ignore[attr-defined]  # discord.py's own logger
        _installed += 1
    return watch


def uninstall(loop: asyncio.AbstractEventLoop) -> None:
    """Stop watching a loop; after the last one discord.py's loggers are back."""
    global _installed
    with _lock:
        if _watches.pop(loop, None) is None:
            return
        loop.set_task_factory(None)
        _installed -= 1
        if not _installed:
            for module in _MODULES:
                if isinstance(module._log, _Log):  # type: ignore[attr-defined]
                    module._log = module._log.real  # type: ignore[attr-defined]

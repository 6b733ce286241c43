"""Errors of the bot that nothing handled: in events, commands, views, loops and tasks.

discord.py ends every error that has no handler in a default hook, which does one thing: it logs. So the loggers
of the modules with such hooks are stood in for while tests run; what they are told is kept for the test on whose
loop it happened, then logged as ever. A task that failed counts once nobody can look at its exception any more:
when it is dropped (asyncio tells the loop's exception handler then), at the latest when the test ends.

A coroutine that is dropped before it began, for want of an ``await``, is no error to Python: it warns. That warning is
kept beside, for the failure that follows from it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import traceback
import warnings
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord.app_commands.tree
import discord.client
import discord.ext.commands.bot
import discord.ext.commands.cog
import discord.ext.tasks
import discord.player
import discord.state
import discord.ui.modal
import discord.ui.view

from discordtest.bot_errors import after_close
from discordtest.clock.players import loop_to_tell
from discordtest.code_names import function_name, line_at
from discordtest.stand_ins import StandIns, always

if TYPE_CHECKING:
    from types import ModuleType

    from discordtest.clock.loop import VirtualLoop

__all__ = ["Unhandled", "Watch", "install", "named", "uninstall"]

_MODULES: tuple[ModuleType, ...] = (
    discord.app_commands.tree,
    discord.client,
    discord.ext.commands.bot,
    discord.ext.commands.cog,
    discord.ext.tasks,
    discord.player,
    discord.state,
    discord.ui.modal,
    discord.ui.view,
)
#: How the hooks begin what they log; other lines of these modules (a reconnect) are no errors of the bot.
_HOOKS = ("Ignoring exception", "Unhandled exception", "Exception occurred during")
_PLACE = re.compile(r" \(Guild: \S+, User: \S+\)$")
#: What it logs of a thread that plays, and where that is.
_WHILE_PLAYING = {
    "Calling the after function failed.": "in what play() was given as after",
    "Exception in voice thread %s": "in the source that it played",
}
_TREE = "CommandTree._from_interaction."
_LOOP_CODE = discord.ext.tasks.Loop._loop.__code__
_HOOK_CODE = discord.ext.tasks.Loop._call_loop_function.__code__

_lock = threading.Lock()
_watches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = weakref.WeakKeyDictionary()
_installed = 0
#: What CPython (3.7 to 3.14) calls for a coroutine that never began, by this name of the module; a filter of warnings
#: lets each line through once in a process, and a test has to hear of it each time.
_WARNS = "_warn_unawaited_coroutine"


@dataclass(slots=True)
class Unhandled:
    """One error of the bot: ``where`` is a phrase such as ``in on_message``."""

    error: BaseException
    where: str

    def __str__(self) -> str:
        error = self.cause
        text = f"{type(error).__name__}: {error}".removesuffix(".") if str(error) else type(error).__name__
        return f"{text}, {self.where}" if self.where else text

    @property
    def cause(self) -> BaseException:
        """The error itself, out of what discord.py wraps around it."""
        error = self.error
        while isinstance(inner := getattr(error, "original", None), BaseException):
            error = inner
        return error


class Watch:
    """The unhandled errors of one loop, oldest first."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.errors: list[Unhandled] = []
        self.unawaited: list[str] = []  # coroutines that were dropped before they began, and where
        self._known: list[BaseException] = []  # each error counts once
        self._is_sealed = False
        self._others = {*map(weakref.ref, loop.unfinished())}  # tasks that were there before
        self._handler = loop.get_exception_handler()
        self._loop = loop
        loop.set_exception_handler(self._handle)

    def close(self) -> None:
        """Leave the loop as it was."""
        self._loop.set_exception_handler(self._handler)

    def ignore(self, task: asyncio.Task[Any]) -> None:
        """Leave a task out whose result the test case looks at itself."""
        task.add_done_callback(_hush)

    def add(self, error: BaseException, where: str) -> None:
        """Note an error, once."""
        known = after_close.meant(error)
        if self._is_sealed or known is None:
            return
        entry = Unhandled(known, where)
        if all(each is not entry.error and each is not entry.cause for each in self._known):
            self._known.append(entry.error)
            self.errors.append(entry)

    def forgive(self, error: BaseException) -> None:
        """Never count this error: somebody has told the test."""
        self._known.append(error)
        self.errors[:] = [entry for entry in self.errors if entry.cause is not error]

    def known_ids(self) -> set[int]:
        """Return the ids of all errors that have been counted, or that somebody has told."""
        causes = (Unhandled(error, "").cause for error in self._known)
        return {*map(id, self._known), *map(id, causes)}

    def seal(self) -> None:
        """Count what there is by now, and nothing any more: a test that has failed is taken down half-way."""
        self.add_held()
        self._is_sealed = True

    def held(self) -> list[Unhandled]:
        """Return the errors of failed tasks that the bot holds and has not looked at so far."""
        found = []
        for task in self._failed():
            error: Any = getattr(task, "_exception", None)
            if all(known is not error for known in self._known) and not _is_told(task):
                found.append(Unhandled(error, _task_text(task)))
        return found

    def add_held(self) -> None:
        """Count the failed tasks that nobody has looked at: the test is over, nobody will."""
        for entry in self.held():
            self.add(entry.error, entry.where)
        for task in self._failed():
            task._log_traceback = False  # told, so asyncio need not complain

    def _failed(self) -> list[Any]:
        """Return the failed tasks that somebody holds and nobody has looked at. Any: tasks, by a private name.

        asyncio has no public name for "failed, and exception() was not called"; exception() would be a look.
        """
        failed = [
            task for task in self._loop.tasks() if task.done() and getattr(task, "_log_traceback", False)
        ]
        return [task for task in failed if weakref.ref(task) not in self._others]

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Note what asyncio found unhandled: a failed task that was dropped, a callback that failed."""
        error = context.get("exception")
        if not isinstance(error, Exception):
            loop.default_exception_handler(context)
            return
        source = context.get("task") or context.get("future")
        if isinstance(source, asyncio.Task) and _is_told(source):
            return
        where = _task_text(source) if isinstance(source, asyncio.Task) else _callback_text(context)
        self.add(error, where)


class _Log:
    """Stands in for a module's logger: keeps what the default hooks say, passes everything on."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.debug, self.info = real.debug, real.info  # called for every event

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def error(self, message: str, *args: Any, **options: Any) -> None:
        """Log an error."""
        _keep(message, args, options.get("exc_info"))
        self.real.error(message, *args, **options)

    def exception(self, message: str, *args: Any, **options: Any) -> None:
        """Log the exception that is being handled."""
        _keep(message, args, options.get("exc_info") or sys.exc_info()[1])
        self.real.exception(message, *args, **options)


def _keep(message: str, args: tuple[Any, ...], error: Any) -> None:
    loop = asyncio._get_running_loop() or loop_to_tell()
    watch = None if loop is None else _watches.get(loop)
    if watch is None or not isinstance(error, BaseException):
        return
    if message in _WHILE_PLAYING:
        watch.add(error, _WHILE_PLAYING[message])
    elif message.startswith(_HOOKS):
        try:
            where = message % tuple(map(named, args))
        except (TypeError, ValueError):
            where = message
        for hook in _HOOKS:
            where = where.removeprefix(hook).strip(" :.")
        where = _PLACE.sub("", where).replace("internal background task", "the loop")
        watch.add(error, "" if where == "in command None" else where)


class _Name(str):
    """A name that ``%r`` shows as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def named(thing: Any) -> Any:
    """Return what people call a view, a modal or a component; anything else as it is."""
    if isinstance(thing, discord.ui.Item):
        kind = "select" if hasattr(thing, "values") else type(thing).__name__.lower()
        label = getattr(thing, "label", None) or getattr(thing, "placeholder", None)
        return _Name(f"{kind} {label!r}" if label else kind)
    return _Name(type(thing).__name__) if isinstance(thing, discord.ui.view.BaseView) else thing


def _note_unawaited(coroutine: Any) -> None:
    """Keep what Python is about to warn of: it calls this when it drops a coroutine that never began."""
    loop = asyncio._get_running_loop()
    watch = None if loop is None else _watches.get(loop)
    if watch is not None:
        frame, name = sys._getframe(1), coroutine.__name__
        place = ""
        if name in frame.f_code.co_names:  # else it was dropped later, elsewhere
            place = f" ({line_at(frame.f_code.co_filename, frame.f_lineno)})"
        watch.unawaited.append(f"{function_name(coroutine.__qualname__)}{place}")
    text = f"coroutine {coroutine.__qualname__!r} was never awaited"
    if coroutine.cr_origin is not None:  # as Python notes it in development mode
        made = traceback.StackSummary.from_list([(*place, None) for place in reversed(coroutine.cr_origin)])
        text += f"\nCoroutine created at (most recent call last)\n{''.join(made.format())}".rstrip()
    # As Python does: with the line that dropped it, which is one frame up.
    warnings.warn(text, RuntimeWarning, stacklevel=2, source=coroutine)


def _task_text(task: asyncio.Task[Any]) -> str:
    coro = task.get_coro()
    if getattr(coro, "__qualname__", "").startswith(_TREE):
        return "in the error handler of the command tree"
    name = getattr(coro, "__qualname__", repr(coro))
    return f"in the task of {function_name(name)}"


def _callback_text(context: dict[str, Any]) -> str:
    callback = getattr(context.get("handle"), "_callback", None)
    name = getattr(callback, "__qualname__", None)
    if name is None:
        return f"in the event loop ({context.get('message')})"
    return f"in a call of {function_name(name)}"


def _hush(task: asyncio.Task[Any]) -> None:
    """Keep asyncio from telling of a failed task: its error is told otherwise."""
    if not task.cancelled() and (error := task.exception()) is not None:
        after_close.meant(error)


def _is_told(task: asyncio.Task[Any]) -> bool:
    """Tell whether a run of ``tasks.loop`` failed whose error its error hook, default or not, has had already."""
    error: Any = getattr(task, "_exception", None)
    if error is None or getattr(task.get_coro(), "cr_code", None) is not _LOOP_CODE:
        return False
    codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    # else that hook, or one before or after, failed itself
    return _HOOK_CODE not in codes


_stand_ins = StandIns(
    *((module, "_log", _Log) for module in _MODULES),
    *([(warnings, _WARNS, always(_note_unawaited))] if hasattr(warnings, _WARNS) else []),
)


def install(loop: VirtualLoop) -> Watch:
    """Watch a loop; return the watch."""
    global _installed
    with _lock:
        watch = _watches[loop] = Watch(loop)
        if not _installed:
            _stand_ins.put()
        _installed += 1
    return watch


def uninstall(loop: asyncio.AbstractEventLoop) -> None:
    """Stop watching a loop; after the last one discord.py's loggers are back."""
    global _installed
    with _lock:
        watch = _watches.pop(loop, None)
        if watch is None:
            return
        watch.close()
        _installed -= 1
        if not _installed:
            _stand_ins.take_away()

"""Errors that handlers of the bot's own have got: no test fails over one, but what fails later may come from it.

discord.py has six places where it hands an error to a handler: those of events, prefix commands, application commands,
menus, components with modals, and loops. Each is looked into while tests run, and only where an error is on its way.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
import weakref
from types import CodeType
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from discordtest.backend.journal import Act, Dispatch, Handled, Sent
from discordtest.bot_errors import after_close
from discordtest.bot_errors.unhandled import Unhandled, named
from discordtest.brevity import start_of
from discordtest.clock.module_view import ModuleView
from discordtest.clock.waits import MACHINERY
from discordtest.code_names import function_name, line_at, where_begins
from discordtest.source import package_of, steps
from discordtest.stand_ins import StandIns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from discordtest.backend import Backend
    from discordtest.backend.journal import Entry
    from discordtest.bot_errors.unhandled import Watch

__all__ = ["Ledger", "install", "uninstall"]

_DEFAULTS: tuple[Any, ...] = (
    discord.Client.on_error,
    discord.ui.View.on_error,
    discord.ui.Modal.on_error,
    commands.Bot.on_command_error,
    app_commands.CommandTree.on_error,
    app_commands.Group.on_error,
    tasks.Loop._error,
)
_RUN_EVENT = discord.Client._run_event.__code__

_lock = threading.Lock()
_ledgers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Ledger] = weakref.WeakKeyDictionary()


class Ledger:
    """What the bot of one test has handled; it stands in the journal, in words: an error would keep its frames."""

    def __init__(self, watch: Watch, backend: Backend) -> None:
        self._watch = watch
        self._backend = backend

    def note(self, error: BaseException, where: str, handlers: list[str]) -> None:
        """Note an error that handlers are about to get."""
        known = after_close.meant(error)
        if known is None:
            return
        entry, journal = Unhandled(known, where), self._backend.journal
        ids = id(known), id(entry.cause)
        if not handlers or (journal and isinstance(last := journal[-1], Handled) and last.ids == ids):
            return
        text = f"raised {entry}{_line(entry.cause)}, and its own {' and '.join(handlers)} handled it"
        journal.append(Handled(self._backend.world.now(), text, ids))

    def lines(self, start: int) -> list[str]:
        """Return what was handled from an entry of the journal on; if nothing was, what may have led to that.

        That is the last error before, where nobody has asked the bot for anything since, and that of its start. What a
        handler has raised again, or given to the default one, is told as unhandled.
        """
        journal, unhandled = self._backend.journal, self._watch.known_ids()
        began = next((number for number, entry in enumerate(journal) if isinstance(entry, Act)), 0)
        was_asked = any(map(_asks, journal[start:]))
        now, before = [], ""
        for number, entry in enumerate(journal):
            if isinstance(entry, Handled) and not unhandled.intersection(entry.ids):
                if number >= start:
                    now.append(f"The bot {entry.text}")
                elif number < began or not was_asked:
                    before = f"Before the last act the bot {entry.text}"
        return now or [before] * bool(before)


def _asks(entry: Entry) -> bool:
    """Tell whether a person wants something of a bot there: by a message, or an interaction."""
    if isinstance(entry, Sent):
        return not entry.wire
    return isinstance(entry, Dispatch) and entry.name == "INTERACTION_CREATE"


def _line(error: BaseException) -> str:
    """Return the line of the bot that an error came from: `` (bot.py:12)``."""
    own = [step for step in steps(error.__traceback__) if package_of(step) not in MACHINERY]
    return f" ({line_at(own[-1].tb_frame.f_code.co_filename, own[-1].tb_lineno)})" if own else ""


def _note(error: BaseException, where: str, handlers: Iterable[Any]) -> None:
    loop = asyncio._get_running_loop()
    ledger = None if loop is None else _ledgers.get(loop)
    if ledger is not None:
        ledger.note(error, where, [_name(each) for each in handlers if _is_own(each)])


def _is_own(handler: Any) -> bool:
    return handler is not None and getattr(handler, "__func__", handler) not in _DEFAULTS


def _name(handler: Any) -> str:
    code = getattr(handler, "__code__", None)  # a mock's is another mock, which takes itself for code
    name = function_name(getattr(handler, "__qualname__", None) or start_of(repr(handler)))
    return f"{name} ({where_begins(code)})" if type(code) is CodeType else name


# -- events


class _Asyncio(ModuleView):
    """What discord.client takes for asyncio.

    ``_run_event`` asks it for ``CancelledError`` when a handler has raised, before it calls ``on_error``. So what runs
    without an error costs nothing, and ``on_error`` stays whatever the bot makes it, at whatever time.
    """

    @property
    def CancelledError(self) -> type[BaseException]:
        """Note what is on its way to ``on_error``."""
        error, frame = sys.exc_info()[1], sys._getframe(1)
        if frame.f_code is _RUN_EVENT and isinstance(error, Exception):
            client, event = frame.f_locals["self"], frame.f_locals["event_name"]
            _note(error, f"in {event}", [client.on_error])
        return asyncio.CancelledError


# -- prefix commands


def _dispatch_error(real: Any, command: Any, ctx: Any, error: Any) -> Any:
    handlers = [getattr(command, "on_error", None)]
    if command.cog is not None and command.cog.has_error_handler():
        handlers.append(command.cog.cog_command_error)
    handlers += [ctx.bot.on_command_error, *ctx.bot.extra_events.get("on_command_error", ())]
    _note(error, f"in command {command}", handlers)
    return real(command, ctx, error)


# -- application commands


def _of_tree(interaction: discord.Interaction[Any]) -> Any:
    tree = interaction._state._command_tree
    return None if tree is None else tree.on_error


def _invoke_error_handlers(real: Any, command: Any, interaction: Any, error: Any) -> Any:
    parents = [parent for parent in (command.parent, getattr(command.parent, "parent", None)) if parent]
    of_binding = getattr(command.binding, "__discord_app_commands_error_handler__", None)
    handlers = [command.on_error, *(each.on_error for each in parents), of_binding, _of_tree(interaction)]
    _note(error, f"in command {command.qualified_name}", handlers)
    return real(command, interaction, error)


def _dispatch_tree_error(real: Any, tree: Any, interaction: Any, error: Any) -> Any:
    _note(error, "in the command tree", [tree.on_error])
    return real(tree, interaction, error)


async def _invoke_menu(real: Any, menu: Any, interaction: Any, target: Any) -> Any:
    try:
        return await real(menu, interaction, target)
    except app_commands.AppCommandError as error:
        _note(error, f"in the menu command {menu.name!r}", [menu.on_error, _of_tree(interaction)])
        raise


# -- components, modals and loops


def _scheduled_task(real: Any, view: Any, *given: Any) -> Any:
    own = view.on_error
    if _is_own(own) and not isinstance(own, _OnError):
        vars(view)["on_error"] = _OnError(own, view)
    return real(view, *given)


class _OnError:
    """The ``on_error`` of a view or modal, which is looked up on it once something has failed."""

    def __init__(self, real: Any, view: Any) -> None:
        self._real = real
        self._kind = ("modal" if isinstance(view, discord.ui.Modal) else "view") + f" {type(view).__name__}"

    def __call__(self, interaction: Any, error: Exception, *item: Any) -> Any:
        where = "".join(f" for {named(each)!r}" for each in item)
        _note(error, f"in {self._kind}{where}", [self._real])
        return self._real(interaction, error, *item)


def _call_loop_function(real: Any, loop: Any, name: str, *args: Any) -> Any:
    if name == "error":
        _note(args[-1], f"in the loop {loop.coro.__name__!r}", [loop._error])
    return real(loop, name, *args)


# -- while tests run


def _through(look: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return what makes a method that calls ``look`` with the real one first."""

    def over(real: Any) -> Any:
        @functools.wraps(real)
        def method(*args: Any) -> Any:
            return look(real, *args)

        return method

    return over


_stand_ins = StandIns(
    (discord.client, "asyncio", _Asyncio),
    (commands.Command, "dispatch_error", _through(_dispatch_error)),
    (app_commands.Command, "_invoke_error_handlers", _through(_invoke_error_handlers)),
    (app_commands.CommandTree, "_dispatch_error", _through(_dispatch_tree_error)),
    (app_commands.ContextMenu, "_invoke", _through(_invoke_menu)),
    (discord.ui.view.BaseView, "_scheduled_task", _through(_scheduled_task)),
    (discord.ui.Modal, "_scheduled_task", _through(_scheduled_task)),
    (tasks.Loop, "_call_loop_function", _through(_call_loop_function)),
)


def install(loop: asyncio.AbstractEventLoop, watch: Watch, backend: Backend) -> Ledger:
    """Note what the bot of a loop handles; return the ledger of it."""
    with _lock:
        if not _ledgers:
            _stand_ins.put()
        ledger = _ledgers[loop] = Ledger(watch, backend)
    return ledger


def uninstall(loop: asyncio.AbstractEventLoop) -> None:
    """Stop looking at a loop; after the last one discord.py is as it was."""
    with _lock:
        if _ledgers.pop(loop, None) is not None and not _ledgers:
            _stand_ins.take_away()

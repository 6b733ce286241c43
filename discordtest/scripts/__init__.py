"""Bot scripts as they stand: run until they start their client, held there, continued by the test.

The script runs as a task on the test's loop. Where it would start a loop of its own (``client.run``,
``asyncio.run``, ``uvloop.run``) at the top of the file, it awaits instead, so that what stands behind or around
that line still runs when the client has ended. Inside a function that cannot be: there the call that starts the
client leaves the function with an exception that no ``except Exception`` catches, and only what it runs goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import discord

from discordtest.errors import SetupError
from discordtest.scripts.compiling import AWAIT_NAME, compile_command, compile_script
from discordtest.scripts.imports import FreshImports
from discordtest.scripts.locating import find, find_command, module_name
from discordtest.scripts.standing_in import LeftFunction, await_instead, script_of_context, stand_ins
from discordtest.scripts.surroundings import Loggers, Process, called_with, main_module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import CodeType

    from discordtest.scripts.blocking import Watchdog

__all__ = [
    "Hold",
    "end_logging",
    "end_process",
    "held_with",
    "hold_of",
    "load_client",
    "load_clients",
    "note",
    "unload",
]

__unittest = True  # unittest leaves our frames out of its tracebacks

# Scripts read their token from the environment, which may be empty where tests run; any token is accepted.
SUBSTITUTE_TOKEN = "token-of-a-loaded-script"

_STARTERS = ("main", "run", "start")  # how functions are called that start a bot

#: the file, its folder, its package, the command if it is one
Found: TypeAlias = "tuple[Path, Path, str | None, str]"

_loaded: set[Path] = set()  # scripts that this process has run
_holds: dict[discord.Client, Hold] = {}  # until the script is unloaded
_scripts: dict[asyncio.AbstractEventLoop, list[Script]] = {}


class Hold:
    """A client at the moment when its script starts it: logged in by nobody yet."""

    def __init__(self, script: Script, client: discord.Client, token: str) -> None:
        self.script = script
        self.client = client
        self.token = token
        self._released = asyncio.get_running_loop().create_future()

    async def wait(self) -> None:
        """Wait until the test starts the client."""
        await self._released

    async def start(self, token: str = "", *, reconnect: bool = True) -> None:
        """Stand in for ``client.start`` once: let the script go on, and return when it has ended."""
        vars(self.client).pop("start", None)
        if not self._released.done():
            self._released.set_result(None)
        await self.script.task

    def end(self) -> None:
        """Let the client start no more: a script that starts it again and again waits where it does so."""
        vars(self.client).update(start=_wait_for_ever, login=_wait_for_ever)


class Script:
    """One run of a script."""

    task: asyncio.Task[None]
    watchdog: Watchdog
    end: SystemExit | None = None  # what ended it without an error once it had a client

    def __init__(self, found: Found, arguments: Sequence[str], anew: Sequence[str]) -> None:
        self.path, folder, package, self._command = found
        self.arguments = arguments
        self.context = contextvars.copy_context()
        self.is_leaving = False
        self.first_hold: asyncio.Future[Hold] = asyncio.get_running_loop().create_future()
        self.module = main_module(self.path, package)
        self._is_first = self.path not in _loaded
        _loaded.add(self.path)
        self._undo = contextlib.ExitStack()
        self._imports = FreshImports(folder, self.module, anew)
        self._undo.callback(self._imports.close)
        self._undo.callback(self._forget)
        try:
            if sys.version_info < (3, 14):  # uvloop.install() sets its own
                self._undo.callback(asyncio.set_event_loop_policy, asyncio.get_event_loop_policy())
            self.process = Process()
            self._undo.callback(self.process.give_back)
            self.loggers = Loggers()
            self._undo.callback(self.loggers.give_back)
        except BaseException:
            self._undo.close()
            raise

    async def run(self) -> None:
        """Run the whole script, on both sides of the hold."""
        try:
            await self._run()
        except SystemExit as end:
            held = self.first_hold.done()
            if end.code or not held:  # sys.exit(asyncio.run(main())) has no code
                raise SetupError(self._ended(end, held)) from end
            self.end = end
        except KeyboardInterrupt as interrupt:
            if not self.watchdog.has_barked:
                raise
            raise self.watchdog.error(self.path, interrupt) from None
        except Exception as error:  # only to say more
            if advice := self._advice(getattr(error, "original", error)):
                error.add_note(advice)
            raise

    def _advice(self, error: Exception) -> str | None:
        """Return what to write where a script lacks what it has in life: its package, environment or own process."""
        if isinstance(error, ImportError):
            if "no known parent package" not in str(error):
                return None
            name = module_name(self.path)[1]
            return (
                f'{self.path.name} imports relatively, so it is a part of a package: write load_client("{name}"), '
                f"which runs it as `python -m {name}` does"
            )
        from discordtest.clock.waits import root  # executed with the first test

        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        if not isinstance(error, KeyError) or frame.f_locals.get("self") is not os.environ:
            return self._advice_on_library(root(frame), frame.f_code.co_filename)
        return (
            f"The test has no such environment variable: in setUp, write self.enterContext(unittest.mock.patch.dict("
            f'os.environ, {error.args[0]}="any")). Any token is accepted'
        )

    def _advice_on_library(self, library: str, file: str) -> str | None:
        if self._is_first or "site-packages" not in file or library in ("discord", self.module.__package__):
            return None
        return (
            f"This process has loaded {self._command or self.path.name} before, and {library} may keep what it did "
            f'then: load_client(…, anew=["{library}"]) imports that anew with it'
        )

    def _ended(self, end: SystemExit, held: bool) -> str:
        from discordtest.bot_errors.exits import who_called  # executed with the first test

        text = f"the script {self.path.name} ended: {who_called(end)}"
        if held:
            return text
        text += "; it had started no client"
        if isinstance(end.code, str):  # it says why
            return text
        given = " ".join(self.arguments) or "none"
        return f"{text}; its arguments were: {given}. load_client(…, arguments=[…]) passes others"

    async def _run(self) -> None:
        vars(self.module)[AWAIT_NAME] = await_instead
        try:
            rest = eval(self._code(), vars(self.module))
            if rest is not None:
                await rest
            return
        except LeftFunction as left:
            self.is_leaving = False
            rest = left.first().rest
        await rest  # outside of `except`, so that no error of the bot has that one as its context

    def _code(self) -> CodeType:
        if not self._command:
            return compile_script(self.path)
        module, _, function = self._command.partition(":")
        return compile_command(module, function)

    def hold(self, client: discord.Client, token: object) -> Hold:
        """Note that the script starts a client."""
        text = token.strip() if isinstance(token, str) else ""
        substitute = f"{SUBSTITUTE_TOKEN}-{crc32(bytes(self.path)):08x}-{len(self.held())}"
        hold = _holds[client] = Hold(self, client, text or substitute)
        vars(client)["start"] = hold.start
        if not self.first_hold.done():
            self.first_hold.set_result(hold)
        return hold

    def has_held(self, client: discord.Client | None = None) -> bool:
        """Tell whether the script has started a client, or this one."""
        return self.first_hold.done() if client is None else client in _holds

    def held(self) -> list[discord.Client]:
        """Return the clients that the script starts, in that order."""
        return [client for client, hold in list(_holds.items()) if hold.script is self]

    def only_client(self) -> discord.Client:
        """Return the client that the module defines; fail unless it defines exactly one."""
        clients = {id(v): v for v in vars(self.module).values() if isinstance(v, discord.Client)}
        if len(clients) == 1:
            return next(iter(clients.values()))
        number = "several" if clients else "none"
        text = f"{self.path} ended without starting a client, and defines {number}: return yours from make_client()"
        uncalled = next((name for name in _STARTERS if callable(vars(self.module).get(name))), None)
        if uncalled is None:
            raise SetupError(text)
        if self.module.__package__ is None:
            raise SetupError(f"{text}, or load a file that calls its {uncalled}()")
        command = f"{module_name(self.path)[1]}:{uncalled}"
        raise SetupError(f'{text}, or write load_client("{command}"), which calls its {uncalled}()')

    async def close(self) -> None:
        """End the script and forget its modules."""
        with self._undo:  # each of them, though one fails
            task: asyncio.Task[None] | None = vars(self).get("task")  # None: its file could not be read
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=1.0)

    def note(self) -> None:
        """Note what the script has set that others set, too."""
        self.loggers.note()
        self._imports.note()

    def _forget(self) -> None:
        for client in self.held():
            del _holds[client]


def load_client(
    script: str | Path | ModuleType, *, arguments: Sequence[str] = (), anew: Sequence[str] = ()
) -> Awaitable[discord.Client]:
    """Run a bot's script until it starts its client, and return that client, not started.

    ``script`` is a file, or a module or its dotted name, or the function that a command of ``pyproject.toml`` calls,
    ``"mybot.cli:main"``. Starting the client continues the script; whatever token it uses is accepted. A script that
    starts nothing but defines one client gives that one. ``arguments`` are those of its command line,
    ``sys.argv[1:]``. ``anew`` names libraries that are imported anew with the script, as its own modules are: those
    that keep for the process what a script registers.

    Example::

        def make_client(self):
            return load_client("bot.py")
    """
    # A relative path may be meant from the caller's file, and only now is the caller on the stack.
    return _only(_load(_found(script, sys._getframe(1).f_code.co_filename), arguments, anew))


def load_clients(
    script: str | Path | ModuleType, *, arguments: Sequence[str] = (), anew: Sequence[str] = ()
) -> Awaitable[list[discord.Client]]:
    """Run a script that starts several clients, as `load_client` does; return them in the order of their start.

    Starting one of them continues the script as far as that one waits.

    Example::

        async def make_client(self):
            self.bot, self.helper = await load_clients("bots.py")
            return self.bot

        async def asyncSetUp(self):
            await super().asyncSetUp()
            await self.connect(self.helper)
    """
    return _load(_found(script, sys._getframe(1).f_code.co_filename), arguments, anew)


def _found(script: str | Path | ModuleType, caller: str) -> Found:
    if isinstance(script, str) and ":" in script and not script.endswith(".py"):
        return *find_command(script.partition(":")[0], caller), script
    return *find(script, caller), ""


async def _only(loading: Awaitable[list[discord.Client]]) -> discord.Client:
    clients = await loading
    if len(clients) > 1:
        names = " and ".join(type(client).__name__ for client in clients)
        raise SetupError(
            f"the script starts {len(clients)} clients, {names}: take them with `await load_clients(…)`, return one "
            "from make_client and `await self.connect(…)` the others"
        )
    return clients[0]


async def _load(found: Found, arguments: Sequence[str], anew: Sequence[str]) -> list[discord.Client]:
    running, path = Script(found, arguments, anew), found[0]
    loop = asyncio.get_running_loop()
    _scripts.setdefault(loop, []).append(running)
    loop.close = _closer(loop)  # type: ignore[method-assign]
    with stand_ins(path) as running.watchdog, called_with(path, arguments):
        running.context.run(script_of_context.set, running)
        name = f"script {path.name}"
        running.task = asyncio.create_task(running.run(), name=name, context=running.context)
        either: list[asyncio.Future[Any]] = [running.task, running.first_hold]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        running.process.note()
        running.note()
        if running.first_hold.done() and (settle := getattr(loop, "settle", None)) is not None:
            await settle()  # it may start more of them
    if running.first_hold.done():
        return running.held()
    running.task.result()
    return [running.only_client()]


def held_with(client: discord.Client) -> list[discord.Client]:
    """Return a client and, of one that a script starts, the others that it starts: they end together."""
    hold = _holds.get(client)
    return [client] if hold is None else hold.script.held()


def end_process(client: discord.Client) -> None:
    """Take back what a script that has ended with its clients did to the process, as its end would."""
    hold = _holds.get(client)
    if hold is not None:
        hold.script.loggers.drop_new()
        hold.script.process.give_back()


def hold_of(client: discord.Client) -> Hold | None:
    """Return the hold of a client that `load_client` returned, with its token; None for other clients."""
    return _holds.get(client)


def note(loop: asyncio.AbstractEventLoop) -> None:
    """Note what the scripts of a loop have set, at the end of a test: what its clean-up puts back stays so."""
    for running in _scripts.get(loop, ()):
        running.note()


async def unload() -> None:
    """End the scripts that were loaded on the running loop, the last one first, and forget their modules."""
    loop = asyncio.get_running_loop()
    if loop in _scripts:
        async with contextlib.AsyncExitStack() as undo:
            undo.callback(vars(loop).pop, "close", None)
            for running in _scripts.pop(loop):
                undo.push_async_callback(running.close)


async def _wait_for_ever(*args: Any, **options: Any) -> None:
    await asyncio.get_running_loop().create_future()


def _closer(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Return a ``close`` of the loop for scripts that close theirs in the end: it is the test's."""

    def close() -> None:
        running = script_of_context.get()
        mine = isinstance(running, Script) and asyncio.current_task(loop) is running.task
        if not mine or not loop.is_running():
            type(loop).close(loop)

    return close

"""What stands in for the ways to start a loop and a client while a script loads.

Where a script would start a loop at the top of its file, it awaits instead (`await_instead`). Inside a function that
cannot be: there turns of the test's loop run within the call, and it returns as ever. If a client is started meanwhile,
the call leaves the function with `LeftFunction`, and only what it runs goes on.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import sys
import threading
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import discord

from discordtest.scripts.blocking import Watchdog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterator
    from pathlib import Path

__all__ = ["LeftFunction", "await_instead", "script_of_context", "stand_ins"]


_FOR_EVER = ("run_forever", "_run_forever")  # a loop's own, and what stands in for it


class Loading(Protocol):
    """What a script that loads takes from here."""

    first_hold: asyncio.Future[Any]  # done when the script starts a client
    is_leaving: bool  # whether it leaves a function
    context: contextvars.Context  # in which its client lives

    def has_held(self, client: discord.Client | None = None) -> bool:
        """Tell whether the script has started a client, or this one."""

    def hold(self, client: discord.Client, token: object) -> Any:
        """Note that the script starts a client."""


script_of_context: contextvars.ContextVar[Loading | None] = contextvars.ContextVar(
    "discordtest_script", default=None
)


# -- awaiting where a script would start a loop


async def await_instead(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Await what a call that starts a loop would run in it; make any other call."""
    rest = _meant(function, args, kwargs)
    return function(*args, **kwargs) if rest is None else await rest


def _meant(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Awaitable[Any] | None:
    """Return what a call that starts a loop would run in it; None if the call does no such thing."""
    owner, method = getattr(function, "__self__", None), getattr(function, "__func__", None)
    if method in (discord.Client.run, _client_run):
        return _run_client(owner, *args, **kwargs)
    if isinstance(owner, asyncio.AbstractEventLoop) and function.__name__ in _FOR_EVER:
        return asyncio.get_running_loop().create_future()
    runs_coroutine = (
        function in (asyncio.run, _original_asyncio_run)
        or getattr(function, "__module__", None) == "uvloop"
        or isinstance(owner, asyncio.AbstractEventLoop | _Runner)
    )
    if not runs_coroutine:
        return None
    return args[0] if args else next(iter(kwargs.values()))  # type: ignore[no-any-return] # the caller's


async def _run_client(client: Any, token: str, *, reconnect: bool = True, **logging_options: Any) -> None:
    async with client:
        await client.start(token, reconnect=reconnect)


# -- standing in


class LeftFunction(BaseException):
    """Leaves the function that would start a loop; ``rest`` is what that loop would run."""

    def __init__(self, rest: Awaitable[Any]) -> None:
        super().__init__("the script starts its client here")
        self.rest = rest

    def first(self) -> LeftFunction:
        """Return the exception that left the function; its ``finally`` may have tried to run more, which is dropped."""
        first = self
        while isinstance(first.__context__, LeftFunction):
            if isinstance(first.rest, asyncio.Future):
                first.rest.cancel()
            elif asyncio.iscoroutine(first.rest):
                first.rest.close()
            first = first.__context__
        return first


_original_uvloop_run: Any = None
_original_login = discord.Client.login
_original_client_run = discord.Client.run
_original_asyncio_run = asyncio.run
_original_runner = asyncio.Runner
_original_run_until_complete = asyncio.BaseEventLoop.run_until_complete
_original_run_forever = asyncio.BaseEventLoop.run_forever
_original_new_event_loop = asyncio.new_event_loop
_lock = threading.Lock()
_loading = 0
_watchdogs: list[Watchdog] = []  # of the scripts that load


async def _login(self: discord.Client, token: str) -> None:
    running = script_of_context.get()
    if _is_on_thread_of_a_script():
        _end_thread(self)
    if running is not None and not running.has_held(self):
        hold = running.hold(self, token)
        await hold.wait()
        token = hold.token
    await _original_login(self, token)


def _is_on_thread_of_a_script() -> bool:
    """Tell whether this is a thread without a test's loop while a script loads: it can only be the script's."""
    is_another = threading.current_thread() is not threading.main_thread() and script_of_context.get() is None
    return bool(_loading) and is_another and not hasattr(asyncio._get_running_loop(), "settle")


def _end_thread(client: discord.Client) -> NoReturn:
    """End the thread of a script that starts its client there."""
    for watchdog in [*_watchdogs]:
        watchdog.start()
    warnings.warn(
        f"a script that is loaded starts its {type(client).__name__} in a thread of its own, where load_client "
        "cannot hold it. It is not started there: the test does that when the script has ended. A script that goes "
        "on for ever (a web server) has to run that in the thread, and the bot in the main one",
        RuntimeWarning,
        stacklevel=3,
    )
    raise SystemExit  # of the thread, which ends without a word


def _is_loading() -> bool:
    running = script_of_context.get()
    return running is not None and (running.is_leaving or not running.has_held())


def _leave(rest: Awaitable[Any]) -> NoReturn:
    running = script_of_context.get()
    assert running is not None
    running.is_leaving = True
    raise LeftFunction(rest)


def _run_here(work: Awaitable[Any]) -> Any:
    """Run to its end what a function of the script would run in a loop, or leave the function if it starts a client."""
    running = script_of_context.get()
    assert running is not None
    if running.is_leaving:
        _leave(work)
    loop: Any = asyncio.get_running_loop()
    context = running.context
    if asyncio.iscoroutine(work):
        context = contextvars.copy_context()
        work = loop.create_task(work, context=context)
    task: asyncio.Future[Any] = asyncio.ensure_future(work)
    either = asyncio.wait([task, running.first_hold], return_when=asyncio.FIRST_COMPLETED)
    from discordtest.clock.nested import run_nested  # executed with the first test

    run_nested(loop, either)
    if task.done():
        return task.result()
    running.context = context
    _leave(task)


def _client_run(self: discord.Client, *args: Any, **kwargs: Any) -> None:
    if _is_on_thread_of_a_script() and asyncio._get_running_loop() is None:
        _end_thread(self)
    if not _is_loading():
        return _original_client_run(self, *args, **kwargs)
    _leave(_run_client(self, *args, **kwargs))


def _asyncio_run(main: Coroutine[Any, Any, Any], **kwargs: Any) -> Any:
    if not _is_loading():
        return _original_asyncio_run(main, **kwargs)
    return _run_here(main)


def _run_until_complete(self: asyncio.BaseEventLoop, future: Awaitable[Any]) -> Any:
    if not _is_loading():
        return _original_run_until_complete(self, future)
    return _run_here(future)


def _run_forever(self: asyncio.BaseEventLoop) -> None:
    if not _is_loading():
        return _original_run_forever(self)
    _run_here(asyncio.get_running_loop().create_future())


def _new_event_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop() if _is_loading() else _original_new_event_loop()


class _Runner:
    """Stands in for ``asyncio.Runner``, in which a script chooses its loop; here the test has chosen."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return super().__new__(cls) if _is_loading() else _original_runner(*args, **options)

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def __enter__(self) -> _Runner:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def run(self, main: Coroutine[Any, Any, Any], **kwargs: Any) -> Any:
        return _run_here(main)


def _uvloop_run(main: Coroutine[Any, Any, Any], **kwargs: Any) -> Any:
    if not _is_loading():
        return _original_uvloop_run(main, **kwargs)
    return _run_here(main)


def _replacements() -> list[tuple[Any, str, Any, Any]]:
    uvloop = sys.modules.get("uvloop")
    return [
        *([(uvloop, "run", _original_uvloop_run, _uvloop_run)] if uvloop else []),
        (discord.Client, "login", _original_login, _login),
        (discord.Client, "run", _original_client_run, _client_run),
        (asyncio, "run", _original_asyncio_run, _asyncio_run),
        (asyncio, "Runner", _original_runner, _Runner),
        (asyncio.BaseEventLoop, "run_until_complete", _original_run_until_complete, _run_until_complete),
        (asyncio.BaseEventLoop, "run_forever", _original_run_forever, _run_forever),
        (asyncio, "new_event_loop", _original_new_event_loop, _new_event_loop),
    ]


@contextmanager
def stand_ins(path: Path) -> Iterator[Watchdog]:
    """Stand in while a script loads, watched over; in other contexts and threads all is as ever."""
    global _loading, _original_uvloop_run
    if b"uvloop" in path.read_bytes():
        with suppress(ImportError):
            uvloop = importlib.import_module("uvloop")
            _original_uvloop_run = uvloop.run if uvloop.run is not _uvloop_run else _original_uvloop_run
    watchdog = Watchdog()
    with _lock:
        _watchdogs.append(watchdog)
        _loading += 1
        for owner, name, _, stand_in in _replacements():
            setattr(owner, name, stand_in)
    try:
        yield watchdog
    finally:
        watchdog.stop()
        with _lock:
            _watchdogs.remove(watchdog)
            _loading -= 1
            if not _loading:
                for owner, name, original, _ in _replacements():
                    setattr(owner, name, original)

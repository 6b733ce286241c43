"""What else there is in the process and spoils a test: things of the loop before, and others that answer for aiohttp.

Like `discordtest.hints`, whose part this is: it says what an error of asyncio or aiohttp means here.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sys
import sysconfig
from collections import deque
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import aiohttp

from discordtest.clock.runner import ended_tasks, forget_ended
from discordtest.clock.waits import MACHINERY

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["kept_tasks", "why_not_of_this_test"]

_LOOKED_AT = 100  # how many things of a module, of an object or of a collection are looked at

#: What asyncio says of things that belong to a loop which does not run them.
_ANOTHER_LOOP = re.compile(
    "Event loop is closed|attached to a different loop|bound to a different event loop"
)

_ANEW = (
    "Make it in setup_hook, or load the bot with load_client, which imports its modules anew for each test"
)


def why_not_of_this_test(error: BaseException) -> Iterator[str]:
    """Yield what an error has to do with an earlier test, or with somebody else's stand-in."""
    if isinstance(error, RuntimeError) and _ANOTHER_LOOP.search(str(error)):
        yield (
            "Something of the bot is from the test before, whose event loop has ended: a pool, an engine, a session "
            f"or a lock that a module makes as it is imported. {_ANEW}"
        )
    if isinstance(error, aiohttp.ClientConnectionError) and "https://discord.com/" in str(error):
        yield (
            "What stands in for aiohttp's requests refuses Discord's, too. Let them pass, as with "
            'aioresponses(passthrough=["https://discord.com"]), or answer the other host with self.serve(…) instead'
        )


def kept_tasks() -> Iterator[str]:
    """Yield the tasks of tests before that modules of the bot keep, and may take for running; each once.

    They were cancelled with their test: what had come to its end by itself is missed by nobody.
    """
    ended = ended_tasks()
    lost = [task for task in ended if _runs_own_code(task)]
    found: list[asyncio.Task[Any]] = []
    if not lost:
        forget_ended(ended)
        return
    for module in filter(_is_of_the_bot, [*sys.modules.values()]):
        for name, thing in islice([*vars(module).items()], _LOOKED_AT):
            for attribute, value in [("", thing), *_attributes(thing)]:
                kept = [each for each in _in(value) if isinstance(each, asyncio.Task) and each in lost]
                if any(each not in found for each in kept):
                    found += kept
                    yield (
                        f"{name}{attribute} of the module {module.__name__} holds a task of a test before, which ended "
                        f"with it: nothing runs there any more. {_ANEW}"
                    )
    forget_ended(each for each in ended if each not in found)  # to look for it once more is of no use


def _runs_own_code(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task ran what no library has written; those of discord.py are for discord.py to miss."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and not code.co_filename.startswith(_libraries())


def _is_of_the_bot(module: object) -> bool:
    if not isinstance(module, ModuleType) or module.__name__.partition(".")[0] in MACHINERY:
        return False
    file = vars(module).get("__file__")
    return isinstance(file, str) and not file.startswith(_libraries())


@functools.cache
def _libraries() -> tuple[str, ...]:
    paths = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    return tuple(f"{path}/" for path in (*paths, Path(__file__).parents[1]))


def _attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield what an object of the bot's own keeps."""
    if isinstance(thing, ModuleType) or type(thing).__module__.partition(".")[0] in MACHINERY:
        return
    roots = {kind.__module__.partition(".")[0] for kind in type(thing).__mro__}
    try:
        attributes = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return
    for name, value in islice([*attributes.items()], _LOOKED_AT):
        if not (name.startswith("_") and "discord" in roots):  # a client's own: how it was closed
            yield f".{name}", value


def _in(value: Any) -> Iterator[Any]:
    """Yield a value, or those in a collection."""
    if isinstance(value, dict):
        value = [*islice(value.values(), _LOOKED_AT)]
    if type(value) in (list, tuple, set, frozenset, deque):
        yield from islice([*value], _LOOKED_AT)
    else:
        yield value

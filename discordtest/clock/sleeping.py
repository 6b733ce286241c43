"""``time.sleep`` on the thread of a test's loop: it stops the bot, so its author is told.

While tests run, `sleep` stands where modules have ``time.sleep`` (also by ``from time import sleep``). It sleeps as the
real one does, in threads and executors as anywhere. Where a loop of ours runs in the thread, the call is also a
``RuntimeWarning`` at the line of the bot, and is kept for the failures of the test.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import sysconfig
import warnings
from typing import TYPE_CHECKING, Any

from discordtest.clock.current_loop import running_loop
from discordtest.clock.waits import MACHINERY, position, root
from discordtest.originals import Originals

if TYPE_CHECKING:
    from types import FrameType

    from discordtest.clock.loop import VirtualLoop

__all__ = ["REAL", "sleep"]

REAL = Originals.sleep
BLOCKING = 0.1
"""Real seconds from which asyncio calls a callback slow; libraries poll with shorter sleeps."""
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class _Sleeper:
    """Has the stand-in as a method: a class takes it for an attribute as it does the real one, and it pickles."""

    def sleep(self, seconds: Any, /) -> None:  # what is no number the real one refuses
        """Sleep for so many real seconds."""
        loop = running_loop()
        if loop is not None and isinstance(seconds, int | float) and seconds >= BLOCKING:
            _tell(loop, f"{seconds:.15g}", sys._getframe(1))
        REAL(seconds)

    sleep.__qualname__ = "sleep"  # by which calls of executors are named


sleep = _Sleeper().sleep


def _tell(loop: VirtualLoop, seconds: str, caller: FrameType) -> None:
    chain = _own_frames(caller)
    if not chain or any(frame.f_code.co_name == "<module>" for frame in chain):
        return  # a script or module that is being loaded: of the bot nothing runs so far
    # Who sleeps may be a library that the bot has called: only the call is the bot's to change.
    home = root(chain[-1])
    at = next(i for i, each in enumerate(chain) if root(each) == home or not _is_library(each))
    frame, code = chain[at], chain[at].f_code
    if at:
        callee = chain[at - 1]
        what = f"{position(callee)} sleeps for {seconds} s, which blocks the bot in {position(frame)}"
        cure = f"`await asyncio.to_thread({callee.f_code.co_name}, …)`"
    elif asyncio.current_task(loop) is loop.main:
        what = f"time.sleep({seconds}) in {position(frame)} stops the bot, and moves no clock"
        cure = f"`await self.advance({seconds})` in a test, `await asyncio.sleep({seconds})` in a bot"
    else:
        what = f"time.sleep({seconds}) blocks the bot in {position(frame)}"
        cure = f"`await asyncio.sleep({seconds})`"
    is_plain = not code.co_flags & _ASYNC and code.co_name.isidentifier()
    text = f"{what}: {f'make {code.co_name} `async def` and ' if is_plain else ''}write {cure}"
    loop.blocked.append(text)
    names = frame.f_globals
    registry = names.setdefault("__warningregistry__", {})
    warnings.warn_explicit(
        text, RuntimeWarning, code.co_filename, frame.f_lineno, names.get("__name__"), registry
    )


def _own_frames(frame: FrameType | None) -> list[FrameType]:
    """Return the frames of the bot and its libraries down to what calls, innermost first."""
    found = []
    while frame is not None and root(frame) not in MACHINERY:
        found.append(frame)
        frame = frame.f_back
    return found


def _is_library(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_library_folders())


@functools.cache
def _library_folders() -> tuple[str, ...]:
    """Return where Python and what pip installs are."""
    return tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "purelib", "platlib"))

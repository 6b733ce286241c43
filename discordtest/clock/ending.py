"""How a bot ends its process: ``os.execv`` (it restarts itself), ``os._exit``, ``os.kill`` of itself.

The process is that of the test run, so while tests run these raise ``SystemExit`` where a loop of ours runs in the
thread, as ``sys.exit`` does, with what was called. Child processes and other threads end as ever.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from discordtest.clock.current_loop import running_loop
from discordtest.originals import Originals

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MEANING", "STAND_INS"]

MEANING = " ends the process, which is the test's"


class _Ender:
    """Has the stand-ins as methods: a class takes them for attributes as it does the real ones, and they pickle."""

    def execv(self, path: Any, argv: Any, /) -> None:
        """Replace the process."""
        _end(_execv, path, argv)

    def execve(self, path: Any, argv: Any, env: Any) -> None:
        """Replace the process, with another environment."""
        if running_loop() is not None:
            _end(_execv, path, argv)
        _execve(path, argv, env)

    def _exit(self, status: int) -> None:
        """End the process at once."""
        _end(_real_exit, status)

    def kill(self, pid: int, number: int, /) -> None:
        """Send a signal; one that ends this process is its end."""
        if pid == os.getpid() and number != 0 and signal.getsignal(number) is signal.SIG_DFL:
            _end(_kill, pid, number)
        else:
            _kill(pid, number)


_execv, _execve, _real_exit, _kill = Originals.execv, Originals.execve, Originals._exit, Originals.kill
_ender = _Ender()

#: (name, the real function, what stands in for it)
STAND_INS: tuple[tuple[str, Callable[..., Any], Callable[..., Any]], ...] = (
    ("execv", _execv, _ender.execv),
    ("execve", _execve, _ender.execve),
    ("_exit", _real_exit, _ender._exit),
    ("kill", _kill, _ender.kill),
)


def _end(function: Callable[..., Any], *args: Any) -> None:
    if running_loop() is None:
        function(*args)
    else:
        shown = ", ".join(map(repr, args))
        raise SystemExit(f"os.{function.__name__}({shown}){MEANING}")

"""A script whose main thread goes on for ever while its bot was to run in another: it is interrupted, and says where.

The test could never begin. What waits in the main thread (``time.sleep``, a server, an ``Event``) is ended as by
Ctrl-C, so a script that takes that for its end is loaded all the same.
"""

from __future__ import annotations

import _thread
import signal
import threading
import traceback
from typing import TYPE_CHECKING

from discordtest.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

__all__ = ["PATIENCE", "Watchdog"]

PATIENCE = 5.0
"""Real seconds in which a script has to end once it has a bot in a thread."""


#: What interrupts, where there is such a signal: Ctrl-C may be ignored (in a job of the background), or mean otherwise
#: (to asyncio.Runner, to `unittest --catch`).
_SIGNAL = getattr(signal, "SIGUSR2", None)


class Watchdog:
    """Watches over one script that loads; made and stopped by the thread that loads it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_over = False
        self._loader = threading.current_thread()
        self._is_main = self._loader is threading.main_thread()
        self.has_barked = False
        if _SIGNAL is not None and self._is_main:
            self._before = signal.signal(_SIGNAL, self._interrupt)

    def start(self) -> None:
        """Begin to count, on whatever thread; a script that loads in another than the main one is never interrupted."""
        with self._lock:
            if self._timer is None and not self._is_over and self._is_main:
                self._timer = threading.Timer(PATIENCE, self._bark)
                self._timer.daemon = True
                self._timer.start()

    def stop(self) -> None:
        """Let the script be: it has loaded, or failed."""
        with self._lock:
            self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if _SIGNAL is not None and self._is_main and signal.getsignal(_SIGNAL) == self._interrupt:
            # None: by somebody else than Python
            signal.signal(_SIGNAL, signal.SIG_DFL if self._before is None else self._before)

    def _bark(self) -> None:
        with self._lock:
            if self._is_over:
                return
            self.has_barked = True
            if _SIGNAL is None:
                _thread.interrupt_main()
            else:
                assert self._loader.ident is not None
                signal.pthread_kill(self._loader.ident, _SIGNAL)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.has_barked and not self._is_over:
            raise KeyboardInterrupt
        if callable(self._before):
            self._before(number, frame)

    def error(self, path: Path, interrupt: KeyboardInterrupt) -> SetupError:
        """Return what to raise for an interruption of the script."""
        own = [step for step in traceback.extract_tb(interrupt.__traceback__) if step.filename == str(path)]
        where = f" at {path.name}:{own[-1].lineno}" if own else ""
        return SetupError(
            f"the main thread of the script {path.name} goes on for ever{where}, while its bot starts in another "
            f"thread: it was ended after {PATIENCE:g} s. A script that load_client can hold has the bot in the main "
            "thread: run what goes on for ever in `threading.Thread(target=…, daemon=True)`, and end the script with "
            "`bot.run(…)`"
        )

"""Python's functions that have stand-ins while tests run, as they are when this package is imported.

The modules with the stand-ins are executed with the first test, when a mock of its class, or freezegun, may be in the
place of some. A class holds them: freezegun replaces what it finds in modules.
"""

from __future__ import annotations

import datetime as real_datetime
import os
import time

__all__ = ["Originals"]


class Originals:
    """The functions, by their names."""

    sleep, monotonic, monotonic_ns = time.sleep, time.monotonic, time.monotonic_ns
    execv, execve, _exit, kill = os.execv, os.execve, os._exit, os.kill
    datetime = real_datetime.datetime

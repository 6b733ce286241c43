"""Runs scripts in a Python that has imported discord.py, and nothing of ours.

A process forks for each: that takes a tenth of the time of a new one, nearly all of which is discord.py. Where the
system cannot fork, each script gets a new Python.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import types
from pathlib import Path
from typing import NamedTuple

__all__ = ["Done", "run"]

_ROOT = Path(__file__).parents[1]
_lock = threading.Lock()


class Done(NamedTuple):
    """How a script ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(script: str, *, folder: str | os.PathLike[str] = ".") -> Done:
    """Run a script, as ``python -W ignore -c`` does in a folder."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    if not hasattr(os, "fork"):
        command = [sys.executable, "-W", "ignore", "-c", script]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)
    with _lock:
        server = _server(os.getpid(), path)
        assert server.stdin is not None
        assert server.stdout is not None
        order = {"script": script, "folder": os.path.abspath(folder), "environment": environment}
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        return Done(*json.loads(server.stdout.readline()))


@functools.lru_cache(1)
def _server(pid: int, path: str) -> subprocess.Popen[str]:
    """Start the process that forks: each process has its own."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def end() -> None:
        if os.getpid() == pid:
            server.communicate()

    atexit.register(end)
    return server


def _serve() -> None:
    """Run each script that is ordered in a fork of this process."""
    sys.path[0] = ""  # as for -c; it was our folder
    import discord.ext.commands
    import discord.ext.tasks  # noqa: F401

    gc.collect()
    gc.freeze()  # what is there need not be gone through as each fork ends
    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if not child:
                nothing = os.open(os.devnull, os.O_RDONLY)
                for number, source in enumerate((nothing, out.fileno(), errors.fileno())):
                    os.dup2(source, number)
                _become(**order)
                return  # so that this Python ends as any does
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            printed = []
            for file in (out, errors):
                file.seek(0)
                printed.append(file.read().decode())
        sys.stdout.write(json.dumps([code, *printed]) + "\n")
        sys.stdout.flush()


def _become(script: str, folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = ["-c"]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(script, "<string>", "exec"), vars(module))


if __name__ == "__main__":
    _serve()

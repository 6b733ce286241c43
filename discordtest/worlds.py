"""Saved worlds in a test case: files to begin from, and going back in the middle of a test."""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discordtest import lifecycle
from discordtest.backend import snapshots, tokens
from discordtest.errors import BackendError, SetupError
from discordtest.verbs import awaited

if TYPE_CHECKING:
    import discord

    from discordtest.backend import Backend
    from discordtest.backend.snapshots import Snapshot
    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["Worlds", "begin", "free_application", "go_back", "load_world", "resolved"]

__unittest = True  # unittest leaves our frames out of its tracebacks


def load_world(path: str | Path) -> Snapshot:
    """Read a world that `save_world` has saved; a relative path is one from the caller's file.

    >>> class LaterTests(DiscordTestCase):
    ...     world = load_world("worlds/tournament.json")
    """
    return _load(resolved(path, sys._getframe(1).f_code.co_filename))


class Worlds:
    """The part of a test case that deals with saved worlds."""

    #: What every test starts from: a Snapshot, or the path of a saved world; None is an empty Discord.
    world: Snapshot | str | Path | None = None

    backend: Backend
    client: discord.Client
    _scene: Scene

    def save_world(self, path: str | Path) -> Path:
        """Save all that exists now as a file for ``world = …`` of a test case; return its path.

        A relative path is one from the caller's file.
        """
        target = resolved(path, sys._getframe(1).f_code.co_filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.backend.snapshot().to_json(), encoding="utf-8", newline="\n")
        return target

    @awaited
    async def restore(self, snapshot: Snapshot) -> None:
        """Make the world what it was when ``self.backend.snapshot()`` took this, ids and wall clock included.

        Running clients lose their session, begin another and are ready when this returns; that takes no time. What
        they remember themselves, their timers and their cooldowns, goes on.
        """
        await go_back(self._scene, snapshot)

    # -- inside

    def _saved_world(self) -> Snapshot | None:
        """Return what the test starts from."""
        if self.world is None or isinstance(self.world, snapshots.Snapshot):
            return self.world
        if not isinstance(self.world, (str, os.PathLike)):
            raise SetupError(f"world is a Snapshot or the path of a saved one, not {self.world!r}")
        return _load(resolved(self.world, self._file_that_says("world")))

    def _file_that_says(self, name: str) -> str:
        owner = next(kind for kind in type(self).__mro__ if name in vars(kind))
        try:
            return inspect.getfile(owner)
        except (TypeError, OSError):
            return ""


async def go_back(scene: Scene, snapshot: Snapshot) -> None:
    """Make the world of a scene what it was, and wait until its clients are ready again."""
    _require_clients(scene, snapshot)
    with scene.act("the world is again what it was"):
        await _go_back(scene, snapshot)


async def _go_back(scene: Scene, snapshot: Snapshot) -> None:
    running = [client for client, life in scene.lives.items() if not (life.done() or client.is_closed())]
    shards, gateway = _shards(scene), scene.backend.gateway
    ready = {client: asyncio.ensure_future(client.wait_for("ready", timeout=None)) for client in running}

    def are_back() -> bool:
        gone = shards - _shards(scene)
        return all(
            scene.lives[client].done()
            or (future.done() and not any(id == scene.clients[client]["id"] for id, _ in gone))
            for client, future in ready.items()
        )

    gateway.keeps_presences = True
    try:
        _load_into(scene, snapshot)
        await lifecycle.connect_at_once(scene)
        if not await scene.loop.wait_until(are_back, lifecycle.PATIENCE):
            raise SetupError(
                "no client was ready again after a day of the clock: is the gateway out of reach?"
            )
        await scene.settle()
    finally:
        gateway.keeps_presences = False
        for each in ready.values():
            each.cancel()


def _load_into(scene: Scene, snapshot: Snapshot) -> None:
    backend = scene.backend
    ids = {client: application["id"] for client, application in scene.clients.items()}
    backend.load(snapshot)
    scene.loop.set_wall_clock(backend.world.wall_clock())
    scene.owner = backend.world.users[scene.owner["id"]]
    scene.clients = {client: backend.world.applications[id] for client, id in ids.items()}
    scene.forget_views()


def begin(backend: Backend, loop: Any, snapshot: Snapshot) -> Record:
    """Fill a new Discord with a saved world; return the application of the main client, which was made first."""
    world = backend.world
    backend.load(snapshot)
    loop.set_wall_clock(world.wall_clock())
    if not world.applications:
        raise BackendError("in the saved world there is no application")
    for application_id in world.applications:
        if application_id not in world.tokens.values():
            world.tokens[tokens.make_token(application_id)] = application_id
    return next(iter(world.applications.values()))


def free_application(scene: Scene, name: str) -> Record | None:
    """Return an application of that name in a saved world that no client is."""
    taken = {application["id"] for application in scene.clients.values()}
    return next(
        (
            application
            for application in scene.backend.world.applications.values()
            if application["name"] == name and application["id"] not in taken
        ),
        None,
    )


def _require_clients(scene: Scene, snapshot: Snapshot) -> None:
    if not isinstance(snapshot, snapshots.Snapshot):
        raise SetupError(f"restore takes what self.backend.snapshot() returned, not {snapshot!r}")
    for client, application in scene.clients.items():
        if application["id"] not in snapshot.applications:
            raise BackendError(f"{type(client).__name__} is not in the saved world: that is of another test")


def _shards(scene: Scene) -> set[tuple[str, tuple[int, int]]]:
    """Return who has sessions, with or without a connection."""
    return {(session.application_id, session.shard) for session in scene.backend.gateway.sessions}


def resolved(path: str | Path, beside: str) -> Path:
    """Return a path as one from the file ``beside`` it; an absolute one stays what it is."""
    return Path(beside).parent / path


def _load(path: Path) -> Snapshot:
    try:
        status = path.stat()
    except OSError as error:
        raise SetupError(f"there is no saved world {path}: {error.strerror}") from None
    return _read(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> Snapshot:
    try:
        return snapshots.Snapshot.from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BackendError(f"{path}: the saved world is damaged: {error}") from None
    except BackendError as error:
        raise BackendError(f"{path}: {error}") from None

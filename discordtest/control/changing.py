"""How a change of the test's own works: as the narrator, told to the bots, and seen when it returns."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from discordtest.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import discord

    from discordtest.backend.world import Record, Viewer
    from discordtest.scene import Scene

__all__ = ["UNCHANGED", "announced", "client_of"]

__unittest = True  # unittest leaves our frames out of its tracebacks

#: The default of a parameter whose None means something. Any: it stands for values of many types.
UNCHANGED: Any = object()


@contextmanager
def announced(
    scene: Scene,
    name: str,
    guild_id: str,
    payload: Callable[[], Record],
    render: Callable[[Viewer], Record] | None = None,
) -> Iterator[None]:
    """End a block with an event at the latest: where nothing has changed, Discord tells it all the same.

    The real one does so now and then, and who updates something by hand waits for that event.
    """
    start = len(scene.backend.journal)
    yield
    if scene.backend.journal.dispatch(name, start) is None:
        scene.backend.world.emit(name, payload(), guild=guild_id, render=render)


def client_of(scene: Scene, client: discord.Client | None) -> discord.Client:
    """Return the client that is meant; the first one where none is named."""
    if client is None:
        for first in scene.clients:
            return first
        raise BackendError(
            "this Discord has no client yet: it is made in asyncSetUp, or by configure(client)"
        )
    scene.application_of(client)  # refuses one that is none of this test's
    return client

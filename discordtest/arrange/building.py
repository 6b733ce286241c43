"""How a builder works: on the running scene, as the narrator, whole or not at all, and seen when it returns.

These are functions, so that the names of a test case stay its author's.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from discordtest import checking, finding, refusals, views
from discordtest.backend import codes, rest
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = [
    "Arranging",
    "channel_id_of",
    "guild_id_of",
    "new_id",
    "perform",
    "role_ids_of",
    "show",
    "stage",
    "untold",
    "user_id_of",
]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Arranging:
    """What the groups of builders work on."""

    _scene: Scene


def stage(scene: Scene) -> Scene:
    """Return the scene; refuse while a change could not reach the caches of the clients at once."""
    if asyncio._get_running_loop() is None:
        raise SetupError(
            "a builder was called where no event loop runs, as in setUp: make what the bot finds in "
            "`def make_world(self)`, and more in the test or in `async def asyncSetUp(self)`, after "
            "`await super().asyncSetUp()`"
        )
    network = scene.network
    if scene.backend.gateway.disturbed:  # the test wants its bot to miss something, and to catch up
        return scene
    if not network.reading:
        raise SetupError(
            "a client is connected but does not read its gateway connection now (it reconnects, or waits to "
            "send), so it would miss this: `await self.settle()` first"
        )
    if scene.lives and not network.connections:
        for client in scene.lives:
            if client.is_ready() and not client.is_closed():
                raise SetupError(
                    f"{type(client).__name__} has lost its gateway connection, so it would miss this: let it "
                    "reconnect first, with `await self.settle()` or `await self.advance(…)`"
                )
    return scene


def perform(scene: Scene, doing: str, name: str, *raw: str, author: str | None = None, **options: Any) -> Any:
    """Run an operation as the narrator, or in the name of ``author``; a refusal is the test's mistake."""
    actor = scene.narrator if author is None else rest.known_actor("narrator", author)
    try:
        return scene.backend.perform(actor, name, *raw, **options)
    except codes.RestError as error:
        raise refusals.setup_error(doing, error) from None


def show(scene: Scene) -> views.Views:
    """Bring what was changed to the clients' caches, and return the first client's views."""
    scene.network.flush()
    return views.views_of(scene)


@contextmanager
def untold(scene: Scene) -> Iterator[None]:
    """Let nobody hear of what happens in a block: one event after it has it all."""
    world = scene.backend.world
    sink, world.sink = world.sink, lambda event: None
    try:
        yield
    finally:
        world.sink = sink


# -- what tests pass


def guild_id_of(scene: Scene, guild: Id) -> str:
    """Return the id of a guild of this world."""
    return finding.find_guild(scene.backend.world, guild)


def channel_id_of(
    scene: Scene, channel: Id, guild_id: str | None = None, kinds: Collection[int] | None = None
) -> str:
    """Return the id of a channel of this world; a name is that of one in the guild, of these types."""
    return finding.find_channel(scene.backend.world, channel, guild_id, kinds)


def user_id_of(scene: Scene, user: Id, guild_id: str | None = None) -> str:
    """Return the id of a user of this world."""
    return finding.find_user(scene.backend.world, user, guild_id)


def role_ids_of(scene: Scene, guild_id: str, roles: Any) -> list[str]:
    """Return the ids of roles of the guild, without @everyone."""
    if isinstance(roles, str):
        raise TypeError(f"roles takes a list of roles, not {roles!r}")
    found = [finding.find_role(scene.backend.world, role, guild_id) for role in roles]
    return [role_id for role_id in found if role_id != guild_id]


def new_id(id_num: int, *tables: dict[str, Record]) -> str | None:
    """Return the id that the test chose, if it did."""
    checking.check_number("id_num", id_num)
    if id_num < 0:
        return None
    for table in tables:
        if str(id_num) in table:
            raise SetupError(f"id_num={id_num} is taken, by {_named(table[str(id_num)])}")
    return str(id_num)


def _named(record: Record) -> str:
    for key in ("name", "username", "content"):
        if record.get(key):
            return repr(record[key])
    return f"{record['id']}"

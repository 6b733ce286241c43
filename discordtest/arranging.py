"""How a builder works: on the running scene, as the narrator, whole or not at all, and seen when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import RestError
from discordtest.backend.rest import Actor
from discordtest.errors import SetupError
from discordtest.given import id_of
from discordtest.refusals import setup_error
from discordtest.views import Views, views_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from discordtest.backend.world import Record, World
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["Arranging"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Arranging:
    """What the groups of builders share. They change the world through operations alone."""

    _scene: Scene

    def _stage(self) -> Scene:
        """Return the scene; refuse while a change could not reach the caches of the clients at once."""
        scene = self._scene
        network = scene.network
        if network is None:  # a scene without clients
            return scene
        if not network.reading:
            raise SetupError(
                "a client is connected but does not read its gateway connection now (it reconnects, or waits to "
                "send), so it would miss this: `await self.settle()` first"
            )
        for client in scene.lives:
            if client.is_ready() and not client.is_closed() and not network.connections:
                raise SetupError(
                    f"{type(client).__name__} has lost its gateway connection, so it would miss this: "
                    f"let it reconnect first, with `await self.settle()` or `await self.advance(…)`"
                )
        return scene

    def _perform(self, doing: str, name: str, *raw: str, author: str | None = None, **options: Any) -> Any:
        """Run an operation as the narrator (in the name of ``author``); a refusal is the test's mistake."""
        scene = self._scene
        actor = scene.narrator if author is None else Actor("narrator", author)
        try:
            return scene.backend.perform(actor, name, *raw, **options)
        except RestError as error:
            raise setup_error(doing, error) from None

    def _show(self) -> Views:
        """Bring what was changed to the clients' caches, and return the first client's views."""
        if self._scene.network is not None:
            self._scene.network.flush()
        return views_of(self._scene)

    # -- what tests pass

    @property
    def _world(self) -> World:
        return self._scene.backend.world

    def _guild_id(self, guild: Id) -> str:
        return self._known(guild, self._world.guilds, "guild")

    def _channel_id(self, channel: Id) -> str:
        return self._known(channel, self._world.channels, "channel")

    def _user_id(self, user: Id) -> str:
        return self._known(user, self._world.users, "user")

    def _known(self, thing: Id, table: Container[str], kind: str) -> str:
        number = id_of(thing)
        if number not in table:
            raise SetupError(
                f"there is no {kind} {thing!r} in the world of this test (of another test, or deleted?)"
            )
        return number

    def _new_id(self, id_num: int, *tables: Mapping[str, Record]) -> str | None:
        """Return the id that the test chose, if it did."""
        if id_num < 0:
            return None
        for table in tables:
            if str(id_num) in table:
                raise SetupError(f"id_num={id_num} is taken already, by {_named(table[str(id_num)])}")
        return str(id_num)


def _named(record: Record) -> str:
    return repr(record.get("name") or record.get("username") or record.get("content") or record["id"])

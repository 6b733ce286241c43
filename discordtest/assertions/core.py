"""What all assertions share: they wait for nothing, see nothing twice, and fail with one voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import discord

from discordtest.assertions.failures import background, refusals
from discordtest.errors import SetupError
from discordtest.given import id_of
from discordtest.names import channel_name

if TYPE_CHECKING:
    from unittest import IsolatedAsyncioTestCase as Case

    from discordtest.scene import Scene
else:
    Case = object  # what the mixins are mixed into; here only for its types

__all__ = ["AssertCore"]

__unittest = True

_MISSING: Any = discord.utils.MISSING


class AssertCore(Case):
    """The ground of the assertion mixins."""

    _scene: Scene
    client: discord.Client

    def _at_rest(self) -> None:
        """Raise what was kept aside; refuse to look while the bot still has something to run."""
        self._scene.check()
        if not self._scene.loop.is_idle():
            self._fail(
                "the bot still has something to run, so this would look too early: `await self.settle()` first",
                None,
            )

    def _fail(self, text: str, msg: Any) -> NoReturn:
        raise self.failureException(self._formatMessage(msg, text))

    def _fail_state(self, text: str, msg: Any) -> NoReturn:
        """Fail over the world's state, which is what it is for all that happened so far."""
        self._fail("\n".join([text, *refusals(self._scene), background(self._scene)]), msg)

    def _application_id(self, client: discord.Client | None) -> str:
        clients = self._scene.clients
        application = next(iter(clients.values())) if client is None else clients.get(client)
        if application is None:
            raise SetupError(f"{client!r} is not connected to this test: await self.connect(client) first")
        return str(application["id"])

    def _bot_id(self, client: discord.Client | None = None) -> str:
        return str(self._scene.backend.world.applications[self._application_id(client)]["bot"]["id"])

    def _claimed_channel(self, channel: Any) -> str | None:
        if channel is _MISSING:
            return None
        if channel is None:
            raise TypeError(
                "channel is None: leave it out for any channel; a user's dm_channel is None before the first DM"
            )
        if isinstance(channel, (discord.User, discord.Member)):
            pair = sorted((str(channel.id), self._bot_id()))
            found = self._scene.backend.world.dms.get((pair[0], pair[1]))
            return found or f"with {channel.id}"  # no DM yet: an id that no channel has
        return id_of(channel)

    def _claimed_text(self, channel: Any) -> str:
        return channel_name(self._scene.backend.world, self._claimed_channel(channel) or "")

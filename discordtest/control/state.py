"""What a test can look at behind its client: the messages that exist, and the client's own cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from discordtest.backend.resources.message_render import render_message
from discordtest.errors import BackendError

if TYPE_CHECKING:
    import discord
    from discord.state import ConnectionState

    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["BackendState", "state_of"]


class BackendState(NamedTuple):
    """The state of the running test's Discord, as `get_state` returns it.

    ``messages`` are payloads of the API, oldest first, by the (int) id of their channel, as they are now. ``state``
    is the client's own ``ConnectionState``, its cache; what that has (``guilds``, ``user``, ``private_channels``, …)
    is there without ``.state``, too.
    """

    messages: dict[int, list[Record]]
    state: ConnectionState[Any]

    @property
    def channels(self) -> list[discord.abc.GuildChannel | discord.abc.PrivateChannel]:
        """Every channel in the client's cache: those of its guilds, then direct messages."""
        mine = [channel for guild in self.state.guilds for channel in guild.channels]
        return [*mine, *self.state.private_channels]

    @property
    def members(self) -> list[discord.Member]:
        """Every member in the client's cache; who is in several guilds is there several times."""
        return [member for guild in self.state.guilds for member in guild.members]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name)


def state_of(scene: Scene) -> BackendState:
    """Return the state of a scene, with the first client's cache."""
    for client in scene.clients:
        scene.network.flush()
        world = scene.backend.world
        messages = {
            int(channel_id): [dict(render_message(world, table[key], None)) for key in sorted(table, key=int)]
            for channel_id, table in world.messages.items()
        }
        return BackendState(messages, client._connection)
    raise BackendError("this Discord has no client yet: it is made in asyncSetUp, or by configure(client)")

"""What a test can look at behind its client: the messages that exist, and the client's own cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from discordtest.arrange.building import Arranging, perform, show, stage
from discordtest.backend.resources.message_render import render_message
from discordtest.control.changing import client_of
from discordtest.verbs import awaited
from discordtest.worlds import go_back

if TYPE_CHECKING:
    import discord
    from discord.state import ConnectionState

    from discordtest.backend.snapshots import Snapshot
    from discordtest.backend.world import Record

__all__ = ["BackendState", "StateControl"]


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


class StateControl(Arranging):
    """What deals with all that exists at once."""

    def get_state(self) -> BackendState:
        """Return the state of this Discord: its ``messages``, and ``state``, the first client's own cache.

        Raises `BackendError` before there is a client.
        """
        scene = self._scene
        client = client_of(scene, None)
        scene.network.flush()
        world = scene.backend.world
        messages = {
            int(channel_id): [dict(render_message(world, table[key], None)) for key in sorted(table, key=int)]
            for channel_id, table in world.messages.items()
        }
        return BackendState(messages, client._connection)

    @awaited
    async def restore(self, snapshot: Snapshot) -> None:
        """Make the world what it was when `snapshot` took this, ids and wall clock included.

        Running clients lose their session, begin another and are ready when this returns. What they remember
        themselves, their timers and their cooldowns, goes on.

        Raises `SetupError` for what is no snapshot, `BackendError` for one without the clients of this test.
        """
        await go_back(self._scene, snapshot)

    def clear_state(self) -> None:
        """Delete every guild and every direct message, and forget faults, limits, error states and the message queue.

        The bots are told. Users, applications and their commands stay. Each test has a Discord of its own, so between
        tests nothing is left that this could clear.
        """
        scene = stage(self._scene)
        backend, world = scene.backend, scene.backend.world
        backend.clear_error_state()
        backend.clear_faults()
        backend.clear_rate_limits()
        for guild_id in [*world.guilds]:
            perform(scene, "clear_state", "delete_guild", guild_id)
        for channel_id in world.dms.values():
            for message_id in [*world.messages.get(channel_id, ())]:
                perform(scene, "clear_state", "delete_message", channel_id, message_id)
        backend.clear_message_queue()
        show(scene)

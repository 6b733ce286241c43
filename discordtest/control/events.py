"""Events that a test sends by hand, and waiting for those that come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest import waiting
from discordtest.arrange.building import Arranging, show, stage, user_id_of
from discordtest.backend import intents
from discordtest.backend.resources.message_render import message_event
from discordtest.backend.resources.reaction import tell_reaction_add
from discordtest.control.changing import client_of
from discordtest.errors import BackendError, SetupError
from discordtest.finding import find_in_guilds
from discordtest.given import emoji_key, message_of
from discordtest.verbs import awaited
from discordtest.views import views_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["EventControl", "dispatch"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class EventControl(Arranging):
    """What sends events, and waits for them."""

    def dispatch_message(self, message: discord.Message | Id) -> None:
        """Send MESSAGE_CREATE of a ``message`` again, as it is now: ``on_message`` runs once more.

        Discord delivers an event twice now and then. Raises `SetupError` for a message that is not here.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        record = message_of(world, message)
        channel = world.channels[record["channel_id"]]
        guild_id = channel.get("guild_id")
        event = message_event(world, record, guild_id)
        world.emit("MESSAGE_CREATE", event, guild=guild_id, channel=channel)
        show(scene)

    def dispatch_member_join(self, member: discord.Member | Id) -> None:
        """Send GUILD_MEMBER_ADD of a ``member`` again, as they are now: ``on_member_join`` runs once more.

        discord.py passes over a member whom it knows, so GUILD_MEMBER_REMOVE goes before, and ``on_member_remove``
        runs: as if they had left and come back. Nothing in the world changes.

        Raises `SetupError` for a member who is not here; `make_member` lets somebody join.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        guild_id, record = find_in_guilds(world, world.members, member, "member")
        send = scene.backend.dispatch_event
        send("GUILD_MEMBER_REMOVE", {"guild_id": guild_id, "user": record["user"]})
        send("GUILD_MEMBER_ADD", {**record, "guild_id": guild_id})
        show(scene)

    def dispatch_reaction_add(
        self, reaction: discord.Reaction, user: discord.abc.User | Id | None = None
    ) -> None:
        """Send MESSAGE_REACTION_ADD of a ``reaction`` again: ``on_reaction_add`` runs once more.

        ``user`` is who has reacted, by default the first who has. Raises `SetupError` for a message or user that is not
        here, and where nobody has reacted so; `add_reaction` adds one.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        message, key = message_of(world, reaction.message), emoji_key(reaction)
        users = world.reactions.get(message["id"], {}).get(key, {})
        user_id = next(iter(users), "") if user is None else user_id_of(scene, user)
        if user_id not in users:
            who = "nobody has" if user is None else f"{user} has not"
            raise SetupError(f"dispatch_reaction_add: {who} reacted with {key}: add_reaction does it")
        channel = world.channels[message["channel_id"]]
        tell_reaction_add(world, channel, message, user_id, key)
        show(scene)

    def dispatch_custom(self, name: str, *arguments: Any, client: discord.Client | None = None) -> None:
        """Dispatch an event of the bot's own: ``"level_up"`` runs its ``on_level_up`` listeners.

        ``arguments`` are what they get; ``client`` is by default the first one. Raises `SetupError` for a client that
        is not of this test.
        """
        scene = stage(self._scene)
        chosen = client_of(scene, client)
        scene.tell(f"{type(chosen).__name__} dispatches {name}")
        chosen.dispatch(name.removeprefix("on_"), *arguments)

    # -- the connection

    def dispatch_ready(self, client: discord.Client | None = None, shard_id: int | None = None) -> None:
        """Make clients begin a new session, as Discord does now and then: ``on_ready`` runs once more.

        ``client`` and ``shard_id`` choose the connections, None all of them. Their sessions are lost (op 9), and the
        clients identify anew at the next ``await``; the bot learns what there is from READY, so time has to pass:
        ``await backend.connect()``.

        Raises `BackendError` where no connection is open.
        """
        self._scene.backend.invalidate_session(False, client, shard_id)

    def dispatch_resumed(self, client: discord.Client | None = None, shard_id: int | None = None) -> None:
        """Make clients connect anew and go on with their session (op 7): ``on_resumed`` runs.

        ``client`` and ``shard_id`` choose the connections, None all of them. It happens at the next ``await``.

        Raises `BackendError` where no connection is open.
        """
        self._scene.backend.reconnect(client, shard_id)

    @awaited
    async def until_connected(self, client: discord.Client | None = None, timeout: float = 60) -> None:
        """Let time pass until a client is ready, and connected again where its connection was broken.

        ``client`` is by default the first one; ``timeout`` is in seconds of the clock. Raises ``AssertionError`` where
        it is in vain, `SetupError` for a client that does not run.
        """
        await waiting.connection(self._scene, client_of(self._scene, client), timeout)

    # -- waiting

    @awaited
    async def process_message(self, message: discord.Message | Id) -> None:
        """Send a ``message`` to the bots again, as `dispatch_message` does, and let them deal with it.

        Raises `SetupError` for a message that is not here.
        """
        await self._process([message])

    @awaited
    async def process_messages(self, messages: Iterable[discord.Message | Id]) -> None:
        """Send ``messages`` to the bots again, in this order, and let them deal with each before the next.

        Raises `SetupError` for a message that is not here.
        """
        await self._process(messages)

    def get_message_queue(self) -> list[discord.Message]:
        """Return the messages that bots have sent since the queue was cleared, oldest first, as they were then."""
        seen = views_of(self._scene)
        return [seen.new_message(one) for one in self._scene.backend.queued_messages()]

    @awaited
    async def wait_for_messages(self, count: int, timeout: float = 60) -> list[discord.Message]:
        """Let time pass until bots have sent ``count`` messages; return those of the message queue, oldest first.

        The queue begins with the test; `clear_message_queue` empties it. ``timeout`` is in seconds of the clock.

        Raises ``AssertionError`` where they do not come.
        """
        return await waiting.messages(self._scene, count, timeout)

    @awaited
    async def wait_for_event(
        self, name: str, timeout: float = 60, *, client: discord.Client | None = None
    ) -> Any:
        """Let time pass until an event happens; ``timeout`` is in seconds of the clock.

        Events that came before do not count: to wait for what the test itself does next, begin in a task.

        A ``name`` like ``"member_join"`` is an event of discord.py, or the bot's own, on ``client`` (by default the
        first one): returned is what its listeners get, several arguments as a tuple. ``"GUILD_MEMBER_ADD"`` is one of
        the gateway: returned is its payload.

        Raises ``AssertionError`` where it does not come.
        """
        return await waiting.event(self._scene, name, timeout, client_of(self._scene, client))

    @awaited
    async def wait_for_state_update(self) -> None:
        """Run everything that can run, so that every listener has heard of what was changed; no time passes.

        Raises what the bot has not handled, as every call of the test does.
        """
        scene: Scene = self._scene
        scene.check()
        await scene.settle()

    async def _process(self, messages: Iterable[discord.Message | Id]) -> None:
        scene = self._scene
        with scene.act("the bots get messages again"):
            for message in messages:
                self.dispatch_message(message)
                await scene.settle()


def dispatch(backend: EventControl, name: str, data: Any, guild: Any, client: discord.Client | None) -> None:
    """Send an event of the gateway, or dispatch one of the bot's own."""
    scene = backend._scene
    if name.isupper() or name.upper() in intents.EVENTS:
        stage(scene)
        scene.backend.dispatch_event(name, {} if data is None else data, guild)
        show(scene)
    elif guild is not None:
        raise BackendError(f"{name!r} is an event of the bot's own, which knows no guild")
    else:
        backend.dispatch_custom(name, *(() if data is None else (data,)), client=client)

"""discord.py's own objects for the records of the world, as one client sees them.

A view is the object in the client's cache where there is one. Where there is none (before the start, for want of
an intent, in a guild that the bot is not in, for a channel that it may not view), the same class is built from the
record, with the client's state and never stored in its cache. A guild that is built holds no members, channels or
roles: it looks them up in the world when it is asked, so it stays true and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import discord
from discord.channel import _threaded_guild_channel_factory
from discord.invite import Invite
from discord.member import VoiceState
from discord.scheduled_event import ScheduledEvent
from discord.user import ClientUser

from discordtest.backend.resources.channel_obfuscation import HIDDEN_NAME
from discordtest.backend.resources.guild_create import render_guild
from discordtest.backend.resources.guild_member_build import new_member
from discordtest.backend.resources.guild_scheduled_event import render_event
from discordtest.backend.resources.invite import render_invite
from discordtest.backend.resources.message_form import EPHEMERAL
from discordtest.backend.resources.message_render import render_message
from discordtest.errors import SetupError
from discordtest.narrator import Live, Stages, narrator_state

if TYPE_CHECKING:
    from discord.abc import GuildChannel
    from discord.state import ConnectionState

    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene

    GuildPlace = GuildChannel | discord.Thread
    Channel = GuildPlace | discord.DMChannel

__all__ = ["Views", "message_payload", "refreshed", "views_of"]

T = TypeVar("T")


def views_of(scene: Scene, client: discord.Client | None = None) -> Views:
    """Return the views of a client, of the scene's first one if none is named."""
    if client is None:
        views: Views | None = scene.views.get("first")
        if views is None:
            views = scene.views["first"] = Views(scene)
        return views
    if client not in scene.clients:
        raise SetupError(f"{client!r} is not connected to this test: await self.connect(client) first")
    return Views(scene, client)


class Views:
    """What a client's view of the world is made of; without ``client`` that of whichever is the first one now."""

    def __init__(self, scene: Scene, client: discord.Client | None = None) -> None:
        self.world: World = scene.backend.world
        self._scene = scene
        self._client = client
        self._nobody: discord.Client | None = None
        self._state: ConnectionState[Any] | None = None
        self.built: dict[str, discord.Guild] = {}  # guild id -> the guild that is in no cache

    @property
    def state(self) -> ConnectionState[Any]:
        """What stands behind objects that are in no client's cache."""
        if self._state is None:
            self._state = narrator_state(self)
        return self._state

    def forget(self) -> None:
        """Let go of what was built; it can be used on."""
        self._state = None
        self.built.clear()

    @property
    def client(self) -> discord.Client:
        """The client; one that is nobody's where the scene has none."""
        if self._client is not None:
            return self._client
        for client in self._scene.clients:
            return client
        if self._nobody is None:
            self._nobody = discord.Client(intents=discord.Intents.all())
        return self._nobody

    @property
    def real(self) -> ConnectionState[Any]:
        """The client's own state."""
        return self.client._connection

    @property
    def bot_id(self) -> str:
        """The user id of the client's bot; 0 where there is no client."""
        application = self._scene.clients.get(self.client)
        return "0" if application is None else str(application["bot"]["id"])

    # -- users

    def me(self) -> ClientUser | None:
        """Return the client's own user, before its login too."""
        record = self.world.users.get(self.bot_id)
        if self.real.user is not None or record is None:
            return self.real.user
        return ClientUser(state=self.state, data=cast("Any", record))

    def user(self, record: Record) -> discord.User:
        """Return a user."""
        found = self.real._users.get(int(record["id"]))
        return discord.User(state=self.state, data=cast("Any", record)) if found is None else found

    def member(self, guild_id: str, user_id: str) -> discord.Member:
        """Return a member, or who was one: the bot may have put them out."""
        guild = self.guild(guild_id)
        if guild_id not in self.built:
            found = guild._members.get(int(user_id))
            if found is not None:
                return found
        record = self.world.members[guild_id].get(user_id)
        return self.new_member(guild, record or new_member(self.world.users[user_id], self.world.timestamp()))

    def new_member(self, guild: discord.Guild, record: Record) -> discord.Member:
        """Build a member."""
        member = discord.Member(data=cast("Any", record), guild=guild, state=self.state)
        presence = self.world.presences.get(record["user"]["id"])
        if presence is not None:
            data = {**presence, "guild_id": str(guild.id)}
            member._presence_update(
                discord.RawPresenceUpdateEvent(data=cast("Any", data), state=self.state), record["user"]
            )
        return member

    # -- guilds and what is in them

    def guild(self, guild_id: str) -> discord.Guild:
        """Return a guild."""
        found = self.real._guilds.get(int(guild_id))
        if found is not None and not found.unavailable:
            self.built.pop(guild_id, None)
            return found
        built = self.built.get(guild_id)
        if built is None:
            built = discord.Guild.__new__(discord.Guild)
            self.built[guild_id] = built
            self.fill(guild_id)
        built._member_count = len(self.world.members[guild_id])
        return built

    def fill(self, guild_id: str) -> None:
        """Give a guild that was built the settings, emojis and stickers that it has now."""
        guild = self.built.get(guild_id)
        if guild is None:
            return
        world = self.world
        data = {**render_guild(world, world.guilds[guild_id]), "roles": ()}
        guild.__init__(data=cast("Any", data), state=self.state)  # type: ignore[misc]  # again, in place
        guild._roles = self._live(world.roles, guild_id, lambda r: self.role(guild_id, r))
        guild._channels = self._live(world.guild_channels, guild_id, self.channel)
        guild._threads = self._live(world.threads, guild_id, self.channel)
        guild._members = self._live(world.members, guild_id, lambda r: self.member(guild_id, r["user"]["id"]))
        guild._voice_states = self._live(world.voice_states, guild_id, self._voice_state)
        guild._soundboard_sounds = self._live(world.soundboard_sounds, guild_id, self.sound)
        guild._scheduled_events = self._live(world.scheduled_events, guild_id, self.scheduled_event)
        guild._stage_instances = self._live(Stages(world), guild_id, self.stage_instance)

    def _live(
        self, tables: Mapping[str, dict[str, Record]], guild_id: str, build: Callable[[Record], Any]
    ) -> Any:
        return Live(tables, guild_id, build)

    def role(self, guild_id: str, record: Record) -> discord.Role:
        """Return a role."""
        guild = self.guild(guild_id)
        if guild_id not in self.built:
            found = guild.get_role(int(record["id"]))
            if found is not None:
                return found
        return discord.Role(guild=guild, state=self.state, data=cast("Any", record))

    def channel(self, record: Record) -> Any:
        """Return a channel of any type; a thread and a DM too."""
        guild_id = record.get("guild_id")
        if guild_id is None:
            return self._dm(record)
        guild = self.guild(guild_id)
        if guild_id not in self.built:
            found = guild._resolve_channel(int(record["id"]))
            if found is not None and not self._is_obfuscated(record, found):
                return found
        factory, _ = _threaded_guild_channel_factory(record["type"])
        if factory is None:
            raise SetupError(f"discord.py has no class for a channel of type {record['type']}")
        data = {key: value for key, value in record.items() if key != "member"}
        return factory(guild=guild, state=self.state, data=cast("Any", data))

    def _is_obfuscated(self, record: Record, cached: Any) -> bool:
        """Tell whether the client's own object is not what the channel is, since the bot may not view it."""
        return bool(cached.name == HIDDEN_NAME != record["name"])

    def _dm(self, record: Record) -> discord.DMChannel:
        found = self.real._private_channels.get(int(record["id"]))
        if isinstance(found, discord.DMChannel):
            return found
        others = [user for user in record["recipients"] if user["id"] != self.bot_id]
        data = {**record, "recipients": others}
        return discord.DMChannel(me=cast("ClientUser", self.me()), state=self.state, data=cast("Any", data))

    def _voice_state(self, record: Record) -> VoiceState:
        channel = self.channel(self.world.channels[record["channel_id"]])
        return VoiceState(data=cast("Any", record), channel=channel)

    def emoji(self, guild_id: str, record: Record) -> discord.Emoji:
        """Return a guild's emoji."""
        found = self.real._emojis.get(int(record["id"]))
        if found is not None:
            return found
        return discord.Emoji(guild=self.guild(guild_id), state=self.state, data=cast("Any", record))

    def sticker(self, record: Record) -> discord.GuildSticker:
        """Return a guild's sticker."""
        found = self.real._stickers.get(int(record["id"]))
        return discord.GuildSticker(state=self.state, data=cast("Any", record)) if found is None else found

    def sound(self, record: Record) -> discord.SoundboardSound:
        """Return a sound of a guild's soundboard."""
        guild = self.guild(record["guild_id"])
        if record["guild_id"] not in self.built:
            found = guild._soundboard_sounds.get(int(record["sound_id"]))
            if found is not None:
                return found
        return discord.SoundboardSound(guild=guild, state=self.state, data=cast("Any", record))

    def template(self, payload: Record) -> discord.Template:
        """Return the template of a guild, from what the API answers for it."""
        data = {**payload, "serialized_source_guild": {**payload["serialized_source_guild"]}}  # it adds an id
        return discord.Template(state=self.state, data=cast("Any", data))

    def scheduled_event(self, record: Record) -> discord.ScheduledEvent:
        """Return a scheduled event."""
        guild = self.guild(record["guild_id"])
        if record["guild_id"] not in self.built:
            found = guild.get_scheduled_event(int(record["id"]))
            if found is not None:
                return found
        data = render_event(self.world, record, counted=True)
        return ScheduledEvent(state=self.state, data=cast("Any", data))

    def stage_instance(self, record: Record) -> discord.StageInstance:
        """Return what is live on a stage."""
        guild = self.guild(record["guild_id"])
        if record["guild_id"] not in self.built:
            found = guild.get_stage_instance(int(record["id"]))
            if found is not None:
                return found
        return discord.StageInstance(state=self.state, guild=guild, data=cast("Any", record))

    def webhook(self, record: Record) -> discord.Webhook:
        """Return a webhook with its token."""
        return discord.Webhook.from_state(data=cast("Any", record), state=self.state)

    def invite(self, record: Record) -> discord.Invite:
        """Return an invite."""
        return Invite.from_incomplete(state=self.state, data=cast("Any", record))

    def automod_rule(self, record: Record) -> discord.AutoModRule:
        """Return a rule of auto moderation."""
        guild = self.guild(record["guild_id"])
        return discord.AutoModRule(data=cast("Any", dict(record)), guild=guild, state=self.state)

    # -- messages

    def message(self, payload: Record) -> discord.Message:
        """Return a message: the cached one if nothing is missing in it, else one built from ``payload``."""
        return self._cached_message(payload) or self.new_message(payload)

    def kept_message(self, record: Record) -> discord.Message:
        """Return a message of the world: the same, made from its record."""
        if "poll" not in record:  # in a payload it is another
            cached = self._cached_message(record)
            if cached is not None:
                return cached
        return self.message(message_payload(self, record))

    def _cached_message(self, payload: Record) -> discord.Message | None:
        if payload["flags"] & EPHEMERAL:  # the cache has it in a DM: its event names no guild
            return None
        message_id = int(payload["id"])
        for cached in reversed(self.real._messages or ()):
            if cached.id == message_id:
                return cached if _is_whole(cached, payload) else None
        return None

    def new_message(self, payload: Record) -> discord.Message:
        """Build a message from what the API answers for it."""
        record = self.world.channels.get(payload["channel_id"])
        channel = self._gone_channel(int(payload["channel_id"])) if record is None else self.channel(record)
        return discord.Message(state=self.state, channel=channel, data=cast("Any", payload))

    def _gone_channel(self, channel_id: int) -> Any:
        """Return a deleted channel as a cached message still has it, else what discord.py has for an unknown one."""
        for cached in reversed(self.real._messages or ()):
            if cached.channel.id == channel_id:
                return cached.channel
        return discord.PartialMessageable(state=self.state, id=channel_id)

    def attachment(self, record: Record) -> discord.Attachment:
        """Return an attachment."""
        return discord.Attachment(data=cast("Any", record), state=self.state)


def message_payload(views: Views, record: Record) -> Record:
    """Return a message whole; its reactions say which are the client's own."""
    world = views.world
    payload = render_message(world, record, None)
    if "reactions" not in payload:
        return payload
    users = world.reactions[record["id"]].values()
    reactions = [
        {**shown, "me": views.bot_id in who} for shown, who in zip(payload["reactions"], users, strict=True)
    ]
    return {**payload, "reactions": reactions}


def refreshed(views: Views, obj: T) -> T:
    """Return an object as it is now in the client's view."""
    world = views.world
    key = str(getattr(obj, "id", ""))
    found: Any = None
    if isinstance(obj, discord.Message | discord.PartialMessage):
        record = world.messages.get(str(obj.channel.id), {}).get(key) or world.ephemerals.get(key)
        found = record and views.message(message_payload(views, record))
    elif isinstance(obj, discord.Guild):
        views.fill(key)
        found = views.guild(key) if key in world.guilds else None
    elif isinstance(obj, discord.Member):
        guild_id = str(obj.guild.id)
        found = views.member(guild_id, key) if key in world.members.get(guild_id, ()) else None
    elif isinstance(obj, ClientUser) and key == views.bot_id:
        found = views.me()
    elif isinstance(obj, discord.User | ClientUser):
        found = views.user(world.users[key]) if key in world.users else None
    elif isinstance(obj, discord.Invite):
        found = (
            views.invite(render_invite(world, world.invites[obj.code])) if obj.code in world.invites else None
        )
    elif isinstance(obj, discord.Webhook):
        found = views.webhook(world.webhooks[key]) if key in world.webhooks else None
    else:
        found = _refreshed_by_guild(views, obj, key)
    if found is None:
        raise SetupError(f"{obj!r} is not in the world of this test any more")
    return cast("T", found)


def _refreshed_by_guild(views: Views, obj: Any, key: str) -> Any:
    world = views.world
    if isinstance(obj, discord.abc.GuildChannel | discord.Thread | discord.abc.PrivateChannel):
        return views.channel(world.channels[key]) if key in world.channels else None
    guild_id = str(getattr(obj, "guild_id", None) or getattr(getattr(obj, "guild", None), "id", ""))
    if isinstance(obj, discord.Role):
        record = world.roles.get(guild_id, {}).get(key)
        return record and views.role(guild_id, record)
    if isinstance(obj, discord.Emoji):
        record = world.emojis.get(guild_id, {}).get(key)
        return record and views.emoji(guild_id, record)
    if isinstance(obj, discord.GuildSticker):
        record = world.stickers.get(guild_id, {}).get(key)
        return record and views.sticker(record)
    if isinstance(obj, discord.SoundboardSound):
        record = world.soundboard_sounds.get(guild_id, {}).get(key)
        return record and views.sound(record)
    if isinstance(obj, ScheduledEvent):
        record = world.scheduled_events.get(guild_id, {}).get(key)
        return record and views.scheduled_event(record)
    if isinstance(obj, discord.AutoModRule):
        record = world.automod_rules.get(guild_id, {}).get(key)
        return record and views.automod_rule(record)
    raise SetupError(f"refresh takes objects of discord.py that the world holds, not {obj!r}")


def _is_whole(cached: discord.Message, payload: Record) -> bool:
    return (
        cached.content == payload["content"]
        and len(cached.embeds) == len(payload["embeds"])
        and len(cached.attachments) == len(payload["attachments"])
        and len(cached.components) == len(payload.get("components", ()))
        and (cached.poll is None or cached.poll.is_finalised() == _is_counted(payload))
    )


def _is_counted(payload: Record) -> bool:
    """Tell whether the poll is over: discord.py does not note it in its cache."""
    return bool(payload["poll"]["results"]["is_finalized"])

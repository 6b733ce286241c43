"""What the bot does, told to the callbacks: each request and each presence, as it crosses to Discord.

``EVENTS`` says for each operation of the API which event it is and what its callback is given: discord.py's own
objects, as the client has them at that moment. What was refused is not told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import discord
from discord.activity import create_activity

from discordtest import views
from discordtest.backend import journal
from discordtest.backend.opcodes import PRESENCE_UPDATE
from discordtest.control.http import SECONDS_OF_A_DAY
from discordtest.dpytest import callbacks

if TYPE_CHECKING:
    from discordtest.backend.journal import Exchange
    from discordtest.backend.wire import Request, Response
    from discordtest.scene import Scene

__all__ = ["EVENTS", "Listener"]

_Told = tuple[tuple[Any, ...], dict[str, Any]]


class Listener:
    """Listens to what one client sends over the network of a scene."""

    def __init__(self, scene: Scene, client: discord.Client) -> None:
        self.scene = scene
        self.client = client
        network = scene.network
        self._before = network.on_exchange, network.on_frame
        network.on_exchange, network.on_frame = self._hear, self._hear_frame

    def close(self) -> None:
        """Hear nothing any more."""
        self.scene.network.on_exchange, self.scene.network.on_frame = self._before

    # -- what is heard

    def _hear(self, request: Request, response: Response) -> None:
        if self._before[0] is not None:
            self._before[0](request, response)
        if response.status >= 400:
            return
        entries = self.scene.backend.journal
        sent = []
        for entry in reversed(entries):
            if isinstance(entry, journal.Sent) and entry.wire and entry.actor.kind == "bot":
                sent.append(entry.message)
            if isinstance(entry, journal.Exchange):
                break
        else:
            return
        for message in reversed(sent):
            callbacks.run_now("send_message", self.view.new_message(message))
        known = entry.route and EVENTS.get(entry.route.name)
        if known and callbacks.is_set(known[0]):
            event, tell = known
            given, named = tell(_Asked(self, entry))
            callbacks.run_now(event, *given, **named)

    def _hear_frame(self, session: Any, way: Any, frame: Any) -> None:
        if self._before[1] is not None:
            self._before[1](session, way, frame)
        if way != "sent" or not isinstance(frame, str):
            return
        payload = json.loads(frame)
        if payload.get("op") == PRESENCE_UPDATE:
            data = payload["d"]
            activities = data.get("activities") or [None]
            activity = create_activity(activities[0], self.client._connection)
            callbacks.run_now("presence", activity, data.get("status"), data.get("since") or 0.0)

    @property
    def view(self) -> views.Views:
        """The client's view of the world."""
        return views.views_of(self.scene, self.client)


class _Asked:
    """A request, and discord.py's objects for what it names."""

    def __init__(self, listener: Listener, exchange: Exchange) -> None:
        self._view = listener.view
        self._client = listener.client
        self._world = listener.scene.backend.world
        self._ids = _parameters(exchange)
        self.fields: Any = exchange.json or {}  # Any: JSON
        self.query = exchange.query
        self.result = exchange.result
        self.reason = {"reason": exchange.reason}

    @property
    def channel_id(self) -> int:
        return int(self._ids["channel_id"])

    @property
    def message_id(self) -> int:
        return int(self._ids["message_id"])

    @property
    def channel(self) -> Any:
        record = self._world.channels.get(self._ids["channel_id"])
        return discord.Object(self.channel_id) if record is None else self._view.channel(record)

    @property
    def message(self) -> Any:
        """The message, as it is now; one that was deleted as the client has it still, else a partial one."""
        record = self._world.messages.get(self._ids["channel_id"], {}).get(self._ids["message_id"])
        if record is not None:
            return self._view.message(views.message_payload(self._view, record))
        known = discord.utils.get(self._client.cached_messages, id=self.message_id)
        return known or self.channel.get_partial_message(self.message_id)

    @property
    def emoji(self) -> str:
        return self._ids["emoji_name"]

    @property
    def guild(self) -> discord.Guild:
        return self._view.guild(self._ids["guild_id"])

    @property
    def user(self) -> discord.User | discord.Member:
        """The member; the user where it is none, or not any more."""
        user_id = self._ids.get("user_id") or self.fields["recipient_id"]
        guild_id = self._ids.get("guild_id") or self._guild_id_of_channel()
        if user_id in self._world.members.get(guild_id, ()):
            return self._view.member(guild_id, user_id)
        cached = self._client.get_guild(int(guild_id or 0))
        gone = cached and cached.get_member(int(user_id))
        return gone or self._view.user(self._world.users[str(user_id)])

    def _guild_id_of_channel(self) -> str:
        channel = self._world.channels.get(self._ids.get("channel_id", ""), {})
        return str(channel.get("guild_id", ""))

    @property
    def me(self) -> Any:
        """The client's own member, or its user in direct messages."""
        guild_id = self._ids.get("guild_id") or self._guild_id_of_channel()
        return self._view.member(guild_id, self._view.bot_id) if guild_id else self._client.user

    @property
    def role(self) -> discord.Role:
        """The role; one that was deleted as the client has it still."""
        role_id = self._ids.get("role_id") or self.result["id"]
        record = self._world.roles[self._ids["guild_id"]].get(role_id)
        if record is not None:
            return self._view.role(self._ids["guild_id"], record)
        known = self.guild.get_role(int(role_id))
        assert known is not None  # the event of its end is still on its way
        return known

    def number(self, name: str) -> int | None:
        """Return a number of the query."""
        value = self.query.get(name)
        return None if value is None else int(value)


def _parameters(exchange: Exchange) -> dict[str, str]:
    """Return the parameters of the path, by the names that the template gives them."""
    assert exchange.route is not None
    template = exchange.route.template.strip("/").split("/")
    path = exchange.path.strip("/").split("/")
    return {
        name.strip("{}").partition(":")[0]: unquote(value)
        for name, value in zip(template, path, strict=True)
        if name.startswith("{")
    }


def _logs_from(asked: _Asked) -> _Told:
    limits = {name: asked.number(name) for name in ("before", "after", "around")}
    return (asked.channel, asked.number("limit")), limits


def _ban(asked: _Asked) -> _Told:
    seconds = asked.number("delete_message_seconds") or 0
    return (asked.guild, asked.user, seconds // SECONDS_OF_A_DAY), asked.reason


#: operationId -> the name of the event, and what its callback is given
EVENTS: Mapping[str, tuple[str, Callable[[_Asked], _Told]]] = {
    "get_channel": ("get_channel", lambda it: ((it.channel_id,), {})),
    "create_dm": ("start_private_message", lambda it: ((it.user,), {})),
    "trigger_typing_indicator": ("send_typing", lambda it: ((it.channel,), {})),
    "delete_message": ("delete_message", lambda it: ((it.channel, it.message), it.reason)),
    "update_message": ("edit_message", lambda it: ((it.channel, it.message, it.fields), {})),
    "add_my_message_reaction": ("add_reaction", lambda it: ((it.message, it.emoji), {})),
    "delete_user_message_reaction": ("remove_reaction", lambda it: ((it.message, it.emoji, it.user), {})),
    "delete_my_message_reaction": ("remove_own_reaction", lambda it: ((it.message, it.emoji, it.me), {})),
    "get_message": ("get_message", lambda it: ((it.channel, it.message_id), {})),
    "list_messages": ("logs_from", _logs_from),
    "delete_guild_member": ("kick", lambda it: ((it.guild, it.user), it.reason)),
    "ban_user_from_guild": ("ban", _ban),
    "update_my_guild_member": ("change_nickname", lambda it: ((it.fields.get("nick"), it.me), it.reason)),
    "update_guild_member": ("edit_member", lambda it: ((it.fields, it.user), it.reason)),
    "create_guild_role": ("create_role", lambda it: ((it.guild, it.role), it.reason)),
    "update_guild_role": ("edit_role", lambda it: ((it.guild, it.role, it.fields), it.reason)),
    "delete_guild_role": ("delete_role", lambda it: ((it.guild, it.role), it.reason)),
    "bulk_update_guild_roles": ("move_role", lambda it: ((it.guild, None, it.fields), it.reason)),
    "add_guild_member_role": ("add_role", lambda it: ((it.user, it.role), it.reason)),
    "delete_guild_member_role": ("remove_role", lambda it: ((it.user, it.role), it.reason)),
    "get_my_oauth2_application": ("app_info", lambda it: ((it.result,), {})),
    "list_my_guilds": ("get_guilds", lambda it: ((it.number("limit"),), {"before": None, "after": None})),
}

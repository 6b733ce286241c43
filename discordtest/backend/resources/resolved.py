"""What the ids in an interaction's data stand for: users, members, roles, channels, messages, attachments.

An application gets them as the person who acts sees them, channels and members in part.
Source: Discord's documentation, Receiving and Responding ("Resolved Data Structure").
"""

from __future__ import annotations

from discordtest.backend.multipart import Part
from discordtest.backend.permissions import channel_permissions
from discordtest.backend.resources.attachment import Upload, keep, safe_name
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.world import Record, World

__all__ = ["Resolved"]

_CHANNEL_FIELDS = (
    "id",
    "name",
    "type",
    "last_message_id",
    "last_pin_timestamp",
    "nsfw",
    "parent_id",
    "guild_id",
    "flags",
    "rate_limit_per_user",
    "topic",
    "position",
    # of threads
    "thread_metadata",
    "owner_id",
    "member_count",
    "message_count",
    "total_message_sent",
    "applied_tags",
)
_NOT_OF_MEMBERS = frozenset(("user", "deaf", "mute"))


class Resolved:
    """Collects the records behind ids; ``payload`` is the ``resolved`` of an interaction's data, empty for none.

    ``channel`` is where the person ``user_id`` acts.
    """

    def __init__(self, world: World, channel: Record, user_id: str) -> None:
        self._world = world
        self._channel = channel
        self._user_id = user_id
        self.payload: Record = {}

    def _add(self, kind: str, id: str, record: Record) -> None:
        self.payload.setdefault(kind, {})[id] = record

    def add_user(self, user_id: str) -> None:
        """Add a user; one who is in the guild as a member, too."""
        world, guild_id = self._world, self._channel.get("guild_id")
        self._add("users", user_id, world.users[user_id])
        member = None if guild_id is None else world.members[guild_id].get(user_id)
        if member is not None:
            shown = {key: value for key, value in member.items() if key not in _NOT_OF_MEMBERS}
            shown["permissions"] = str(channel_permissions(world, self._channel, user_id))
            self._add("members", user_id, shown)

    def add_role(self, role_id: str) -> None:
        """Add a role of the guild."""
        self._add("roles", role_id, self._world.roles[self._channel["guild_id"]][role_id])

    def add_mentionable(self, id: str) -> None:
        """Add a user, or else a role."""
        if id in self._world.users:
            self.add_user(id)
        else:
            self.add_role(id)

    def add_channel(self, channel_id: str) -> None:
        """Add a channel or thread of the guild, with what the person may do there."""
        channel = self._world.channels[channel_id]
        shown = {key: channel[key] for key in _CHANNEL_FIELDS if key in channel}
        shown["permissions"] = str(channel_permissions(self._world, channel, self._user_id))
        self._add("channels", channel_id, shown)

    def add_message(self, message: Record) -> None:
        """Add a message, whole: whoever uses a command on it shows it to the application."""
        self._add("messages", message["id"], render_message(self._world, message, None))

    def add_file(self, file: Part) -> str:
        """Put a file on the CDN that the person gives to the application alone; return the id of its attachment."""
        name = file.filename or "unknown"
        attachment = keep(self._world, self._channel["id"], Upload(file.data, safe_name(name), name, {}))
        self._add("attachments", attachment["id"], {**attachment, "ephemeral": True})
        return str(attachment["id"])

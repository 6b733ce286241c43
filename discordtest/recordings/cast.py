"""Who and what a recording is about: users and channels, as the bot was told of them.

Assertions and transcripts call them by their names. It is all that a player's world knows: nothing is decided by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World

__all__ = ["note_answer", "note_event"]

_CHANNELS = frozenset(("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"))
_DM = 1


def note_event(world: World, name: str | None, data: Any) -> None:
    """Note whom and what a gateway event tells of."""
    if not isinstance(data, dict):
        return
    member = data.get("member")
    if name == "GUILD_CREATE":
        for key in ("channels", "threads"):
            for channel in _records(data.get(key)):
                _note_channel(world, {**channel, "guild_id": data.get("id")})
        for each in _records(data.get("members")):
            _note_user(world, each.get("user"))
    elif name in _CHANNELS:
        _note_channel(world, data)
    elif name == "MESSAGE_CREATE":
        _note_user(world, data.get("author"))
        _note_dm(world, data.get("channel_id"), data.get("guild_id"), data.get("author"))
    elif name == "INTERACTION_CREATE":
        who = data.get("user") or (member.get("user") if isinstance(member, dict) else None)
        _note_user(world, who)
        _note_dm(world, data.get("channel_id"), data.get("guild_id"), who)


def note_answer(world: World, path: str, answer: Any) -> None:
    """Note the channel that an answer tells of."""
    if isinstance(answer, dict) and (path == "/users/@me/channels" or path.startswith("/channels/")):
        if isinstance(answer.get("type"), int) and (
            "recipients" in answer or "permission_overwrites" in answer
        ):
            _note_channel(world, answer)


def _records(value: Any) -> list[Record]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _note_user(world: World, user: Any) -> None:
    if isinstance(user, dict) and isinstance(user.get("id"), str) and isinstance(user.get("username"), str):
        world.users.setdefault(user["id"], user)


def _note_channel(world: World, channel: Record) -> None:
    if not isinstance(channel.get("id"), str):
        return
    if "recipients" in channel:
        world.channels[channel["id"]] = {**channel, "recipients": _records(channel["recipients"])}
        for user in _records(channel["recipients"]):
            _note_user(world, user)
    elif isinstance(channel.get("name"), str) and isinstance(channel.get("guild_id"), str):
        world.channels[channel["id"]] = channel


def _note_dm(world: World, channel_id: Any, guild_id: Any, user: Any) -> None:
    """Note a channel of two people, which nobody is told of: a message comes in it."""
    if guild_id is None and isinstance(channel_id, str) and isinstance(user, dict) and "id" in user:
        if channel_id not in world.channels and user["id"] not in world.applications:
            _note_channel(world, {"id": channel_id, "type": _DM, "recipients": [user]})
            for bot_id in world.applications:
                world.dms[min(user["id"], bot_id), max(user["id"], bot_id)] = channel_id

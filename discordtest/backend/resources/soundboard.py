"""The soundboard: sounds of guilds, those that everybody has, and what is played in voice channels.

A record has no ``user``, as with emojis: who made a sound is told over REST alone, to those who may know. Of the
default sounds only that one is here which Discord's documentation shows. People play sounds of other guilds as
subscribers of Nitro do; bots need no subscription. No event names the animation that clients show with a sound.
Source: Discord's documentation, Soundboard, and Gateway Events ("Voice Channel Effect Send", "Guild Soundboard Sound
Create" and what follows, "Request Soundboard Sounds").
"""

from __future__ import annotations

import base64
from typing import Any

from discordtest.backend import audit, cdn
from discordtest.backend.audit import Action
from discordtest.backend.body import Audio, Boolean, Number, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.channel_types import VOICE
from discordtest.backend.resources.expression import (
    CREATE,
    may_know_creators,
    render_expression,
    require_expression,
    slots_of,
)
from discordtest.backend.resources.sound_file import duration_of, sound_type_of
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.rest import Call, find_in, operation, parameter, route
from discordtest.backend.world import Record, Table, World

__all__ = ["DEFAULT_SOUNDS"]

MAX_FILE_SIZE = 512 * 1024  # bytes
MAX_DURATION = 5.2  # seconds
#: Slots by premium tier. Not documented; the client shows them.
SLOTS = (8, 24, 36, 48)
SLOTS_WITH_MORE_SOUNDBOARD = 96
DEFAULT_SOUNDS: Table = {
    "1": {
        "name": "quack",
        "sound_id": "1",
        "volume": 1.0,
        "emoji_id": None,
        "emoji_name": "🦆",
        "available": True,
    }
}
_AUDITED = ("name", "volume", "emoji_id", "emoji_name")
_SILENCING = ("deaf", "self_deaf", "mute", "suppress")

_NAME: dict[str, Any] = {"min": 2, "max": 32}
_HOW = {
    "volume": Number(min=0, max=1, null=True),
    "emoji_id": Snowflake(null=True),
    "emoji_name": String(min=1, max=32, null=True),
}
CREATE_SOUND = Object(
    {
        "name": String(**_NAME, required=True),
        "sound": Audio(max=MAX_FILE_SIZE, required=True),
        **_HOW,
    }
)
UPDATE_SOUND = Object({"name": String(**_NAME), **_HOW})
SEND_SOUND = Object({"sound_id": Snowflake(required=True), "source_guild_id": Snowflake(null=True)})


# -- sounds of a guild


@parameter("guild_sound")
def find_guild_sound(call: Call, text: str) -> Record:
    """Find a sound of the guild of this call."""
    return find_in(call.world.soundboard_sounds[call.found["guild"]["id"]], text, Code.UNKNOWN_SOUND)


def _render(world: World, sound: Record, with_creator: bool) -> Record:
    return render_expression(world, sound, with_creator, "sound_id")


@route("GET", "/soundboard-default-sounds")
def get_soundboard_default_sounds(call: Call) -> list[Record]:
    return list(DEFAULT_SOUNDS.values())


@route("GET", "/guilds/{guild_id}/soundboard-sounds")
def list_guild_soundboard_sounds(call: Call, guild: Record) -> Record:
    known, sounds = may_know_creators(call), call.world.soundboard_sounds[guild["id"]].values()
    return {"items": [_render(call.world, sound, known) for sound in sounds]}


@route("GET", "/guilds/{guild_id}/soundboard-sounds/{sound_id:guild_sound}")
def get_guild_soundboard_sound(call: Call, guild: Record, sound: Record) -> Record:
    return _render(call.world, sound, may_know_creators(call))


@route(
    "POST",
    "/guilds/{guild_id}/soundboard-sounds",
    permissions=CREATE,
    body=CREATE_SOUND,
    status=201,
)
def create_guild_soundboard_sound(call: Call, guild: Record) -> Record:
    world, guild_id = call.world, guild["id"]
    data, content_type = _file(call.body["sound"])
    emoji = _emoji(call)
    if len(world.soundboard_sounds[guild_id]) >= slots_of(
        guild, SLOTS, "MORE_SOUNDBOARD", SLOTS_WITH_MORE_SOUNDBOARD
    ):
        raise RestError(Code.MAX_SOUNDBOARD_SOUNDS)
    sound: Record = {
        "name": call.body["name"],
        "sound_id": call.new_id(),
        "volume": _volume(call.body.get("volume")),
        "emoji_id": None,
        "emoji_name": None,
        "guild_id": guild_id,
        "available": True,
        **emoji,
    }
    sound_id = sound["sound_id"]
    cdn.store(world, f"/soundboard-sounds/{sound_id}", data, content_type)
    world.creators[sound_id] = call.actor.user_id
    world.soundboard_sounds[guild_id][sound_id] = sound
    _note(call, Action.SOUNDBOARD_SOUND_CREATE, sound, audit.difference(None, sound, _AUDITED))
    world.emit("GUILD_SOUNDBOARD_SOUND_CREATE", sound, guild=guild_id)
    return _render(world, sound, with_creator=True)


@route("PATCH", "/guilds/{guild_id}/soundboard-sounds/{sound_id:guild_sound}", body=UPDATE_SOUND)
def update_guild_soundboard_sound(call: Call, guild: Record, sound: Record) -> Record:
    require_expression(call, sound["sound_id"])
    emoji = _emoji(call)
    before = dict(sound)
    sound.update(emoji)
    if "name" in call.body:
        sound["name"] = call.body["name"]
    if "volume" in call.body:
        sound["volume"] = _volume(call.body["volume"])
    changes = audit.difference(before, sound, _AUDITED)
    if changes:
        _note(call, Action.SOUNDBOARD_SOUND_UPDATE, sound, changes)
    call.world.emit("GUILD_SOUNDBOARD_SOUND_UPDATE", sound, guild=guild["id"])
    return _render(call.world, sound, with_creator=True)


@route("DELETE", "/guilds/{guild_id}/soundboard-sounds/{sound_id:guild_sound}")
def delete_guild_soundboard_sound(call: Call, guild: Record, sound: Record) -> None:
    require_expression(call, sound["sound_id"])
    del call.world.soundboard_sounds[guild["id"]][sound["sound_id"]]
    _note(call, Action.SOUNDBOARD_SOUND_DELETE, sound, audit.difference(sound, None, _AUDITED))
    event = {"sound_id": sound["sound_id"], "guild_id": guild["id"]}
    call.world.emit("GUILD_SOUNDBOARD_SOUND_DELETE", event, guild=guild["id"])


@operation("/{guild_id}", body=Object({"available": Boolean(required=True)}))
def update_soundboard_sounds(call: Call, guild: Record) -> list[Record]:
    """Take all sounds from the guild, as when it loses its boosts, or give them back."""
    sounds = list(call.world.soundboard_sounds[guild["id"]].values())
    for sound in sounds:
        sound["available"] = call.body["available"]
    event = {"guild_id": guild["id"], "soundboard_sounds": sounds}
    call.world.emit("GUILD_SOUNDBOARD_SOUNDS_UPDATE", event, guild=guild["id"])
    return sounds


def _note(call: Call, action: Action, sound: Record, changes: list[Record]) -> None:
    audit.write(call, sound["guild_id"], action, sound["sound_id"], changes=changes)


def _volume(value: float | None) -> float:
    return 1.0 if value is None else value


def _emoji(call: Call) -> Record:
    """Return what the body makes of the sound's emoji: a custom one takes the place of a standard one."""
    body = call.body
    emoji_id, emoji_name = body.get("emoji_id"), body.get("emoji_name")
    if emoji_id is not None:
        if not any(emoji_id in emojis for emojis in call.world.emojis.values()):
            raise RestError(Code.UNKNOWN_EMOJI, status=400)
        return {"emoji_id": emoji_id, "emoji_name": None}
    if emoji_name is not None:
        if not is_emoji(emoji_name):
            raise RestError(Code.UNKNOWN_EMOJI, status=400)
        return {"emoji_id": None, "emoji_name": emoji_name}
    return {key: None for key in ("emoji_id", "emoji_name") if key in body}


def _file(data_uri: str) -> tuple[bytes, str]:
    """Return (content, content type) of a sound; refuse what is none, or plays too long."""
    data = base64.b64decode(data_uri.partition(",")[2])
    content_type = sound_type_of(data)
    if content_type is None:
        raise RestError(Code.INVALID_FILE_TYPE)
    duration = duration_of(data)
    if not duration:
        raise RestError(Code.FILE_WITHOUT_DURATION)
    if duration > MAX_DURATION:
        raise RestError(Code.FILE_TOO_LONG)
    return data, content_type


# -- playing


@route(
    "POST",
    "/channels/{channel_id}/send-soundboard-sound",
    permissions=Permission.SPEAK | Permission.USE_SOUNDBOARD,
    body=SEND_SOUND,
)
def send_soundboard_sound(call: Call, channel: Record) -> None:
    """Play a sound in the voice channel that one is in; those in there hear of it."""
    if channel["type"] != VOICE:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    world, guild_id = call.world, channel["guild_id"]
    states = world.voice_states[guild_id]
    state = states.get(call.actor.user_id)
    if state is None or state["channel_id"] != channel["id"]:
        raise RestError(Code.NOT_IN_VOICE_CHANNEL)
    if any(state[key] for key in _SILENCING):
        raise RestError(Code.CANNOT_SEND_VOICE_EFFECT)
    sound = _sound_to_play(call, channel)
    event = {
        "channel_id": channel["id"],
        "guild_id": guild_id,
        "user_id": call.actor.user_id,
        "emoji": _shown_emoji(world, sound),
        # those of default sounds are no snowflakes
        "sound_id": sound["sound_id"] if "guild_id" in sound else int(sound["sound_id"]),
        "sound_volume": sound["volume"],
    }
    inside = [user_id for user_id, each in states.items() if each["channel_id"] == channel["id"]]
    world.emit("VOICE_CHANNEL_EFFECT_SEND", event, guild=guild_id, users=inside)


def _sound_to_play(call: Call, channel: Record) -> Record:
    """Find a sound of the guild that is named, else of this one, or a default one."""
    world, sound_id = call.world, call.body["sound_id"]
    source_id = call.body.get("source_guild_id") or channel["guild_id"]
    if source_id != channel["guild_id"]:
        if call.actor.user_id not in world.members.get(source_id, ()):
            raise RestError(Code.UNKNOWN_GUILD)
        call.require(Permission.USE_EXTERNAL_SOUNDS, channel)
    sound = world.soundboard_sounds[source_id].get(sound_id) or DEFAULT_SOUNDS.get(sound_id)
    if sound is None or not sound["available"]:
        raise RestError(Code.UNKNOWN_SOUND)
    return sound


def _shown_emoji(world: World, sound: Record) -> Record | None:
    if sound["emoji_name"] is not None:
        return {"id": None, "name": sound["emoji_name"]}
    for emojis in world.emojis.values():
        if sound["emoji_id"] in emojis:
            emoji = emojis[sound["emoji_id"]]
            return {key: emoji[key] for key in ("id", "name", "animated")}
    return None

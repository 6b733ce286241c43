"""What the author of a test passes, in the form in which the API takes it.

Tests pass discord.py's objects, ids and plain values; operations take strings, numbers and JSON.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from discordtest.backend import multipart
from discordtest.backend.resources import sound_file
from discordtest.backend.world import written
from discordtest.brevity import quoted
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World

    Id: TypeAlias = discord.abc.Snowflake | int | str
    File: TypeAlias = discord.File | tuple[str, bytes] | str | Path
    Emoji: TypeAlias = discord.Emoji | discord.PartialEmoji | discord.Reaction | str
    Overwrites: TypeAlias = Mapping[Any, discord.PermissionOverwrite]

__all__ = [
    "API_NAMES",
    "api_fields",
    "bits",
    "color_value",
    "data_uri",
    "emoji_fields",
    "emoji_key",
    "file_parts",
    "id_of",
    "iso",
    "json_embeds",
    "json_overwrite",
    "json_overwrites",
    "json_poll",
    "message_of",
    "no_message",
    "one_color",
    "refuse_singular",
    "shown",
    "sound_uri",
    "without_none",
]

__unittest = True  # unittest leaves our frames out of its tracebacks


_SPELT = re.compile(r":[\w+-]+:")
_CUSTOM = re.compile(r"<?(?:a?:)?(\w+):([0-9]+)>?")


_INSTEAD: dict[type, str] = {
    str: ": pass the object that make_… returned",
    type(None): ": what looked it up has found nothing",
}


def id_of(thing: Id) -> str:
    """Return the id of an object of discord.py, or of what is an id already."""
    number = getattr(thing, "id", thing)
    if type(number) is int or (isinstance(number, int) and not isinstance(number, bool)):
        return str(number)
    if isinstance(number, str) and number.isdigit():
        return number
    hint = _INSTEAD.get(type(thing), "")
    if type(thing).__module__ == "unittest.mock":
        hint = ": no mock is needed here, make_member, make_text_channel and the like make the real thing"
    raise SetupError(f"{thing!r} is no object of discord.py and no id{hint}")


def shown(thing: Any) -> str:
    """Return a thing that was passed in few words; the repr of an object of discord.py holds all that it refers to."""
    if type(thing).__module__.partition(".")[0] != "discord" or not hasattr(thing, "id"):
        return repr(thing)
    name = getattr(thing, "name", None) or getattr(thing, "content", None)
    return f"{quoted(name) if isinstance(name, str) else type(thing).__name__} ({thing.id})"


def bits(permissions: discord.Permissions | int | None) -> int | None:
    """Return permission bits."""
    return permissions.value if isinstance(permissions, discord.Permissions) else permissions


def color_value(color: discord.Colour | int | None) -> int | None:
    """Return a colour as its number."""
    return color.value if isinstance(color, discord.Colour) else color


def one_color(
    colour: discord.Colour | int | None, color: discord.Colour | int | None
) -> discord.Colour | int | None:
    """Return the colour of two parameters that are one; ValueError where both say something else."""
    if color is None:
        return colour
    if colour not in (None, 0, color):
        raise ValueError(f"colour={colour!r} and color={color!r} are the same thing: pass one of them")
    return color


def iso(moment: datetime | None) -> str | None:
    """Return a moment as the API writes it."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise TypeError(f"a moment is a datetime, not {moment!r}")
    if moment.tzinfo is None:
        raise SetupError(f"{moment!r} has no time zone: pass datetime(…, tzinfo=timezone.utc)")
    return written(moment)


def refuse_singular(fields: Iterable[str]) -> None:
    """Refuse what discord.py takes one or several of, and a test several only."""
    for name, plural in (("embed", "embeds"), ("file", "files"), ("sticker", "stickers")):
        if name in fields:
            raise TypeError(f"there is no {name}=, write {plural}=[…]")


def without_none(**fields: Any) -> Record:
    """Return a body of the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def json_embeds(embeds: Iterable[discord.Embed | Mapping[str, Any]]) -> list[Record]:
    """Return embeds as JSON."""
    if isinstance(embeds, discord.Embed | Mapping):
        raise TypeError(f"embeds takes a list of embeds, not {embeds!r}")
    return [
        _as_dict("an embed", embed.to_dict() if isinstance(embed, discord.Embed) else embed)
        for embed in embeds
    ]


def _as_dict(what: str, value: Any) -> Record:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} is one of discord.py's objects or a dict, not {value!r}")
    return dict(value)


def json_poll(poll: discord.Poll | Mapping[str, Any]) -> Record:
    """Return a poll as JSON."""
    return _as_dict("a poll", poll._to_dict() if isinstance(poll, discord.Poll) else poll)


def json_overwrites(overwrites: Overwrites | Iterable[Mapping[str, Any]] | None) -> list[Record] | None:
    """Return overwrites as JSON: of a mapping from role or member to PermissionOverwrite, or as they are."""
    if overwrites is None:
        return None
    if not isinstance(overwrites, Mapping):
        return [_as_dict("an overwrite", overwrite) for overwrite in overwrites]
    if "id" in overwrites:
        return [dict(overwrites)]
    return [_json_overwrite(target, overwrite) for target, overwrite in overwrites.items()]


def _json_overwrite(target: Any, overwrite: discord.PermissionOverwrite) -> Record:
    is_role = isinstance(target, discord.Role) or (
        isinstance(target, discord.Object) and target.type is discord.Role
    )
    return json_overwrite(id_of(target), overwrite, is_role=is_role)


def json_overwrite(target_id: str, overwrite: discord.PermissionOverwrite, *, is_role: bool) -> Record:
    """Return one overwrite as JSON."""
    if not isinstance(overwrite, discord.PermissionOverwrite):
        raise TypeError(
            "overwrites maps roles and members to discord.PermissionOverwrite(view_channel=False, …), "
            f"not to {overwrite!r}"
        )
    allow, deny = overwrite.pair()
    return {
        "id": target_id,
        "type": 0 if is_role else 1,
        "allow": str(allow.value),
        "deny": str(deny.value),
    }


def emoji_key(emoji: Emoji) -> str:
    """Return an emoji as the path of a reaction has it: the character itself, or ``name:id``."""
    if isinstance(emoji, discord.Reaction):
        emoji = emoji.emoji
    if isinstance(emoji, str):
        if _SPELT.fullmatch(emoji):
            raise SetupError(f"{emoji!r} is how a client spells an emoji: pass the character, such as '👍'")
        custom = _CUSTOM.fullmatch(emoji)  # discord.py's own pattern takes no small ids
        return emoji if custom is None else f"{custom[1]}:{custom[2]}"
    if not isinstance(emoji, discord.Emoji | discord.PartialEmoji):
        raise TypeError(f"{emoji!r} is no emoji")
    if emoji.id is None:
        return emoji.name
    return f"{emoji.name}:{emoji.id}"


def file_parts(files: Iterable[File]) -> list[multipart.Part]:
    """Return files as the parts of a form: a list of discord.File, (name, content) and paths, or name -> content."""
    if isinstance(files, str | bytes | Path | discord.File):
        raise TypeError(f"files takes a list of files, or a dict of names and contents, not {files!r}")
    if isinstance(files, Mapping):
        files = files.items()
    return [_part(f"files[{number}]", *_read(file)) for number, file in enumerate(files)]


def _read(file: Any) -> tuple[str, bytes]:  # what tests pass is looked at here
    if isinstance(file, discord.File):
        file.reset()
        return file.filename, file.fp.read()
    if isinstance(file, (str, Path)):
        path = Path(file)
        try:
            return path.name, path.read_bytes()
        except OSError as error:
            advice = f"for a file that is only in the test write ({path.name!r}, b'...')"
            raise SetupError(f"no file can be read at {str(path)!r} ({error.strerror}): {advice}") from None
    if isinstance(file, tuple) and len(file) == 2 and isinstance(file[1], bytes):
        return file
    raise TypeError(f"a file is a discord.File, a path, or (name, bytes), not {file!r}")


def _part(field: str, name: str, content: bytes) -> multipart.Part:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return multipart.Part(field, name, kind, content)


API_NAMES = {  # discord.py's keyword -> the API's field
    "afk_channel": "afk_channel_id",
    "category": "parent_id",
    "colour": "color",
    "default_layout": "default_forum_layout",
    "default_notifications": "default_message_notifications",
    "default_thread_slowmode_delay": "default_thread_rate_limit_per_user",
    "display_icon": "icon",
    "overwrites": "permission_overwrites",
    "public_updates_channel": "public_updates_channel_id",
    "rules_channel": "rules_channel_id",
    "safety_alerts_channel": "safety_alerts_channel_id",
    "slowmode_delay": "rate_limit_per_user",
    "system_channel": "system_channel_id",
}


def api_fields(keywords: Mapping[str, Any]) -> Record:
    """Return the keywords of discord.py's ``create_*`` and ``edit`` as fields of the API; None is left out."""
    return {
        API_NAMES.get(name, name): _api_value(name, value)
        for name, value in keywords.items()
        if value is not None
    }


def _api_value(name: str, value: Any) -> Any:
    if name in ("overwrites", "permission_overwrites"):
        return json_overwrites(value)
    if name == "permissions":
        return str(bits(value))
    if name == "available_tags":
        return [tag if isinstance(tag, Mapping) else tag.to_dict() for tag in value]
    if name == "default_reaction_emoji":
        return emoji_fields(value)
    if isinstance(value, bytes):
        return data_uri(value)
    if isinstance(value, (discord.Colour, discord.SystemChannelFlags)):
        return value.value
    if isinstance(value, (str, int, list)):
        return value
    if hasattr(value, "id"):
        return str(value.id)
    inner = getattr(value, "value", None)  # discord.py's enums, which are no Enums
    return inner if isinstance(inner, (int, str)) else value


def message_of(world: World, message: Any) -> Record:
    """Return the record of a message, of a message of discord.py or an id."""
    message_id = id_of(message)
    channel = getattr(message, "channel", None)
    if channel is not None and message_id in (found := world.messages.get(str(channel.id), {})):
        return found[message_id]
    for table in (world.ephemerals, *world.messages.values()):
        if message_id in table:
            return table[message_id]
    raise no_message(
        message, f"there is no message {shown(message)}: it was deleted, or it is of another test"
    )


def no_message(thing: Any, otherwise: str) -> SetupError:
    """Return the error for what is no message; the result of a command or click is easily taken for its answer."""
    if hasattr(thing, "followups"):
        otherwise = f"{thing!r} is no message: pass its answer, `.response`, or the message that it changed, `.updated`"
    return SetupError(otherwise)


def emoji_fields(emoji: Emoji) -> Record:
    """Return an emoji as a forum's tags and default reaction have it."""
    name, _, emoji_id = emoji_key(emoji).partition(":")
    return {"emoji_id": emoji_id, "emoji_name": None} if emoji_id else {"emoji_id": None, "emoji_name": name}


def data_uri(image: bytes) -> str:
    """Return an image as the API takes it."""
    for start, kind in _IMAGES:
        if image.startswith(start):
            return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
    raise SetupError("the image is no PNG, JPEG, GIF or WebP")


def sound_uri(sound: bytes) -> str:
    """Return a sound as the API takes it, which looks at its kind."""
    if not isinstance(sound, bytes):
        raise TypeError(f"a sound is the content of an MP3 or Ogg file, as bytes, not {sound!r}")
    kind = sound_file.sound_type_of(sound) or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(sound).decode()}"


_IMAGES = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"))

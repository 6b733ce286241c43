"""Stickers of guilds, and the packs that everybody may use.

A new sticker comes as a form with a file. As with emojis, who made it is added by ``render_expression``.
Source: Discord's documentation, Sticker ("Sticker Object", "Create Guild Sticker" and what follows).
"""

from __future__ import annotations

import json
import struct

from discordtest.backend import audit, cdn
from discordtest.backend.audit import Action
from discordtest.backend.body import FormErrors, Object, Path, String, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.multipart import Part
from discordtest.backend.resources.expression import (
    CREATE,
    may_know_creators,
    render_expression,
    require_expression,
    slots_of,
)
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["find_sticker", "make_sticker_pack", "tell_stickers"]

MAX_FILE_SIZE = 512 * 1024  # bytes
MAX_EDGE = 320  # pixels
MAX_FRAMES = 1000
MAX_FRAME_RATE = 60  # per second
MAX_DURATION = 5  # seconds
#: Slots by premium tier.
SLOTS = (5, 15, 30, 60)
SLOTS_WITH_MORE_STICKERS = 60
PNG, APNG, LOTTIE, GIF = 1, 2, 3, 4
_AUDITED = ("name", "description", "tags")


def _check_description(body: Record, path: Path, errors: FormErrors) -> None:
    if len(body.get("description") or "") == 1:
        where = (*path, "description")
        errors.add(where, "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")


_DESCRIPTION = String(max=100, null=True)
CREATE_GUILD_STICKER = Object(
    {
        "name": String(min=2, max=30, required=True),
        "description": _DESCRIPTION,
        "tags": String(min=1, max=200, required=True),
    },
    check=_check_description,
)
UPDATE_GUILD_STICKER = Object(
    {"name": String(min=2, max=30), "description": _DESCRIPTION, "tags": String(min=1, max=200)},
    check=_check_description,
)


def make_sticker_pack(world: World, name: str, stickers: list[str], description: str = "") -> Record:
    """Add a pack of standard stickers with these names."""
    pack_id = world.snowflake()
    pack: Record = {
        "id": pack_id,
        "sku_id": world.snowflake(),
        "name": name,
        "description": description,
        "stickers": [_standard_sticker(world, pack_id, n, label) for n, label in enumerate(stickers)],
        "banner_asset_id": world.snowflake(),
    }
    if stickers:
        pack["cover_sticker_id"] = pack["stickers"][0]["id"]
    world.sticker_packs[pack_id] = pack
    return pack


def _standard_sticker(world: World, pack_id: str, number: int, name: str) -> Record:
    return {
        "id": world.snowflake(),
        "name": name,
        "description": "",
        "tags": name,
        "type": 1,
        "format_type": PNG,
        "pack_id": pack_id,
        "sort_value": number,
    }


def tell_stickers(world: World, guild_id: str) -> None:
    """Emit the guild's stickers as they are now."""
    payload = {"guild_id": guild_id, "stickers": list(world.stickers[guild_id].values())}
    world.emit("GUILD_STICKERS_UPDATE", payload, guild=guild_id)


# -- everybody's


@parameter("sticker")
def find_sticker(call: Call, text: str) -> Record:
    """Find a sticker of any guild or pack."""
    world = call.world
    for table in world.stickers.values():
        if text in table:
            return table[text]
    for pack in world.sticker_packs.values():
        for sticker in pack["stickers"]:
            if sticker["id"] == text:
                found: Record = sticker
                return found
    raise RestError(Code.UNKNOWN_STICKER)


@parameter("sticker_pack")
def find_sticker_pack(call: Call, text: str) -> Record:
    """Find a pack of standard stickers."""
    return find_in(call.world.sticker_packs, text, Code.UNKNOWN_STICKER_PACK)


@route("GET", "/stickers/{sticker_id}")
def get_sticker(call: Call, sticker: Record) -> Record:
    return sticker


@route("GET", "/sticker-packs")
def list_sticker_packs(call: Call) -> Record:
    return {"sticker_packs": list(call.world.sticker_packs.values())}


@route("GET", "/sticker-packs/{sticker_pack_id}")
def get_sticker_pack(call: Call, pack: Record) -> Record:
    return pack


# -- of a guild


@parameter("guild_sticker")
def find_guild_sticker(call: Call, text: str) -> Record:
    """Find a sticker of the guild of this call."""
    return find_in(call.world.stickers[call.found["guild"]["id"]], text, Code.UNKNOWN_STICKER)


@route("GET", "/guilds/{guild_id}/stickers")
def list_guild_stickers(call: Call, guild: Record) -> list[Record]:
    known = may_know_creators(call)
    return [
        render_expression(call.world, sticker, known) for sticker in call.world.stickers[guild["id"]].values()
    ]


@route("GET", "/guilds/{guild_id}/stickers/{sticker_id:guild_sticker}")
def get_guild_sticker(call: Call, guild: Record, sticker: Record) -> Record:
    return render_expression(call.world, sticker, may_know_creators(call))


@route(
    "POST",
    "/guilds/{guild_id}/stickers",
    permissions=CREATE,
    body=CREATE_GUILD_STICKER,
    status=201,
)
def create_guild_sticker(call: Call, guild: Record) -> Record:
    world, guild_id = call.world, guild["id"]
    file = _file(call)
    format_type = _format_type(file.data, guild)
    if len(world.stickers[guild_id]) >= slots_of(guild, SLOTS, "MORE_STICKERS", SLOTS_WITH_MORE_STICKERS):
        raise RestError(Code.MAX_STICKERS)
    sticker: Record = {
        "id": call.new_id(),
        "name": call.body["name"],
        "description": call.body.get("description") or "",
        "tags": call.body["tags"],
        "type": 2,
        "format_type": format_type,
        "available": True,
        "guild_id": guild_id,
    }
    content_type = cdn.content_type_of(file.data) or file.content_type
    cdn.store(world, f"/stickers/{sticker['id']}", file.data, content_type)
    world.creators[sticker["id"]] = call.actor.user_id
    world.stickers[guild_id][sticker["id"]] = sticker
    changes = audit.difference(
        None, sticker, (*_AUDITED, "type", "format_type", "available", "guild_id", "id")
    )
    audit.write(call, guild_id, Action.STICKER_CREATE, sticker["id"], changes=changes)
    tell_stickers(world, guild_id)
    return render_expression(world, sticker, with_creator=True)


@route("PATCH", "/guilds/{guild_id}/stickers/{sticker_id:guild_sticker}", body=UPDATE_GUILD_STICKER)
def update_guild_sticker(call: Call, guild: Record, sticker: Record) -> Record:
    guild_id = guild["id"]
    require_expression(call, sticker["id"])
    before = dict(sticker)
    sticker.update(call.body)
    changes = audit.difference(before, sticker, _AUDITED)
    audit.write(call, guild_id, Action.STICKER_UPDATE, sticker["id"], changes=changes)
    tell_stickers(call.world, guild_id)
    return render_expression(call.world, sticker, with_creator=True)


@route("DELETE", "/guilds/{guild_id}/stickers/{sticker_id:guild_sticker}")
def delete_guild_sticker(call: Call, guild: Record, sticker: Record) -> None:
    guild_id = guild["id"]
    require_expression(call, sticker["id"])
    del call.world.stickers[guild_id][sticker["id"]]
    changes = audit.difference(sticker, None, _AUDITED)
    audit.write(call, guild_id, Action.STICKER_DELETE, sticker["id"], changes=changes)
    tell_stickers(call.world, guild_id)


# -- what a file must be


def _file(call: Call) -> Part:
    for part in call.files:
        if part.name == "file":
            if len(part.data) > MAX_FILE_SIZE:
                message = f"File cannot be larger than {MAX_FILE_SIZE / 1024:.1f} kb."
                raise invalid("file", "BINARY_TYPE_MAX_SIZE", message)
            return part
    raise invalid("file", "BASE_TYPE_REQUIRED", "This field is required")


def _format_type(data: bytes, guild: Record) -> int:
    content_type = cdn.content_type_of(data)
    if content_type == "image/png":
        if len(data) >= 24 and max(struct.unpack(">II", data[16:24])) > MAX_EDGE:
            raise RestError(Code.INVALID_FILE)
        return APNG if b"acTL" in data[:128] else PNG
    if content_type == "image/gif":
        return GIF
    if content_type == "application/json" and {"VERIFIED", "PARTNERED"} & set(guild["features"]):
        _check_lottie(data)
        return LOTTIE
    raise RestError(Code.INVALID_FILE_TYPE)


def _check_lottie(data: bytes) -> None:
    try:
        animation = json.loads(data)
        frames, rate = animation["op"] - animation["ip"], animation["fr"]
        edge = max(animation["w"], animation["h"])
    except (ValueError, KeyError, TypeError):
        raise RestError(Code.LOTTIE_INVALID_JSON) from None
    assets = animation.get("assets") or ()
    if any(str(asset.get("p", "")).startswith("data:image/") for asset in assets):
        raise RestError(Code.LOTTIE_WITH_RASTER_IMAGES)
    if edge > MAX_EDGE:
        raise RestError(Code.LOTTIE_TOO_LARGE)
    if rate > MAX_FRAME_RATE:
        raise RestError(Code.STICKER_FRAME_RATE_TOO_HIGH)
    if rate <= 0:
        raise RestError(Code.STICKER_FRAME_RATE_OUT_OF_RANGE)
    if frames > MAX_FRAMES:
        raise RestError(Code.STICKER_TOO_MANY_FRAMES)
    if frames > MAX_DURATION * rate:
        raise RestError(Code.STICKER_TOO_LONG)

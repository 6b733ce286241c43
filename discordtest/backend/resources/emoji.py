"""Emojis of guilds and of applications.

A record has no ``user``: who made an emoji is told only over REST, and only to those who may create or manage
expressions; ``render_expression`` adds it. Images are kept by the CDN.
Source: Discord's documentation, Emoji ("Emoji Object", "Create Guild Emoji" and what follows).
"""

from __future__ import annotations

from typing import Any

from discordtest.backend import audit, cdn
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Image, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.expression import (
    CREATE,
    may_know_creators,
    may_manage,
    render_expression,
    require_expression,
    slots_of,
)
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["find_emoji", "tell_emojis"]

MAX_IMAGE_SIZE = 256 * 1024  # bytes
MAX_APPLICATION_EMOJIS = 2000
#: Slots by premium tier, for still and for animated emojis each. Not documented; the client shows them.
SLOTS = (50, 100, 150, 250)
SLOTS_WITH_MORE_EMOJI = 200
_AUDITED = ("name", "roles")

_NAME: dict[str, Any] = {"min": 2, "max": 32, "pattern": r"[A-Za-z0-9_]+"}
_ROLES = Array(Snowflake(), unique=True, null=True)
CREATE_GUILD_EMOJI = Object(
    {
        "name": String(**_NAME, required=True),
        "image": Image(max=MAX_IMAGE_SIZE, required=True),
        "roles": _ROLES,
    }
)
UPDATE_GUILD_EMOJI = Object({"name": String(**_NAME), "roles": _ROLES})
CREATE_APPLICATION_EMOJI = Object(
    {"name": String(**_NAME, required=True), "image": Image(max=MAX_IMAGE_SIZE, required=True)}
)
UPDATE_APPLICATION_EMOJI = Object({"name": String(**_NAME)})


def tell_emojis(world: World, guild_id: str) -> None:
    """Emit the guild's emojis as they are now."""
    payload = {"guild_id": guild_id, "emojis": list(world.emojis[guild_id].values())}
    world.emit("GUILD_EMOJIS_UPDATE", payload, guild=guild_id)


def _make_emoji(call: Call) -> Record:
    emoji_id = call.new_id()
    data, content_type = cdn.decode(call.body["image"])
    cdn.store(call.world, f"/emojis/{emoji_id}", data, content_type)
    call.world.creators[emoji_id] = call.actor.user_id
    return {
        "id": emoji_id,
        "name": call.body["name"],
        "roles": call.body.get("roles") or [],
        "require_colons": True,
        "managed": False,
        "animated": content_type == "image/gif",
        "available": True,
    }


def _check_roles(call: Call, guild_id: str) -> None:
    if any(role_id not in call.world.roles[guild_id] for role_id in call.body.get("roles") or ()):
        raise RestError(Code.INVALID_ROLE)


def _check_slots(call: Call, guild: Record) -> None:
    animated = call.body["image"].startswith("data:image/gif")
    slots = slots_of(guild, SLOTS, "MORE_EMOJI", SLOTS_WITH_MORE_EMOJI)
    used = sum(emoji["animated"] == animated for emoji in call.world.emojis[guild["id"]].values())
    if used >= slots:
        raise RestError(Code.MAX_ANIMATED_EMOJIS if animated else Code.MAX_EMOJIS)


# -- of a guild


@parameter("guild_emoji")
def find_emoji(call: Call, text: str) -> Record:
    """Find an emoji of the guild of this call."""
    return find_in(call.world.emojis[call.found["guild"]["id"]], text, Code.UNKNOWN_EMOJI)


@route("GET", "/guilds/{guild_id}/emojis")
def list_guild_emojis(call: Call, guild: Record) -> list[Record]:
    known = may_know_creators(call)
    return [render_expression(call.world, emoji, known) for emoji in call.world.emojis[guild["id"]].values()]


@route("GET", "/guilds/{guild_id}/emojis/{emoji_id:guild_emoji}")
def get_guild_emoji(call: Call, guild: Record, emoji: Record) -> Record:
    own = call.world.creators.get(emoji["id"]) == call.actor.user_id
    return render_expression(call.world, emoji, may_know_creators(call) if own else may_manage(call))


@route("POST", "/guilds/{guild_id}/emojis", permissions=CREATE, body=CREATE_GUILD_EMOJI, status=201)
def create_guild_emoji(call: Call, guild: Record) -> Record:
    guild_id = guild["id"]
    _check_roles(call, guild_id)
    _check_slots(call, guild)
    emoji = _make_emoji(call)
    call.world.emojis[guild_id][emoji["id"]] = emoji
    changes = audit.difference(None, emoji, ("name",))
    audit.write(call, guild_id, Action.EMOJI_CREATE, emoji["id"], changes=changes)
    tell_emojis(call.world, guild_id)
    return render_expression(call.world, emoji, with_creator=True)


@route("PATCH", "/guilds/{guild_id}/emojis/{emoji_id:guild_emoji}", body=UPDATE_GUILD_EMOJI)
def update_guild_emoji(call: Call, guild: Record, emoji: Record) -> Record:
    guild_id = guild["id"]
    require_expression(call, emoji["id"])
    _check_roles(call, guild_id)
    before = dict(emoji)
    emoji.update(call.body)
    emoji["roles"] = emoji["roles"] or []
    changes = audit.difference(before, emoji, _AUDITED)
    audit.write(call, guild_id, Action.EMOJI_UPDATE, emoji["id"], changes=changes)
    tell_emojis(call.world, guild_id)
    return render_expression(call.world, emoji, with_creator=True)


@route("DELETE", "/guilds/{guild_id}/emojis/{emoji_id:guild_emoji}")
def delete_guild_emoji(call: Call, guild: Record, emoji: Record) -> None:
    guild_id = guild["id"]
    require_expression(call, emoji["id"])
    del call.world.emojis[guild_id][emoji["id"]]
    changes = audit.difference(emoji, None, ("name",))
    audit.write(call, guild_id, Action.EMOJI_DELETE, emoji["id"], changes=changes)
    tell_emojis(call.world, guild_id)


# -- of an application


@parameter("application_emoji")
def find_application_emoji(call: Call, text: str) -> Record:
    """Find an emoji of the application of this call."""
    return find_in(
        call.world.application_emojis.get(call.found["application"]["id"], {}), text, Code.UNKNOWN_EMOJI
    )


@route("GET", "/applications/{application_id}/emojis")
def list_application_emojis(call: Call, application: Record) -> Record:
    emojis = call.world.application_emojis.get(application["id"], {}).values()
    return {"items": [render_expression(call.world, emoji, with_creator=True) for emoji in emojis]}


@route("GET", "/applications/{application_id}/emojis/{emoji_id:application_emoji}")
def get_application_emoji(call: Call, application: Record, emoji: Record) -> Record:
    return render_expression(call.world, emoji, with_creator=True)


@route("POST", "/applications/{application_id}/emojis", body=CREATE_APPLICATION_EMOJI, status=201)
def create_application_emoji(call: Call, application: Record) -> Record:
    emojis = call.world.application_emojis.setdefault(application["id"], {})
    if len(emojis) >= MAX_APPLICATION_EMOJIS:
        raise RestError(Code.MAX_EMOJIS)
    emoji = _make_emoji(call)
    emojis[emoji["id"]] = emoji
    return render_expression(call.world, emoji, with_creator=True)


@route(
    "PATCH",
    "/applications/{application_id}/emojis/{emoji_id:application_emoji}",
    body=UPDATE_APPLICATION_EMOJI,
)
def update_application_emoji(call: Call, application: Record, emoji: Record) -> Record:
    emoji.update(call.body)
    return render_expression(call.world, emoji, with_creator=True)


@route("DELETE", "/applications/{application_id}/emojis/{emoji_id:application_emoji}")
def delete_application_emoji(call: Call, application: Record, emoji: Record) -> None:
    del call.world.application_emojis[application["id"]][emoji["id"]]

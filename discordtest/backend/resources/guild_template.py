"""Guild templates: what a guild was like at one moment, under a code.

A guild has one at most. Nobody makes a guild of it here: bots no longer can, and are refused. What the snapshot leaves
out (the roles of bots, overwrites for single members) is known from life.
Source: Discord's documentation, Guild Template.
"""

from __future__ import annotations

from collections.abc import Iterator

from discordtest.backend.body import Object, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, role_key
from discordtest.backend.resources.channel_types import CATEGORY, FORUM, TEXT, VOICE, shown_place
from discordtest.backend.resources.guild import refuse_bots
from discordtest.backend.resources.short_code import new_code
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = ["render_template"]

MAX_NAME = 100
MAX_DESCRIPTION = 120
CODE_LENGTH = 12
TYPES = (TEXT, VOICE, CATEGORY, FORUM)  # those of the channels in a template
_DESCRIPTION = String(max=MAX_DESCRIPTION, null=True)
CREATE_TEMPLATE = Object({"name": String(min=1, max=MAX_NAME, required=True), "description": _DESCRIPTION})
GUILD_OF_TEMPLATE = Object({"name": String(), "icon": String(null=True)})
UPDATE_TEMPLATE = Object({"name": String(min=1, max=MAX_NAME), "description": _DESCRIPTION})
_OF_GUILD = (
    "name",
    "description",
    "region",
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "preferred_locale",
    "afk_timeout",
    "system_channel_flags",
)
_OF_ROLE = ("name", "permissions", "color", "colors", "hoist", "mentionable", "icon", "unicode_emoji")
_OF_CHANNEL: Record = {  # and what it is where the type has no such thing
    "topic": None,
    "bitrate": 64_000,
    "user_limit": 0,
    "nsfw": False,
    "rate_limit_per_user": 0,
    "default_auto_archive_duration": None,
    "available_tags": None,
    "default_reaction_emoji": None,
    "default_thread_rate_limit_per_user": None,
    "default_sort_order": None,
    "default_forum_layout": None,
    "default_tag_setting": None,
    "theme_color": None,
}


# -- snapshots


def _serialize(world: World, guild: Record) -> Record:
    """Return the guild with placeholders, small numbers, in place of the ids of its roles and channels."""
    guild_id = guild["id"]
    roles = [role for role in world.roles[guild_id].values() if not role["managed"]]
    roles.sort(key=role_key)
    channels = list(_in_order(world, guild))
    role_ids = {role["id"]: number for number, role in enumerate(roles)}
    channel_ids = {channel["id"]: number for number, channel in enumerate(channels, 1)}
    return {
        **{key: guild[key] for key in _OF_GUILD},
        "afk_channel_id": channel_ids.get(guild["afk_channel_id"]),
        "system_channel_id": channel_ids.get(guild["system_channel_id"]),
        "icon_hash": guild["icon"],
        "roles": [{"id": role_ids[role["id"]], **{key: role[key] for key in _OF_ROLE}} for role in roles],
        "channels": [_serialize_channel(channel, channel_ids, role_ids) for channel in channels],
    }


def _in_order(world: World, guild: Record) -> Iterator[Record]:
    """Yield the channels as a client shows them: each category before what is in it."""
    channels = sorted(world.guild_channels[guild["id"]].values(), key=shown_place)
    for channel in sorted(channels, key=lambda one: one["type"] == CATEGORY):
        if channel["parent_id"] is None:
            yield channel
            yield from (child for child in channels if child["parent_id"] == channel["id"])


def _serialize_channel(channel: Record, channel_ids: dict[str, int], role_ids: dict[str, int]) -> Record:
    values = {key: channel.get(key, otherwise) for key, otherwise in _OF_CHANNEL.items()}
    if values["available_tags"] is not None:
        tags = enumerate(values["available_tags"])
        values["available_tags"] = [{**tag, "id": number} for number, tag in tags]
    return {
        "id": channel_ids[channel["id"]],
        "type": channel["type"],
        "name": channel["name"],
        "position": channel["position"],
        "parent_id": channel_ids.get(channel["parent_id"]),
        "permission_overwrites": [
            {**overwrite, "id": role_ids[overwrite["id"]]}
            for overwrite in channel["permission_overwrites"]
            if overwrite["id"] in role_ids
        ],
        "template": "",
        **values,
    }


def _snapshot(world: World, guild: Record) -> Record:
    """Return what a template keeps of the guild; loud about channels of which nothing is known."""
    for channel in world.guild_channels[guild["id"]].values():
        if channel["type"] not in TYPES:
            raise NotModelled(
                f"a template of a guild with the channel {channel['name']!r} of type {channel['type']}: how Discord "
                "keeps other channels than text, voice, category and forum in one is not documented"
            )
    return _serialize(world, guild)


def render_template(world: World, template: Record) -> Record:
    """Return the template as the API answers it: with whether its guild is another by now."""
    guild = world.guilds[template["source_guild_id"]]
    return {
        **template,
        "creator": world.users[template["creator_id"]],
        "is_dirty": _serialize(world, guild) != template["serialized_source_guild"],
    }


# -- routes


@parameter("template")
def find_template(call: Call, text: str) -> Record:
    """Find the template of the guild of the path by its code: 10057 where there is none."""
    return find_in(call.world.templates[call.found["guild"]["id"]], text, Code.UNKNOWN_GUILD_TEMPLATE)


@parameter("any_template")
def find_any_template(call: Call, text: str) -> Record:
    """Find a template by its code, of whatever guild."""
    for templates in call.world.templates.values():
        if text in templates:
            return templates[text]
    raise RestError(Code.UNKNOWN_GUILD_TEMPLATE)


@route("GET", "/guilds/templates/{code:any_template}", anonymous=True)
def get_guild_template(call: Call, template: Record) -> Record:
    return render_template(call.world, template)


@route("POST", "/guilds/templates/{code:any_template}", body=GUILD_OF_TEMPLATE, status=201)
def create_guild_from_template(call: Call, template: Record) -> None:
    refuse_bots(call)
    raise NotModelled("a guild that is made of a template")


@route("GET", "/guilds/{guild_id}/templates", permissions=Permission.MANAGE_GUILD)
def list_guild_templates(call: Call, guild: Record) -> list[Record]:
    return [render_template(call.world, one) for one in call.world.templates[guild["id"]].values()]


@route("POST", "/guilds/{guild_id}/templates", permissions=Permission.MANAGE_GUILD, body=CREATE_TEMPLATE)
def create_guild_template(call: Call, guild: Record) -> Record:
    world, templates = call.world, call.world.templates[guild["id"]]
    if templates:
        raise RestError(Code.GUILD_ALREADY_HAS_TEMPLATE)
    snapshot = _snapshot(world, guild)
    taken = {code for table in world.templates.values() for code in table}
    template: Record = {
        "code": call.id or new_code(world, CODE_LENGTH, taken),
        "name": call.body["name"],
        "description": call.body.get("description"),
        "usage_count": 0,
        "creator_id": call.actor.user_id,
        "created_at": call.timestamp(),
        "updated_at": call.timestamp(),
        "source_guild_id": guild["id"],
        "serialized_source_guild": snapshot,
    }
    templates[template["code"]] = template
    return render_template(world, template)


@route("PUT", "/guilds/{guild_id}/templates/{code:template}", permissions=Permission.MANAGE_GUILD)
def sync_guild_template(call: Call, guild: Record, template: Record) -> Record:
    template["serialized_source_guild"] = _snapshot(call.world, guild)
    template["updated_at"] = call.timestamp()
    return render_template(call.world, template)


@route(
    "PATCH",
    "/guilds/{guild_id}/templates/{code:template}",
    permissions=Permission.MANAGE_GUILD,
    body=UPDATE_TEMPLATE,
)
def update_guild_template(call: Call, guild: Record, template: Record) -> Record:
    template.update(call.body)
    return render_template(call.world, template)


@route("DELETE", "/guilds/{guild_id}/templates/{code:template}", permissions=Permission.MANAGE_GUILD)
def delete_guild_template(call: Call, guild: Record, template: Record) -> Record:
    shown = render_template(call.world, template)
    del call.world.templates[guild["id"]][template["code"]]
    return shown

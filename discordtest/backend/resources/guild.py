"""Guilds: made, changed and deleted.

What a client is told of one is in ``guild_create``, its small settings pages in ``guild_settings``.
Source: Discord's documentation, Guild ("Guild Object", "Guild Features", "Get Guild", "Modify Guild").
"""

from __future__ import annotations

from discordtest.backend import audit, cdn, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    Image,
    Integer,
    Object,
    Snowflake,
    String,
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import DEFAULT, Permission
from discordtest.backend.resources.application_command_form import LOCALES
from discordtest.backend.resources.guild_create import render_guild, tell_guild_create
from discordtest.backend.resources.guild_member_build import new_member
from discordtest.backend.resources.guild_role import new_role
from discordtest.backend.resources.message_traces import forget_messages
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = ["counts_of", "find_guild", "new_guild", "refuse_bots", "tell_guild_update"]

MIN_NAME = 2
MAX_NAME = 100
MAX_DESCRIPTION = 300
AFK_TIMEOUTS = (60, 300, 900, 1800, 3600)  # seconds
_IMAGES = {
    "icon": "icons",
    "splash": "splashes",
    "banner": "banners",
    "discovery_splash": "discovery-splashes",
}
#: image -> the feature without which a guild has none
_FEATURE_OF_IMAGE = {"splash": "INVITE_SPLASH", "banner": "BANNER", "discovery_splash": "DISCOVERABLE"}
#: feature that can be changed -> permission for it
_MUTABLE_FEATURES = {
    "COMMUNITY": Permission.ADMINISTRATOR,
    "DISCOVERABLE": Permission.ADMINISTRATOR,
    "INVITES_DISABLED": Permission.MANAGE_GUILD,
    "RAID_ALERTS_DISABLED": Permission.MANAGE_GUILD,
}
_CHANNELS = {
    "afk_channel_id": (2,),
    "system_channel_id": (0,),
    "rules_channel_id": (0, 5),
    "public_updates_channel_id": (0, 5),
    "safety_alerts_channel_id": (0, 5),
}
_HASHES = {"icon": "icon_hash", "splash": "splash_hash", "banner": "banner_hash"}
_AUDITED = (
    "name",
    "description",
    "discovery_splash",
    "owner_id",
    "region",
    "afk_channel_id",
    "afk_timeout",
    "system_channel_id",
    "system_channel_flags",
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "preferred_locale",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "premium_progress_bar_enabled",
    "features",
    "mfa_level",
    "widget_enabled",
    "widget_channel_id",
    "vanity_url_code",
)


@parameter("guild")
def find_guild(call: Call, text: str) -> Record:
    """Find a guild that the actor is in: 10004 where there is none, 50001 where it is a stranger."""
    guild = find_in(call.world.guilds, text, Code.UNKNOWN_GUILD)
    if not call.actor.omnipotent and call.actor.user_id not in call.world.members[text]:
        raise reasons.stranger(call.world, call.actor.user_id, text)
    return guild


@parameter("any_guild")
def find_any_guild(call: Call, text: str) -> Record:
    """Find a guild, whether the actor is in it or not."""
    guild = find_in(call.world.guilds, text, Code.UNKNOWN_GUILD)
    call.found["guild"] = guild
    return guild


# -- making


_SETTINGS = {
    "name": String(min=MIN_NAME, max=MAX_NAME, strip=True),
    "description": String(max=MAX_DESCRIPTION, null=True),
    "region": String(null=True),
    "icon": Image(null=True),
    "splash": Image(null=True),
    "banner": Image(null=True),
    "discovery_splash": Image(null=True),
    "verification_level": Choice((0, 1, 2, 3, 4), null=True),
    "default_message_notifications": Choice((0, 1), null=True),
    "explicit_content_filter": Choice((0, 1, 2), null=True),
    "preferred_locale": Choice(LOCALES, null=True),
    "afk_timeout": Choice(AFK_TIMEOUTS, null=True),
    "afk_channel_id": Snowflake(null=True),
    "system_channel_id": Snowflake(null=True),
    "system_channel_flags": Integer(min=0, null=True),
    "rules_channel_id": Snowflake(null=True),
    "public_updates_channel_id": Snowflake(null=True),
    "safety_alerts_channel_id": Snowflake(null=True),
    "features": Array(String(), unique=True, null=True),
    "premium_progress_bar_enabled": Boolean(null=True),
    "owner_id": Snowflake(),
}
CREATE_GUILD = Object({**_SETTINGS, "name": String(min=MIN_NAME, max=MAX_NAME, strip=True, required=True)})
EDIT_GUILD = Object(_SETTINGS)


@route("POST", "/guilds", body=CREATE_GUILD, status=201)
def create_guild(call: Call) -> Record:
    """Make a guild without channels; its owner is who asks, or whom the narrator names in ``owner_id``."""
    refuse_bots(call)
    world, body = call.world, call.body
    owner_id = body.pop("owner_id", call.actor.user_id) if call.actor.omnipotent else call.actor.user_id
    owner = find_in(world.users, owner_id, Code.UNKNOWN_USER)
    guild = new_guild(call.new_id(), body["name"], owner_id)
    guild_id = guild["id"]
    changes = _changes(call, guild)
    world.guilds[guild_id] = guild
    for table in _tables_of_guilds(call):
        table[guild_id] = {}
    world.audit_log[guild_id] = []
    everyone = new_role(guild_id, "@everyone", permissions=DEFAULT)
    world.roles[guild_id] = {guild_id: everyone}
    guild.update(changes)
    world.members[guild_id][owner_id] = new_member(owner, call.timestamp())
    if owner.get("bot"):
        tell_guild_create(world, guild, owner_id)
    return render_guild(world, guild)


def refuse_bots(call: Call) -> None:
    """Refuse a guild to bots, which have made none since July 2025 (Change Log, "Guild Create Deprecation")."""
    if call.actor.kind == "bot":
        why = "bots can make no guilds any more: make_guild(…) is one that the bot is put into"
        raise RestError(Code.BOTS_CANNOT_USE_ENDPOINT, why=why)


def _tables_of_guilds(call: Call) -> tuple[dict[str, dict[str, Record]], ...]:
    world = call.world
    return (
        world.roles,
        world.members,
        world.bans,
        world.integrations,
        world.guild_channels,
        world.threads,
        world.emojis,
        world.stickers,
        world.soundboard_sounds,
        world.voice_states,
        world.scheduled_events,
        world.templates,
    )


def new_guild(guild_id: str, name: str, owner_id: str) -> Record:
    """Return a guild's record with Discord's defaults."""
    return {
        "id": guild_id,
        "name": name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": owner_id,
        "application_id": None,
        "region": "us-west",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "incidents_data": None,
    }


# -- reading and changing


@route("GET", "/guilds/{guild_id}", query=Object({"with_counts": Boolean(default=False)}))
def get_guild(call: Call, guild: Record) -> Record:
    payload = render_guild(call.world, guild)
    if call.query["with_counts"]:
        payload.update(counts_of(call.world, guild))
    return payload


def counts_of(world: World, guild: Record) -> dict[str, int]:
    """Return how many members the guild has, and how many of them are not offline."""
    members = world.members[guild["id"]]
    online = sum(user_id in members for user_id in world.presences)
    return {"approximate_member_count": len(members), "approximate_presence_count": online}


@route("PATCH", "/guilds/{guild_id}", permissions=Permission.MANAGE_GUILD, body=EDIT_GUILD)
def update_guild(call: Call, guild: Record) -> Record:
    changes = _changes(call, guild)
    if "owner_id" in call.body:
        changes["owner_id"] = _new_owner(call, guild)
    before = {**guild}
    guild.update(changes)
    tell_guild_update(call, guild, before)
    return render_guild(call.world, guild)


def tell_guild_update(call: Call, guild: Record, before: Record) -> None:
    """Write what has changed on the guild into its audit log, and tell of it; nothing if nothing has."""
    differences = audit.difference(before, guild, _AUDITED)
    for change in audit.difference(before, guild, _HASHES):
        differences.append({**change, "key": _HASHES[change["key"]]})
    if differences:
        audit.write(call, guild["id"], Action.GUILD_UPDATE, guild["id"], changes=differences)
    if before != guild:
        call.world.emit("GUILD_UPDATE", render_guild(call.world, guild), guild=guild["id"])


def _changes(call: Call, guild: Record) -> Record:
    """Return the settings of the body as the guild keeps them; null stands for the default."""
    body, defaults = call.body, new_guild("", "", "")
    changes = {
        key: defaults[key] if value is None else value
        for key, value in body.items()
        if key not in _IMAGES and key not in ("owner_id", "features")
    }
    if body.get("features") is not None:
        changes["features"] = _new_features(call, guild)
    for key, types in _CHANNELS.items():
        if body.get(key) is not None:
            _check_channel(call, guild, key, types)
    for key, folder in _IMAGES.items():
        if key not in body:
            continue
        needed = _FEATURE_OF_IMAGE.get(key)
        image = body[key]
        if image is not None and needed not in (None, *guild["features"]) and not call.actor.omnipotent:
            raise RestError(Code.GUILD_NEEDS_BOOSTS)
        changes[key] = (
            None if image is None else cdn.store_image(call.world, f"{folder}/{guild['id']}", image)
        )
    return changes


def _check_channel(call: Call, guild: Record, key: str, types: tuple[int, ...]) -> None:
    channel = call.world.guild_channels.get(guild["id"], {}).get(call.body[key])
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if channel["type"] not in types:
        raise invalid(key, "BASE_TYPE_BAD_VALUE", "A channel of this type cannot be used here.")


def _new_features(call: Call, guild: Record) -> list[str]:
    wanted: list[str] = call.body["features"]
    if call.actor.omnipotent:
        return wanted
    for feature in sorted({*wanted} ^ {*guild["features"]}):
        permission = _MUTABLE_FEATURES.get(feature)
        if permission is None:
            raise invalid("features", "BASE_TYPE_CHOICES", f"The feature {feature} cannot be changed.")
        call.require(permission)
    if "DISCOVERABLE" in {*wanted} - {*guild["features"]}:
        raise NotModelled(
            "whether a guild meets the requirements of discovery: make_guild(…, features=…) makes one that is "
            "DISCOVERABLE"
        )
    if "COMMUNITY" in wanted and "COMMUNITY" not in guild["features"]:
        for key in ("rules_channel_id", "public_updates_channel_id"):
            if call.body.get(key, guild[key]) is None:
                raise invalid(key, "BASE_TYPE_REQUIRED", "This field is required")
    return wanted


def _new_owner(call: Call, guild: Record) -> str:
    owner_id: str = call.body["owner_id"]
    call.require_owner(guild)
    member = call.world.members[guild["id"]].get(owner_id)
    if call.actor.omnipotent and owner_id in call.world.users:
        return owner_id  # who has left meanwhile, too: there are guilds whose owner's account is gone
    if member is None:
        raise RestError(Code.UNKNOWN_MEMBER)
    if member["user"].get("bot"):
        raise RestError(Code.CANNOT_TRANSFER_TO_BOT)
    return owner_id


@route("DELETE", "/guilds/{guild_id}", status=204)
def delete_guild(call: Call, guild: Record) -> None:
    """Delete a guild and all that is in it; only its owner may."""
    world, guild_id = call.world, guild["id"]
    call.require_owner(guild)
    bots = world.bots_of(guild_id)
    for user_id in world.voice_states[guild_id]:
        world.on_voice_end(guild_id, user_id)
    for channel_id in (*world.guild_channels[guild_id], *world.threads[guild_id]):
        del world.channels[channel_id]
        forget_messages(world, channel_id)
        world.thread_members.pop(channel_id, None)
    for code in [code for code, invite in world.invites.items() if invite.get("guild_id") == guild_id]:
        del world.invites[code]
    for webhook_id in [key for key, hook in world.webhooks.items() if hook.get("guild_id") == guild_id]:
        del world.webhooks[webhook_id]
    for event_id in world.scheduled_events[guild_id]:
        del world.event_users[event_id]
    for table in _tables_of_guilds(call):
        del table[guild_id]
    for rule_id in world.automod_rules.pop(guild_id, ()):
        world.automod_words.pop(rule_id, None)
    for settings in (world.welcome_screens, world.onboardings):
        settings.pop(guild_id, None)
    for of_people in (world.onboarding_answers, world.former_members, world.boosts, world.vanity_uses):
        of_people.pop(guild_id, None)
    del world.guilds[guild_id], world.audit_log[guild_id]
    world.emit("GUILD_DELETE", {"id": guild_id}, guild=guild_id, users=bots)

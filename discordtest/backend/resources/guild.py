"""Guilds: their settings, and what a client is told of one that it enters.

Source: Discord's documentation, Guild ("Guild Object") and Gateway Events ("Guild Create").
"""

from __future__ import annotations

from discordtest.backend.body import Anything, Object, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import DEFAULT, visible
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.resources.guild_member import add_member
from discordtest.backend.resources.guild_role import new_role
from discordtest.backend.world import Record, Viewer, World

__all__ = ["find_guild", "render_guild", "render_guild_create"]


@parameter("guild")
def find_guild(call: Call, text: str) -> Record:
    """Find a guild that the actor is in: 10004 where there is none, 50001 where it is a stranger."""
    guild = call.world.guilds.get(text)
    if guild is None:
        raise RestError(Code.UNKNOWN_GUILD)
    if not call.actor.omnipotent and call.actor.user_id not in call.world.members[text]:
        raise RestError(Code.MISSING_ACCESS)
    return guild


def render_guild(world: World, guild: Record) -> Record:
    """Return the guild with its roles, emojis and stickers, as the API answers it."""
    guild_id = guild["id"]
    return {
        **guild,
        "roles": list(world.roles[guild_id].values()),
        "emojis": list(world.emojis[guild_id].values()),
        "stickers": list(world.stickers[guild_id].values()),
    }


def render_guild_create(world: World, guild: Record, viewer: Viewer) -> Record:
    """Return the payload of GUILD_CREATE for one session; its intents decide which members it lists."""
    guild_id = guild["id"]
    members = world.members[guild_id]
    voice_states = world.voice_states[guild_id]
    return {
        **render_guild(world, guild),
        "joined_at": members[viewer.user_id]["joined_at"],
        "large": len(members) > viewer.large_threshold,
        "unavailable": False,
        "member_count": len(members),
        "members": _listed_members(world, guild_id, viewer),
        "channels": list(world.guild_channels[guild_id].values()),
        "threads": [
            thread
            for thread in world.threads[guild_id].values()
            if not thread["thread_metadata"]["archived"] and visible(world, thread, viewer.user_id)
        ],
        "presences": [],
        "voice_states": [
            {key: value for key, value in state.items() if key != "guild_id"}
            for state in voice_states.values()
        ],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _listed_members(world: World, guild_id: str, viewer: Viewer) -> list[Record]:
    members = world.members[guild_id]
    voice_states = world.voice_states[guild_id]
    if viewer.intents & Intent.GUILD_PRESENCES:
        if len(members) <= viewer.large_threshold:
            return list(members.values())
        return [
            member
            for user_id, member in members.items()
            if member["roles"]
            or member["nick"]
            or user_id in voice_states
            or user_id in world.presences
            or user_id == viewer.user_id
        ]
    return [members[viewer.user_id]] + [
        members[user_id] for user_id in voice_states if user_id != viewer.user_id
    ]


CREATE_GUILD = Object(
    {
        "name": String(min=2, max=100, strip=True, required=True),
        "icon": Anything(null=True),
        "owner_id": Anything(),
    }
)


@route("POST", "/guilds", body=CREATE_GUILD, status=201)
def create_guild(call: Call) -> Record:
    world, body = call.world, call.body
    owner_id = str(body.get("owner_id") or call.actor.user_id)
    guild = new_guild(call.new_id(), body["name"], owner_id)
    guild_id = guild["id"]
    world.guilds[guild_id] = guild
    for table in (
        world.members,
        world.bans,
        world.guild_channels,
        world.threads,
        world.emojis,
        world.stickers,
        world.voice_states,
    ):
        table[guild_id] = {}
    world.audit_log[guild_id] = []
    world.roles[guild_id] = {guild_id: new_role(guild_id, "@everyone", permissions=DEFAULT)}
    add_member(call, guild, world.users[owner_id])
    return render_guild(world, guild)


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

"""What a guild shows and allows beside its main settings: preview, widget, vanity address, incidents, 2FA.

Source: Discord's documentation, Guild ("Get Guild Preview", "Get Guild Widget Settings", "Modify Guild Widget",
"Get Guild Vanity URL", "Modify Guild Incident Actions").
"""

from __future__ import annotations

from datetime import datetime, timedelta

from discordtest.backend import cdn
from discordtest.backend.body import Boolean, Choice, Object, Snowflake, String, Timestamp, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import VOICE_TYPES, Permission, everyone_permissions
from discordtest.backend.resources.guild import counts_of, tell_guild_update
from discordtest.backend.resources.guild_create import render_guild
from discordtest.backend.resources.invite import widget_invite
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_INCIDENT = timedelta(hours=24)
MIN_CODE, MAX_CODE = 2, 25
MAX_WIDGET_MEMBERS = 100
_PREVIEWED = ("id", "name", "icon", "description", "home_header", "splash", "discovery_splash", "features")


@route("GET", "/guilds/{guild_id:any_guild}/preview")
def get_guild_preview(call: Call, guild: Record) -> Record:
    """Show a guild to those who are in it, and a discoverable one to all."""
    inside = call.actor.omnipotent or call.actor.user_id in call.world.members[guild["id"]]
    if not inside and "DISCOVERABLE" not in guild["features"]:
        raise RestError(Code.UNKNOWN_GUILD)
    whole = render_guild(call.world, guild)
    shown = {key: whole[key] for key in (*_PREVIEWED, "emojis", "stickers")}
    return {**shown, **counts_of(call.world, guild)}


# -- widget


@route("GET", "/guilds/{guild_id}/widget", permissions=Permission.MANAGE_GUILD)
def get_guild_widget_settings(call: Call, guild: Record) -> Record:
    return {"enabled": guild["widget_enabled"], "channel_id": guild["widget_channel_id"]}


@route(
    "PATCH",
    "/guilds/{guild_id}/widget",
    permissions=Permission.MANAGE_GUILD,
    body=Object({"enabled": Boolean(null=True), "channel_id": Snowflake(null=True)}),
)
def update_guild_widget_settings(call: Call, guild: Record) -> Record:
    before, channel_id = {**guild}, call.body.get("channel_id")
    if channel_id is not None and channel_id not in call.world.guild_channels[guild["id"]]:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if call.body.get("enabled") is not None:
        guild["widget_enabled"] = call.body["enabled"]
    if "channel_id" in call.body:
        guild["widget_channel_id"] = channel_id
    tell_guild_update(call, guild, before)
    return get_guild_widget_settings(call, guild)


@route("GET", "/guilds/{guild_id:any_guild}/widget.json", anonymous=True)
def get_guild_widget(call: Call, guild: Record) -> Record:
    """Show who is online, which voice channels everybody may enter, and an invite; 50004 where it is off."""
    if not guild["widget_enabled"]:
        raise RestError(Code.GUILD_WIDGET_DISABLED)
    world, guild_id, invite = call.world, guild["id"], widget_invite(call.world, guild)
    members = world.members[guild_id]
    online = [user_id for user_id in world.presences if user_id in members]
    return {
        "id": guild_id,
        "name": guild["name"],
        "instant_invite": invite and f"https://discord.com/invite/{invite['code']}",
        "channels": [
            {"id": channel["id"], "name": channel["name"], "position": channel["position"]}
            for channel in world.guild_channels[guild_id].values()
            if channel["type"] in VOICE_TYPES and everyone_permissions(world, channel) & _ENTER == _ENTER
        ],
        "members": [
            _widget_member(call, number, members[user_id])
            for number, user_id in enumerate(online[:MAX_WIDGET_MEMBERS])
        ],
        "presence_count": len(online),
    }


_ENTER = int(Permission.VIEW_CHANNEL | Permission.CONNECT)


def _widget_member(call: Call, number: int, member: Record) -> Record:
    return {
        "id": str(number),
        "username": member["nick"] or member["user"]["username"],
        "discriminator": "0000",
        "avatar": None,
        "status": call.world.presences[member["user"]["id"]]["status"],
        "avatar_url": f"{cdn.ROOT}/widget-avatars/{number}",
    }


# -- vanity address


@route("GET", "/guilds/{guild_id}/vanity-url", permissions=Permission.MANAGE_GUILD)
def get_guild_vanity_url(call: Call, guild: Record) -> Record:
    return {"code": guild["vanity_url_code"], "uses": call.world.vanity_uses.get(guild["id"], 0)}


@route(
    "PATCH",
    "/guilds/{guild_id}/vanity-url",
    permissions=Permission.MANAGE_GUILD,
    body=Object({"code": String(max=MAX_CODE, required=True, null=True)}),
)
def change_vanity_code(call: Call, guild: Record) -> Record:
    """Change the vanity address: 50020 for one that is too short or another guild's."""
    code = call.body["code"] or None
    if "VANITY_URL" not in guild["features"]:
        raise RestError(Code.GUILD_NEEDS_BOOSTS)
    others = (other["vanity_url_code"] for other in call.world.guilds.values() if other is not guild)
    if code is not None and (len(code) < MIN_CODE or code in others):
        raise RestError(Code.INVITE_CODE_TAKEN)
    before = {**guild}
    guild["vanity_url_code"] = code
    if code != before["vanity_url_code"]:
        call.world.vanity_uses.pop(guild["id"], None)
    tell_guild_update(call, guild, before)
    return get_guild_vanity_url(call, guild)


# -- incidents and two-factor authentication

INCIDENTS = Object(
    {"invites_disabled_until": Timestamp(null=True), "dms_disabled_until": Timestamp(null=True)}
)


@route("PUT", "/guilds/{guild_id}/incident-actions", permissions=Permission.MANAGE_GUILD, body=INCIDENTS)
def update_guild_incident_actions(call: Call, guild: Record) -> Record:
    latest = call.world.wall_clock() + MAX_INCIDENT
    for key, until in call.body.items():
        if until is not None and datetime.fromisoformat(until) > latest:
            raise invalid(key, "BASE_TYPE_BAD_VALUE", "It must end within 24 hours.")
    before = {**guild}
    data: Record = {"invites_disabled_until": None, "dms_disabled_until": None}
    data.update(guild["incidents_data"] or {})
    data.update(call.body)
    guild["incidents_data"] = data
    tell_guild_update(call, guild, before)
    return data


@route("POST", "/guilds/{guild_id}/mfa", body=Object({"level": Choice((0, 1), required=True)}))
def edit_guild_mfa_level(call: Call, guild: Record) -> Record:
    """Ask moderators for two-factor authentication, or no longer; only the owner may."""
    call.require_owner(guild)
    before = {**guild}
    guild["mfa_level"] = call.body["level"]
    tell_guild_update(call, guild, before)
    return {"level": guild["mfa_level"]}

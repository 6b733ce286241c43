"""Invites to a guild: made, looked up, used and revoked.

An expired invite is as good as deleted: whoever looks finds none. The world's clock decides, no timer runs.
Source: Discord's documentation, Invite ("Invite Object", "Invite Metadata Object", "Get Invite", "Delete Invite"),
Channel ("Create Channel Invite", "Get Channel Invites"), Guild ("Get Guild Invites") and Gateway Events ("Invites").
"""

from __future__ import annotations

from datetime import datetime

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    FormErrors,
    Integer,
    Object,
    Path,
    Snowflake,
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, channel_permissions, guild_permissions
from discordtest.backend.resources.channel_types import CATEGORY, THREAD_TYPES, shown_place
from discordtest.backend.resources.guild import counts_of
from discordtest.backend.resources.guild_role import check_role_below
from discordtest.backend.resources.guild_scheduled_event import render_event
from discordtest.backend.resources.guild_welcome_screen import render_welcome_screen, shows_welcome_screen
from discordtest.backend.resources.short_code import new_code
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = ["find_invite", "find_way_in", "render_invite", "roles_of", "use_invite", "widget_invite"]

MAX_INVITES = 1000  # of a guild
MAX_AGE = 604_800  # seconds
DEFAULT_AGE = 86_400
MAX_USES = 100
MAX_ROLES = 250  # of a guild
STREAM, EMBEDDED_APPLICATION = 1, 2  # target types
CODE_LENGTH = 8
_METADATA = ("uses", "max_uses", "max_age", "temporary", "created_at")
_AUDITED = ("code", "channel_id", "inviter_id", "uses", "max_uses", "max_age", "temporary", "flags")
_SHOWN_GUILD = (
    "id",
    "name",
    "splash",
    "banner",
    "description",
    "icon",
    "features",
    "verification_level",
    "vanity_url_code",
    "nsfw_level",
    "nsfw",
    "premium_subscription_count",
)
_TARGETS = ("target_type", "target_user", "target_application")
_SHOWN_ROLE = ("id", "name", "position", "color", "colors", "icon", "unicode_emoji")


def _find_live(world: World, code: str) -> Record:
    """Find an invite that can still be used: 10006 where there is none or its time is over."""
    invite = world.invites.get(code)
    if invite is None or _expired(world, invite):
        world.invites.pop(code, None)
        raise RestError(Code.UNKNOWN_INVITE)
    return invite


def _expired(world: World, invite: Record) -> bool:
    expires_at = invite["expires_at"]
    return expires_at is not None and datetime.fromisoformat(expires_at) <= world.wall_clock()


@parameter("invite")
def find_invite(call: Call, text: str) -> Record:
    """Find a live invite by its code; nobody needs to be in its guild for that."""
    return _find_live(call.world, text)


@parameter("invite_or_vanity")
def find_invite_or_vanity(call: Call, text: str) -> Record:
    """Find what somebody can join by."""
    return find_way_in(call.world, text)


def find_way_in(world: World, text: str) -> Record:
    """Find a live invite by its code, or a guild by its vanity code, shown as an invite without an inviter."""
    guild = next((one for one in world.guilds.values() if one["vanity_url_code"] == text), None)
    channels = () if guild is None else world.guild_channels[guild["id"]].values()
    entrance = min((one for one in channels if one["type"] != CATEGORY), key=shown_place, default=None)
    if entrance is None:
        return _find_live(world, text)
    return {
        "code": text,
        "guild_id": entrance["guild_id"],
        "channel_id": entrance["id"],
        "expires_at": None,
        "flags": 0,
    }


def use_invite(world: World, code: str) -> Record:
    """Count a use of the invite, which its last use deletes; return it. Raises 10006 where there is none."""
    invite = find_way_in(world, code)
    if code not in world.invites:
        guild_id = invite["guild_id"]
        world.vanity_uses[guild_id] = world.vanity_uses.get(guild_id, 0) + 1
        return invite
    invite["uses"] += 1
    if invite["max_uses"] and invite["uses"] >= invite["max_uses"]:
        _delete(world, invite)
    return invite


def roles_of(world: World, invite: Record) -> list[str]:
    """Return the roles that are still there of those that the invite gives."""
    return [role_id for role_id in invite.get("role_ids", ()) if role_id in world.roles[invite["guild_id"]]]


def _delete(world: World, invite: Record) -> None:
    del world.invites[invite["code"]]
    event = {key: invite[key] for key in ("code", "channel_id", "guild_id")}
    world.emit("INVITE_DELETE", event, guild=invite["guild_id"], users=_informed(world, invite["channel_id"]))


def _informed(world: World, channel_id: str) -> list[str]:
    """Return the bots that hear of the channel's invites: those who may manage it."""
    channel = world.channels[channel_id]
    return [
        bot_id
        for bot_id in world.bots_of(channel["guild_id"])
        if channel_permissions(world, channel, bot_id) & Permission.MANAGE_CHANNELS
    ]


# -- how an invite looks


def render_invite(world: World, invite: Record, *, metadata: bool = True, counts: bool = False) -> Record:
    """Return the invite as the API answers it: with its uses if ``metadata``, its guild's size if ``counts``."""
    guild = world.guilds[invite["guild_id"]]
    channel = world.channels[invite["channel_id"]]
    shown: Record = {
        "type": 0,
        "code": invite["code"],
        "expires_at": invite["expires_at"],
        "flags": invite["flags"],
        "guild": {key: guild.get(key) for key in _SHOWN_GUILD},
        "guild_id": guild["id"],
        "channel": {key: channel[key] for key in ("id", "type", "name")},
        **{key: invite[key] for key in ("inviter", *_TARGETS) if key in invite},
    }
    if "role_ids" in invite:
        roles = [world.roles[guild["id"]][role_id] for role_id in roles_of(world, invite)]
        shown["roles"] = [{key: role[key] for key in _SHOWN_ROLE} for role in roles]
    if shows_welcome_screen(guild) and guild["id"] in world.welcome_screens:
        shown["guild"]["welcome_screen"] = render_welcome_screen(world, guild["id"])
    if metadata:
        shown.update((key, invite[key]) for key in _METADATA)
    if counts:
        shown.update(counts_of(world, guild))
    return shown


# -- routes


def _check_target(body: Record, path: Path, errors: FormErrors) -> None:
    needed = {STREAM: "target_user_id", EMBEDDED_APPLICATION: "target_application_id"}
    name = needed.get(body.get("target_type") or 0)
    if name is not None and body.get(name) is None:
        errors.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")


CREATE_INVITE = Object(
    {
        "max_age": Integer(min=0, max=MAX_AGE, null=True, default=DEFAULT_AGE),
        "max_uses": Integer(min=0, max=MAX_USES, null=True, default=0),
        "temporary": Boolean(null=True, default=False),
        "unique": Boolean(null=True, default=False),
        "target_type": Choice((STREAM, EMBEDDED_APPLICATION), null=True),
        "target_user_id": Snowflake(null=True),
        "target_application_id": Snowflake(null=True),
        "flags": Integer(min=0, null=True, default=0),
        "role_ids": Array(Snowflake(), max=MAX_ROLES, unique=True, null=True),
    },
    check=_check_target,
)


@route(
    "POST",
    "/channels/{channel_id}/invites",
    permissions=Permission.CREATE_INSTANT_INVITE,
    body=CREATE_INVITE,
)
def create_channel_invite(call: Call, channel: Record) -> Record:
    world, body = call.world, call.body
    if call.files:
        raise NotModelled(f"the file {call.files[0].name} of an invite")
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if channel["type"] == CATEGORY or channel["type"] in THREAD_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    invite = _new_invite(call, channel)
    if not body["unique"] and call.id is None:
        same = _like(world, invite)
        if same is not None:
            return render_invite(world, same)
    if len(world.invites) >= MAX_INVITES and len(_live(world, channel["guild_id"])) >= MAX_INVITES:
        raise RestError(Code.MAX_INVITES)
    _add(world, invite, call.id)
    _note(call, invite, None, invite, Action.INVITE_CREATE)
    _tell(world, invite)
    return render_invite(world, invite)


def widget_invite(world: World, guild: Record) -> Record | None:
    """Return the invite that the guild's widget shows, a new one where the last is gone.

    It is nobody's. None where the widget names no channel, and where the guild has too many invites.
    """
    channel_id = guild["widget_channel_id"]
    if channel_id not in world.guild_channels[guild["id"]]:
        return None
    live = _live(world, guild["id"])
    for invite in live:
        if invite["channel_id"] == channel_id and "inviter" not in invite:
            return invite
    if len(live) >= MAX_INVITES:
        return None
    invite = {
        **_places(world, guild["id"], channel_id, DEFAULT_AGE),
        "max_uses": 0,
        "temporary": False,
        "flags": 0,
    }
    _add(world, invite)
    _tell(world, invite)
    return invite


def _places(world: World, guild_id: str, channel_id: str, max_age: int) -> Record:
    """Return what each new invite starts with: where to, and for how long."""
    return {
        "code": "",
        "guild_id": guild_id,
        "channel_id": channel_id,
        "created_at": world.timestamp(),
        "expires_at": world.timestamp(max_age) if max_age else None,
        "max_age": max_age,
        "uses": 0,
    }


def _add(world: World, invite: Record, code: str | None = None) -> None:
    invite["code"] = code or new_code(world, CODE_LENGTH, world.invites)
    world.invites[invite["code"]] = invite


def _tell(world: World, invite: Record) -> None:
    users = _informed(world, invite["channel_id"])
    world.emit("INVITE_CREATE", _event(invite), guild=invite["guild_id"], users=users)


def _new_invite(call: Call, channel: Record) -> Record:
    world, body = call.world, call.body
    max_age = DEFAULT_AGE if body["max_age"] is None else body["max_age"]
    invite: Record = {
        **_places(world, channel["guild_id"], channel["id"], max_age),
        "created_at": call.timestamp(),
        "inviter": world.users[call.actor.user_id],
        "max_uses": body["max_uses"] or 0,
        "temporary": bool(body["temporary"]),
        "flags": body["flags"] or 0,
    }
    target_type = body.get("target_type")
    if target_type is not None:
        invite["target_type"] = target_type
    if target_type == STREAM:
        invite["target_user"] = find_in(world.users, body["target_user_id"], Code.UNKNOWN_USER)
        if not call.actor.omnipotent:
            _check_streams(world, channel, body["target_user_id"])
    elif target_type == EMBEDDED_APPLICATION:
        application = find_in(world.applications, body["target_application_id"], Code.UNKNOWN_APPLICATION)
        invite["target_application"] = _shown_application(application)
    if body.get("role_ids"):
        _check_roles(call, channel["guild_id"], body["role_ids"])
        invite["role_ids"] = body["role_ids"]
    return invite


def _check_streams(world: World, channel: Record, user_id: str) -> None:
    """Refuse an invite to the stream of somebody who does not stream in the channel."""
    state = world.voice_states[channel["guild_id"]].get(user_id)
    if state is None or state["channel_id"] != channel["id"] or not state["self_stream"]:
        message = "The specified user is currently not streaming in this channel"
        raise invalid("target_user_id", "GUILD_INVITE_INVALID_STREAMER", message)


def _check_roles(call: Call, guild_id: str, role_ids: list[str]) -> None:
    """Refuse roles that the actor could not give to a member by hand."""
    call.require(Permission.MANAGE_ROLES)
    guild, roles = call.world.guilds[guild_id], call.world.roles[guild_id]
    for role_id in role_ids:
        role = find_in(roles, role_id, Code.UNKNOWN_ROLE)
        if role_id == guild_id or role["managed"]:
            raise RestError(Code.INVALID_ROLE)
        check_role_below(call, guild, role)


def _shown_application(application: Record) -> Record:
    keys = ("id", "name", "icon", "description", "type", "verify_key", "flags", "bot_public")
    return {**{key: application[key] for key in keys}, "flags_new": str(application["flags"])}


def _like(world: World, wanted: Record) -> Record | None:
    """Find a live invite of the same person that is set as this one: one that is not unique is used again."""
    keys = ("channel_id", "inviter", "max_age", "max_uses", "temporary", "flags", "role_ids", *_TARGETS)
    for invite in _live(world, wanted["guild_id"]):
        if all(invite.get(key) == wanted.get(key) for key in keys):
            return invite
    return None


def _live(world: World, guild_id: str) -> list[Record]:
    return [
        invite
        for invite in world.invites.values()
        if invite["guild_id"] == guild_id and not _expired(world, invite)
    ]


def _event(invite: Record) -> Record:
    keys = ("channel_id", "code", "guild_id", "inviter", "expires_at", "flags", *_METADATA)
    return {key: invite[key] for key in (*keys, "role_ids", *_TARGETS) if key in invite}


def _note(call: Call, invite: Record, old: Record | None, new: Record | None, action: Action) -> None:
    inviter_id = invite["inviter"]["id"] if "inviter" in invite else None
    before, after = (None if one is None else {**one, "inviter_id": inviter_id} for one in (old, new))
    changes = audit.difference(before, after, _AUDITED)
    audit.write(call, invite["guild_id"], action, None, changes=changes)


@route("GET", "/channels/{channel_id}/invites", permissions=Permission.MANAGE_CHANNELS)
def list_channel_invites(call: Call, channel: Record) -> list[Record]:
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    live = _live(call.world, channel["guild_id"])
    return [render_invite(call.world, invite) for invite in live if invite["channel_id"] == channel["id"]]


@route("GET", "/guilds/{guild_id}/invites")
def list_guild_invites(call: Call, guild: Record) -> list[Record]:
    """List the guild's invites; how often they were used is for those who manage the guild."""
    held = call.permissions()
    if not held & (Permission.MANAGE_GUILD | Permission.VIEW_AUDIT_LOG):
        raise call.lacking(Permission.VIEW_AUDIT_LOG, purpose=", or manage_guild")
    metadata = bool(held & Permission.MANAGE_GUILD)
    live = _live(call.world, guild["id"])
    return [render_invite(call.world, invite, metadata=metadata) for invite in live]


GET_INVITE = Object({"with_counts": Boolean(default=False), "guild_scheduled_event_id": Snowflake()})


@route("GET", "/invites/{code:invite_or_vanity}", query=GET_INVITE)
def invite_resolve(call: Call, invite: Record) -> Record:
    shown = render_invite(call.world, invite, metadata=False, counts=call.query["with_counts"])
    if "guild_scheduled_event_id" in call.query:
        events = call.world.scheduled_events[invite["guild_id"]]
        event = events.get(call.query["guild_scheduled_event_id"])
        if event is not None:
            shown["guild_scheduled_event"] = render_event(call.world, event, counted=True)
    return shown


@route("DELETE", "/invites/{code:invite}")
def invite_revoke(call: Call, invite: Record) -> Record:
    world = call.world
    guild, channel = world.guilds[invite["guild_id"]], world.channels[invite["channel_id"]]
    call.found["guild"] = guild
    if not call.actor.omnipotent:
        in_guild = guild_permissions(world, guild["id"], call.actor.user_id)
        if not in_guild & Permission.MANAGE_GUILD:
            call.require(Permission.MANAGE_CHANNELS, channel)
    shown = render_invite(world, invite)
    _note(call, invite, invite, None, Action.INVITE_DELETE)
    _delete(world, invite)
    return shown

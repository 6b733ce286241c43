"""Permissions: the bits, and what a user may do in a guild and in a channel.

The rules follow one path: owner, roles, administrator, time-out, overwrites, implicit denies.
Source: Discord's documentation, Permissions, "Bitwise Permission Flags", "Permission Overwrites",
"Implicit Permissions", "Inherited Permissions (Threads)" and "Permissions for Timed Out Members".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntFlag

from discordtest.backend.world import Record, World

__all__ = [
    "ALL",
    "BAN_READERS",
    "BYPASSES_VERIFICATION",
    "DEFAULT",
    "MAX_PERMISSIONS",
    "NEED_TWO_FACTOR",
    "PRIVATE_THREAD",
    "QUARANTINED",
    "THREAD_TYPES",
    "VOICE_TYPES",
    "Permission",
    "bots_with",
    "channel_permissions",
    "everyone_permissions",
    "guild_permissions",
    "highest_role",
    "is_pending",
    "is_timed_out",
    "lacks_two_factor",
    "names",
    "outranks",
    "role_key",
    "visible",
]

THREAD_TYPES = frozenset((10, 11, 12))
PRIVATE_THREAD = 12
VOICE_TYPES = frozenset((2, 13))
MAX_PERMISSIONS = (1 << 54) - 1  # every bit that Discord may come to give a meaning
BYPASSES_VERIFICATION = 1 << 2  # member flag: need not be verified, nor pass the membership screening
QUARANTINED = 1 << 7  # member flag: auto moderation has blocked how the member is called


class Permission(IntFlag):
    """Discord's permission bits, in the order of its table."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SET_VOICE_CHANNEL_STATUS = 1 << 48
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


# Plain integers: an IntFlag's operators cost a microsecond each, and every message asks for a dozen of them.
ALL: int = sum(int(permission) for permission in Permission)
_ADMINISTRATOR = int(Permission.ADMINISTRATOR)
_VIEW = int(Permission.VIEW_CHANNEL)
_SEND = int(Permission.SEND_MESSAGES)
_SEND_IN_THREADS = int(Permission.SEND_MESSAGES_IN_THREADS)
_CONNECT = int(Permission.CONNECT)
_NEED_SEND = int(
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)
_IMPLYING = _VIEW | _SEND | _CONNECT  # what implies more where it lacks
_MANAGE_THREADS = int(Permission.MANAGE_THREADS)
_WHILE_TIMED_OUT = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
_WHILE_QUARANTINED = _WHILE_TIMED_OUT | int(Permission.CHANGE_NICKNAME)  # which is the way out
NEED_TWO_FACTOR = int(
    Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.ADMINISTRATOR
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_WEBHOOKS
    | Permission.MANAGE_GUILD_EXPRESSIONS
    | Permission.MANAGE_THREADS
    | Permission.VIEW_CREATOR_MONETIZATION_ANALYTICS
)

#: What @everyone of a new guild may do.
DEFAULT: int = int(
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.STREAM
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.USE_VAD
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.REQUEST_TO_SPEAK
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EMBEDDED_ACTIVITIES
    | Permission.USE_SOUNDBOARD
    | Permission.CREATE_GUILD_EXPRESSIONS
    | Permission.CREATE_EVENTS
    | Permission.USE_EXTERNAL_SOUNDS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
    | Permission.USE_EXTERNAL_APPS
)


def names(bits: int) -> list[str]:
    """Return the names of the permissions in ``bits``, lowest bit first."""
    return [permission.name or str(int(permission)) for permission in Permission if bits & permission]


def guild_permissions(world: World, guild_id: str, user_id: str) -> int:
    """Return what the user may do in the guild, before any channel's overwrites; 0 for a stranger."""
    member = world.members[guild_id].get(user_id)
    if member is None:
        return 0
    if world.guilds[guild_id]["owner_id"] == user_id:
        return ALL
    roles = world.roles[guild_id]
    bits = int(roles[guild_id]["permissions"])
    for role_id in member["roles"]:
        bits |= int(roles[role_id]["permissions"])
    if bits & _ADMINISTRATOR:
        return ALL
    if member.get("communication_disabled_until") and is_timed_out(world, member):
        bits &= _WHILE_TIMED_OUT
    if member["flags"] & QUARANTINED:
        bits &= _WHILE_QUARANTINED
    if member["pending"] and is_pending(member):
        bits &= _WHILE_TIMED_OUT
    return bits


def channel_permissions(world: World, channel: Record, user_id: str) -> int:
    """Return what the user may do in a guild channel or thread; threads take their parent's permissions."""
    channel_type = channel["type"]
    if channel_type in THREAD_TYPES:
        return _thread_permissions(world, channel, user_id)
    bits = guild_permissions(world, channel["guild_id"], user_id)
    if channel["permission_overwrites"]:
        bits = _with_overwrites(world, channel, user_id, bits)
    return bits if bits & _IMPLYING == _IMPLYING else _implicit(bits, channel_type)


def _with_overwrites(world: World, channel: Record, user_id: str, bits: int) -> int:
    """Return what the channel's overwrites make of the user's ``bits``, before what the lack of one implies."""
    guild_id: str = channel["guild_id"]
    overwrites = channel["permission_overwrites"]
    if not overwrites or bits == ALL:
        return bits
    member = world.members[guild_id].get(user_id)
    if member is None:
        return 0
    bits = _overwritten(overwrites, bits, guild_id, user_id, member["roles"])
    if member.get("communication_disabled_until") and is_timed_out(world, member):
        bits &= _WHILE_TIMED_OUT
    if member["flags"] & QUARANTINED:
        bits &= _WHILE_QUARANTINED
    if member["pending"] and is_pending(member):
        bits &= _WHILE_TIMED_OUT
    return bits


def _overwritten(
    overwrites: list[Record], base: int, guild_id: str, user_id: str, role_ids: list[str]
) -> int:
    deny = allow = 0
    own: Record | None = None
    for overwrite in overwrites:
        target = overwrite["id"]
        if target == guild_id:
            base = base & ~int(overwrite["deny"]) | int(overwrite["allow"])
        elif target == user_id:
            own = overwrite
        elif target in role_ids:
            deny |= int(overwrite["deny"])
            allow |= int(overwrite["allow"])
    base = base & ~deny | allow
    if own is not None:
        base = base & ~int(own["deny"]) | int(own["allow"])
    return base


def _implicit(bits: int, channel_type: int) -> int:
    if not bits & _VIEW:
        return 0
    if channel_type in VOICE_TYPES and not bits & _CONNECT:
        return _VIEW
    if not bits & _SEND:
        bits &= ~_NEED_SEND
    return bits


def _thread_permissions(world: World, thread: Record, user_id: str) -> int:
    """In a thread SEND_MESSAGES_IN_THREADS takes the place of SEND_MESSAGES, which the parent may deny."""
    parent = world.channels[thread["parent_id"]]
    bits = _with_overwrites(world, parent, user_id, guild_permissions(world, parent["guild_id"], user_id))
    if bits == ALL:
        return bits
    bits = bits | _SEND if bits & _SEND_IN_THREADS else bits & ~_SEND
    if thread["type"] == PRIVATE_THREAD and not bits & _MANAGE_THREADS:
        if user_id not in world.thread_members.get(thread["id"], ()):
            return 0
    return _implicit(bits, thread["type"])


BAN_READERS = Permission.BAN_MEMBERS | Permission.VIEW_AUDIT_LOG  # whoever has one of them is told of bans


def bots_with(world: World, guild_id: str, permission: Permission) -> list[str]:
    """Return the bots of a guild that have a permission in it, or one of several."""
    return [
        user_id
        for user_id in world.bots_of(guild_id)
        if guild_permissions(world, guild_id, user_id) & permission
    ]


def everyone_permissions(world: World, channel: Record) -> int:
    """Return what @everyone may do in a guild channel, before what the lack of one permission implies."""
    guild_id = channel["guild_id"]
    bits = int(world.roles[guild_id][guild_id]["permissions"])
    for overwrite in channel["permission_overwrites"]:
        if overwrite["id"] == guild_id:
            bits = bits & ~int(overwrite["deny"]) | int(overwrite["allow"])
    return bits


def visible(world: World, channel: Record, user_id: str) -> bool:
    """Tell whether the user sees the channel: a recipient of the DM, or VIEW_CHANNEL in the guild."""
    if channel.get("guild_id") is None:
        return any(user["id"] == user_id for user in channel["recipients"])
    return bool(channel_permissions(world, channel, user_id) & _VIEW)


def is_pending(member: Record) -> bool:
    """Tell whether the member has still to pass the guild's membership screening."""
    return bool(member["pending"]) and not member["flags"] & BYPASSES_VERIFICATION


def is_timed_out(world: World, member: Record) -> bool:
    """Tell whether the member's time-out still runs."""
    until = member.get("communication_disabled_until")
    return until is not None and datetime.fromisoformat(until) > world.wall_clock()


def lacks_two_factor(world: World, guild: Record, user_id: str, bits: int) -> bool:
    """Tell whether the guild asks for two factors to use one of these bits, and the user has no second.

    For a bot it is the owner of its application who must have it. ``mfa_enabled`` of ``World.user_settings`` says
    so; it is true where nothing is said.
    """
    if not guild["mfa_level"] or not bits & NEED_TWO_FACTOR:
        return False
    application = world.applications.get(user_id)
    owner_id = user_id if application is None else application["owner"]["id"]
    return not world.user_settings.get(owner_id, {}).get("mfa_enabled", True)


def role_key(role: Record) -> tuple[int, int]:
    """Return what roles are ordered by: position, then of two alike the older one is higher."""
    return role["position"], -int(role["id"])


def highest_role(world: World, guild_id: str, user_id: str) -> tuple[int, int]:
    """Return the ``role_key`` of the member's highest role."""
    roles = world.roles[guild_id]
    member = world.members[guild_id].get(user_id)
    held: Iterable[str] = [guild_id] if member is None else [guild_id, *member["roles"]]
    return max(role_key(roles[role_id]) for role_id in held)


def outranks(world: World, guild_id: str, actor_id: str, target_id: str) -> bool:
    """Tell whether the actor stands above the target: the owner above all, else by highest role."""
    owner_id = world.guilds[guild_id]["owner_id"]
    if owner_id in (actor_id, target_id):
        return bool(owner_id == actor_id)
    return highest_role(world, guild_id, actor_id) > highest_role(world, guild_id, target_id)

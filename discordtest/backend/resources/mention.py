"""Mentions: whom a message notifies, out of what its text says and what its sender allows.

A mention that is not allowed stays in the text and notifies nobody, so it is in none of the lists.
Source: Discord's documentation, Message ("Allowed Mentions Object") and Reference ("Message Formatting").
"""

from __future__ import annotations

import re
from collections.abc import Collection

from discordtest.backend.body import Array, Boolean, Choice, FormErrors, Object, Path, Snowflake
from discordtest.backend.permissions import ALL, Permission, channel_permissions, everyone_permissions
from discordtest.backend.world import Record, World

__all__ = ["ALLOWED_MENTIONS", "EVERY_KIND", "USERS_ONLY", "bits_for_mentions", "find_mentions"]

EVERY_KIND = frozenset(("users", "roles", "everyone"))  # allowed where a bot or person says nothing
USERS_ONLY = frozenset(("users",))  # where a webhook or an interaction says nothing
MAX_ALLOWED = 100

_MENTION = re.compile(r"<@(!|&)?([0-9]{1,20})>|@(?:everyone|here)\b")
_MENTION_EVERYONE = int(Permission.MENTION_EVERYONE)


def _check_exclusive(allowed: Record, path: Path, errors: FormErrors) -> None:
    for kind in ("users", "roles"):
        if allowed.get(kind) and kind in (allowed.get("parse") or ()):
            ids = ", ".join(f'"{id}"' for id in allowed[kind])
            message = f'parse:["{kind}"] and {kind}: [{ids}] are mutually exclusive.'
            errors.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


ALLOWED_MENTIONS = Object(
    {
        "parse": Array(Choice(sorted(EVERY_KIND)), unique=True, null=True),
        "users": Array(Snowflake(), max=MAX_ALLOWED, unique=True, null=True),
        "roles": Array(Snowflake(), max=MAX_ALLOWED, unique=True, null=True),
        "replied_user": Boolean(null=True),
    },
    check=_check_exclusive,
    null=True,
)


def bits_for_mentions(world: World, channel: Record, member_id: str | None, body: Record) -> int:
    """Return the bits of a webhook or an answer, which no permission binds but MENTION_EVERYONE.

    Whether they have that is as with the member, or with @everyone where ``member_id`` is None. It is looked up
    only where ``body`` allows more than is allowed by default.
    """
    if not body.get("allowed_mentions") or channel.get("guild_id") is None:
        return ALL
    if member_id is None:
        bits = everyone_permissions(world, channel)
    else:
        bits = channel_permissions(world, channel, member_id)
    return ALL if bits & _MENTION_EVERYONE else ALL & ~_MENTION_EVERYONE


def find_mentions(
    world: World,
    guild_id: str | None,
    text: str,
    allowed: Record | None,
    permissions: int,
    *,
    default: Collection[str] = EVERY_KIND,
    replied_to: Record | None = None,
) -> tuple[list[Record], list[str], bool]:
    """Return the users, the ids of the roles, and whether it is everyone, that ``text`` notifies.

    ``allowed`` is the request's ``allowed_mentions``; ``permissions`` are the sender's in the channel;
    ``default`` are the kinds allowed where the request says nothing; ``replied_to`` is whom a reply answers.
    """
    if replied_to is None and "@" not in text:
        return [], [], False
    parse = default if allowed is None else allowed.get("parse") or ()
    ids = {} if allowed is None else {kind: allowed.get(kind) or () for kind in ("users", "roles")}
    may_mention_all = bool(permissions & _MENTION_EVERYONE)
    users: dict[str, Record] = {}
    roles: dict[str, None] = {}
    everyone = False
    for match in _MENTION.finditer(text):
        target = match[2]
        if target is None:
            everyone = everyone or (may_mention_all and guild_id is not None and "everyone" in parse)
        elif match[1] == "&":
            role = None if guild_id is None else world.roles[guild_id].get(target)
            if role is not None and target != guild_id and (may_mention_all or role["mentionable"]):
                if "roles" in parse or target in ids.get("roles", ()):
                    roles[target] = None
        elif target in world.users and ("users" in parse or target in ids.get("users", ())):
            users[target] = world.users[target]
    if replied_to is not None and replied_to["id"] in world.users:
        if default is EVERY_KIND if allowed is None else allowed.get("replied_user"):
            users.setdefault(replied_to["id"], replied_to)
    return list(users.values()), list(roles), everyone

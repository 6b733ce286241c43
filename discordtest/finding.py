"""What a test means by a guild, a channel, a role, a user: an object of discord.py, an id, or the name if one has it.

The one rule: wherever such an object is taken, its name is taken too, as long as it names one thing; the error lists
what it may mean. Names are compared as they are, ``#general`` and ``@alice`` are taken as well; what consists of
digits and is an id of such a thing is that id.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NoReturn

import discord

from discordtest.backend.resources import soundboard, subscription
from discordtest.errors import SetupError
from discordtest.given import id_of, shown
from discordtest.names import channel_name, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from discordtest.backend.world import Record, World
    from discordtest.given import Id

__all__ = [
    "find_channel",
    "find_guild",
    "find_in_guilds",
    "find_mentionable",
    "find_place",
    "find_role",
    "find_scheduled_event",
    "find_sound",
    "find_sticker",
    "find_subscription",
    "find_user",
    "is_name",
]

__unittest = True  # unittest leaves our frames out of its tracebacks

_LISTED = 8
_WRITTEN_IN = frozenset((0, 2, 5, 10, 11, 12, 13, 15, 16))  # every type of a guild's channels but category
_USERS = (
    discord.Member,
    discord.User,
    discord.ClientUser,
)  # the protocol discord.abc.User costs 20 µs a check
_OBJECTS: tuple[tuple[Any, str], ...] = (
    (_USERS, "user"),
    ((discord.abc.GuildChannel, discord.Thread, discord.DMChannel), "channel"),
    (discord.Role, "role"),
    (discord.Guild, "guild"),
    (discord.Message, "message"),
)


def is_name(thing: Any) -> bool:
    """Tell whether a name was passed, and no object or id."""
    return isinstance(thing, str) and not thing.isdigit()


def find_guild(world: World, guild: Id) -> str:
    """Return the id of a guild."""
    if _is_no_name(guild, world.guilds):
        return _known(guild, world.guilds, "guild")
    return _named(world, str(guild), world.guilds.values(), "guild")


def find_user(world: World, user: Id, guild_id: str | None = None) -> str:
    """Return the id of a user, by the username, else the display name; of several one who is in the guild."""
    if not isinstance(user, str) or _is_no_name(user, world.users):
        return _known(user, world.users, "user")
    name, people = str(user).removeprefix("@"), list(world.users.values())
    members = {} if guild_id is None else world.members.get(guild_id, {})
    for key in ("username", "global_name"):
        found = [each for each in people if each[key] == name]
        among = [each for each in found if each["id"] in members] or found
        if among:
            return _only(world, name, among, "user")
    nicknamed = [each["user"] for each in members.values() if each["nick"] == name]
    return _only(world, name, nicknamed, "user", people, "username")


def find_role(world: World, role: Id, guild_id: str) -> str:
    """Return the id of a guild's role."""
    table = world.roles.get(guild_id, {})
    if _is_no_name(role, table):
        return _known(role, table, "role")
    name = str(role)
    if not any(each["name"] == name for each in table.values()):
        name = name.removeprefix("@")
    if name == "everyone":
        return guild_id
    return _named(world, name, table.values(), "role")


def find_channel(
    world: World,
    channel: Id,
    guild_id: str | None = None,
    kinds: Collection[int] | None = None,
    user_id: str = "",
) -> str:
    """Return the id of a channel or thread; a name is looked for in the guild, among channels of these types.

    Of several it is the one in a guild that the user is in.
    """
    if _is_no_name(channel, world.channels):
        return _known(channel, world.channels, "channel")
    everything = list(_channels(world, guild_id, kinds))
    found = [each for each in everything if each["name"] == _bare(str(channel))]
    shared = [each for each in found if user_id in world.members.get(each["guild_id"], ())]
    return _only(world, _bare(str(channel)), shared or found, "channel", everything)


def find_place(world: World, place: Any, user_id: str) -> tuple[str | None, str]:
    """Return (channel, user) of where somebody writes: a channel, or a user with whom they have or open a DM.

    The user is "" for a channel; the channel is None for a user. Of several channels with one name it is that of a
    guild that the writer is in.
    """
    if not isinstance(place, str) or place in world.channels or place in world.users:
        number = id_of(place)
        if number in world.channels and not isinstance(place, _USERS):
            return number, ""
        is_user = number in world.users or isinstance(place, _USERS)
        return (None, _known(place, world.users, "user")) if is_user else (find_channel(world, place), "")
    name = str(place)
    users = [] if name.startswith("#") else [each for each in world.users.values() if _goes_by(each, name)]
    channels = [] if name.startswith("@") else _channels(world, None, _WRITTEN_IN)
    found = [each for each in channels if each["name"] == _bare(name)]
    if users and not found:
        return None, _only(world, name, users, "user")
    if users:
        _refuse_several(world, name, [*found, *users], "channel or user")
    return find_channel(world, place, None, _WRITTEN_IN, user_id), ""


def find_mentionable(world: World, thing: Any, guild_id: str | None) -> str:
    """Return the id of a user, or of a role of the guild."""
    roles = {} if guild_id is None else world.roles.get(guild_id, {})
    if _is_no_name(thing, roles) or _is_no_name(thing, world.users):
        return _known(thing, roles if id_of(thing) in roles else world.users, "user or role")
    name = str(thing).removeprefix("@")
    found = [role for role in roles.values() if role["name"].removeprefix("@") == name]
    users = [each for each in world.users.values() if _goes_by(each, name)]
    if found and users:
        _refuse_several(world, name, [*found, *users], "user or role")
    return find_role(world, thing, guild_id or "") if found else find_user(world, thing, guild_id)


def find_sticker(world: World, sticker: Id) -> str:
    """Return the id of a sticker; one that Discord alone knows is taken by its id."""
    if not is_name(sticker):
        return id_of(sticker)
    stickers = [each for table in world.stickers.values() for each in table.values()]
    return _named(world, str(sticker), stickers, "sticker")


def find_sound(world: World, sound: Any, guild_id: str) -> Record:
    """Return a sound: of this guild if it has such a one, else of another, or a default one."""
    own = world.soundboard_sounds.get(guild_id, {})
    others = [table for key, table in world.soundboard_sounds.items() if key != guild_id]
    tables = [own, *others, soundboard.DEFAULT_SOUNDS]
    if not is_name(sound):
        number = id_of(sound)
        for table in tables:
            if number in table:
                return table[number]
        raise SetupError(
            f"there is no sound {sound!r} in the world of this test: it is of another one, or deleted"
        )
    for nearest in ([own], tables[1:]):
        found = [each for table in nearest for each in table.values() if each["name"] == sound]
        if len(found) > 1:
            raise SetupError(f"{sound!r} may mean {len(found)} sounds: pass the sound itself, or its id")
        if found:
            return found[0]
    known = ", ".join(repr(each["name"]) for table in tables for each in table.values())
    raise SetupError(f"no sound in the world of this test is called {sound!r}: there are {known}")


def find_subscription(world: World, bought: Any) -> Record:
    """Return a subscription, or the one that has granted an entitlement."""
    number = id_of(bought)
    record = world.subscriptions.get(number)
    if record is None and number in world.entitlements:
        record = subscription.subscription_of(world, world.entitlements[number])
    if record is None:
        raise SetupError(f"there is no subscription {bought!r} here, nor one that has granted it")
    return record


def find_in_guilds(
    world: World, tables: Mapping[str, dict[str, Record]], thing: Any, kind: str
) -> tuple[str, Record]:
    """Return (guild id, record) of a role, member, emoji or sticker, of whatever guild; ``tables`` are by guild."""
    guild = getattr(thing, "guild", None)
    chosen = list(tables.items()) if guild is None else [(str(guild.id), tables.get(str(guild.id), {}))]
    if is_name(thing):
        name = str(thing).removeprefix("@")
        found = [(id, each) for id, table in chosen for each in table.values() if name in _names_of(each)]
    else:
        number = id_of(thing)
        found = [(guild_id, table[number]) for guild_id, table in chosen if number in table]
    if len(found) > 1:
        where = ", ".join(repr(world.guilds[guild_id]["name"]) for guild_id, _ in found[:_LISTED])
        raise SetupError(f"{thing!r} may mean {len(found)} things, of {where}: pass the {kind} itself")
    if not found:
        raise _nothing(kind, thing)
    return found[0]


def find_scheduled_event(world: World, event: Any) -> tuple[str, Record]:
    """Return (guild id, record) of a scheduled event."""
    return find_in_guilds(world, world.scheduled_events, event, "scheduled event")


# -- inside


def _names_of(record: Record) -> tuple[str | None, ...]:
    user = record.get("user")
    if user is None or "nick" not in record:
        return (record["name"].removeprefix("@"),)
    return user["username"], user["global_name"], record["nick"]


def _is_no_name(thing: Any, table: Collection[str]) -> bool:
    return not isinstance(thing, str) or thing in table


def _known(thing: Id, table: Collection[str], kind: str) -> str:
    number = id_of(thing)
    if number not in table:
        for types, other in _OBJECTS:
            if isinstance(thing, types) and other not in kind:
                raise SetupError(f"the {other} {shown(thing)} stands where a {kind} belongs")
        raise _nothing(kind, thing)
    return number


def _nothing(kind: str, thing: Any) -> SetupError:
    text = f"there is no {kind} {shown(thing)} in the world of this test"
    return SetupError(f"{text}: it is of another test or guild, or deleted")


def _channels(world: World, guild_id: str | None, kinds: Collection[int] | None) -> Iterable[Record]:
    for channel in world.channels.values():
        of = channel.get("guild_id")
        if of is not None and guild_id in (None, of) and (kinds is None or channel["type"] in kinds):
            yield channel


def _bare(name: str) -> str:
    return name.removeprefix("#")


def _goes_by(user: Record, name: str) -> bool:
    return name.removeprefix("@") in (user["username"], user["global_name"])


def _named(world: World, name: str, things: Iterable[Record], kind: str) -> str:
    everything = list(things)
    return _only(world, name, [each for each in everything if each["name"] == name], kind, everything)


def _only(
    world: World,
    name: str,
    found: list[Record],
    kind: str,
    everything: Iterable[Record] = (),
    key: str = "name",
) -> str:
    """Return the id of the only record that was found, or say what there is."""
    if len(found) > 1:
        _refuse_several(world, name, found, kind)
    if found:
        return str(found[0]["id"])
    names = list(dict.fromkeys(str(each[key]) for each in everything))
    near = difflib.get_close_matches(name, names, _LISTED, 0.0)
    more = f" and {len(names) - len(near)} more" if len(names) > len(near) else ""
    listed = f"there are {', '.join(near)}{more}" if near else "there is none at all"
    raise SetupError(f"no {kind} in the world of this test is called {name!r}: {listed}")


def _refuse_several(world: World, name: str, found: list[Record], kind: str) -> NoReturn:
    shown = ", ".join(map(_describe(world), found[:_LISTED]))
    raise SetupError(f"{name!r} may mean {len(found)} things: {shown}. Pass the {kind} itself, or its id")


def _describe(world: World) -> Callable[[Record], str]:
    def describe(record: Record) -> str:
        guild = world.guilds.get(record.get("guild_id") or "")
        if record["id"] in world.channels:
            text = f"#{record['name']}" if guild is not None else channel_name(world, record["id"])
        elif record["id"] in world.users:
            text = name_of(world, record["id"])
        else:
            text = repr(record["name"])
        place = f" of {guild['name']!r}" if guild is not None else ""
        return f"{text}{place} ({record['id']})"

    return describe

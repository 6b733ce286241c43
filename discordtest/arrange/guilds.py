"""Builders of guilds, their roles and templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest import checking, given
from discordtest.arrange.building import (
    Arranging,
    guild_id_of,
    new_id,
    perform,
    show,
    stage,
    untold,
    user_id_of,
)
from discordtest.backend import permissions as permissions_
from discordtest.backend.resources import guild_create
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["DEFAULT_ROLE_PERMISSIONS", "GuildBuilders", "add_bot", "add_role", "copy_of"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_NO_GUILD = (
    "id_num=0: no guild of Discord has that id, and discord.py takes it for no guild; "
    "choose another, here and in the bot"
)
DEFAULT_ROLE_PERMISSIONS = 104324161  # what builders of test worlds have always given to a new role
# What a guild gets by boosts and from Discord itself: no operation sets it.
_EARNED = frozenset(
    (
        "features",
        "premium_tier",
        "premium_subscription_count",
        "vanity_url_code",
        "nsfw_level",
        "mfa_level",
        "max_members",
    )
)
# Channels of a guild that have an office: they exist only once the guild does, so they are named.
_CHANNELS = frozenset(
    ("afk_channel", "system_channel", "rules_channel", "public_updates_channel", "safety_alerts_channel")
)


class GuildBuilders(Arranging):
    """What makes guilds, roles and templates."""

    def make_guild(
        self,
        name: str,
        members: Iterable[Id] | None = None,
        channels: Iterable[discord.abc.GuildChannel | str] | None = None,
        roles: Iterable[discord.Role | str] | None = None,
        owner: bool | Id = False,
        id_num: int = -1,
        *,
        bots: Iterable[discord.Client] | None = None,
        shard_id: int | None = None,
        **settings: Any,
    ) -> discord.Guild:
        """Make a guild of that ``name`` that the bot of every client is in, under a managed role at the top; return it.

        ``members`` are users; ``channels`` (text channels) and ``roles`` are names, or objects to copy. ``owner``
        is a user, or True for the bot; else ``self.owner`` is. ``id_num`` chooses the id. ``bots=()`` makes a guild
        that no bot is in. ``settings`` are the keywords of ``discord.Guild.edit`` (``system_channel`` and its like by
        name), and ``features`` or ``premium_tier`` as Discord grants them.

        >>> self.make_guild("Test", channels=["general"], system_channel="general", premium_tier=2)

        Raises `SetupError` for an id that is taken, people who are not here, and what Discord does not allow.
        """
        for keyword, things in (("members", members), ("channels", channels), ("roles", roles)):
            if isinstance(things, str):
                raise TypeError(f"make_guild takes a list of {keyword}, not {things!r}")
        if "owner_id" in settings:
            raise TypeError("make_guild takes no owner_id=: pass the owner or their id as owner=")
        scene = stage(self._scene)
        world = scene.backend.world
        users = [user_id_of(scene, member) for member in members or ()]
        earned = {key: _plain(settings.pop(key)) for key in _EARNED & settings.keys()}
        named = {key: settings.pop(key) for key in _CHANNELS & settings.keys()}
        checking.check_text("a guild's name", name)
        checking.check_keywords(self.make_guild, settings, "create_guild", sorted(_EARNED))
        body = {**given.api_fields(settings), "name": name, "owner_id": _owner_id(scene, owner)}
        chosen = new_id(id_num, world.guilds, world.channels)
        if chosen == "0":
            raise SetupError(_NO_GUILD)
        if chosen is None and shard_id is not None:
            chosen = _id_for_shard(scene, shard_id)
        doing = f"make_guild({name!r})"
        with untold(scene):
            guild_id: str = perform(scene, doing, "create_guild", body=body, id=chosen)["id"]
            try:
                world.guilds[guild_id].update(earned)
                _furnish(scene, guild_id, users, roles or (), channels or ())
                _appoint(scene, guild_id, named)
            except SetupError:
                perform(scene, doing, "delete_guild", guild_id)
                raise
        if world.users[body["owner_id"]].get("bot"):
            guild_create.tell_guild_create(world, world.guilds[guild_id], body["owner_id"])
        for client, application in list(scene.clients.items()):
            if bots is None or client in tuple(bots):
                add_bot(scene, guild_id, application)
        return show(scene).guild(guild_id)

    def make_role(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        colour: discord.Colour | int = 0,
        color: discord.Colour | int | None = None,
        permissions: discord.Permissions | int = DEFAULT_ROLE_PERMISSIONS,
        hoist: bool = False,
        mentionable: bool = False,
        *,
        position: int | None = None,
        **settings: Any,
    ) -> discord.Role:
        """Make a role of that ``name`` at the bottom of a ``guild``, and return it.

        ``id_num`` chooses its id. ``colour`` and ``color`` are one: a number or Colour. ``permissions`` are
        Permissions or bits; ``hoist`` shows its members apart, ``mentionable`` lets everybody mention it. With
        ``position`` it stands above all roles whose position is lower: 1 is just above @everyone,
        ``guild.me.top_role.position + 1`` just above the bot. ``settings`` are those of ``discord.Role.edit``.

        Raises ``ValueError`` for two colours, `SetupError` for a guild that is not here, an id that is taken, and
        what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        known = scene.backend.world.roles[guild_id].values()
        checking.check_text("a role's name", name)
        checking.check_permissions(permissions)
        checking.check_keywords(self.make_role, settings, "create_guild_role")
        if position is not None:
            checking.check_number("position", position)
        below = None if position is None else sum(role["position"] < position for role in known)
        settings.update(
            name=name,
            color=given.color_value(given.one_color(colour, color)),
            permissions=str(given.bits(permissions)),
            hoist=hoist,
            mentionable=mentionable,
        )
        role = add_role(scene, guild_id, settings, new_id(id_num, scene.backend.world.roles[guild_id]))
        if below is not None:
            _move(scene, guild_id, role, below)
        return show(scene).role(guild_id, role)

    def make_template(
        self,
        name: str,
        guild: discord.Guild | Id,
        *,
        description: str | None = None,
        creator: Id | None = None,
    ) -> discord.Template:
        """Make the template of a ``guild``, as the guild is now; return it. ``creator`` made it, by default the owner.

        Raises `SetupError` for a guild that is not here, and one that has a template.
        """
        scene = stage(self._scene)
        checking.check_text("a template's name", name)
        guild_id, author = guild_id_of(scene, guild), None if creator is None else user_id_of(scene, creator)
        body = {"name": name, "description": description}
        doing = f"make_template({name!r})"
        made = perform(scene, doing, "create_guild_template", guild_id, body=body, author=author)
        return show(scene).template(made)


def _plain(value: Any) -> Any:
    value = getattr(value, "value", value)
    return value if isinstance(value, (str, int)) or value is None else list(value)


def _owner_id(scene: Scene, owner: bool | Id) -> str:
    if owner is False:
        return str(scene.owner["id"])
    if owner is not True:
        return user_id_of(scene, owner)
    return str(scene.application_of()["bot"]["id"])


def _id_for_shard(scene: Scene, shard_id: int) -> str:
    count = scene.backend.shards
    if not 0 <= shard_id < count:
        raise SetupError(f"shard_id={shard_id}, but there are {count} shards: set `shards` in the test case")
    world = scene.backend.world
    number = (int(world.snowflake()) >> 22) + len(world.guilds)  # nearer ids are taken, if there are many
    number += (shard_id - number) % count
    while str(number << 22) in world.guilds:
        number += count
    return str(number << 22)


def _furnish(
    scene: Scene, guild_id: str, users: list[str], roles: Iterable[Any], channels: Iterable[Any]
) -> None:
    for role in roles:
        add_role(scene, guild_id, {"name": role} if isinstance(role, str) else copy_of(role))
    for channel in channels:
        is_name = isinstance(channel, str)
        body = {"name": channel} if is_name else {"name": channel.name, "type": channel.type.value}
        perform(scene, f"channel {body['name']!r}", "create_guild_channel", guild_id, body=body)
    for user_id in users:
        perform(scene, "make_guild", "join_guild", guild_id, user_id)


def _appoint(scene: Scene, guild_id: str, named: dict[str, Any]) -> None:
    ids = {
        channel["name"]: channel["id"] for channel in scene.backend.world.guild_channels[guild_id].values()
    }
    for office, name in named.items():
        if name not in ids:
            raise SetupError(
                f"make_guild: {office}={name!r} is none of its channels: {', '.join(ids) or 'none'}"
            )
    if named:
        body = given.api_fields({office: ids[name] for office, name in named.items()})
        perform(scene, "make_guild", "update_guild", guild_id, body=body)


def copy_of(role: discord.Role) -> Record:
    """Return the body with which a role like this one is made."""
    return {
        "name": role.name,
        "color": role.colour.value,
        "permissions": str(role.permissions.value),
        "hoist": role.hoist,
        "mentionable": role.mentionable,
    }


def add_role(scene: Scene, guild_id: str, body: Record, chosen: str | None = None) -> Record:
    """Add a role and return its record."""
    doing = f"make_role({body['name']!r})"
    made = perform(scene, doing, "create_guild_role", guild_id, body=given.api_fields(body), id=chosen)
    return scene.backend.world.roles[guild_id][made["id"]]


def _move(scene: Scene, guild_id: str, role: Record, below: int) -> None:
    others = [other for other in scene.backend.world.roles[guild_id].values() if other is not role]
    order = [other["id"] for other in sorted(others, key=permissions_.role_key)]
    order.insert(max(below, 1), role["id"])
    body = [{"id": role_id, "position": place} for place, role_id in enumerate(order) if place]
    perform(scene, "make_role", "bulk_update_guild_roles", guild_id, body=body)


def add_bot(
    scene: Scene, guild_id: str, application: Record, permissions: discord.Permissions | int | None = None
) -> None:
    """Put a bot into a guild; its managed role stands above all that is there."""
    allowed = scene.bot_permissions if permissions is None else given.bits(permissions)
    body = {"permissions": allowed}
    perform(scene, "add the bot", "add_bot", guild_id, application["id"], body=body)
    roles = scene.backend.world.roles[guild_id]
    if len(roles) > 2:
        for role in roles.values():
            if role.get("tags", {}).get("bot_id") == application["bot"]["id"]:
                _move(scene, guild_id, role, len(roles) - 1)
                break

"""Builders of users and members, one by one and thousands at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast, overload

from discordtest import checking, finding, given, refusals
from discordtest.arrange.building import (
    Arranging,
    guild_id_of,
    new_id,
    perform,
    role_ids_of,
    show,
    stage,
    user_id_of,
)
from discordtest.backend import codes
from discordtest.backend.resources import user as users

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene
    from discordtest.views import Views

__all__ = ["MemberBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MemberBuilders(Arranging):
    """What makes people."""

    def make_user(
        self,
        username: str,
        discrim: str | int = "0",
        avatar: str | None = None,
        id_num: int = -1,
        *,
        bot: bool = False,
        global_name: str | None = None,
        created_at: datetime | None = None,
        locale: str = "en-US",
        accepts_dms: bool = True,
    ) -> discord.User:
        """Make a user who is in no guild, and return them.

        ``username`` is the unique name, ``global_name`` the one that is shown. ``discrim`` is the number of an old
        name, ``"0"`` of a present one; ``avatar`` is a hash as in payloads; ``id_num`` chooses the id.
        ``accepts_dms=False`` refuses the bot's direct messages.

        Raises `SetupError` for an id that is taken, and for a name that Discord does not allow.
        """
        scene = stage(self._scene)
        settings = {"avatar": avatar, "bot": bot, "global_name": global_name, "locale": locale}
        chosen = new_id(id_num, scene.backend.world.users)
        if chosen is None and given.iso(created_at) is not None:
            chosen = scene.backend.world.snowflake(created_at)
        record = _new_user(
            scene, username, id=chosen, discriminator=str(discrim), accepts_dms=accepts_dms, **settings
        )
        return show(scene).user(record)

    def make_member(
        self,
        user: discord.abc.User | Id,
        guild: discord.Guild | Id,
        nick: str | None = None,
        roles: Iterable[Id] | None = None,
        *,
        joined_at: datetime | None = None,
        premium_since: datetime | None = None,
        pending: bool = False,
        timed_out_until: datetime | None = None,
        status: discord.Status | str = "offline",
    ) -> discord.Member:
        """Make a ``user`` join a ``guild``, and return the member; a name makes that user first.

        ``nick`` and ``roles`` are those that the member begins with. ``timed_out_until`` and its like are aware
        datetimes.

        >>> alice = self.make_member("alice", guild, roles=[moderator])

        Raises `SetupError` for a user, guild or role that is not here, and what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        body = given.without_none(
            nick=nick,
            roles=role_ids_of(scene, guild_id, roles) if roles else None,
            premium_since=given.iso(premium_since),
            pending=pending or None,
            communication_disabled_until=given.iso(timed_out_until),
        )
        is_name = finding.is_name(user)
        user_id = _new_user(scene, cast("str", user))["id"] if is_name else user_id_of(scene, user)
        try:
            perform(
                scene,
                f"make_member({user})",
                "join_guild",
                guild_id,
                user_id,
                body=body,
                at=given.iso(joined_at),
            )
            if status != "offline":
                presence = {"status": str(status)}
                perform(scene, f"make_member({user})", "update_presence", user_id, body=presence)
        except BaseException:
            if is_name:
                _take_back(scene, guild_id, user_id)
            raise
        return show(scene).member(guild_id, user_id)

    def make_members(
        self, count: int, guild: discord.Guild | Id, name: str = "member", roles: Iterable[Id] | None = None
    ) -> Sequence[discord.Member]:
        """Make many people join a guild: ``member1``, ``member2``, …; the sequence looks each up when it is read."""
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        role_ids = role_ids_of(scene, guild_id, roles or ())
        checking.check_number("make_members: the count", count)
        if count < 0:
            raise ValueError(f"make_members: the count is 0 or more, not {count}")
        made: list[str] = []
        try:
            made.extend(_new_user(scene, f"{name}{number}")["id"] for number in range(1, count + 1))
            body = {"user_ids": made, "roles": role_ids}
            perform(scene, f"make_members({count})", "add_guild_members", guild_id, body=body)
        except BaseException:
            for user_id in made:
                _take_back(scene, guild_id, user_id)
            raise
        return _Made(show(scene), guild_id, made)


class _Made(Sequence["discord.Member"]):
    """Members that are built when they are read, so that thousands cost nothing."""

    def __init__(self, views: Views, guild_id: str, user_ids: list[str]) -> None:
        self._views, self._guild_id, self._user_ids = views, guild_id, user_ids

    def __len__(self) -> int:
        return len(self._user_ids)

    @overload
    def __getitem__(self, index: int) -> discord.Member: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[discord.Member]: ...
    def __getitem__(self, index: int | slice) -> discord.Member | Sequence[discord.Member]:
        if isinstance(index, slice):
            return _Made(self._views, self._guild_id, self._user_ids[index])
        return self._views.member(self._guild_id, self._user_ids[index])


def _new_user(scene: Scene, username: str, **settings: Any) -> Record:
    checking.check_text("a username", username)
    try:
        return users.make_user(scene.backend.world, username, **settings)
    except codes.RestError as error:
        raise refusals.setup_error(f"make_user({username!r})", error) from None


def _take_back(scene: Scene, guild_id: str, user_id: str) -> None:
    world = scene.backend.world
    world.members[guild_id].pop(user_id, None)
    world.user_settings.pop(user_id, None)
    world.users.pop(user_id, None)

"""What all assertions share: they wait for nothing, see nothing twice, and fail with one voice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

import discord

from discordtest import finding, given, hints
from discordtest import names as naming
from discordtest.assertions import failures
from discordtest.backend import journal
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from unittest import IsolatedAsyncioTestCase as Case

    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene
else:
    Case = object  # what the mixins are mixed into; here only for its types

__all__ = ["After", "AssertCore"]

__unittest = True

After: TypeAlias = discord.Message | datetime | None
T = TypeVar("T")
_GONE = "_DELETE", "_DELETE_BULK", "_REMOVE"
_MISSING: Any = discord.utils.MISSING


class AssertCore(Case):
    """The ground of the assertion mixins."""

    _scene: Scene
    client: discord.Client

    def _at_rest(self) -> None:
        """Raise what was kept aside; refuse to look while the bot still has something to run."""
        self._scene.check()
        if not self._scene.loop.is_idle():
            self._fail(
                "the bot still has something to run, so this would look too early: `await self.settle()` first",
                None,
            )

    def _fail(self, text: str, msg: Any) -> NoReturn:
        raise self.failureException(self._formatMessage(msg, text))

    def _fail_state(self, text: str, msg: Any) -> NoReturn:
        """Fail over what the bot should have brought about: how the world is, or what was done to it."""
        self._fail_for([text, *dict.fromkeys([*failures.idleness(self._scene), *self._unheard()])], msg)

    def _unheard(self) -> list[str]:
        return [line for client in self._scene.lives for line in hints.unheard(self._scene, client)]

    def _fail_for(self, lines: list[str], msg: Any) -> NoReturn:
        self._fail("\n".join([*lines, failures.background(self._scene)]), msg)

    def _looked_from(self, after: After) -> int:
        """Return the number of the journal's entry from which on to look."""
        if after is None:
            return self._scene.act_start
        entries = self._scene.backend.journal
        if isinstance(after, datetime):
            if after.tzinfo is None:
                raise TypeError(
                    f"after={after!r} has no time zone: use self.clock.now() or datetime(…, tzinfo=UTC)"
                )
            moment = (after - self._scene.backend.world.start_time).total_seconds() * 1e6
            return next((n for n, entry in enumerate(entries) if entry.at > moment), len(entries))
        message_id = given.id_of(after)
        for number, entry in enumerate(entries):
            if isinstance(entry, journal.Sent) and entry.message["id"] == message_id:
                return number + 1
        if self._record(after) is None:
            raise SetupError(f"after={given.shown(after)} is no message of this test")
        return 0  # made before there was a journal

    def _record(self, message: Any) -> Record | None:
        channel = getattr(message, "channel", None)
        return self._stored(None if channel is None else given.id_of(channel), given.id_of(message))

    def _stored(self, channel_id: str | None, message_id: str) -> Record | None:
        """Return a message that is still there, of a channel or any, or that only one person sees."""
        world = self._scene.backend.world
        tables = world.messages.values() if channel_id is None else [world.messages.get(channel_id, {})]
        return next((table[message_id] for table in (*tables, world.ephemerals) if message_id in table), None)

    def _claimed_application(self, client: discord.Client | None) -> Record:
        """Return the application that a client is, or was."""
        known = {**self._scene.former, **self._scene.clients}
        first = next(iter(self._scene.clients or known))
        if client is not None and client not in known:
            raise SetupError(f"{client!r} is not connected to this test: await self.connect(client) first")
        return known[client or first]

    def _application_id(self, client: discord.Client | None) -> str:
        return str(self._claimed_application(client)["id"])

    def _bot_id(self, client: discord.Client | None = None) -> str:
        return str(self._claimed_application(client)["bot"]["id"])

    def _claimed_channel(self, channel: Any) -> str | None:
        if channel is _MISSING:
            return None
        if channel is None:
            raise TypeError(
                "channel is None: leave it out for any channel; a user's dm_channel is None before the first DM"
            )
        world = self._scene.backend.world
        bot_id = self._bot_id()
        place = self._claimed(lambda world, place: finding.find_place(world, place, bot_id), channel)
        if isinstance(place, str):
            return place  # a channel that is deleted
        channel_id, user_id = place
        if channel_id is not None:
            return channel_id
        pair = min(user_id, bot_id), max(user_id, bot_id)
        return world.dms.get(pair) or f"with {user_id}"  # no DM yet: an id that no channel has

    def _claimed(self, find: Callable[[World, Any], T], thing: Any) -> T | str:
        """Return what a claim is about; it may be deleted by now, but has to have been in this world."""
        try:
            return find(self._scene.backend.world, thing)
        except SetupError:
            if finding.is_name(thing) or not self._was_there(given.id_of(thing)):
                raise
            return given.id_of(thing)

    def _was_there(self, number: str) -> bool:
        """Tell whether what had an id is gone: an event said so."""
        return any(self._dispatches(_GONE, number))

    def _dispatches(self, names: str | tuple[str, ...], number: str) -> Iterator[journal.Dispatch]:
        """Yield the events whose names end so and in which an id is."""
        quoted = f'"{number}"'
        for entry in self._scene.backend.journal:
            if isinstance(entry, journal.Dispatch) and entry.name.endswith(names) and quoted in entry.text:
                yield entry

    def _claimed_user(self, user: Any) -> str:
        return str(self._claimed(finding.find_user, user))

    def _claimed_guild(self, guild: Any) -> str:
        return str(self._claimed(finding.find_guild, guild))

    def _claimed_member(self, member: Any) -> tuple[str, str]:
        """Return the ids of the guild and the user: of a Member, or of somebody who is in one guild alone."""
        user_id, world = self._claimed_user(member), self._scene.backend.world
        guild = getattr(member, "guild", None)
        if guild is not None:
            return self._claimed_guild(guild), user_id
        found = [guild_id for guild_id, table in world.members.items() if user_id in table]
        found = found or [guild_id for guild_id, table in world.bans.items() if user_id in table]
        found = found or [str(entry.guild_id) for entry in self._dispatches("GUILD_MEMBER_REMOVE", user_id)]
        if len(set(found)) != 1:
            where = f"a member of {len(set(found))} guilds" if found else "no member of a guild"
            raise SetupError(
                f"{given.shown(member)} is {where}: pass the Member that make_member or join returned"
            )
        return found[0], user_id

    def _guild_text(self, guild: Any) -> str:
        world, guild_id = self._scene.backend.world, self._claimed_guild(guild)
        return str(world.guilds[guild_id]["name"]) if guild_id in world.guilds else str(guild)

    def _user_text(self, user_id: str) -> str:
        return naming.name_of(self._scene.backend.world, user_id).removeprefix("@")

    def _claimed_text(self, channel: Any) -> str:
        return naming.channel_name(self._scene.backend.world, self._claimed_channel(channel) or "")

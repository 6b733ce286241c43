"""Assertions about the world: members, roles, bans, channels, threads, voice, the audit log, presence."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord

from discordtest.assertions.core import AssertCore
from discordtest.assertions.failures import background
from discordtest.given import id_of
from discordtest.names import name_of
from discordtest.views import views_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record

__all__ = ["AssertState"]

__unittest = True

_LEAVING = {20: "kicked", 22: "banned"}
_LISTED = 8


class AssertState(AssertCore):
    """The assertions about the state of the world."""

    # -- members

    def assertHasRole(self, member: discord.Member, role: discord.Role | str, *, msg: Any = None) -> None:
        """Fail unless the member has the role (an object, or its name)."""
        self._at_rest()
        if not self._has_role(member, role):
            self._fail(self._role_text(member, role, "has not"), msg)

    def assertNotHasRole(self, member: discord.Member, role: discord.Role | str, *, msg: Any = None) -> None:
        """Fail if the member has the role (an object, or its name)."""
        self._at_rest()
        if self._has_role(member, role):
            self._fail(self._role_text(member, role, "has"), msg)

    def _has_role(self, member: discord.Member, role: discord.Role | str) -> bool:
        return any(
            found["name"] == role if isinstance(role, str) else found["id"] == id_of(role)
            for found in self._roles(member)
        )

    def _roles(self, member: discord.Member) -> list[Record]:
        guild_id = id_of(member.guild)
        record = self._member(member)
        held = [] if record is None else record["roles"]
        return [self._scene.backend.world.roles[guild_id][role_id] for role_id in held]

    def _role_text(self, member: discord.Member, role: discord.Role | str, claim: str) -> str:
        held = ", ".join(found["name"] for found in self._roles(member)) or "none"
        name = role if isinstance(role, str) else role.name
        return f"{member.name} {claim} the role {name!r}; roles: {held}\n{background(self._scene)}"

    def assertKicked(self, member: discord.Member, *, reason: str | None = None, msg: Any = None) -> None:
        """Fail unless the member was kicked (with this reason, if one is given)."""
        self._at_rest()
        guild_id = id_of(member.guild)
        entry = self._removal(guild_id, member)
        if self._member(member) is not None:
            self._fail(f"{member.name} was not kicked: still a member\n{background(self._scene)}", msg)
        if entry is None or entry["action_type"] != 20:
            how = "left" if entry is None else f"was {_LEAVING[entry['action_type']]}"
            self._fail(f"{member.name} was not kicked but {how}\n{background(self._scene)}", msg)
        self._check_reason(entry, reason, msg)

    def assertNotKicked(self, member: discord.Member, *, msg: Any = None) -> None:
        """Fail if the member was kicked."""
        self._at_rest()
        entry = self._removal(id_of(member.guild), member)
        if self._member(member) is None and entry is not None and entry["action_type"] == 20:
            self._fail(f"{member.name} was kicked\n{background(self._scene)}", msg)

    def assertBanned(
        self, user: Any, guild: discord.Guild | None = None, *, reason: str | None = None, msg: Any = None
    ) -> None:
        """Fail unless the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        ban = self._ban(user, guild)
        if ban is None:
            self._fail(f"{user} is not banned\n{background(self._scene)}", msg)
        self._check_reason(ban, reason, msg)

    def assertNotBanned(self, user: Any, guild: discord.Guild | None = None, *, msg: Any = None) -> None:
        """Fail if the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        if self._ban(user, guild) is not None:
            self._fail(f"{user} is banned\n{background(self._scene)}", msg)

    def _ban(self, user: Any, guild: discord.Guild | None) -> Record | None:
        place = guild or getattr(user, "guild", None)
        bans = self._scene.backend.world.bans
        tables = bans.values() if place is None else [bans[id_of(place)]]
        return next((table[id_of(user)] for table in tables if id_of(user) in table), None)

    def _check_reason(self, entry: Record | None, reason: str | None, msg: Any) -> None:
        found = None if entry is None else entry.get("reason")
        if reason is not None and found != reason:
            self._fail(f"the reason is {found!r}, not {reason!r}\n{background(self._scene)}", msg)

    def _removal(self, guild_id: str, member: Any) -> Record | None:
        entries = self._scene.backend.world.audit_log[guild_id]
        target = id_of(member)
        return next(
            (
                entry
                for entry in reversed(entries)
                if entry["target_id"] == target and entry["action_type"] in _LEAVING
            ),
            None,
        )

    def assertTimedOut(
        self, member: discord.Member, until: datetime | None = None, *, msg: Any = None
    ) -> datetime:
        """Fail unless the member is timed out (until this moment, to the second); return until when."""
        self._at_rest()
        found = self._timed_out_until(member)
        if found is None:
            self._fail(f"{member.name} is not timed out\n{background(self._scene)}", msg)
        if until is not None and abs((found - until).total_seconds()) >= 1:
            self._fail(f"{member.name} is timed out until {found}, not {until}", msg)
        return found

    def assertNotTimedOut(self, member: discord.Member, *, msg: Any = None) -> None:
        """Fail if the member is timed out."""
        self._at_rest()
        if (until := self._timed_out_until(member)) is not None:
            self._fail(f"{member.name} is timed out until {until}\n{background(self._scene)}", msg)

    def _timed_out_until(self, member: discord.Member) -> datetime | None:
        record = self._member(member)
        text = None if record is None else record["communication_disabled_until"]
        until = None if text is None else datetime.fromisoformat(text)
        return until if until is not None and until > self._scene.backend.world.wall_clock() else None

    def _member(self, member: discord.Member) -> Record | None:
        return self._scene.backend.world.members[id_of(member.guild)].get(id_of(member))

    # -- voice

    def assertInVoice(self, member: discord.Member, channel: Any = None, *, msg: Any = None) -> None:
        """Fail unless the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place = self._voice_channel(member)
        if place is None or (channel is not None and place != id_of(channel)):
            where = (
                "in no voice channel" if place is None else f"in {name_of(self._scene.backend.world, place)}"
            )
            self._fail(f"{member.name} is {where}\n{background(self._scene)}", msg)

    def assertNotInVoice(self, member: discord.Member, channel: Any = None, *, msg: Any = None) -> None:
        """Fail if the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place = self._voice_channel(member)
        if (place is not None and channel in (None, place)) or (
            channel is not None and place == id_of(channel)
        ):
            self._fail(f"{member.name} is in {name_of(self._scene.backend.world, place or '')}", msg)

    def _voice_channel(self, member: discord.Member) -> str | None:
        state = self._scene.backend.world.voice_states[id_of(member.guild)].get(id_of(member))
        return None if state is None else state["channel_id"]

    # -- channels

    def assertChannelExists(self, guild: discord.Guild, name: str, *, msg: Any = None) -> Any:
        """Fail unless the guild has a channel of this name; return it."""
        self._at_rest()
        for channel in self._channels(guild):
            if channel["name"] == name:
                return views_of(self._scene).channel(channel)
        names = ", ".join(channel["name"] for channel in self._channels(guild)) or "none"
        return self._fail(
            f"no channel {name!r} in {guild}; channels: {names}\n{background(self._scene)}", msg
        )

    def assertNotChannelExists(self, guild: discord.Guild, name: str, *, msg: Any = None) -> None:
        """Fail if the guild has a channel of this name."""
        self._at_rest()
        if any(channel["name"] == name for channel in self._channels(guild)):
            self._fail(f"there is a channel {name!r} in {guild}\n{background(self._scene)}", msg)

    def _channels(self, guild: discord.Guild) -> Iterable[Record]:
        return self._scene.backend.world.guild_channels[id_of(guild)].values()

    def assertThread(
        self,
        parent: Any,
        name: str | None = None,
        *,
        private: bool | None = None,
        archived: bool | None = None,
        locked: bool | None = None,
        members: Iterable[Any] | None = None,
        msg: Any = None,
    ) -> discord.Thread:
        """Fail unless the channel has such a thread; return it. ``members`` are exactly those in it."""
        self._at_rest()
        people = None if members is None else sorted(id_of(each) for each in members)
        threads = [
            thread
            for thread in self._scene.backend.world.threads[id_of(parent.guild)].values()
            if thread["parent_id"] == id_of(parent)
        ]
        for thread in threads:
            meta = thread["thread_metadata"]
            if (
                name in (None, thread["name"])
                and private in (None, thread["type"] == 12)
                and archived in (None, meta["archived"])
                and locked in (None, meta["locked"])
                and people in (None, sorted(self._scene.backend.world.thread_members[thread["id"]]))
            ):
                found: discord.Thread = views_of(self._scene).channel(thread)
                return found
        shown = "; ".join(self._thread_text(thread) for thread in threads) or "none"
        text = f"no such thread {name or ''!r} in #{parent.name}; threads: {shown}"
        self._fail(f"{text}\n{background(self._scene)}", msg)

    def _thread_text(self, thread: Record) -> str:
        world, meta = self._scene.backend.world, thread["thread_metadata"]
        words = [word for word in ("archived", "locked") if meta[word]]
        words += ["private"] if thread["type"] == 12 else []
        people = ", ".join(name_of(world, user_id) for user_id in world.thread_members[thread["id"]])
        return f"{thread['name']!r} ({', '.join([*words, f'members: {people}'])})"

    # -- the rest

    def assertAuditLog(
        self,
        guild: discord.Guild,
        action: discord.AuditLogAction,
        target: Any = None,
        user: Any = None,
        reason: str | None = None,
        *,
        msg: Any = None,
    ) -> discord.AuditLogEntry | Record:
        """Fail unless the guild's audit log has such an entry; return the newest one, as its payload."""
        self._at_rest()
        entries = self._scene.backend.world.audit_log[id_of(guild)]
        for entry in reversed(entries):
            if (
                entry["action_type"] == action.value
                and (target is None or entry["target_id"] == id_of(target))
                and (user is None or entry["user_id"] == id_of(user))
                and reason in (None, entry.get("reason"))
            ):
                return entry
        lines = [f"  {self._entry_text(entry)}" for entry in entries[-_LISTED:]] or ["  none"]
        head = f"no such entry ({action.name}) in the audit log of {guild}; the last entries:"
        self._fail("\n".join([head, *lines, background(self._scene)]), msg)

    def _entry_text(self, entry: Record) -> str:
        world = self._scene.backend.world
        action = discord.enums.try_enum(discord.AuditLogAction, entry["action_type"])
        target = name_of(world, entry["target_id"]) if entry["target_id"] else "nobody"
        reason = f", reason {entry['reason']!r}" if "reason" in entry else ""
        return f"{action.name} of {target} by {name_of(world, entry['user_id'])}{reason}"

    def assertPresence(
        self, status: discord.Status | str | None = None, activity: Any = None, *, msg: Any = None
    ) -> None:
        """Fail unless the bot shows this status and activity (an activity object, or its name)."""
        self._at_rest()
        presence = self._scene.backend.world.presences.get(
            self._bot_id(), {"status": "online", "activities": []}
        )
        names = [found["name"] for found in presence["activities"]]
        name = getattr(activity, "name", activity)
        if status is not None and presence["status"] != str(status):
            self._fail(f"the bot is {presence['status']}, not {status}\n{background(self._scene)}", msg)
        if activity is not None and name not in names:
            self._fail(f"the bot's activities are {names}, not {name!r}\n{background(self._scene)}", msg)

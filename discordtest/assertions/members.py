"""Assertions about people: their roles, how they left, time-outs, voice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from discordtest.assertions.core import AssertCore
from discordtest.errors import SetupError
from discordtest.given import id_of
from discordtest.names import name_of
from discordtest.tolerance import Close

if TYPE_CHECKING:
    import discord

    from discordtest.backend.world import Record

__all__ = ["AssertMembers"]

__unittest = True

_SAME_SECOND = timedelta(seconds=1) - timedelta.resolution
_LEAVING = {20: "kicked", 22: "banned"}


class AssertMembers(AssertCore):
    """The assertions about members."""

    def assertHasRole(self, member: discord.Member, role: discord.Role | str, *, msg: Any = None) -> None:
        """Fail unless the member has the role (an object, or its name)."""
        self._at_rest()
        if not self._has_role(member, role):
            self._fail_state(self._role_text(member, role, "has not"), msg)

    def assertNotHasRole(self, member: discord.Member, role: discord.Role | str, *, msg: Any = None) -> None:
        """Fail if the member has the role (an object, or its name)."""
        self._at_rest()
        if self._has_role(member, role):
            self._fail_state(self._role_text(member, role, "has"), msg)

    def _has_role(self, member: discord.Member, role: discord.Role | str) -> bool:
        return any(
            found["name"] == role if isinstance(role, str) else found["id"] == id_of(role)
            for found in self._roles(member)
        )

    def _roles(self, member: discord.Member) -> list[Record]:
        guild_id = _guild_id(member)
        record = self._member(member)
        held = [] if record is None else record["roles"]
        return [self._scene.backend.world.roles[guild_id][role_id] for role_id in held]

    def _role_text(self, member: discord.Member, role: discord.Role | str, claim: str) -> str:
        held = ", ".join(found["name"] for found in self._roles(member)) or "none"
        name = role if isinstance(role, str) else role.name
        return f"{member.name} {claim} the role {name!r}; roles: {held}"

    def assertKicked(self, member: discord.Member, *, reason: str | None = None, msg: Any = None) -> None:
        """Fail unless the member was kicked (with this reason, if one is given)."""
        self._at_rest()
        guild_id = _guild_id(member)
        entry = self._removal(guild_id, member)
        if self._member(member) is not None:
            self._fail_state(f"{member.name} was not kicked: still a member", msg)
        if entry is None or entry["action_type"] != 20:
            how = "left" if entry is None else f"was {_LEAVING[entry['action_type']]}"
            self._fail_state(f"{member.name} was not kicked but {how}", msg)
        self._check_reason(entry, reason, msg)

    def assertNotKicked(self, member: discord.Member, *, msg: Any = None) -> None:
        """Fail if the member was kicked."""
        self._at_rest()
        entry = self._removal(_guild_id(member), member)
        if self._member(member) is None and entry is not None and entry["action_type"] == 20:
            self._fail_state(f"{member.name} was kicked", msg)

    def assertBanned(
        self, user: Any, guild: discord.Guild | None = None, *, reason: str | None = None, msg: Any = None
    ) -> None:
        """Fail unless the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        ban = self._ban(user, guild)
        if ban is None:
            self._fail_state(f"{user} is not banned", msg)
        self._check_reason(ban, reason, msg)

    def assertNotBanned(self, user: Any, guild: discord.Guild | None = None, *, msg: Any = None) -> None:
        """Fail if the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        if self._ban(user, guild) is not None:
            self._fail_state(f"{user} is banned", msg)

    def _ban(self, user: Any, guild: discord.Guild | None) -> Record | None:
        place = guild or getattr(user, "guild", None)
        bans = self._scene.backend.world.bans
        tables = bans.values() if place is None else [bans.get(id_of(place), {})]
        return next((table[id_of(user)] for table in tables if id_of(user) in table), None)

    def _check_reason(self, entry: Record | None, reason: str | None, msg: Any) -> None:
        found = None if entry is None else entry.get("reason")
        if reason is not None and found != reason:
            self._fail_state(f"the reason is {found!r}, not {reason!r}", msg)

    def _removal(self, guild_id: str, member: Any) -> Record | None:
        entries = self._scene.backend.world.audit_log.get(guild_id, ())
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
        self, member: discord.Member, until: datetime | Close | None = None, *, msg: Any = None
    ) -> datetime:
        """Fail unless the member is timed out (until this moment, to the second); return until when."""
        self._at_rest()
        found = self._timed_out_until(member)
        if found is None:
            self._fail_state(f"{member.name} is not timed out", msg)
        wanted = until if isinstance(until, Close | None) else Close(until, _SAME_SECOND)
        if wanted is not None and found != wanted:
            self._fail(f"{member.name} is timed out until {found}, not {until}", msg)
        return found

    def assertNotTimedOut(self, member: discord.Member, *, msg: Any = None) -> None:
        """Fail if the member is timed out."""
        self._at_rest()
        if (until := self._timed_out_until(member)) is not None:
            self._fail_state(f"{member.name} is timed out until {until}", msg)

    def _timed_out_until(self, member: discord.Member) -> datetime | None:
        record = self._member(member)
        text = None if record is None else record["communication_disabled_until"]
        until = None if text is None else datetime.fromisoformat(text)
        return until if until is not None and until > self._scene.backend.world.wall_clock() else None

    def _member(self, member: discord.Member) -> Record | None:
        return self._scene.backend.world.members.get(_guild_id(member), {}).get(id_of(member))

    # -- voice

    def assertInVoice(self, member: discord.Member, channel: Any = None, *, msg: Any = None) -> None:
        """Fail unless the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place = self._voice_channel(member)
        if place is None or (channel is not None and place != id_of(channel)):
            where = (
                "in no voice channel" if place is None else f"in {name_of(self._scene.backend.world, place)}"
            )
            self._fail_state(f"{member.name} is {where}", msg)

    def assertNotInVoice(self, member: discord.Member, channel: Any = None, *, msg: Any = None) -> None:
        """Fail if the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place = self._voice_channel(member)
        if place is not None and (channel is None or place == id_of(channel)):
            self._fail_state(f"{member.name} is in {name_of(self._scene.backend.world, place)}", msg)

    def _voice_channel(self, member: discord.Member) -> str | None:
        state = self._scene.backend.world.voice_states.get(_guild_id(member), {}).get(id_of(member))
        return None if state is None else state["channel_id"]


def _guild_id(member: discord.Member) -> str:
    guild = getattr(member, "guild", None)
    if guild is None or not hasattr(member, "joined_at"):
        raise SetupError(f"{member!r} is no member of a guild: pass what make_member or join returned")
    return id_of(guild)

"""Assertions about people: their roles, how they left, time-outs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from discordtest import finding, tolerance
from discordtest.assertions.core import AssertCore
from discordtest.backend import audit

if TYPE_CHECKING:
    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.tolerance import Close

    Person: TypeAlias = discord.abc.User | Id

__all__ = ["AssertMembers"]

__unittest = True

_SAME_SECOND = timedelta(seconds=1) - timedelta.resolution


class AssertMembers(AssertCore):
    """The assertions about members: a Member, or a user, id or name of somebody who is in one guild alone."""

    def assertHasRole(self, member: Person, role: discord.Role | Id, *, msg: Any = None) -> None:
        """Fail unless the member has the role (an object, or its name)."""
        self._at_rest()
        if not self._has_role(member, role):
            self._fail_state(self._role_text(member, role, "has not"), msg)

    def assertNotHasRole(self, member: Person, role: discord.Role | Id, *, msg: Any = None) -> None:
        """Fail if the member has the role (an object, or its name)."""
        self._at_rest()
        if self._has_role(member, role):
            self._fail_state(self._role_text(member, role, "has"), msg)

    def _has_role(self, member: Person, role: discord.Role | Id) -> bool:
        guild_id, _ = self._claimed_member(member)
        roles = self._scene.backend.world.roles.get(guild_id, {})
        if isinstance(role, str) and (
            found := [each["id"] for each in roles.values() if each["name"] == role]
        ):
            wanted = set(found)  # two roles may have one name: either will do
        elif self._is_deleted_role(guild_id, role):
            return False
        else:
            wanted = {self._claimed(lambda world, role: finding.find_role(world, role, guild_id), role)}
        return any(each["id"] in wanted for each in self._roles(member)) or (
            guild_id in wanted and self._member(member) is not None
        )

    def _is_deleted_role(self, guild_id: str, name: Any) -> bool:
        """Tell whether a role of this name was deleted: only the audit log still has the name."""
        return any(
            change["key"] == "name" and change.get("old_value") == name
            for entry in self._scene.backend.world.audit_log.get(guild_id, ())
            if entry["action_type"] == audit.Action.ROLE_DELETE
            for change in entry.get("changes", ())
        )

    def _roles(self, member: Person) -> list[Record]:
        guild_id, _ = self._claimed_member(member)
        record = self._member(member)
        held = [] if record is None else record["roles"]
        return [self._scene.backend.world.roles[guild_id][role_id] for role_id in held]

    def _role_text(self, member: Person, role: discord.Role | Id, claim: str) -> str:
        held = ", ".join(found["name"] for found in self._roles(member)) or "none"
        guild_id, _ = self._claimed_member(member)
        known = self._scene.backend.world.roles.get(guild_id, {}).get(str(getattr(role, "id", role)))
        name = known["name"] if known else getattr(role, "name", role)
        return f"{self._who(member)} {claim} the role {name!r}; roles: {held}"

    def assertKicked(self, member: Person, *, reason: str | None = None, msg: Any = None) -> None:
        """Fail unless the member was kicked (with this reason, if one is given)."""
        self._at_rest()
        entry = self._removal(member)
        if self._member(member) is not None:
            self._fail_state(f"{self._who(member)} was not kicked: still a member", msg)
        if entry is None or entry["action_type"] != audit.Action.MEMBER_KICK:
            how = "left" if entry is None else "was banned"
            self._fail_state(f"{self._who(member)} was not kicked but {how}", msg)
        self._check_reason(f"{self._who(member)} was kicked", entry, reason, msg)

    def assertNotKicked(self, member: Person, *, msg: Any = None) -> None:
        """Fail if the member was kicked."""
        self._at_rest()
        entry = self._removal(member)
        if (
            self._member(member) is None
            and entry is not None
            and entry["action_type"] == audit.Action.MEMBER_KICK
        ):
            self._fail_state(f"{self._who(member)} was kicked", msg)

    def assertBanned(
        self,
        user: Person,
        guild: discord.Guild | Id | None = None,
        *,
        reason: str | None = None,
        msg: Any = None,
    ) -> None:
        """Fail unless the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        ban = self._ban(user, guild)
        if ban is None:
            self._fail_state(f"{self._who(user)} is not banned", msg)
        self._check_reason(f"{self._who(user)} is banned", ban, reason, msg)

    def assertNotBanned(
        self, user: Person, guild: discord.Guild | Id | None = None, *, msg: Any = None
    ) -> None:
        """Fail if the user is banned from the guild (a member's own, if none is named)."""
        self._at_rest()
        if self._ban(user, guild) is not None:
            self._fail_state(f"{self._who(user)} is banned", msg)

    def _ban(self, user: Person, guild: discord.Guild | Id | None) -> Record | None:
        user_id = self._claimed_user(user)
        place = guild or getattr(user, "guild", None)
        bans = self._scene.backend.world.bans
        tables = bans.values() if place is None else [bans.get(self._claimed_guild(place), {})]
        return next((table[user_id] for table in tables if user_id in table), None)

    def _check_reason(self, did: str, entry: Record, reason: str | None, msg: Any) -> None:
        found = entry.get("reason")
        if reason is not None and found != reason:
            given = "no reason was given" if found is None else f"the reason is {found!r}"
            self._fail_state(f"{did}, but {given}, not {reason!r}", msg)

    def _removal(self, member: Person) -> Record | None:
        """Return the entry of how the member was removed last, if nobody let them in again since."""
        guild_id, user_id = self._claimed_member(member)
        for entry in reversed(self._scene.backend.world.audit_log.get(guild_id, ())):
            if entry["target_id"] == user_id and entry["action_type"] in (
                audit.Action.MEMBER_KICK,
                audit.Action.MEMBER_BAN_ADD,
            ):
                return None if self._has_come_back(guild_id, user_id, entry["id"]) else entry
        return None

    def _has_come_back(self, guild_id: str, user_id: str, entry_id: str) -> bool:
        joined = [each for each in self._dispatches("GUILD_MEMBER_ADD", user_id) if each.guild_id == guild_id]
        told = [*self._dispatches("GUILD_AUDIT_LOG_ENTRY_CREATE", entry_id), *joined[-1:]]
        return bool(joined) and max(told, key=self._scene.backend.journal.index) is joined[-1]

    def assertTimedOut(
        self, member: Person, until: datetime | Close | None = None, *, msg: Any = None
    ) -> datetime:
        """Fail unless the member is timed out (until this moment, to the second); return until when."""
        self._at_rest()
        found = self._timed_out_until(member)
        if found is None:
            self._fail_state(f"{self._who(member)} is not timed out", msg)
        wanted = until if isinstance(until, tolerance.Close | None) else tolerance.Close(until, _SAME_SECOND)
        if wanted is not None and found != wanted:
            self._fail(f"{self._who(member)} is timed out until {found}, not {until}", msg)
        return found

    def assertNotTimedOut(self, member: Person, *, msg: Any = None) -> None:
        """Fail if the member is timed out."""
        self._at_rest()
        if (until := self._timed_out_until(member)) is not None:
            self._fail_state(f"{self._who(member)} is timed out until {until}", msg)

    def _timed_out_until(self, member: Person) -> datetime | None:
        record = self._member(member)
        text = None if record is None else record["communication_disabled_until"]
        until = None if text is None else datetime.fromisoformat(text)
        return until if until is not None and until > self._scene.backend.world.wall_clock() else None

    def _member(self, member: Person) -> Record | None:
        guild_id, user_id = self._claimed_member(member)
        return self._scene.backend.world.members.get(guild_id, {}).get(user_id)

    def _who(self, member: Person) -> str:
        return self._user_text(self._claimed_user(member))

"""Assertions about what a guild holds (channels, threads, the audit log) and about the bot's presence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import views as viewing
from discordtest.assertions.core import AssertCore
from discordtest.given import id_of
from discordtest.names import name_of
from discordtest.tolerance import Close

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record

__all__ = ["AssertGuilds"]

__unittest = True

_LISTED = 8
_PRIVATE_THREAD = 12
_OFFLINE: dict[str, Any] = {"status": "offline", "activities": []}


class AssertGuilds(AssertCore):
    """The assertions about guilds."""

    def assertChannelExists(self, guild: discord.Guild, name: str, *, msg: Any = None) -> Any:
        """Fail unless the guild has a channel of this name; return it."""
        self._at_rest()
        channels = self._channels(guild)
        for channel in channels:
            if channel["name"] == name:
                return viewing.views_of(self._scene).channel(channel)
        names = ", ".join(channel["name"] for channel in channels) or "none"
        self._fail_state(f"there is no channel {name!r} in {guild}; its channels: {names}", msg)

    def assertNotChannelExists(self, guild: discord.Guild, name: str, *, msg: Any = None) -> None:
        """Fail if the guild has a channel of this name."""
        self._at_rest()
        if any(channel["name"] == name for channel in self._channels(guild)):
            self._fail_state(f"there is a channel {name!r} in {guild}", msg)

    def _channels(self, guild: discord.Guild) -> list[Record]:
        return list(self._scene.backend.world.guild_channels.get(id_of(guild), {}).values())

    # -- threads

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
        threads = self._threads(parent)
        claims = self._thread_claims(name, private, archived, locked, members)
        for thread in threads:
            if claims.items() <= self._thread_facts(thread).items():
                found: discord.Thread = viewing.views_of(self._scene).channel(thread)
                return found
        shown = "; ".join(map(self._thread_text, threads)) or "none"
        self._fail_state(
            f"#{parent.name} has no such thread: {_claims_text(claims)}. Its threads: {shown}", msg
        )

    def assertNotThread(
        self,
        parent: Any,
        name: str | None = None,
        *,
        private: bool | None = None,
        archived: bool | None = None,
        locked: bool | None = None,
        members: Iterable[Any] | None = None,
        msg: Any = None,
    ) -> None:
        """Fail if the channel has such a thread."""
        self._at_rest()
        claims = self._thread_claims(name, private, archived, locked, members)
        for thread in self._threads(parent):
            if claims.items() <= self._thread_facts(thread).items():
                self._fail_state(f"#{parent.name} has the thread {self._thread_text(thread)}", msg)

    def _threads(self, parent: Any) -> list[Record]:
        threads = self._scene.backend.world.threads.get(id_of(parent.guild), {})
        return [thread for thread in threads.values() if thread["parent_id"] == id_of(parent)]

    @staticmethod
    def _thread_claims(
        name: str | None,
        private: bool | None,
        archived: bool | None,
        locked: bool | None,
        members: Iterable[Any] | None,
    ) -> Record:
        people = None if members is None else tuple(sorted(id_of(each) for each in members))
        claims = {"name": name, "private": private, "archived": archived, "locked": locked, "members": people}
        return {claim: value for claim, value in claims.items() if value is not None}

    def _thread_facts(self, thread: Record) -> Record:
        return {
            "name": thread["name"],
            "private": thread["type"] == _PRIVATE_THREAD,
            "archived": thread["thread_metadata"]["archived"],
            "locked": thread["thread_metadata"]["locked"],
            "members": tuple(sorted(self._scene.backend.world.thread_members[thread["id"]])),
        }

    def _thread_text(self, thread: Record) -> str:
        facts = self._thread_facts(thread)
        words = [word for word in ("archived", "locked", "private") if facts[word]]
        people = ", ".join(name_of(self._scene.backend.world, user_id) for user_id in facts["members"])
        return f"{thread['name']!r} ({', '.join([*words, f'members: {people}'])})"

    # -- the audit log

    def assertAuditLog(
        self,
        guild: discord.Guild,
        action: discord.AuditLogAction,
        target: Any = None,
        user: Any = None,
        reason: str | None = None,
        *,
        msg: Any = None,
    ) -> discord.AuditLogEntry:
        """Fail unless the guild's audit log has such an entry; return the newest one."""
        self._at_rest()
        entry = self._entry(guild, action, target, user, reason)
        if entry is not None:
            return self._seen_entry(entry, guild)
        entries = self._scene.backend.world.audit_log.get(id_of(guild), [])
        lines = [f"  {self._entry_text(entry)}" for entry in entries[-_LISTED:]] or ["  none"]
        claim = self._entry_claim(action, target, user, reason)
        self._fail_state(
            "\n".join([f"the audit log of {guild} has no {claim}. Its last entries:", *lines]), msg
        )

    def assertNotAuditLog(
        self,
        guild: discord.Guild,
        action: discord.AuditLogAction,
        target: Any = None,
        user: Any = None,
        reason: str | None = None,
        *,
        msg: Any = None,
    ) -> None:
        """Fail if the guild's audit log has such an entry."""
        self._at_rest()
        entry = self._entry(guild, action, target, user, reason)
        if entry is not None:
            self._fail_state(f"the audit log of {guild} has: {self._entry_text(entry)}", msg)

    def _entry(
        self, guild: discord.Guild, action: discord.AuditLogAction, target: Any, user: Any, reason: str | None
    ) -> Record | None:
        if not isinstance(action, discord.AuditLogAction):
            raise TypeError(f"action is one of discord.AuditLogAction, not {action!r}")
        for entry in reversed(self._scene.backend.world.audit_log.get(id_of(guild), [])):
            if (
                entry["action_type"] == action.value
                and (target is None or entry["target_id"] == id_of(target))
                and (user is None or entry["user_id"] == id_of(user))
                and reason in (None, entry.get("reason"))
            ):
                return entry
        return None

    def _seen_entry(self, entry: Record, guild: discord.Guild) -> discord.AuditLogEntry:
        views, world = viewing.views_of(self._scene), self._scene.backend.world
        ids = (entry["user_id"], entry["target_id"])
        users = {int(id): views.user(world.users[id]) for id in ids if id in world.users}
        return discord.AuditLogEntry(
            users=users,
            integrations={},
            app_commands={},
            automod_rules={},
            webhooks={},
            data=entry,  # type: ignore[arg-type]  # its payload
            guild=views.guild(id_of(guild)),
        )

    def _entry_claim(self, action: discord.AuditLogAction, target: Any, user: Any, reason: str | None) -> str:
        world = self._scene.backend.world
        words = [f"entry {action.name}"]
        words += [] if target is None else [f"of {name_of(world, id_of(target))}"]
        words += [] if user is None else [f"by {name_of(world, id_of(user))}"]
        words += [] if reason is None else [f"with the reason {reason!r}"]
        return " ".join(words)

    def _entry_text(self, entry: Record) -> str:
        world = self._scene.backend.world
        action = discord.enums.try_enum(discord.AuditLogAction, entry["action_type"])
        target = name_of(world, entry["target_id"]) if entry["target_id"] else "nobody"
        reason = f", reason {entry['reason']!r}" if entry.get("reason") is not None else ""
        return f"{action.name} of {target} by {name_of(world, entry['user_id'] or '0')}{reason}"

    # -- presence

    def assertPresence(
        self, status: discord.Status | str | None = None, activity: Any = None, *, msg: Any = None
    ) -> None:
        """Fail unless the bot shows this status and activity (an activity object, or its name)."""
        self._at_rest()
        if not self._shows(status, activity):
            self._fail_state(f"the bot shows {self._presence_text()}, not {_shown(status, activity)}", msg)

    def assertNotPresence(
        self, status: discord.Status | str | None = None, activity: Any = None, *, msg: Any = None
    ) -> None:
        """Fail if the bot shows this status and activity (an activity object, or its name)."""
        self._at_rest()
        if self._shows(status, activity):
            self._fail_state(f"the bot shows {self._presence_text()}", msg)

    def _presence(self) -> Record:
        return self._scene.backend.world.presences.get(self._bot_id(), _OFFLINE)

    def _shows(self, status: discord.Status | str | None, activity: Any) -> bool:
        presence = self._presence()
        if status is not None and presence["status"] != str(status):
            return False
        if activity is None:
            return True
        wanted = {"name": activity} if isinstance(activity, str | Close) else _activity_claims(activity)
        return any(
            wanted.items() <= {"state": None, **shown}.items() for shown in map(_flat, presence["activities"])
        )

    def _presence_text(self) -> str:
        presence = self._presence()
        shown = [
            f"{discord.enums.try_enum(discord.ActivityType, each['type']).name} {each.get('state') or each['name']!r}"
            for each in presence["activities"]
        ]
        return f"{presence['status']}, {' and '.join(shown) or 'no activity'}"


def _flat(activity: Record) -> Record:
    """Return the keys of an activity that can be compared."""
    return {key: activity.get(key) for key in ("name", "type", "state", "url")}


def _activity_claims(activity: discord.BaseActivity) -> Record:
    claims = _flat(dict(activity.to_dict()))
    return {key: value for key, value in claims.items() if value is not None}


def _claims_text(claims: Record) -> str:
    return ", ".join(f"{claim}={value!r}" for claim, value in claims.items()) or "any at all"


def _shown(status: discord.Status | str | None, activity: Any) -> str:
    words = [] if status is None else [str(status)]
    words += [] if activity is None else [repr(activity)]
    return ", ".join(words)

"""Assertions about what a guild holds (channels, threads, the audit log) and about the bot's presence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import discord

from discordtest import checking, finding, given
from discordtest import names as naming
from discordtest import views as viewing
from discordtest.assertions import presences
from discordtest.assertions.core import AssertCore
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from discordtest.backend.world import Record, World
    from discordtest.given import Id

__all__ = ["AssertGuilds"]

__unittest = True

_LISTED = 8
_PRIVATE_THREAD = 12
_OFFLINE: dict[str, Any] = {"status": "offline", "activities": []}


class ThreadClaims(TypedDict, total=False):
    """What an assertion can claim of a thread besides its name."""

    private: bool
    archived: bool
    locked: bool
    members: Iterable[Any]  # exactly these
    tags: Iterable[str | discord.ForumTag]  # exactly these, by their names


class AssertGuilds(AssertCore):
    """The assertions about guilds."""

    def assertChannelExists(self, guild: discord.Guild | Id, name: str, *, msg: Any = None) -> Any:
        """Fail unless the guild has a channel of this name; return it."""
        self._at_rest()
        channels = self._channels(guild)
        for channel in channels:
            if channel["name"] == name:
                return viewing.views_of(self._scene).channel(channel)
        names = ", ".join(channel["name"] for channel in channels) or "none"
        self._fail_state(
            f"there is no channel {name!r} in {self._guild_text(guild)}; its channels: {names}", msg
        )

    def assertNotChannelExists(self, guild: discord.Guild | Id, name: str, *, msg: Any = None) -> None:
        """Fail if the guild has a channel of this name."""
        self._at_rest()
        if any(channel["name"] == name for channel in self._channels(guild)):
            self._fail_state(f"there is a channel {name!r} in {self._guild_text(guild)}", msg)

    def _channels(self, guild: discord.Guild | Id) -> list[Record]:
        return list(self._scene.backend.world.guild_channels.get(self._claimed_guild(guild), {}).values())

    # -- threads

    def assertThread(
        self, parent: Any, name: str | None = None, *, msg: Any = None, **claims: Unpack[ThreadClaims]
    ) -> discord.Thread:
        """Fail unless the channel has such a thread; return it. ``members`` are exactly those in it.

        It may be claimed to be ``private``, ``archived`` and ``locked``, or not. ``tags`` are exactly those of a post,
        by their names.
        """
        self._at_rest()
        wanted, place = self._thread_claims(name, claims), self._claimed_channel(parent) or ""
        for thread in self._threads(place, wanted):
            found: discord.Thread = viewing.views_of(self._scene).channel(thread)
            return found
        where, shown = self._claimed_text(parent), map(self._thread_text, self._threads(place, {}))
        text = (
            f"{where} has no such thread: {_claims_text(wanted)}. Its threads: {'; '.join(shown) or 'none'}"
        )
        self._fail_state(text, msg)

    def assertNotThread(
        self, parent: Any, name: str | None = None, *, msg: Any = None, **claims: Unpack[ThreadClaims]
    ) -> None:
        """Fail if the channel has such a thread; the claims are those of `assertThread`."""
        self._at_rest()
        for thread in self._threads(self._claimed_channel(parent) or "", self._thread_claims(name, claims)):
            text = f"{self._claimed_text(parent)} has the thread {self._thread_text(thread)}"
            self._fail_state(text, msg)

    def _threads(self, parent_id: str, claims: Record) -> list[Record]:
        """Return the threads of a channel that are as claimed."""
        return [
            thread
            for threads in self._scene.backend.world.threads.values()
            for thread in threads.values()
            if thread["parent_id"] == parent_id and claims.items() <= self._thread_facts(thread).items()
        ]

    def _thread_claims(self, name: str | None, claims: ThreadClaims) -> Record:
        checking.check_claims("threads", ThreadClaims, claims)
        people = claims.get("members")
        members = None if people is None else tuple(sorted(self._claimed_user(each) for each in people))
        names = claims.get("tags")
        tags = None if names is None else tuple(sorted(getattr(tag, "name", str(tag)) for tag in names))
        wanted: Record = {"name": name, **claims, "members": members, "tags": tags}
        return {claim: value for claim, value in wanted.items() if value is not None}

    def _thread_facts(self, thread: Record) -> Record:
        return {
            "name": thread["name"],
            "private": thread["type"] == _PRIVATE_THREAD,
            "archived": thread["thread_metadata"]["archived"],
            "locked": thread["thread_metadata"]["locked"],
            "members": tuple(sorted(self._scene.backend.world.thread_members.get(thread["id"], ()))),
            "tags": self._tags(thread),
        }

    def _tags(self, thread: Record) -> tuple[str, ...]:
        """Return the names of the tags of a thread."""
        parent = self._scene.backend.world.channels[thread["parent_id"]]
        applied = thread.get("applied_tags", ())
        return tuple(sorted(tag["name"] for tag in parent.get("available_tags", ()) if tag["id"] in applied))

    def _thread_text(self, thread: Record) -> str:
        facts = self._thread_facts(thread)
        words = [word for word in ("archived", "locked", "private") if facts[word]]
        words += [f"tags: {', '.join(facts['tags'])}"] if facts["tags"] else []
        people = ", ".join(naming.name_of(self._scene.backend.world, user_id) for user_id in facts["members"])
        return f"{thread['name']!r} ({', '.join([*words, f'members: {people}'])})"

    # -- the audit log

    def assertAuditLog(
        self,
        guild: discord.Guild | Id,
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
        entries = self._scene.backend.world.audit_log.get(self._claimed_guild(guild), [])
        alike = [entry for entry in entries if entry["action_type"] == action.value] or entries
        lines = [f"  {self._entry_text(entry)}" for entry in alike[-_LISTED:]] or ["  none"]
        kind = "entries of that action" if alike is not entries else "last entries"
        claim = self._entry_claim(action, target, user, reason)
        self._fail_state(
            "\n".join([f"the audit log of {self._guild_text(guild)} has no {claim}. Its {kind}:", *lines]),
            msg,
        )

    def assertNotAuditLog(
        self,
        guild: discord.Guild | Id,
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
            self._fail_state(
                f"the audit log of {self._guild_text(guild)} has: {self._entry_text(entry)}", msg
            )

    def _entry(
        self,
        guild: discord.Guild | Id,
        action: discord.AuditLogAction,
        target: Any,
        user: Any,
        reason: str | None,
    ) -> Record | None:
        _check_action(action)
        guild_id = self._claimed_guild(guild)
        target_id = None if target is None else self._claimed_target(target, guild_id)
        user_id = None if user is None else self._claimed_user(user)
        for entry in reversed(self._scene.backend.world.audit_log.get(guild_id, [])):
            if (
                entry["action_type"] == action.value
                and target_id in (None, entry["target_id"])
                and user_id in (None, entry["user_id"])
                and reason in (None, entry.get("reason"))
            ):
                return entry
        return None

    def _claimed_target(self, target: Any, guild_id: str) -> str:
        """Return the id of what an entry is about; a name is that of a user, a role, or with ``#`` a channel."""
        world = self._scene.backend.world
        if isinstance(target, str) and target.startswith("#"):
            return finding.find_channel(world, target, guild_id)
        if finding.is_name(target):
            return finding.find_mentionable(world, target, guild_id)
        number = given.id_of(target)
        entries = world.audit_log.get(guild_id, ())
        if (
            any(number in table for table in _tables(world))
            or self._was_there(number)
            or any(entry["target_id"] == number for entry in entries)
        ):
            return number
        raise SetupError(f"nothing in the world of this test has the id of {target!r}, nor ever had")

    def _seen_entry(self, entry: Record, guild: discord.Guild | Id) -> discord.AuditLogEntry:
        views, world = viewing.views_of(self._scene), self._scene.backend.world
        rules = world.automod_rules.get(self._claimed_guild(guild), {})
        ids = (entry["user_id"], entry["target_id"])
        users = {int(id): views.user(world.users[id]) for id in ids if id in world.users}
        return discord.AuditLogEntry(
            users=users,
            integrations={},
            app_commands={},
            automod_rules={int(id): views.automod_rule(rule) for id, rule in rules.items()},
            webhooks={},
            data=entry,  # type: ignore[arg-type]  # its payload
            guild=views.guild(self._claimed_guild(guild)),
        )

    def _entry_claim(self, action: discord.AuditLogAction, target: Any, user: Any, reason: str | None) -> str:
        world = self._scene.backend.world
        words = [f"entry {action.name}"]
        words += (
            []
            if target is None
            else [f"of {target if finding.is_name(target) else naming.name_of(world, given.id_of(target))}"]
        )
        words += [] if user is None else [f"by {naming.name_of(world, self._claimed_user(user))}"]
        words += [] if reason is None else [f"with the reason {reason!r}"]
        return " ".join(words)

    def _entry_text(self, entry: Record) -> str:
        world = self._scene.backend.world
        action = discord.enums.try_enum(discord.AuditLogAction, entry["action_type"])
        target = naming.name_of(world, entry["target_id"]) if entry["target_id"] else "nobody"
        reason = f", reason {entry['reason']!r}" if entry.get("reason") is not None else ""
        return f"{action.name} of {target} by {naming.name_of(world, entry['user_id'] or '0')}{reason}"

    # -- presence

    def assertPresence(
        self,
        status: discord.Status | str | None = None,
        activity: Any = None,
        *,
        shard_id: int | None = None,
        msg: Any = None,
    ) -> None:
        """Fail unless the bot shows this status and activity (an activity object, or its name or text).

        Of a bot with shards, each has to show it, or the one with ``shard_id``.
        """
        self._at_rest()
        shown = self._presences(shard_id)
        if not all(presences.shows(each, status, activity) for each in shown.values()):
            self._fail_state(
                f"the bot shows {presences.all_shown(shown)}, not {presences.claim_text(status, activity)}",
                msg,
            )

    def assertNotPresence(
        self,
        status: discord.Status | str | None = None,
        activity: Any = None,
        *,
        shard_id: int | None = None,
        msg: Any = None,
    ) -> None:
        """Fail if the bot shows this status and activity (an activity object, or its name); any of its shards."""
        self._at_rest()
        shown = self._presences(shard_id)
        if any(presences.shows(each, status, activity) for each in shown.values()):
            self._fail_state(f"the bot shows {presences.all_shown(shown)}", msg)

    def _presences(self, shard_id: int | None) -> dict[int, Record]:
        """Return what the shards of the bot show, by their numbers; a bot without shards has number 0 alone."""
        backend, bot_id = self._scene.backend, self._bot_id()
        sessions = [each for each in backend.gateway.sessions if each.user_id == bot_id and each.shard[1] > 1]
        if not sessions and not shard_id:
            return {0: backend.world.presences.get(bot_id, _OFFLINE)}
        found = {each.shard[0]: each.presence or _OFFLINE for each in sessions}
        if shard_id is None:
            return dict(sorted(found.items()))
        if shard_id not in found:
            there = f"it has {', '.join(map(str, sorted(found)))}" if found else "it has no shards"
            raise SetupError(f"the bot has no shard {shard_id} on the gateway now: {there}")
        return {shard_id: found[shard_id]}


def _tables(world: World) -> Iterator[Mapping[str, Any]]:
    """Yield every table of the world, those of a guild or channel too."""
    for table in vars(world).values():
        if isinstance(table, dict):
            yield table
            yield from (inner for inner in table.values() if isinstance(inner, dict))


def _claims_text(claims: Record) -> str:
    return ", ".join(f"{claim}={value!r}" for claim, value in claims.items()) or "any at all"


def _check_action(action: Any) -> None:
    if isinstance(action, discord.AuditLogAction):
        return
    question = (
        f"; is discord.AuditLogAction.{action} meant?" if action in discord.AuditLogAction.__members__ else ""
    )
    raise TypeError(f"action is one of discord.AuditLogAction, not {action!r}{question}")

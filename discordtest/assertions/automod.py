"""Assertions about the rules of auto moderation that a guild has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import discord

from discordtest import checking, finding
from discordtest import names as naming
from discordtest import views as viewing
from discordtest.assertions.core import AssertCore

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id

__all__ = ["AssertAutoMod"]

__unittest = True

_TYPES = discord.AutoModRuleTriggerType


class RuleClaims(TypedDict, total=False):
    """What an assertion can claim of a rule besides its name."""

    enabled: bool
    trigger: discord.AutoModTrigger | discord.AutoModRuleTriggerType  # all of it, or its type alone
    actions: Iterable[discord.AutoModRuleAction]  # exactly these
    exempt_roles: Iterable[Any]  # exactly these
    exempt_channels: Iterable[Any]  # exactly these


class AssertAutoMod(AssertCore):
    """The assertions about auto moderation."""

    def assertAutoModRule(
        self,
        guild: discord.Guild | Id,
        name: str | None = None,
        *,
        msg: Any = None,
        **claims: Unpack[RuleClaims],
    ) -> discord.AutoModRule:
        """Fail unless the guild has such a rule of auto moderation; return it.

        It may be claimed to be ``enabled`` or not, to have a ``trigger`` (or its type), ``actions``,
        ``exempt_roles`` and ``exempt_channels``: exactly these.
        """
        self._at_rest()
        wanted = self._rule_claims(guild, name, claims)
        for rule in self._rules(guild, wanted):
            return viewing.views_of(self._scene).automod_rule(rule)
        shown = [f"  {self._rule_text(rule)}" for rule in self._rules(guild, {})] or ["  none"]
        claimed = self._rule_claims_text(name, claims)
        text = f"{self._guild_text(guild)} has no such rule of auto moderation: {claimed}. Its rules:"
        self._fail_state("\n".join([text, *shown]), msg)

    def assertNotAutoModRule(
        self,
        guild: discord.Guild | Id,
        name: str | None = None,
        *,
        msg: Any = None,
        **claims: Unpack[RuleClaims],
    ) -> None:
        """Fail if the guild has such a rule of auto moderation; the claims are those of `assertAutoModRule`."""
        self._at_rest()
        for rule in self._rules(guild, self._rule_claims(guild, name, claims)):
            text = f"{self._guild_text(guild)} has the rule of auto moderation {self._rule_text(rule)}"
            self._fail_state(text, msg)

    def _rules(self, guild: Any, wanted: Record) -> list[Record]:
        """Return the rules of the guild that are as claimed."""
        rules = self._scene.backend.world.automod_rules.get(self._claimed_guild(guild), {})
        return [rule for rule in rules.values() if wanted.items() <= _facts(rule).items()]

    def _rule_claims(self, guild: Any, name: str | None, claims: RuleClaims) -> Record:
        checking.check_claims("rules", RuleClaims, claims)
        world, guild_id = self._scene.backend.world, self._claimed_guild(guild)
        wanted: Record = {} if name is None else {"name": name}
        if (enabled := claims.get("enabled")) is not None:
            wanted["enabled"] = enabled
        if (trigger := claims.get("trigger")) is not None:
            if isinstance(trigger, discord.AutoModTrigger):
                wanted["metadata"] = trigger.to_metadata_dict() or {}
                trigger = trigger.type
            wanted["trigger"] = trigger.value
        if (actions := claims.get("actions")) is not None:
            wanted["actions"] = [action.to_dict() for action in actions]
        if (roles := claims.get("exempt_roles")) is not None:
            ids = [
                self._claimed(lambda world, role: finding.find_role(world, role, guild_id), role)
                for role in roles
            ]
            wanted["exempt_roles"] = frozenset(ids)
        if (channels := claims.get("exempt_channels")) is not None:
            wanted["exempt_channels"] = frozenset(
                finding.find_channel(world, each, guild_id) for each in channels
            )
        return wanted

    def _rule_claims_text(self, name: str | None, claims: RuleClaims) -> str:
        words = [] if name is None else [repr(name)]
        words += [
            f"{claim}={_trigger_text(value.type.value, value.to_metadata_dict() or {})!r}"
            if isinstance(value, discord.AutoModTrigger)
            else f"{claim}={value!r}"
            for claim, value in claims.items()
            if value is not None
        ]
        return ", ".join(words) or "any at all"

    def _rule_text(self, rule: Record) -> str:
        world = self._scene.backend.world
        facts = [
            _trigger_text(rule["trigger_type"], rule["trigger_metadata"]),
            " and ".join(_action_text(action) for action in rule["actions"]),
        ]
        exempt = [*rule["exempt_roles"], *rule["exempt_channels"]]
        if exempt:
            facts.append(
                f"exempt: {', '.join(naming.name_of(world, each, rule['guild_id']) for each in exempt)}"
            )
        if not rule["enabled"]:
            facts.append("disabled")
        return f"{rule['name']!r} ({'; '.join(facts)})"


def _facts(rule: Record) -> Record:
    return {
        "name": rule["name"],
        "enabled": rule["enabled"],
        "trigger": rule["trigger_type"],
        "metadata": rule["trigger_metadata"],
        "actions": rule["actions"],
        "exempt_roles": frozenset(rule["exempt_roles"]),
        "exempt_channels": frozenset(rule["exempt_channels"]),
    }


def _trigger_text(kind: int, metadata: Any) -> str:
    said = [f"{key}={value!r}" for key, value in metadata.items() if value]
    return " ".join([discord.enums.try_enum(_TYPES, kind).name, *said])


def _action_text(action: Record) -> str:
    name = discord.enums.try_enum(discord.AutoModRuleActionType, action["type"]).name
    return " ".join([name, *(f"{key}={value!r}" for key, value in action["metadata"].items())])

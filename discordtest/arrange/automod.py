"""Builders of the rules of auto moderation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import checking, finding
from discordtest.arrange.building import (
    Arranging,
    channel_id_of,
    guild_id_of,
    new_id,
    perform,
    show,
    stage,
    user_id_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["AutoModBuilders", "flag_words", "rule_fields", "word_list"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_PROFILE = discord.AutoModRuleTriggerType.member_profile


class AutoModBuilders(Arranging):
    """What makes rules of auto moderation."""

    def make_automod_rule(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        *,
        trigger: discord.AutoModTrigger | discord.AutoModRuleTriggerType,
        actions: Iterable[discord.AutoModRuleAction] | None = None,
        event_type: discord.AutoModRuleEventType | None = None,
        enabled: bool = True,
        exempt_roles: Iterable[discord.Role | Id] = (),
        exempt_channels: Iterable[discord.abc.GuildChannel | discord.Thread | Id] = (),
        creator: discord.abc.User | Id | None = None,
        flagged_words: Iterable[str] = (),
    ) -> discord.AutoModRule:
        """Make a rule of auto moderation, which runs unless ``enabled=False``; by default it blocks.

        What it does by default is to block the message, for member profiles to keep the member from interacting.
        ``creator`` made it, by default the bot's owner. ``flagged_words``, for presets and spam, are what Discord's
        own lists hold: they are not known, so without them such a rule finds nothing. They may have wildcards.
        """
        checking.check_text("a rule's name", name)
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        is_profile = _trigger(trigger).type is _PROFILE
        if event_type is None:
            kinds = discord.AutoModRuleEventType
            event_type = kinds.member_update if is_profile else kinds.message_send
        if actions is None:
            does = discord.AutoModRuleActionType
            kind = does.block_member_interactions if is_profile else does.block_message
            actions = [discord.AutoModRuleAction(type=kind)]
        body = rule_fields(
            scene,
            guild_id,
            name=name,
            trigger=trigger,
            actions=actions,
            event_type=event_type,
            enabled=enabled,
            exempt_roles=exempt_roles,
            exempt_channels=exempt_channels,
        )
        body["trigger_type"] = _trigger(trigger).type.value
        made: Record = perform(
            scene,
            f"make_automod_rule({name!r})",
            "create_auto_moderation_rule",
            guild_id,
            body=body,
            author=None if creator is None else user_id_of(scene, creator, guild_id),
            id=new_id(id_num, scene.backend.world.automod_rules.get(guild_id, {})),
        )
        if flagged := word_list(flagged_words):
            flag_words(scene, f"make_automod_rule({name!r})", made, flagged)
        return show(scene).automod_rule(made)


def flag_words(scene: Scene, doing: str, rule: Record, words: list[str]) -> None:
    """Say what Discord's own lists hold for a rule."""
    for word in words:
        checking.check_text("a flagged word", word)
    perform(scene, doing, "flag_words", rule["guild_id"], rule["id"], body={"words": words})


def word_list(words: Iterable[str]) -> list[str]:
    """Return words, or the one that is passed alone, as a list."""
    return [words] if isinstance(words, str) else [*words]


def rule_fields(scene: Scene, guild_id: str, **keywords: Any) -> Record:
    """Return the keywords of discord.py's ``AutoModRule.edit`` as fields of the API; None is left out."""
    return {
        _FIELDS.get(name, name): _field(scene, guild_id, name, value)
        for name, value in keywords.items()
        if value is not None
    }


_FIELDS = {"trigger": "trigger_metadata"}


def _field(scene: Scene, guild_id: str, name: str, value: Any) -> Any:
    if name == "trigger":
        return _trigger(value).to_metadata_dict() or {}
    if name == "event_type":
        return getattr(value, "value", value)
    if name == "actions":
        return [_action(each) for each in value]
    if name == "exempt_roles":
        return [finding.find_role(scene.backend.world, role, guild_id) for role in value]
    if name == "exempt_channels":
        return [channel_id_of(scene, channel, guild_id) for channel in value]
    return value


def _trigger(trigger: Any) -> discord.AutoModTrigger:
    if isinstance(trigger, discord.AutoModRuleTriggerType):
        return discord.AutoModTrigger(type=trigger)
    if not isinstance(trigger, discord.AutoModTrigger):
        raise TypeError(f"trigger is a discord.AutoModTrigger(keyword_filter=[…]), not {trigger!r}")
    return trigger


def _action(action: Any) -> Record:
    if not isinstance(action, discord.AutoModRuleAction):
        raise TypeError(f"actions takes a list of discord.AutoModRuleAction(…), not {action!r} in it")
    return action.to_dict()

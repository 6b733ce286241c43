"""Changes to the rules of auto moderation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.arrange.automod import flag_words, rule_fields, word_list
from discordtest.arrange.building import Arranging, perform, show, stage
from discordtest.errors import SetupError
from discordtest.finding import find_in_guilds

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["AutoModChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class AutoModChanges(Arranging):
    """What changes and deletes rules of auto moderation."""

    def update_automod_rule(
        self,
        rule: discord.AutoModRule | Id,
        *,
        name: str | None = None,
        trigger: discord.AutoModTrigger | None = None,
        actions: Iterable[discord.AutoModRuleAction] | None = None,
        enabled: bool | None = None,
        exempt_roles: Iterable[discord.Role | Id] | None = None,
        exempt_channels: Iterable[discord.abc.GuildChannel | discord.Thread | Id] | None = None,
    ) -> discord.AutoModRule:
        """Change a ``rule`` of auto moderation, so that ``on_automod_rule_update`` runs; return the rule.

        None and what is not passed change nothing; the type of its trigger stays.

        Raises `SetupError` for a rule that is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id, record = _find(scene, rule)
        body = rule_fields(
            scene,
            guild_id,
            name=name,
            trigger=trigger,
            actions=actions,
            enabled=enabled,
            exempt_roles=exempt_roles,
            exempt_channels=exempt_channels,
        )
        doing = f"update_automod_rule({record['name']!r})"
        if trigger is not None and trigger.type.value != record["trigger_type"]:
            raise SetupError(
                f"{doing}: the type of a rule's trigger stays, it cannot become {trigger.type.name}: "
                "delete the rule and make another"
            )
        perform(scene, doing, "update_auto_moderation_rule", guild_id, record["id"], body=body)
        return show(scene).automod_rule(record)

    def delete_automod_rule(self, rule: discord.AutoModRule | Id) -> None:
        """Delete a ``rule`` of auto moderation: ``on_automod_rule_delete`` runs.

        Raises `SetupError` for a rule that is not here.
        """
        scene = stage(self._scene)
        guild_id, record = _find(scene, rule)
        doing = f"delete_automod_rule({record['name']!r})"
        perform(scene, doing, "delete_auto_moderation_rule", guild_id, record["id"])
        show(scene)

    def flag_words(self, rule: discord.AutoModRule | Id, words: Iterable[str]) -> None:
        """Say which ``words`` Discord's own lists hold for a ``rule`` of presets or of spam, in place of those before.

        Words may have wildcards, as keywords have them: ``"*free nitro*"``.

        Raises `SetupError` for a rule that is not here, or that looks nothing up in a list.
        """
        scene = stage(self._scene)
        _, record = _find(scene, rule)
        flag_words(scene, f"flag_words({record['name']!r})", record, word_list(words))


def _find(scene: Scene, rule: Any) -> tuple[str, Record]:
    world = scene.backend.world
    return find_in_guilds(world, world.automod_rules, rule, "rule")

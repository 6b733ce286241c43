"""Changes to what a community shows to newcomers: its welcome screen and its onboarding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from discordtest.arrange.building import Arranging, channel_id_of, guild_id_of, perform, show, stage
from discordtest.control.changing import UNCHANGED

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id

__all__ = ["CommunityChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")


class CommunityChanges(Arranging):
    """What changes welcome screens and onboardings."""

    def update_welcome_screen(
        self,
        guild: discord.Guild | Id,
        *,
        description: str | None = UNCHANGED,
        welcome_channels: Iterable[discord.WelcomeChannel] = UNCHANGED,
        enabled: bool = UNCHANGED,
    ) -> discord.WelcomeScreen:
        """Change the welcome screen of a ``guild``, and return it; ``on_guild_update`` runs if ``enabled`` changes.

        The keywords are those of ``discord.Guild.edit_welcome_screen``. What is not passed changes nothing. Raises
        `SetupError` for a guild that is not here or has no ``COMMUNITY``, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        body = _said(description=description, enabled=enabled)
        if welcome_channels is not UNCHANGED:
            shown = _all_of("welcome_channels", welcome_channels, discord.WelcomeChannel)
            body["welcome_channels"] = [channel.to_dict() for channel in shown]
        made = perform(scene, "update_welcome_screen", "update_guild_welcome_screen", guild_id, body=body)
        return discord.WelcomeScreen(data=made, guild=show(scene).guild(guild_id))

    def update_onboarding(
        self,
        guild: discord.Guild | Id,
        *,
        prompts: Iterable[discord.OnboardingPrompt] = UNCHANGED,
        default_channels: Iterable[discord.abc.GuildChannel | Id] = UNCHANGED,
        enabled: bool = UNCHANGED,
        mode: discord.OnboardingMode = UNCHANGED,
    ) -> discord.Onboarding:
        """Change the onboarding of a ``guild``, and return it.

        The keywords are those of ``discord.Guild.edit_onboarding``. What is not passed changes nothing. Raises
        `SetupError` for a guild that is not here, and for what Discord does not allow: it is enabled in a ``COMMUNITY``
        with seven default channels, in five of which everybody may write.
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        body = _said(enabled=enabled)
        if mode is not UNCHANGED:
            body["mode"] = getattr(mode, "value", mode)
        if prompts is not UNCHANGED:
            asked = _all_of("prompts", prompts, discord.OnboardingPrompt)
            body["prompts"] = [prompt.to_dict(id=prompt.id or n) for n, prompt in enumerate(asked)]
        if default_channels is not UNCHANGED:
            body["default_channel_ids"] = [channel_id_of(scene, each, guild_id) for each in default_channels]
        made = perform(scene, "update_onboarding", "put_guilds_onboarding", guild_id, body=body)
        views = show(scene)
        return discord.Onboarding(data=made, guild=views.guild(guild_id), state=views.state)


def _all_of(name: str, things: Any, kind: type[T]) -> list[T]:
    """Return the things as a list; TypeError for what is not all of this kind."""
    found: list[Any] = list(things) if isinstance(things, Iterable) else [None]
    if not all(isinstance(each, kind) for each in found):
        raise TypeError(f"{name} takes a list of discord.{kind.__name__}, not {things!r}")
    return found


def _said(**fields: Any) -> Record:
    return {name: value for name, value in fields.items() if value is not UNCHANGED}

"""Assertions about application commands: what was synced, and what autocomplete suggests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from discord import app_commands

from discordtest.assertions.core import AssertCore
from discordtest.backend.resources import application_command_form as forms
from discordtest.backend.resources import interaction
from discordtest.errors import SetupError
from discordtest.interactions import timeline as timelines

if TYPE_CHECKING:
    from collections.abc import Iterator

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.interactions.result import InteractionResult
    from discordtest.tolerance import Close

    Choice: TypeAlias = app_commands.Choice[Any] | tuple[str, Any] | str | int | float | Close

__all__ = ["AssertCommands"]

__unittest = True


class AssertCommands(AssertCore):
    """The assertions about application commands."""

    def assertSynced(
        self, name: str, guild: discord.Guild | Id | None = None, *, msg: Any = None
    ) -> app_commands.AppCommand:
        """Fail unless Discord has such a command of the bot, for every guild or for ``guild`` alone; return it.

        ``name`` is what people type or pick: ``"ping"``, ``"tag set"``, ``"Report message"``.
        """
        self._at_rest()
        commands = self._synced(guild)
        for command in commands:
            if name.removeprefix("/") in _words(command):
                return app_commands.AppCommand(data=command, state=self.client._connection)  # type: ignore[arg-type]  # its payload
        return self._fail_state(f"{name!r} is not synced {self._scope(guild)}; {self._known()}", msg)

    def assertNotSynced(self, name: str, guild: discord.Guild | Id | None = None, *, msg: Any = None) -> None:
        """Fail if Discord has such a command of the bot, for every guild or for ``guild`` alone."""
        self._at_rest()
        if any(name.removeprefix("/") in _words(command) for command in self._synced(guild)):
            self._fail_state(f"{name!r} is synced {self._scope(guild)}", msg)

    def _synced(self, guild: discord.Guild | Id | None) -> list[Record]:
        guild_id = None if guild is None else self._claimed_guild(guild)
        return [command for command in self._all() if command.get("guild_id") == guild_id]

    def _all(self) -> list[Record]:
        application = self._claimed_application(self.client)
        return list(self._scene.backend.world.commands.get(application["id"], {}).values())

    def _scope(self, guild: discord.Guild | Id | None) -> str:
        if guild is None:
            return "for every guild"
        return f"for {self._guild_text(guild)!r}"

    def _known(self) -> str:
        guilds = self._scene.backend.world.guilds
        places = {
            "for every guild" if guild_id is None else f"for {guilds[guild_id]['name']!r}": guild_id
            for guild_id in dict.fromkeys(command.get("guild_id") for command in self._all())
        }
        texts = []
        for place, guild_id in places.items():
            names = [
                word for each in self._all() if each.get("guild_id") == guild_id for word in _words(each)
            ]
            texts.append(f"{place}: {', '.join(names)}")
        return "synced are " + "; ".join(texts) if texts else "nothing is synced: `await bot.tree.sync()`"

    # -- autocomplete

    def assertChoices(
        self,
        result: InteractionResult,
        choices: Iterable[Choice] | Mapping[str, Any],
        *,
        msg: Any = None,
    ) -> list[app_commands.Choice[Any]]:
        """Fail unless autocomplete suggests exactly these, in this order; return them.

        Each is a name, ``(name, value)`` or a ``Choice``; a mapping is from name to value.
        """
        self._at_rest()
        if result.record["type"] != interaction.AUTOCOMPLETE:
            raise SetupError(
                f"{result!r} is no autocomplete: pass what `await self.autocomplete(…)` returned"
            )
        offered = result.choices
        wanted = list(choices.items() if isinstance(choices, Mapping) else choices)
        if result.record["choices"] is None:
            text = "the bot suggested nothing at all: it did not answer the autocomplete"
            return self._fail(f"{text}\n{timelines.timeline(self._scene, result.record)}", msg)
        if len(wanted) != len(offered) or not all(map(_is_choice, wanted, offered)):
            shown = ", ".join(f"{choice.name!r} ({choice.value!r})" for choice in offered) or "none"
            claim = ", ".join(map(_claim, wanted)) or "none"
            text = f"the choices are {shown}, not {claim}"
            return self._fail(f"{text}\n{timelines.timeline(self._scene, result.record)}", msg)
        return offered


def _words(command: Record) -> Iterator[str]:
    """Yield all by which people call a command: its name, and the words of each subcommand."""
    kinds = forms.SUB_COMMAND, forms.SUB_COMMAND_GROUP
    inner = [option for option in command.get("options") or () if option["type"] in kinds]
    yield str(command["name"])
    for option in inner:
        yield from (f"{command['name']} {words}" for words in _words(option))


def _is_choice(wanted: Choice, offered: app_commands.Choice[Any]) -> bool:
    if isinstance(wanted, app_commands.Choice):
        wanted = (wanted.name, wanted.value)
    if isinstance(wanted, tuple):
        return wanted == (offered.name, offered.value)
    return wanted == (offered.name if isinstance(wanted, str) else offered.value)


def _claim(wanted: Choice) -> str:
    if isinstance(wanted, app_commands.Choice):
        wanted = (wanted.name, wanted.value)
    return f"{wanted[0]!r} ({wanted[1]!r})" if isinstance(wanted, tuple) else repr(wanted)

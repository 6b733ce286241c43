"""Finding a command as a person's client shows it: by its words, among those that this person may use here.

Whatever is not there to be picked is a mistake of the test, and the error says why it is not there.
Source: Discord's documentation, Application Commands ("Localization", "Locale fallbacks", "Permissions").
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands

from discordtest.backend.resources.application_command_access import command_owners, refusal
from discordtest.backend.resources.application_command_form import (
    CHAT_INPUT,
    MESSAGE,
    SUB_COMMAND,
    SUB_COMMAND_GROUP,
    USER_COMMAND,
)
from discordtest.checking import check_text
from discordtest.errors import SetupError
from discordtest.names import channel_name

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene

__all__ = ["Picked", "Picker", "localized", "shown_name"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}
_KINDS = {CHAT_INPUT: "slash command", USER_COMMAND: "user command", MESSAGE: "message command"}
#: kind -> how a person uses such a command
_USES = {
    CHAT_INPUT: "slash(who, channel, {!r})",
    USER_COMMAND: "context_menu(who, channel, {!r}, member)",
    MESSAGE: "context_menu(who, channel, {!r}, message)",
}
_GUILD_COMMANDS = re.compile(r"/applications/\d+/guilds/\d+/commands")
_LISTED = 12


class Picked(NamedTuple):
    """A command that a person has picked: its record, the subcommand group and subcommand, and its options."""

    command: Record
    path: tuple[Record, ...]
    words: str

    @property
    def options(self) -> list[Record]:
        """The options that what was picked has."""
        holder = self.path[-1] if self.path else self.command
        return list(holder.get("options") or ())


class Picker:
    """What the client of one person offers in one channel."""

    def __init__(self, scene: Scene, user_id: str, channel: Record) -> None:
        self.scene = scene
        self.world: World = scene.backend.world
        self.user_id = user_id
        self.channel = channel
        self.locale: str = self.world.user_settings[user_id]["locale"]
        self._owners: dict[str, Record] = {}  # command id -> by whose installations it can be used here

    # -- picking

    def slash(self, words: str) -> Picked:
        """Find a slash command by what is typed: ``"tag set"``."""
        if isinstance(named := getattr(words, "qualified_name", None), str):
            raise TypeError(f"slash: the command is what people type, {named!r}, not an object of discord.py")
        check_text("slash: the command", words)
        typed = words.strip().removeprefix("/").split()
        if not typed:
            raise SetupError("slash takes the words of a command, such as 'tag set'")
        command = self._command(CHAT_INPUT, typed[0], " ".join(typed))
        return Picked(command, tuple(self._path(command, typed)), " ".join(typed))

    def context_menu(self, kind: int, name: str) -> Picked:
        """Find a command of a context menu by its name."""
        return Picked(self._command(kind, name), (), name)

    def owners(self, picked: Picked) -> Record:
        """Return by whose installations the person uses the command."""
        return self._owners[picked.command["id"]]

    def _command(self, kind: int, name: str, words: str = "") -> Record:
        named = [command for command in self._all(kind) if self.is_called(command, name)]
        reasons = [self._refusal(command) for command in named]
        offered = [command for command, reason in zip(named, reasons, strict=True) if reason is None]
        if not offered:
            raise SetupError(self._not_offered(kind, name, words or name, reasons))
        offered = self._preferred(offered)
        if len(offered) > 1:
            names = ", ".join(self.world.applications[one["application_id"]]["name"] for one in offered)
            raise SetupError(f"several applications offer {_said(kind, name)} here: {names}")
        return offered[0]

    def _refusal(self, command: Record) -> str | None:
        owners = command_owners(self.world, command, self.channel, self.user_id)
        self._owners[command["id"]] = owners
        return refusal(self.world, command, self.channel, self.user_id, owners)

    def _preferred(self, offered: list[Record]) -> list[Record]:
        """Return those of the test's own client, if there are; of two of one application that of the guild."""
        if len(offered) == 1:
            return offered
        first = next(iter(self.scene.clients.values()), {"id": ""})["id"]
        own = [command for command in offered if command["application_id"] == first] or offered
        found: dict[str, Record] = {}
        for command in own:
            application_id = command["application_id"]
            if application_id not in found or "guild_id" in command:
                found[application_id] = command
        return list(found.values())

    def _all(self, kind: int) -> Iterator[Record]:
        for table in self.world.commands.values():
            for command in table.values():
                if command["type"] == kind:
                    yield command

    def _path(self, command: Record, typed: list[str]) -> Iterator[Record]:
        """Yield the subcommand group and the subcommand that the words name."""
        holder = command
        for number, word in enumerate(typed[1:], start=1):
            inner = _subcommands(holder)
            step = next((option for option in inner if self.is_called(option, word)), None)
            if step is None:
                before = " ".join(typed[:number])
                raise SetupError(f"/{before} has no subcommand {word!r}; {_list(inner, 'it has')}")
            yield step
            holder = step
        inner = _subcommands(holder)
        if inner:
            raise SetupError(f"/{' '.join(typed)} can't be used alone; {_list(inner, 'its subcommands')}")
        if holder is not command and holder["type"] == SUB_COMMAND_GROUP:
            raise SetupError(
                f"/{' '.join(typed)} is an empty group: no client shows it until it has a subcommand"
            )

    # -- names

    def is_called(self, thing: Record, name: str) -> bool:
        """Tell whether a command or an option has this name, as such or as the person sees it."""
        return bool(name == thing["name"]) or name == shown_name(thing, self.locale)

    def both_names(self, thing: Record) -> str:
        """Return what the person sees and, where that is otherwise, its name: ``wer (who)``."""
        shown = shown_name(thing, self.locale)
        return shown if shown == thing["name"] else f"{shown} ({thing['name']})"

    # -- why not

    def _not_offered(self, kind: int, name: str, words: str, reasons: list[str | None]) -> str:
        who = self.world.users[self.user_id]["username"]
        where = channel_name(self.world, self.channel["id"])
        said = f"{_said(kind, name)} is not offered to {who} in {where}"
        known = [reason for reason in reasons if reason is not None]
        if known:
            return f"{said}: {'; '.join(dict.fromkeys(known))}"
        return f"{said}: {self._unsynced(kind, name, words)}"

    def _unsynced(self, kind: int, name: str, words: str) -> str:
        for client in self.scene.clients:
            if places := _guilds_in_tree(client, kind, name):
                return self._why_unsynced(places)
            if kind == CHAT_INPUT and isinstance(client, commands.Bot) and name in client.all_commands:
                prefix = client.command_prefix if isinstance(client.command_prefix, str) else "!"
                return (
                    f"the bot has it as a prefix command: `await self.send(who, channel, {prefix + name!r})`"
                )
        return self._what_there_is(kind, name, words)

    def _why_unsynced(self, places: set[int | None]) -> str:
        """Return why a command is not there that the tree has for these guilds (their ids; None is all)."""
        if None in places:
            of_guilds = any(
                entry.method == "PUT" and _GUILD_COMMANDS.fullmatch(entry.path)
                for entry in self.scene.backend.journal.exchanges()
            )
            more = "; sync(guild=…) leaves it out, unless bot.tree.copy_global_to(guild=…) came first"
            return (
                "the bot's command tree has it, but it was never synced: `await bot.tree.sync()` in setup_hook, "
                f"or in the test{more if of_guilds else ''}"
            )
        guild_id = int(self.channel.get("guild_id") or 0)
        if guild_id in places:
            return (
                "the bot's command tree has it for this guild, but that was never synced: "
                "`await bot.tree.sync(guild=…)` with the guild"
            )
        known = [self.world.guilds.get(str(place)) for place in sorted(filter(None, places))]
        names = ", ".join(repr(guild["name"]) for guild in known if guild is not None)
        if names:
            return f"the bot's command tree has it for the guild {names} alone"
        lost = min(filter(None, places))
        return (
            f"the bot's command tree has it for the guild {lost} alone, which is not in this Discord. "
            f'In make_world: self.make_guild("…", id_num={lost}); then `await bot.tree.sync(guild=…)` with it'
        )

    def _what_there_is(self, kind: int, name: str, words: str) -> str:
        for other, use in _USES.items():
            if any(command["name"] == words for command in self._all(other)):
                return f"{words!r} is a {_KINDS[other]}: `await self.{use.format(words)}`"
        synced = list(self._all(kind))
        if not synced:
            return (
                f"no application has a {_KINDS[kind]} at all; a command is there once the bot has synced it"
            )
        offered = [each for command in synced for each in _words(command)]
        near = difflib.get_close_matches(name.replace("_", " "), offered, 1)
        question = f" (is {near[0]!r} meant?)" if near else ""
        return f"no application has such a {_KINDS[kind]}{question}; {_listed(offered, 'there are')}"


def _subcommands(holder: Record) -> list[Record]:
    options = holder.get("options")
    if not options:
        return []
    return [option for option in options if option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP)]


def _said(kind: int, name: str) -> str:
    return f"/{name}" if kind == CHAT_INPUT else f"the {_KINDS[kind]} {name!r}"


def _words(command: Record) -> Iterator[str]:
    """Yield what can be typed for a command: its name, or that of each of its subcommands with all before it."""
    inner = _subcommands(command)
    for option in inner:
        if option["type"] == SUB_COMMAND or option.get("options"):  # an empty group is not shown
            yield from (f"{command['name']} {words}" for words in _words(option))
    if not inner:
        yield command["name"]


def _list(things: Iterable[Record], words: str) -> str:
    return _listed([thing["name"] for thing in things], words)


def _listed(names: list[str], words: str) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{words}: {', '.join(names[:_LISTED])}{more}" if names else f"{words} none"


def _guilds_in_tree(client: discord.Client, kind: int, name: str) -> set[int | None]:
    """Return the ids of the guilds for which the client's command tree has such a command; None is all of them."""
    tree = getattr(client, "tree", None)
    if not isinstance(tree, app_commands.CommandTree):
        return set()
    menu = discord.AppCommandType(kind)
    ids: set[int | None] = {None, *tree._guild_commands, *(key[1] for key in tree._context_menus)}
    places = {guild_id: None if guild_id is None else discord.Object(guild_id) for guild_id in ids}
    return {guild_id for guild_id, guild in places.items() if tree.get_command(name, guild=guild, type=menu)}


def localized(texts: Record | None, locale: str) -> str | None:
    """Return the text for a locale, or for the one that stands in for it."""
    if not texts:
        return None
    return texts.get(locale) or texts.get(_FALLBACKS.get(locale, ""))


def shown_name(thing: Record, locale: str) -> str:
    """Return a command's, an option's or a choice's name as somebody with this locale sees it."""
    return localized(thing.get("name_localizations"), locale) or str(thing["name"])

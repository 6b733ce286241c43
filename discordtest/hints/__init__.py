"""Why a bot may have done nothing, in the words of the person who has to mend it.

Each hint is a guess that the facts support: it reads the world, the journal and the client's settings, and says
what it has seen. A failure without a hint is better than one with a wrong one.
"""

from __future__ import annotations

import difflib
import json
import math
import traceback
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest.backend.intents import ALWAYS, EVENTS, PRIVILEGED
from discordtest.backend.journal import Dispatch, Exchange, Sent
from discordtest.backend.permissions import visible
from discordtest.backend.resources.application import approved_intents
from discordtest.bot_errors import after_close, exits
from discordtest.clock import in_vain
from discordtest.hints import idle, missing, neighbours, none_errors, untold
from discordtest.names import channel_name, named_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.backend.world import Record
    from discordtest.bot_errors.unhandled import Unhandled
    from discordtest.errors import Deadlock
    from discordtest.scene import Scene

__all__ = [
    "refused",
    "unhandled_text",
    "unheard",
    "why_failed",
    "why_in_vain",
    "why_silent",
]

_NO_CONTENT = "The bot gets messages without their content: its intents lack message_content"
_SWALLOWED = "The bot's own on_message never calls process_commands, so no command runs"
_MARKS = "!?.,;:-+$%&/>~#*="  # that prefixes are made of
#: What discord.py calls the events that bots most often miss an intent for.
_LISTENERS = {
    "GUILD_MEMBER_ADD": ("member_join",),
    "GUILD_MEMBER_UPDATE": ("member_update",),
    "GUILD_MEMBER_REMOVE": ("member_remove", "raw_member_remove"),
    "GUILD_BAN_ADD": ("member_ban",),
    "GUILD_BAN_REMOVE": ("member_unban",),
    "PRESENCE_UPDATE": ("presence_update", "raw_presence_update"),
    "VOICE_STATE_UPDATE": ("voice_state_update",),
    "INVITE_CREATE": ("invite_create",),
    "INVITE_DELETE": ("invite_delete",),
    "MESSAGE_UPDATE": ("message_edit", "raw_message_edit"),
    "MESSAGE_DELETE": ("message_delete", "raw_message_delete"),
    "MESSAGE_DELETE_BULK": ("bulk_message_delete", "raw_bulk_message_delete"),
    "GUILD_AUDIT_LOG_ENTRY_CREATE": ("audit_log_entry_create",),
    "GUILD_EMOJIS_UPDATE": ("guild_emojis_update",),
    "GUILD_STICKERS_UPDATE": ("guild_stickers_update",),
    "WEBHOOKS_UPDATE": ("webhooks_update",),
    "MESSAGE_REACTION_ADD": ("reaction_add", "raw_reaction_add"),
    "MESSAGE_REACTION_REMOVE": ("reaction_remove", "raw_reaction_remove"),
    "MESSAGE_POLL_VOTE_ADD": ("poll_vote_add", "raw_poll_vote_add"),
    "MESSAGE_POLL_VOTE_REMOVE": ("poll_vote_remove", "raw_poll_vote_remove"),
    "TYPING_START": ("typing", "raw_typing"),
    "AUTO_MODERATION_ACTION_EXECUTION": ("automod_action",),
    "GUILD_SCHEDULED_EVENT_CREATE": ("scheduled_event_create",),
    "GUILD_SCHEDULED_EVENT_UPDATE": ("scheduled_event_update",),
    "GUILD_SCHEDULED_EVENT_DELETE": ("scheduled_event_delete",),
    "GUILD_SCHEDULED_EVENT_USER_ADD": ("scheduled_event_user_add",),
    "GUILD_SCHEDULED_EVENT_USER_REMOVE": ("scheduled_event_user_remove",),
}


def unhandled_text(scene: Scene, errors: list[Unhandled]) -> str:
    """Return the text for errors that the bot did not handle."""
    lines = [f"the bot raised {errors[0]}, and nothing handled it", *why_failed(scene, errors[0].cause)]
    if isinstance(errors[0].error, commands.CommandNotFound):
        name = str(errors[0].error).split('"')[1]
        lines += [
            _commands_text(client, name) for client in scene.clients if isinstance(client, commands.Bot)
        ]
    lines.append(f"If the test means it to: `with self.assertBotRaises({type(errors[0].cause).__name__}):`")
    lines += [f"It also raised {error}" for error in errors[1:]]
    return "\n".join(lines)


def _rounded_up(seconds: float) -> str:
    """Return seconds to the millisecond that is not too early."""
    return f"{math.ceil(round(seconds * 1000, 3)) / 1000:.15g}"


def why_failed(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield why an error that ended the bot, or a part of it, may have come."""
    yield from _why_refused(scene, error)
    yield from none_errors.why_none(scene, error)
    yield from neighbours.why_not_of_this_test(error)
    if (closed := after_close.hint(error)) is not None:
        yield closed
    if isinstance(error, SystemExit):
        yield f"{exits.who_called(error)}: in life the process of the bot ends there"
    if isinstance(error, discord.InteractionResponded):
        yield (
            "An interaction has one first answer: `interaction.followup.send(…)` sends more, "
            "`interaction.edit_original_response(…)` changes it"
        )
    if isinstance(error, commands.MissingPermissions | app_commands.MissingPermissions):
        names = "=True, ".join(error.missing_permissions)
        yield f"A role gives that: self.make_role(…, permissions=discord.Permissions({names}=True))"
    if isinstance(error, commands.BotMissingPermissions | app_commands.BotMissingPermissions):
        names = ", ".join(error.missing_permissions)
        yield f"bot_permissions of the test case is what its role has; a role or an overwrite may give the bot {names}"
    if isinstance(error, commands.CommandOnCooldown):
        yield f"`await self.advance({_rounded_up(error.retry_after)})` lets it pass"
    # those still hold when the last of their time is over
    if isinstance(error, app_commands.CommandOnCooldown):
        yield f"`await self.advance({_rounded_up(error.retry_after + 0.001)})` lets it pass"
    if isinstance(error, RuntimeError) and "library needed in order to use voice" in str(error):
        yield "pip install discord.py[voice]: its voice client runs as in life"
    if isinstance(error, AttributeError) and isinstance(error.obj, discord.Object) and _suggests(error):
        yield (
            "While somebody types, Discord sends the ids of users, roles and channels alone: interaction.namespace has "
            "discord.Object for them"
        )
    if isinstance(error, discord.PrivilegedIntentsRequired):
        for client, application in scene.clients.items():
            missing = client.intents.value & PRIVILEGED & ~approved_intents(application)
            flags = ", ".join(flag for flag, bits in discord.Intents.VALID_FLAGS.items() if bits & missing)
            yield f"approved_intents of the test case stands for that page; it lacks {flags}"


def _suggests(error: BaseException) -> bool:
    """Tell whether an error comes out of autocomplete."""
    names = (frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__))
    return "_invoke_autocomplete" in names


def refused(scene: Scene) -> list[Exchange]:
    """Return the requests of the last act that Discord refused."""
    return [entry for entry in scene.backend.journal.exchanges(scene.act_start) if entry.status >= 400]


def _why_refused(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield what Discord refused with this error, and why."""
    if not isinstance(error, discord.HTTPException):
        return
    for entry in reversed(scene.backend.journal.exchanges()):
        if entry.status == error.status and (entry.result or {}).get("code", 0) == error.code:
            why = f": {entry.why}" if entry.why else ""
            yield f"Discord refused {entry.method} {named_path(scene.backend.world, entry.path)}{why}"
            yield from missing.what_is_missing(scene, entry)
            return


def why_silent(scene: Scene, client: discord.Client) -> Iterator[str]:
    """Yield why the client may not have answered what people sent in the last act."""
    if client in scene.former:
        yield f"The application of {type(client).__name__} was deleted"
        return
    if client not in scene.lives:
        yield f"{type(client).__name__} does not run: await self.connect(self.client)"
        return
    for entry in scene.backend.journal[scene.act_start :]:
        if isinstance(entry, Sent) and not entry.wire:
            yield from _why_deaf(scene, client, entry.message)
        elif (
            isinstance(entry, Dispatch)
            and entry.name == "MESSAGE_UPDATE"
            and _listens(client, "message_edit")
        ):
            edited = json.loads(entry.text)
            bot_id = scene.clients[client]["bot"]["id"]
            if edited["author"]["id"] != bot_id and _hides_content(client, edited, entry.guild_id, bot_id):
                yield _NO_CONTENT
    yield from unheard(scene, client)
    yield from idle.misspelt_events(client)
    yield from idle.unmarked_listeners(client)
    if scene.was_advanced:
        yield from idle.unstarted_loops(client)
    for error in scene.watch.held():
        yield f"The bot raised {error}; it holds that task, and has not looked at its error so far"


def unheard(scene: Scene, client: discord.Client) -> Iterator[str]:
    """Yield the events of the last act that the client listens to, and does not get for want of an intent."""
    for entry in dict.fromkeys(
        (entry.name, entry.guild_id is None)
        for entry in scene.backend.journal[scene.act_start :]
        if isinstance(entry, Dispatch)
    ):
        name, is_direct = entry
        needed = EVENTS.get(name, ALWAYS)[is_direct]
        heard = [f"has on_{each}" for each in _LISTENERS.get(name, ()) if _listens(client, each)]
        heard += [f"waits for {each!r}" for each in _LISTENERS.get(name, ()) if each in client._listeners]
        if heard and name in ("GUILD_BAN_ADD", "GUILD_BAN_REMOVE") and not untold.reads_bans(scene, client):
            yield f"The bot {heard[0]}, but gets no {name}: it lacks the permission ban_members, or view_audit_log"
        elif heard and needed and not needed & client.intents.value:
            flags = (flag for flag, bits in discord.Intents.VALID_FLAGS.items() if bits & needed == bits)
            yield f"The bot {heard[0]}, but gets no {name}: its intents lack {next(flags)}"
    if _listens(client, "audit_log_entry_create"):
        yield from untold.unread_log(scene, client)


def why_in_vain(scene: Scene, error: Deadlock | TimeoutError) -> Iterator[str]:
    """Yield why what the test waited for may not have come, and what to write instead."""
    for client in scene.lives:
        yield from idle.misspelt_waits(client)
        yield from unheard(scene, client)
    if (cure := in_vain.cure(error)) is not None:
        yield cure


def _listens(client: discord.Client, event: str) -> bool:
    return hasattr(client, f"on_{event}") or f"on_{event}" in getattr(client, "extra_events", ())


def _why_deaf(scene: Scene, client: discord.Client, message: Record) -> Iterator[str]:
    world = scene.backend.world
    bot_id = scene.clients[client]["bot"]["id"]
    channel = world.channels.get(message["channel_id"])
    if channel is None:
        return
    guild_id = channel.get("guild_id")
    flag = "dm_messages" if guild_id is None else "guild_messages"
    if guild_id is not None and bot_id not in world.members[guild_id]:
        yield f"The bot is no member of the guild {world.guilds[guild_id]['name']!r}"
    elif not visible(world, channel, bot_id):
        yield f"The bot cannot see {channel_name(world, channel['id'])}"
    elif not getattr(client.intents, flag):
        yield f"The bot hears of no such message: its intents lack {flag}"
    elif _is_slash_command(client, message["content"]):
        words = message["content"].removeprefix("/")
        yield f"'/{words}' was sent as a message: `await self.slash(who, channel, {words!r})` uses the command"
    else:
        hidden = _hides_content(client, message, guild_id, bot_id)
        why = [*_why_no_command(client, message, hidden)] if isinstance(client, commands.Bot) else []
        yield from why
        if hidden and not why and _reads_messages(client):
            yield _NO_CONTENT


def _reads_messages(client: discord.Client) -> bool:
    """Tell whether the bot looks at messages itself, besides what runs its commands."""
    own = getattr(client, "on_message", None)
    is_own = own is not None and getattr(own, "__func__", own) is not commands.Bot.on_message
    return is_own or "on_message" in getattr(client, "extra_events", ())


def _is_slash_command(client: discord.Client, text: str) -> bool:
    """Tell whether a message is what people type for a slash command of the client."""
    tree, words = getattr(client, "tree", None), text.removeprefix("/").split()
    if not (text.startswith("/") and words and isinstance(tree, discord.app_commands.CommandTree)):
        return False
    return tree.get_command(words[0]) is not None


def _hides_content(client: discord.Client, message: Record, guild_id: str | None, bot_id: str) -> bool:
    """Tell whether the bot gets the message without its content."""
    is_mentioned = any(user["id"] == bot_id for user in message["mentions"])
    return not (client.intents.message_content or guild_id is None or is_mentioned)


def _why_no_command(client: commands.Bot, message: Record, hidden: bool) -> Iterator[str]:
    if not client.all_commands.keys() - {"help"}:
        return
    text: str = message["content"]
    prefixes = _prefixes(client)
    if prefixes is None:
        yield from _why_no_command_of_any(client, text, hidden)
        return
    prefix = next((each for each in sorted(prefixes, key=len, reverse=True) if text.startswith(each)), None)
    if prefix is None:
        first = text.lstrip(_MARKS).split(maxsplit=1)[:1]
        if first and first[0] in client.all_commands:
            yield f"{text!r} does not begin with the bot's prefix, {' or '.join(map(repr, prefixes))}"
        return
    words = text[len(prefix) :].split(maxsplit=1)
    if hidden:
        yield f"{_NO_CONTENT}, so it sees no command"
    elif words and words[0] not in client.all_commands:
        yield _commands_text(client, words[0])
    elif message["author"].get("bot"):
        yield "A bot sent the message: commands are not run for bots"
    elif _is_swallowed(client):
        yield _SWALLOWED


def _prefixes(client: commands.Bot) -> list[str] | None:
    """Return the prefixes of a client; None where a function of its own decides."""
    prefixes: Any = client.command_prefix
    code, inner = getattr(prefixes, "__code__", None), commands.when_mentioned_or().__code__
    if code is inner:
        (cell,) = prefixes.__closure__
        prefixes = cell.cell_contents
    elif callable(prefixes):
        return None
    return [prefixes] if isinstance(prefixes, str) else [*prefixes]


def _why_no_command_of_any(client: commands.Bot, text: str, hidden: bool) -> Iterator[str]:
    """Yield why no command ran where nobody but the bot knows its prefix: what is sure without it."""
    words = text.lstrip(_MARKS).split(maxsplit=1)
    if hidden:
        yield f"{_NO_CONTENT}, so it sees no command"
    elif _is_swallowed(client):
        yield _SWALLOWED
    elif (
        words
        and words[0] not in client.all_commands
        and text[:1] in _MARKS
        and difflib.get_close_matches(words[0], list(client.all_commands), n=1)
    ):
        yield _commands_text(client, words[0])


def _is_swallowed(client: commands.Bot) -> bool:
    handler = getattr(client.on_message, "__func__", client.on_message)
    code = getattr(handler, "__code__", None)
    return (
        handler is not commands.Bot.on_message
        and code is not None
        and not {"process_commands", "invoke", "on_message"} & {*code.co_names}
    )


def _commands_text(client: commands.Bot, typed: str) -> str:
    names = sorted(command.qualified_name for command in client.commands)
    near = difflib.get_close_matches(typed, list(client.all_commands), n=1)
    question = f"; is {near[0]!r} meant?" if near else "."
    return f"The bot has no command {typed!r}{question} Its commands: {', '.join(names) or 'none'}"

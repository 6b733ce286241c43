"""What a suite calls: a client is configured, people write to it and do things to it, and its messages are queued.

Everything here is in `discordtest.dpytest` too. People's acts are the narrator's: nobody is asked whether they may.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

import discord

from discordtest.arrange import Builder
from discordtest.arrange.building import perform, show, stage
from discordtest.dpytest import backend as back
from discordtest.dpytest import callbacks, configured
from discordtest.dpytest.factories import dict_from_overwrite, discriminator
from discordtest.dpytest.guilds import bind_the_bot
from discordtest.dpytest.utils import PeekableQueue
from discordtest.given import emoji_key, id_of

if TYPE_CHECKING:
    from pathlib import Path

    from discord.ext import commands

    from discordtest.given import Emoji

__all__ = [
    "RunnerConfig",
    "add_reaction",
    "add_role",
    "back",
    "callbacks",
    "configure",
    "empty_queue",
    "error_queue",
    "finish_on_command_error",
    "get_config",
    "get_embed",
    "get_message",
    "member_join",
    "message",
    "remove_reaction",
    "remove_role",
    "require_config",
    "run_all_events",
    "sent_queue",
    "set_permission_overrides",
]

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("discordtest.dpytest")


class RunnerConfig(NamedTuple):
    """What ``configure`` made: objects of the client's own cache."""

    client: discord.Client
    guilds: list[discord.Guild]
    channels: list[discord.abc.GuildChannel]
    """Of each guild the text channels, then the voice channels."""
    members: list[discord.Member]
    """Of each guild, without the bot."""


#: The messages that the bot sent and nobody has looked at, oldest first, each as it was when it was sent.
sent_queue: PeekableQueue[discord.Message] = PeekableQueue()
#: The errors of commands that ``message`` has not raised so far, each with its context.
error_queue: PeekableQueue[tuple[commands.Context[Any], commands.CommandError]] = PeekableQueue()

_config: RunnerConfig | None = None
_loop: weakref.ref[asyncio.AbstractEventLoop] | None = None  # on which a client was configured last


def require_config(func: Callable[P, T]) -> Callable[P, T]:
    """Refuse calls of a function before ``configure``, with a ``RuntimeError``."""

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        _configured(func.__name__)
        return func(*args, **kwargs)

    return wrapper


def _configured(name: str) -> RunnerConfig:
    if _config is None:
        raise RuntimeError(
            f"{name} needs a client: call configure(client) first, in the test or in a fixture of it"
        )
    return _config


def get_config() -> RunnerConfig:
    """Return what is configured; None before ``configure``."""
    return _config  # type: ignore[return-value]  # whoever asks has configured, or looks for None


# -- the beginning


def configure(
    client: discord.Client,
    guilds: int | Sequence[str] = 1,
    text_channels: int | Sequence[str] = 1,
    voice_channels: int | Sequence[str] = 1,
    members: int | Sequence[str] = 1,
) -> None:
    """Start a client on a new Discord of its own, with guilds that are alike.

    Each of the numbers may be a list of names. The client is really logged in and ready when this returns, but
    neither its ``setup_hook`` nor a listener was called. It is the owner of each guild and its last member.

    The queues are emptied of what bots of earlier tests have left there.

    Call it where the event loop of the test runs: in the test, or in an ``async`` fixture.

    :raises TypeError: ``client`` is no client, or something is neither a number nor a list of names
    :raises ValueError: a number is below 0
    :raises RuntimeError: no event loop runs
    """
    global _config

    if not isinstance(client, discord.Client):
        raise TypeError(f"configure takes a discord.Client, not {client!r}")
    if asyncio._get_running_loop() is None:
        raise RuntimeError(
            "configure was called where no event loop runs: write `async def` for the fixture that calls it, with "
            "@pytest_asyncio.fixture, or call it in the test"
        )
    _forget_other_loops()
    callbacks.set_callback(_queue_message, "send_message")
    made = configured.begin(client, guilds, text_channels, voice_channels, members)
    _queue_errors(client)
    _config = RunnerConfig(client, *made)


def _forget_other_loops() -> None:
    """Empty the queues of what bots of other loops, hence of other tests, have left in them."""
    global _loop

    loop = asyncio.get_running_loop()
    if _loop is None or _loop() is not loop:
        _loop = weakref.ref(loop)
        _empty()


async def _queue_message(message: discord.Message) -> None:
    sent_queue.put_nowait(message)


def _queue_errors(client: Any) -> None:  # Any: a plain client has no commands, hence no errors of them
    """Put the errors of commands into ``error_queue``, after the client's own handler had them."""
    handler = getattr(client, "on_command_error", None)
    handler = getattr(handler, "__old__", handler)

    async def on_command_error(context: Any, error: Any) -> None:
        try:
            if handler is not None:
                await handler(context, error)
        finally:
            error_queue.put_nowait((context, error))

    on_command_error.__old__ = handler  # type: ignore[attr-defined]
    client.on_command_error = on_command_error


# -- what the bot sent


def get_message(peek: bool = False) -> discord.Message:
    """Take the oldest message of the bot out of the queue; with ``peek`` look at the newest and leave it there.

    :raises asyncio.QueueEmpty: there is none
    """
    return sent_queue.peek() if peek else sent_queue.get_nowait()


def get_embed(peek: bool = False) -> discord.Embed:
    """Return the first embed of the message that ``get_message`` returns.

    :raises asyncio.QueueEmpty: there is no message
    :raises IndexError: it has no embed
    """
    return get_message(peek).embeds[0]


async def empty_queue() -> None:
    """Let the bot finish, then forget its messages and errors. Works before ``configure`` too."""
    await run_all_events()
    _empty()


def _empty() -> None:
    for queue in (sent_queue, error_queue):
        while not queue.empty():
            queue.get_nowait()


async def run_all_events() -> None:
    """Wait until every listener and command of the bot has ended; what it waits for takes no real time.

    One that waits for what only the test can do, such as ``wait_for`` without a timeout, is left waiting.
    """
    if not await configured.finish(_events):
        await _wait_for(_events())


async def finish_on_command_error() -> None:
    """Wait until the listeners and commands that run now have ended."""
    running = _events()
    if not await configured.finish(lambda: {task for task in running if not task.done()}):
        await _wait_for(running)


def _events() -> set[asyncio.Task[Any]]:
    """Return the tasks in which listeners of clients run on this loop."""
    return {
        task
        for task in asyncio.all_tasks()
        if getattr(task.get_coro(), "__name__", None) == "_run_event" and task is not asyncio.current_task()
    }


async def _wait_for(tasks: set[asyncio.Task[Any]]) -> None:
    if tasks:
        await asyncio.wait(tasks)


# -- what people do


@require_config
async def message(
    content: str,
    channel: discord.abc.MessageableChannel | int = 0,
    member: discord.abc.User | int = 0,
    attachments: Sequence[str | Path] | None = None,
) -> discord.Message:
    """Write a message as a member, and let the bot do what it does then.

    ``channel`` and ``member`` are numbers of those in ``get_config()``, or objects; ``attachments`` are paths of
    files, which are uploaded. The error of a command is raised here, as the bot's handler got it.
    """
    config = _configured("message")
    channel = _of(config.channels, channel, "channel")
    author = _of(config.members, member, "member")
    with configured.act() as scene:
        sent = Builder(scene).make_message(content, author, channel, files=attachments or ())
        await run_all_events()
    if not error_queue.empty():
        raise error_queue.get_nowait()[1]
    return sent


@require_config
async def set_permission_overrides(
    target: discord.abc.User | discord.Role | int,
    channel: discord.abc.GuildChannel | int,
    overrides: discord.PermissionOverwrite | None = None,
    **kwargs: bool | None,
) -> None:
    """Set a channel's overwrite for a member or a role; None, and no keyword, removes it.

    The first of a guild that the bot owns makes the bot an ordinary member there, with a role that allows all but
    Administrator: no overwrite binds an owner.

    :raises ValueError: there are both ``overrides`` and keywords
    :raises TypeError: the channel is no channel of a guild, or the target neither a user nor a role
    """
    config = _configured("set_permission_overrides")
    if kwargs and overrides:
        raise ValueError("set_permission_overrides takes a PermissionOverwrite or keywords, not both")
    if kwargs:
        overrides = discord.PermissionOverwrite(**kwargs)
    target = _of(config.members, target, "member")
    channel = _of(config.channels, channel, "channel")
    if not isinstance(channel, discord.abc.GuildChannel):
        raise TypeError(f"only channels of a guild have overwrites, not {channel!r}")
    if not isinstance(target, (discord.abc.User, discord.Role)):
        raise TypeError(f"an overwrite is for a member or a role, not for {target!r}")
    bind_the_bot(configured.scene(), config.client, str(channel.guild.id))
    if overrides is not None:
        body = dict_from_overwrite(target, overrides)
        del body["id"]
        await _act("set_channel_permission_overwrite", channel, target, body=body)
    elif any(known.id == target.id for known in channel.overwrites):
        await _act("delete_channel_permission_overwrite", channel, target)


@require_config
async def add_role(member: discord.Member | int, role: discord.Role) -> None:
    """Give a member a role.

    :raises TypeError: it is no role
    """
    await _change_roles("add_guild_member_role", member, role)


@require_config
async def remove_role(member: discord.Member | int, role: discord.Role) -> None:
    """Take a role from a member.

    :raises TypeError: it is no role
    """
    await _change_roles("delete_guild_member_role", member, role)


async def _change_roles(name: str, member: discord.Member | int, role: discord.Role) -> None:
    if not isinstance(role, discord.Role):
        raise TypeError(f"{role!r} is no discord.Role")
    member = _of(_configured(name).members, member, "member")
    await _act(name, role.guild, member, role)


@require_config
async def add_reaction(user: discord.abc.User, message: discord.Message, emoji: Emoji) -> None:
    """React to a message as a user, and let the bot do what it does then."""
    await _act("add_my_message_reaction", message.channel, message, emoji_key(emoji), author=id_of(user))


@require_config
async def remove_reaction(user: discord.abc.User, message: discord.Message, emoji: Emoji) -> None:
    """Take back a user's reaction, and let the bot do what it does then."""
    await _act("delete_my_message_reaction", message.channel, message, emoji_key(emoji), author=id_of(user))


@require_config
async def member_join(
    guild: discord.Guild | int = 0,
    user: discord.abc.User | None = None,
    *,
    name: str | None = None,
    discrim: str | int | None = None,
) -> discord.Member:
    """Let a user join a guild; without ``user`` a new one of this name and discriminator.

    :raises ValueError: there are a user and a name or discriminator
    """
    guild = _of(_configured("member_join").guilds, guild, "guild")
    if user is not None and (name is not None or discrim is not None):
        raise ValueError("member_join takes a user who is there, or the name and discriminator of a new one")
    if user is None:
        discrim = discriminator(1 if discrim is None else discrim)
        user = _builder().make_user(name or "TestUser", discrim)
    return _builder().make_member(user, guild)


def _builder() -> Builder:
    return Builder(configured.scene())


async def _act(name: str, *things: Any, **options: Any) -> None:
    """Run an operation as the test itself, on objects of discord.py (or parts of a path), and let the bot react."""
    path = [thing if isinstance(thing, str) else id_of(thing) for thing in things]
    with configured.act() as scene:
        perform(stage(scene), name, name, *path, **options)
        show(scene)
        await run_all_events()


def _of(known: Sequence[Any], thing: Any, what: str) -> Any:
    """Return what stands at a number of the configuration; an object is what it is."""
    if not isinstance(thing, int):
        return thing
    try:
        return known[thing]
    except IndexError:
        raise IndexError(f"there is no {what} {thing}: configure made {len(known)}") from None

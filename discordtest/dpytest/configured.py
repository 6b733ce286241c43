"""The Discord behind a configured client: where it begins, who is meant, and how a test waits for its bot.

A stage lends the loop that runs a virtual clock until that loop is closed. In a test of a ``DiscordTestCase`` the
client becomes that test's own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import discord
from discord.activity import create_activity

from discordtest import current, hints, stage, views
from discordtest.backend import cdn
from discordtest.clock.loop import VirtualLoop
from discordtest.dpytest import voice
from discordtest.dpytest.guilds import Made, Names, make_guilds, muted
from discordtest.dpytest.listening import Listener
from discordtest.errors import BackendError
from discordtest.lifecycle import forget_first_state
from discordtest.transports.network import host_is_discord

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["act", "activity_of_the_bot", "begin", "content_of", "finish", "scene", "view", "why_silent"]

log = logging.getLogger("discordtest.dpytest")

PATIENCE = 3600.0  # seconds of the clock in which a listener has to end

_listener: Listener | None = None


class _Foreign(Collection[str]):
    """Every host that is not Discord's."""

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and not host_is_discord(host)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Stage(stage.Stage):
    """A Discord as suites know it that were written for a client without a network.

    Foreign hosts are as they are, an error that nothing handles is printed, and a client is left with its cogs and
    extensions: the ``close()`` of a bot would unload them.
    """

    fail_on_unhandled = False

    def _open(self, loop: Any) -> None:
        super()._open(loop)
        self._scene.network.allowed_hosts = _Foreign()
        self._note = loop.get_exception_handler()
        loop.set_exception_handler(self._note_and_log)
        voice.be_the_default()

    def _note_and_log(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log what nobody handles, as asyncio does: here it is noted, and fails nothing."""
        self._note(loop, context)
        if isinstance(context.get("exception"), Exception):  # else it is logged already
            loop.default_exception_handler(context)

    async def _close(self) -> None:
        self._scene.has_failed = True  # so what the test has left running is no failure
        for error in self._scene.watch.held():
            log.error("the bot raised %s", error)
        for client in [*self._scene.lives]:
            await discord.Client.close(client)
        await super()._close()

    def _take_away(self) -> None:
        voice.be_the_default_no_more()
        super()._take_away()


def begin(
    client: discord.Client, guilds: Names, text_channels: Names, voice_channels: Names, members: Names
) -> Made:
    """Start a client on a new Discord with such guilds; the client's listeners hear nothing of it all."""
    global _listener

    case = current.find_case()
    with muted(client), _without_setup_hook(client):
        if case is None or isinstance(case, stage.Stage):
            if case is not None:
                case.end()
            case = _Stage()
            case.begin(client)
            forget_first_state(client)
        else:
            _join(case, client)
        _listener = Listener(case._scene, client)
        ids = make_guilds(case._scene, guilds, text_channels, voice_channels, members)
        case._scene.loop.run_nested(case._scene.settle())
    return ids.seen(view())


def _join(case: Any, client: discord.Client) -> None:
    """Make a client that of a test case, if it is not; Any: the inside of the case."""
    if client not in case._scene.lives:
        stage.configure(client)
    if _listener is not None and _listener.scene is case._scene:
        _listener.close()
    else:
        voice.be_the_default()
        case.addCleanup(voice.be_the_default_no_more)


@contextmanager
def _without_setup_hook(client: Any) -> Iterator[None]:
    """Keep a client from running its ``setup_hook``: who configures it has loaded its cogs."""

    async def setup_hook() -> None:
        """Do nothing."""

    client.setup_hook = setup_hook
    try:
        yield
    finally:
        del client.setup_hook


def is_on() -> bool:
    """Tell whether the Discord of the configured client is there still."""
    case = current.find_case()
    return _listener is not None and case is not None and case._scene is _listener.scene


def scene() -> Scene:
    """Return the scene of the configured client; `BackendError` where it is over."""
    if _listener is None or not is_on():
        raise BackendError(
            "the client was configured for an event loop that is closed: call configure(client) in this test, or in a "
            "fixture of the same loop scope"
        )
    if asyncio._get_running_loop() not in (None, _listener.scene.loop):
        raise BackendError(
            "the client was configured on another event loop than the one that runs now: give the fixture that calls "
            "configure(client) the loop scope of the test"
        )
    return _listener.scene


def view() -> views.Views:
    """Return the configured client's view of its world."""
    return views.views_of(scene(), _listener.client if _listener else None)


async def finish(pending: Callable[[], set[asyncio.Task[Any]]]) -> bool:
    """Let what can run, then time pass, until nothing is pending; False where the clock is not ours.

    What waits for no time at all, or for more than an hour, is left waiting.
    """
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        return False
    await loop.settle()
    end = loop.time() + PATIENCE
    while pending() and (timers := loop.pending()) and loop.time() + timers[0].seconds <= end:
        await loop.advance(timers[0].seconds)
    case = current.find_case()
    if case is not None:
        case._scene.check()
    return True


@contextmanager
def act() -> Iterator[Scene]:
    """Do something in the name of people: the last act is what the bot answers to, or does not."""
    here = scene()
    with here.act():
        yield here


# -- what verifications look at


def why_silent() -> list[str]:
    """Return what may have kept the bot from sending anything in the last act."""
    if not is_on():
        return []
    here, client = scene(), view().client
    return [*hints.why_silent(here, client), *(f"the bot raised {error}" for error in here.watch.errors[-1:])]


def content_of(attachment: discord.Attachment) -> bytes:
    """Return the content of a file on the CDN."""
    path = cdn.path_of(attachment.url)
    files = scene().backend.world.files
    if path not in files:
        raise BackendError(
            f"{attachment.filename!r} is of a Discord that is over: look at it before you configure anew"
        )
    return files[path][0]


def activity_of_the_bot() -> Any:
    """Return the activity that the bot shows, as its client has it, else as Discord has it. Any: of many classes."""
    seen = view()
    for guild in seen.client.guilds:
        if guild.me.activity is not None:
            return guild.me.activity
    shown = seen.world.presences.get(seen.bot_id, {}).get("activities") or [None]
    return create_activity(shown[0], seen.client._connection)

"""The life of a test: a Discord of its own, the bot that really starts on it, and what is left at the end.

``DiscordTestMixin`` holds it all for people with a base class of their own; ``DiscordTestCase`` is that on
``unittest.IsolatedAsyncioTestCase``.
"""

from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import discord
from discord.ext import commands

from discordtest import checking, code_names, control, foreign, lifecycle, scripts, worlds
from discordtest import transcript as transcripts
from discordtest.act import ActMixin
from discordtest.arrange import ArrangeMixin
from discordtest.assertions import AssertMixin, failures
from discordtest.errors import SetupError
from discordtest.running import Later
from discordtest.staging import Staging
from discordtest.verbs import awaited

if TYPE_CHECKING:
    from aiohttp import web

    from discordtest.clock import Clock
    from discordtest.scene import Scene

__all__ = ["DiscordTestCase", "DiscordTestMixin"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")
ClientT = TypeVar("ClientT", bound=discord.Client)


if TYPE_CHECKING:

    class _Client:
        """What lets a test case say ``client: MyBot``: of a plain attribute pyright takes no other type."""

        def __get__(self, case: object, owner: type) -> discord.Client: ...
        def __set__(self, case: object, client: discord.Client) -> None: ...

else:
    _Client = Later


class DiscordTestMixin(ArrangeMixin, ActMixin, AssertMixin, Staging):
    """What makes a test case of ``unittest.IsolatedAsyncioTestCase`` one with a Discord.

    >>> class MyTestCase(DiscordTestMixin, MyBase): ...
    """

    #: Start the client in ``asyncSetUp``. If False the test does, with ``await self.connect(self.client)``.
    auto_connect: bool = True
    #: What the bot may do in a guild that it finds or is added to.
    bot_permissions: discord.Permissions = discord.Permissions(
        discord.Permissions.all().value & ~discord.Permissions.administrator.flag
    )
    #: The intents that the developer portal allows.
    approved_intents: discord.Intents = discord.Intents(**dict.fromkeys(discord.Intents.VALID_FLAGS, True))
    #: How many shards ``GET /gateway/bot`` recommends.
    shards: int = 1
    #: Let clients send heartbeats as time passes, every 41.25 s; without, a day costs nothing.
    heartbeats: bool = False
    #: ``"memory"``, or ``"loopback"`` for real sockets on this machine; ``DISCORDTEST_TRANSPORT`` overrides.
    transport: Literal["memory", "loopback"] = "memory"
    #: The wall clock as the test starts (aware); None is now. ``DISCORDTEST_START_TIME`` overrides.
    start_time: datetime | None = None
    #: Foreign hosts that a test may really reach.
    allowed_hosts: Collection[str] = ()
    #: Fail a test in which an error of the bot reached discord.py's default hooks.
    fail_on_unhandled: bool = True
    #: Real seconds that ``settle`` waits for work outside the event loop.
    settle_timeout: float = 5.0

    #: The Discord of this test, for what no person and no bot does.
    #:
    #: :meta hide-value:
    backend: control.SceneBackend = Later()
    #: The time of this test.
    #:
    #: :meta hide-value:
    clock: Clock = Later()
    #: What has happened so far, as failures show it: ``print(self.transcript)``.
    #:
    #: :meta hide-value:
    transcript: transcripts.Transcript = Later()
    #: The client that `make_client` returned, a ``discord.Client``; a test case may say ``client: MyBot``.
    #:
    #: :meta hide-value:
    client = _Client()
    #: The token of its application.
    #:
    #: :meta hide-value:
    token: str = Later()
    _scene: Scene = Later()

    # -- hooks

    def make_client(self) -> discord.Client | Awaitable[discord.Client]:
        """Return the client to test, not started; may be async."""
        return commands.Bot("!", intents=discord.Intents.all())

    def make_world(self) -> object:
        """Arrange what the client finds at READY; may be async. Nothing that is made here fires an event."""

    async def start_client(self, client: discord.Client, token: str) -> None:
        """Start a client and stay until it ends."""
        await client.start(token)

    # -- what a test waits for

    @awaited
    async def settle(self) -> None:
        """Run everything that can run; the clock does not move."""
        self._scene.check()
        await self._scene.settle()

    @awaited
    async def advance(self, seconds: float | timedelta | datetime = 0, /, **parts: float) -> None:
        """Let time pass, from timer to timer: ``advance(90)``, ``advance(days=1, minutes=5)``, ``advance(moment)``.

        ``days=1`` are 24 hours, whatever the clocks of a zone do on that day; a moment is an aware datetime.
        """
        if isinstance(seconds, datetime):
            left = checking.seconds_until("advance", seconds, parts, self._scene.loop.now())
        else:
            left = checking.length_of("advance", seconds, parts)
        length = timedelta(seconds=left)
        scene = self._scene
        with scene.act(f"{length} pass", advances=True):
            await scene.loop.advance(length.total_seconds())
            scene.check()

    @awaited
    async def wait_until(self, predicate: Callable[[], T], timeout: float = 60) -> T:
        """Let time pass, from timer to timer, until the predicate is true; return what it said."""
        if inspect.iscoroutinefunction(predicate) or not callable(predicate):
            raise TypeError(f"wait_until takes a function that returns at once, not {predicate!r}")
        seconds = checking.seconds_of("wait_until(timeout=…)", timeout)
        scene = self._scene
        with scene.act(f"the test waits until {_name_of(predicate)}", advances=True):
            answer = await scene.loop.wait_until(predicate, seconds)
            if inspect.iscoroutine(answer):  # of a lambda; it is true whatever it would say
                answer.close()
                raise TypeError(f"wait_until takes a function that returns at once, not {answer!r}")
            scene.check()
        if not answer:
            self.fail(
                f"not true within {seconds:g} s of the clock: {_name_of(predicate)}\n{failures.background(scene)}"
            )
        return answer

    # -- clients

    @awaited
    async def connect(self, client: ClientT | Awaitable[ClientT]) -> ClientT:
        """Start a further client, an application of its own, on the same Discord; return it.

        ``await self.connect(load_client("helper.py"))`` starts that of another script. With ``auto_connect = False``
        this starts ``self.client``, too.
        """
        scene = self._scene
        chosen: Any = await client if inspect.isawaitable(client) else client
        if not isinstance(chosen, discord.Client):
            raise TypeError(f"connect takes a discord.Client, or load_client(…), not {chosen!r}")
        if chosen in scene.lives:
            raise SetupError(f"{chosen!r} runs already")
        if chosen in scene.parting:
            await asyncio.wait([scene.parting.pop(chosen)])
        if chosen not in scene.clients:
            name = type(chosen).__name__
            application = (
                self._former_application(chosen)
                or worlds.free_application(scene, name)
                or self._make_application(scene.backend, name)
            )
            scene.clients[chosen] = application
        with scene.act(f"{type(chosen).__name__} connects"):
            await self._start(chosen)
        return cast("ClientT", chosen)

    @awaited
    async def restart(self) -> None:
        """Stop the bot and start a new one from ``make_client``, in the same world.

        Other clients of the same script end with it; connect those that `load_clients` returns then.
        """
        scene, old = self._scene, self.client
        scene.application_of(old)
        with scene.act("the bot restarts"):
            for client in scripts.held_with(old):
                if client in scene.lives:
                    scene.problems += await lifecycle.stop(scene, client)
                    await lifecycle.end_rest(scene, client)
            scripts.end_process(old)
            new = await self._build_client()
            if new is old:
                raise SetupError(
                    "make_client returned the old client: after a restart a bot has forgotten all, so make a new one"
                )
            self._succeed(old, new)
            await self._start(new)

    def serve(self, host: str, handler: web.Application | Any) -> foreign.ServedHost:
        """Answer a foreign host that the bot calls: an aiohttp application or ``async handler(request)``.

        The bot may call it with aiohttp, httpx, requests, urllib, or what is made of one of them.
        ``"*.example.com"`` stands for all hosts below that one; one that is served by its own name goes before.

        For ``"discord.com"``, it answers what the in-memory Discord does not know: routes of OAuth2, for instance, and
        what is asked with a user's Bearer token.
        """
        checking.check_text("serve: the host", host)
        return foreign.serve(self._scene.network, host, handler)

    async def asyncSetUp(self) -> None:
        """Make the client and the world, then start the client and let it settle."""
        self._scene.has_begun = True
        await super().asyncSetUp()  # the test case that this is mixed into
        if len(self._cleanups) > 1:  # type: ignore[attr-defined]  # setUp has clean-ups besides ours
            self.addAsyncCleanup(self._end_clients)  # before them: a bot may save its state as it closes
        self.client = await self._build_client()
        self._scene.clients = {self.client: self._application}
        made = self.make_world()
        if inspect.isawaitable(made):
            await made
        if self.auto_connect and self.client not in self._scene.lives:
            await self._start(self.client)


class DiscordTestCase(DiscordTestMixin, unittest.IsolatedAsyncioTestCase):
    """A test case in which every test has a Discord of its own and your bot on it.

    >>> class PingTests(DiscordTestCase):
    ...     def make_client(self):
    ...         return build_my_bot()
    ...     def make_world(self):
    ...         self.guild = self.make_guild("Test")
    ...         self.general = self.make_text_channel("general", self.guild)
    ...         self.alice = self.make_member("alice", self.guild)
    ...     async def test_ping(self):
    ...         await self.send(self.alice, self.general, "!ping")
    ...         self.assertSent("Pong!", channel=self.general)
    """


def _name_of(predicate: Callable[..., Any]) -> str:
    """Name a function as its author knows it: ``<lambda> (test_bot.py:12)``."""
    code = getattr(predicate, "__code__", None)
    if code is None:
        return repr(predicate)
    return f"{code_names.function_name(code.co_qualname)} ({code_names.where_begins(code)})"

"""The life of a test: a Discord of its own, the bot that really starts on it, and what is left at the end.

``DiscordTestMixin`` holds it all for people with a base class of their own; ``DiscordTestCase`` is that on
``unittest.IsolatedAsyncioTestCase``.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import unittest
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import discord
from discord.ext import commands

from discordtest import clock, lifecycle, seam, unhandled
from discordtest.act import ActMixin
from discordtest.arrange import ArrangeMixin
from discordtest.assertions import AssertMixin
from discordtest.backend import Backend, intents
from discordtest.backend.permissions import ALL, Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.user import make_user
from discordtest.clock import Clock, travel
from discordtest.clock.runner import Runner, end_tasks
from discordtest.errors import SetupError
from discordtest.foreign import ServedHost
from discordtest.scene import Scene
from discordtest.scripts import hold_of, unload
from discordtest.transcript import Transcript
from discordtest.transports.network import Network

if TYPE_CHECKING:
    from types import TracebackType

    from aiohttp import web

    from discordtest.backend.world import Record

__all__ = ["DiscordTestCase", "DiscordTestMixin"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")
_FORGOTTEN = (
    "{name} is there once asyncSetUp of DiscordTestCase has run: an asyncSetUp of your own starts with "
    "`await super().asyncSetUp()`"
)


class DiscordTestMixin(ArrangeMixin, ActMixin, AssertMixin):
    """What makes a test case of ``unittest.IsolatedAsyncioTestCase`` one with a Discord.

    >>> class MyTestCase(DiscordTestMixin, MyBase): ...
    """

    #: Start the client in ``asyncSetUp``. If False the test does, with ``await self.connect(self.client)``.
    auto_connect: bool = True
    #: What the bot may do in a guild that it finds or is added to.
    bot_permissions: discord.Permissions = discord.Permissions(ALL & ~int(Permission.ADMINISTRATOR))
    #: The intents that the developer portal allows.
    approved_intents: discord.Intents = discord.Intents(**dict.fromkeys(discord.Intents.VALID_FLAGS, True))
    #: How many shards ``GET /gateway/bot`` recommends.
    shards: int = 1
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

    backend: Backend
    clock: Clock
    transcript: Transcript
    client: discord.Client
    token: str
    _scene: Scene

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

    async def settle(self) -> None:
        """Run everything that can run; the clock does not move."""
        self._scene.check()
        await self._scene.settle()

    async def advance(self, seconds: float | timedelta = 0, /, **parts: float) -> None:
        """Let time pass, from timer to timer: ``advance(90)``, ``advance(days=1, minutes=5)``."""
        length = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
        length += timedelta(**parts)
        scene = self._scene
        scene.check()
        scene.begin_act(f"{length} pass")
        scene.was_advanced = True
        try:
            await scene.loop.advance(length.total_seconds())
            scene.check()
        finally:
            scene.end_act()

    async def wait_until(self, predicate: Callable[[], T], timeout: float = 60) -> T:
        """Let time pass, from timer to timer, until the predicate is true; return what it said."""
        scene = self._scene
        scene.check()
        scene.begin_act(f"the test waits until {getattr(predicate, '__qualname__', predicate)}")
        try:
            answer = await scene.loop.wait_until(predicate, timeout)
            scene.check()
        finally:
            scene.end_act()
        if not answer:
            self.fail(f"not true within {timeout:g} s of the clock: {predicate!r}\n{self._pending_text()}")
        return answer

    # -- clients

    async def connect(self, client: discord.Client) -> None:
        """Start a further client, an application of its own, on the same Discord.

        With ``auto_connect = False`` it starts ``self.client``, too.
        """
        scene = self._scene
        if client in scene.lives:
            raise SetupError(f"{client!r} runs already")
        if client not in scene.clients:
            token = _token(scene.backend.world.snowflake())
            scene.clients[client] = self._make_application(scene.backend, type(client).__name__, token)
        scene.begin_act(f"{type(client).__name__} connects")
        try:
            await self._start(client)
        finally:
            scene.end_act()

    async def restart(self) -> None:
        """Stop the bot and start a new one from ``make_client``, in the same world."""
        scene, old = self._scene, self.client
        scene.check()
        scene.begin_act("the bot restarts")
        try:
            await lifecycle.stop(scene, old)
            application = scene.clients.pop(old)
            self.client = await self._build_client()
            if self.client is old:
                raise SetupError(
                    "make_client returned the old client: after a restart a bot has forgotten all"
                )
            scene.clients = {self.client: application, **scene.clients}
            scene.forget_views()
            await self._start(self.client)
        finally:
            scene.end_act()

    def serve(self, host: str, handler: web.Application | Any) -> ServedHost:
        """Answer a foreign host that the bot calls: an aiohttp application or ``async handler(request)``."""
        network = self._scene.network
        served = network.served[host] = ServedHost(network, host, handler)
        return served

    # -- inside: the scene

    def _open(self, loop: Any) -> None:
        backend = Backend(loop.start_time, lambda: loop.microseconds)
        backend.shards = self.shards
        owner = make_user(backend.world, "owner")
        transport: Any = os.environ.get("DISCORDTEST_TRANSPORT") or self.transport
        network = Network(
            backend,
            loop,
            tokens=backend.world.tokens,
            allowed_hosts=tuple(self.allowed_hosts),
            transport=transport,
        )
        scene = Scene(backend, loop, network, owner, unhandled.install(loop))
        scene.fails_on_unhandled = self.fail_on_unhandled
        scene.bot_permissions = self.bot_permissions.value
        backend.on_failure = loop.wake_settlers
        seam.install(network)
        clock.install()
        if travel.is_available():
            self._travel = travel.Travel(loop).__enter__()
            scene.follows_time = True
        self._scene, self.backend = scene, backend
        self.clock = Clock(loop)
        self.transcript = Transcript(scene)
        self.token = _token(backend.world.snowflake())
        self._application = self._make_application(backend, "bot", self.token, owner)

    def _make_application(
        self, backend: Backend, name: str, token: str, owner: Record | None = None
    ) -> Record:
        return make_application(
            backend.world,
            name,
            token,
            owner or self._scene.owner,
            approved=self.approved_intents.value & intents.ALL,
        )

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()  # type: ignore[misc]  # the test case that this is mixed into
        self.client = await self._build_client()
        self._scene.clients = {self.client: self._application}
        made = self.make_world()
        if inspect.isawaitable(made):
            await made
        self._scene.is_open = True
        if self.auto_connect:
            await self._start(self.client)
        self._scene.act_start = len(self.backend.journal)

    async def _build_client(self) -> discord.Client:
        made = self.make_client()
        client = await made if inspect.isawaitable(made) else made
        if not isinstance(client, discord.Client):
            raise SetupError(f"make_client returned {client!r}, not a discord.Client")
        return client

    async def _start(self, client: discord.Client) -> None:
        scene = self._scene
        application = scene.clients[client]
        tokens = self.backend.world.tokens
        hold = hold_of(client)
        if hold is not None:
            tokens[hold.token] = application["id"]
        token = hold.token if hold else next(t for t, id in tokens.items() if id == application["id"])
        await lifecycle.start(scene, client, lambda: self.start_client(client, token))

    async def _close(self) -> None:
        scene = self._scene
        problems: list[str] = []
        failure: BaseException | None = None
        try:
            for client in [*scene.lives]:
                await lifecycle.stop(scene, client)
            await unload()
            scene.loop.closing = True
            left = asyncio.all_tasks(scene.loop) - {asyncio.current_task(scene.loop)}
            problems = await end_tasks(left)
            await scene.network.close()
            try:
                scene.check()
            except Exception as error:  # noqa: BLE001  # raised again below, after all is put back
                failure = error
        finally:
            seam.uninstall(scene.network)
            if scene.follows_time:
                self._travel.__exit__()
            clock.uninstall()
            unhandled.uninstall(scene.loop)
        if failure is not None:
            raise failure
        if problems:
            self.fail("\n".join(problems))

    def __getattr__(self, name: str) -> NoReturn:
        if name in DiscordTestMixin.__annotations__:
            raise SetupError(_FORGOTTEN.format(name=f"self.{name}"))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # -- inside: unittest

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (self._testMethodName,)  # type: ignore[attr-defined]

    def _setupAsyncioRunner(self) -> None:
        self._asyncioRunner = Runner(start_time=self._start_time(), settle_timeout=self.settle_timeout)

    def _start_time(self) -> datetime:
        if text := os.environ.get("DISCORDTEST_START_TIME"):
            return datetime.fromisoformat(text)
        return self.start_time or datetime.now(UTC)

    def _callSetUp(self) -> None:
        if inspect.iscoroutinefunction(self.setUp):  # type: ignore[attr-defined]
            raise SetupError(
                "setUp is never awaited: call it asyncSetUp and begin it with `await super().asyncSetUp()`"
            )
        self._open(self._asyncioRunner.get_loop())
        self.addAsyncCleanup(self._close)  # type: ignore[attr-defined]  # the first, hence the last to run
        super()._callSetUp()  # type: ignore[misc]
        if not self._scene.is_open:
            raise SetupError(
                f"{type(self).__name__}.asyncSetUp does not call `await super().asyncSetUp()`: begin it with that"
            )

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        try:
            super()._callTestMethod(method)  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001  # raised again, with a note
            error.add_note(
                f"The test started at DISCORDTEST_START_TIME={self._scene.loop.start_time.isoformat()}"
            )
            raise error.with_traceback(_from_test(error.__traceback__, method)) from error.__cause__


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


def _from_test(trace: TracebackType | None, method: Callable[[], Any]) -> TracebackType | None:
    """Return the traceback from the test method on: the frames of the runner tell its author nothing."""
    code = getattr(inspect.unwrap(method), "__code__", None)
    inner = trace
    while inner is not None and inner.tb_frame.f_code is not code:
        inner = inner.tb_next
    return inner or trace


def _token(seed: str) -> str:
    """Return a bot token in Discord's form that nobody has: three parts, the first the id in Base64."""
    import base64

    first = base64.b64encode(seed.encode()).decode().rstrip("=")
    return f"{first}.test00.{int(seed):038x}"

"""How a test's Discord is put up and taken down: the same in a test case and on a stage outside of one.

What is put in place here (the seam under aiohttp, the clock's views, the watch for unhandled errors, the look-out for
leaks) is taken away here, whatever state it is in.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import os
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any
from weakref import proxy
from zlib import crc32

import discord

from discordtest import clock, control, current, given, leaks, lifecycle, replays, scripts, seam, worlds
from discordtest import scene as scenes
from discordtest import transcript as transcripts
from discordtest.backend import intents, tokens
from discordtest.backend import world as worlds_
from discordtest.backend.resources import application as apps
from discordtest.backend.resources import user
from discordtest.bot_errors import exits, handled, unhandled
from discordtest.clock import players, runner, travel
from discordtest.errors import SettleTimeout, SetupError
from discordtest.hints import circles
from discordtest.running import Running
from discordtest.transports import network as networks
from discordtest.transports import releases

if TYPE_CHECKING:
    from typing import Literal

    from discordtest.backend.world import Record
    from discordtest.clock import Clock

__all__ = ["Staging"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Staging(replays.Replays, Running):
    """The part of a test case that makes its scene, starts its clients, and ends both."""

    bot_permissions: discord.Permissions
    approved_intents: discord.Intents
    shards: int
    heartbeats: bool
    transport: Literal["memory", "loopback"]
    allowed_hosts: Collection[str]
    fail_on_unhandled: bool

    backend: control.SceneBackend
    clock: Clock
    transcript: transcripts.Transcript
    token: str
    make_client: Callable[[], discord.Client | Awaitable[discord.Client]]
    start_client: Callable[[discord.Client, str], Awaitable[None]]

    #: Whether `current.call` runs the loop where it does not run: nobody else does, outside of a test case.
    _is_driven = False

    def _open(self, loop: Any) -> None:
        loop.heartbeats = self.heartbeats
        begin = loop.microseconds  # a loop of our own begins at 0, a borrowed one where it was
        now = (
            (lambda: loop.microseconds - begin) if begin else functools.partial(getattr, loop, "microseconds")
        )
        backend = self._make_player(loop, now) or control.SceneBackend(loop.now(), now)
        # The same whenever this test runs, so that what it fails with can be repeated.
        backend.world.id_offset = crc32(self.id().encode()) % worlds_.ID_ROOM
        backend.shards = self.shards
        backend.on_failure = loop.wake_settlers
        backend.on_deadline = lambda at: loop.call_at((begin + at) / 1e6, backend.run_deadlines)
        transport: Any = os.environ.get("DISCORDTEST_TRANSPORT") or self.transport
        if transport not in ("memory", "loopback"):
            raise SetupError(f"transport is {transport!r}: take 'memory' or 'loopback'")
        if transport == "loopback" and not releases.LOOPBACK:
            raise SetupError("transport is 'loopback', which needs aiohttp 3.11 or later: take 'memory'")
        network = networks.Network(
            backend,
            loop,
            tokens=backend.world.tokens,
            allowed_hosts=_hosts(self.allowed_hosts),
            transport=transport,
        )
        saved = self._saved_world()
        if self.recording is not None:
            self._application = self._begin_replay(backend)
            owner = self._application["owner"]
        elif saved is None:
            owner = user.make_user(backend.world, "owner")
            self._application = self._make_application(backend, "bot", owner)
        else:
            self._application = worlds.begin(backend, loop, saved)
            owner = self._application["owner"]
        self.token = tokens.token_of(backend.world.tokens, self._application["id"])
        bot_permissions = _bits(self.bot_permissions)
        # Nothing is put in place before here, and what fails below takes away what was.
        with contextlib.ExitStack() as undo:
            watch = unhandled.install(loop)
            undo.callback(unhandled.uninstall, loop)
            ledger = handled.install(loop, watch, backend)
            undo.callback(handled.uninstall, loop)
            scene = scenes.Scene(backend, loop, network, owner, watch, ledger)
            scene.fails_on_unhandled = self.fail_on_unhandled
            scene.bot_permissions = bot_permissions
            backend.application_of = scene.application_id_of
            self._scene, self.backend = scene, backend
            self.clock = clock.Clock(loop, begin, len(loop.moments))
            self.transcript = transcripts.Transcript(scene)
            self._leaks = leaks.Leaks(self, loop)
            leaks.install(self._leaks)
            undo.callback(leaks.uninstall, self._leaks)
            clock.install()
            undo.callback(clock.uninstall)
            seam.install(network)
            undo.callback(seam.uninstall, network)
            if travel.is_available():
                undo.enter_context(travel.Travel(loop))
                scene.follows_time = True
            loop.on_task = self._leaks.note_task
            loop.on_spin = circles.Circle(scene).look
            loop.on_exit = lambda end: watch.add(end, exits.within(end))
            self._undo = undo.pop_all()
        current.enter(self, loop)  # type: ignore[arg-type]  # a DiscordTestMixin, which is the whole

    def _make_application(
        self, backend: control.SceneBackend, name: str, owner: Record | None = None
    ) -> Record:
        return apps.make_application(
            backend.world,
            name,
            tokens.make_token(backend.world.snowflake()),
            owner or self._scene.owner,
            approved=self.approved_intents.value & intents.ALL,
        )

    async def _take(self, client: discord.Client) -> None:
        """Make a client the test's own, in place of the one so far: what ``backend.configure`` does in a test."""
        scene, old = self._scene, self.client
        scene.check()
        if client is not old:
            if old in scene.lives:
                scene.problems += await lifecycle.stop(scene, old)
            self._succeed(old, client)
        if client not in scene.lives:
            await self._start(client)

    def _succeed(self, old: discord.Client, new: discord.Client) -> None:
        """Put a client in the place of another: it is the same application."""
        scene = self._scene
        scene.clients = {new if client is old else client: record for client, record in scene.clients.items()}
        self.client = new
        scene.forget_views()

    async def _build_client(self) -> discord.Client:
        made = self.make_client()
        client = await made if inspect.isawaitable(made) else made
        if not isinstance(client, discord.Client):
            raise SetupError(f"make_client returned {client!r}, not a discord.Client{_why_no_client(client)}")
        return client

    async def _start(self, client: discord.Client) -> None:
        scene = self._scene
        application = scene.clients[client]
        self.backend.gateway.starts.free_slots(application["id"])
        if client.http.use_clock:  # assume_unsync_clock=False
            self.backend.tells_reset = True
        known = self.backend.world.tokens
        hold = scripts.hold_of(client)
        if hold is not None:
            self._claim_token(client, hold.token)
            known[hold.token] = application["id"]
        token = hold.token if hold else tokens.token_of(known, application["id"])
        await lifecycle.start(
            scene, client, lambda: self.start_client(client, token), at_once=self.world is not None
        )

    def _claim_token(self, client: discord.Client, token: str) -> None:
        """Refuse a token that tells the backend that a running client calls."""
        taken = self.backend.world.tokens.get(token)
        for other, life in self._scene.lives.items():
            if not (other is client or life.done()) and self._scene.clients[other]["id"] == taken:
                raise SetupError(
                    f"{type(client).__name__} logs in with the token of {type(other).__name__}, which runs, and would "
                    "be the same bot: let each script read a token of its own"
                )

    def _former_application(self, client: discord.Client) -> Record | None:
        """Return the application of a client of an earlier run of the same script, known by its token."""
        scene, hold = self._scene, scripts.hold_of(client)
        application_id = None if hold is None else scene.backend.world.tokens.get(hold.token)
        for former, application in list(scene.clients.items()):
            if application["id"] == application_id and former not in scene.lives:
                del scene.clients[former]
                return application
        return None

    async def _end_clients(self) -> None:
        """Stop all bots, while what ``setUp`` has made for them is still there."""
        scene = self._scene
        if scene.has_failed:
            scene.watch.seal()
        elif not scene.has_ended:
            scene.problems += await self._leaks.pending_tasks()
        scene.has_ended = True
        scene.lives, scene.parting = {**scene.parting, **scene.lives}, {}
        for client in [*scene.lives]:
            scene.problems += await lifecycle.stop(scene, client)

    async def _close(self) -> None:
        scene = self._scene
        problems: list[str] = scene.problems
        failure: Exception | None = None
        left_behind: list[tuple[str, leaks.Line]] = []
        try:
            try:
                await self._end_clients()
            finally:
                await scripts.unload()
            try:
                await players.end_all(scene.loop)
            except SettleTimeout as error:
                problems.append(str(error))
            try:
                scene.check(last=True)
            except Exception as error:  # noqa: BLE001  # raised again below, after all is put back
                failure = error
            scene.loop.closing = True
            # What is cancelled finds its client closed: errors that this leads to are not the bot's.
            problems += await runner.end_tasks(self._left_tasks())
            left_behind += await self._leaks.close_all()
            left_behind += self._leaks.running_threads()
            await scene.network.close()
        finally:
            self._take_away()
        if failure is not None:
            raise failure
        if problems:
            self.fail("the test ended, but\n" + "\n".join(problems))
        leaks.warn(left_behind)

    def _left_tasks(self) -> set[asyncio.Task[Any]]:
        """Return what is to be ended with the test."""
        scene = self._scene
        return scene.loop.unfinished() - {asyncio.current_task(scene.loop)}

    def _take_away(self) -> None:
        """Put back all that `_open` has replaced."""
        scene = self._scene
        current.leave(self, scene.loop)  # type: ignore[arg-type]  # as above
        scene.loop.on_spin = scene.loop.on_exit = scene.loop.on_task = None
        try:
            self._undo.close()
        finally:
            _cut_circles(scene)


def _cut_circles(scene: scenes.Scene) -> None:
    """Let what knows each other in a test that is over go as soon as nobody has it; until then it can be looked at.

    Else it waits for Python's garbage collector, whose search takes a twentieth of an empty test.
    """
    backend, network = scene.backend, scene.network
    backend.on_failure = backend.on_deadline = None
    backend.world.alarm = lambda at: None
    backend.world.on_voice_server = lambda *given: None
    backend.world.on_voice_end = lambda *whom: None
    backend.application_of = str
    backend._scene = proxy(scene)
    backend.gateway.backend = network.backend = proxy(backend)
    for session in backend.gateway.sessions:
        session.gateway = proxy(backend.gateway)
    for views in scene.views.values():
        views.forget()
    scene.forget_views()


def _bits(permissions: Any) -> int:
    found = given.bits(permissions)
    if not isinstance(found, int):
        raise SetupError(f"bot_permissions are discord.Permissions, not {permissions!r}")
    return found


def _hosts(allowed: Collection[str]) -> tuple[str, ...]:
    if isinstance(allowed, str):
        raise SetupError(f"allowed_hosts is a tuple of hosts: ({allowed!r},)")
    return tuple(allowed)


def _why_no_client(made: object) -> str:
    if isinstance(made, type):
        return f": call it, {made.__name__}(…)"
    return ": is its `return` missing?" if made is None else ""

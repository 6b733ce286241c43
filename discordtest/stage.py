"""A Discord outside of a test case: in a pytest fixture, in a script, in a running loop of somebody else's.

A ``Stage`` is an object with everything a test case has: builders, verbs, assertions, ``settle``, ``advance``,
``clock``, ``sent``, ``backend``. unittest never runs it; who makes it says where it begins and ends:

>>> async with Stage(bot_permissions=Permissions.all(), make_client=build_my_bot) as stage:  # a loop runs
...     guild = stage.make_guild("Test")

>>> stage = Stage()
>>> stage.begin(client)    # synchronous, also while a loop runs: the client is READY when it returns
>>> stage.drive(coroutine) # to its end, synchronously; what it raises comes out
>>> stage.end()            # synchronous; raises what was kept aside; harmless twice

While it lasts, the loop is a virtual one: the running loop, else the one that is set for this thread, else one of its
own. A borrowed loop that is closed ends its stage first. ``discordtest.current`` finds the stage, or the test case,
that runs: ``current_case()``, ``current_scene()`` and ``call(function, …)``. `configure` is what
``discordtest.backend`` offers.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import inspect
import sys
import unittest
import weakref
from asyncio.tasks import _enter_task, _leave_task  # documented for event loops: "Extending asyncio"
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from discordtest import current, deferred, scripts
from discordtest.errors import BackendError, SetupError
from discordtest.testcase import DiscordTestCase

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType, TracebackType

    from discordtest.clock.loop import VirtualLoop
    from discordtest.clock.runner import Runner
    from discordtest.testcase import DiscordTestMixin

__all__ = ["Stage", "configure"]

T = TypeVar("T")


class Stage(DiscordTestCase):
    """A Discord that begins and ends where its maker says.

    ``settings`` are the class attributes and hooks of a test case by name: ``bot_permissions=…``, ``start_time=…``,
    ``make_client=function``, ``make_world=function`` (without ``self``).
    """

    __test__ = False  # pytest collects every TestCase that a module names
    _is_driven = True

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        for name, value in settings.items():
            if not hasattr(DiscordTestCase, name):
                raise TypeError(f"a stage has no setting {name!r}; they are those of DiscordTestCase")
            setattr(self, name, value)
        self._loop: VirtualLoop | None = None
        self._runner: Runner | None = None  # of a loop of its own
        self._is_changing = False  # begins or ends right now
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()  # what clients have begun

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'of ' + repr(self.client) if self._loop else 'not begun'}>"

    # -- in synchronous code

    def begin(self, client: discord.Client | None = None) -> None:
        """Make the Discord and start the client on it; None is the one of ``make_client``."""
        self._open_on(_loop_at_hand())
        try:
            with self._changing():
                self.drive(self.asyncSetUp() if client is None else self._begin_with(client))
        except BaseException:
            with contextlib.suppress(Exception):  # the first error is the one to show
                self.end()
            raise

    def drive(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, also from within a task of the loop, which stands still meanwhile."""
        loop = self._loop
        if loop is None:
            coroutine.close()
            raise BackendError("the stage has not begun, or has ended")
        if asyncio._get_running_loop() is loop:
            return loop.run_nested(coroutine)
        return loop.run_until_complete(coroutine)

    def end(self) -> None:
        """Stop the clients, put everything back and raise what was kept aside; harmless where it has ended."""
        if self._loop is None:
            return
        self._require_rest()
        try:
            with _beside(self._loop), self._changing():
                self.drive(self._close())
        finally:
            self._release()

    def _end_with_loop(self) -> None:
        """End because the loop is closed; a ``RuntimeError`` would be a mere warning to pytest-asyncio there."""
        try:
            self.end()
        except RuntimeError as error:
            raise AssertionError(f"{type(error).__name__}: {error}") from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        self._is_changing = True
        try:
            yield
        finally:
            self._is_changing = False

    def _require_rest(self) -> None:
        """Refuse what another task asks for while a client starts or stops: its run lets that task go on, too."""
        if self._is_changing:
            raise BackendError(
                "another task's configure is under way on this event loop: configure one client after the other"
            )

    # -- while a loop runs

    async def __aenter__(self) -> Stage:
        """Make the Discord and start the client of ``make_client`` on the running loop."""
        self._open_on(asyncio.get_running_loop())
        try:
            await self.asyncSetUp()
        except BaseException:
            with contextlib.suppress(Exception):  # as above
                await self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End; an error of the block is worth more than what was kept aside."""
        if self._loop is None:
            return
        if error is None:
            await self._leave()
            return
        self._scene.has_failed = True
        with contextlib.suppress(Exception):
            await self._leave()

    async def _leave(self) -> None:
        try:
            await self._close()
        finally:
            self._release()

    async def play(self, body: Callable[[Stage], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine as the test itself: what must not pass then is raised."""
        scene = self._scene
        scene.act_start = len(scene.backend.journal)
        try:
            value = await body(self)
            self._conclude()
        except Exception as error:
            self._annotate(error)
            raise
        return value

    # -- inside

    async def _close(self) -> None:
        """Do what ``addCleanup`` and its like have asked for, then take the scene away."""
        scripts.note(self._scene.loop)
        failure: Exception | None = None
        while self._cleanups:  # type: ignore[attr-defined]  # where unittest runs a test, it does this
            function, args, options = self._cleanups.pop()  # type: ignore[attr-defined]
            try:
                made = function(*args, **options)
                if inspect.isawaitable(made):
                    await made
            except Exception as error:  # noqa: BLE001  # raised again below, after all is put back
                failure = failure or error
        await super()._close()
        if failure is not None:
            raise failure

    def _open_on(self, loop: asyncio.AbstractEventLoop | None) -> None:
        deferred.load()
        from discordtest.clock import borrowed, runner

        if self._loop is not None:
            raise SetupError("this stage has begun already")
        start_time = self._start_time()
        if loop is None:
            self._runner = runner.Runner(start_time=start_time, settle_timeout=self.settle_timeout)
            atexit.register(self.end)
            virtual = self._runner.get_loop()
        else:
            virtual = borrowed.borrow(loop, start_time=start_time, settle_timeout=self.settle_timeout)
            virtual.set_wall_clock(start_time)
            if isinstance(virtual, borrowed.BorrowedLoop):
                virtual.on_close.append(self._end_with_loop)
        self._loop = virtual
        self._begins_at = start_time
        try:
            self._open(virtual)
        except BaseException:
            self._release()
            raise
        virtual.on_task = self._note_task
        self._scene.has_begun = True
        case = _case_under_way()
        if case is not None:
            case.addCleanup(self.end)  # an error as the loop closes would end the run of all tests

    def _note_task(self, task: asyncio.Task[Any]) -> None:
        from discordtest import lifecycle

        if lifecycle.is_in_a_life():
            self._tasks.add(task)

    def _left_tasks(self) -> set[asyncio.Task[Any]]:
        """Return what clients have begun: the loop has other tasks, which go on."""
        return {task for task in self._tasks if task is not asyncio.current_task(self._loop)}

    def _release(self) -> None:
        """Give the loop back, or close our own."""
        from discordtest.clock import borrowed

        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.closing = False
        if self._runner is not None:
            atexit.unregister(self.end)
            self._runner.close()
            return
        if isinstance(loop, borrowed.BorrowedLoop):
            loop.on_close[:] = [callback for callback in loop.on_close if callback != self._end_with_loop]
        borrowed.give_back(loop)

    async def _begin_with(self, client: discord.Client) -> None:
        scene = self._scene
        if not client.is_closed() and client.loop is not scene.loop:
            client.loop = discord.client._loop  # set for another loop, and never started there
        self.client = client
        scene.clients = {client: self._application}
        await self._start(client)


@contextlib.contextmanager
def _beside(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a loop run though another runs in this thread: it is closed there, and ends its stage first."""
    running = asyncio._get_running_loop()
    if running is None or running is loop:
        yield
        return
    task = asyncio.current_task(running)
    if task is not None:
        _leave_task(running, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)
        if task is not None:
            _enter_task(running, task)


def _case_under_way() -> unittest.TestCase | None:
    """Return the test case that unittest runs in this thread, found by its frame; None without one."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is unittest.TestCase.run.__code__:
            case: unittest.TestCase = frame.f_locals["self"]
            return case
        frame = frame.f_back
    return None


def _loop_at_hand() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs, else the one that is set for this thread; None without one.

    ``asyncio.get_event_loop`` would make one, or complain, by version.
    """
    running = asyncio._get_running_loop()
    if running is not None:
        return running
    policy = getattr(asyncio.events, "_event_loop_policy", None)  # no public name tells without making one
    local = getattr(policy, "_local", None)
    loop: asyncio.AbstractEventLoop | None = getattr(local, "_loop", None)
    return None if loop is None or loop.is_closed() else loop


def configure(client: discord.Client | None, *, use_dummy: bool = False) -> None:
    """Connect a client to a Discord in memory: it is logged in, has identified and is READY when this returns.

    Parameters: ``client``, not started (one that was configured before begins anew, in a new Discord);
    ``use_dummy``: with ``client=None``, make a plain client that sees everything.

    The running loop becomes a virtual one, as in a DiscordTestCase, until it is closed; without a running loop, the one
    that is set for this thread, or a new one. In a DiscordTestCase the client becomes that test's own, in its world.

    Errors: `BackendError` for None without ``use_dummy``; ``TypeError`` for what is no client; `SetupError` for a loop
    that cannot be made virtual, and for a client that does not get ready; whatever the client's start raises.
    """
    client = _client(client, use_dummy)
    case, running = current.find_case(), asyncio._get_running_loop()
    if case is None or running not in (None, case._scene.loop):  # that of a loop that rests
        Stage().begin(client)
    elif isinstance(case, Stage):
        _end_earlier(case, client)
        Stage().begin(client)
    else:
        _configure_test(case, client)


def _client(client: object, use_dummy: bool) -> discord.Client:
    if client is None:
        if not use_dummy:
            raise BackendError(
                "configure(None) has no client to connect: pass your bot, or use_dummy=True for a plain client"
            )
        return discord.Client(intents=discord.Intents.all())
    if not isinstance(client, discord.Client):
        raise TypeError(f"configure takes a discord.Client, not {client!r}")
    return client


def _end_earlier(stage: Stage, client: discord.Client) -> None:
    from discordtest import lifecycle

    stage._require_rest()
    if client in stage._scene.lives:
        lifecycle.renew(client)
    stage.end()


def _configure_test(case: DiscordTestMixin, client: discord.Client) -> None:
    """Make a client the one of a DiscordTestCase."""
    loop = case._scene.loop
    if asyncio._get_running_loop() is not loop:
        raise BackendError(
            "configure was called where no event loop runs, as in setUp: return the client from make_client, or call "
            "configure in the test or in asyncSetUp, after `await super().asyncSetUp()`"
        )
    loop.run_nested(case._take(client))

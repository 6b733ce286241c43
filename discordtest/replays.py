"""Recordings in a test case: recording what its bot does, and playing what a bot has lived through."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from discordtest import checking, lifecycle
from discordtest.backend import tokens
from discordtest.backend.resources import application as apps
from discordtest.backend.resources import user
from discordtest.errors import SetupError
from discordtest.verbs import awaited
from discordtest.worlds import Worlds, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from discordtest.backend.world import Record
    from discordtest.control import SceneBackend
    from discordtest.recordings.player import Player
    from discordtest.recordings.recorder import Recorder
    from discordtest.recordings.recording import Recording
    from discordtest.scene import Scene

__all__ = ["Replays"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Replays(Worlds):
    """The part of a test case that deals with recordings."""

    #: What every test plays instead of a world: a Recording, or its path, from the file that says it.
    recording: Recording | str | Path | None = None
    #: How requests are answered: by ``"matching"`` method, path, query and body, or ``"strict"``, in recorded order.
    recording_order: Literal["matching", "strict"] = "matching"
    #: Seconds by which moments may differ from what was recorded.
    recording_tolerance: float = 5.0

    backend: SceneBackend
    _scene: Scene

    def record(self, path: str | Path, *, scrub: Any = None, limit: int | None = None) -> Recorder:
        """Record what the bot does in a ``with`` block, to play it in another test; written when the block ends.

        A relative path is one from the caller's file. ``scrub`` and ``limit`` are as for `discordtest.record`.

        >>> with self.record("recordings/ping.json"):
        ...     await self.send(self.alice, self.general, "!ping")
        """
        from discordtest.recordings.tap import NetworkRecorder

        if self.recording is not None:
            raise SetupError("this test plays a recording: there is nothing to record")
        target = resolved(path, sys._getframe(1).f_code.co_filename)
        return NetworkRecorder(self._scene, target, scrub=scrub, limit=limit)

    @awaited
    async def replay(self, until: float | None = None) -> None:
        """Play the recording on: what came over the gateway comes again, at its time, and the bot does what it does.

        ``until`` is a second of the recording; without, it is played to its end. What the bot does otherwise than it
        was recorded is a RecordingMismatch.
        """
        player, scene = self._player, self._scene
        if until is not None:
            until = checking.seconds_of("until", until)
        with scene.act("the recording is played", advances=True):
            await self._play(player, scene, until)

    async def _play(self, player: Player, scene: Scene, until: float | None) -> None:
        from discordtest.recordings.recording import last_moment

        loop, timeline = scene.loop, player.timeline
        await scene.settle()
        if player.delay is None:
            first = timeline[0][0].at if timeline else 0.0
            player.delay = max(0, loop.microseconds - round(first * 1e6))
        while timeline and (until is None or timeline[0][0].at <= until):
            group = timeline.popleft()
            await self._go_on(player, group[0].at)
            for line in group:
                if player.session_of(line) is None:  # the client is about to reconnect
                    await _until_connected(player, line, scene)
                player.give(line)
            await loop.settle()
            scene.check()
        await self._go_on(player, last_moment(player.recording) if until is None else until)

    async def _go_on(self, player: Player, at: float) -> None:
        assert player.delay is not None
        loop = self._scene.loop
        missing = round(at * 1e6) + player.delay - loop.microseconds
        if missing > 0:
            await loop.advance(missing / 1e6)
            self._scene.check()

    def assertReplayed(self, *, msg: Any = None) -> None:
        """Fail unless the recording is played to its end and the bot has requested all that was recorded."""
        player = self._player
        self._scene.check()
        problem = player.unfinished()
        if problem:
            case: Any = self  # a test case
            raise case.failureException(case._formatMessage(msg, problem))

    # -- inside

    def _begin_replay(self, backend: SceneBackend) -> Record:
        """Prepare the all but empty world of a recording, and refuse what needs another; return the application."""
        player: Any = backend  # _make_player has made it
        world, me = player.world, player.me
        for owner, path in ((self, "self"), (player, "self.backend")):
            for name in _of_a_world(type(owner)):
                vars(owner)[name] = functools.partial(_refuse, f"{path}.{name}")
        application = apps.make_application(
            world, me["username"], tokens.make_token(me["id"]), user.make_user(world, "owner"), id=me["id"]
        )
        application["bot"].update({key: value for key, value in me.items() if key in application["bot"]})
        return application

    @property
    def _player(self) -> Player:
        from discordtest.recordings.player import Player

        if not isinstance(self.backend, Player):
            raise SetupError('this test plays no recording: give its class `recording = "….json"`')
        return self.backend

    def _make_player(self, loop: Any, now: Callable[[], int]) -> Player | None:
        """Return what plays the recording of this test case, if it has one."""
        if self.recording is None:
            return None
        from discordtest.recordings.player import Player
        from discordtest.recordings.recording import Recording

        if self.world is not None:
            raise SetupError("a test starts from a world or plays a recording, not both")
        recording = self.recording
        if isinstance(recording, (str, os.PathLike)):
            recording = Recording.load(resolved(recording, self._file_that_says("recording")))
        if not isinstance(recording, Recording):
            raise SetupError(f"recording is a Recording or the path of one, not {recording!r}")
        loop.set_wall_clock(recording.start_time)
        return Player(
            recording,
            now,
            order=self.recording_order,
            tolerance=self.recording_tolerance,
        )


async def _until_connected(player: Player, line: Any, scene: Scene) -> None:
    def is_over() -> bool:
        return player.session_of(line) is not None or bool(player.failures)

    await scene.loop.wait_until(is_over, lifecycle.PATIENCE)
    scene.check()


def _of_a_world(case: type) -> Iterator[str]:
    """Yield the methods of a test case that arrange a world, act in it or look at it, as this package defines them."""
    for owner in case.__mro__:
        if f"{owner.__module__}.".startswith(_OF_A_WORLD):
            for name, value in vars(owner).items():
                if inspect.isfunction(value) and not name.startswith("_"):
                    if getattr(case, name) is value:
                        yield name


_OF_A_WORLD = tuple(
    f"discordtest.{name}."
    for name in (
        "arrange",
        "act",
        "control",
        "assertions.commands",
        "assertions.guilds",
        "assertions.interactions",
        "assertions.members",
        "assertions.messages",
        "assertions.voice",
    )
)


def _refuse(name: str, *args: Any, **options: Any) -> NoReturn:
    raise SetupError(
        f"{name}(…): this test plays a recording, in which there is no world to arrange, to act in or to look at. "
        "What happens is what was recorded: `await self.replay()`; what the bot does is seen by assertRequested, "
        "assertSent and assertDispatched"
    )

"""Assertions about what crossed the wire, and about errors that the bot does not handle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from discord.state import ConnectionState

from discordtest import counting
from discordtest import transcript as transcripts
from discordtest.assertions.core import AssertCore
from discordtest.backend import intents, journal, rest, targets
from discordtest.errors import BackendError, SetupError
from discordtest.interactions import timeline

if TYPE_CHECKING:
    from types import TracebackType

    from discordtest.assertions.core import After
    from discordtest.bot_errors.unhandled import Unhandled
    from discordtest.scene import Scene
    from discordtest.tolerance import Close

__all__ = ["AssertWire", "BotErrors"]

__unittest = True

_NO_LIMIT = (
    "No rate limit holds in this test: `self.backend.use_realistic_rate_limits()` sets those of life, "
    "`self.backend.set_rate_limit(…)` one"
)


class AssertWire(AssertCore):
    """The assertions about requests, events and errors."""

    def assertRequested(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        reason: str | None = None,
        count: int | Close | None = None,
        after: After = None,
        msg: Any = None,
    ) -> list[journal.Exchange]:
        """Fail unless the bot made such a request in the last act; return those that it made.

        ``path`` is concrete or a template: ``"/guilds/{guild_id}/bans/{user_id}"``. ``json`` names keys of the
        body that must be there (None is null), ``reason`` is the one for the audit log. ``after`` (a message or
        datetime) looks further back.
        """
        if not path.startswith("/"):
            raise SetupError(f'a path begins with a slash, after the version: "/channels/…", not {path!r}')
        try:
            targets.find_target(f"{method.upper()} {path}")
        except BackendError as error:  # what no bot can request, none ever has
            raise SetupError(f"{error} To ask for what is not served is NotModelled.") from None
        self._at_rest()
        exchanges = self._scene.backend.journal.exchanges(self._looked_from(after))
        pattern = targets.path_pattern(path)
        found = [
            entry
            for entry in exchanges
            if entry.method == method.upper()
            and pattern.fullmatch(entry.path)
            and (json is None or _includes(entry.json, json))
            and reason in (None, entry.reason)
        ]
        if not found if count is None else len(found) != count:
            claim = f"{method.upper()} {path}{_claims_text(json, reason)}"
            head = (
                f"the bot requested {claim} {counting.times(len(found))}, not {count}; it requested:"
                if found
                else f"the bot did not request {claim}; it requested:"
            )
            self._fail_state("\n".join([head, *self._listed(exchanges)]), msg)
        return found

    def assertNotRequested(self, method: str, path: str, *, after: After = None, msg: Any = None) -> None:
        """Fail if the bot made such a request in the last act, or ``after`` a message or datetime."""
        self.assertRequested(method, path, count=0, after=after, msg=msg)

    def assertRateLimited(
        self, route: str = "*", *, count: int | Close | None = None, after: After = None, msg: Any = None
    ) -> list[journal.Exchange]:
        """Fail unless the bot used up a rate limit in the last act; return the requests that did.

        ``route`` is named as for ``self.backend.set_rate_limit``. Each request has ``wait``, the seconds that the
        bot's own limiter waits then, and ``status``: 429, or that of the last one that the limit allowed.
        ``after`` (a message or datetime) looks further back.
        """
        self._at_rest()
        target = targets.find_target(route)
        exchanges = self._scene.backend.journal.exchanges(self._looked_from(after))
        found = [entry for entry in exchanges if entry.wait and _is_meant(target, entry)]
        if not found if count is None else len(found) != count:
            claim = f"used up the rate limit of {route}"
            head = (
                f"the bot {claim} {counting.times(len(found))}, not {count}; it requested:"
                if found
                else f"the bot never {claim}; it requested:"
            )
            lines = [head, *self._listed(exchanges)]
            if not found and self._scene.backend.rate_limits is None:
                lines.append(_NO_LIMIT)
            self._fail_state("\n".join(lines), msg)
        return found

    def _listed(self, exchanges: list[journal.Exchange]) -> list[str]:
        transcript = transcripts.Transcript(self._scene)
        return [f"  {transcript.line(entry)}" for entry in exchanges] or ["  nothing"]

    def assertNotRateLimited(self, route: str = "*", *, after: After = None, msg: Any = None) -> None:
        """Fail if the bot used up a rate limit in the last act, or ``after`` a message or datetime."""
        self.assertRateLimited(route, count=0, after=after, msg=msg)

    def assertDispatched(
        self, event: str, count: int | Close | None = None, *, after: After = None, msg: Any = None
    ) -> None:
        """Fail unless such a gateway event happened in the last act: ``"MESSAGE_CREATE"``.

        ``after`` (a message or datetime) looks further back.
        """
        name = event.upper()
        if not (name in intents.EVENTS or hasattr(ConnectionState, f"parse_{name.lower()}")):
            raise SetupError(f"{event!r} is no event of the gateway: they are named as MESSAGE_CREATE is")
        self._at_rest()
        events = [
            entry.name
            for entry in self._scene.backend.journal[self._looked_from(after) :]
            if isinstance(entry, journal.Dispatch)
        ]
        found = events.count(name)
        if not found if count is None else found != count:
            claim = f"was dispatched {counting.times(found)}, not {count}" if found else "was not dispatched"
            self._fail_state(f"{name} {claim}; there were: {', '.join(events) or 'none'}", msg)

    def assertNotDispatched(self, event: str, *, after: After = None, msg: Any = None) -> None:
        """Fail if such a gateway event happened in the last act, or ``after`` a message or datetime."""
        self.assertDispatched(event, 0, after=after, msg=msg)

    def assertBotRaises(
        self, expected: type[BaseException] | tuple[type[BaseException], ...], regex: str | None = None
    ) -> BotErrors:
        """Fail unless the bot raises such an error in this block, and handles it nowhere.

        The error itself counts, or what it was raised from (a command error's ``original``). The command, click or
        form whose handling it ended may stay without an answer.

        >>> with self.assertBotRaises(ZeroDivisionError) as caught:
        ...     await self.send(self.alice, self.general, "!divide 1 0")
        """
        try:
            issubclass(BaseException, expected)  # now, not when something is raised
        except TypeError:
            text = f"assertBotRaises takes a class of exceptions or several, not {expected!r}"
            raise TypeError(text) from None
        self._scene.idle_blocks += 1
        return BotErrors(self, expected, regex)


class BotErrors:
    """The block of `assertBotRaises`; afterwards ``exception`` is the error that was expected."""

    exception: BaseException
    _was_entered = False

    def __init__(
        self,
        case: AssertWire,
        expected: type[BaseException] | tuple[type[BaseException], ...],
        regex: str | None,
    ) -> None:
        self._case = case
        self._expected = expected
        self._regex = regex

    @property
    def _scene(self) -> Scene:
        return self._case._scene

    def __enter__(self) -> BotErrors:
        self._scene.idle_blocks -= not self._was_entered
        self._was_entered = True
        self._scene.check()
        if not self._scene.expected_errors:
            self._scene.watch.errors.clear()  # what fail_on_unhandled = False has let pass before
        self._scene.expected_errors += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                return
            self._case._at_rest()
        finally:
            self._scene.expected_errors -= 1
        raised = self._scene.watch.errors
        for entry in [*raised, *self._scene.watch.held()]:
            for candidate in _chain(entry.error):
                if isinstance(candidate, self._expected) and _matches(self._regex, candidate):
                    self._accept(entry)
                    for each in _chain(entry.error):  # it left them without an answer, as the test expects
                        self._scene.unanswered |= timeline.interactions_of(each)
                    self.exception = candidate
                    self._scene.check()
                    return
        found = "; ".join(map(str, raised)) or "nothing"
        cause = raised[0].cause if raised else None
        raised.clear()
        names = getattr(self._expected, "__name__", self._expected)
        text = f"the bot did not raise {names}{f' matching {self._regex!r}' if self._regex else ''}; it raised: {found}"
        try:
            self._case._fail_for([text], None)
        except self._case.failureException as failure:
            failure.__cause__ = cause
            raise

    def _accept(self, entry: Unhandled) -> None:
        watch = self._scene.watch
        if entry in watch.errors:
            watch.errors.remove(entry)
        watch.forgive(entry.error)


def _is_meant(target: targets.Target, entry: journal.Exchange) -> bool:
    route, raw, _ = rest.match(entry.method, entry.path)
    return route is not None and target.matches(route, raw)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what it wraps: discord.py's ``original``, or the cause."""
    found: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in found:
        found.append(inner)
        inner = getattr(inner, "original", None) or inner.__cause__
    return found


def _matches(regex: str | None, error: BaseException) -> bool:
    return regex is None or re.search(regex, str(error)) is not None


def _claims_text(json: Any, reason: str | None) -> str:
    body = "" if json is None else f" with the body {json}"
    return body if reason is None else f"{body} for the reason {reason!r}"


def _includes(body: Any, wanted: Any) -> bool:
    """Tell whether a body has all that is wanted; keys that are not named do not matter, None is null."""
    if isinstance(wanted, dict):
        return isinstance(body, dict) and all(
            key in body and _includes(body[key], value) for key, value in wanted.items()
        )
    return bool(body == wanted)

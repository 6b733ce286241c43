"""Faults: what goes wrong with a request that was all right.

A fault is data. What it makes Discord say, the backend says; what keeps an answer from arriving (a slow one, a broken
connection, none at all) the transport does.
Source: Discord's documentation, Opcodes and Status Codes ("HTTP"), Rate Limits ("Exceeding A Rate Limit").
"""

from __future__ import annotations

import errno as errors
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, TypeAlias

from discordtest.backend.codes import PHRASES, Code
from discordtest.backend.ratelimits import SCOPES, VIA, Scope, Verdict, ban_answer, refusal

if TYPE_CHECKING:
    from discordtest.backend.journal import Exchange
    from discordtest.backend.rest import Route
    from discordtest.backend.targets import Target

__all__ = [
    "FAULTS",
    "ConnectionReset",
    "Fault",
    "Faults",
    "HttpError",
    "Injection",
    "RateLimited",
    "SlowAnswer",
    "Timeout",
    "plain",
]


@dataclass(frozen=True, slots=True)
class HttpError:
    """Discord answers with an error: ``HttpError(503)``, ``HttpError(403, 50013)``.

    ``message`` is by default Discord's text for ``code``. ``text`` is a body that is no JSON, such as a proxy's HTML.
    ``served``: Discord did what was asked, and failed only then.
    """

    status: int
    code: int = 0
    message: str = ""
    text: str | None = None
    served: bool = False

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ValueError(f"{self.status} is no status of an error: 400 to 599 are")

    def verdict(self) -> Verdict:
        """Return what Discord says."""
        if self.text is not None:
            return Verdict({**VIA}, self.text, status=self.status)
        payload = {"message": self.message or self._message(), "code": self.code}
        return Verdict({**VIA}, payload, status=self.status)

    def _message(self) -> str:
        if self.code in _TEXTS:
            return _TEXTS[self.code]
        phrase = PHRASES.get(self.status, "Unknown Error")
        return f"{self.status}: {phrase}"


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Discord refuses with 429 and asks to wait ``retry_after`` seconds.

    ``scope``: ``"user"``, ``"global"`` (discord.py holds every request back) or ``"shared"``. ``via=False``: it is
    Cloudflare that refuses, which discord.py takes for the ban that it is and does not wait for. ``message`` is by
    default Discord's text.
    """

    retry_after: float
    scope: Scope = "user"
    via: bool = True
    message: str = ""
    served = False

    def __post_init__(self) -> None:
        if self.retry_after < 0:
            raise ValueError(f"nobody can wait for {self.retry_after} s")
        if self.scope not in SCOPES:
            raise ValueError(f"{self.scope!r} is no scope of a limit: {', '.join(SCOPES)} are")

    def verdict(self) -> Verdict:
        """Return what Discord says."""
        wait = round(self.retry_after * 1_000_000)
        if not self.via:
            return ban_answer(wait)
        verdict = refusal(wait, self.scope)
        if self.message and isinstance(verdict.payload, dict):
            verdict.payload["message"] = self.message
        return verdict


@dataclass(frozen=True, slots=True)
class ConnectionReset:
    """The connection breaks before an answer has come: an ``aiohttp.ClientOSError``.

    ``errno`` is by default this machine's own number; discord.py repeats what failed with 54 (macOS) or 10054
    (Windows), not with 104 (Linux). ``served``: the request had arrived, and Discord did what it asked.
    """

    served: bool = False
    errno: int = errors.ECONNRESET


@dataclass(frozen=True, slots=True)
class Timeout:
    """No answer comes: the bot waits as long as its HTTP client does (300 s in discord.py), then gets TimeoutError.

    ``served``: the request had arrived, and Discord did what it asked.
    """

    served: bool = False


@dataclass(frozen=True, slots=True)
class SlowAnswer:
    """Discord does what is asked at once, and its answer takes so many seconds of the clock."""

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"no answer takes {self.seconds} s")

    served = True


Fault: TypeAlias = HttpError | RateLimited | ConnectionReset | Timeout | SlowAnswer
FAULTS = HttpError, RateLimited, ConnectionReset, Timeout, SlowAnswer


def plain(fault: Fault) -> str:
    """Return a fault as a test writes it: ``HttpError(503)``."""
    said = [
        repr(value) if each.default is MISSING else f"{each.name}={value!r}"
        for each in fields(fault)
        if (value := getattr(fault, each.name)) != each.default
    ]
    return f"{type(fault).__name__}({', '.join(said)})"


@dataclass(slots=True, eq=False)
class Injection:
    """A fault that a test has injected; ``count`` says how often it struck so far."""

    target: Target
    fault: Fault
    times: int | None
    when: Callable[[Exchange], object] | None
    after: int
    count: int = 0
    _faults: Faults | None = field(default=None, repr=False)

    def stop(self) -> None:
        """Let it strike no more."""
        if self._faults is not None:
            self._faults.remove(self)

    def strikes(self, route: Route, raw: list[str], exchange: Exchange) -> bool:
        """Tell whether it strikes a request to a route, and count it."""
        return self.target.matches(route, raw) and self.hits(exchange)

    def hits(self, exchange: Exchange) -> bool:
        """Tell whether it strikes a request to its target, and count it."""
        if self.when is not None and not self.when(exchange):
            return False
        if self.after:
            self.after -= 1
            return False
        self.count += 1
        if self.count == self.times:
            self.stop()
        return True


class Faults(list[Injection]):
    """The faults of one Discord that can strike yet; the one that was injected first strikes first."""

    def add(self, injection: Injection) -> Injection:
        """Let a fault strike."""
        injection._faults = self
        self.append(injection)
        return injection

    def remove(self, injection: Injection) -> None:
        """Let a fault strike no more."""
        if injection in self:
            super().remove(injection)

    def take(self, route: Route, raw: list[str], exchange: Exchange) -> Fault | None:
        """Return the fault that strikes a request."""
        for injection in list(self):
            if injection.strikes(route, raw, exchange):
                return injection.fault
        return None


_TEXTS = {code.value: code.text for code in Code if code.value}

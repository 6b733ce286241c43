"""Rate limits: buckets by route and major parameter, the limit on everything, the ban for invalid requests.

No limit holds unless a test sets it. A window opens with the first request that it counts and closes ``reset_after``
later. Times are microseconds that are given; what is answered is rounded up to a millisecond, so that who waits as
long as it says is never early.
Source: Discord's documentation, Rate Limits ("Header Format", "Exceeding A Rate Limit", "Global Rate Limit",
"Invalid Request Limit aka Cloudflare Bans").
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from discordtest.backend.journal import Exchange
    from discordtest.backend.rest import Route
    from discordtest.backend.targets import Target

__all__ = [
    "BAN",
    "GLOBAL_LIMIT",
    "GLOBAL_PERIOD",
    "MAX_INVALID",
    "SCOPES",
    "VIA",
    "Limit",
    "RateLimits",
    "Scope",
    "Verdict",
    "ban_answer",
    "refusal",
]

Scope: TypeAlias = Literal["user", "global", "shared"]
SCOPES: tuple[str, ...] = get_args(Scope)

MAX_INVALID, INVALID_WINDOW = 10_000, 600_000_000  # answers with 401, 403 or 429 in so many microseconds
BAN = 3_600_000_000  # microseconds that an address is banned; Discord says "temporarily"
GLOBAL_LIMIT, GLOBAL_PERIOD = 50, 1.0  # requests of one bot, whatever they are, in so many seconds

VIA = {"Via": "1.1 google"}  # what Discord itself answers has it; discord.py takes a 429 without for a ban
_PARAMETER = re.compile(r"\{(\w+)\}")
_MAJOR = frozenset(("channel_id", "guild_id"))
_BY_TOKEN = ("/webhooks/", "/interactions/")  # here the first two parameters are an id and its token
_TEXT, _SHARED_TEXT = "You are being rate limited.", "The resource is being rate limited."


@dataclass(slots=True)
class Limit:
    """So many requests in ``period`` microseconds, for each major parameter of the routes that share the bucket.

    With ``when`` it counts the requests for which that is true. A hidden one holds beside the route's own limit, and
    no header tells of it: Discord has some for single fields.
    """

    target: Target
    limit: int
    period: int
    scope: Scope
    bucket: str
    when: Callable[[Exchange], object] | None = None
    hidden: bool = False

    def counts(self, route: Route, raw: list[str], exchange: Exchange | None) -> bool:
        """Tell whether it counts a request."""
        if not self.target.matches(route, raw):
            return False
        return self.when is None or (exchange is not None and bool(self.when(exchange)))

    def replaces(self, other: Limit) -> bool:
        """Tell whether the other one, which was set earlier, is for the same requests."""
        return (self.target, self.when, self.hidden) == (other.target, other.when, other.hidden)


@dataclass(slots=True)
class Window:
    """What was used of a limit until it starts anew."""

    limit: Limit
    ends: int
    used: int = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing is left of it."""
        return self.used >= self.limit.limit


@dataclass(slots=True)
class Verdict:
    """What the limits say to one request; ``payload`` is None for one that they let through.

    ``wait`` are the microseconds until the bucket has room again, 0 while it has some left.
    """

    headers: dict[str, str] = field(default_factory=dict)
    payload: dict[str, Any] | str | None = None  # Any: JSON
    wait: int = 0
    status: int = 429


class RateLimits:
    """The limits of one Discord, and how much of them is used."""

    def __init__(self, start_time: datetime) -> None:
        self.limits: list[Limit] = []  # the latest first
        self.hidden: list[Limit] = []  # likewise: those that hold beside them
        self.of_everything: Limit | None = None
        self.max_invalid: int | None = None
        self._invalid: deque[int] = deque()
        self.restart(start_time)

    def restart(self, start_time: datetime) -> None:
        """Forget what is used of the limits, with another wall clock at time 0."""
        self._started = round(start_time.timestamp() * 1_000_000)  # microseconds since 1970
        self._windows: dict[tuple[str, ...], Window] = {}
        self._invalid.clear()
        self._banned_until = 0

    def set(self, limit: Limit) -> None:
        """Make a limit hold instead of one on the same target."""
        if limit.target.routes is None:
            self.of_everything = limit
        elif limit.hidden:
            self.hidden = [limit, *(old for old in self.hidden if not limit.replaces(old))]
        else:
            self.limits = [limit, *(old for old in self.limits if not limit.replaces(old))]
        self._windows = {key: window for key, window in self._windows.items() if key[0] != limit.bucket}

    def ban(self, now: int) -> Verdict | None:
        """Return how a banned address is answered; None for one that is not banned."""
        return ban_answer(self._banned_until - now) if now < self._banned_until else None

    def take(
        self,
        route: Route,
        raw: list[str],
        application_id: str | None,
        now: int,
        exchange: Exchange | None = None,
        *,
        is_exempt: bool = False,
    ) -> Verdict:
        """Count a request, and say whether it may pass.

        Requests without a bot's token are those of one address. ``is_exempt``: the global limit leaves it out.
        """
        everything = own = None
        if self.of_everything is not None and not is_exempt:
            everything = self._window(self.of_everything, ("*", application_id or ""), now)
            if everything.is_full:
                return self._refused(everything, now)
        for limit in self.limits:
            if limit.counts(route, raw, exchange):
                own = self._window_of(limit, route, raw, application_id, now)
                if own.is_full:
                    return self._refused(own, now)
                break
        hidden = [
            self._window_of(limit, route, raw, application_id, now)
            for limit in self.hidden
            if limit.counts(route, raw, exchange)
        ]
        full = max((window for window in hidden if window.is_full), key=lambda each: each.ends, default=None)
        for window in (everything, own, *(() if full else hidden)):
            if window is not None:
                window.used += 1
        if full is not None:
            return self._refused_below(full, own, now)
        if own is None:
            return Verdict()
        return Verdict(self._headers(own, now), wait=own.ends - now if own.is_full else 0)

    def note(self, status: int, scope: Scope, now: int) -> None:
        """Count an invalid request, where those are counted; too many lead to a ban."""
        if self.max_invalid is None or status not in (401, 403, 429) or (status == 429 and scope == "shared"):
            return
        invalid = self._invalid
        invalid.append(now)
        while invalid[0] <= now - INVALID_WINDOW:
            invalid.popleft()
        if len(invalid) >= self.max_invalid:
            self._banned_until = now + BAN
            invalid.clear()

    # -- inside

    def _window(self, limit: Limit, key: tuple[str, ...], now: int) -> Window:
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = Window(limit, now + limit.period)
        return window

    def _window_of(
        self, limit: Limit, route: Route, raw: list[str], application_id: str | None, now: int
    ) -> Window:
        who = "" if limit.scope == "shared" else application_id or ""
        return self._window(limit, (limit.bucket, who, *_major(route, raw)), now)

    def _headers(self, window: Window, now: int) -> dict[str, str]:
        limit = window.limit
        return {
            "X-RateLimit-Limit": str(limit.limit),
            "X-RateLimit-Remaining": str(max(limit.limit - window.used, 0)),
            "X-RateLimit-Reset": _seconds(self._started + window.ends),
            "X-RateLimit-Reset-After": _seconds(window.ends - now),
            "X-RateLimit-Bucket": limit.bucket,
        }

    def _refused(self, window: Window, now: int) -> Verdict:
        verdict = refusal(window.ends - now, window.limit.scope)
        if window.limit is not self.of_everything:
            verdict.headers = {**self._headers(window, now), **verdict.headers}
        return verdict

    def _refused_below(self, window: Window, own: Window | None, now: int) -> Verdict:
        """Refuse by a limit that no header tells of: those are about the route's own, which has room left."""
        verdict = refusal(window.ends - now, window.limit.scope)
        if own is not None:
            verdict.headers = {**self._headers(own, now), **verdict.headers}
        return verdict


def refusal(wait: int, scope: Scope) -> Verdict:
    """Return a 429 for so many microseconds, as Discord itself gives it."""
    headers = {
        **VIA,
        "Retry-After": str(-(-wait // 1_000_000)),
        "X-RateLimit-Scope": scope,
    }
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    text = _SHARED_TEXT if scope == "shared" else _TEXT
    payload = {"message": text, "retry_after": float(_seconds(wait)), "global": scope == "global"}
    return Verdict(headers, payload, wait)


def ban_answer(wait: int) -> Verdict:
    """Return a 429 for so many microseconds as Cloudflare gives it: no ``Via``, no JSON."""
    headers = {"Retry-After": str(-(-wait // 1_000_000)), "Server": "cloudflare"}
    return Verdict(headers, "error code: 1015", wait)


def _seconds(microseconds: int) -> str:
    """Write a time in seconds, to the millisecond, rounded up."""
    milliseconds = -(-microseconds // 1000)
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _is_by_token(route: Route) -> bool:
    """Tell whether a path has an id and its token: what answers interactions, and webhooks by their token."""
    return route.template.startswith(_BY_TOKEN) and route.template.count("{") > 1


def _major(route: Route, raw: list[str]) -> list[str]:
    """Return what of a path has limits of its own: a channel, a guild, a webhook with its token."""
    if _is_by_token(route):
        return raw[:2]
    if route.template.startswith("/webhooks/"):
        return raw[:1]
    names = _PARAMETER.findall(route.template)
    return [value for name, value in zip(names, raw, strict=True) if name in _MAJOR]

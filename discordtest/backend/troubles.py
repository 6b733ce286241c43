"""Bad days of the REST API: what a test may do to requests, and what becomes of a request then.

The order is that of a real service: a request is recorded, a fault strikes it or not, it is authenticated, the rate
limits count it, and only then its route is served.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from discordtest.backend.encoding import encode
from discordtest.backend.faults import FAULTS, Fault, Faults, HttpError, Injection, RateLimited, plain
from discordtest.backend.journal import Act, Exchange
from discordtest.backend.ratelimits import MAX_INVALID, SCOPES, Limit, RateLimits, Scope, Verdict
from discordtest.backend.rest import Route
from discordtest.backend.targets import CDN, EVERYTHING, GATEWAY, Target, find_target
from discordtest.backend.usual_limits import usual_limits
from discordtest.backend.wire import Request, Response
from discordtest.counting import counted
from discordtest.counting import times as often
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.backend.journal import Journal
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import World

__all__ = ["Troubles"]


class Troubles(ABC):
    """What a backend does to requests on a bad day."""

    world: World
    journal: Journal
    faults: Faults | None = None  # None until the first: a good day costs nothing
    rate_limits: RateLimits | None = None

    # -- what a test asks for

    def inject(
        self,
        operation_or_route: str,
        fault: Fault,
        times: int | None = 1,
        when: Callable[[Exchange], object] | None = None,
        *,
        after: int = 0,
    ) -> Injection:
        """Let a fault strike the next requests of an operation: ``inject("create_message", HttpError(503))``.

        The operation is named by its operationId, by ``"POST /channels/{channel_id}/messages"``, by a path with ids
        in it, by ``"*"`` (everything of the API), ``"cdn"`` (files) or ``"gateway"`` (connections to it). ``times`` is
        how often, None for ever; ``after`` lets so many pass first; ``when`` is asked with the request (its ``path``,
        ``json``, ``reason``). What comes back counts how often it struck and can ``stop()`` it.
        """
        if times is not None and times < 1:
            raise BackendError(f"a fault that strikes {often(times)} is none")
        given: object = fault  # a test may say anything
        if not isinstance(given, FAULTS):
            kinds = ", ".join(kind.__name__ for kind in FAULTS)
            raise BackendError(f"{given!r} is no fault, such as HttpError(503): take one of {kinds}")
        target = find_target(operation_or_route)
        self._say(f"{target.text} will fail: {plain(fault)}")
        if self.faults is None:
            self.faults = Faults()
        return self.faults.add(Injection(target, fault, times, when, after))

    def clear_faults(self) -> None:
        """Let no fault strike any more."""
        self.faults = None

    def set_rate_limit(
        self,
        route: str,
        limit: int,
        reset_after: float,
        *,
        scope: Scope = "user",
        when: Callable[[Exchange], object] | None = None,
    ) -> None:
        """Allow ``limit`` requests on a route in ``reset_after`` seconds, for each channel, guild or webhook.

        ``route`` is named as for `inject`; ``"*"`` is the global limit of each bot. ``scope="shared"``: the limit is
        one for all bots. ``when`` makes it a limit below the route's own, for the requests for which it is true (it is
        asked with their ``path``, ``json``, ``reason``): as in life no header tells of it, so that a bot learns of it
        by a 429.
        """
        if limit < 1 or reset_after <= 0:
            raise BackendError(
                f"{counted(limit, 'request')} in {reset_after} s are no limit: at least 1 in more than 0 s"
            )
        if scope not in SCOPES:
            raise BackendError(f"{scope!r} is no scope of a limit: {', '.join(SCOPES)} are")
        target = find_target(route)
        if target.text in (CDN, GATEWAY):
            what = "files have" if target.text == CDN else "connections to the gateway have"
            raise BackendError(f"{what} no rate limit of this kind")
        self._say(f"{target.text} allows {counted(limit, 'request')} in {reset_after:g} s")
        limits = self._limits()
        period = round(reset_after * 1_000_000)
        if target.routes is None:
            if when is not None:
                raise BackendError("the global limit is one on everything: `when` needs a route")
            limits.set(Limit(target, limit, period, "global", EVERYTHING))
        for name, pattern in (target.routes or {}).items():
            one = Target(route, {name: pattern})
            bucket = name if when is None else f"{name} {len(limits.hidden)}"
            limits.set(Limit(one, limit, period, scope, bucket, when, when is not None))

    def use_realistic_rate_limits(self) -> None:
        """Set the limits that Discord is known to have.

        50 requests a second in all, buckets of messages by channel, slow reactions, two changes of a channel's name or
        topic in ten minutes, and the ban for an hour after 10,000 invalid requests in ten minutes. Discord documents
        hardly a number, and changes them.
        """
        self._say("the usual rate limits hold")
        limits = self._limits()
        for limit in usual_limits(self.world):
            limits.set(limit)
        limits.max_invalid = MAX_INVALID

    def clear_rate_limits(self) -> None:
        """Let no rate limit hold any more."""
        self.rate_limits = None

    # -- what becomes of a request

    def _disturbed(self, request: Request, exchange: Exchange, route: Route, raw: list[str]) -> Response:
        """Answer a request on a bad day."""
        if self.rate_limits is not None:
            ban = self.rate_limits.ban(self.world.now())
            if ban is not None:
                self._read_ahead(request, exchange)
                return _response(ban, exchange)
        fault = None
        if self.faults is not None:
            self._read_ahead(request, exchange)
            fault = self.faults.take(route, raw, exchange)
        verdict = fault.verdict() if isinstance(fault, (HttpError, RateLimited)) else None
        if fault is None or fault.served:
            response = self._within_limits(request, exchange, route, raw)
        else:
            response = Response(0)
        if verdict is not None:
            response = _response(verdict, exchange)
        elif fault is not None:
            response.fate = fault
        if self.rate_limits is not None:
            scope: Any = response.headers.get("X-RateLimit-Scope", "user")
            self.rate_limits.note(response.status, scope, self.world.now())
        return response

    def _within_limits(self, request: Request, exchange: Exchange, route: Route, raw: list[str]) -> Response:
        if self.rate_limits is None:
            return self._respond(request, exchange, route, raw)
        limits, actor = self.rate_limits, self.authenticate(request)
        application_id = None if actor is None else actor.application_id
        if limits.hidden:
            self._read_ahead(request, exchange)  # they look at what is asked
        is_exempt = (actor is None and "Authorization" in request.headers) or self._is_by_interaction(
            route, raw
        )
        now = self.world.now()
        verdict = limits.take(route, raw, application_id, now, exchange, is_exempt=is_exempt)
        if verdict.payload is not None:
            self._read_ahead(request, exchange)
            return _response(verdict, exchange)
        response = self._respond(request, exchange, route, raw)
        response.headers = {**response.headers, **verdict.headers}
        exchange.wait = verdict.wait / 1e6
        return response

    def _is_by_interaction(self, route: Route, raw: list[str]) -> bool:
        """Tell whether a request answers an interaction, or goes on with its answer."""
        top = route.template.split("/")[1]
        return top == "interactions" or (top == "webhooks" and raw[0] in self.world.applications)

    def _disturbed_file(self, request: Request) -> Response | None:
        """Return what a fault makes of a request for a file; None without one."""
        exchange = Exchange(self.world.now(), None, request.method, request.path, dict(request.query))
        response = self._struck(CDN, exchange)
        if response is not None and response.fate is not None and response.fate.served:
            fate, response = response.fate, self._serve_file(request)
            response.fate = fate
        return response

    def handshake(self, query: Mapping[str, str]) -> Response | None:
        """Return what a fault makes of a client that connects to the gateway; None without one."""
        if self.faults is None:
            return None
        response = self._struck(GATEWAY, Exchange(self.world.now(), None, "GET", "/", dict(query)))
        if response is not None:
            how = f"is refused with {response.status}" if response.fate is None else f"meets {response.fate}"
            self._say(f"a connection to the gateway {how}")
        return response

    def _struck(self, name: str, exchange: Exchange) -> Response | None:
        """Return what a fault makes of a request that is for no route."""
        for injection in list(self.faults or ()):
            if injection.target.text == name and injection.hits(exchange):
                if isinstance(injection.fault, (HttpError, RateLimited)):
                    return _response(injection.fault.verdict(), exchange)
                return Response(0, fate=injection.fault)
        return None

    def _limits(self) -> RateLimits:
        if self.rate_limits is None:
            self.rate_limits = RateLimits(self.world.start_time)
        return self.rate_limits

    # -- what the backend does

    def _say(self, text: str) -> None:
        self.journal.append(Act(self.world.now(), text))

    @abstractmethod
    def _respond(self, request: Request, exchange: Exchange, route: Route | None, raw: list[str]) -> Response:
        """Answer a request as on a good day."""

    @abstractmethod
    def _serve_file(self, request: Request) -> Response:
        """Answer a request for a file."""

    @abstractmethod
    def _read_ahead(self, request: Request, exchange: Exchange) -> None:
        """Note what is asked, and by whom, of a request that may never be served."""

    @abstractmethod
    def authenticate(self, request: Request) -> Actor | None:
        """Return the bot that asks; None for anybody else."""


def _response(verdict: Verdict, exchange: Exchange) -> Response:
    exchange.wait = verdict.wait / 1e6
    body = verdict.payload
    if isinstance(body, str):
        kind, text = "text/html", body
    else:
        kind, text = "application/json", encode(body)
    return Response(verdict.status, text.encode(), {**verdict.headers, "Content-Type": kind})

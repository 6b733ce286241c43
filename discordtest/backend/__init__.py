"""The in-memory Discord: worlds, the REST API, the gateway and the CDN, without any input or output.

Nothing here awaits, opens a socket or reads a clock; a ``Backend`` is given the time, requests and frames, and
gives back answers and frames.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from discordtest import deferred
from discordtest.backend import body as bodies
from discordtest.backend import cdn, rest
from discordtest.backend import resources as resources
from discordtest.backend.codes import Code, RestError
from discordtest.backend.encoding import Texts, decode
from discordtest.backend.events import Events
from discordtest.backend.gateway import Gateway, Session
from discordtest.backend.interruptions import Interruptions
from discordtest.backend.journal import Exchange, Journal
from discordtest.backend.multipart import Part, split
from discordtest.backend.rest import Actor, Call, Reply, Route
from discordtest.backend.snapshots import Snapshots
from discordtest.backend.troubles import Troubles
from discordtest.backend.voice_servers import VoiceServers
from discordtest.backend.wire import Request, Response
from discordtest.backend.world import World
from discordtest.errors import DiscordTestError, NotModelled

if TYPE_CHECKING:
    from discordtest.control.functions import *  # noqa: F403  # reached by __getattr__
    from discordtest.stage import configure as configure

__all__ = ["Backend", "below_version", "read_body"]

_CURE = 'self.serve("discord.com", handler) lets the test answer it'

MAX_REQUEST_SIZE = 25 * 1024 * 1024  # bytes
MAX_REASON = 512  # characters
_JSON = "application/json"
_JSON_HEADERS = {"Content-Type": _JSON}


class Backend(Interruptions, Troubles, Snapshots, Events):
    """One Discord: its world, its gateway, and what happened in it.

    ``start_time`` is the wall clock at 0, ``now`` returns the microseconds since then.
    """

    #: Called after every answered REST request with (method, template, request, response).
    observers: ClassVar[list[Callable[[Backend, str, str, Request, Response], None]]] = []
    #: Called for every gateway event with (name, payload): once as it happens, if it looks the same to all, and
    #: once for each connection that gets it, then as JSON text.
    event_observers: ClassVar[list[Callable[[Backend, str, Any], None]]] = []

    def __init__(self, start_time: datetime, now: Callable[[], int] = lambda: 0) -> None:
        deferred.load()  # every resource, for its routes
        self._clock = now
        self.world = World(start_time, now)
        self.gateway = Gateway(self)
        self.world.sink = self.gateway.broadcast
        self.voice_servers = VoiceServers(self.world)
        self.world.on_voice_server = self.voice_servers.assign
        self.world.on_voice_end = self.voice_servers.release
        self.journal = Journal()
        self.texts = Texts()
        self.shards = 1  # what GET /gateway/bot recommends
        self.tells_reset = (
            False  # every answer says when its limit resets, for clients that go by the wall clock
        )
        #: What `client=` means: an application's id, unless who makes the backend knows more.
        self.application_of = str
        self.failures: list[BaseException] = []
        self.on_failure: Callable[[], None] | None = None
        self.on_deadline: Callable[[int], None] | None = None  # told when `run_deadlines` has to be called
        self.world.alarm = self._set_alarm

    # -- what crosses the wire

    def handle(self, request: Request) -> Response:
        """Answer one HTTP request to the API or the CDN."""
        if request.host in cdn.HOSTS:
            return (self.faults and self._disturbed_file(request)) or self._serve_file(request)
        path = below_version(request.path)
        exchange = Exchange(self.world.now(), None, request.method, path, request.parameters())
        self.journal.append(exchange)
        route, raw, exists = rest.match(request.method, path)
        exchange.route = route
        if route is None or (self.faults is None and self.rate_limits is None):
            response = self._respond(request, exchange, route, raw, exists)
        else:
            response = self._disturbed(request, exchange, route, raw)
        exchange.status, exchange.answer = response.status, response.body
        return response

    def _respond(
        self, request: Request, exchange: Exchange, route: Route | None, raw: list[str], exists: bool = True
    ) -> Response:
        try:
            if route is None:
                raise self._unknown(request.method, exchange.path, exists)
            payload, status = self._answer(route, raw, request, exchange)
        except RestError as error:
            payload, status = error.payload(), error.status
            exchange.why = error.why
        except DiscordTestError as error:
            raise self.report(error) from None
        if payload is None:
            response = Response(status, b"", {} if route is None else route.headers)
        else:
            text = self.texts.answer(payload)
            response = Response(status, text.encode(), _JSON_HEADERS if route is None else route.json_headers)
        if self.tells_reset and route is not None:
            reset = self.world.wall_clock().timestamp() + rest.RESET_AFTER
            response.headers = {**response.headers, "X-RateLimit-Reset": f"{reset:.3f}"}
        for observe in self.observers:
            observe(self, request.method, "" if route is None else route.template, request, response)
        return response

    def _serve_file(self, request: Request) -> Response:
        return cdn.serve(self.world, request)

    def connect(self, query: Mapping[str, str]) -> Session:
        """Open a gateway connection; HELLO is queued at once."""
        return self.gateway.connect(query)

    def report(self, failure: BaseException) -> BaseException:
        """Keep a failure aside, so that the test fails whatever the bot catches; return it."""
        self.failures.append(failure)
        if self.on_failure is not None:
            self.on_failure()
        return failure

    def run_deadlines(self) -> None:
        """Do what Discord itself does at moments that have come by now."""
        deadlines = self.world.deadlines
        while deadlines and deadlines[0][0] <= self.world.now():
            _, name, path = deadlines.pop(0)
            try:
                self.perform(Actor("narrator", "0"), name, *path.split("/"))
            except RestError:  # what it was about is gone
                pass
            except NotModelled as failure:
                self.report(failure)

    # -- what the test and its people do

    def perform(
        self,
        actor: Actor,
        name: str,
        *raw: str | int,
        body: Any = None,
        query: dict[str, Any] | None = None,
        files: list[Part] | None = None,
        reason: str | None = None,
        id: str | int | None = None,
        at: str | None = None,
    ) -> Any:
        """Run an operation by its operationId, as ``actor``; return its payload or raise ``RestError``.

        ``id`` and ``at`` choose the id and the timestamp of what is made.
        """
        route = rest.OPERATIONS[name]
        call = Call(self, actor, route, files=files, reason=reason, at=at, id=None if id is None else str(id))
        return self._run(call, [*map(str, raw)], body, query or {})[0]

    # -- inside

    def _set_alarm(self, at: int) -> None:
        if self.on_deadline is not None:
            self.on_deadline(at + self.ahead)

    def _end_sessions(self) -> None:
        for session in list(self.gateway.sessions):
            session.pause(False)  # a dead connection would not hear of it
        if any(not session.closed for session in self.gateway.sessions):
            self.invalidate_session()
        for session in list(self.gateway.sessions):
            self.gateway.end(session)

    def _restart(self) -> None:
        clock, ahead = self._clock, self.ahead
        self.world.now = lambda: clock() - ahead
        self.gateway.starts.forget()
        if self.rate_limits is not None:
            self.rate_limits.restart(self.world.start_time)

    def _answer(self, route: Route, raw: list[str], request: Request, exchange: Exchange) -> tuple[Any, int]:
        actor = self.authenticate(request)
        exchange.actor = actor
        if actor is None:
            if not route.anonymous:
                raise RestError(Code.GENERAL_ERROR, status=401)
            actor = Actor("webhook", raw[0] if raw else "")
        value, exchange.files = read_body(request)
        exchange.json = value
        exchange.reason = request.audit_reason
        call = Call(self, actor, route, files=exchange.files, reason=exchange.reason, wire=True)
        try:
            return self._run(call, raw, value, exchange.query)
        finally:
            if call.actor.kind == "bot":  # it acts by an interaction's token
                exchange.actor = call.actor

    def _read_ahead(self, request: Request, exchange: Exchange) -> None:
        """Note what is asked, and by whom, of a request that may never be served."""
        exchange.actor = self.authenticate(request)
        with contextlib.suppress(RestError):  # whoever serves it refuses it
            exchange.json, exchange.files = read_body(request)

    def authenticate(self, request: Request) -> Actor | None:
        """Return the bot whose token the request carries; None when it carries none that is known."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        application_id = self.world.tokens.get(token) if scheme == "Bot" else None
        if application_id is None:
            if scheme == "Bearer":
                what = f"{request.method} {below_version(request.path)} with the Bearer token of a person"
                raise NotModelled(f"{what}: the in-memory Discord has none; {_CURE}")
            return None
        bot_id = self.world.applications[application_id]["bot"]["id"]
        return rest.known_actor("bot", bot_id, application_id)

    def _run(self, call: Call, raw: list[str], body: Any, query: Mapping[str, Any]) -> tuple[Any, int]:
        route = call.route
        if call.reason is not None and len(call.reason) > MAX_REASON:
            message = f"Must be {MAX_REASON} or fewer in length."
            raise bodies.invalid("X-Audit-Log-Reason", "BASE_TYPE_MAX_LENGTH", message)
        records = rest.resolve(call, raw)
        if route.body is not None:
            call.body = _parsed(route, route.body, {} if body is None else body)
        elif body:
            raise NotModelled(f"a body for {route.method} {route.template}: {body!r}")
        if route.query is not None:
            call.query = _parsed(route, route.query, dict(query))
        elif query:
            raise NotModelled(f"query {dict(query)!r} of {route.method} {route.template}")
        result = route.handler(call, *records)
        if isinstance(result, Reply):
            return result.payload, result.status
        return result, 204 if result is None else route.status

    @staticmethod
    def _unknown(method: str, path: str, exists: bool) -> Exception:
        if exists and method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            return RestError(Code.GENERAL_ERROR, status=405)
        return NotModelled(f"route {method} {path}: the in-memory Discord does not know it yet; {_CURE}")


def below_version(path: str) -> str:
    """Return a path of the API without its version."""
    for prefix in ("/api/v10/", "/api/v9/", "/api/"):
        if path.startswith(prefix):
            return path[len(prefix) - 1 :]
    return path


def read_body(request: Request) -> tuple[Any, list[Part]]:
    """Return (body, files) of a request; RestError for what its content type does not fit. Any: JSON."""
    if not request.body:
        return None, []
    if len(request.body) > MAX_REQUEST_SIZE:
        raise RestError(Code.REQUEST_ENTITY_TOO_LARGE)
    kind = request.headers.get("Content-Type", "")
    try:
        if kind.startswith(_JSON):
            return decode(request.body.decode()), []
        if kind.startswith("multipart/form-data") and "boundary=" in kind:
            return _read_form(split(request.body, kind))
        if kind.startswith("application/x-www-form-urlencoded"):
            return _read_fields(parse_qsl(request.body.decode(), keep_blank_values=True)), []
    except (ValueError, RecursionError):
        raise RestError(Code.INVALID_JSON) from None
    message = f"Expected \"Content-Type\" header to be one of {{'{_JSON}', 'multipart/form-data'}}."
    raise bodies.invalid("", "CONTENT_TYPE_INVALID", message)


def _read_form(parts: list[Part]) -> tuple[Any, list[Part]]:
    files = [part for part in parts if part.filename is not None]
    return _read_fields((part.name, part.data.decode()) for part in parts if part.filename is None), files


def _read_fields(fields: Iterable[tuple[str, str]]) -> Any:
    """Return the body that a form stands for: its fields one by one, or JSON in ``payload_json``."""
    body: dict[str, Any] = {}
    for name, text in fields:
        if name != "payload_json":
            body[name] = text
            continue
        value = decode(text)
        if not isinstance(value, dict):
            return value
        body.update(value)
    return body


# -- the functions of backend control, which stand above: they work on the test that runs

_ABOVE = frozenset(
    (
        "BackendError", "BackendState", "FakeHttp", "FakeRequest", "add_reaction", "clear_error_state",
        "clear_faults", "clear_message_queue", "clear_rate_limits", "clear_reaction", "clear_reactions",
        "clear_state", "connect", "delete_automod_rule", "delete_channel", "delete_emoji",
        "delete_guild", "delete_invite", "delete_member", "delete_message", "delete_role",
        "delete_scheduled_event", "delete_soundboard_sound", "delete_sticker", "delete_subscription",
        "delete_webhook", "disconnect", "dispatch_custom", "dispatch_event", "dispatch_member_join",
        "dispatch_message", "dispatch_reaction_add", "dispatch_ready", "dispatch_resumed",
        "edit_message", "find_channel_mentions", "find_role_mentions", "find_user_mentions",
        "flag_words", "get_message_queue", "get_state", "history", "inject", "invalidate_session",
        "make_attachment", "make_automod_rule", "make_category_channel", "make_command_permissions",
        "make_emoji", "make_entitlement", "make_forum_channel", "make_guild", "make_invite",
        "make_member", "make_members", "make_message", "make_role", "make_scheduled_event", "make_sku",
        "make_soundboard_sound", "make_stage_channel", "make_sticker", "make_subscription",
        "make_template", "make_text_channel", "make_thread", "make_user", "make_voice_channel",
        "make_webhook", "outage", "pause", "pin_message", "process_message", "process_messages",
        "reconnect", "recover", "refresh", "remove_reaction", "restore", "resume",
        "set_channel_permission_overrides", "set_error_state", "set_rate_limit", "snapshot",
        "unpin_message", "update_automod_rule", "update_channel", "update_guild", "update_member",
        "update_onboarding", "update_role", "update_scheduled_event", "update_soundboard_sounds",
        "update_text_channel", "update_user", "update_welcome_screen", "use_realistic_rate_limits",
        "wait_for_event", "wait_for_messages", "wait_for_state_update",
    )
)  # fmt: skip


def __getattr__(name: str) -> Any:  # whatever the name stands for; type checkers see the import above
    if name not in _ABOVE and name != "configure":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    deferred.load()
    home = "discordtest.stage" if name == "configure" else "discordtest.control.functions"
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_ABOVE, "configure"})


def _parsed(route: Route, schema: bodies.Field, value: Any) -> Any:
    """Return a body or query as the world stores it; what is not known in it is told with its route."""
    try:
        return bodies.parse(schema, value)
    except NotModelled as error:
        where = route.name if route.method is None else f"{route.method} {route.template}"
        raise NotModelled(f"{error} of {where}") from None

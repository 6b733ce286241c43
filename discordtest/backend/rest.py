"""The REST API: one way for every request, whoever makes it.

A request is matched, its path parameters become records, the permissions are looked at, the body is parsed,
then the handler runs. A handler is a plain function named after Discord's operationId. It refuses first, then
mutates, then writes the audit log, then emits, then returns what is to be sent.
Source: Discord's documentation, Reference, "HTTP API".
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote, unquote

from discordtest.backend import permissions, reasons
from discordtest.backend.body import Field, Object
from discordtest.backend.codes import Code, RestError
from discordtest.backend.multipart import Part
from discordtest.backend.ratelimits import VIA
from discordtest.backend.world import Record, World

if TYPE_CHECKING:
    from discordtest.backend import Backend

__all__ = [
    "OPERATIONS",
    "RESET_AFTER",
    "ROUTES",
    "UNAVAILABLE",
    "Actor",
    "Call",
    "Reply",
    "Route",
    "find_in",
    "known_actor",
    "match",
    "operation",
    "parameter",
    "resolve",
    "route",
]

RESET_AFTER = 1.0  # seconds, as answers say where no test has set a limit
UNAVAILABLE = 502  # Discord calls it GATEWAY UNAVAILABLE
Handler = TypeVar("Handler", bound=Callable[..., Any])  # Any: each handler has its own records and payload


@dataclass(slots=True)
class Reply:
    """What a handler returns when its status is not the route's own."""

    status: int
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A bot and a person are checked; the narrator, which is the test itself, may do everything.

    A webhook acts by its token and has no user: ``user_id`` is the webhook's id.
    """

    kind: Literal["bot", "person", "narrator", "webhook"]
    user_id: str
    application_id: str | None = None
    omnipotent: bool = field(init=False, repr=False, compare=False)  # whether no rule binds this actor

    def __post_init__(self) -> None:
        object.__setattr__(self, "omnipotent", self.kind == "narrator")


#: The same as ``Actor(…)``, and the same object again: whoever acts does so often.
known_actor = functools.lru_cache(maxsize=1024)(Actor)


@dataclass(slots=True)
class Route:
    """One operation; ``method`` is None for what has no route, such as a person joining a guild."""

    name: str
    method: str | None
    template: str
    handler: Callable[..., Any]
    kinds: tuple[str, ...]
    permissions: int
    body: Field | None
    query: Object | None
    status: int
    anonymous: bool
    page: str
    headers: dict[str, str] = field(default_factory=dict)  # of its answers
    json_headers: dict[str, str] = field(default_factory=dict)  # of those with a body

    @property
    def operation(self) -> str:
        """Discord's operationId."""
        return self.name


class Call:
    """One operation under way: who calls, with what, on which records.

    ``id`` and ``at`` are the id and the timestamp that the test chose for what is made; ``wire`` says that it came
    from a client, not from the test.
    """

    __slots__ = (
        "actor", "at", "backend", "bits", "body", "files", "found", "id", "query", "reason", "route", "wire", "world",
    )  # fmt: skip

    def __init__(
        self,
        backend: Backend,
        actor: Actor,
        route: Route,
        *,
        files: list[Part] | None = None,
        reason: str | None = None,
        id: str | None = None,
        at: str | None = None,
        wire: bool = False,
    ) -> None:
        self.backend = backend
        self.world: World = backend.world
        self.actor = actor
        self.route = route
        self.found: dict[str, Any] = {}  # parameter kind -> record (or text)
        self.body: Any = {}  # as the route's body says: a record, or a list of them
        self.query: Record = {}
        self.files: list[Part] = [] if files is None else files
        self.reason = reason
        self.id = id
        self.at = at
        self.wire = wire
        self.bits: tuple[Record, int] | None = None  # what the actor may do in the channel asked about last

    def new_id(self) -> str:
        """Return the id for what the operation makes: the test's choice, once, else a new one."""
        chosen, self.id = self.id, None
        return self.world.snowflake() if chosen is None else chosen

    def timestamp(self) -> str:
        """Return the moment of the operation."""
        return self.world.timestamp() if self.at is None else self.at

    def permissions(self, channel: Record | None = None) -> int:
        """Return what the actor may do in the channel, or in the guild of this call."""
        known = self.bits
        if known is not None and known[0] is channel:
            return known[1]
        if self.actor.omnipotent:
            return permissions.ALL
        if channel is not None:
            bits = permissions.channel_permissions(self.world, channel, self.actor.user_id)
            self.bits = channel, bits
            return bits
        return permissions.guild_permissions(self.world, self.found["guild"]["id"], self.actor.user_id)

    def require(self, bits: int, channel: Record | None = None) -> None:
        """Refuse with 50013 unless the actor has all of ``bits`` there, with 60003 for want of a second factor."""
        bits = int(bits)
        missing = bits & ~self.permissions(channel)
        guild = self.found.get("guild")
        if missing:
            raise self.lacking(missing, channel)
        if guild is not None and guild["mfa_level"] and not self.actor.omnipotent:
            if permissions.lacks_two_factor(self.world, guild, self.actor.user_id, bits):
                raise RestError(Code.TWO_FACTOR_REQUIRED)

    def lacking(self, bits: int, channel: Record | None = None, purpose: str = "") -> RestError:
        """Return 50013 for an actor who lacks these permissions there, with the cause in words."""
        if channel is None:
            guild_id: str | None = self.found["guild"]["id"]
        else:
            guild_id = channel.get("guild_id")
        return reasons.lacking(self.world, self.actor.user_id, int(bits), guild_id, channel, purpose)

    def require_narrator(self) -> None:
        """Refuse with 50013 what no person and no bot does."""
        if not self.actor.omnipotent:
            raise reasons.reserved()

    def require_owner(self, guild: Record) -> None:
        """Refuse with 50013 unless the actor owns the guild."""
        if not self.actor.omnipotent and guild["owner_id"] != self.actor.user_id:
            raise reasons.no_owner(self.world, self.actor.user_id, guild)

    def require_above(self, guild_id: str, user_id: str) -> None:
        """Refuse with 50013 unless the actor stands above the member in the guild's hierarchy."""
        if self.actor.omnipotent or permissions.outranks(self.world, guild_id, self.actor.user_id, user_id):
            return
        raise reasons.beneath(self.world, guild_id, self.actor.user_id, user_id)


# -- the registry, filled at import

ROUTES: list[Route] = []
OPERATIONS: dict[str, Route] = {}
_PARAMETERS: dict[str, Callable[[Call, str], Any]] = {}
_TREE: dict[str, Any] = {}  # segment or "{}" -> subtree; a method's name -> route


def parameter(kind: str) -> Callable[[Handler], Handler]:
    """Declare how a path parameter of this kind becomes a record; it raises the 404 that fits."""

    def register(function: Handler) -> Handler:
        _PARAMETERS[kind] = function
        return function

    return register


def route(
    method: str | None,
    template: str,
    *,
    permissions: int = 0,
    body: Field | None = None,
    query: Object | None = None,
    status: int | None = None,
    anonymous: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a handler: ``@route("PATCH", "/guilds/{guild_id}/members/{user_id:member}", body=EDIT_MEMBER)``.

    A parameter is ``{name}`` or ``{name:kind}``; the kind is the name without ``_id`` and says which
    ``parameter`` function finds it. The handler takes the call, then what was found, in order. ``permissions``
    are needed in the channel of the path, else in its guild. ``anonymous`` routes carry their token in the path.
    """

    def register(handler: Handler) -> Handler:
        shown, kinds = [], []
        for segment in template.split("/"):
            if segment.startswith("{"):
                name, _, kind = segment[1:-1].partition(":")
                kinds.append(kind or name.removesuffix("_id"))
                segment = f"{{{name}}}"
            shown.append(segment)
        name = handler.__name__
        made = Route(
            name=name,
            method=method,
            template="/".join(shown),
            handler=handler,
            kinds=tuple(kinds),
            permissions=int(permissions),
            body=body,
            query=query,
            status=status or 200,
            anonymous=anonymous,
            page=handler.__module__.rpartition(".")[2],
        )
        _register(made)
        return handler

    return register


def operation(
    template: str, *, permissions: int = 0, body: Field | None = None
) -> Callable[[Handler], Handler]:
    """Declare an operation that has no route: ``@operation("/{guild_id}/{user_id}")``."""
    return route(None, template, permissions=permissions, body=body)


def _register(made: Route) -> None:
    if made.name in OPERATIONS:
        raise ValueError(f"two operations are named {made.name}")
    OPERATIONS[made.name] = made
    made.headers = {
        **VIA,
        "X-RateLimit-Bucket": made.name,
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset-After": f"{RESET_AFTER:.3f}",
    }
    made.json_headers = {**made.headers, "Content-Type": "application/json"}
    if made.method is None:
        return
    ROUTES.append(made)
    match.cache_clear()
    node = _TREE
    for segment in made.template.strip("/").split("/"):
        node = node.setdefault("{}" if segment.startswith("{") else segment, {})
    node[made.method] = made


@functools.lru_cache(maxsize=1024)
def match(method: str, path: str) -> tuple[Route | None, list[str], bool]:
    """Find the route of a path below ``/api/v10``; return it, the raw parameters, and whether the path exists."""
    node: dict[str, Any] = _TREE
    raw: list[str] = []
    for segment in path.strip("/").split("/"):
        child = node.get(segment)
        if child is None or isinstance(child, Route):
            child = node.get("{}")
            if child is None:
                return None, raw, False
            raw.append(unquote(segment) if "%" in segment else segment)
        node = child
    found = node.get(method)
    return found, raw, found is not None or any(isinstance(value, Route) for value in node.values())


def find_in(table: Mapping[str, Record], text: str, code: Code) -> Record:
    """Return what has this id in a table, or refuse with the code for what is not there."""
    record = table.get(text)
    if record is None:
        raise RestError(code)
    return record


def resolve(call: Call, raw: list[str]) -> list[Any]:
    """Turn raw path parameters into records, from left to right.

    The permissions are looked at once the channel or guild is known: who lacks them learns nothing of what is in it.
    """
    records: list[Any] = []
    needed = call.route.permissions
    for kind, text in zip(call.route.kinds, raw, strict=True):
        record = _PARAMETERS[kind](call, text)
        if call.world.outages and isinstance(record, dict):
            _refuse_unavailable(call, record)
        call.found[kind] = record
        if needed and not records:
            known = call.bits  # of the channel that was found just now
            if known is None or known[0] is not record or needed & (~known[1] | permissions.NEED_TWO_FACTOR):
                check_permissions(call)
        records.append(record)
    return records


def _refuse_unavailable(call: Call, record: Record) -> None:
    """Refuse with 502 what is of a guild that Discord cannot reach.

    Source: Discord's documentation, Opcodes and Status Codes, "HTTP": no gateway is there to process the request.
    """
    outages = call.world.outages
    if (record.get("guild_id") in outages or record.get("id") in outages) and not call.actor.omnipotent:
        raise RestError(Code.GENERAL_ERROR, status=UNAVAILABLE)


def fill(route: Route, raw: list[str]) -> str:
    """Return the concrete path of a route."""
    parameters = iter(raw)
    return "/".join(
        quote(next(parameters), safe="@:") if segment.startswith("{") else segment
        for segment in route.template.split("/")
    )


def check_permissions(call: Call) -> None:
    """Refuse with 50013 unless the actor has what the route needs in its channel or guild."""
    needed = call.route.permissions
    if not needed or call.actor.omnipotent:
        return
    channel = call.found.get("channel")
    if channel is not None and channel.get("guild_id") is None:
        return
    call.require(needed, channel)

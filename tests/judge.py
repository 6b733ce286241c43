"""The outside judge: Discord's own OpenAPI document, held against every answer of the backend.

Owns the reading of that document, the list of deviations that are meant, and the hook into the backend. The
document is reference data beside the repository, never part of it: where it is absent nothing is judged and
one test says so. One rule keeps this simple: the document is mended once, while it is loaded (references
become the objects they name, lists of constants become an enum, meant deviations are applied), and from then
on a schema is a plain dict that a validator takes as it stands. Of events it also asks, with or without the document,
that they go to the guild and channel of which they tell.

Source: https://github.com/discord/discord-api-spec, specs/openapi.json
"""

from __future__ import annotations

import gzip
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from discordtest.errors import DiscordTestError
from tests.repeated import REPEATED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from jsonschema import Draft202012Validator, ValidationError

    from discordtest.backend import Backend
    from discordtest.backend.wire import Request, Response
    from discordtest.backend.world import World

__all__ = ["DEVIATIONS", "REFERENCE", "Deviation", "JudgeError", "Operation", "find_operation", "install"]
__all__ += ["available", "judge", "judge_event", "misdirected"]

# A JSON value or schema: its shape is what is being judged, so nothing narrower is known here.
Json = Any

REFERENCE = Path(
    os.environ.get("DISCORDTEST_REFERENCE") or Path(__file__).parents[1].parent / "shared" / "reference"
)
# Of a longer list only this many records from each end are judged: they come from one function.
SAMPLE = 25


class JudgeError(DiscordTestError, AssertionError):
    """An answer or event of the backend that Discord's own document does not allow."""


class Deviation(NamedTuple):
    """A place where the document is wrong or out of date; ``mend`` changes the schema found at ``where``.

    ``where`` is a component of the document, or an event and the place in it: ``READY d.user``.
    """

    where: str
    mend: Callable[[Json], object]
    reason: str


def also(*values: object) -> Callable[[Json], object]:
    """Allow further constants in a schema that lists its constants."""
    return lambda schema: schema["enum"].extend(values)


def optional(*names: str) -> Callable[[Json], object]:
    """Allow an object to lack these keys."""
    return lambda schema: schema.update(required=[n for n in schema["required"] if n not in names])


def replaced(name: str, schema: Json) -> Callable[[Json], object]:
    """Describe one property of an object anew."""
    return lambda owner: owner["properties"].update({name: schema})


PLACEHOLDERS = (
    "Placeholder ids are integers, as the documentation of guild templates says and its example shows; the "
    "document has snowflakes there."
)
DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "GuildFeatures",
        also("SOUNDBOARD", "MORE_SOUNDBOARD", "GUESTS_ENABLED", "GUILD_TAGS", "ENHANCED_ROLE_COLORS"),
        "Features that guilds have and the document does not list yet.",
    ),
    Deviation("MessageType", also(44), "44 is PURCHASE_NOTIFICATION, which the document does not list yet."),
    Deviation("MessageReferenceType", also(1), "1 is FORWARD, which the document does not list yet."),
    Deviation(
        "GuildResponse",
        replaced("region", {"type": ["string", "null"]}),
        "The field is deprecated; Discord sends null where the document asks for a string.",
    ),
    Deviation(
        "GuildChannelResponse",
        lambda schema: schema["properties"]["type"]["enum"].append(16),
        "16 is GUILD_MEDIA, which the document does not list yet.",
    ),
    Deviation(
        "EntitlementTypes",
        also(1),
        "1 is PURCHASE, what a one-time purchase is in the entitlement documentation; the document does not list it.",
    ),
    Deviation("ChannelTypes", also(16), "16 is GUILD_MEDIA, which the document does not list yet."),
    Deviation(
        "READY d.user",
        optional("locale"),
        "A bot's READY has no locale; the schema is that of GET /users/@me, which has one.",
    ),
    Deviation(
        "GuildTemplateSnapshotResponse",
        replaced("afk_channel_id", {"type": ["integer", "null"]}),
        PLACEHOLDERS,
    ),
    Deviation(
        "GuildTemplateSnapshotResponse",
        replaced("system_channel_id", {"type": ["integer", "null"]}),
        PLACEHOLDERS,
    ),
    Deviation(
        "GuildTemplateChannelResponse",
        replaced("parent_id", {"type": ["integer", "null"]}),
        PLACEHOLDERS,
    ),
    Deviation(
        "GuildTemplateChannelResponse",
        replaced(
            "permission_overwrites",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "integer"},
                        "type": {"enum": [0, 1]},
                        "allow": {"type": "string"},
                        "deny": {"type": "string"},
                    },
                    "required": ["id", "type", "allow", "deny"],
                },
            },
        ),
        PLACEHOLDERS,
    ),
    Deviation(
        "InnerErrors",
        replaced(
            "_errors",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["code", "message"],
                },
            },
        ),
        "The error of a field has a name such as BASE_TYPE_REQUIRED for a code, as the API reference shows "
        "under Error Messages; the document reuses the numbered error of the whole request.",
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of the document: its name, its template and its responses by status (``4XX`` too)."""

    name: str
    template: str
    responses: Mapping[str, Json]

    def response(self, status: int) -> Json | None:
        """Return what the document says about a status; an error below 500 has a schema of its own."""
        return self.responses.get(str(status)) or self.responses.get(f"{status // 100}XX")


class Document(NamedTuple):
    """The mended document: component schemas by name, and operations by method and number of segments."""

    schemas: dict[str, Json]
    operations: dict[tuple[str, int], list[Operation]]


def available() -> bool:
    """Return whether the reference data is there, and answers were not judged in a run that this one repeats."""
    return not REPEATED and (REFERENCE / "openapi.json.gz").is_file()


def judge(method: str, path: str, status: int, body: bytes | str | Json) -> list[str]:
    """Return how an answer deviates from the document, one line each.

    ``path`` is a template or concrete, without the version prefix; ``body`` is JSON text or a JSON value.
    A route that the document does not know is not judged, nor is an answer of 500 and above.
    """
    operation = find_operation(method, path)
    if operation is None or status >= 500:
        return []
    text = body.decode() if isinstance(body, bytes) else body if isinstance(body, str) else json.dumps(body)
    response = operation.response(status)
    if response is None:
        known = ", ".join(operation.responses)
        return [f"{operation.name} answers {status}, where the document knows {known}"]
    content = response.get("content", {})
    if "application/json" not in content:
        return (
            [f"{operation.name} {status} has a body, where the document has none"]
            if text and not content
            else []
        )
    if not text:
        return [f"{operation.name} {status} has no body"]
    return [
        f"{operation.name} {status}: {line}"
        for line in _deviations(content["application/json"]["schema"], text)
    ]


def judge_event(name: str, payload: Json) -> list[str]:
    """Return how a gateway event deviates from the component schemas that describe its parts.

    ``payload`` is a JSON value or, as it goes over the wire, its text.
    """
    if isinstance(payload, str):
        key = name, _alike(payload)
        if key not in _events:
            _events[key] = judge_event(name, json.loads(payload))
        return _events[key]
    if isinstance(payload, dict) and payload.get("unavailable"):
        return []
    return [
        f"{name}{'.' if place else ''}{place}: {line}"
        for route, schema in _event_schemas().get(name, ())
        for place, part in _parts(payload, route, "")
        for line in _deviations(schema, json.dumps(_trimmed(part)))
    ]


@cache
def find_operation(method: str, path: str) -> Operation | None:
    """Return the operation that a method and a template or concrete path belong to, if there is one."""
    asked = [_segment(s) for s in path.split("?")[0].strip("/").split("/")]
    best: tuple[int, Operation] | None = None
    for operation in _document().operations.get((method.upper(), len(asked)), ()):
        pairs = list(zip(operation.template.strip("/").split("/"), asked, strict=True))
        if all(own == s or own.startswith("{") for own, s in pairs):
            literal = sum(own == s for own, s in pairs if not own.startswith("{"))
            if best is None or literal > best[0]:
                best = literal, operation
    return best[1] if best else None


def _segment(segment: str) -> str:
    """Return a segment of a path or template; every parameter looks alike, whatever its name."""
    return "{}" if segment.startswith("{") else segment


def install() -> None:
    """Judge, from now on, whatever any backend of this process answers and emits."""
    from discordtest.backend import Backend
    from discordtest.backend.world import World

    watched: Any = _emit_where_it_belongs
    if World.emit is not watched:
        _emit.append(World.emit)
        World.emit = watched  # type: ignore[method-assign]
    if available() and observe not in Backend.observers:
        Backend.observers.append(observe)
        Backend.event_observers.append(observe_event)


# Everybody in the guild is told of these, whoever sees the channel.
_OF_THE_GUILD = "GUILD_SCHEDULED_EVENT_", "STAGE_INSTANCE_", "VOICE_STATE_UPDATE"
_OF_NO_SHARD = "ENTITLEMENT_"
_OF_THREADS = "THREAD_CREATE", "THREAD_UPDATE"
_NAMED_BY_ID = "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"
_emit: list[Callable[..., None]] = []


def misdirected(
    name: str,
    payload: Json,
    guild: str | None = None,
    channel: Json = None,
    users: Collection[str] | None = None,
) -> str:
    """Return why an event does not go where its own payload says that it happened; empty where it does."""
    known = payload.get("id") if name in _NAMED_BY_ID else payload.get("guild_id")
    if known not in (None, guild) and not name.startswith(_OF_NO_SHARD):
        return f"{name} is emitted for the guild {guild}, and its payload says {known}"
    place = payload.get("id") if name in _OF_THREADS else payload.get("channel_id")
    told = users is not None or name.startswith(_OF_THE_GUILD)
    if place is not None and not told and (channel is None or channel["id"] != place):
        return f"{name} is emitted to whoever sees another channel than {place}"
    return ""


def _emit_where_it_belongs(world: World, name: str, payload: Json = None, **where: Json) -> None:
    aim = {key: value for key, value in where.items() if key != "render"}
    place = payload and payload.get("channel_id")
    is_known = place is None or str(place) in world.channels  # another one is a test's own invention
    if payload and is_known and (wrong := misdirected(name, payload, **aim)):
        raise JudgeError(wrong)
    _emit[0](world, name, payload, **where)


def observe(backend: Backend, method: str, template: str, request: Request, response: Response) -> None:
    """Hold one answer of the backend against the document."""
    if response.body and "json" not in response.headers.get("Content-Type", ""):
        return
    _report(backend, judge(method, template, response.status, response.body))


def observe_event(backend: Backend, name: str, payload: Json) -> None:
    """Hold one emitted event against the document."""
    _report(backend, judge_event(name, payload))


def _report(backend: Backend, lines: Sequence[str]) -> None:
    """Fail the running test: through the backend, which no bot can catch, or at once where nobody listens."""
    if not lines:
        return
    error = JudgeError("Discord's OpenAPI document disagrees:\n  " + "\n  ".join(lines))
    if backend.on_failure is None:
        raise error
    backend.report(error)


# -- The document ----------------------------------------------------------------------------------------


@cache
def _document() -> Document:
    if not available():
        return Document({}, {})
    raw = json.loads(gzip.decompress((REFERENCE / "openapi.json.gz").read_bytes()))
    _linked(raw, raw)
    for deviation in DEVIATIONS:
        if deviation.where in raw["components"]["schemas"]:
            deviation.mend(raw["components"]["schemas"][deviation.where])
    operations: dict[tuple[str, int], list[Operation]] = {}
    for template, item in raw["paths"].items():
        key = len(template.strip("/").split("/"))
        for method, operation in item.items():
            if "responses" in operation:
                known = Operation(operation["operationId"], template, operation["responses"])
                operations.setdefault((method.upper(), key), []).append(known)
    return Document(raw["components"]["schemas"], operations)


def _linked(node: Json, document: Json) -> None:
    """Replace, in place, references by what they name and lists of constants by an enum.

    Both keep their meaning and make a validator several times faster.
    """
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict) and "$ref" in value:
            found = document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node[key] = found
        elif isinstance(value, (dict, list)):
            if isinstance(value, dict) and _constants(value):
                value["enum"] = [branch["const"] for branch in value.pop("oneOf")]
            _linked(value, document)


def _constants(schema: Mapping[str, Json]) -> bool:
    branches = schema.get("oneOf")
    return isinstance(branches, list) and all(isinstance(b, dict) and "const" in b for b in branches)


@cache
def _event_schemas() -> dict[str, list[tuple[str, Json]]]:
    """Return, for each event, the places (``d.members[]``) that a component schema describes."""
    path = REFERENCE / "event_schemas.json"
    known = json.loads(path.read_text()) if path.is_file() and available() else {"map": {}}
    found = {
        name: [(place, _event_schema(words)) for place, words in places.items()]
        for name, places in known["map"].items()
    }
    for deviation in DEVIATIONS:
        name, _, where = deviation.where.partition(" ")
        for place, schema in found.get(name, ()) if where else ():
            if place == where:
                deviation.mend(schema)
    return found


def _event_schema(words: str | list[str]) -> Json:
    """Build the schema for words such as ``VoiceStateResponse minus guild_id``."""
    if isinstance(words, list):
        return {"anyOf": [_event_schema(word) for word in words]}
    name, _, rest = words.partition(" ")
    schema = dict(_document().schemas[name])  # a copy: an event's deviations are its own
    if rest.startswith("minus "):
        optional(rest.removeprefix("minus "))(schema)
    return schema


def _parts(value: Json, route: str, place: str) -> Iterator[tuple[str, Json]]:
    """Walk a route such as ``d.members[]`` through a payload; what is absent or null is not there."""
    _, _, rest = route.partition(".")
    if not rest:
        yield place, value
        return
    step, _, further = rest.partition(".")
    name = step.removesuffix("[]")
    found = value.get(name)
    if step.endswith("[]"):
        for index, item in _sample(found or []):
            yield from _parts(
                item, "d." + further if further else "d", f"{place}.{name}[{index}]".lstrip(".")
            )
    elif found is not None:
        yield from _parts(found, "d." + further if further else "d", f"{place}.{name}".lstrip("."))


def _sample(items: Sequence[Json]) -> list[tuple[int, Json]]:
    numbered = list(enumerate(items))
    return numbered if len(items) <= 2 * SAMPLE else numbered[:SAMPLE] + numbered[-SAMPLE:]


def _trimmed(value: Json) -> Json:
    """Return an event's part without the middle of its longest lists, which are judged by themselves."""
    if not isinstance(value, dict):
        return value
    return {
        key: [item for _, item in _sample(inner)] if isinstance(inner, list) else inner
        for key, inner in value.items()
    }


# -- Judging ---------------------------------------------------------------------------------------------

# Ids and moments differ from answer to answer and no schema tells them apart: alike, they can be remembered.
_ID = re.compile(r'"[1-9][0-9]{11,19}"')
_MOMENT = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"')
_verdicts: dict[tuple[int, str], tuple[str, ...]] = {}
_events: dict[tuple[str, str], list[str]] = {}
_validators: dict[int, Draft202012Validator] = {}


def _deviations(schema: Json, text: str) -> tuple[str, ...]:
    """Judge a JSON text; texts that differ only in ids and moments are judged once."""
    key = id(schema), _alike(text)
    verdict = _verdicts.get(key)
    if verdict is None:
        value = json.loads(text)
        verdict = _verdicts[key] = tuple(_judged(schema, value))
    return verdict


def _alike(text: str) -> str:
    return _MOMENT.sub('"2020-01-01T00:00:00+00:00"', _ID.sub('"1"', text))


def _judged(schema: Json, value: Json) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema and len(value) > 2 * SAMPLE:
        for index, item in _sample(value):
            yield from (f"[{index}].{line}" for line in _judged(schema["items"], item))
        return
    for error in _validator(schema).iter_errors(value):
        yield from _explained(error)


def _validator(schema: Json) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    known = _validators.get(id(schema))
    if known is None:
        known = _validators[id(schema)] = Draft202012Validator(schema, format_checker=_formats())
    return known


@cache
def _formats() -> Any:  # jsonschema is optional here, so its types are not named at run time
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())

    @checker.checks("date-time", raises=ValueError)
    def is_moment(value: object) -> bool:
        return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None

    return checker


def _explained(error: ValidationError) -> Iterator[str]:
    """Name the leaf that is wrong: in the branch that was meant, where a schema has several."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0] if inner.schema_path else 0, []).append(inner)
    if branches:
        for inner in min(branches.values(), key=_strangeness):
            yield from _explained(inner)
        return
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".")
    yield f"{place or 'the whole'}: {error.message[:300]}"


def _strangeness(errors: Sequence[ValidationError]) -> tuple[bool, bool, int]:
    """Order branches: one of another JSON type or another ``type`` constant was hardly meant."""
    kind = any(e.validator == "type" and not e.relative_path for e in errors)
    constant = any(e.validator in ("const", "enum") and list(e.relative_path) == ["type"] for e in errors)
    return kind, constant, len(errors)

"""What Discord's OpenAPI document lets a request hold, a form takes: every field, and null where it may be.

The document says what is allowed, not what is refused all the same. ``STRICTER`` says where the API is known to refuse
more, ``NOT_MODELLED`` which fields are loud; what is in them and no longer true fails too.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import unittest
from functools import cache
from typing import TYPE_CHECKING, Any

from discordtest.backend import body, rest
from discordtest.backend.codes import RestError
from discordtest.backend.resources import application_command_form, component, component_modal
from discordtest.errors import NotModelled
from tests import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

#: field -> why less is taken than the document allows
STRICTER = {
    "actions": "Auto Moderation: a rule has at least one",
    "allowed_mentions.parse[]": "nobody is mentioned by null",
    "allowed_mentions.roles[]": "nobody is mentioned by null",
    "allowed_mentions.users[]": "nobody is mentioned by null",
    "available_tags[]": "a tag has a name",
    "features[]": "null is no feature",
    "install_params.permissions": "Application, Install Params Object",
    "install_params.scopes": "Application, Install Params Object",
    "permissions": "Application Commands, Edit Application Command Permissions",
    "poll.answers[].poll_media.text": "Poll, Poll Media Object: never null for answers",
    "poll.question.text": "Poll, Poll Media Object: never null for questions",
    "recipient_id": "User, Create DM",
    "roles[]": "null is no role",
    "status": "Channel, Set Voice Channel Status: may be null, not absent",
    "[].id": "Guild, Modify Guild Channel Positions and Role Positions",
    "name": "Channel, Modify Channel: 1-100 characters",
    "description": "Application Commands: 1-100 characters for CHAT_INPUT",
}
#: (field, value) -> why it is not taken
NEVER = {
    ("privacy_level", "is never 1"): "Stage Instance, Privacy Level: PUBLIC is deprecated",
    ("type", "is never 13"): "the callback of purchases in games",
    ("type", "is never 14"): "Channel Types: a directory is of a hub, not of a guild",
}
#: field -> what it would be about
NOT_MODELLED = {
    "?only_active": "entitlements",
    "?guild_scheduled_event_exception_ids": "single dates of recurring events",
    "?target_channel_id": "invites to a message",
    "?target_message_id": "invites to a message",
    "access_tokens": "group direct messages",
    "attachments[].is_remix": "remixes",
    "default_tag_setting": "how posts are searched by tags",
    "event_webhooks_status": "webhooks that tell of events",
    "event_webhooks_types": "webhooks that tell of events",
    "event_webhooks_url": "webhooks that tell of events",
    "explicit_content_filter": "an application's settings in the developer portal",
    "handler": "entry point commands, which start Activities",
    "home_header": "server guides",
    "icon": "group direct messages",
    "max_participants": "Activities",
    "nicks": "group direct messages",
    "shared_client_theme": "themes of clients",
    "team_id": "an application's settings in the developer portal",
    "trigger_type": "the trigger of a rule is for good",
    "type": "an application's settings in the developer portal",
}


@cache
def document() -> Any:
    return json.loads(gzip.decompress((judge.REFERENCE / "openapi.json.gz").read_bytes()))


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def branches(schema: Any) -> Iterator[Any]:
    """Yield what a value may be, one JSON type or record at a time."""
    schema = resolved(schema)
    parts = (
        [] if "enum" in schema else schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []
    )
    if parts:
        for part in parts:
            yield from branches(part)
    else:
        yield schema


def is_of(schema: Any, kind: str) -> bool:
    return kind in schema["type"] if isinstance(schema.get("type"), list) else kind == schema.get("type")


def below(field: body.Field, schema: Any) -> body.Field | None:
    """Return the form for one branch of what may stand in a place: by its type, where there are several."""
    if not isinstance(field, (component.Component, application_command_form._Option)):
        return field
    kinds = next(branches(schema["properties"]["type"])).get("enum", ())
    return next((field.schemas[kind] for kind in kinds if kind in field.schemas), None)


def differences(schema: Any, field: body.Field, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, what the form does not do) where the form takes less than the schema allows."""
    parts = list(branches(schema))
    if path and not field.null and any(is_of(part, "null") for part in parts):
        yield path, "takes no null"
    for part in parts:
        form = below(field, part) if is_of(part, "object") else field
        if isinstance(form, body.Choice):
            for value in part.get("enum", [part["const"]] if "const" in part else ()):
                if value not in form.values:
                    yield path, f"is never {value!r}"
        if isinstance(form, body.Object) and is_of(part, "object"):
            for name, inner in part.get("properties", {}).items():
                place = f"{path}.{name}".lstrip(".")
                if name in form.fields:
                    yield from differences(inner, form.fields[name], place)
                    if form.fields[name].required and name not in part.get("required", ()):
                        yield place, "is required"
                elif (
                    name not in form.ignore and inner.get("contentEncoding") != "binary"
                ):  # a part of its own
                    yield place, "is not modelled"
        elif isinstance(form, body.Array) and is_of(part, "array"):
            yield from differences(part.get("items", {}), form.of, f"{path}[]")


def forms() -> Iterator[tuple[Any, body.Field]]:
    """Yield (schema, form) for every body that is served."""
    named = document()["components"]["schemas"]
    yield named["ApplicationCommandCreateRequest"], application_command_form._CHAT_INPUT
    for place, schemas in (("Message", component._SCHEMAS), ("Modal", component_modal._SCHEMAS)):
        for name, schema in named.items():
            if name.endswith(f"ComponentFor{place}Request"):
                yield schema, component.Component(*schemas, schemas=schemas, required=True)
    for route, operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        if route.body is not None and content:
            yield (content.get("application/json") or content["multipart/form-data"])["schema"], route.body


def operations() -> Iterator[tuple[rest.Route, Any]]:
    routes = {(route.method, alike(route.template)): route for route in rest.ROUTES}
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if route := routes.get((method.upper(), alike(path))):
                yield route, operation


def alike(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template)


@cache  # setUpClass is not for runners that split a class
def found() -> frozenset[tuple[str, str]]:
    """Return where our forms and the document differ, and in what."""
    pairs = {pair for schema, form in forms() for pair in differences(schema, form)}
    for route, operation in operations():
        known = () if route.query is None else (*route.query.fields, *route.query.ignore)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["name"] not in known:
                pairs.add((f"?{parameter['name']}", "is not modelled"))
    return frozenset(pairs)


@unittest.skipUnless(judge.available(), "needs Discord's OpenAPI document")
class RequestForms(unittest.TestCase):
    def places(self, *whats: str) -> set[str]:
        shared = re.compile(r"^message\.")  # of a forum's first message
        return {shared.sub("", place) for place, what in found() if what in whats}

    def test_fields_that_may_be_null_or_absent(self) -> None:
        self.assertEqual(self.places("takes no null", "is required"), set(STRICTER))

    def test_values(self) -> None:
        never = {(place, what) for place, what in found() if what.startswith("is never")}
        self.assertEqual(never, set(NEVER))

    def test_fields(self) -> None:
        self.assertEqual(self.places("is not modelled"), set(NOT_MODELLED))


JUNK: tuple[Any, ...] = (None, True, -1.5, 10**40, "", "x", [], {}, [None], {"type": []}, [{"type": {}}])


def sample(schema: Any, field: body.Field) -> Any:
    """Return something to fill a form with: records with all their fields, lists of everything they may hold."""
    part = next(part for part in branches(schema) if part.get("type") != "null")
    if is_of(part, "object"):
        form = below(field, part)
        known = form.fields if isinstance(form, body.Object) else {}
        named = part.get("properties", {})
        chosen = known or named  # of a form that chooses its fields itself, all
        return {n: sample(inner, known.get(n, field)) for n, inner in named.items() if n in chosen}
    if is_of(part, "array") and isinstance(field, body.Array):
        return [sample(inner, field.of) for inner in branches(part["items"]) if inner.get("type") != "null"]
    return part["enum"][0] if "enum" in part else part.get("const", 1)


def spoilt(value: Any, depth: int, junk: Any) -> Any:
    """Return the value with junk for everything that lies so deep."""
    if not depth:
        return junk
    if isinstance(value, dict):
        return {key: spoilt(inner, depth - 1, junk) for key, inner in value.items()}
    return [spoilt(inner, depth - 1, junk) for inner in value] if isinstance(value, list) else value


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth_of, inner), default=0)


@unittest.skipUnless(judge.available(), "needs Discord's OpenAPI document")
class Junk(unittest.TestCase):
    def test_no_form_ends_in_an_error_of_ours(self) -> None:
        for schema, form in forms():
            for part in branches(schema):
                value = sample(part, form)
                for depth in range(depth_of(value)):
                    for junk in JUNK:
                        with contextlib.suppress(RestError, NotModelled):
                            body.parse(form, spoilt(value, depth, junk))

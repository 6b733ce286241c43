"""A small world for the tests of the backend: an owner, a guild, a bot in it and one channel.

``SmallWorld.request`` acts as the bot does, over HTTP; ``perform`` as the narrator or another actor does. Every
answer is held against Discord's OpenAPI document where that is present.
"""

from __future__ import annotations

import contextlib
import json
import unittest
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from discordtest.backend import Backend
from discordtest.backend.codes import RestError
from discordtest.backend.permissions import ALL, Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.guild_member_build import new_member
from discordtest.backend.resources.guild_role import new_role
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from discordtest.backend.wire import Request
from discordtest.errors import NotModelled
from tests import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from discordtest.backend.codes import Code
    from discordtest.backend.gateway import Session
    from discordtest.backend.world import Record

__all__ = ["PNG", "PNG_URI", "START", "TOKEN", "Answer", "SmallWorld", "WorldTestCase", "multipart"]

judge.install()

START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
TOKEN = "token-of-the-bot"
#: Everything but ADMINISTRATOR, under which no other bit would matter.
BOT_PERMISSIONS = ALL & ~int(Permission.ADMINISTRATOR)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\x00\x01" * 2 + b"\x08\x06\x00\x00\x00"
PNG_URI = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAA="


class Headers(dict[str, str]):
    """Headers that ignore case, as a server sees them."""

    def get(self, key: str, default: Any = None) -> Any:
        return {name.lower(): value for name, value in self.items()}.get(key.lower(), default)


class Answer:
    """What came back over HTTP: ``status``, and ``json`` where there is a body."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body
        self.json = json.loads(body) if body else None

    @property
    def code(self) -> int:
        """The JSON error code."""
        return int(self.json["code"])


class SmallWorld:
    """One backend with ``owner``, ``guild``, ``bot`` (an Actor, its role is ``role``) and ``general``."""

    def __init__(self, permissions: int = BOT_PERMISSIONS) -> None:
        self.time = 0  # microseconds
        self.backend = Backend(START, lambda: self.time)
        self.world = self.backend.world
        self.owner = make_user(self.world, "owner")
        self.narrator = Actor("narrator", self.owner["id"])
        self.application = make_application(self.world, "robot", TOKEN, self.owner)
        self.bot = Actor("bot", self.application["bot"]["id"], self.application["id"])
        self.guild = self.make_guild("Test", permissions)
        self.role = list(self.world.roles[self.guild["id"]].values())[1]
        self.general = self.make_channel("general")

    # -- arranging

    def make_guild(self, name: str, permissions: int = BOT_PERMISSIONS) -> Record:
        """Add a guild of the owner that the bot is in, under a managed role with ``permissions``."""
        made = self.perform("create_guild", body={"name": name, "owner_id": self.owner["id"]})
        guild_id = made["id"]
        role = new_role(self.world.snowflake(), "robot", permissions=permissions, position=1)
        role.update(managed=True, tags={"bot_id": self.bot.user_id})
        self.world.roles[guild_id][role["id"]] = role
        self.join(self.application["bot"], guild_id, role["id"])
        return self.world.guilds[guild_id]

    def make_channel(self, name: str, type: int = 0, guild: Record | None = None, **fields: Any) -> Record:
        """Add a channel."""
        guild_id = (guild or self.guild)["id"]
        body = {"name": name, "type": type, **fields}
        return self.world.channels[self.perform("create_guild_channel", guild_id, body=body)["id"]]

    def make_person(self, name: str, permissions: int | None = None, guild: Record | None = None) -> Actor:
        """Add a user who is in the guild; with ``permissions``, under a role of that name."""
        guild_id = (guild or self.guild)["id"]
        user = make_user(self.world, name)
        role_ids = []
        if permissions is not None:
            role_ids = [self.world.snowflake()]
            self.world.roles[guild_id][role_ids[0]] = new_role(role_ids[0], name, permissions=permissions)
        self.join(user, guild_id, *role_ids)
        return Actor("person", user["id"])

    def join(self, user: Record, guild_id: str, *role_ids: str) -> None:
        """Put a user into a guild, without an event."""
        member = new_member(user, self.world.timestamp())
        member["roles"].extend(role_ids)
        self.world.members[guild_id][user["id"]] = member

    def allow(self, permissions: int) -> None:
        """Set what the bot's role allows, and leave @everyone nothing."""
        self.role["permissions"] = str(int(permissions))
        self.world.roles[self.guild["id"]][self.guild["id"]]["permissions"] = "0"

    # -- acting

    def perform(self, name: str, *raw: str | int, actor: Actor | None = None, **options: Any) -> Any:
        """Run an operation, as the narrator unless told otherwise."""
        return self.backend.perform(actor or self.narrator, name, *raw, **options)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        form: tuple[str, bytes] | None = None,
        reason: str | None = None,
        token: str | None = TOKEN,
    ) -> Answer:
        """Send a request as the bot's HTTP client does; ``form`` is from ``multipart``, for one with files."""
        headers = Headers()
        if token is not None:
            headers["Authorization"] = f"Bot {token}"
        if reason is not None:
            headers["X-Audit-Log-Reason"] = reason
        data = b""
        if form is not None:
            headers["Content-Type"], data = form
        elif body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        request = Request(method, "discord.com", f"/api/v10{path}", query or {}, headers, data)
        response = self.backend.handle(request)
        return Answer(response.status, response.body)

    def download(self, url: str) -> Any:
        """Fetch a file of the CDN."""
        host, _, path = url.removeprefix("https://").partition("/")
        path, _, query = path.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        return self.backend.handle(Request("GET", host, f"/{path}", pairs, Headers()))

    # -- the gateway

    def open(self) -> Session:
        """Open a gateway connection on which the bot may identify, however soon after another."""
        self.backend.gateway.starts.free_slots(self.application["id"])
        return self.backend.connect({})

    def connect(self, intents: int | None = None, token: str = TOKEN, **identify: Any) -> Session:
        """Open a gateway connection of the bot, however soon after another, and drop what starts it."""
        from discordtest.backend import intents as bits

        self.backend.gateway.starts.free_slots(self.world.tokens[token])
        session = self.backend.connect({})
        data = {"token": token, "intents": bits.ALL if intents is None else int(intents), **identify}
        session.receive(json.dumps({"op": 2, "d": data}))
        session.frames.clear()
        return session

    @staticmethod
    def events(session: Session, name: str | None = None) -> list[Any]:
        """Return the events that wait for the client as (name, payload); with ``name`` only the payloads."""
        frames = [json.loads(frame) for frame in session.frames if isinstance(frame, str)]
        found = [(frame["t"], frame["d"]) for frame in frames if frame["op"] == 0]
        return found if name is None else [payload for event, payload in found if event == name]

    def audit_log(self, guild: Record | None = None) -> list[Record]:
        """Return the entries of the guild's audit log, oldest first."""
        return self.world.audit_log[(guild or self.guild)["id"]]


class WorldTestCase(unittest.TestCase):
    """A test with a ``SmallWorld`` of its own as ``self.small``; nothing may stay unmodelled unless expected."""

    def setUp(self) -> None:
        self.small = SmallWorld()

    def tearDown(self) -> None:
        self.assertEqual(self.small.backend.failures, [])

    @contextlib.contextmanager
    def assertRefused(self, code: Code, field: str | None = None, error: str | None = None) -> Iterator[None]:
        """Expect ``perform`` to be refused; ``field`` is the dotted path in the tree, ``error`` its code."""
        with self.assertRaises(RestError) as caught:
            yield
        self.assertEqual(caught.exception.code, code)
        if field is not None:
            self.assertFieldError(caught.exception.payload(), field, error)

    def assertStatus(self, answer: Answer, status: int, code: int | None = None) -> Any:
        """Expect a status, and for a refusal its JSON code; return the body."""
        self.assertEqual(answer.status, status, answer.json)
        if code is not None:
            self.assertEqual(answer.json["code"], code, answer.json)
        return answer.json

    def assertFieldError(self, body: Any, field: str, error: str | None = None) -> None:
        """Expect the nested tree of a 50035 body to name ``field``, by ``error`` where given."""
        node = body["errors"]
        for step in field.split(".") if field else ():
            self.assertIn(step, node, body)
            node = node[step]
        self.assertIn("_errors", node, body)
        if error is not None:
            self.assertEqual(node["_errors"][0]["code"], error)

    def assertNotModelled(self, pattern: str) -> Any:
        """Expect a loud refusal that is recorded aside as well."""
        return _Loud(self, pattern)


class _Loud(contextlib.AbstractContextManager["_Loud", None]):
    def __init__(self, case: WorldTestCase, pattern: str) -> None:
        self.case = case
        self.inner = case.assertRaisesRegex(NotModelled, pattern)

    def __enter__(self) -> _Loud:
        self.inner.__enter__()
        return self

    def __exit__(self, *details: Any) -> Any:
        caught = self.inner.__exit__(*details)
        self.case.assertEqual(len(self.case.small.backend.failures), 1)
        self.case.small.backend.failures.clear()
        return caught


def multipart(fields: dict[str, Any], *files: tuple[str, str, bytes, str]) -> tuple[str, bytes]:
    """Return (content type, body) of a form; a file is (field name, file name, content, content type)."""
    pieces = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        pieces.append(f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode())
    for name, filename, data, kind in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}'
        pieces.append(head.encode() + b"\r\n\r\n" + data)
    body = b"".join(b"--border\r\n" + piece + b"\r\n" for piece in pieces) + b"--border--\r\n"
    return "multipart/form-data; boundary=border", body

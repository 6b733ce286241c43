"""The HTTP side of a test's Discord: it answers, and it keeps what it was asked and what it said.

What is asked here goes the way of every request of the bot: through discord.py's own HTTP client, the bot's token,
its rate limiter and the network under aiohttp, to the in-memory Discord. The exchanges that are kept are those that
the assertions look at.
"""

from __future__ import annotations

import functools
import inspect
import json
from typing import TYPE_CHECKING, Any

import discord
from discord.http import Route

from discordtest.control.changing import client_of
from discordtest.current import call_in, current_case
from discordtest.errors import BackendError, NotModelled
from discordtest.given import without_none

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from discordtest.backend.journal import Exchange
    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["SECONDS_OF_A_DAY", "FakeHttp"]

__unittest = True  # unittest leaves our frames out of its tracebacks

SECONDS_OF_A_DAY = 86_400
_MESSAGES = "/channels/{channel_id}/messages"


class FakeHttp:
    """The HTTP client of the running test's bot, without a network.

    Each method does the real operation as the bot and returns the payload that the API answers. What Discord refuses
    raises the ``discord.HTTPException`` that the bot would get. Methods of discord.py's own HTTP client that are
    not here (``delete_message``, ``kick``, …) are handed on to it. ``loop`` is that of the test, by default the
    running one. Where no loop runs, nothing is awaited: a request is answered when the call returns.

    Raises `BackendError` where no test runs, and for requests before the bot has logged in.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._case = current_case(loop)

    @property
    def _scene(self) -> Scene:
        return self._case._scene

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request that bots have made in this test, oldest first, with its answer.

        ``method``, ``path``, ``query``, ``json``, ``files`` and ``reason`` are what was asked; ``status`` and
        ``result`` (the parsed body) what was answered.
        """
        return self._scene.backend.journal.exchanges()

    @property
    def client(self) -> discord.Client:
        """The client whose requests these are."""
        return client_of(self._scene, None)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Make a request: ``request(route)`` with a ``discord.http.Route``, or ``request("GET", "/users/@me")``.

        The keywords are those of discord.py's own ``HTTPClient.request``: ``json``, ``params``, ``reason``, ``form``,
        ``files``. Returns the parsed answer.

        Raises `NotModelled`, a ``NotImplementedError``, for a route that the in-memory Discord does not know, and names
        it; ``discord.HTTPException`` for what Discord refuses.
        """
        route = args[0] if len(args) == 1 and isinstance(args[0], Route) else _route(args)
        http = self._logged_in()
        failures = self._scene.backend.failures
        known = len(failures)
        try:
            return await http.request(route, **kwargs)
        finally:
            told = [failure for failure in failures[known:] if isinstance(failure, NotModelled)]
            for failure in told:  # several, where the client has tried again
                failures.remove(failure)
            if told:
                raise told[0] from None

    # -- channels

    async def create_channel(
        self,
        guild_id: int,
        channel_type: discord.ChannelType | int,
        *,
        reason: str | None = None,
        **options: Any,
    ) -> Record:
        """Create a channel; ``options`` are the fields of the API. Return the channel."""
        kind = channel_type.value if isinstance(channel_type, discord.ChannelType) else channel_type
        route = Route("POST", "/guilds/{guild_id}/channels", guild_id=guild_id)
        return await self._json(route, {"type": kind, **options}, reason)

    async def get_channel(self, channel_id: int) -> Record:
        """Return a channel."""
        return await self._json(Route("GET", "/channels/{channel_id}", channel_id=channel_id))

    async def start_private_message(self, user_id: int) -> Record:
        """Open the direct messages with a user, and return that channel."""
        return await self._json(Route("POST", "/users/@me/channels"), {"recipient_id": user_id})

    async def delete_channel_permissions(
        self, channel_id: int, target_id: int, *, reason: str | None = None
    ) -> None:
        """Take the overwrite of a role or member from a channel."""
        path = "/channels/{channel_id}/permissions/{target_id}"
        await self._json(Route("DELETE", path, channel_id=channel_id, target_id=target_id), reason=reason)

    # -- messages

    async def send_message(
        self,
        channel_id: str | int,
        content: str | None,
        *,
        tts: bool = False,
        embed: discord.Embed | Mapping[str, Any] | None = None,
        embeds: Sequence[discord.Embed | Mapping[str, Any]] | None = None,
        nonce: str | None = None,
        allowed_mentions: discord.AllowedMentions | Mapping[str, Any] | None = None,
        message_reference: Mapping[str, Any] | None = None,
        stickers: Sequence[int | str] | None = None,
        components: Sequence[Mapping[str, Any]] | None = None,
    ) -> Record:
        """Send a message, and return it; what is passed are fields of the API, or objects of discord.py."""
        body = _message(
            content, tts, embed, embeds, nonce, allowed_mentions, message_reference, stickers, components
        )
        return await self._json(Route("POST", _MESSAGES, channel_id=channel_id), body)

    async def send_files(
        self,
        channel_id: str | int,
        *,
        files: Sequence[discord.File],
        content: str | None = None,
        tts: bool = False,
        embed: discord.Embed | Mapping[str, Any] | None = None,
        embeds: Sequence[discord.Embed | Mapping[str, Any]] | None = None,
        nonce: str | None = None,
        allowed_mentions: discord.AllowedMentions | Mapping[str, Any] | None = None,
        message_reference: Mapping[str, Any] | None = None,
        stickers: Sequence[int | str] | None = None,
        components: Sequence[Mapping[str, Any]] | None = None,
    ) -> Record:
        """Send a message with files, and return it; what is passed are fields of the API, or objects of discord.py."""
        body = _message(
            content, tts, embed, embeds, nonce, allowed_mentions, message_reference, stickers, components
        )
        body["attachments"] = [file.to_dict(number) for number, file in enumerate(files)]
        form: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body)}]
        form += [
            {
                "name": f"files[{number}]",
                "value": file.fp,
                "filename": file.filename,
                "content_type": "application/octet-stream",
            }
            for number, file in enumerate(files)
        ]
        route = Route("POST", _MESSAGES, channel_id=channel_id)
        sent: Record = await self.request(route, form=form, files=files)
        return sent

    async def edit_message(self, channel_id: int, message_id: int, **fields: Any) -> Record:
        """Edit a message of the bot's own; ``fields`` are those of the API. Return the message."""
        path = _MESSAGES + "/{message_id}"
        return await self._json(Route("PATCH", path, channel_id=channel_id, message_id=message_id), fields)

    async def get_message(self, channel_id: int, message_id: int) -> Record:
        """Return a message."""
        path = _MESSAGES + "/{message_id}"
        return await self._json(Route("GET", path, channel_id=channel_id, message_id=message_id))

    async def logs_from(
        self,
        channel_id: int,
        limit: int,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
    ) -> list[Record]:
        """Return messages of a channel, the newest first; ``before``, ``after`` or ``around`` is a message's id."""
        params = without_none(limit=limit, before=before, after=after, around=around)
        found: list[Record] = await self.request(
            Route("GET", _MESSAGES, channel_id=channel_id), params=params
        )
        return found

    # -- members

    async def ban(
        self, user_id: int, guild_id: int, delete_message_days: int = 1, reason: str | None = None
    ) -> None:
        """Ban a user, and delete their messages of the last days."""
        route = Route("PUT", "/guilds/{guild_id}/bans/{user_id}", guild_id=guild_id, user_id=user_id)
        await self._json(route, {"delete_message_seconds": delete_message_days * SECONDS_OF_A_DAY}, reason)

    async def change_my_nickname(self, guild_id: int, nickname: str, *, reason: str | None = None) -> Record:
        """Change the bot's own nickname, and return its member."""
        route = Route("PATCH", "/guilds/{guild_id}/members/@me", guild_id=guild_id)
        return await self._json(route, {"nick": nickname}, reason)

    async def edit_member(
        self, guild_id: int, user_id: int, *, reason: str | None = None, **fields: Any
    ) -> Record:
        """Change a member; ``fields`` are those of the API. Return the member."""
        return await self._json(_member("PATCH", guild_id, user_id), fields, reason)

    async def get_member(self, guild_id: int, member_id: int) -> Record:
        """Return a member."""
        return await self._json(_member("GET", guild_id, member_id))

    # -- roles

    async def create_role(self, guild_id: int, *, reason: str | None = None, **fields: Any) -> Record:
        """Create a role; ``fields`` are those of the API. Return the role."""
        return await self._json(Route("POST", "/guilds/{guild_id}/roles", guild_id=guild_id), fields, reason)

    async def edit_role(
        self, guild_id: int, role_id: int, *, reason: str | None = None, **fields: Any
    ) -> Record:
        """Change a role; ``fields`` are those of the API. Return the role."""
        route = Route("PATCH", "/guilds/{guild_id}/roles/{role_id}", guild_id=guild_id, role_id=role_id)
        return await self._json(route, fields, reason)

    async def move_role_position(
        self, guild_id: int, positions: Sequence[Mapping[str, Any]], *, reason: str | None = None
    ) -> list[Record]:
        """Move roles; ``positions`` are ``{"id", "position"}``. Return all roles of the guild."""
        route = Route("PATCH", "/guilds/{guild_id}/roles", guild_id=guild_id)
        moved: list[Record] = await self.request(route, json=[*positions], reason=reason)
        return moved

    # -- inside

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._logged_in(), name)
        return functools.partial(call_in, self._case, found) if callable(found) else found

    def _logged_in(self) -> Any:  # discord.py's HTTP client, whose annotations are not for us
        client = self.client
        if client.http.token is None:
            raise BackendError(
                f"{type(client).__name__} has not logged in yet: requests are made after `await super().asyncSetUp()`"
            )
        return client.http

    async def _json(
        self, route: Route, body: Mapping[str, Any] | None = None, reason: str | None = None
    ) -> Record:
        options = {} if body is None else {"json": body}
        answer: Record = await self.request(route, reason=reason, **options)
        return answer


def _plain_calls(cls: type[FakeHttp]) -> None:
    """Let the requests of a class be plain calls where no loop runs."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and inspect.iscoroutinefunction(method):
            setattr(cls, name, _plain_call(method))


def _plain_call(method: Any) -> Any:  # any signature; functools.wraps keeps it
    @functools.wraps(method)
    def request(self: FakeHttp, *args: Any, **kwargs: Any) -> Any:
        return call_in(self._case, method, self, *args, **kwargs)

    return request


_plain_calls(FakeHttp)


def _route(args: tuple[Any, ...]) -> Route:
    if len(args) != 2 or not all(isinstance(each, str) for each in args):
        raise TypeError(
            'request takes a discord.http.Route, or a method and a path: request("GET", "/users/@me")'
        )
    method, path = args
    return Route(method.upper(), "/" + path.lstrip("/"))


def _member(method: str, guild_id: int, user_id: int) -> Route:
    return Route(method, "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=user_id)


def _message(
    content: str | None,
    tts: bool,
    embed: Any,
    embeds: Any,
    nonce: str | None,
    allowed_mentions: Any,
    message_reference: Any,
    stickers: Any,
    components: Any,
) -> dict[str, Any]:
    """Return the body of a message; ``embed`` is the same as ``embeds`` with that one."""
    if embed is not None and embeds is not None:
        raise TypeError("pass embed= or embeds=, not both")
    shown = embeds if embed is None else [embed]
    return without_none(
        content=content,
        tts=tts or None,
        embeds=None if shown is None else [_plain(each) for each in shown],
        nonce=nonce,
        allowed_mentions=_plain(allowed_mentions),
        message_reference=message_reference,
        sticker_ids=stickers,
        components=components,
    )


def _plain(thing: Any) -> Any:
    return thing.to_dict() if hasattr(thing, "to_dict") else thing

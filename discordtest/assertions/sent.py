"""Assertions about what the bot sent and edited: the filters, applied to what the journal has kept.

They look at the last act; ``after=`` widens that.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast, overload

import discord

from discordtest import checking, counting, finding, given, tolerance, views
from discordtest import names as naming
from discordtest.assertions import failures, filters
from discordtest.assertions.core import After, AssertCore
from discordtest.backend import cdn
from discordtest.backend import journal as journal_
from discordtest.brevity import quoted
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from discordtest.assertions.failures import Search
    from discordtest.assertions.filters import Claims, Content, MessageFilter
    from discordtest.backend.journal import Exchange
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record
    from discordtest.tolerance import Close

__all__ = ["AssertSent"]

__unittest = True

_PLACE_GONE = "CHANNEL_DELETE", "THREAD_DELETE", "GUILD_DELETE"
_LONG = 120  # characters of a claim: the first line of a failure is one line
_UPDATE_MESSAGE = 7  # the answer to a click that changes the message

Missing: Any = discord.utils.MISSING  # Any: the default of arguments for which None is a mistake


class AssertSent(AssertCore):
    """The assertions about what the bot sent and edited."""

    @property
    def sent(self) -> list[discord.Message]:
        """Every message that the bot sent in this test, oldest first, as it is now (if it is still there)."""
        return [self._seen(message) for message in self._sent_since(0, None)]

    @overload
    def assertSent(  # type: ignore[overload-overlap]  # the default of count is 1
        self,
        content: Content | None = ...,
        *,
        count: Literal[1] = ...,
        after: After = ...,
        by: discord.Client | None = ...,
        msg: Any = ...,
        **claims: Unpack[Claims],
    ) -> discord.Message: ...
    @overload
    def assertSent(
        self,
        content: Content | None = ...,
        *,
        count: int | Close | None,
        after: After = ...,
        by: discord.Client | None = ...,
        msg: Any = ...,
        **claims: Unpack[Claims],
    ) -> list[discord.Message]: ...
    def assertSent(
        self,
        content: Content | None = None,
        *,
        count: int | Close | None = 1,
        after: After = None,
        by: discord.Client | None = None,
        msg: Any = None,
        **claims: Unpack[Claims],
    ) -> discord.Message | list[discord.Message]:
        """Fail unless the bot sent such a message in the last act; return it.

        ``content`` is equal (str), found (pattern) or accepted (predicate); `Claims` are ``contains channel embed
        embeds files buttons reply_to mentions ephemeral``. ``count=1`` is exactly one and returns it; another
        number, or None for at least one, returns a list. ``after`` (a message or datetime) looks further back,
        ``by`` at another client.

        >>> self.assertSent("Pong!", channel=self.general)
        >>> self.assertSent(contains="welcome", embed={"title": "Rules"}, count=None)
        """
        self._at_rest()
        wanted = self._filter(content, claims)
        if by is not None and not isinstance(cast(Any, by), discord.Client):
            raise TypeError(f"by= is a discord.Client that the test has connected, not {by!r}")
        if not isinstance(cast(Any, count), int | tolerance.Close | None):
            raise TypeError(f"count is a whole number, or None for at least one, not {count!r}")
        sent = self._sent_since(self._looked_from(after), by)
        found = [message for message in sent if wanted.fits(message)]
        if not found if count is None else len(found) != count:
            self._fail_sent(wanted, self._search(sent, after, by), found, count, msg)
        messages = [self._seen(message) for message in found]
        return messages[0] if count == 1 and isinstance(count, int) else messages

    def _fail_sent(
        self,
        wanted: MessageFilter,
        search: Search,
        found: list[Record],
        count: int | Close | None,
        msg: Any,
    ) -> None:
        claim = self._claim(wanted)
        if not found:
            self._fail(failures.not_found(self._scene, f"the bot did not send {claim}", wanted, search), msg)
        lines = [f"the bot sent {claim} {counting.times(len(found))}, not {count}:"]
        lines += [f"  {failures.describe_message(self._scene, message)}" for message in found]
        earlier = sum(wanted.fits(message) for message in search.before)
        if isinstance(count, int) and len(found) < count <= len(found) + earlier:
            lines.append(f"It sent {earlier} more {failures.EARLIER}")
        if count == 1:
            lines.append("`count=None` takes one or more, a number exactly so many; both return a list")
        self._fail_for(lines, msg)

    def _claim(self, wanted: MessageFilter) -> str:
        what = "such a message"
        if isinstance(wanted.content, str):
            what = quoted(wanted.content, _LONG)
        elif isinstance(wanted.content, tolerance.Close):
            what = repr(wanted.content)
        if wanted.content is None and wanted.contains is not None:
            what = f"a message with {wanted.contains!r}"
        if wanted.channel_id is None:
            return what
        return f"{what} in {naming.channel_name(self._scene.backend.world, wanted.channel_id)}"

    def assertNothingSent(self, channel: Any = Missing, *, after: After = None, msg: Any = None) -> None:
        """Fail if the bot sent anything in the last act (to this channel, if one is named)."""
        self._at_rest()
        channel_id = self._claimed_channel(channel)
        sent = [
            m
            for m in self._sent_since(self._looked_from(after), None)
            if channel_id in (None, m["channel_id"])
        ]
        if sent:
            lines = [f"  {failures.describe_message(self._scene, message)}" for message in sent]
            self._fail_for(["the bot sent:", *lines], msg)

    def assertEdited(
        self,
        message: Any,
        content: Content | None = None,
        *,
        after: After = None,
        msg: Any = None,
        **claims: Unpack[Claims],
    ) -> discord.Message:
        """Fail unless the bot edited the message in the last act and it is now like this; return it."""
        self._at_rest()
        wanted = self._filter(content, claims)
        edits = self._edits_of(message, after)
        if not edits:
            lines = [f"the bot did not edit {self._text(message)}"]
            if any(not wanted.differences(edited) for edited in self._edited_since(0, given.id_of(message))):
                lines.append(f"It did so {failures.EARLIER}")
            self._fail_state("\n".join(lines), msg)
        edited: Record = edits[-1]
        if wanted.differences(edited):
            lines = [
                f"the bot edited {self._text(message)} otherwise:",
                *(f"  {line}" for line in wanted.explained(edited)),
            ]
            self._fail_for(lines, msg)
        return self._seen(edited)

    def assertNotEdited(self, message: Any, *, after: After = None, msg: Any = None) -> None:
        """Fail if the bot edited the message in the last act."""
        self._at_rest()
        if edits := self._edits_of(message, after):
            text = f"the bot edited {self._text(message)}: it is now {filters.text_of(edits[-1])!r}"
            self._fail_for([text], msg)

    # -- inside

    def _sent_since(self, start: int, by: discord.Client | None) -> list[Record]:
        return [
            entry.message
            for entry in self._scene.backend.journal[start:]
            if isinstance(entry, journal_.Sent) and entry.wire and self._is_by(entry.actor, by)
        ]

    def _edited_since(self, start: int, message_id: str | None = None) -> list[Record]:
        """Return what messages the main client edited, as they were then; what fills a deferred answer is sent."""
        found = (
            self._edited(entry)
            for entry in self._scene.backend.journal.exchanges(start)
            if 200 <= entry.status < 300 and self._is_by(entry.actor, None)
        )
        return [each for each in found if each is not None and message_id in (None, each["id"])]

    def _edited(self, entry: Exchange) -> Record | None:
        """Return the message that a request has edited, through a channel, a webhook or an interaction."""
        if entry.method == "PATCH" and "/messages/" in entry.path:
            edited: Record = entry.result
            is_answer = entry.path.endswith("/messages/@original")
            return None if is_answer and edited["edited_timestamp"] is None else edited
        if entry.method == "POST" and entry.path.startswith("/interactions/"):
            if entry.json["type"] == _UPDATE_MESSAGE:
                shown: Record | None = ((entry.result or {}).get("resource") or {}).get("message")
                if shown is None:  # the bot did not ask for it
                    life = self._scene.backend.world.interactions[entry.path.split("/")[2]]
                    return self._stored(None, life["updated_id"])
                return shown
        return None

    def _is_by(self, actor: Actor | None, client: discord.Client | None) -> bool:
        """Tell whether a client did it; what came with a webhook's token counts as the main client's."""
        if actor is None or actor.application_id is None:
            return client is None or client is self._main
        return actor.application_id == self._application_id(client)

    @property
    def _main(self) -> discord.Client | None:
        return next(iter(self._scene.clients or self._scene.former), None)

    def _search(self, sent: list[Record], after: After, by: discord.Client | None) -> Search:
        start, client = self._looked_from(after), by or self._main
        others = [
            (other, message)
            for other in self._scene.clients
            if other is not client
            for message in self._sent_since(start, other)
        ]
        assert client is not None
        before = [message for message in self._sent_since(0, by) if message not in sent]
        return failures.Search(client, sent, before, others, self._edited_since(start))

    def _filter(self, content: Content | None, claims: Claims) -> MessageFilter:
        checking.check_claims("messages", filters.Claims, claims)
        reply_to, mentions = claims.get("reply_to"), claims.get("mentions")
        world = self._scene.backend.world
        return filters.MessageFilter(
            content=content,
            contains=claims.get("contains"),
            channel_id=self._claimed_channel(claims.get("channel", Missing)),
            embed=claims.get("embed"),
            embeds=claims.get("embeds"),
            files=claims.get("files"),
            buttons=claims.get("buttons"),
            reply_to=None if reply_to is None else given.id_of(reply_to),
            mentions=None if mentions is None else [self._claimed_mention(each) for each in mentions],
            ephemeral=claims.get("ephemeral"),
            file_data=self._file_data,
            button=lambda each: naming.button_name(each, world),
            shown=self._shown,
        )

    def _claimed_mention(self, thing: Any) -> str:
        guild_id = getattr(getattr(thing, "guild", None), "id", None)
        guilds = list(self._scene.backend.world.guilds) if guild_id is None else [str(guild_id)]
        for place in guilds:  # a name of a role is looked for in each
            with contextlib.suppress(SetupError):
                return finding.find_mentionable(self._scene.backend.world, thing, place)
        return str(self._claimed(lambda world, one: finding.find_mentionable(world, one, None), thing))

    def _shown(self, number: str) -> str:
        """Return a user, role or message as people know it."""
        world = self._scene.backend.world
        record = self._stored(None, number)
        if record is not None:
            return f"{filters.text_of(record)!r} of {record['author']['username']}"
        return naming.name_of(world, number)

    def _file_data(self, url: str) -> bytes:
        return self._scene.backend.world.files[cdn.path_of(url)][0]

    def _edits_of(self, message: Any, after: After) -> list[Record]:
        if self._record(message) is None:
            self._require_message(message)
        return self._edited_since(self._looked_from(after), given.id_of(message))

    def _seen(self, record: Record) -> discord.Message:
        current = self._stored(record["channel_id"], record["id"])
        return views.views_of(self._scene).message(current or record)

    def _existing(self, message: Any, msg: Any) -> Record:
        record = self._record(message)
        if record is None:
            self._require_message(message)
            self._fail_for([f"{self._text(message)} is deleted"], msg)
        return record

    def _require_message(self, message: Any) -> None:
        """Refuse what never was a message of this world, of one that is not there."""
        number, channel = given.id_of(message), getattr(message, "channel", None)
        for entry in self._dispatches(("MESSAGE_DELETE", "MESSAGE_DELETE_BULK"), number):
            event = json.loads(entry.text)
            if number in (event.get("id"), *event.get("ids", ())):  # else it is that of the channel
                return
        entries = self._scene.backend.journal
        if any(isinstance(entry, journal_.Sent) and entry.message["id"] == number for entry in entries):
            return
        if channel is None or not any(self._dispatches(_PLACE_GONE, given.id_of(channel))):
            raise given.no_message(
                message, f"there never was a message {given.shown(message)} in the world of this test"
            )

    def _text(self, message: Any) -> str:
        record = self._record(message)
        if record is not None:
            return f"the message {filters.text_of(record)!r}"
        return f"the message {getattr(message, 'content', None) or given.id_of(message)!r}"

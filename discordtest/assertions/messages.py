"""Assertions about messages: what the bot sent, edited, deleted, reacted to and pinned.

Those about what the bot did look at the last act; ``after=`` widens that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

import discord

from discordtest.assertions.core import AssertCore
from discordtest.assertions.failures import background, describe_message, not_found
from discordtest.assertions.filters import Claims, MessageFilter, embed_differences, text_of
from discordtest.backend.journal import Exchange, Sent
from discordtest.given import emoji_key, id_of
from discordtest.names import channel_name, name_of
from discordtest.views import views_of

if TYPE_CHECKING:
    from discordtest.assertions.filters import Content
    from discordtest.backend.world import Record

__all__ = ["AssertMessages"]

__unittest = True

After: TypeAlias = discord.Message | datetime | None
Missing: Any = discord.utils.MISSING  # Any: the default of arguments for which None is a mistake


class AssertMessages(AssertCore):
    """The assertions about messages."""

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
        count: int | None,
        after: After = ...,
        by: discord.Client | None = ...,
        msg: Any = ...,
        **claims: Unpack[Claims],
    ) -> list[discord.Message]: ...
    def assertSent(
        self,
        content: Content | None = None,
        *,
        count: int | None = 1,
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
        sent = self._sent_since(self._looked_from(after), by)
        found = [
            message
            for message in sent
            if wanted.channel_id in (None, message["channel_id"]) and not wanted.differences(message)
        ]
        if not found if count is None else len(found) != count:
            self._fail_sent(wanted, sent, found, count, msg)
        messages = [self._seen(message) for message in found]
        return messages[0] if count == 1 else messages

    def _fail_sent(
        self,
        wanted: MessageFilter,
        sent: list[Record],
        found: list[Record],
        count: int | None,
        msg: Any,
    ) -> None:
        claim = self._claim(wanted)
        if not found:
            self._fail(not_found(self._scene, f"the bot did not send {claim}", wanted, sent), msg)
        lines = [f"the bot sent {claim} {len(found)} times, not {count}:"]
        lines += [f"  {describe_message(self._scene, message)}" for message in found]
        self._fail("\n".join([*lines, background(self._scene)]), msg)

    def _claim(self, wanted: MessageFilter) -> str:
        what = repr(wanted.content) if isinstance(wanted.content, str) else "such a message"
        if wanted.content is None and wanted.contains is not None:
            what = f"a message with {wanted.contains!r}"
        if wanted.channel_id is None:
            return what
        return f"{what} in {channel_name(self._scene.backend.world, wanted.channel_id)}"

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
            lines = [f"  {describe_message(self._scene, message)}" for message in sent]
            self._fail("\n".join(["the bot sent:", *lines, background(self._scene)]), msg)

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
        message_id = id_of(message)
        edits = [
            entry
            for entry in self._scene.backend.journal.exchanges(self._looked_from(after))
            if entry.method == "PATCH"
            and 200 <= entry.status < 300
            and f"/messages/{message_id}" in entry.path
        ]
        if not edits:
            self._fail(f"the bot did not edit {self._text(message)}\n{background(self._scene)}", msg)
        edited: Record = edits[-1].result
        if differences := wanted.differences(edited):
            lines = [f"  {line}" for line in differences]
            self._fail(
                "\n".join(["the bot edited the message otherwise:", *lines, background(self._scene)]), msg
            )
        return self._seen(edited)

    def assertDeleted(self, message: Any, *, msg: Any = None) -> None:
        """Fail unless the message is gone."""
        self._at_rest()
        if self._record(message) is not None:
            self._fail(f"{self._text(message)} was not deleted\n{background(self._scene)}", msg)

    def assertNotDeleted(self, message: Any, *, msg: Any = None) -> discord.Message:
        """Fail if the message is gone; return it as it is now."""
        self._at_rest()
        return self._seen(self._existing(message, msg))

    def assertReaction(self, message: Any, emoji: Any, user: Any = None, *, msg: Any = None) -> None:
        """Fail unless the user (the bot, if none is named) has reacted to the message with the emoji."""
        self._at_rest()
        if id_of(user or self._bot_id()) not in self._reactions(message, msg).get(emoji_key(emoji), ()):
            self._fail(self._reaction_text(message, emoji, user, "has not reacted"), msg)

    def assertNotReaction(self, message: Any, emoji: Any, user: Any = None, *, msg: Any = None) -> None:
        """Fail if the user (the bot, if none is named) has reacted to the message with the emoji."""
        self._at_rest()
        if id_of(user or self._bot_id()) in self._reactions(message, msg).get(emoji_key(emoji), ()):
            self._fail(self._reaction_text(message, emoji, user, "has reacted"), msg)

    def _reactions(self, message: Any, msg: Any) -> dict[str, dict[str, None]]:
        record = self._existing(message, msg)
        return self._scene.backend.world.reactions.get(record["id"], {})

    def _reaction_text(self, message: Any, emoji: Any, user: Any, claim: str) -> str:
        world = self._scene.backend.world
        who = name_of(world, id_of(user)) if user else "the bot"
        found = ", ".join(
            f"{key} by {' and '.join(name_of(world, user_id) for user_id in users)}"
            for key, users in world.reactions.get(id_of(message), {}).items()
        )
        where = f"Reactions on {self._text(message)}: {found or 'none'}"
        return f"{who} {claim} with {emoji}\n{where}\n{background(self._scene)}"

    def assertPinned(self, message: Any, *, msg: Any = None) -> None:
        """Fail unless the message is pinned."""
        self._at_rest()
        if not self._existing(message, msg)["pinned"]:
            self._fail(f"{self._text(message)} is not pinned\n{background(self._scene)}", msg)

    def assertNotPinned(self, message: Any, *, msg: Any = None) -> None:
        """Fail if the message is pinned."""
        self._at_rest()
        if self._existing(message, msg)["pinned"]:
            self._fail(f"{self._text(message)} is pinned\n{background(self._scene)}", msg)

    def assertTyping(self, channel: Any, *, msg: Any = None) -> None:
        """Fail unless the bot was typing in the channel in the last act."""
        self._at_rest()
        if not self._typed(channel):
            self._fail(
                f"the bot was not typing in {self._claimed_text(channel)}\n{background(self._scene)}", msg
            )

    def assertNotTyping(self, channel: Any, *, msg: Any = None) -> None:
        """Fail if the bot was typing in the channel in the last act."""
        self._at_rest()
        if self._typed(channel):
            self._fail(f"the bot was typing in {self._claimed_text(channel)}\n{background(self._scene)}", msg)

    def _typed(self, channel: Any) -> list[Exchange]:
        path = f"/channels/{self._claimed_channel(channel)}/typing"
        exchanges = self._scene.backend.journal.exchanges(self._scene.act_start)
        return [entry for entry in exchanges if entry.path == path and entry.status == 204]

    def assertEmbed(self, message: Any, *, msg: Any = None, **keys: Any) -> discord.Embed:
        """Fail unless an embed of the message has these keys: ``title="Rules", fields={"1": "Be kind"}``."""
        self._at_rest()
        record = self._existing(message, msg)
        tries = [embed_differences(keys, embed) for embed in record["embeds"]]
        for number, differences in enumerate(tries):
            if not differences:
                return self._seen(record).embeds[number]
        lines = min(tries, key=len, default=["it has no embed"])
        text = "\n".join(f"  {line}" for line in lines)
        self._fail(f"no embed of {self._text(message)} is like that:\n{text}", msg)

    def assertButton(
        self,
        message: Any,
        label: str,
        *,
        disabled: bool | None = None,
        style: discord.ButtonStyle | None = None,
        msg: Any = None,
    ) -> discord.Button:
        """Fail unless the message has a button with this label (and state, and style); return it."""
        self._at_rest()
        found = list(_items(self._seen(self._existing(message, msg)).components))
        buttons = [item for item in found if isinstance(item, discord.Button)]
        for button in buttons:
            if (
                button.label == label
                and disabled in (None, button.disabled)
                and style in (None, button.style)
            ):
                return button
        shown = ", ".join(
            f"{button.label!r} ({button.style.name}{', disabled' if button.disabled else ''})"
            for button in buttons
        )
        self._fail(f"no such button {label!r} on {self._text(message)}. Its buttons: {shown or 'none'}", msg)

    def assertSelectOptions(
        self, message: Any, labels: Sequence[str], *, msg: Any = None
    ) -> discord.SelectMenu:
        """Fail unless a select of the message offers these labels, in this order; return it."""
        self._at_rest()
        found = list(_items(self._seen(self._existing(message, msg)).components))
        selects = [item for item in found if isinstance(item, discord.SelectMenu)]
        for select in selects:
            if [option.label for option in select.options] == list(labels):
                return select
        shown = "; ".join(str([option.label for option in select.options]) for select in selects)
        self._fail(
            f"no select offers {list(labels)} on {self._text(message)}. It has: {shown or 'none'}", msg
        )

    # -- inside

    def _sent_since(self, start: int, by: discord.Client | None) -> list[Record]:
        application_id = self._application_id(by)
        main = by is None or by is next(iter(self._scene.clients), None)
        return [
            entry.message
            for entry in self._scene.backend.journal[start:]
            if isinstance(entry, Sent)
            and entry.wire
            and (
                entry.actor.application_id == application_id or (main and entry.actor.application_id is None)
            )
        ]

    def _looked_from(self, after: After) -> int:
        """Return the number of the journal's entry from which on to look."""
        if after is None:
            return self._scene.act_start
        journal = self._scene.backend.journal
        if isinstance(after, datetime):
            moment = (after - self._scene.loop.start_time).total_seconds() * 1e6
            return next((n for n, entry in enumerate(journal) if entry.at > moment), len(journal))
        message_id = id_of(after)
        for number, entry in enumerate(journal):
            if isinstance(entry, Sent) and entry.message["id"] == message_id:
                return number + 1
        return 0

    def _filter(self, content: Content | None, claims: Claims) -> MessageFilter:
        if unknown := claims.keys() - Claims.__annotations__:
            raise TypeError(f"an assertion about messages takes no {', '.join(sorted(unknown))}")
        reply_to, mentions = claims.get("reply_to"), claims.get("mentions")
        return MessageFilter(
            content=content,
            contains=claims.get("contains"),
            channel_id=self._claimed_channel(claims.get("channel", Missing)),
            embed=claims.get("embed"),
            embeds=claims.get("embeds"),
            files=claims.get("files"),
            buttons=claims.get("buttons"),
            reply_to=None if reply_to is None else id_of(reply_to),
            mentions=None if mentions is None else [id_of(each) for each in mentions],
            ephemeral=claims.get("ephemeral"),
            file_data=self._file_data,
        )

    def _file_data(self, attachment: Record) -> bytes:
        path = attachment["url"].removeprefix("https://cdn.discordapp.com").partition("?")[0]
        return self._scene.backend.world.files[path][0]

    def _seen(self, record: Record) -> discord.Message:
        current = self._scene.backend.world.messages.get(record["channel_id"], {}).get(record["id"])
        return views_of(self._scene).message(current or record)

    def _record(self, message: Any) -> Record | None:
        message_id = id_of(message)
        channel = getattr(message, "channel", None)
        tables = self._scene.backend.world.messages
        if channel is not None:
            return tables.get(id_of(channel), {}).get(message_id)
        return next((table[message_id] for table in tables.values() if message_id in table), None)

    def _existing(self, message: Any, msg: Any) -> Record:
        record = self._record(message)
        if record is None:
            self._fail(f"{self._text(message)} is deleted\n{background(self._scene)}", msg)
        return record

    def _text(self, message: Any) -> str:
        record = self._record(message)
        if record is not None:
            return f"the message {text_of(record)!r}"
        return f"the message {getattr(message, 'content', None) or id_of(message)!r}"


def _items(components: Iterable[Any]) -> Iterable[Any]:
    for component in components:
        yield component
        yield from _items(getattr(component, "children", ()) or ())
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield accessory

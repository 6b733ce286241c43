"""Assertions about messages as they are now: deleted, reacted to, pinned, their embeds and components; and typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import given, tolerance
from discordtest import names as naming
from discordtest.assertions import embeds as embed_claims
from discordtest.assertions import failures
from discordtest.assertions.sent import AssertSent
from discordtest.backend.resources import unicode_emoji
from discordtest.errors import SetupError
from discordtest.interactions import components as shown_components

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from discordtest.backend.journal import Exchange

__all__ = ["AssertMessages"]

__unittest = True


class AssertMessages(AssertSent):
    """The assertions about messages."""

    def assertDeleted(self, message: Any, *, msg: Any = None) -> None:
        """Fail unless the message is gone."""
        self._at_rest()
        if self._record(message) is not None:
            self._fail_state(f"{self._text(message)} was not deleted", msg)
        self._require_message(message)

    def assertNotDeleted(self, message: Any, *, msg: Any = None) -> discord.Message:
        """Fail if the message is gone; return it as it is now."""
        self._at_rest()
        return self._seen(self._existing(message, msg))

    def assertReaction(self, message: Any, emoji: Any, user: Any = None, *, msg: Any = None) -> None:
        """Fail unless the user (the bot, if none is named) has reacted to the message with the emoji."""
        self._at_rest()
        who = self._claimed_user(user or self._bot_id())
        if who not in self._reacted(message, emoji, msg):
            why = failures.idleness(self._scene) if who == self._bot_id() else []
            self._fail("\n".join([self._reaction_text(message, emoji, who, "has not reacted"), *why]), msg)

    def assertNotReaction(self, message: Any, emoji: Any, user: Any = None, *, msg: Any = None) -> None:
        """Fail if the user (the bot, if none is named) has reacted to the message with the emoji."""
        self._at_rest()
        who = self._claimed_user(user or self._bot_id())
        if who in self._reacted(message, emoji, msg):
            self._fail(self._reaction_text(message, emoji, who, "has reacted"), msg)

    def _reacted(self, message: Any, emoji: Any, msg: Any) -> Iterable[str]:
        """Return the ids of who reacted with the emoji: a custom one by its id, one of Unicode in any style."""
        name, _, emoji_id = (key := given.emoji_key(emoji)).rpartition(":")
        if not name and not unicode_emoji.is_emoji(key):
            raise SetupError(
                f"{emoji!r} is no emoji: write the character itself, '<:name:id>', or pass the object"
            )
        record = self._existing(message, msg)
        for known, users in self._scene.backend.world.reactions.get(record["id"], {}).items():
            if (
                known.endswith(f":{emoji_id}")
                if name
                else unicode_emoji.same_emoji(known) == unicode_emoji.same_emoji(key)
            ):
                return users
        return ()

    def _reaction_text(self, message: Any, emoji: Any, user_id: str, claim: str) -> str:
        world = self._scene.backend.world
        who = "the bot" if user_id == self._bot_id() else naming.name_of(world, user_id)
        found = ", ".join(
            f"{key} by {' and '.join(naming.name_of(world, user_id) for user_id in users)}"
            for key, users in world.reactions.get(given.id_of(message), {}).items()
        )
        where = f"Reactions on {self._text(message)}: {found or 'none'}"
        return "\n".join(
            [
                f"{who} {claim} with {emoji}",
                where,
                failures.background(self._scene),
            ]
        )

    def assertPinned(self, message: Any, *, msg: Any = None) -> None:
        """Fail unless the message is pinned."""
        self._at_rest()
        if not self._existing(message, msg)["pinned"]:
            self._fail_state(f"{self._text(message)} is not pinned", msg)

    def assertNotPinned(self, message: Any, *, msg: Any = None) -> None:
        """Fail if the message is pinned."""
        self._at_rest()
        if self._existing(message, msg)["pinned"]:
            self._fail_state(f"{self._text(message)} is pinned", msg)

    def assertTyping(self, channel: Any, *, msg: Any = None) -> None:
        """Fail unless the bot was typing in the channel in the last act."""
        self._at_rest()
        if not self._typed(channel):
            self._fail_state(f"the bot was not typing in {self._claimed_text(channel)}", msg)

    def assertNotTyping(self, channel: Any, *, msg: Any = None) -> None:
        """Fail if the bot was typing in the channel in the last act."""
        self._at_rest()
        if self._typed(channel):
            self._fail_for([f"the bot was typing in {self._claimed_text(channel)}"], msg)

    def _typed(self, channel: Any) -> list[Exchange]:
        path = f"/channels/{self._claimed_channel(channel)}/typing"
        exchanges = self._scene.backend.journal.exchanges(self._scene.act_start)
        return [entry for entry in exchanges if entry.path == path and entry.status == 204]

    def assertEmbed(self, message: Any, /, *, msg: Any = None, **keys: Any) -> discord.Embed:
        """Fail unless an embed of the message has these keys: ``title="Rules", fields={"1": "Be kind"}``."""
        self._at_rest()
        record = self._existing(message, msg)
        tries = [embed_claims.embed_differences(keys, embed) for embed in record["embeds"]]
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
        """Fail unless the message has a button with this label (and state, and style); return it.

        The emoji or custom_id of a button will do as well.
        """
        self._at_rest()
        buttons = self._buttons(message, msg)
        for button in self._chosen(buttons, label, disabled, style):
            return button
        shown = ", ".join(map(self._button_text, buttons))
        asked = [] if style is None else [style.name]
        asked += [] if disabled is None else ["disabled" if disabled else "enabled"]
        that = f" that is {' and '.join(asked)}" if asked else ""
        text = f"no such button {label!r}{that} on {self._text(message)}"
        self._fail(f"{text}. Its buttons: {shown or 'none'}", msg)

    def assertNotButton(
        self,
        message: Any,
        label: str,
        *,
        disabled: bool | None = None,
        style: discord.ButtonStyle | None = None,
        msg: Any = None,
    ) -> None:
        """Fail if the message has a button with this label (and state, and style)."""
        self._at_rest()
        for button in self._chosen(self._buttons(message, msg), label, disabled, style):
            self._fail(f"{self._text(message)} has the button {self._button_text(button)}", msg)

    def _buttons(self, message: Any, msg: Any) -> list[discord.Button]:
        found = _items(self._seen(self._existing(message, msg)).components)
        return [item for item in found if isinstance(item, discord.Button)]

    def _chosen(
        self,
        buttons: Iterable[discord.Button],
        label: str,
        disabled: bool | None,
        style: discord.ButtonStyle | None,
    ) -> Iterator[discord.Button]:
        for button in buttons:
            if disabled not in (None, button.disabled) or style not in (None, button.style):
                continue
            if self._is_named(button, label):
                yield button

    def _is_named(self, button: discord.Button, name: Any) -> bool:
        if isinstance(name, tolerance.Close):
            return button.label == name
        record: Any = button.to_dict()
        return shown_components.is_button(record, name, self._scene.backend.world)

    def _button_text(self, button: discord.Button) -> str:
        record: Any = button.to_dict()
        name = naming.button_name(record, self._scene.backend.world)
        return f"{name!r} ({button.style.name}{', disabled' if button.disabled else ''})"

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


def _items(components: Iterable[Any]) -> Iterable[Any]:
    for component in components:
        yield component
        yield from _items(getattr(component, "children", ()) or ())
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield accessory

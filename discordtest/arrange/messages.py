"""Builders of messages, and what a test reads back: one object as it is now, the history of a channel."""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from discordtest import checking, finding, given
from discordtest import views as viewing
from discordtest.arrange.building import Arranging, new_id, perform, show, stage, user_id_of
from discordtest.backend import cdn, multipart
from discordtest.backend.resources import attachment as attachment_files
from discordtest.backend.resources import message_form
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import discord

    from discordtest.backend.world import World
    from discordtest.given import Emoji, File, Id
    from discordtest.scene import Scene

__all__ = ["MessageBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")


class MessageBuilders(Arranging):
    """What makes messages and reads them."""

    def make_message(
        self,
        content: str | None,
        author: discord.abc.User | Id,
        channel: Any,
        tts: bool = False,
        embeds: Iterable[discord.Embed] | None = None,
        attachments: Iterable[discord.Attachment] | None = None,
        nonce: int | str | None = None,
        id_num: int = -1,
        *,
        files: Iterable[File] = (),
        reply_to: discord.Message | Id | None = None,
        stickers: Iterable[Id] = (),
        reactions: Iterable[tuple[Emoji, Iterable[Id]] | Emoji] = (),
        created_at: datetime | None = None,
        pinned: bool = False,
        silent: bool = False,
    ) -> discord.Message:
        """Make a message of any ``author``, whatever they may do there, and return it.

        ``channel`` may be a user: the DM of the two. ``content`` is the text, read out with ``tts``; ``embeds`` are
        Embeds; ``attachments`` are what `make_attachment` returned, ``files`` as for ``self.send``. ``nonce`` comes
        back in the event; ``id_num`` chooses the id. ``reactions`` are emojis, of the author, or (emoji, users).

        Raises `SetupError` for an author or channel that is not here, an id that is taken, and what Discord does not
        allow.
        """
        scene = stage(self._scene)
        if content is not None:
            checking.check_text("content", content)
        world, author_id = scene.backend.world, user_id_of(scene, author)
        channel_id = _place(scene, author_id, channel)
        reference = None
        if reply_to is not None:
            reference = {"message_id": given.id_of(reply_to), "channel_id": channel_id}
        body = given.without_none(
            content=content,
            tts=tts or None,
            nonce=nonce,
            embeds=given.json_embeds(embeds) if embeds else None,
            sticker_ids=[finding.find_sticker(world, sticker) for sticker in stickers] or None,
            flags=message_form.SUPPRESS_NOTIFICATIONS if silent else None,
            message_reference=reference,
        )
        uploads = [*given.file_parts(files)]
        uploads += [_again(world, file, len(uploads) + place) for place, file in enumerate(attachments or ())]
        chosen = new_id(id_num, world.messages.get(channel_id, {}))
        at = given.iso(created_at)
        if at is not None and chosen is None:
            chosen = world.snowflake(created_at, world.messages.get(channel_id, ()))
        options: dict[str, Any] = {"author": author_id, "files": uploads, "id": chosen, "at": at}
        doing = f"make_message({reprlib.repr(content)})"
        made = perform(scene, doing, "create_message", channel_id, body=body, **options)
        path = channel_id, made["id"]
        for emoji, users in _reactions(reactions, author_id):
            for user in users:
                perform(
                    scene,
                    doing,
                    "add_my_message_reaction",
                    *path,
                    given.emoji_key(emoji),
                    author=user_id_of(scene, user),
                )
        if pinned:
            perform(scene, doing, "create_pin", *path)
        return show(scene).message(
            viewing.message_payload(viewing.views_of(scene), world.messages[channel_id][made["id"]])
        )

    def make_attachment(
        self, filename: str | Path, name: str | None = None, id_num: int = -1, *, content: bytes | None = None
    ) -> discord.Attachment:
        """Put a file on the CDN and return its attachment, for ``make_message``.

        ``filename`` is a path that is read, or with ``content`` only a name; ``name`` is the one that is shown, by
        default the path's; ``id_num`` chooses the id.

        Raises ``OSError`` for a file that cannot be read.
        """
        scene = stage(self._scene)
        if content is None:
            content = Path(filename).read_bytes()
        shown = name or Path(filename).name
        record = attachment_files.keep(
            scene.backend.world,
            "0",
            attachment_files.Upload(content, attachment_files.safe_name(shown), shown, {}),
            new_id(id_num),
        )
        return viewing.views_of(scene).attachment(record)

    # -- reading

    def history(self, channel: Any) -> list[discord.Message]:
        """Return every message of a channel, oldest first; of a user, of their DM with the bot."""
        scene = self._scene
        views, world = show(scene), scene.backend.world
        bot_id = next(iter(scene.clients.values()), {"bot": {"id": ""}})["bot"]["id"]
        number, user_id = finding.find_place(world, channel, bot_id)
        if number is None:
            number = world.dms.get((min(user_id, bot_id), max(user_id, bot_id)), "")
        messages = world.messages.get(number, {})
        ordered = sorted(messages.values(), key=lambda message: int(message["id"]))
        return [views.message(viewing.message_payload(views, record)) for record in ordered]

    def refresh(self, obj: T, client: discord.Client | None = None) -> T:
        """Return an object of discord.py as it is now, as the client sees it; ``self.client`` unless named."""
        show(self._scene)
        return viewing.refreshed(viewing.views_of(self._scene, client), obj)


def _place(scene: Scene, author_id: str, channel: Any) -> str:
    """Return the id of the channel; of a user, that of the DM with them."""
    channel_id, user_id = finding.find_place(scene.backend.world, channel, author_id)
    if channel_id is not None:
        return channel_id
    body = {"recipient_id": user_id}
    return str(perform(scene, "make_message", "create_dm", body=body, author=author_id)["id"])


def _again(world: World, attachment: discord.Attachment, place: int) -> multipart.Part:
    path = cdn.path_of(attachment.url)
    if path not in world.files:
        raise SetupError(f"{attachment!r} is not on the CDN of this test: use make_attachment")
    content, kind = world.files[path]
    return multipart.Part(f"files[{place}]", attachment.filename, kind, content)


def _reactions(reactions: Iterable[Any], author_id: str) -> Iterable[tuple[Any, Iterable[Id]]]:
    for reaction in reactions:
        yield reaction if isinstance(reaction, tuple) else (reaction, (author_id,))

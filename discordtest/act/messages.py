"""What people do with messages: send, edit, delete, forward, react, pin, type, start threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord

from discordtest import checking, finding, given
from discordtest import views as viewing
from discordtest.act.acting import Acting, act, name, person, place, place_id
from discordtest.act.threads import tag_ids
from discordtest.backend import rest
from discordtest.backend.resources import channel_types, message_form, message_reference, thread
from discordtest.brevity import quoted
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from discordtest.backend.multipart import Part
    from discordtest.backend.world import Record
    from discordtest.given import Emoji, File, Id
    from discordtest.scene import Scene

__all__ = ["MessageVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MessageVerbs(Acting):
    """The verbs about messages and threads."""

    @verb
    async def send(
        self,
        who: Any,
        channel: Any,
        content: str | None = None,
        *,
        embeds: Iterable[discord.Embed | Mapping[str, Any]] = (),
        files: Iterable[File] = (),
        reply_to: discord.Message | Id | None = None,
        stickers: Iterable[Id] = (),
        poll: discord.Poll | Mapping[str, Any] | None = None,
        silent: bool = False,
        **fields: Any,
    ) -> discord.Message:
        """Send a message, then let the bot react to it.

        ``who`` may be a webhook; ``channel`` may be a user: the DM with them. A file is a ``discord.File``,
        ``(name, content)`` or a path; ``files`` may be a dict of names and contents.

        >>> await self.send(self.alice, self.general, "!ping")
        """
        scene = self._scene
        if content is not None and not isinstance(content, str):
            raise TypeError(f"content is a string, not {content!r}")
        body: Record = {} if content is None else {"content": content}
        if fields:
            given.refuse_singular(fields)
            checking.check_keywords(
                self.send, fields, "create_message", ("username", "avatar_url", "thread_name")
            )
            body |= given.without_none(**fields)
        if embeds:
            body["embeds"] = given.json_embeds(embeds)
        if stickers:
            body["sticker_ids"] = [finding.find_sticker(scene.backend.world, sticker) for sticker in stickers]
        if poll is not None:
            body["poll"] = given.json_poll(poll)
        if silent:
            body["flags"] = message_form.SUPPRESS_NOTIFICATIONS
        if reply_to is not None:
            body["message_reference"] = {"message_id": given.message_of(scene.backend.world, reply_to)["id"]}
        parts = given.file_parts(files) if files else []
        if isinstance(who, discord.Webhook):
            sent = _execute(scene, who, channel, body, parts)
        else:
            sent = _send(scene, person(scene, who), channel, body, parts)
        return await _shown(scene, sent)

    @verb
    async def send_dm(self, who: Id, content: str | None = None, **options: Any) -> discord.Message:
        """Send the bot a direct message; the options are those of `send`."""
        bot_id: str = self._scene.application_of()["bot"]["id"]
        return await self.send(who, bot_id, content, **options)

    @verb
    async def edit(
        self,
        who: Id,
        message: discord.Message | Id,
        content: str | None = None,
        *,
        embeds: Iterable[discord.Embed | Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> discord.Message:
        """Edit a message of one's own."""
        scene = self._scene
        record = given.message_of(scene.backend.world, message)
        given.refuse_singular(fields)
        checking.check_keywords(self.edit, fields, "update_message")
        body = given.without_none(
            content=content, embeds=None if embeds is None else given.json_embeds(embeds), **fields
        )
        text = f"edits {quoted(record['content'])} to {quoted(content)}"
        path = record["channel_id"], record["id"]
        return await _shown(scene, act(scene, person(scene, who), text, "update_message", *path, body=body))

    @verb
    async def delete(self, who: Id, message: discord.Message | Id, *, reason: str | None = None) -> None:
        """Delete a message."""
        _on_message(self._scene, who, message, "deletes {}", "delete_message", reason=reason)

    @verb
    async def forward(self, who: Id, message: discord.Message | Id, channel: Any) -> discord.Message:
        """Forward a message to a channel, or to a user."""
        scene = self._scene
        actor, record = person(scene, who), given.message_of(scene.backend.world, message)
        reference = {
            "type": message_reference.FORWARD,
            "channel_id": record["channel_id"],
            "message_id": record["id"],
        }
        channel_id = place_id(scene, actor, channel)
        text = f"forwards {quoted(record['content'])} to {place(scene, channel_id)}"
        body = {"message_reference": reference}
        return await _shown(scene, act(scene, actor, text, "create_message", channel_id, body=body))

    # -- reactions

    @verb
    async def react(self, who: Id, message: discord.Message | Id, emoji: Emoji) -> None:
        """Add a reaction."""
        key = given.emoji_key(emoji)
        text = f"reacts with {key.partition(':')[0]} to {{}}"
        _on_message(self._scene, who, message, text, "add_my_message_reaction", key)

    @verb
    async def unreact(self, who: Id, message: discord.Message | Id, emoji: Emoji) -> None:
        """Take one's own reaction back."""
        scene, key = self._scene, given.emoji_key(emoji)
        world, actor = scene.backend.world, person(scene, who)
        record = given.message_of(world, message)
        if actor.user_id not in world.reactions.get(record["id"], {}).get(key, ()):
            raise SetupError(
                f"{name(world, actor.user_id)} has not reacted with {key} to {quoted(record['content'])}"
            )
        text = f"takes {key.partition(':')[0]} back from {{}}"
        _on_message(scene, who, message, text, "delete_my_message_reaction", key)

    # -- channels

    @verb
    async def typing(self, who: Id, channel: Any) -> None:
        """Start to type."""
        scene, actor = self._scene, person(self._scene, who)
        channel_id = place_id(scene, actor, channel)
        act(scene, actor, f"types in {place(scene, channel_id)}", "trigger_typing_indicator", channel_id)

    @verb
    async def pin(self, who: Id, message: discord.Message | Id, *, reason: str | None = None) -> None:
        """Pin a message."""
        _on_message(self._scene, who, message, "pins {}", "create_pin", reason=reason)

    @verb
    async def unpin(self, who: Id, message: discord.Message | Id, *, reason: str | None = None) -> None:
        """Unpin a message."""
        _on_message(self._scene, who, message, "unpins {}", "delete_pin", reason=reason)

    @verb
    async def start_thread(
        self,
        who: Id,
        channel_or_message: Any,
        name: str,
        *,
        content: str | None = None,
        tags: Iterable[discord.ForumTag | int | str] = (),
        private: bool = False,
    ) -> discord.Thread:
        """Start a thread in a channel, on a message, or as a post of a forum.

        ``content`` is its first message, which a forum needs; ``tags`` are those of the forum, or their names.
        """
        scene, actor = self._scene, person(self._scene, who)
        body: dict[str, Any] = {"name": name}
        made = _start_thread(scene, actor, channel_or_message, body, content, [*tags], private)
        await scene.settle()
        return cast(
            "discord.Thread", viewing.views_of(scene).channel(scene.backend.world.channels[made["id"]])
        )


def _send(scene: Scene, actor: rest.Actor, channel: Any, body: Record, parts: list[Part]) -> Record:
    channel_id = place_id(scene, actor, channel)
    files = f" with {', '.join(str(part.filename) for part in parts)}" if parts else ""
    text = f"sends {quoted(body.get('content'))}{files} in {place(scene, channel_id)}"
    sent: Record = act(scene, actor, text, "create_message", channel_id, body=body, files=parts)
    return sent


def _execute(scene: Scene, webhook: discord.Webhook, channel: Any, body: Record, parts: list[Part]) -> Record:
    """Post through a webhook, into its channel or a thread of it."""
    world, webhook_id = scene.backend.world, str(webhook.id)
    record = world.webhooks.get(webhook_id)
    if record is None:
        raise SetupError(f"there is no webhook {webhook!r} in the world of this test")
    channel_id = finding.find_channel(world, channel, record["guild_id"])
    query = {"wait": "true"}
    if channel_id != record["channel_id"]:
        if world.channels.get(channel_id, {}).get("parent_id") != record["channel_id"]:
            raise SetupError(
                f"the webhook {record['name']!r} posts in {place(scene, record['channel_id'])}, "
                f"not in {place(scene, channel_id)}"
            )
        query["thread_id"] = channel_id
    actor = rest.Actor("webhook", webhook_id, record["application_id"])
    text = f"posts {quoted(body.get('content'))} in {place(scene, channel_id)}"
    path = webhook_id, record["token"]
    made = act(scene, actor, text, "execute_webhook", *path, body=body, query=query, files=parts)
    return cast("Record", made)


async def _shown(scene: Scene, payload: Record) -> discord.Message:
    """Return a message as it is once the bot has reacted to it; as it was sent, if it is gone by then."""
    await scene.loop.settle()  # one step less than scene.settle(), for every message
    scene.check()
    views = viewing.views_of(scene)
    record = scene.backend.world.messages.get(payload["channel_id"], {}).get(payload["id"])
    return views.message(payload) if record is None else views.kept_message(record)


def _on_message(
    scene: Scene, who: Id, message: Any, text: str, operation: str, *more: str, **options: Any
) -> None:
    record = given.message_of(scene.backend.world, message)
    text = text.format(quoted(record["content"]))
    act(scene, person(scene, who), text, operation, record["channel_id"], record["id"], *more, **options)


def _start_thread(
    scene: Scene,
    actor: rest.Actor,
    where: Any,
    body: Record,
    content: str | None,
    tags: list[Any],
    private: bool,
) -> Record:
    world = scene.backend.world
    text = f"starts the thread {body['name']!r}"
    if isinstance(where, discord.Message | discord.PartialMessage) or not (
        finding.is_name(where) or given.id_of(where) in world.channels
    ):
        record = given.message_of(world, where)
        path = record["channel_id"], record["id"]
        made = act(
            scene,
            actor,
            f"{text} on {quoted(record['content'])}",
            "create_thread_from_message",
            *path,
            body=body,
        )
    else:
        channel_id = finding.find_channel(world, where, user_id=actor.user_id)
        kind = world.channels[channel_id]["type"]
        text += f" in {place(scene, channel_id)}"
        if kind in channel_types.FORUM_TYPES:
            body.update(
                message={"content": content} if content else {},
                applied_tags=tag_ids(world.channels[channel_id], tags),
            )
            content = None
        else:
            is_news = kind == channel_types.ANNOUNCEMENT
            public = thread.ANNOUNCEMENT_THREAD if is_news else thread.PUBLIC_THREAD
            body["type"] = thread.PRIVATE_THREAD if private else public
        made = act(scene, actor, text, "create_thread", channel_id, body=body)
    if content is not None:
        _send(scene, actor, made["id"], {"content": content}, [])
    return cast("Record", made)

"""How a verb works: as a person, with what they see, and told in the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest.backend.codes import RestError
from discordtest.backend.rest import Actor
from discordtest.errors import SetupError
from discordtest.given import id_of
from discordtest.refusals import http_exception, is_never_shown, setup_error
from discordtest.views import Views, views_of

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["Acting"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Acting:
    """What the groups of verbs share."""

    _scene: Scene

    def _act(self, who: Actor, text: str, name: str, *raw: str, **options: Any) -> Any:
        """Tell what a person does and run it; ``text`` has no subject: ``"sends 'hi' in #general"``."""
        scene = self._scene
        said = f"{self._name(who.user_id)} {text}"
        scene.tell(said)
        try:
            return scene.backend.perform(who, name, *raw, **options)
        except RestError as error:
            if is_never_shown(error):
                raise setup_error(f"{said}, which their client would not offer", error) from None
            raise http_exception(error) from None

    def _person(self, who: Id) -> Actor:
        """Return the actor of a member, a user or an id."""
        user_id = id_of(who)
        if user_id not in self._scene.backend.world.users:
            raise SetupError(f"{who!r} acts, but there is no such user in the world of this test")
        return Actor("person", user_id)

    def _views(self) -> Views:
        return views_of(self._scene)

    # -- words

    def _name(self, user_id: str) -> str:
        world = self._scene.backend.world
        user = world.users.get(user_id)
        return str(world.webhooks[user_id]["name"] if user is None else user["username"])

    def _place(self, channel_id: str) -> str:
        """Return a channel as people call it: ``#general``, ``a DM with bob``."""
        channel = self._scene.backend.world.channels.get(channel_id)
        if channel is None:
            return f"the unknown channel {channel_id}"
        if channel.get("guild_id") is None:
            return "the DM of " + " and ".join(user["username"] for user in channel["recipients"])
        return f"#{channel['name']}"

    # -- what tests pass

    def _where(self, who: Actor, channel: Any) -> str:
        """Return the id of a channel; of a user, that of the DM with them."""
        world = self._scene.backend.world
        channel_id = id_of(channel)
        if isinstance(channel, discord.abc.User) or (
            channel_id not in world.channels and channel_id in world.users
        ):
            return str(self._act(who, "opens a DM", "create_dm", body={"recipient_id": channel_id})["id"])
        return channel_id

    def _message(self, message: Any) -> Record:
        """Return the record of a message."""
        messages = self._scene.backend.world.messages
        message_id = id_of(message)
        channel = getattr(message, "channel", None)
        if channel is not None and message_id in (found := messages.get(str(channel.id), {})):
            return found[message_id]
        for table in messages.values():
            if message_id in table:
                return table[message_id]
        raise SetupError(f"there is no message {message!r}: it was deleted, or it is of another test")


def brief(content: str | None) -> str:
    """Return the start of a text, quoted."""
    text = content or ""
    return repr(text if len(text) <= 60 else text[:59] + "…")

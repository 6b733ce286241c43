"""What became of an interaction: live, so it can be asked again after time has passed."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from discordtest.backend.resources.interaction import is_late
from discordtest.backend.resources.interaction_callback import DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE
from discordtest.backend.resources.message_form import LOADING
from discordtest.given import shown
from discordtest.interactions.modals import ShownModal
from discordtest.views import message_payload, views_of

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["InteractionResult", "check_result"]

_ANSWERS = {
    "answer",
    "message",
    "original",
    "original_response",
    "reply",
}  # what a message may be guessed to be called


def check_result(thing: object) -> None:
    """Refuse what no verb of an interaction has returned: a message, a coroutine that nobody has awaited."""
    if isinstance(thing, InteractionResult):
        return
    hint = ""
    if inspect.iscoroutine(thing):
        hint = f": write `await` before self.{thing.__name__}(…)"
    elif isinstance(thing, discord.Message):
        hint = ": assertSent is for what the bot sent without being used"
    raise TypeError(f"pass what slash, click, select or submit returned, not {shown(thing)}{hint}")


class InteractionResult:
    """What a person sees of their command, click or modal.

    Everything is as it is now, not as it was when the verb returned.
    """

    def __init__(self, scene: Scene, interaction: Record) -> None:
        self._scene = scene
        self._interaction = interaction

    if not TYPE_CHECKING:  # a type checker is to find what is not there

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # it failed inside: raise that
            hint = ""
            if name in _ANSWERS or (not name.startswith("_") and hasattr(discord.Message, name)):
                hint = (
                    ": the message that the bot answered with is `.response`, one that it changed `.updated`"
                )
            raise AttributeError(f"an InteractionResult has no {name!r}{hint}")

    @property
    def id(self) -> int:
        """The interaction's id."""
        return int(self._interaction["id"])

    @property
    def type(self) -> discord.InteractionResponseType | None:
        """How the bot answered at first; None while it has not."""
        answer = self._interaction["answer"]
        return None if answer is None else discord.InteractionResponseType(answer)

    @property
    def acknowledged(self) -> bool:
        """Whether the bot answered in any way; False is "did not respond" once 3 seconds have passed."""
        return self._interaction["answer"] is not None

    @property
    def failed(self) -> bool:
        """Whether the person sees that the application did not respond: 3 seconds have passed."""
        return is_late(self._scene.backend.world, self._interaction)

    @property
    def deferred(self) -> bool:
        """Whether the first answer was that the real one is to come."""
        return self._interaction["answer"] in (DEFERRED_MESSAGE, DEFERRED_UPDATE)

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        return bool(self._interaction["ephemeral"])

    @property
    def response(self) -> discord.Message | None:
        """The new message that answers, a deferred one once it is there; None where there is none (any more)."""
        if self._interaction["answer"] in (DEFERRED_UPDATE, UPDATE):
            return None
        return self._message(self._interaction["response_id"])

    @property
    def updated(self) -> discord.Message | None:
        """The message with the component, where the bot's answer has changed it."""
        return self._message(self._interaction["updated_id"])

    @property
    def followups(self) -> list[discord.Message]:
        """The further messages that are still there, oldest first."""
        found = [self._message(message_id) for message_id in self._interaction["followups"]]
        return [message for message in found if message is not None]

    @property
    def modal(self) -> ShownModal | None:
        """The modal that the bot opened."""
        modal = self._interaction["modal"]
        return None if modal is None else ShownModal(modal)

    @property
    def choices(self) -> list[app_commands.Choice[Any]]:
        """What autocomplete offers."""
        return [
            app_commands.Choice(name=choice["name"], value=choice["value"])
            for choice in self._interaction["choices"] or ()
        ]

    def _message(self, message_id: str | None) -> discord.Message | None:
        record = self.find(message_id)
        if record is None or record["flags"] & LOADING:
            return None
        views = views_of(self._scene)
        return views.message(message_payload(views, record))

    def find(self, message_id: str | None) -> Record | None:
        """Return the record of a message of this interaction, if it is there."""
        world = self._scene.backend.world
        if message_id is None:
            return None
        found = world.messages.get(self._interaction["channel_id"], {}).get(message_id)
        return world.ephemerals.get(message_id) if found is None else found

    @property
    def record(self) -> Record:
        """The life of the interaction, as the world keeps it."""
        return self._interaction

    def __repr__(self) -> str:
        name = self._interaction["name"]
        if self.failed:
            return f"<InteractionResult {name!r}: the application did not respond>"
        kind = self.type
        return f"<InteractionResult {name!r}: {'no answer yet' if kind is None else kind.name}>"

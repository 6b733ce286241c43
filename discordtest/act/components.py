"""What people do with components: press buttons, choose in selects, fill in modals, vote in polls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

from discordtest import given
from discordtest.act.acting import Acting, act, name, person
from discordtest.backend import permissions
from discordtest.backend.resources import component, interaction, poll_vote
from discordtest.errors import SetupError
from discordtest.interactions import components, filling, listening
from discordtest.interactions import result as results
from discordtest.verbs import verb

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ComponentVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ComponentVerbs(Acting):
    """The verbs about components and modals."""

    @verb
    async def click(self, who: Id, message_or_result: Any, button: Any) -> results.InteractionResult:
        """Press a button, by its label, emoji or custom_id, then let the bot answer.

        >>> await self.click(self.alice, message, "Close")
        """
        scene, actor = self._scene, _user(self._scene, who)
        shown = components.shown_message(scene, actor.user_id, message_or_result)
        found = components.find_button(scene.backend.world, shown.message, button)
        data = {"component_type": component.BUTTON, "custom_id": found["custom_id"], "id": found["id"]}
        text = f"presses {found.get('label') or found['emoji']['name']!r}"
        return await _use(scene, actor, shown, data, text)

    @verb
    async def select(
        self, who: Id, message_or_result: Any, values: Any, /, *, custom_id: str | None = None
    ) -> results.InteractionResult:
        """Choose one or several values in a select: options by label or value, or objects of discord.py.

        ``custom_id`` (or the placeholder) says which select, where the message has several.

        >>> await self.select(self.alice, message, ["Red", "Blue"])
        """
        scene, actor = self._scene, _user(self._scene, who)
        shown = components.shown_message(scene, actor.user_id, message_or_result)
        chosen = filling.as_list(values)
        select = components.find_select(shown.message, custom_id, chosen)
        data = filling.select_data(_filler(scene, actor, shown.message["channel_id"]), select, chosen)
        return await _use(scene, actor, shown, data, f"chooses {', '.join(map(str, chosen)) or 'nothing'}")

    @verb
    async def submit(
        self,
        who: Id,
        result: results.InteractionResult,
        /,
        values: Mapping[str, Any] | None = None,
        **by_custom_id: Any,
    ) -> results.InteractionResult:
        """Fill in the modal that the bot opened, and send it off.

        ``values`` are by label or custom_id; a field that is not named stays as it was shown.

        >>> await self.submit(self.alice, result, {"Your name": "Alice"})
        """
        scene, actor = self._scene, _user(self._scene, who)
        life = _open_modal(scene, actor, result)
        if not isinstance(values, Mapping | None):
            raise TypeError(
                f"submit: the values are a dict by label, as {{'Your name': 'Alice'}}, not {values!r}"
            )
        data = filling.modal_data(
            _filler(scene, actor, life["channel_id"]), life["modal"], {**(values or {}), **by_custom_id}
        )
        body = {
            "application_id": life["application_id"],
            "type": interaction.MODAL_SUBMIT,
            "data": data,
            "message_id": life["message_id"],
            "modal_of": life["id"],
        }
        text = f"sends off the modal {life['modal']['title']!r}"
        deaf = listening.why_deaf(scene, life["application_id"], life["modal"]["custom_id"], None, None)
        return await _create(scene, actor, life["channel_id"], body, text, deaf)

    # -- polls

    @verb
    async def vote(self, who: Id, message: discord.Message | Id, answer: Any) -> None:
        """Vote in a poll; the answer is named by its text, emoji or number, or is a PollAnswer.

        >>> await self.vote(self.alice, message, "Pizza")
        """
        scene, actor = self._scene, _user(self._scene, who)
        record = _poll_of(scene, message)
        chosen, votes = _answer_of(record["poll"], answer), _votes(scene, actor, record)
        who_name = name(scene.backend.world, actor.user_id)
        if chosen["answer_id"] in votes:
            raise SetupError(f"{who_name} has voted for {chosen['poll_media']['text']!r} already")
        if votes and not record["poll"]["allow_multiselect"]:
            raise SetupError(f"{who_name} has voted already, and has one vote: unvote first")
        text = f"votes for {chosen['poll_media']['text']!r}"
        _set_votes(scene, actor, record, [*votes, chosen["answer_id"]], text)

    @verb
    async def unvote(self, who: Id, message: discord.Message | Id, answer: Any = None) -> None:
        """Take one's votes in a poll back, or the one for this answer."""
        scene, actor = self._scene, _user(self._scene, who)
        record = _poll_of(scene, message)
        votes = _votes(scene, actor, record)
        gone = votes if answer is None else [_answer_of(record["poll"], answer)["answer_id"]]
        if not votes or not set(gone) <= set(votes):
            raise SetupError(f"{name(scene.backend.world, actor.user_id)} has not voted for that")
        left = [vote for vote in votes if vote not in gone]
        _set_votes(scene, actor, record, left, "takes a vote back")


def _user(scene: Scene, who: Id) -> Actor:
    actor = person(scene, who)
    if actor.kind == "bot":
        raise SetupError(f"{name(scene.backend.world, actor.user_id)} is a bot: only people use components")
    return actor


def _filler(scene: Scene, actor: Actor, channel_id: str) -> filling.Filler:
    return filling.Filler(scene.backend.world, _channel(scene, actor, channel_id), actor.user_id)


def _channel(scene: Scene, actor: Actor, channel_id: str) -> Record:
    """Return the channel, if the person can use components there."""
    world = scene.backend.world
    channel = world.channels.get(channel_id)
    if channel is None:
        raise SetupError("the channel is deleted")
    guild_id = channel.get("guild_id")
    member = None if guild_id is None else world.members[guild_id].get(actor.user_id)
    if member is not None and permissions.is_timed_out(world, member):
        raise SetupError(f"{name(world, actor.user_id)} is timed out, and can use nothing")
    if member is not None and permissions.is_pending(member):
        raise SetupError(
            f"{name(world, actor.user_id)} is pending (update_member(…, pending=False)), and can use nothing"
        )
    return channel


async def _use(
    scene: Scene, actor: Actor, shown: components.Shown, data: Record, text: str
) -> results.InteractionResult:
    message = shown.message
    _channel(scene, actor, message["channel_id"])
    body = {
        "application_id": shown.application_id,
        "type": interaction.COMPONENT,
        "data": data,
        "message_id": message["id"],
    }
    kind, custom_id = data["component_type"], data["custom_id"]
    deaf = listening.why_deaf(scene, shown.application_id, custom_id, kind, message["id"])
    return await _create(scene, actor, message["channel_id"], body, text, deaf)


async def _create(
    scene: Scene, actor: Actor, channel_id: str, body: Record, text: str, deaf: str | None
) -> results.InteractionResult:
    made = act(scene, actor, text, "create_interaction", channel_id, body=body)
    if deaf is not None:
        scene.deaf[made["id"]] = deaf
    await scene.settle()
    return results.InteractionResult(scene, made)


def _open_modal(scene: Scene, actor: Actor, result: results.InteractionResult) -> Record:
    """Return the interaction whose modal the person sees."""
    results.check_result(result)
    life = result.record
    if life["modal"] is None:
        raise SetupError(f"the bot opened no modal: {result!r}")
    if life["user_id"] != actor.user_id:
        who = name(scene.backend.world, life["user_id"])
        raise SetupError(f"the modal is open for {who} alone")
    if life["submitted_by"] is not None:
        raise SetupError(f"the modal {life['modal']['title']!r} was sent off already, and is closed")
    return life


# -- polls


def _poll_of(scene: Scene, message: Any) -> Record:
    record = given.message_of(scene.backend.world, message)
    if "poll" not in record:
        raise SetupError("the message has no poll")
    if poll_vote.is_over(scene.backend.world, record["poll"]):
        raise SetupError(f"the poll {record['poll']['question']['text']!r} is over")
    return record


def _answer_of(poll: Record, wanted: Any) -> Record:
    """Return the answer that is named."""
    key = getattr(wanted, "id", wanted) if isinstance(wanted, discord.PollAnswer) else wanted
    for answer in poll["answers"]:
        media = answer["poll_media"]
        emoji = media.get("emoji") or {}
        if key in (answer["answer_id"], media["text"], emoji.get("name")) and key is not None:
            found: Record = answer
            return found
    texts = ", ".join(repr(answer["poll_media"]["text"]) for answer in poll["answers"])
    raise SetupError(f"the poll has no answer {wanted!r}; its answers: {texts}")


def _votes(scene: Scene, actor: Actor, message: Record) -> list[int]:
    votes = scene.backend.world.poll_votes.get(message["id"], {})
    return [answer_id for answer_id, users in votes.items() if actor.user_id in users]


def _set_votes(scene: Scene, actor: Actor, message: Record, answer_ids: list[int], text: str) -> None:
    path = message["channel_id"], message["id"]
    act(scene, actor, text, "vote_in_poll", *path, body={"answer_ids": answer_ids})

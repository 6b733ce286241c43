"""The life of an interaction as a few lines with times: used, deferred +0.2 s, answered +4 s, too late.

It reads the journal when it is asked, so keeping it costs nothing.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import discord

from discordtest.backend.resources.application_command_form import CHAT_INPUT
from discordtest.backend.resources.component import BUTTON
from discordtest.backend.resources.interaction import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    RESPONSE_WINDOW,
    find_shown_message,
    is_late,
)
from discordtest.backend.resources.interaction_callback import (
    ACTIVITY,
    CHOICES,
    DEFERRED_MESSAGE,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL_ANSWER,
    UPDATE,
)
from discordtest.backend.resources.message_form import EPHEMERAL
from discordtest.brevity import quoted
from discordtest.interactions.listening import gates
from discordtest.names import user_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.backend.journal import Exchange
    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene

__all__ = ["interaction_name", "interactions_of", "neglected", "timeline", "unanswered"]

_WIDTH = 70
_CALLBACKS = {
    MESSAGE: "answers",
    DEFERRED_MESSAGE: "defers the answer",
    DEFERRED_UPDATE: "defers: the message stays as it is",
    UPDATE: "changes the message",
    CHOICES: "offers choices",
    MODAL_ANSWER: "opens a modal",
    ACTIVITY: "launches the activity",
}
_METHODS = {"PATCH": "edits", "DELETE": "deletes"}


def interaction_name(life: Record) -> str:
    """Return what the person did, in words: ``/tag set``, ``the button 'Close'``, ``the modal 'Form'``."""
    kind, data = life["type"], life["data"]
    if kind in (COMMAND, AUTOCOMPLETE):
        return f"/{life['name']}" if data["type"] == CHAT_INPUT else f"the command {life['name']!r}"
    if kind == COMPONENT:
        what = "button" if data["component_type"] == BUTTON else "select"
        return f"the {what} {life['name']!r}"
    return f"the modal {life['name']!r}"


def timeline(scene: Scene, life: Record) -> str:
    """Return the life of the interaction, a line for each step."""
    world = scene.backend.world
    who = user_name(world.users[life["user_id"]])
    begun = life["created_at"] / 1e6
    lines = [f"  {begun:.3f} s  {who} uses {interaction_name(life)}"]
    steps = [(entry.at - life["created_at"], _step(entry)) for entry in _exchanges(scene, life)]
    if is_late(world, life):
        seen = f"{who} sees that the application did not respond"
        steps.append((RESPONSE_WINDOW, _with_gate(scene, life, seen)))
    elif life["answer"] is None:
        steps.append((world.now() - life["created_at"], _with_gate(scene, life)))
    if life["answer"] is None and life["id"] in scene.deaf:
        steps.insert(0, (0, scene.deaf[life["id"]]))
    steps.sort(key=lambda step: step[0])
    lines += [f"  {f'+{after / 1e6:.3f}':>{len(f'{begun:.3f}')}} s  {text}" for after, text in steps]
    return "\n".join(lines)


def _exchanges(scene: Scene, life: Record) -> Iterator[Exchange]:
    starts = (f"/interactions/{life['id']}/", f"/webhooks/{life['application_id']}/{life['token']}")
    for entry in scene.backend.journal.exchanges():
        if entry.path.startswith(starts) and entry.method != "GET":
            yield entry


def _step(entry: Exchange) -> str:
    body = entry.json if isinstance(entry.json, dict) else {}
    if entry.path.startswith("/interactions/"):
        text = _CALLBACKS.get(body.get("type", 0), "answers") + _content(body.get("data") or {})
    elif entry.method == "POST":
        text = "follows up" + _content(body) + _seen_by_all(body, entry.result)
    else:
        what = "the answer" if entry.path.endswith("@original") else "a message"
        text = f"{_METHODS[entry.method]} {what}" + _content(body)
    text = f"the bot {text}"
    if entry.status >= 400:
        result = entry.result or {}
        return f"{text}: refused: {result.get('message')} (code {result.get('code')})"
    return text


def _seen_by_all(body: Record, result: Any) -> str:
    """Return why everybody sees a followup that was to be ephemeral: it fills an answer that was deferred."""
    asked, made = body.get("flags") or 0, result.get("flags") if isinstance(result, dict) else None
    if made is None or not asked & EPHEMERAL or made & EPHEMERAL:
        return ""
    return ", which everybody sees, as the deferred answer that it fills: defer(ephemeral=True)"


def _content(data: Record) -> str:
    text = data.get("content") or data.get("title") or ""
    said = f" {quoted(text, _WIDTH)}" if text else ""
    parts = [name for name in ("embeds", "components", "attachments", "poll") if data.get(name)]
    if (data.get("flags") or 0) & EPHEMERAL:
        parts.append("ephemeral")
    return said + (f" ({', '.join(parts)})" if parts else "")


def interactions_of(error: BaseException) -> set[str]:
    """Return the ids of the interactions that were handled where an error was raised."""
    return {
        str(each.id)
        for frame, _ in traceback.walk_tb(error.__traceback__)
        for each in frame.f_locals.values()
        if isinstance(each, discord.Interaction)
    }


def unanswered(scene: Scene) -> str | None:
    """Return why the test must not pass: an interaction that the bot never answered, nor ever will.

    One that the test has claimed to be unanswered is fine, and so are one that a timer may still answer in time and
    one whose failure nobody can see.
    """
    world = scene.backend.world
    left = _left(scene)
    if not left:
        return None
    timers = [timer.seconds * 1e6 for timer in scene.loop.pending()]
    lost = [life for life in left if not any(after < _time_left(world, life) for after in timers)]
    if not lost:
        return None
    names = ", ".join(interaction_name(life) for life in lost)
    lines = [f"the bot never responded to {names}; if that is meant, claim it with assertNotResponded"]
    return "\n".join([*lines, *(timeline(scene, life) for life in lost)])


def neglected(scene: Scene, told: str = "") -> list[str]:
    """Return what people have used, and the bot has not responded to so far; not the interaction that is told of."""
    return [
        f"The bot has not responded to {interaction_name(life)}: "
        f"{scene.deaf.get(life['id']) or _with_gate(scene, life)}"
        for life in _left(scene)
        if life["id"] != told
    ]


def _with_gate(scene: Scene, life: Record, text: str = "no answer so far") -> str:
    """Return what is to be said of the silence, with what may have kept the bot from answering."""
    gate = None if life["id"] in scene.deaf else gates(scene, life)
    return f"{text}; {gate}" if gate else text


def _left(scene: Scene) -> list[Record]:
    """Return the interactions without an answer that somebody can see to be without one."""
    world = scene.backend.world
    return [
        life
        for life in world.interactions.values()
        if life["answer"] is None
        and life["id"] not in scene.unanswered
        and life["application_id"] in world.applications
        and not _is_out_of_sight(world, life)
    ]


def _is_out_of_sight(world: World, life: Record) -> bool:
    """Tell whether a client has nowhere to say that nothing came: the channel is gone, or the component's message."""
    if life["channel_id"] not in world.channels:
        return True
    place = life["channel_id"], life["message_id"], life["user_id"]
    return life["type"] == COMPONENT and find_shown_message(world, *place) is None


def _time_left(world: World, life: Record) -> int:
    """Return for how many microseconds more the interaction can be answered."""
    return int(life["created_at"] + RESPONSE_WINDOW - world.now())

"""The first answer to an interaction.

Which answers an interaction takes depends on its type; each is an entry of ``_ANSWERS``. What is wrong with the
answer's ``data`` is told below ``data`` in the tree of mistakes.
Source: Discord's documentation, Receiving and Responding ("Interaction Callback Type", "Interaction Callback Data
Structure", "Create Interaction Response").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discordtest.backend import reasons
from discordtest.backend.body import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Integer,
    Number,
    Object,
    String,
    invalid,
    parse,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.component_modal import MODAL, render_modal
from discordtest.backend.resources.interaction import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    RESPONSE_WINDOW,
    is_late,
)
from discordtest.backend.resources.interaction_message import (
    create_loading,
    create_response,
    edit_own,
    find_shown,
    note_response,
)
from discordtest.backend.resources.message_form import (
    EDIT_FIELDS,
    EPHEMERAL,
    MESSAGE_FIELDS,
    check_message,
)
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.rest import Call, Reply, route
from discordtest.backend.world import Record

__all__ = [
    "ACTIVITY",
    "CHOICES",
    "DEFERRED_MESSAGE",
    "DEFERRED_UPDATE",
    "MESSAGE",
    "MODAL_ANSWER",
    "UPDATE",
    "focused_option",
]

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL_ANSWER, ACTIVITY = 4, 5, 6, 7, 8, 9, 12
_NEW, _OLD = {MESSAGE, DEFERRED_MESSAGE, ACTIVITY}, {DEFERRED_UPDATE, UPDATE}
#: an interaction's type, and whether it came from a message -> the types of answers that it takes
_ACCEPTED: dict[tuple[int, bool], set[int]] = {
    (COMMAND, False): _NEW | {MODAL_ANSWER},
    (COMPONENT, True): _NEW | _OLD | {MODAL_ANSWER},
    (AUTOCOMPLETE, False): {CHOICES},
    (MODAL_SUBMIT, False): _NEW,
    (MODAL_SUBMIT, True): _NEW | _OLD,
}
MAX_CHOICES = 25
MAX_CHOICE_NAME = 100
MAX_CHOICE_TEXT = 6000  # of a choice that autocomplete offers
MAX_SAFE_INTEGER = 2**53

CALLBACK = Object(
    {
        "type": Choice(
            (1, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL_ANSWER, ACTIVITY),
            required=True,
        ),
        "data": Anything(null=True),
    }
)
_CHOICE_VALUES: dict[int, Field] = {
    3: String(max=MAX_CHOICE_TEXT, required=True),
    4: Integer(min=-MAX_SAFE_INTEGER, max=MAX_SAFE_INTEGER, required=True),
    10: Number(min=-MAX_SAFE_INTEGER, max=MAX_SAFE_INTEGER, required=True),
}
_MESSAGE_DATA = Object(MESSAGE_FIELDS, check=check_message)
_DEFERRED_DATA = Object({"flags": Integer(min=0, null=True)}, ignore=("tts",))
_UPDATE_DATA = Object(EDIT_FIELDS, ignore=("tts",), check=check_message)  # discord.py always sends tts


@route(
    "POST",
    "/interactions/{interaction_id}/{interaction_token}/callback",
    anonymous=True,
    body=CALLBACK,
    query=Object({"with_response": Boolean(default=False)}),
)
def create_interaction_response(call: Call, interaction: Record, token: str) -> Reply | None:
    kind = call.body["type"]
    if is_late(call.world, interaction):
        raise reasons.too_late(call.world.now() - interaction["created_at"], RESPONSE_WINDOW)
    if interaction["answer"] is not None:
        raise RestError(Code.INTERACTION_ALREADY_ACKNOWLEDGED)
    accepted = _ACCEPTED[interaction["type"], interaction["message_id"] is not None]
    if kind not in accepted:
        kinds = ", ".join(map(str, sorted(accepted)))
        why = None
        if kind in _OLD:
            why = "no message is there to be changed: the answer is to a command, or to a modal that a command opened"
        elif kind == MODAL_ANSWER and interaction["type"] == MODAL_SUBMIT:
            why = "a modal is no answer to a modal: send a button that opens the next one"
        raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{kinds}}}.", why)
    try:
        resource = _ANSWERS[kind](call, interaction, call.body.get("data") or {})
    except RestError as error:
        raise error.beneath("data") from None
    interaction["answer"], interaction["answered_at"] = kind, call.world.now()
    if interaction["modal_of"] is not None:
        call.world.interactions[interaction["modal_of"]]["submitted_by"] = interaction["id"]
    if not call.query["with_response"]:
        return None
    return Reply(200, _callback_response(interaction, resource))


def _callback_response(interaction: Record, resource: Record | None) -> Record:
    shown: Record = {"id": interaction["id"], "type": interaction["type"]}
    if interaction["response_id"] is not None:
        shown["response_message_id"] = interaction["response_id"]
        shown["response_message_loading"] = interaction["answer"] == DEFERRED_MESSAGE
        shown["response_message_ephemeral"] = interaction["ephemeral"]
    shown["channel_id"] = interaction["channel_id"]
    if interaction["guild_id"] is not None:
        shown["guild_id"] = interaction["guild_id"]
    if resource is None:
        return {"interaction": shown}
    if "activity_instance" in resource:
        shown["activity_instance_id"] = resource["activity_instance"]["id"]
    return {"interaction": shown, "resource": {"type": interaction["answer"], **resource}}


# -- the answers


def _answer_message(call: Call, interaction: Record, data: Any) -> Record:
    message = create_response(call, interaction, parse(_MESSAGE_DATA, data))
    return {"message": render_message(call.world, message, interaction["application_id"])}


def _answer_deferred(call: Call, interaction: Record, data: Any) -> None:
    flags = parse(_DEFERRED_DATA, data).get("flags") or 0
    create_loading(call, interaction, bool(flags & EPHEMERAL))


def _answer_deferred_update(call: Call, interaction: Record, data: Any) -> None:
    note_response(interaction, find_shown(call.world, interaction, interaction["message_id"]))


def _answer_update(call: Call, interaction: Record, data: Any) -> Record:
    body = parse(_UPDATE_DATA, data)
    message = find_shown(call.world, interaction, interaction["message_id"])
    shown = edit_own(call, interaction, message, body)
    note_response(interaction, message)
    return {"message": shown}


def _answer_choices(call: Call, interaction: Record, data: Any) -> None:
    option = focused_option(interaction["data"])
    choice = Object(
        {
            "name": String(min=1, max=MAX_CHOICE_NAME, required=True),
            "name_localizations": Anything(null=True),
            "value": _CHOICE_VALUES[option["type"]],
        }
    )
    schema = Object({"choices": Array(choice, max=MAX_CHOICES, null=True)})
    interaction["choices"] = parse(schema, data).get("choices") or []


def focused_option(data: Record) -> Record:
    """Return the option of an autocomplete that the person types in."""
    options = data.get("options") or ()
    while options and options[0]["type"] in (1, 2):
        options = options[0].get("options") or ()
    return next(option for option in options if option.get("focused"))


def _answer_modal(call: Call, interaction: Record, data: Any) -> None:
    interaction["modal"] = render_modal(call.world, parse(MODAL, data))


def _answer_activity(call: Call, interaction: Record, data: Any) -> Record:
    place = f"gc-{interaction['guild_id']}-{interaction['channel_id']}"
    if interaction["guild_id"] is None:
        place = f"pc-{interaction['channel_id']}"
    return {"activity_instance": {"id": f"i-{interaction['id']}-{place}"}}


_ANSWERS: dict[int, Callable[[Call, Record, Any], Record | None]] = {
    MESSAGE: _answer_message,
    DEFERRED_MESSAGE: _answer_deferred,
    DEFERRED_UPDATE: _answer_deferred_update,
    UPDATE: _answer_update,
    CHOICES: _answer_choices,
    MODAL_ANSWER: _answer_modal,
    ACTIVITY: _answer_activity,
}

"""Polls as a part of the message that asks: making one, and how its votes look to somebody.

``World.poll_votes`` has the votes. What people and bots do with a poll is in ``poll_vote``.
Source: Discord's documentation, Poll ("Poll Object", "Poll Create Request Object", "Poll Results Object").
"""

from __future__ import annotations

from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    FormErrors,
    Integer,
    Object,
    Path,
    Snowflake,
    String,
)
from discordtest.backend.resources.component_emoji import render_component_emoji
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.world import Record, World

__all__ = ["CREATE_POLL", "new_poll", "render_poll"]

DEFAULT_HOURS = 24


def _check_emoji(emoji: Record, path: Path, errors: FormErrors) -> None:
    if emoji.get("id") is None and not is_emoji(emoji.get("name") or ""):
        errors.add((*path, "name"), "BASE_TYPE_BAD_VALUE", "Invalid emoji")


CREATE_POLL = Object(
    {
        "question": Object({"text": String(min=1, max=300, required=True)}, ignore=("emoji",), required=True),
        "answers": Array(
            Object(
                {
                    "poll_media": Object(
                        {
                            "text": String(min=1, max=55, required=True),
                            "emoji": Object(
                                {"id": Snowflake(null=True), "name": String(null=True)},
                                ignore=("animated",),
                                check=_check_emoji,
                                null=True,
                            ),
                        },
                        required=True,
                    )
                }
            ),
            min=1,
            max=10,
            required=True,
        ),
        "duration": Integer(min=1, max=768, null=True),
        "allow_multiselect": Boolean(null=True),
        "layout_type": Choice((1,), null=True),
    },
    null=True,
)


def new_poll(world: World, message: Record, body: Record) -> Record:
    """Return the poll of a new message, which nobody has voted in; it ends when its time is over."""
    hours = body.get("duration") or DEFAULT_HOURS
    world.set_deadline(hours * 3600, "end_poll", f"{message['channel_id']}/{message['id']}")
    answers = [
        {"answer_id": number, "poll_media": _media(world, answer["poll_media"])}
        for number, answer in enumerate(body["answers"], 1)
    ]
    return {
        "question": {"text": body["question"]["text"]},
        "answers": answers,
        "expiry": world.timestamp(hours * 3600),
        "allow_multiselect": bool(body.get("allow_multiselect")),
        "layout_type": body.get("layout_type") or 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }


def render_poll(world: World, message: Record, viewer_id: str | None) -> Record:
    """Return the message's poll with its votes as the viewer sees them."""
    poll: Record = message["poll"]
    counts = [
        {"id": answer_id, "count": len(users), "me_voted": viewer_id in users}
        for answer_id, users in sorted(world.poll_votes.get(message["id"], {}).items())
        if users
    ]
    return {**poll, "results": {**poll["results"], "answer_counts": counts}}


def _media(world: World, media: Record) -> Record:
    shown: Record = {"text": media["text"]}
    if media.get("emoji"):
        emoji = render_component_emoji(world, media["emoji"])
        shown["emoji"] = {"id": None, **emoji, "name": emoji["name"] or None}
    return shown

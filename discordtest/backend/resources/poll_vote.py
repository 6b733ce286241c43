"""Votes in polls, and how a poll ends: by its author, or when its time is over.

Source: Discord's documentation, Poll ("Get Answer Voters", "End Poll", "Poll Results"), Message ("Poll Result Embed
Fields") and Gateway Events ("Message Poll Vote Add", "Message Poll Vote Remove").
"""

from __future__ import annotations

from discordtest.backend.body import Array, Integer, Object, Snowflake, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.message import viewer
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.message_edit import emit_update
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.resources.paging import page
from discordtest.backend.rest import Actor, Call, operation, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["is_over"]

POLL_RESULT = 46  # type of the message that tells how a poll ended
MAX_PAGE = 100
DEFAULT_PAGE = 25
_VOTERS = Object(
    {"after": Snowflake(default="0"), "limit": Integer(min=1, max=MAX_PAGE, default=DEFAULT_PAGE)}
)
_VOTE = Object({"answer_ids": Array(Integer(), unique=True, required=True)})


def is_over(world: World, poll: Record) -> bool:
    """Tell whether nobody can vote any more."""
    return bool(poll["expiry"] <= world.timestamp())  # which is set when a poll ends early


@parameter("answer")
def find_answer(call: Call, text: str) -> int:
    """Find an answer of the poll of this call's message."""
    answers = call.found["message"].get("poll", {}).get("answers", ())
    for answer in answers:
        if str(answer["answer_id"]) == text:
            return int(answer["answer_id"])
    raise invalid("answer_id", "BASE_TYPE_BAD_VALUE", "The poll has no such answer.")


@route(
    "GET",
    "/channels/{channel_id}/polls/{message_id}/answers/{answer_id}",
    permissions=Permission.READ_MESSAGE_HISTORY,
    query=_VOTERS,
)
def get_answer_voters(call: Call, channel: Record, message: Record, answer_id: int) -> Record:
    users = call.world.poll_votes.get(message["id"], {}).get(answer_id, ())
    return {"users": [call.world.users[user_id] for user_id in page(users, call.query)]}


@operation("/{channel_id}/{message_id}", permissions=Permission.READ_MESSAGE_HISTORY, body=_VOTE)
def vote_in_poll(call: Call, channel: Record, message: Record) -> None:
    """Vote for exactly these answers; for none, to take one's votes back."""
    world, poll, user_id = call.world, message.get("poll"), call.actor.user_id
    if poll is None:
        raise RestError(Code.INVALID_MESSAGE_TYPE)
    if is_over(world, poll):
        raise RestError(Code.POLL_EXPIRED)
    wanted: list[int] = call.body["answer_ids"]
    known = {answer["answer_id"] for answer in poll["answers"]}
    if not known.issuperset(wanted) or (len(wanted) > 1 and not poll["allow_multiselect"]):
        raise invalid("answer_ids", "BASE_TYPE_BAD_VALUE", "These answers cannot be chosen.")
    votes = world.poll_votes.setdefault(message["id"], {})
    for answer_id in sorted(known):
        users = votes.setdefault(answer_id, {})
        if user_id in users and answer_id not in wanted:
            del users[user_id]
            _tell(world, "MESSAGE_POLL_VOTE_REMOVE", channel, message, user_id, answer_id)
    for answer_id in wanted:
        if user_id not in votes[answer_id]:
            votes[answer_id][user_id] = None
            _tell(world, "MESSAGE_POLL_VOTE_ADD", channel, message, user_id, answer_id)


def _tell(world: World, name: str, channel: Record, message: Record, user_id: str, answer_id: int) -> None:
    event = {
        "user_id": user_id,
        "channel_id": channel["id"],
        "message_id": message["id"],
        "answer_id": answer_id,
    }
    world.emit_in(channel, name, event)


# -- the end


@route("POST", "/channels/{channel_id}/polls/{message_id}/expire")
def poll_expire(call: Call, channel: Record, message: Record) -> Record:
    poll = message.get("poll")
    if poll is None:
        raise RestError(Code.CANNOT_EXPIRE_NON_POLL_MESSAGE)
    if message["author"]["id"] != call.actor.user_id and not call.actor.omnipotent:
        raise RestError(Code.CANNOT_EDIT_OTHERS_MESSAGE)
    if is_over(call.world, poll):
        raise RestError(Code.POLL_EXPIRED)
    discord = Actor("narrator", message["author"]["id"])  # what it says then, the caller did not send
    call.backend.perform(discord, "end_poll", channel["id"], message["id"])
    return render_message(call.world, message, viewer(call))


@operation("/{channel_id}/{message_id}")
def end_poll(call: Call, channel: Record, message: Record) -> None:
    """Count the votes for good, and tell the channel who won."""
    poll = message["poll"]
    if poll["results"]["is_finalized"]:
        return
    poll["results"]["is_finalized"] = True
    poll["expiry"] = call.world.timestamp()
    emit_update(call.world, channel, message)
    reference = {"type": 0, "channel_id": channel["id"], "message_id": message["id"]}
    embed = {"type": "poll_result", "fields": _result_fields(call.world, message)}
    author = message["author"]
    mentions = [author] if author["id"] in call.world.users else []  # a webhook can be mentioned by nobody
    create_system_message(
        call, channel, POLL_RESULT, author, embeds=[embed], mentions=mentions, message_reference=reference
    )


def _result_fields(world: World, message: Record) -> list[Record]:
    """Return who won, as the fields of an embed; of a draw only the votes are told."""
    poll = message["poll"]
    votes = {key: len(users) for key, users in world.poll_votes.get(message["id"], {}).items()}
    most = max(votes.values(), default=0)
    values: Record = {
        "poll_question_text": poll["question"]["text"],
        "victor_answer_votes": most,
        "total_votes": sum(votes.values()),
    }
    winners = [answer for answer in poll["answers"] if votes.get(answer["answer_id"]) == most]
    if most and len(winners) == 1:
        media = winners[0]["poll_media"]
        values["victor_answer_id"] = winners[0]["answer_id"]
        values["victor_answer_text"] = media["text"]
        if emoji := media.get("emoji"):
            values["victor_answer_emoji_name"] = emoji["name"]
            if emoji["id"] is not None:
                values["victor_answer_emoji_id"] = emoji["id"]
            if emoji.get("animated"):
                values["victor_answer_emoji_animated"] = "true"
    return [{"name": name, "value": str(value), "inline": False} for name, value in values.items()]

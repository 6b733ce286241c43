"""The history of a channel: pages of messages, newest first.

Source: Discord's documentation, Message ("Get Channel Messages"), and pull request 5111 of discord-api-docs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice

from discordtest.backend.body import FormErrors, Integer, Object, Path, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import VOICE_TYPES, Permission
from discordtest.backend.resources.message import channel_bits, viewer
from discordtest.backend.resources.message_render import render_messages
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record, Table

__all__ = ["page"]

MAX_PAGE = 100
DEFAULT_PAGE = 50
_WAYS = ("before", "after", "around")


def _check_one_way(query: Record, path: Path, errors: FormErrors) -> None:
    if sum(query.get(way) is not None for way in _WAYS) > 1:
        message = "Only one of before, after and around may be given."
        errors.add((*path, "around"), "BASE_TYPE_CHOICES", message)


HISTORY = Object(
    {
        "limit": Integer(min=1, max=MAX_PAGE, default=DEFAULT_PAGE),
        **{way: Snowflake(null=True) for way in _WAYS},
    },
    check=_check_one_way,
)


@route("GET", "/channels/{channel_id}/messages", query=HISTORY)
def list_messages(call: Call, channel: Record) -> list[Record]:
    bits = channel_bits(call, channel)
    if channel["type"] in VOICE_TYPES and not bits & Permission.CONNECT:
        raise RestError(Code.MISSING_ACCESS, why=call.lacking(Permission.CONNECT, channel).why)
    if not bits & Permission.READ_MESSAGE_HISTORY:
        return []
    found = page(call.world.messages.get(channel["id"], {}), call.query)
    return render_messages(call.world, found, viewer(call))


def page(table: Table, query: Record) -> list[Record]:
    """Return up to ``limit`` messages before, after or around an id, or the latest; newest first."""
    limit: int = query["limit"]
    before, after, around = (query.get(way) for way in _WAYS)
    if before is None and after is None and around is None:
        return list(islice(reversed(table.values()), limit))
    ids = list(table)
    if before is not None:
        end = bisect_left(ids, int(before), key=int)
        start = max(0, end - limit)
    elif after is not None:
        start = bisect_right(ids, int(after), key=int)
        end = start + limit
    else:
        middle = bisect_left(ids, int(around or 0), key=int)
        start = max(0, middle - limit // 2)
        end = start + limit
    return [table[message_id] for message_id in reversed(ids[start:end])]

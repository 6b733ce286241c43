"""The rate limits that Discord is known to have. Its documentation gives no numbers, and they change.

Source: Discord's documentation, Rate Limits ("Global Rate Limit", "Header Format"), and what the headers said and its
developers confirmed, in the issues of discord-api-docs: 2190 (channels), 8330 (deleting messages by their age), 367
(webhooks).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from discordtest.backend.ratelimits import GLOBAL_LIMIT, GLOBAL_PERIOD, Limit
from discordtest.backend.targets import EVERYTHING, Target, find_target
from discordtest.backend.world import made_at

if TYPE_CHECKING:
    from discordtest.backend.journal import Exchange
    from discordtest.backend.world import World

__all__ = ["usual_limits"]

When: TypeAlias = Callable[["World", "Exchange"], object]
TWO_WEEKS, TEN_SECONDS = 1_209_600.0, 10.0  # ages of a message


class Usual(NamedTuple):
    """So many requests in so many seconds, for operations that share a bucket.

    ``when`` says which of their requests it counts; ``is_hidden``: beside the limit that has no ``when``.
    """

    operations: tuple[str, ...]
    limit: int
    seconds: float
    when: When | None = None
    is_hidden: bool = False


def _is_older(seconds: float) -> When:
    """Tell of requests about a message whether it is that old; its id comes last in the path."""

    def is_older(world: World, exchange: Exchange) -> bool:
        text = exchange.path.rpartition("/")[2]
        made = made_at(text) if text.isdecimal() else 0.0
        return world.wall_clock().timestamp() - made >= seconds

    return is_older


def _changes(field: str) -> When:
    """Tell whether a request changes a field."""
    return lambda world, exchange: isinstance(exchange.json, dict) and field in exchange.json


_REACTIONS = (
    "add_my_message_reaction",
    "delete_my_message_reaction",
    "delete_user_message_reaction",
    "delete_all_message_reactions",
    "delete_all_message_reactions_by_emoji",
)
#: Of two for the same requests the later one counts.
_USUAL = (
    Usual(("create_message",), 5, 5.0),
    Usual(("update_message",), 5, 5.0),
    Usual(("delete_message",), 5, 1.0),
    Usual(("delete_message",), 3, 1 / 3, _is_older(TEN_SECONDS)),
    Usual(("delete_message",), 30, 4.0, _is_older(TWO_WEEKS)),
    Usual(("bulk_delete_messages",), 1, 1.0),
    Usual(("trigger_typing_indicator",), 5, 5.0),
    Usual(_REACTIONS, 1, 0.25),
    Usual(("update_channel",), 10, 15.0),
    Usual(("update_channel",), 2, 600.0, _changes("name"), is_hidden=True),
    Usual(("update_channel",), 2, 600.0, _changes("topic"), is_hidden=True),
    Usual(("execute_webhook",), 5, 2.0),
)


def usual_limits(world: World) -> list[Limit]:
    """Return them, in the order in which they are to be set; ``world`` tells how old a message is."""
    everything = Limit(
        Target(EVERYTHING), GLOBAL_LIMIT, round(GLOBAL_PERIOD * 1_000_000), "global", EVERYTHING
    )
    return [everything, *(_limit(world, number, usual) for number, usual in enumerate(_USUAL))]


def _limit(world: World, number: int, usual: Usual) -> Limit:
    routes: dict[str, tuple[str | None, ...]] = {}
    for name in usual.operations:
        routes.update(find_target(name).routes or {})
    name, condition = usual.operations[0], usual.when
    return Limit(
        Target(name, routes),
        usual.limit,
        round(usual.seconds * 1_000_000),
        "user",
        name if condition is None else f"{name} {number}",
        None if condition is None else lambda exchange: condition(world, exchange),
        usual.is_hidden,
    )

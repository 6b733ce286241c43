"""Lists that are read in pages by id: ``limit``, ``before`` and ``after``.

Source: Discord's documentation, User ("Get Current User Guilds") and Guild ("Get Guild Bans").
"""

from __future__ import annotations

from collections.abc import Iterable

from discordtest.backend.body import Field, Integer, Object, Snowflake
from discordtest.backend.world import Record

__all__ = ["page", "page_query"]


def page_query(limit: int, default: int, **more: Field) -> Object:
    """Return the query of a list with at most ``limit`` on a page."""
    fields: dict[str, Field] = {
        "limit": Integer(min=1, max=limit, default=default),
        "before": Snowflake(),
        "after": Snowflake(),
        **more,
    }
    return Object(fields)


def page(ids: Iterable[str], query: Record) -> list[str]:
    """Return the ids of one page in ascending order; ``before`` counts where both bounds are given.

    A page before an id is the one nearest to it.
    """
    numbers = sorted(map(int, ids))
    limit: int = query["limit"]
    if query.get("before") is not None:
        numbers = [number for number in numbers if number < int(query["before"])][-limit:]
    elif query.get("after") is not None:
        numbers = [number for number in numbers if number > int(query["after"])]
    return [str(number) for number in numbers[:limit]]

"""What is refused where it is passed: keywords that nothing has, and values of a type that means nothing there.

A ``TypeError`` or ``ValueError`` at the call, as Python raises for functions of its own, before anything is made. What
Discord itself refuses (lengths, ranges) is left to it.
"""

from __future__ import annotations

import difflib
import inspect
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord

from discordtest.backend import rest
from discordtest.given import API_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = [
    "check_claims",
    "check_keywords",
    "check_number",
    "check_permissions",
    "check_text",
    "length_of",
    "seconds_of",
    "seconds_until",
]

__unittest = True  # unittest leaves our frames out of its tracebacks

_LISTED = 3


def check_claims(what: str, kind: type, claims: Mapping[str, object]) -> None:
    """Refuse keywords that assertions about ``what`` do not have; ``kind`` is the TypedDict of those that they have."""
    if unknown := claims.keys() - kind.__annotations__:
        known = list(kind.__annotations__)
        near = [each for name in sorted(unknown) for each in difflib.get_close_matches(name, known, 1)]
        hint = f"did you mean {' or '.join(near)}?" if near else f"it takes {', '.join(known)}"
        raise TypeError(f"an assertion about {what} takes no {', '.join(sorted(unknown))}: {hint}")


def check_keywords(
    call: Callable[..., Any], keywords: Iterable[str], operation: str, more: Collection[str] = ()
) -> None:
    """Refuse keywords of a method that are no field of the operation that it runs, and none of ``more``."""
    route = rest.OPERATIONS[operation]
    fields = {*getattr(route.body, "fields", ()), *getattr(route.body, "ignore", ())}
    for keyword in keywords:
        if API_NAMES.get(keyword, keyword) not in fields and keyword not in more:
            aliases = [alias for alias, name in API_NAMES.items() if name in fields]
            taken = [
                name
                for name, parameter in inspect.signature(call).parameters.items()
                if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
                and name != "self"
            ]
            known = dict.fromkeys([*taken, *aliases, *sorted(fields), *more])
            near = difflib.get_close_matches(keyword, known, _LISTED)
            hint = f"did you mean {' or '.join(near)}?" if near else f"it takes {', '.join(known)}"
            if "permissions" in known and keyword in discord.Permissions.VALID_FLAGS:
                hint = f"write permissions=discord.Permissions({keyword}=True)"
            name = getattr(call, "__name__", "it")
            raise TypeError(f"{name}() got an unexpected keyword argument {keyword!r}: {hint}")


def check_text(what: str, value: Any) -> None:
    """Refuse what is no string."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a string, not {value!r}")


def check_permissions(value: Any) -> None:
    """Refuse what are no permissions."""
    if isinstance(value, bool) or not isinstance(value, discord.Permissions | int):
        example = "discord.Permissions(kick_members=True)"
        raise TypeError(f"permissions are discord.Permissions, such as {example}, not {value!r}")


def check_number(what: str, value: Any) -> None:
    """Refuse what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is a whole number, not {value!r}")


def seconds_of(what: str, value: Any) -> float:
    """Return a length of time in seconds: of finite seconds, 0 or more, or a timedelta."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{what} takes seconds (a number) or a timedelta, not {value!r}")
    if seconds < 0:
        raise ValueError(f"{what}: time does not go back: {value}")
    if not seconds <= _LONGEST:  # not a number is in no order
        raise ValueError(f"{what} takes at most {_LONGEST} seconds, 1000 years, not {value}")
    return float(seconds)


def length_of(what: str, seconds: Any, parts: dict[str, Any]) -> float:
    """Return a length of time in seconds: seconds or a timedelta, and further parts such as ``days=1``."""
    for name, value in parts.items():
        if name not in _UNITS:
            raise TypeError(f"{what} takes {', '.join(_UNITS)}, not {name}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{what}({name}=…) takes a number, not {value!r}")
    further = sum(value * _UNITS[name] for name, value in parts.items())
    first = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if isinstance(first, bool) or not isinstance(first, (int, float)):
        return seconds_of(what, seconds)  # refuses it
    return seconds_of(what, first + further)


def seconds_until(what: str, moment: datetime, parts: dict[str, Any], now: datetime) -> float:
    """Return how many seconds are left until a moment, in UTC: two times of one zone differ as its clocks show."""
    if moment.tzinfo is None:
        raise TypeError(
            f"{what} takes an aware datetime, such as datetime(2026, 1, 1, tzinfo=UTC), not {moment!r}"
        )
    if parts:
        raise TypeError(
            f"{what} takes a moment or a length of time, not both: {moment} and {', '.join(parts)}"
        )
    left = (moment.astimezone(UTC) - now.astimezone(UTC)).total_seconds()
    if left < 0:
        raise ValueError(
            f"{what}: time does not go back: {moment} is over, it is {now.astimezone(moment.tzinfo)}"
        )
    return seconds_of(what, left)


_UNITS = {
    "weeks": 604_800,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
    "milliseconds": 1e-3,
    "microseconds": 1e-6,
}
_LONGEST = 1000 * 365 * 86_400

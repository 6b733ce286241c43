"""``Close``: a number, moment or length of time that another value only has to be near to.

It stands wherever values are compared with ``==``, so assertions need to know nothing of it. What Discord writes as
text (embeds, custom status, timestamps of JSON) counts as the number or moment that it says.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from numbers import Complex, Number, Real
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

__all__ = ["Close"]

Value: TypeAlias = "float | Decimal | Fraction | datetime | timedelta"
Tolerance: TypeAlias = "float | Decimal | Fraction | timedelta"

_NUMBER = re.compile(r"[+-]?\d+(?P<fraction>\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*")  # as JSON has it, or str() of a datetime
_MARKUP = re.compile(r"<t:(?P<seconds>-?\d+)(:[tTdDfFsSR])?>")


class Close:
    """What is equal to every value from ``value - tolerance`` to ``value + tolerance``, both included.

    ``value`` is a number (a ``Decimal`` or ``Fraction``, too), a datetime or a timedelta. ``tolerance`` is one of the
    same unit; of a datetime or timedelta it is seconds, or a timedelta. A text is compared as the number or moment that
    it writes: ``"3.05"``, ``"2026-07-01T12:00:00+00:00"``, ``"<t:1782907200:R>"``.

    TypeError: a value or tolerance of another type, a negative tolerance, or a datetime with a time zone compared to
    one without.

    >>> Close(3, 0.1) == 3.05
    True
    >>> self.assertSent(embed={"fields": {"Latency in ms": Close(40, 5)}})
    >>> self.assertTimedOut(self.alice, until=Close(self.clock.now() + timedelta(hours=1), tolerance=2))
    """

    __slots__ = ("_margin", "tolerance", "value")
    __hash__ = None  # type: ignore[assignment]  # what is equal to many values has no hash that fits all of them

    def __init__(self, value: Value, tolerance: Tolerance = 0.0) -> None:
        if not (_is_number(value) or isinstance(value, datetime | timedelta)):
            raise TypeError(f"Close takes a number, a datetime or a timedelta, not {value!r}")
        self.value = value
        self.tolerance = tolerance
        self._margin: Any = self._as_difference(tolerance)

    def _as_difference(self, tolerance: Tolerance) -> Tolerance:
        """Return the tolerance as what two such values differ by."""
        is_time = not _is_number(self.value)
        if not (_is_number(tolerance) or (is_time and isinstance(tolerance, timedelta))):
            wanted = "of a time is seconds or a timedelta" if is_time else "of a number is a number"
            raise TypeError(f"the tolerance {wanted}, not {tolerance!r}")
        size = tolerance.total_seconds() if isinstance(tolerance, timedelta) else tolerance
        if not 0 <= size < math.inf:
            raise TypeError(f"a tolerance is finite, 0 or more, not {tolerance!r}")
        return timedelta(seconds=float(size)) if is_time else size

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Close):
            return (self.value, self._margin) == (other.value, other._margin)
        value: Any = self.value
        found: Any = _read(other) if isinstance(other, str) else other
        if _is_number(value):
            return _is_number(found) and _is_within(value, self._margin, found)
        kind = datetime if isinstance(value, datetime) else timedelta
        if not isinstance(found, kind):
            return False
        if isinstance(found, datetime):
            _require_alike(value, found)
        return bool(abs(found - value) <= self._margin)

    def __repr__(self) -> str:
        if _is_number(self.value):
            return f"{self.value!r} ± {self.tolerance!r}"
        return f"{self.value} ± {self._margin.total_seconds():g} s"


def _is_number(value: object) -> bool:
    """Tell whether a value is a number that has an order; ``Decimal`` is none of the kinds of numbers.Real."""
    if isinstance(value, Real):
        return not isinstance(value, bool)
    return isinstance(value, Number) and not isinstance(value, Complex)


def _is_within(value: Any, margin: Any, found: Any) -> bool:
    """Tell whether a number lies between two; not by the difference: 3.1 - 3 is more than 0.1."""
    try:
        return bool(value - margin <= found <= value + margin)
    except TypeError:  # a Decimal among numbers of other kinds
        value, margin, found = float(value), float(margin), float(found)
        return bool(value - margin <= found <= value + margin)
    except ArithmeticError:  # Decimal("NaN") is in no order
        return False


def _read(text: str) -> object:
    """Return what a text writes: a number or a moment; None for any other text."""
    text = text.strip()
    try:
        if number := _NUMBER.fullmatch(text):
            return float(text) if number["fraction"] else int(text)
        if moment := _MARKUP.fullmatch(text):
            return datetime.fromtimestamp(int(moment["seconds"]), UTC)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):  # looks like it and is none: month 13, the year 99999
        return None
    return None


def _require_alike(value: datetime, found: datetime) -> None:
    if (value.utcoffset() is None) != (found.utcoffset() is None):
        with_zone, without = (value, found) if found.utcoffset() is None else (found, value)
        raise TypeError(
            f"{with_zone.isoformat()} has a time zone and {without.isoformat()} has none: use self.clock.now() or "
            f"datetime(…, tzinfo=UTC)"
        )

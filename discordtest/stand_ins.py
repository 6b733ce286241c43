"""What stands in for functions of other modules while tests run, and is taken away after them.

Others replace the same functions, mostly mocks. One that was there before is stood in for and called; one that lies
over a stand-in when that goes is left alone; and one that ends later puts the stand-in back, which then has to do as
what it stood for, and is known when it is to stand in again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StandIns"]

_INHERITED = object()


class _Pair(NamedTuple):
    """What was there, or `_INHERITED`, and what stands in for it."""

    own: Any
    stand_in: Any


class StandIns:
    """Stand-ins that come and go together; where several threads have them come and go, the caller holds a lock."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[Any, str], _Pair] = {}  # kept: a mock may bring a stand-in back at any time
        self._put: list[tuple[Any, str]] = []

    def put(self, place: Any, name: str, stand_in: Any) -> Any:
        """Let something stand in for what a class or module has under a name; return what that is."""
        own, pair = vars(place).get(name, _INHERITED), self._pairs.get((place, name))
        if pair is not None and own is pair.stand_in:
            own = pair.own
        real = getattr(super(place, place), name) if own is _INHERITED else own
        self._stand(place, name, _Pair(own, stand_in))
        return real

    def put_over(self, place: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Let stand in what ``make`` returns for what is there; for the same thing it is made once."""
        own, pair = vars(place)[name], self._pairs.get((place, name))
        if pair is None or (own is not pair.own and own is not pair.stand_in):
            pair = _Pair(own, make(own))
        self._stand(place, name, pair)

    def take_away(self) -> None:
        """Put back what each stands for, where it still stands."""
        while self._put:
            place, name = key = self._put.pop()
            own, stand_in = self._pairs[key]
            if vars(place).get(name) is not stand_in:
                continue
            if own is _INHERITED:
                delattr(place, name)
            else:
                setattr(place, name, own)

    def _stand(self, place: Any, name: str, pair: _Pair) -> None:
        self._pairs[place, name] = pair
        self._put.append((place, name))
        setattr(place, name, pair.stand_in)

"""What stands in for functions of other modules while tests run, and is taken away after them.

Others replace the same functions, mostly mocks. One that was there before is stood in for and called; one that lies
over a stand-in when that goes is left alone; and one that ends later puts the stand-in back, which then has to do as
what it stands for, and is known when it is to stand in again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StandIns", "always"]

_INHERITED, _NOTHING = object(), object()


class _Place:
    """A name in a class or module, and what was put there the last time."""

    __slots__ = "make", "name", "owner", "real", "stand_in"

    def __init__(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        self.owner, self.name, self.make = owner, name, make
        self.real: Any = _NOTHING  # or `_INHERITED`
        self.stand_in: Any = _NOTHING


class StandIns:
    """Stand-ins that come and go together; where several threads have them come and go, the caller holds a lock.

    Each is named by its class or module, by its name there, and by what makes it of the real one (`always`: whatever
    the real one is).
    """

    def __init__(self, *places: tuple[Any, str, Callable[[Any], Any]]) -> None:
        self._places = [_Place(*each) for each in places]

    def put(self) -> None:
        """Let them stand in; what stood in for the same function the last time does so again."""
        for place in self._places:
            real = place.owner.__dict__.get(place.name, _INHERITED)
            if real is not place.real and real is not place.stand_in:
                place.stand_in = place.make(getattr(place.owner, place.name))
                place.real = real
            setattr(place.owner, place.name, place.stand_in)

    def take_away(self) -> None:
        """Put back what they stand for, where they still stand."""
        for place in self._places:
            if place.owner.__dict__.get(place.name) is not place.stand_in:
                continue
            if place.real is _INHERITED:
                delattr(place.owner, place.name)
            else:
                setattr(place.owner, place.name, place.real)

    def behind(self, stand_in: Any) -> Any:
        """Return what one of them stands for, to pass a call on."""
        place = next(each for each in self._places if each.stand_in is stand_in)
        return (
            getattr(super(place.owner, place.owner), place.name) if place.real is _INHERITED else place.real
        )


def always(stand_in: Any) -> Callable[[Any], Any]:
    """Make the same stand-in of anything."""
    return lambda real: stand_in

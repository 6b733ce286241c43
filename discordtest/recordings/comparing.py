"""Whether what a bot does is what was recorded, and what the difference is.

Some of it differs each time and does not matter: nonces and the custom ids that discord.py draws, and moments by a
little. What was drawn is remembered with its recorded counterpart, so that what refers to it later can be told in the
bot's own words. A recorded value may be an object with an equality of its own, such as ``discordtest.Close``.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Comparison", "difference"]

_VOLATILE = frozenset(("nonce",))
# a custom id, or the nonce of a request for members, that discord.py has drawn
_DRAWN = re.compile(r"[0-9a-f]{32}")
_QUOTED = re.compile(r'"([0-9a-f]{32})"')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MARKUP = re.compile(r"<t:(-?\d+)(:[tTdDfFsSR])?>")  # a moment within a text
_BEFORE_OR_AFTER = frozenset(("before", "after", "around"))  # a snowflake there may be made from a moment
_SINCE = "since"  # of a presence: milliseconds since 1970
_SNOWFLAKE = re.compile(r"\d{15,20}")
_EPOCH_BITS = 22


@dataclass
class Comparison:
    """Compares with a tolerance in seconds; ``drawn`` is what stands for what, recorded -> the bot's."""

    tolerance: float = 5.0
    drawn: dict[str, str] = field(default_factory=dict)

    def fits(self, recorded: Any, actual: Any) -> bool:
        """Tell whether two payloads are the same in all that matters; what was drawn is remembered if they are."""
        if recorded == actual:
            return True
        found: dict[str, str] = {}
        if not self._same(recorded, actual, "", found):
            return False
        self.drawn.update(found)
        return True

    def _same(self, recorded: Any, actual: Any, key: str, found: dict[str, str]) -> bool:
        if isinstance(recorded, Mapping) and isinstance(actual, Mapping):
            return recorded.keys() - _VOLATILE == actual.keys() - _VOLATILE and all(
                self._same(recorded[name], actual[name], name, found)
                for name in recorded
                if name not in _VOLATILE
            )
        if isinstance(recorded, (list, tuple)) and isinstance(actual, (list, tuple)):
            return len(recorded) == len(actual) and all(
                self._same(one, other, key, found) for one, other in zip(recorded, actual, strict=True)
            )
        return bool(recorded == actual) or self._nearly(recorded, actual, key, found)

    def _nearly(self, recorded: Any, actual: Any, key: str, found: dict[str, str]) -> bool:
        if key == _SINCE and isinstance(recorded, int) and isinstance(actual, int):
            return self._near(recorded / 1000, actual / 1000)
        if not (isinstance(recorded, str) and isinstance(actual, str)):
            return False
        if key == "custom_id" and _DRAWN.fullmatch(recorded) and _DRAWN.fullmatch(actual):
            known = self.drawn.get(recorded) or found.setdefault(recorded, actual)
            return known == actual
        if _MOMENT.fullmatch(recorded) and _MOMENT.fullmatch(actual):
            return self._near(_seconds(recorded), _seconds(actual))
        if key in _BEFORE_OR_AFTER and _SNOWFLAKE.fullmatch(recorded) and _SNOWFLAKE.fullmatch(actual):
            return self._near(*((int(each) >> _EPOCH_BITS) / 1000 for each in (recorded, actual)))
        if "<t:" in recorded:
            one, other = _MARKUP.findall(recorded), _MARKUP.findall(actual)
            return (
                _MARKUP.sub("<t>", recorded) == _MARKUP.sub("<t>", actual)
                and [style for _, style in one] == [style for _, style in other]
                and all(self._near(int(a), int(b)) for (a, _), (b, _) in zip(one, other, strict=True))
            )
        return False

    def likened(self, recorded: Any, actual: Any, key: str = "") -> Any:
        """Return what the bot did with what fits the recording as it was recorded, so that only the rest differs."""
        if isinstance(recorded, Mapping) and isinstance(actual, Mapping):
            alike = {
                name: self.likened(value, actual.get(name), name)
                for name, value in recorded.items()
                if name in actual or name in _VOLATILE
            }
            further = actual.keys() - recorded.keys() - _VOLATILE
            return alike | {name: value for name, value in actual.items() if name in further}
        if isinstance(recorded, (list, tuple)) and isinstance(actual, (list, tuple)):
            paired = zip(recorded, actual, strict=False)
            return [*(self.likened(one, other, key) for one, other in paired), *actual[len(recorded) :]]
        return recorded if key in _VOLATILE or self._same(recorded, actual, key, {}) else actual

    def _near(self, one: float, other: float) -> bool:
        return abs(one - other) <= self.tolerance

    def translated(self, text: str) -> str:
        """Return JSON text from the recording with what the bot has drawn in place of what was recorded."""
        return _QUOTED.sub(self._own, text) if self.drawn else text

    def _own(self, found: re.Match[str]) -> str:
        return f'"{self.drawn.get(found[1], found[1])}"'


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def difference(recorded: Any, actual: Any, indent: str = "    ") -> list[str]:
    """Return what differs as lines: ``-`` is the recording, ``+`` the bot."""
    one, other = (_pretty(each).splitlines() for each in (recorded, actual))
    lines = [line for line in difflib.ndiff(one, other) if not line.startswith("?")]
    return [f"{indent}{line}".rstrip() for line in _shortened(lines)]


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=repr)


def _shortened(lines: list[str], around: int = 3) -> list[str]:
    """Leave out what is the same far and wide."""
    changed = [number for number, line in enumerate(lines) if line[:1] in "+-"]
    kept: list[str] = []
    for number, line in enumerate(lines):
        if any(abs(number - each) <= around for each in changed):
            kept.append(line)
        elif kept and kept[-1] != "  …":
            kept.append("  …")
    return kept

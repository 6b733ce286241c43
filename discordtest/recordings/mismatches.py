"""What a bot does otherwise than it was recorded, in words: what was recorded, where, what the bot does, what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from discordtest.backend.opcodes import IDENTIFY
from discordtest.recordings.comparing import difference
from discordtest.recordings.lines import Exchange, Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discordtest.backend.journal import Exchange as Entry
    from discordtest.recordings.comparing import Comparison
    from discordtest.recordings.lines import Line
    from discordtest.recordings.played import Part
    from discordtest.recordings.recording import Recording

__all__ = ["of_frame", "of_order", "of_request", "of_start", "unmade"]

LISTED = 6
COMPARED = 20  # recorded requests of which the nearest is looked for
_SIDES = "- recorded, + the bot"


def of_request(
    recording: Recording,
    comparison: Comparison,
    request: str,
    entry: Entry,
    candidates: Sequence[Exchange],
    left: Sequence[Exchange],
) -> str:
    """Return the text for a request that fits none of the ``candidates``; ``left`` are all that were not made."""
    if not candidates:
        lines = unmade(recording, left) or ["all that was recorded was requested already"]
        return "\n".join(
            [f"the bot requests what was not recorded: {_asked(request, entry)}", *lines, _advice(request)]
        )
    compared = [(line, _differences(comparison, line, entry)) for line in candidates[:COMPARED]]
    line, lines = min(compared, key=lambda pair: len(pair[1]))
    head = f"the bot requests {request} otherwise than it was recorded ({recording.place(line)}; {_SIDES}):"
    return "\n".join([head, *lines, _advice(request)])


def of_order(
    recording: Recording, comparison: Comparison, request: str, entry: Entry, line: Line | None
) -> str:
    """Return the text for a request that is not the one that was recorded next, which is ``line``."""
    if isinstance(line, Exchange) and line.request == request:
        return of_request(recording, comparison, request, entry, [line], ())
    return "\n".join(
        [f"the bot requests {_asked(request, entry)}", _expected(recording, line), _advice(request)]
    )


def of_frame(recording: Recording, frame: dict[str, Any], line: Line | None) -> str:
    """Return the text for a frame of the bot's; ``line`` is what was recorded."""
    op, data = frame["op"], frame.get("d")
    if isinstance(line, Frame) and line.op == op:
        where = f"({recording.place(line)}; {_SIDES})"
        head = f"the bot sends opcode {op} on the gateway otherwise than it was recorded {where}:"
        return "\n".join([head, *difference(line.data, data)])
    said = json.dumps(data, ensure_ascii=False)
    return f"the bot sends opcode {op} on the gateway: {said}\n{_expected(recording, line)}"


def of_start(recording: Recording, op: int, data: dict[str, Any], free: Sequence[Part]) -> str:
    """Return the text for a connection that begins as none of those that are ``free`` does."""
    shard = f" as shard {data['shard'][0]} of {data['shard'][1]}" if data.get("shard") else ""
    did = f"{_beginning(op)}{shard}"
    starts = [part.start for part in free if part.start is not None]
    if not starts:
        return f"the bot connects to the gateway and {did}, but the recording has no further connection"
    line = starts[0]
    place = recording.place(line)
    if line.op != op:
        return f"the bot {did}; what was recorded is that it {_beginning(line.op)} ({place})"
    recorded = line.data
    mine = {key: value for key, value in data.items() if key in ("shard", "session_id")}
    theirs = recorded
    if isinstance(recorded, dict):
        theirs = {key: value for key, value in recorded.items() if key in ("shard", "session_id")}
    return "\n".join(
        [f"the bot {did}, otherwise than it was recorded ({place}; {_SIDES}):", *difference(theirs, mine)]
    )


def unmade(recording: Recording, left: Sequence[Exchange]) -> list[str]:
    """Return the recorded requests that were not made, a line for each; nothing where there are none."""
    if not left:
        return []
    lines = [f"  {recording.place(line)}: {line.request}" for line in left[:LISTED]]
    more = [f"  and {len(left) - LISTED} more"] if len(left) > LISTED else []
    return ["recorded, and not requested so far:", *lines, *more]


def _beginning(op: int | None) -> str:
    return "identifies" if op == IDENTIFY else "resumes a session"


def _expected(recording: Recording, line: Line | None) -> str:
    if isinstance(line, Exchange):
        return f"what was recorded next is {line.request} ({recording.place(line)})"
    if isinstance(line, Frame):
        return f"what was recorded next is opcode {line.op} on the gateway ({recording.place(line)})"
    return f"{recording.name} has nothing more that the bot did"


def _advice(request: str) -> str:
    method, _, path = request.partition(" ")
    return f'If a mended bot does that, say what Discord answers: self.backend.answer("{method}", "{path}")'


def _asked(request: str, entry: Entry) -> str:
    query = f"?{urlencode(entry.query, doseq=True)}" if entry.query else ""
    body = "" if entry.json is None else f" {json.dumps(entry.json, ensure_ascii=False)}"
    return f"{request}{query}{body}"


def _differences(comparison: Comparison, line: Exchange, entry: Entry) -> list[str]:
    """Return the parts of two requests that are not the same, as a diff; what may differ is as it was recorded."""
    files = [file.filename for file in entry.files]
    parts = {
        "query": (line.query, comparison.likened(line.query, entry.query)),
        "json": (line.json, comparison.likened(line.json, entry.json)),
        "files": (line.files, files),
        "reason": (line.reason, entry.reason),
    }
    unlike = {name: pair for name, pair in parts.items() if pair[0] != pair[1]}
    recorded, actual = ({name: pair[side] for name, pair in unlike.items()} for side in (0, 1))
    return difference(recorded, actual)

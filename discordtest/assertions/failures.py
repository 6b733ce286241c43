"""The text of a failure: what was asked, what was nearest, what else there was, and what happened before.

It should end the debugging: nobody should have to run the test again with prints in it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from discordtest import hints, transcript
from discordtest.assertions.filters import nearness, text_of
from discordtest.backend import journal
from discordtest.hints import missing, neighbours
from discordtest.interactions import timeline
from discordtest.names import channel_name, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import discord

    from discordtest.assertions.filters import MessageFilter
    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene

__all__ = [
    "EARLIER",
    "Search",
    "background",
    "describe_message",
    "idleness",
    "nearest_of",
    "not_found",
    "suspects",
]

EARLIER = "before the last act, which is all that this looks at; `after=` (a message or datetime) looks further back."
_STARTING = (
    "as it started, before the last act: `await self.restart()` lets it start within the test, and `self.sent` has all "
    "that it sent."
)
_LISTED = 8
_TIME = re.compile(r"<t:\d|\dT\d\d:\d\d:\d\d")  # as text of a message, and in JSON
_MENTION = re.compile(r"(<(?:@[!&]?|#)([0-9]+)>)")


class Search(NamedTuple):
    """What an assertion about messages has looked at, and what it has not."""

    client: discord.Client
    sent: Sequence[Record]
    before: Sequence[Record]  # by the same client, earlier
    by_others: Sequence[tuple[discord.Client, Record]]
    edited: Sequence[Record]


def background(scene: Scene, told: str = "") -> str:
    """Return what may have gone wrong, the end of the transcript, the pending timers, and how the clock stands.

    ``told`` is the interaction that the failure is about.
    """
    parts = [*timeline.neglected(scene, told), *suspects(scene)]
    parts.append(f"What happened:\n{transcript.Transcript(scene).tail()}")
    pending = scene.loop.pending()
    if pending:
        alike = Counter(timer.what for timer in pending)
        soonest = {timer.what: timer for timer in reversed(pending)}
        lines = [
            f"  {soonest[what]}{f', and {n - 1} more like it' if n > 1 else ''}" for what, n in alike.items()
        ]
        more = [f"  and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
        parts.append("\n".join(["Pending timers (see advance):", *lines[:_LISTED], *more]))
    if not scene.follows_time and (
        scene.was_advanced or _apart(scene) > timedelta(minutes=1) or _writes_a_time(scene)
    ):
        parts.append(
            f"The test's clock is at {scene.loop.now():%Y-%m-%d %H:%M:%S %Z}, but the bot's own datetime.now(), "
            "time.time() and time.monotonic() do not follow it: for that, install discordtest[time]."
        )
    return "\n".join(parts)


def _apart(scene: Scene) -> timedelta:
    """Return how far the clock of the test is from its reader's."""
    return abs(scene.loop.now() - datetime.now(UTC))


def _writes_a_time(scene: Scene) -> bool:
    """Tell whether the bot sent a moment in the last act, which may be one of the two seconds that a start takes."""
    if _apart(scene) < timedelta(seconds=1):
        return False
    return any(_TIME.search(str(entry.json)) for entry in scene.backend.journal.exchanges(scene.act_start))


def suspects(scene: Scene) -> list[str]:
    """Return what no error tells of: what was never awaited, what blocked, what was handled, what Discord refused."""
    parts = [f"Never awaited, so it did nothing: {each}" for each in dict.fromkeys(scene.watch.unawaited)]
    parts += [
        f"{each[0].upper()}{each[1:]} for an answer from outside the event loop, for so long that no verb waits for it"
        for each in scene.loop.outside.places.late()
    ]
    parts += dict.fromkeys(scene.handled.lines(scene.act_start))
    return [*parts, *dict.fromkeys(scene.loop.blocked), *refusals(scene), *neighbours.kept_tasks()]


def describe_message(scene: Scene, message: Record) -> str:
    """Return one line on a message."""
    where = channel_name(scene.backend.world, message["channel_id"])
    return f"{text_of(message)!r}{transcript.extras(message)} in {where}"


def nearest_of(wanted: MessageFilter, messages: Sequence[Record]) -> Record | None:
    """Return the message with the fewest differences."""
    return min(messages, key=lambda message: nearness(wanted, message), default=None)


def not_found(scene: Scene, claim: str, wanted: MessageFilter, search: Search) -> str:
    """Return the text for a message that the bot should have sent and did not."""
    parts = [claim]
    nearest = nearest_of(wanted, search.sent)
    if nearest is None:
        parts.append("The bot sent nothing in the last act.")
        parts += hints.why_silent(scene, search.client)
    else:
        parts.append(f"Nearest: {describe_message(scene, nearest)}")
        parts += [f"  {reason}" for reason in _reasons(scene, wanted, nearest)]
        others = [message for message in search.sent if message is not nearest]
        if others:
            parts.append("The bot also sent:")
            parts += [f"  {describe_message(scene, message)}" for message in others[:_LISTED]]
        parts += hints.unheard(scene, search.client)
    parts += _elsewhere(scene, wanted, search)
    parts.append(background(scene))
    return "\n".join(parts)


def _reasons(scene: Scene, wanted: MessageFilter, nearest: Record) -> Iterator[str]:
    if not wanted.is_in(nearest):
        world = scene.backend.world
        where = channel_name(world, nearest["channel_id"])
        yield f"it is in {where}, not in {channel_name(world, wanted.channel_id or '')}"
    differences = wanted.explained(nearest)
    yield from differences
    if legend := _legend(scene.backend.world, "\n".join(differences)):
        yield legend


def _legend(world: World, text: str) -> str:
    """Return whom and what the mentions in a text mean, each once; nobody knows people by their ids."""
    meant = {}
    for mention, number in _MENTION.findall(text):
        name = name_of(world, number)
        if name != number:
            meant[mention] = name
    return "where " + ", ".join(f"{mention} is {name}" for mention, name in meant.items()) if meant else ""


def _elsewhere(scene: Scene, wanted: MessageFilter, search: Search) -> Iterator[str]:
    """Yield where such a message is that the assertion did not look at."""
    earlier = [message for message in search.before if wanted.fits(message)]
    if earlier:
        yield f"It sent that {_STARTING if _was_before_all_acts(scene, earlier[-1]) else EARLIER}"
    for client, message in search.by_others:
        if wanted.fits(message):
            yield f"Another client sent that: pass by= that {type(client).__name__}."
    for edited in search.edited:
        if wanted.fits(edited):
            yield "It edited a message to that: see assertEdited."


def _was_before_all_acts(scene: Scene, message: Record) -> bool:
    for entry in scene.backend.journal:
        if isinstance(entry, journal.Act):
            return False
        if isinstance(entry, journal.Sent) and entry.message is message:
            return True
    return False


def idleness(scene: Scene) -> list[str]:
    """Return why the first client may have done nothing, if it did nothing in the last act."""
    if not scene.clients or scene.backend.journal.exchanges(scene.act_start):
        return []
    return [*hints.why_silent(scene, next(iter(scene.clients)))]


def refusals(scene: Scene) -> list[str]:
    """Return what Discord refused in the last act, a line for each, and what of it the world never had."""
    refused = hints.refused(scene)
    if not refused:
        return []
    lines = transcript.Transcript(scene)
    found = ["Discord refused:", *(f"  {lines.line(entry)}" for entry in refused[:_LISTED])]
    if len(refused) > _LISTED:
        found.append(f"  and {len(refused) - _LISTED} more")
    absent = (line for entry in refused for line in missing.what_is_missing(scene, entry))
    return [*found, *dict.fromkeys(absent)]

"""The text of a failure: what was asked, what was nearest, what else there was, and what happened before.

It should end the debugging: nobody should have to run the test again with prints in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.assertions.filters import nearness, text_of
from discordtest.names import channel_name
from discordtest.transcript import Transcript, extras

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discordtest.assertions.filters import MessageFilter
    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["background", "describe_message", "nearest_of", "not_found"]

_LISTED = 8


def background(scene: Scene) -> str:
    """Return the end of the transcript, the timers that are pending, and how the clock stands."""
    parts = [f"What happened:\n{Transcript(scene).tail()}"]
    pending = scene.loop.pending()
    if pending:
        lines = "\n".join(f"  {timer}" for timer in pending[:_LISTED])
        more = f"\n  and {len(pending) - _LISTED} more" if len(pending) > _LISTED else ""
        parts.append(f"Pending timers (see advance):\n{lines}{more}")
    if scene.was_advanced and not scene.follows_time:
        parts.append(
            "The test has let time pass, but the bot's own datetime.now() and time.time() did not follow: for that, "
            "install discordtest[time]."
        )
    return "\n".join(parts)


def describe_message(scene: Scene, message: Record) -> str:
    """Return one line on a message."""
    where = channel_name(scene.backend.world, message["channel_id"])
    return f"{text_of(message)!r}{extras(message)} in {where}"


def nearest_of(wanted: MessageFilter, messages: Sequence[Record]) -> Record | None:
    """Return the message with the fewest differences."""
    return min(messages, key=lambda message: nearness(wanted, message), default=None)


def not_found(scene: Scene, claim: str, wanted: MessageFilter, sent: Sequence[Record]) -> str:
    """Return the text for a message that the bot should have sent and did not."""
    parts = [claim]
    nearest = nearest_of(wanted, sent)
    if nearest is None:
        parts.append("The bot sent nothing in the last act.")
    else:
        where = channel_name(scene.backend.world, nearest["channel_id"])
        reasons = list(wanted.differences(nearest))
        if wanted.channel_id not in (None, nearest["channel_id"]):
            reasons.insert(
                0, f"it is in {where}, not in {channel_name(scene.backend.world, wanted.channel_id)}"
            )
        parts.append(f"Nearest: {describe_message(scene, nearest)}")
        parts += [f"  {reason}" for reason in reasons]
        others = [message for message in sent if message is not nearest]
        if others:
            parts.append("The bot also sent:")
            parts += [f"  {describe_message(scene, message)}" for message in others[:_LISTED]]
    parts.append(background(scene))
    return "\n".join(parts)

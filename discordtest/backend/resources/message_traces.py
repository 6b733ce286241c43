"""What the world keeps of a message beside the message: reactions, votes, hidden embeds and files, its pin."""

from __future__ import annotations

from discordtest.backend.world import World

__all__ = ["forget_messages", "forget_traces"]


def forget_traces(world: World, message_id: str) -> None:
    """Drop what hangs on a message; its pin is the channel's."""
    world.reactions.pop(message_id, None)
    world.suppressed_embeds.pop(message_id, None)
    world.shown_files.pop(message_id, None)
    world.poll_votes.pop(message_id, None)


def forget_messages(world: World, channel_id: str) -> None:
    """Drop all messages of a channel."""
    for message_id in world.messages.pop(channel_id, ()):
        forget_traces(world, message_id)
    world.pins.pop(channel_id, None)

"""What people do in voice channels, and how they show themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.acting import Acting, act, person
from discordtest.scene import verb

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id

__all__ = ["VoiceVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class VoiceVerbs(Acting):
    """The verbs about voice and presence."""

    @verb
    async def set_presence(
        self,
        who: Id,
        status: discord.Status | str = "online",
        activity: discord.BaseActivity | discord.Spotify | dict[str, Any] | None = None,
    ) -> None:
        """Change one's status (``online``, ``idle``, ``dnd``, ``invisible``, ``offline``) and activity."""
        shown = [] if activity is None else [activity if isinstance(activity, dict) else activity.to_dict()]
        body = {"status": str(status), "activities": shown}
        actor = person(self._scene, who)
        act(self._scene, actor, f"is {status} now", "update_presence", actor.user_id, body=body)

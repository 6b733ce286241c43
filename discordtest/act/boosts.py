"""What people do for a guild: they boost it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest import views
from discordtest.act.acting import Acting, act, guild_of, human_member, name, person
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["BoostVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class BoostVerbs(Acting):
    """The verbs about boosts."""

    @verb
    async def boost(
        self, who: Id, guild: discord.Guild | Id | None = None, boosts: int = 1
    ) -> discord.Member:
        """Boost a guild: ``on_member_update`` brings the booster role, ``on_guild_update`` the count.

        With a system channel, ``on_message`` runs for Discord's word of it: a ``premium_guild_subscription``, or the
        level that the guild has reached.
        """
        scene, actor, guild_id = self._scene, person(self._scene, who), guild_of(self._scene, guild, who)
        if type(boosts) is not int or boosts < 1:
            raise TypeError(f"boosts is how often somebody boosts, 1 or more, not {boosts!r}")
        human_member(scene, actor, guild_id)
        text = f"boosts {_guild_name(scene, guild_id)}" + (f" {boosts} times" if boosts > 1 else "")
        act(scene, actor, text, "boost_guild", guild_id, body={"boosts": boosts})
        await scene.settle()
        return views.views_of(scene).member(guild_id, actor.user_id)

    @verb
    async def stop_boosting(self, who: Id, guild: discord.Guild | Id | None = None) -> discord.Member:
        """Take all one's boosts away from a guild: ``on_member_update`` runs; its level stays."""
        scene, actor, guild_id = self._scene, person(self._scene, who), guild_of(self._scene, guild, who)
        if human_member(scene, actor, guild_id)["premium_since"] is None:
            who_name = name(scene.backend.world, actor.user_id)
            raise SetupError(
                f"{who_name} does not boost {_guild_name(scene, guild_id)}: `await self.boost(…)` comes first"
            )
        act(scene, actor, f"boosts {_guild_name(scene, guild_id)} no more", "stop_boosting", guild_id)
        await scene.settle()
        return views.views_of(scene).member(guild_id, actor.user_id)


def _guild_name(scene: Scene, guild_id: str) -> str:
    return repr(scene.backend.world.guilds[guild_id]["name"])

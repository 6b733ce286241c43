"""What people do as they come into a community: they answer the questions of its onboarding.

What becomes of that is the little that Discord documents: the roles of the options, and the flags of the member.
Source: Discord's documentation, Guild ("Guild Onboarding Object", "Guild Member Flags").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import views
from discordtest.act.acting import Acting, act, guild_of, human_member, person
from discordtest.backend.resources import guild_onboarding
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record, World
    from discordtest.given import Id

__all__ = ["OnboardingVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class OnboardingVerbs(Acting):
    """The verbs about the onboarding of a community."""

    @verb
    async def answer_onboarding(
        self,
        who: Id,
        *answers: str | discord.OnboardingPromptOption,
        guild: discord.Guild | Id | None = None,
    ) -> discord.Member:
        """Answer the questions of a guild's onboarding, and come in with the roles of the answers.

        ``answers`` are options or their titles, of any question that is asked as people join; one that is not required
        may stay open. ``on_member_update`` runs for the flag ``started_onboarding``, then for the roles with the flag
        ``completed_onboarding``. Who has come in answers more under "Channels & Roles", where all questions are: the
        roles of the answers come, and where one answer is all that is taken, those of the earlier one go.
        """
        scene, actor = self._scene, person(self._scene, who)
        guild_id, world = guild_of(scene, guild, who), scene.backend.world
        is_new = not human_member(scene, actor, guild_id)["flags"] & guild_onboarding.COMPLETED
        prompts = _asked(world, guild_id, is_new=is_new)
        guild_name = world.guilds[guild_id]["name"]
        chosen = _chosen(guild_name, prompts, answers, is_new=is_new)
        if is_new:
            act(scene, actor, f"starts the onboarding of {guild_name!r}", "start_onboarding", guild_id)
            await scene.settle()
        if actor.user_id in world.members[guild_id]:  # the bot may have put them out
            text = f"answers {_titles(chosen) or 'nothing'} in the onboarding of {guild_name!r}"
            body = {"option_ids": [option["id"] for option in chosen]}
            act(scene, actor, text, "complete_onboarding", guild_id, body=body)
            await scene.settle()
        return views.views_of(scene).member(guild_id, actor.user_id)


def _asked(world: World, guild_id: str, *, is_new: bool) -> list[Record]:
    """Return the questions that a client asks a newcomer; all of them later."""
    onboarding = guild_onboarding.onboarding_of(world, guild_id)
    if not onboarding["enabled"]:
        guild_name = repr(world.guilds[guild_id]["name"])
        raise SetupError(
            f"the onboarding of {guild_name} is off: `self.backend.update_onboarding(guild, enabled=True, …)`"
        )
    return [prompt for prompt in onboarding["prompts"] if prompt["in_onboarding"] or not is_new]


def _chosen(guild_name: str, prompts: list[Record], answers: Iterable[Any], *, is_new: bool) -> list[Record]:
    """Return the options that are meant, in the order of the questions."""
    asked = "newcomers" if is_new else "its members"
    wanted = {_found(guild_name, prompts, answer, asked)["id"] for answer in answers}
    chosen = []
    for prompt in prompts:
        found = [option for option in prompt["options"] if option["id"] in wanted]
        if prompt["single_select"] and len(found) > 1:
            raise SetupError(f"{prompt['title']!r} takes one answer, not {_titles(found, ' and ')}")
        if prompt["required"] and not found and is_new:
            raise SetupError(f"{prompt['title']!r} has to be answered: {_titles(prompt['options'])}")
        chosen += found
    return chosen


def _found(guild_name: str, prompts: list[Record], answer: Any, asked: str) -> Record:
    options: list[Record] = [option for prompt in prompts for option in prompt["options"]]
    if isinstance(answer, discord.OnboardingPromptOption):
        found = [option for option in options if option["id"] == str(answer.id)]
    elif isinstance(answer, str):
        found = [option for option in options if option["title"] == answer]
    else:
        raise TypeError(
            f"an answer is the title of an option or a discord.OnboardingPromptOption, not {answer!r}"
        )
    if len(found) == 1:
        return found[0]
    title = answer if isinstance(answer, str) else answer.title
    if found:
        raise SetupError(
            f"{title!r} is an answer to {len(found)} questions: pass the option of the one that is meant"
        )
    raise SetupError(
        f"{title!r} is no answer to what {guild_name!r} asks {asked}: {_titles(options) or 'it asks nothing'}"
    )


def _titles(options: list[Record], comma: str = ", ") -> str:
    return comma.join(repr(option["title"]) for option in options)

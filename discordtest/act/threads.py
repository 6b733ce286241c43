"""How people come into threads, and go: to start one is in ``messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest import finding
from discordtest.act.acting import Acting, act, name, person, place
from discordtest.backend import permissions
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    import discord

    from discordtest.backend.rest import Actor
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ThreadVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ThreadVerbs(Acting):
    """The verbs about threads."""

    @verb
    async def join_thread(self, who: Id, thread: discord.Thread | Id) -> None:
        """Join a thread that one sees: ``on_thread_member_join`` runs. Who writes in a thread joins it anyway."""
        scene, actor = self._scene, person(self._scene, who)
        thread_id = _find(scene, actor, thread)
        act(scene, actor, f"joins {place(scene, thread_id)}", "join_thread", thread_id)

    @verb
    async def leave_thread(self, who: Id, thread: discord.Thread | Id) -> None:
        """Leave a thread: ``on_thread_member_remove`` runs."""
        scene, actor = self._scene, person(self._scene, who)
        world, thread_id = scene.backend.world, _find(scene, actor, thread)
        if actor.user_id not in world.thread_members[thread_id]:
            raise SetupError(f"{name(world, actor.user_id)} is not in {place(scene, thread_id)}")
        act(scene, actor, f"leaves {place(scene, thread_id)}", "leave_thread", thread_id)


def _find(scene: Scene, actor: Actor, thread: discord.Thread | Id) -> str:
    world = scene.backend.world
    channel_id = finding.find_channel(world, thread, kinds=permissions.THREAD_TYPES, user_id=actor.user_id)
    if world.channels[channel_id]["type"] not in permissions.THREAD_TYPES:
        raise SetupError(f"{place(scene, channel_id)} is no thread: whoever sees it is in it")
    return channel_id

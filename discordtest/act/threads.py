"""How people come into threads, go, and change them: to start one is in ``messages``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from discordtest import finding, given, views
from discordtest.act.acting import Acting, act, name, person, place
from discordtest.backend import permissions
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ThreadVerbs", "tag_ids"]

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

    @verb
    async def edit_thread(
        self,
        who: Id,
        thread: discord.Thread | Id,
        *,
        name: str | None = None,
        archived: bool | None = None,
        locked: bool | None = None,
        tags: Iterable[discord.ForumTag | int | str] | None = None,
        reason: str | None = None,
    ) -> discord.Thread:
        """Rename a thread, close or reopen it (``archived``), lock it, or change a post's ``tags``; return it.

        ``on_thread_update`` runs. Who started a thread may close and rename it, and change its tags; the rest takes
        ``manage_threads``.
        """
        scene, actor = self._scene, person(self._scene, who)
        world, thread_id = scene.backend.world, _find(scene, actor, thread)
        record = world.channels[thread_id]
        body = given.without_none(name=name, archived=archived, locked=locked)
        done = [f"{key}={value!r}" for key, value in body.items()]
        if tags is not None:
            wanted = [*tags]
            body["applied_tags"] = tag_ids(world.channels[record["parent_id"]], wanted)
            done.append(f"tags={[getattr(tag, 'name', tag) for tag in wanted]}")
        if not body:
            raise TypeError("edit_thread takes what to change: name, archived, locked or tags")
        text = f"edits {place(scene, thread_id)}: {', '.join(done)}"
        now = {**record, **record["thread_metadata"]}
        if all(now.get(key) == value for key, value in body.items()):
            raise SetupError(f"{world.users[actor.user_id]['username']} {text}, which it is already")
        act(scene, actor, text, "update_channel", thread_id, body=body, reason=reason)
        await scene.settle()
        return cast("discord.Thread", views.views_of(scene).channel(record))

    @verb
    async def delete_thread(self, who: Id, thread: discord.Thread | Id, *, reason: str | None = None) -> None:
        """Delete a thread: ``on_thread_delete`` runs."""
        scene, actor = self._scene, person(self._scene, who)
        thread_id = _find(scene, actor, thread)
        text = f"deletes {place(scene, thread_id)}"
        act(scene, actor, text, "delete_channel", thread_id, reason=reason)


def tag_ids(forum: Record, tags: Iterable[Any]) -> list[str]:
    """Return the ids of tags of a forum, which may be named."""
    named = {tag["name"]: str(tag["id"]) for tag in forum.get("available_tags", ())}
    for tag in tags:
        if isinstance(tag, str) and not tag.isdigit() and tag not in named:
            known = ", ".join(named) or "none"
            raise SetupError(f"the forum {forum['name']!r} has no tag {tag!r}; its tags: {known}")
    return [named.get(tag) or given.id_of(tag) if isinstance(tag, str) else given.id_of(tag) for tag in tags]


def _find(scene: Scene, actor: Actor, thread: discord.Thread | Id) -> str:
    world = scene.backend.world
    channel_id = finding.find_channel(world, thread, kinds=permissions.THREAD_TYPES, user_id=actor.user_id)
    if world.channels[channel_id]["type"] not in permissions.THREAD_TYPES:
        raise SetupError(f"{place(scene, channel_id)} is no thread: whoever sees it is in it")
    return channel_id

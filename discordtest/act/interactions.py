"""What people do with an application's commands: pick one, fill it in, let it suggest; install an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import finding, given
from discordtest.act.acting import Acting, act, person, place, place_id, user_of
from discordtest.backend.resources import application_command_form
from discordtest.backend.resources import interaction as interaction_life
from discordtest.backend.resources import resolved as resolving
from discordtest.errors import SetupError
from discordtest.interactions import commands, result
from discordtest.interactions import options as option_data
from discordtest.verbs import verb

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["CommandVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_Message = discord.Message | discord.PartialMessage


class CommandVerbs(Acting):
    """The verbs about application commands."""

    @verb
    async def slash(self, who: Id, channel: Any, command: str, /, **options: Any) -> result.InteractionResult:
        """Use a slash command, then let the bot answer.

        ``command`` is what is typed, ``"tag set"``; the options are passed by name, as values or as objects of
        discord.py, a choice by its name or value, a file as a ``discord.File``, ``(name, content)`` or a path.
        ``channel`` may be a user: the DM with them.

        >>> await self.slash(self.alice, self.general, "tag set", name="rules", text="Be kind")
        """
        scene, (actor, picker) = self._scene, _picker(self._scene, who, channel)
        picked = picker.slash(command)
        data = option_data.command_data(picker, picked, options)
        text = f"uses /{picked.words}{_shown(options)} in {place(scene, picker.channel['id'])}"
        return await _use(scene, actor, picker, picked, interaction_life.COMMAND, data, text)

    @verb
    async def context_menu(self, who: Id, channel: Any, name: str, target: Any) -> result.InteractionResult:
        """Use a command of the context menu of a message or a user."""
        scene, (actor, picker) = self._scene, _picker(self._scene, who, channel)
        resolved = resolving.Resolved(picker.world, picker.channel, actor.user_id)
        kind, target_id, shown = _target(scene, picker, resolved, target)
        picked = picker.context_menu(kind, name)
        data: Record = {"id": picked.command["id"], "name": picked.command["name"], "type": kind}
        data |= {"target_id": target_id, "resolved": resolved.payload}
        if "guild_id" in picked.command:
            data["guild_id"] = picked.command["guild_id"]
        text = f"uses {name!r} on {shown} in {place(scene, picker.channel['id'])}"
        return await _use(scene, actor, picker, picked, interaction_life.COMMAND, data, text)

    @verb
    async def autocomplete(
        self, who: Id, channel: Any, command: str, option: str, typed: Any, /, **options: Any
    ) -> result.InteractionResult:
        """Type into an option that suggests, with other options filled in already; see the result's ``choices``."""
        scene, (actor, picker) = self._scene, _picker(self._scene, who, channel)
        picked = picker.slash(command)
        data = option_data.typed_data(picker, picked, option, typed, options)
        where = place(scene, picker.channel["id"])
        text = f"types {str(typed)!r} into {option} of /{picked.words}{_shown(options)} in {where}"
        return await _use(scene, actor, picker, picked, interaction_life.AUTOCOMPLETE, data, text)

    @verb
    async def install_app(self, who: Id, client: discord.Client | None = None) -> None:
        """Install a client's application for oneself, by default that of ``self.client``."""
        scene = self._scene
        application = scene.application_of(client)
        text = f"installs {application['name']}"
        act(scene, person(scene, who), text, "install_application", application["id"])


def _picker(scene: Scene, who: Id, channel: Any) -> tuple[Actor, commands.Picker]:
    """Return who acts, and what their client offers in the channel."""
    actor = person(scene, who)
    if actor.kind == "bot":
        raise SetupError(f"{user_of(scene, who)['username']} is a bot: only people use commands")
    channel_id = place_id(scene, actor, channel)
    record = scene.backend.world.channels.get(channel_id)
    if record is None:
        raise SetupError(f"there is no channel {channel!r} in the world of this test")
    return actor, commands.Picker(scene, actor.user_id, record)


def _target(
    scene: Scene, picker: commands.Picker, resolved: resolving.Resolved, target: Any
) -> tuple[int, str, str]:
    """Return the kind of command that the target's menu has, the target's id, and what people call it."""
    if isinstance(target, _Message) or not (
        finding.is_name(target) or given.id_of(target) in scene.backend.world.users
    ):
        message = given.message_of(scene.backend.world, target)
        if message["channel_id"] != picker.channel["id"]:
            raise SetupError(f"the message is in {place(scene, message['channel_id'])}, not in this channel")
        resolved.add_message(message)
        return application_command_form.MESSAGE, message["id"], f"{message['author']['username']}'s message"
    user = user_of(scene, target)
    resolved.add_user(user["id"])
    return application_command_form.USER_COMMAND, user["id"], user["username"]


async def _use(
    scene: Scene,
    actor: Actor,
    picker: commands.Picker,
    picked: commands.Picked,
    kind: int,
    data: Record,
    text: str,
) -> result.InteractionResult:
    body = {
        "application_id": picked.command["application_id"],
        "type": kind,
        "data": data,
        "authorizing_integration_owners": picker.owners(picked),
    }
    interaction = act(scene, actor, text, "create_interaction", picker.channel["id"], body=body)
    await scene.settle()
    return result.InteractionResult(scene, interaction)


def _shown(options: dict[str, Any]) -> str:
    """Return options as they stand in the transcript."""
    return "".join(f" {name}={_plain(value)}" for name, value in options.items())


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0])  # a file's name
    return repr(value) if isinstance(value, (str, int, float)) else str(getattr(value, "name", value))

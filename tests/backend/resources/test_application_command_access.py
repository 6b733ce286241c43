"""Who may use a command where: each rule that can stand against it, and the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.permissions import ALL, Permission
from discordtest.backend.resources.application_command_access import command_owners, context_of, refusal
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record

ROLE, USER, CHANNEL = 1, 2, 3


class AccessTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        small = self.small
        self.application_id, self.guild_id = small.application["id"], small.guild["id"]
        self.alice = small.make_person("alice")
        self.general = small.general

    def make_command(self, guild: Record | None = None, **fields: Any) -> Record:
        raw = [self.application_id] if guild is None else [self.application_id, guild["id"]]
        name = "create_application_command" if guild is None else "create_guild_application_command"
        body = {"name": "ping", "description": "A command.", **fields}
        made: Record = self.small.perform(name, *raw, body=body)
        return made

    def allow(self, id: str, *entries: tuple[int, str, bool]) -> None:
        body = {"permissions": [{"type": t, "id": i, "permission": p} for t, i, p in entries]}
        name = "set_guild_application_command_permissions"
        self.small.perform(name, self.application_id, self.guild_id, id, body=body)

    def dm(self, one: Actor, other_id: str) -> Record:
        made = self.small.perform("create_dm", actor=one, body={"recipient_id": other_id})
        return self.small.world.channels[made["id"]]

    def assertOffered(self, command: Record, channel: Record | None = None, who: Actor | None = None) -> None:
        place, user_id = channel or self.general, (who or self.alice).user_id
        owners = command_owners(self.small.world, command, place, user_id)
        self.assertIsNone(refusal(self.small.world, command, place, user_id, owners))

    def assertNotOffered(
        self, reason: str, command: Record, channel: Record | None = None, who: Actor | None = None
    ) -> None:
        where, user_id = channel or self.general, (who or self.alice).user_id
        owners = command_owners(self.small.world, command, where, user_id)
        found = refusal(self.small.world, command, where, user_id, owners)
        self.assertIn(reason, found or "it is offered")


class PlaceTests(AccessTestCase):
    def test_guild(self) -> None:
        self.assertOffered(self.make_command())

    def test_command_of_another_guild(self) -> None:
        other = self.small.make_guild("Other")
        self.assertNotOffered("of the guild 'Other' alone", self.make_command(other))
        self.assertOffered(self.make_command(self.small.guild))

    def test_guild_command_in_a_dm(self) -> None:
        channel = self.dm(self.alice, self.small.bot.user_id)
        self.assertNotOffered("of the guild 'Test' alone", self.make_command(self.small.guild), channel)

    def test_dm_with_the_bot(self) -> None:
        channel = self.dm(self.alice, self.small.bot.user_id)
        self.assertOffered(self.make_command(), channel)
        reason = "can't be used in direct messages with the bot"
        self.assertNotOffered(reason, self.make_command(contexts=[0]), channel)

    def test_dm_permission_of_old(self) -> None:
        channel = self.dm(self.alice, self.small.bot.user_id)
        self.assertNotOffered("direct messages", self.make_command(dm_permission=False), channel)

    def test_command_for_direct_messages_alone(self) -> None:
        self.assertNotOffered("can't be used in guilds", self.make_command(contexts=[1]))

    def test_dm_of_two_people(self) -> None:
        channel = self.dm(self.alice, self.small.make_person("bob").user_id)
        command = self.make_command()
        self.assertNotOffered("no guild has this channel, and alice has not installed it", command, channel)
        self.small.perform("install_application", self.application_id, actor=self.alice)
        self.assertOffered(command, channel)
        self.assertNotOffered("not allowed user installs", self.make_command(integration_types=[0]), channel)
        self.assertNotOffered("private channels", self.make_command(contexts=[0, 1]), channel)

    def test_channel_where_nobody_writes(self) -> None:
        forum = self.small.make_channel("forum", 15)
        self.assertNotOffered("nobody can write", self.make_command(), forum)

    def test_hidden_channel(self) -> None:
        self.small.world.roles[self.guild_id][self.guild_id]["permissions"] = "0"
        self.assertNotOffered("can't see the channel", self.make_command())

    def test_no_application_commands_there(self) -> None:
        deny = str(int(Permission.USE_APPLICATION_COMMANDS))
        overwrites = [{"id": self.guild_id, "type": 0, "deny": deny}]
        channel = self.small.make_channel("quiet", permission_overwrites=overwrites)
        self.assertNotOffered("USE_APPLICATION_COMMANDS", self.make_command(), channel)

    def test_on_users_where_one_may_write(self) -> None:
        overwrites = [{"id": self.guild_id, "type": 0, "deny": str(int(Permission.SEND_MESSAGES))}]
        channel = self.small.make_channel("rules", permission_overwrites=overwrites)
        on_user, on_message = ({"type": type, "description": None} for type in (2, 3))
        self.assertNotOffered("permission to send messages", self.make_command(**on_user), channel)
        self.assertOffered(self.make_command(**on_user))
        self.assertOffered(self.make_command(**on_message), channel)
        self.assertOffered(self.make_command(), channel)

    def test_archived_thread(self) -> None:
        body = {"name": "thread", "type": 11}
        thread = self.small.perform("create_thread", self.general["id"], body=body)
        command = self.make_command()
        self.assertOffered(command, self.small.world.channels[thread["id"]])
        self.small.perform("update_channel", thread["id"], body={"archived": True})
        self.assertNotOffered("archived", command, self.small.world.channels[thread["id"]])

    def test_age_restricted(self) -> None:
        command = self.make_command(nsfw=True)
        self.assertNotOffered("age-restricted", command)
        adult = self.small.make_channel("adult", nsfw=True)
        self.assertOffered(command, adult)
        thread = self.small.perform("create_thread", adult["id"], body={"name": "thread", "type": 11})
        self.assertOffered(command, self.small.world.channels[thread["id"]])


class InstallationTests(AccessTestCase):
    def owners(self, command: Record, channel: Record | None = None) -> Record:
        return command_owners(self.small.world, command, channel or self.general, self.alice.user_id)

    def test_guild_alone(self) -> None:
        self.assertEqual(self.owners(self.make_command()), {"0": self.guild_id})

    def test_guild_and_person(self) -> None:
        self.small.perform("install_application", self.application_id, actor=self.alice)
        expected = {"0": self.guild_id, "1": self.alice.user_id}
        self.assertEqual(self.owners(self.make_command()), expected)

    def test_command_for_one_kind(self) -> None:
        self.small.perform("install_application", self.application_id, actor=self.alice)
        command = self.make_command(integration_types=[1])
        self.assertEqual(self.owners(command), {"1": self.alice.user_id})

    def test_command_for_people_who_have_it(self) -> None:
        command = self.make_command(integration_types=[1])
        name = self.small.world.guilds[self.guild_id]["name"]
        self.assertNotOffered(
            f"its application is not installed there: that the guild {name!r} has it is not enough, since the "
            "command is not allowed guild installs, and alice has not installed it (install_app)",
            command,
        )

    def test_guild_without_the_bot(self) -> None:
        foreign = self.small.perform("create_guild", body={"name": "Foreign"})
        channel = self.small.make_channel("general", guild=foreign)
        self.small.join(self.small.world.users[self.alice.user_id], foreign["id"])
        command = self.make_command()
        self.assertNotOffered("the guild 'Foreign' does not have it, and alice has not", command, channel)
        self.small.perform("install_application", self.application_id, actor=self.alice)
        self.assertOffered(command, channel)
        self.assertEqual(self.owners(command, channel), {"1": self.alice.user_id})
        self.assertNotOffered("not allowed user installs", self.make_command(integration_types=[0]), channel)

    def test_dm_needs_a_common_guild(self) -> None:
        command, alice = self.make_command(), self.alice.user_id
        channel = self.dm(self.alice, self.small.bot.user_id)
        self.small.make_guild("Without her")
        self.assertEqual(self.owners(command, channel), {"0": "0"})
        del self.small.world.members[self.guild_id][alice]
        self.assertNotOffered(
            "alice shares no guild with it, and alice has not installed it", command, channel
        )
        self.small.perform("install_application", self.application_id, actor=self.alice)
        self.assertEqual(self.owners(command, channel), {"1": alice})

    def test_contexts(self) -> None:
        world, application_id = self.small.world, self.application_id
        own, other = self.small.bot.user_id, make_user(world, "bob")["id"]
        self.assertEqual(context_of(world, application_id, self.general), 0)
        self.assertEqual(context_of(world, application_id, self.dm(self.alice, own)), 1)
        self.assertEqual(context_of(world, application_id, self.dm(self.alice, other)), 2)


class DefaultTests(AccessTestCase):
    def test_permissions_that_the_member_has(self) -> None:
        command = self.make_command(default_member_permissions=int(Permission.KICK_MEMBERS))
        self.assertNotOffered("they lack the permission KICK_MEMBERS", command)
        self.assertOffered(command, who=self.small.make_person("mod", int(Permission.KICK_MEMBERS)))

    def test_all_of_several(self) -> None:
        both = int(Permission.KICK_MEMBERS | Permission.BAN_MEMBERS)
        half = self.small.make_person("half", int(Permission.BAN_MEMBERS))
        self.assertNotOffered("KICK_MEMBERS", self.make_command(default_member_permissions=both), who=half)

    def test_zero_is_for_administrators(self) -> None:
        command = self.make_command(default_member_permissions=0)
        all_else = ALL & ~int(Permission.ADMINISTRATOR)
        self.assertNotOffered("administrators", command, who=self.small.make_person("mod", all_else))
        self.assertOffered(command, who=self.small.make_person("admin", int(Permission.ADMINISTRATOR)))
        self.assertOffered(command, who=Actor("person", self.small.owner["id"]))

    def test_nothing_is_asked_in_a_dm(self) -> None:
        channel = self.dm(self.alice, self.small.bot.user_id)
        self.assertOffered(self.make_command(default_member_permissions=0), channel)


class CommandPermissionTests(AccessTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.command = self.make_command(default_member_permissions=0)
        self.open = self.make_command(name="open")

    def test_member_overrides_the_default(self) -> None:
        self.allow(self.command["id"], (USER, self.alice.user_id, True))
        self.assertOffered(self.command)

    def test_member_stands_before_roles(self) -> None:
        mod = self.small.make_person("mod", 0)
        role_id = self.small.world.members[self.guild_id][mod.user_id]["roles"][0]
        entries = (ROLE, role_id, True), (USER, mod.user_id, False)
        self.allow(self.command["id"], *entries)
        self.assertNotOffered("the command's permissions forbid it to them", self.command, who=mod)

    def test_role_that_allows_wins(self) -> None:
        mod = self.small.make_person("mod", 0)
        roles = self.small.world.members[self.guild_id][mod.user_id]["roles"]
        more = self.small.perform("create_guild_role", self.guild_id, body={"name": "more"})["id"]
        roles.append(more)
        self.allow(self.command["id"], (ROLE, roles[0], False), (ROLE, more, True))
        self.assertOffered(self.command, who=mod)

    def test_role_stands_before_everyone(self) -> None:
        mod = self.small.make_person("mod", 0)
        role_id = self.small.world.members[self.guild_id][mod.user_id]["roles"][0]
        self.allow(self.open["id"], (ROLE, self.guild_id, False), (ROLE, role_id, True))
        self.assertOffered(self.open, who=mod)
        self.assertNotOffered("forbid it to them", self.open)

    def test_everyone(self) -> None:
        self.allow(self.command["id"], (ROLE, self.guild_id, True))
        self.assertOffered(self.command)

    def test_administrators_use_everything(self) -> None:
        self.allow(self.open["id"], (ROLE, self.guild_id, False), (CHANNEL, self.general["id"], False))
        self.assertOffered(self.open, who=self.small.make_person("admin", int(Permission.ADMINISTRATOR)))

    def test_all_commands_of_the_application(self) -> None:
        self.allow(self.application_id, (USER, self.alice.user_id, False))
        self.assertNotOffered("of the application's commands", self.open)
        self.allow(self.open["id"], (USER, self.alice.user_id, True))
        self.assertOffered(self.open)

    def test_leave_for_all_commands_keeps_the_default(self) -> None:
        self.allow(self.application_id, (USER, self.alice.user_id, True))
        self.assertNotOffered("administrators", self.command)

    def test_channel(self) -> None:
        self.allow(self.open["id"], (CHANNEL, self.general["id"], False))
        self.assertNotOffered("in this channel", self.open)
        self.assertOffered(self.open, self.small.make_channel("other"))

    def test_thread_follows_its_channel(self) -> None:
        self.allow(self.open["id"], (CHANNEL, self.general["id"], False))
        thread = self.small.perform("create_thread", self.general["id"], body={"name": "t", "type": 11})
        self.assertNotOffered("in this channel", self.open, self.small.world.channels[thread["id"]])

    def test_one_channel_of_all(self) -> None:
        every = str(int(self.guild_id) - 1)
        self.allow(self.open["id"], (CHANNEL, every, False), (CHANNEL, self.general["id"], True))
        self.assertOffered(self.open)
        self.assertNotOffered("in this channel", self.open, self.small.make_channel("other"))

    def test_channel_for_all_commands(self) -> None:
        self.allow(self.application_id, (CHANNEL, self.general["id"], False))
        self.assertNotOffered("in this channel", self.open)
        self.allow(self.open["id"], (CHANNEL, self.general["id"], True))
        self.assertOffered(self.open)

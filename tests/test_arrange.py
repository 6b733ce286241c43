"""The builders of a test case."""

from __future__ import annotations

from discordtest.testcase import DiscordTestCase


class ThinTests(DiscordTestCase):
    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def test_bot_finds_the_world(self) -> None:
        self.assertEqual(list(self.client.guilds), [self.guild])
        self.assertEqual(self.general.guild.name, "Test")
        message = await self.send(self.alice, self.general, "hi")
        self.assertEqual(message.author, self.alice)
        self.assertIs(message, self.client.cached_messages[-1])
        role = self.make_role("mod", self.guild)
        self.assertIs(self.guild.get_role(role.id), role)
        bob = self.make_member("bob", self.guild, roles=[role])
        self.assertIs(self.client.guilds[0].get_member(bob.id), bob)

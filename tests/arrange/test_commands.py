"""The builder of command permissions."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class CommandPermissionTests(DiscordTestCase):
    client: commands.Bot

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())
        self.heard: list[discord.RawAppCommandPermissionsUpdateEvent] = []

        @bot.tree.command()
        async def ping(i: discord.Interaction) -> None:
            await i.response.send_message("Pong!")

        @bot.tree.command()
        @app_commands.default_permissions()
        async def secret(i: discord.Interaction) -> None:
            await i.response.send_message("Pong!")

        @bot.event
        async def on_raw_app_command_permissions_update(
            payload: discord.RawAppCommandPermissionsUpdateEvent,
        ) -> None:
            self.heard.append(payload)

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.mods = self.make_role("mods", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.mod = self.make_member("mod", self.guild, roles=[self.mods])

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.ping, self.secret = await self.client.tree.sync()

    async def assertOffered(self, who: discord.Member, command: str, channel: object = None) -> None:
        await self.slash(who, channel or self.general, command)
        self.assertSent("Pong!")

    async def assertNotOffered(self, who: discord.Member, command: str, channel: object = None) -> None:
        with self.assertRaises(SetupError):
            await self.slash(who, channel or self.general, command)

    async def test_role_is_allowed(self) -> None:
        await self.assertNotOffered(self.mod, "secret")
        (made,) = self.make_command_permissions("secret", self.guild, {self.mods: True})
        self.assertEqual((made.target, made.permission), (self.mods, True))
        await self.assertOffered(self.mod, "secret")
        await self.assertNotOffered(self.alice, "secret")
        (heard,) = self.heard
        self.assertEqual(heard.target_id, self.secret.id)

    async def test_user_and_channel_are_denied(self) -> None:
        other = self.make_text_channel("other", self.guild)
        targets = {self.alice: False, other: False}
        made = self.make_command_permissions(self.ping, self.guild, targets)
        self.assertEqual([each.target for each in made], [self.alice, other])
        await self.assertNotOffered(self.alice, "ping")
        await self.assertNotOffered(self.mod, "ping", other)
        await self.assertOffered(self.mod, "ping")

    async def test_all_commands_and_all_channels(self) -> None:
        everywhere = app_commands.AllChannels(self.guild)
        self.make_command_permissions(None, self.guild, {everywhere: False, self.general: True})
        await self.assertOffered(self.alice, "ping")
        await self.assertNotOffered(self.alice, "ping", self.make_text_channel("other", self.guild))

    async def test_empty_mapping_takes_everything_back(self) -> None:
        self.make_command_permissions("ping", self.guild, {self.guild.default_role: False})
        await self.assertNotOffered(self.alice, "ping")
        self.assertEqual(self.make_command_permissions("ping", self.guild, {}), [])
        await self.assertOffered(self.alice, "ping")

    async def test_command_of_the_guild_comes_first(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        (ping, _) = await self.client.tree.sync(guild=self.guild)
        self.make_command_permissions("ping", self.guild, {self.mods: True})
        await self.settle()
        self.assertEqual(self.heard[0].target_id, ping.id)

    async def test_unknown_command(self) -> None:
        with self.assertRaisesRegex(SetupError, "'pong' is not synced .* those that are: ping, secret"):
            self.make_command_permissions("pong", self.guild, {})
        with self.assertRaisesRegex(SetupError, "Unknown Application Command"):
            self.make_command_permissions(1, self.guild, {})

    async def test_unknown_target(self) -> None:
        with self.assertRaisesRegex(SetupError, "there is no user or role 1"):
            self.make_command_permissions("ping", self.guild, {1: True})

    async def test_unknown_client(self) -> None:
        with self.assertRaisesRegex(SetupError, "is no client of this test"):
            self.make_command_permissions("ping", self.guild, {}, client=self.make_client())

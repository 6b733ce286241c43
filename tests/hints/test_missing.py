"""Which ids of the real Discord a bot has in its settings, and the Discord of the test has not."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from tests.bots import BotTestCase

Context = commands.Context[Any]


class IdsInTheBotTests(BotTestCase):
    async def test_guild_that_is_not_there(self) -> None:
        with self.fails("Unknown Guild", "no guild 5", 'self.make_guild("…", id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.fetch_guild(5))

    async def test_channel_that_is_not_there(self) -> None:
        with self.fails("Unknown Channel", "no channel 5", 'self.make_text_channel("…", guild, id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.get_partial_messageable(5).send("hi"))

    async def test_user_who_is_not_there(self) -> None:
        with self.fails("Unknown User", "no user 5", 'self.make_user("…", id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.fetch_user(5))

    async def test_role_that_is_not_there(self) -> None:
        with self.fails("Unknown Role", "no role 5", 'self.make_role("…", guild, id_num=5)'):
            await self.bot_does(lambda ctx: ctx.author.add_roles(discord.Object(5)))

    async def test_webhook_that_is_not_there(self) -> None:
        with self.fails("Unknown Webhook", "no webhook 5", 'self.make_webhook("…", channel, id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.fetch_webhook(5))

    async def test_emoji_that_is_not_there(self) -> None:
        missing = 'This Discord has no emoji bin (5). In make_world: self.make_emoji("bin", guild, id_num=5)'
        for spelt in ("<:bin:5>", "<a:bin:5>", "bin:5"):
            with self.subTest(spelt), self.fails("Unknown Emoji", missing):
                await self.bot_does(lambda ctx, spelt=spelt: ctx.message.add_reaction(spelt))

    async def test_role_webhook_and_emoji_that_are_gone(self) -> None:
        role = self.make_role("brief", self.guild, id_num=5)
        webhook = self.make_webhook("brief", self.general, id_num=6)
        emoji = self.make_emoji("brief", self.guild, id_num=7)
        for each in (role, webhook, emoji):
            await each.delete()
        for work in (
            lambda ctx: ctx.author.add_roles(role),
            lambda ctx: ctx.bot.fetch_webhook(6),
            lambda ctx: ctx.message.add_reaction("<:brief:7>"),
        ):
            with self.fails("Unknown") as failing:
                await self.bot_does(work)
            self.assertNotIn("This Discord", failing.text)

    async def test_id_that_nothing_has(self) -> None:
        with self.fails("No Discord has a channel 0. Put another id there"):
            await self.bot_does(lambda ctx: ctx.bot.get_partial_messageable(0).send("hi"))

    async def test_what_is_there_is_not_missed(self) -> None:
        secret = self.make_text_channel("secret", self.guild, id_num=5)
        await secret.set_permissions(self.guild.me, view_channel=False)
        with self.fails("Missing Access") as failing:
            await self.bot_does(lambda ctx: secret.send("hi"))
        self.assertNotIn("This Discord", failing.text)

    async def test_what_was_there_is_not_missed(self) -> None:
        channel = self.make_text_channel("brief", self.guild, id_num=5)
        await channel.delete()
        with self.fails("Unknown Channel") as failing:
            await self.bot_does(lambda ctx: channel.send("hi"))
        self.assertNotIn("This Discord", failing.text)

    async def test_error_without_a_request(self) -> None:
        async def raises(ctx: Context) -> None:
            raise KeyError(5)

        with self.fails("KeyError: 5") as failing:
            await self.bot_does(raises)
        self.assertNotIn("This Discord", failing.text)


class WebhookTests(BotTestCase):
    """A webhook that the bot knows by its URL, from its settings."""

    SETTINGS = 900000000000000001, "secret" * 12

    async def post(self) -> None:
        async def work(_: Context) -> None:
            await discord.Webhook.partial(*self.SETTINGS, client=self.client).send("Started")

        await self.bot_does(work)

    async def test_webhook_that_is_not_there(self) -> None:
        with self.fails(
            "The webhook 900000000000000001 is not in this Discord. In make_world, with the token of its URL: "
            'self.make_webhook("…", channel, id_num=900000000000000001, token="…")'
        ) as failing:
            await self.post()
        self.assertNotIn("secret", failing.text)

    async def test_webhook_with_another_token(self) -> None:
        self.make_webhook("log", self.general, id_num=900000000000000001)
        with self.fails("The webhook 900000000000000001 has another token. In make_world"):
            await self.post()

    async def test_webhook_that_is_gone(self) -> None:
        webhook = self.make_webhook("log", self.general, id_num=900000000000000001, token=self.SETTINGS[1])
        await webhook.delete()
        with self.fails("Unknown Webhook") as failing:
            await self.post()
        self.assertNotIn("make_webhook", failing.text)

    async def test_webhook_that_refuses_something_else(self) -> None:
        self.make_webhook("log", self.general, id_num=900000000000000001, token=self.SETTINGS[1])

        async def work(_: Context) -> None:
            await discord.Webhook.partial(*self.SETTINGS, client=self.client).edit_message(5, content="x")

        with self.fails("Unknown Message") as failing:
            await self.bot_does(work)
        self.assertNotIn("make_webhook", failing.text)

    async def test_webhook_that_is_there(self) -> None:
        webhook = self.make_webhook("log", self.general, id_num=900000000000000001, token=self.SETTINGS[1])
        self.assertEqual(
            webhook.url, "https://discord.com/api/webhooks/900000000000000001/" + self.SETTINGS[1]
        )
        await self.post()
        self.assertSent("Started", channel=self.general)

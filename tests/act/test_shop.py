"""What people do in the shop of an application, seen by a real client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class ShopTests(DiscordTestCase):
    client: commands.Bot

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.default())
        self.heard: list[tuple[str, discord.Entitlement]] = []

        @bot.tree.command()
        async def premium(i: discord.Interaction) -> None:
            if i.entitlements:
                await i.response.send_message(f"You have {[each.sku_id for each in i.entitlements]}.")
            else:
                view = discord.ui.View().add_item(discord.ui.Button(sku_id=self.gold.id))
                await i.response.send_message("Buy it first.", view=view)

        for event in ("create", "update", "delete"):

            async def listen(entitlement: discord.Entitlement, event: str = event) -> None:
                self.heard.append((event, entitlement))

            bot.add_listener(listen, f"on_entitlement_{event}")
        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.gold = self.make_sku("Gold")

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.client.tree.sync()

    async def test_premium_command(self) -> None:
        await self.slash(self.alice, self.general, "premium")
        self.assertSent("Buy it first.")
        with self.assertRaisesRegex(SetupError, "the button 'Gold' opens the shop.*self.buy"):
            await self.click(self.alice, self.sent[-1], self.sent[-1].components[0].children[0])
        bought = await self.buy(self.alice, self.gold)
        self.assertEqual([(event, each.id) for event, each in self.heard], [("create", bought.id)])
        await self.slash(self.alice, self.general, "premium")
        self.assertSent(f"You have [{self.gold.id}].")

    async def test_end_and_refund(self) -> None:
        bought = await self.buy(self.alice, self.gold, self.guild)
        self.assertEqual(bought.guild_id, self.guild.id)
        await self.advance(days=30)
        ended = await self.end_entitlement(bought)
        self.assertTrue(ended.is_expired())
        await self.refund(bought)
        self.assertEqual([event for event, _ in self.heard], ["create", "update", "delete"])
        with self.assertRaisesRegex(SetupError, "taken back"):
            await self.refund(bought)

    async def test_consumable(self) -> None:
        potion = self.make_sku("Potion", discord.SKUType.consumable)
        await self.buy(self.alice, potion)
        with self.assertRaisesRegex(discord.HTTPException, "40074"):
            await self.buy(self.alice, potion)
        await self.heard[0][1].consume()
        await self.buy(self.alice, potion)
        self.assertEqual([event for event, _ in self.heard], ["create", "update", "create"])

    async def test_what_the_bot_asks(self) -> None:
        sku = (await self.client.fetch_skus())[-1]
        self.assertEqual((sku.id, sku.type), (self.gold.id, discord.SKUType.subscription))
        await self.client.create_entitlement(sku, self.guild, discord.EntitlementOwnerType.guild)
        (found,) = [each async for each in self.client.entitlements(guild=self.guild)]
        self.assertEqual((await self.client.fetch_entitlement(found.id)).sku_id, self.gold.id)
        await found.delete()
        self.assertEqual([each async for each in self.client.entitlements()], [])

    async def test_builder(self) -> None:
        until = self.clock.now() + timedelta(days=1)
        made = self.make_entitlement(self.gold, self.alice, ends_at=until, id_num=77)
        self.assertEqual((made.id, made.ends_at), (77, until))
        await self.settle()
        self.assertEqual([event for event, _ in self.heard], ["create"])
        with self.assertRaisesRegex(SetupError, "what is on sale: 'Gold', 'Gold'"):
            self.make_entitlement(1, self.alice)


class SubscriptionTests(DiscordTestCase):
    client: commands.Bot
    start_time = datetime(2026, 7, 1, 12, tzinfo=UTC)

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.default())
        self.heard: list[tuple[str, discord.Subscription]] = []

        for event in ("create", "update", "delete"):

            async def listen(subscription: discord.Subscription, event: str = event) -> None:
                self.heard.append((event, subscription))

            bot.add_listener(listen, f"on_subscription_{event}")
        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.alice = self.make_member("alice", self.guild)
        self.gold = self.make_sku("Gold")

    def events(self) -> list[str]:
        found = [event for event, _ in self.heard]
        self.heard.clear()
        return found

    async def test_renewed_cancelled_resumed_and_over(self) -> None:
        bought = await self.buy(self.alice, self.gold)
        self.assertEqual(self.heard[-1][1].entitlement_ids, [bought.id])
        self.assertEqual(self.events(), ["create", "update"])
        await self.advance(days=31)
        self.assertEqual(self.heard[-1][1].current_period_start, bought.starts_at + timedelta(days=31))
        self.assertEqual(self.events(), ["update"])
        cancelled = await self.cancel_subscription(bought)
        self.assertEqual(cancelled.canceled_at, self.clock.now())
        resumed = await self.resume_subscription(cancelled)
        self.assertEqual((resumed.status, resumed.canceled_at), (discord.SubscriptionStatus.active, None))
        await self.cancel_subscription(resumed.id)
        self.assertEqual(self.events(), ["update"] * 3)
        await self.advance(days=31)
        self.assertEqual(self.events(), ["update"])
        self.assertEqual(
            (await self.client.fetch_entitlement(bought.id)).ends_at, cancelled.current_period_end
        )
        for verb in (self.cancel_subscription, self.resume_subscription):
            with self.assertRaisesRegex(SetupError, "the subscription to 'Gold' of alice has ended"):
                await verb(bought)

    async def test_what_the_bot_asks(self) -> None:
        began = self.clock.now() - timedelta(days=100)
        bought = self.make_entitlement(self.gold, self.alice, starts_at=began)
        sku = (await self.client.fetch_skus())[-1]
        (found,) = [each async for each in sku.subscriptions(user=self.alice)]
        self.assertEqual((found.user_id, found.entitlement_ids), (self.alice.id, [bought.id]))
        self.assertEqual((found.sku_ids, found.renewal_sku_ids), ([sku.id], [sku.id]))
        self.assertLess(abs(found.created_at - began), timedelta(seconds=1))
        self.assertLess(found.current_period_start, self.clock.now())
        self.assertGreater(found.current_period_end, self.clock.now())
        self.assertEqual(await sku.fetch_subscription(found.id), found)
        with self.assertRaises(discord.NotFound):
            await sku.fetch_subscription(1)

    async def test_subscription_and_refund(self) -> None:
        bought = await self.buy(self.alice, self.gold)
        await self.refund(bought)
        await self.settle()
        self.assertEqual(self.events(), ["create", "update", "update"])

    async def test_one_at_a_time(self) -> None:
        await self.buy(self.alice, self.gold)
        with self.assertRaisesRegex(discord.HTTPException, "40074"):
            await self.buy(self.alice, self.gold)

    async def test_what_is_no_subscription(self) -> None:
        house = await self.buy(self.alice, self.make_sku("House", discord.SKUType.durable))
        for thing in (house, 5):
            with self.assertRaisesRegex(SetupError, "there is no subscription"):
                await self.cancel_subscription(thing)

    async def test_saved_world_goes_on(self) -> None:
        await self.buy(self.alice, self.gold)
        await self.restore(self.backend.snapshot())
        self.events()
        await self.advance(days=32)
        self.assertEqual(self.events(), ["update"])

    async def test_builder(self) -> None:
        now = self.clock.now()
        made = self.make_subscription(self.gold, self.alice, id_num=77, starts_at=now - timedelta(days=40))
        self.assertEqual(
            (made.id, made.status, made.canceled_at), (77, discord.SubscriptionStatus.active, None)
        )
        entitlement = await self.client.fetch_entitlement(made.entitlement_ids[0])
        self.assertEqual((entitlement.user_id, entitlement.ends_at), (self.alice.id, None))
        with self.assertRaisesRegex(SetupError, "id_num=77 is taken"):
            self.make_subscription(self.gold, self.alice, id_num=77)
        await self.settle()
        self.assertEqual(self.events(), ["create", "update"])

    async def test_builder_of_one_that_was_cancelled(self) -> None:
        now = self.clock.now()
        started, cancelled = now - timedelta(days=40), now - timedelta(days=1)
        made = self.make_subscription(
            self.gold, self.alice, self.guild, starts_at=started, canceled_at=cancelled
        )
        self.assertEqual(made.canceled_at, cancelled)
        await self.advance(days=31)
        entitlement = await self.client.fetch_entitlement(made.entitlement_ids[0])
        self.assertEqual(
            (entitlement.guild_id, entitlement.ends_at), (self.guild.id, made.current_period_end)
        )

    async def test_builder_of_what_cannot_be(self) -> None:
        now = self.clock.now()
        house = self.make_sku("House", discord.SKUType.durable)
        with self.assertRaisesRegex(SetupError, "make_subscription: Invalid SKU"):
            self.make_subscription(house, self.alice)
        for moment in (now - timedelta(days=32), now + timedelta(days=1)):
            with self.assertRaisesRegex(SetupError, "canceled_at.*in the month that it is in"):
                self.make_subscription(
                    self.gold, self.alice, starts_at=now - timedelta(days=90), canceled_at=moment
                )

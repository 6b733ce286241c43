from .case import StewardTestCase


class ReactionRoleTests(StewardTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.baker = self.make_role("Baker", self.guild)

    async def offer(self):
        await self.send(self.owner, self.hall, f"!offer 🥖 {self.baker.mention}")
        return self.assertSent("React with 🥖 to become Baker.", channel=self.hall)

    async def test_bot_reacts_first_and_gets_no_role(self) -> None:
        message = await self.offer()
        self.assertReaction(message, "🥖")
        self.assertNotHasRole(self.guild.me, self.baker)

    async def test_reaction_gives_the_role(self) -> None:
        message = await self.offer()
        await self.react(self.alice, message, "🥖")
        self.assertHasRole(self.alice, self.baker)

    async def test_taking_it_back_takes_the_role(self) -> None:
        message = await self.offer()
        await self.react(self.alice, message, "🥖")
        await self.unreact(self.alice, message, "🥖")
        self.assertNotHasRole(self.alice, self.baker)

    async def test_other_emojis_and_messages_give_nothing(self) -> None:
        message = await self.offer()
        other = self.make_message("I like 🥖", self.bob, self.hall)
        await self.react(self.alice, message, "🍰")
        await self.react(self.alice, other, "🥖")
        self.assertNotHasRole(self.alice, self.baker)

    async def test_offer_survives_a_restart(self) -> None:
        message = await self.offer()
        await self.restart()  # the bot has no message in its cache now
        await self.react(self.alice, message, "🥖")
        self.assertHasRole(self.alice, self.baker)

    async def test_role_above_the_bot_is_not_offered(self) -> None:
        king = self.make_role("King", self.guild, position=self.guild.me.top_role.position + 1)
        await self.send(self.owner, self.hall, f"!offer 👑 {king.mention}")
        self.assertSent("I cannot give the role King.", channel=self.hall)

    async def test_only_those_who_manage_roles_offer_them(self) -> None:
        await self.send(self.alice, self.hall, f"!offer 🥖 {self.baker.mention}")
        self.assertSent(contains="missing Manage Roles permission", channel=self.hall)

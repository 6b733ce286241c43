from datetime import timedelta

from discord.utils import format_dt

from .case import StewardTestCase


class ReminderTests(StewardTestCase):
    async def test_reminder_comes_as_a_direct_message_when_it_is_due(self) -> None:
        due = format_dt(self.clock.now() + timedelta(hours=1), "R")
        request = await self.send(self.alice, self.hall, "!remind 1h feed the cat")
        self.assertSent(f"I will remind you {due}.", reply_to=request)

        await self.advance(minutes=59)
        self.assertNothingSent()
        await self.advance(minutes=2)
        self.assertSent("⏰ feed the cat", channel=self.alice)

    async def test_reminder_comes_once(self) -> None:
        await self.send(self.alice, self.hall, "!remind 1h feed the cat")
        await self.advance(hours=2)
        self.assertSent("⏰ feed the cat")
        await self.advance(days=1)
        self.assertNothingSent()

    async def test_reminder_survives_a_restart(self) -> None:
        await self.send(self.alice, self.hall, "!remind 2d water the plants")
        await self.restart()
        await self.advance(days=2, minutes=1)
        self.assertSent("⏰ water the plants", channel=self.alice)

    async def test_reminder_comes_late_if_the_bot_was_away(self) -> None:
        await self.send(self.alice, self.hall, "!remind 1h feed the cat")
        await self.client.close()
        await self.advance(days=1)
        await self.restart()
        self.assertSent("⏰ feed the cat", channel=self.alice)

    async def test_closed_direct_messages_are_answered_in_the_channel(self) -> None:
        carol = self.make_member(self.make_user("carol", accepts_dms=False), self.guild)
        await self.send(carol, self.hall, "!remind 10m take a break")
        await self.advance(minutes=11)
        self.assertSent(f"⏰ {carol.mention} take a break", channel=self.hall, mentions=[carol])

    async def test_unreadable_duration_is_explained(self) -> None:
        await self.send(self.alice, self.hall, "!remind soon feed the cat")
        self.assertSent(contains="`soon` is no duration", channel=self.hall)

    async def test_four_weeks_are_the_most(self) -> None:
        for delay, answer in {"4w": "I will remind you", "4w1s": "That is too long"}.items():
            with self.subTest(delay):
                await self.send(self.alice, self.hall, f"!remind {delay} feed the cat")
                self.assertSent(contains=answer, channel=self.hall)

import asyncio
import random
import re

from .case import StewardTestCase


class RollTests(StewardTestCase):
    async def test_die_shows_one_of_its_sides(self) -> None:
        await self.send(self.alice, self.hall, "!roll 2")
        self.assertSent(re.compile(r"^🎲 [12]$"), channel=self.hall)

    async def test_next_roll_has_to_wait(self) -> None:
        await self.send(self.alice, self.hall, "!roll")
        await self.advance(4)
        await self.send(self.alice, self.hall, "!roll")
        self.assertSent("Not so fast: try again in 6 s.", channel=self.hall)
        await self.send(self.bob, self.hall, "!roll")
        self.assertSent(contains="🎲", channel=self.hall)

        await self.advance(6)
        await self.send(self.alice, self.hall, "!roll")
        self.assertSent(contains="🎲", channel=self.hall)


class GuessTests(StewardTestCase):
    def setUp(self) -> None:
        super().setUp()
        random.seed(4)  # the bot thinks of 4

    async def test_right_answer_is_celebrated(self) -> None:
        await self.send(self.alice, self.hall, "!guess")
        self.assertSent("I think of a number from 1 to 10.", channel=self.hall)
        answer = await self.send(self.alice, self.hall, "4")
        self.assertReaction(answer, "🎉")
        self.assertSent("It was 4.", reply_to=answer)

    async def test_wrong_answer_is_marked(self) -> None:
        await self.send(self.alice, self.hall, "!guess")
        answer = await self.send(self.alice, self.hall, "9")
        self.assertReaction(answer, "❌")

    async def test_answers_of_others_do_not_count(self) -> None:
        await self.send(self.alice, self.hall, "!guess")
        await self.send(self.bob, self.hall, "4")
        self.assertNothingSent()

    async def test_answer_must_come_within_half_a_minute(self) -> None:
        await self.send(self.alice, self.hall, "!guess")
        await self.advance(29)
        self.assertNothingSent()
        await self.advance(1)
        self.assertSent("Too late, alice. It was 4.", channel=self.hall)

    async def test_two_who_start_at_once_play_one_game(self) -> None:
        await asyncio.gather(
            self.send(self.alice, self.hall, "!guess"), self.send(self.bob, self.hall, "!guess")
        )
        self.assertSent("I think of a number from 1 to 10.", channel=self.hall)
        self.assertSent(contains="Too many people", channel=self.hall)

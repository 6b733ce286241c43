"""Polls with a whole bot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord

from discordtest import SetupError
from tests.bots import BotTestCase


class Polls(BotTestCase):
    async def ask(self, *, multiple: bool = False) -> discord.Message:
        poll = discord.Poll("Food?", timedelta(hours=1), multiple=multiple)
        poll.add_answer(text="Pizza", emoji="🍕").add_answer(text="Soup")
        await self.bot_does(lambda ctx: ctx.send(poll=poll))
        return self.sent[-1]

    async def test_votes_reach_the_bot(self) -> None:
        votes: list[Any] = []

        async def note(user: Any, answer: Any) -> None:
            votes.append((user, answer.text))

        self.client.add_listener(note, "on_poll_vote_add")
        message = await self.ask()
        await self.vote(self.alice, message, "Pizza")
        self.assertEqual(votes, [(self.alice, "Pizza")])
        await self.unvote(self.alice, message)
        await self.vote(self.alice, message, 2)
        poll = self.refresh(message).poll
        assert poll is not None
        self.assertEqual([answer.vote_count for answer in poll.answers], [0, 1])

    async def test_what_nobody_can_vote(self) -> None:
        message = await self.ask()
        with self.fails("no answer 'Fish'", "'Pizza', 'Soup'", kind=SetupError):
            await self.vote(self.alice, message, "Fish")
        with self.fails("has not voted", kind=SetupError):
            await self.unvote(self.alice, message)
        await self.vote(self.alice, message, "🍕")
        with self.fails("voted for 'Pizza' already", kind=SetupError):
            await self.vote(self.alice, message, "Pizza")
        with self.fails("unvote first", kind=SetupError):
            await self.vote(self.alice, message, "Soup")
        other = await self.send(self.alice, self.general, "x")
        with self.fails("has no poll", kind=SetupError):
            await self.vote(self.alice, other, "Soup")

    async def test_several_votes(self) -> None:
        message = await self.ask(multiple=True)
        await self.vote(self.alice, message, "Pizza")
        await self.vote(self.alice, message, "Soup")
        await self.unvote(self.alice, message, "Pizza")
        self.assertEqual(
            [len(users) for users in self.backend.world.poll_votes[str(message.id)].values()], [0, 1]
        )

    async def test_vote_taken_back_that_was_another(self) -> None:
        message = await self.ask(multiple=True)
        await self.vote(self.alice, message, "Pizza")
        with self.fails("has not voted for that", kind=SetupError):
            await self.unvote(self.alice, message, "Soup")

    async def test_answer_as_an_object(self) -> None:
        message = await self.ask()
        assert message.poll is not None
        await self.vote(self.alice, message, message.poll.answers[1])
        self.assertEqual(list(self.backend.world.poll_votes[str(message.id)][2]), [str(self.alice.id)])
        with self.fails("the poll has no answer None", kind=SetupError):
            await self.vote(self.alice, message, None)  # which the second answer has for an emoji

    async def test_it_ends_after_its_time(self) -> None:
        message = await self.ask()
        await self.vote(self.alice, message, "Pizza")
        await self.advance(hours=1)
        found = self.refresh(message).poll
        assert found is not None
        self.assertTrue(found.is_finalised())
        self.assertEqual(self.history(self.general)[-1].type, discord.MessageType.poll_result)
        with self.fails("is over", kind=SetupError):
            await self.vote(self.alice, message, "Pizza")

    async def test_the_bot_ends_it(self) -> None:
        message = await self.ask()

        async def end(ctx: Any) -> None:
            ended = await (await ctx.fetch_message(message.id)).end_poll()
            self.assertTrue(ended.poll.is_finalised())

        await self.bot_does(end)
        self.assertNothingSent()
        self.assertEqual(self.history(self.general)[-1].type, discord.MessageType.poll_result)

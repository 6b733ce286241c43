"""discord-games: its games by reactions and messages, played to the end."""

from __future__ import annotations

import importlib.util
import random
import unittest
from typing import Any
from unittest import mock

import discord
from discord.ext import commands

from discordtest import DiscordTestCase

NUMBERS = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣"]

if importlib.util.find_spec("discord_games"):
    import discord_games as games


@unittest.skipUnless(importlib.util.find_spec("discord_games"), "discord-games is not installed")
class GameTestCase(DiscordTestCase):
    """Alice and Bob play whatever the test hands to `play`."""

    settle_timeout = 20.0  # pictures are drawn in threads

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())

        @bot.command()
        async def play(ctx: commands.Context[Any]) -> None:
            await self.game.start(ctx, **self.options)

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice, self.bob = self.make_member("alice", self.guild), self.make_member("bob", self.guild)

    async def play(self, game: Any, **options: Any) -> discord.Message:
        """Let Alice start a game; return its message."""
        self.game, self.options = game, options
        await self.send(self.alice, self.general, "!play")
        return self.assertSent(count=None)[0]

    async def say(self, *texts: str) -> None:
        """Let Alice say things, one after another."""
        for text in texts:
            await self.send(self.alice, self.general, text)


class TicTacToeTests(GameTestCase):
    def setUp(self) -> None:
        # A game takes its moves out of a dict of the class: the next game of the process would miss them.
        patch = mock.patch.dict(games.Tictactoe._conversion)
        patch.start()
        self.addCleanup(patch.stop)

    async def test_won_game(self) -> None:
        board = await self.play(games.Tictactoe(self.alice, self.bob))
        for number in NUMBERS:
            self.assertReaction(board, number)
        moves = [(self.alice, 0), (self.bob, 3), (self.alice, 1), (self.bob, 4), (self.alice, 2)]
        for player, field in moves:
            await self.react(player, board, NUMBERS[field])
        self.assertEdited(board, "❌❌❌\n⭕⭕⬛\n⬛⬛⬛\n")
        self.assertEmbed(board, description=f"**Game over**\n{self.alice.mention} won!")

    async def test_move_out_of_turn_counts_nothing(self) -> None:
        board = await self.play(games.Tictactoe(self.alice, self.bob))
        await self.react(self.bob, board, NUMBERS[0])
        self.assertNotEdited(board)

    async def test_moves_are_taken_off_where_asked(self) -> None:
        board = await self.play(games.Tictactoe(self.alice, self.bob), remove_reaction_after=True)
        await self.react(self.alice, board, NUMBERS[0])
        self.assertNotReaction(board, NUMBERS[0], self.alice)


class ConnectFourTests(GameTestCase):
    async def test_won_game(self) -> None:
        board = await self.play(games.ConnectFour(red=self.alice, blue=self.bob))
        for _ in range(3):
            await self.react(self.alice, board, NUMBERS[0])
            await self.react(self.bob, board, NUMBERS[1])
            await self.unreact(self.alice, board, NUMBERS[0])
            if self.game.turn == self.bob:
                await self.unreact(self.bob, board, NUMBERS[1])
        for _ in range(8):
            if self.game.winner is not None:
                break
            player, number = (
                (self.alice, NUMBERS[0]) if self.game.turn == self.alice else (self.bob, NUMBERS[1])
            )
            await self.react(player, board, number)
            if self.game.winner is None:
                await self.unreact(player, board, number)
        self.assertIsNotNone(self.game.winner)
        self.assertEmbed(board, description=lambda text: "won" in text.lower())


class RockPaperScissorsTests(GameTestCase):
    async def test_every_outcome(self) -> None:
        outcomes = {"\U0001faa8": "**Tie!**", "\U0001f4f0": "**You Lost!**", "\U00002702": "**You Won!**"}
        for bot_choice, text in outcomes.items():
            with self.subTest(text), mock.patch.object(random, "choice", return_value=bot_choice):
                message = await self.play(games.RockPaperScissors())
                await self.react(self.alice, message, "\U0001faa8")
                self.assertEdited(message, embed={"description": lambda found, text=text: text in found})


class ReactionTests(GameTestCase):
    async def test_fastest_is_first(self) -> None:
        message = await self.play(games.ReactionGame(), timeout=30)
        await self.advance(5)
        self.assertEdited(message, embed={"description": lambda text: text.endswith("now!")})
        await self.advance(2)
        await self.react(self.bob, message, self.game.emoji)
        await self.react(self.alice, message, self.game.emoji)
        self.assertEmbed(message, description=lambda text: text.index("2.") > text.index(self.bob.mention))


class HangmanTests(GameTestCase):
    async def test_won_by_letters(self) -> None:
        message = await self.play(games.Hangman("discord"))
        await self.say("d", "i", "s", "x", "c", "o")
        self.assertEmbed(message, fields={"Word": r"d i s c o \_ d", "Wrong letters": "x"})
        await self.say("r")
        self.assertEdited(message, "**YOU WON**", embed={"fields": {"Word": "discord"}})

    async def test_lost(self) -> None:
        message = await self.play(games.Hangman("discord"), delete_after_guess=True)
        await self.say("q", "w", "e", "t", "z", "u", "p")
        guess = await self.send(self.alice, self.general, "a")
        self.assertEdited(message, "**YOU LOST**")
        self.assertNotDeleted(guess)

    async def test_nobody_guesses(self) -> None:
        message = await self.play(games.Hangman("discord"), timeout=60)
        await self.advance(61)
        await self.say("d")
        self.assertNotEdited(message)


class WordleTests(GameTestCase):
    async def test_won_with_pictures(self) -> None:
        first = await self.play(games.Wordle("crane"))
        self.assertSent(files=["wordle.png"])
        await self.say("xxxxx")
        self.assertSent("That is not a valid word!")
        await self.say("slate")
        self.assertDeleted(first)
        self.assertSent(files={"wordle.png": lambda data: data.startswith(b"\x89PNG")})
        await self.say("crane")
        self.assertSent("Game Over! You won!")

    async def test_given_up(self) -> None:
        await self.play(games.Wordle("crane"))
        await self.say("stop")
        self.assertSent("Game Over! cancelled, the word was: **crane**")


class ChessTests(GameTestCase):
    async def test_fools_mate(self) -> None:
        board = await self.play(games.Chess(white=self.alice, black=self.bob), add_reaction_after_move=True)
        players = [self.alice, self.bob] * 2
        for player, move in zip(players, ["f2f3", "e7e5", "g2g4", "d8h4"], strict=True):
            message = await self.send(player, self.general, move)
            self.assertReaction(message, "✅")
        self.assertSent("~ Game Over ~")
        self.assertEmbed(board, description="Game over\nCheckmate | Score: `0-1`")

    async def test_illegal_move_is_ignored(self) -> None:
        board = await self.play(games.Chess(white=self.alice, black=self.bob))
        await self.say("e2e5", "nonsense")
        self.assertNotEdited(board)


class Twenty48Tests(GameTestCase):
    async def test_moves_until_the_board_is_full(self) -> None:
        random.seed(5)
        board = await self.play(games.Twenty48(), win_at=2048, timeout=60, remove_reaction_after=True)
        arrows = ["⬅️", "⬆️"]
        for turn in range(6):
            await self.react(self.alice, board, arrows[turn % 2])
            self.assertEdited(board)
        with self.assertBotRaises(TimeoutError):  # it waits for two events, and looks at one of the time-outs
            await self.advance(61)

    async def test_pictures(self) -> None:
        board = await self.play(games.Twenty48(render_image=True), win_at=2048, delete_button=True)
        self.assertEqual(board.attachments[0].filename, "2048.png")
        await self.react(self.alice, board, "⬅️")
        self.assertEdited(board, files=["2048.png"])
        await self.react(self.alice, board, "⏹️")
        self.assertDeleted(board)


class CountryTests(GameTestCase):
    async def test_guessed(self) -> None:
        random.seed(5)
        await self.play(games.CountryGuesser(hints=1), timeout=60)
        self.assertSent(files=["country.png"])
        await self.say("atlantis")
        self.assertSent(contains="Would you like a hint?")
        await self.say("y")
        self.assertSent(contains="Here is your hint")
        await self.say(self.game.country)
        self.assertSent(contains="That is correct!")


class TypeRacerTests(GameTestCase):
    async def test_race_over_a_served_quote(self) -> None:
        from aiohttp import web

        async def quote(request: web.BaseRequest) -> web.Response:
            return web.json_response({"quote": "to be or not to be"})

        game = games.TypeRacer()
        host = game.SENTENCE_URL.split("/")[2]
        api = self.serve(host, quote)
        message = await self.play(game, timeout=40)
        self.assertEqual(len(api.requests), 1)
        await self.advance(6)
        answer = await self.send(self.bob, self.general, "to be or not to be")
        self.assertEdited(message)
        self.assertReaction(answer, game.EMOJI_MAP[1])
        await self.advance(40)
        self.assertSent(
            embed={"title": "Typerace results", "fields": {"Winners": lambda text: self.bob.mention in text}}
        )

    async def test_nobody_types(self) -> None:
        await self.play(games.TypeRacer(), words_mode=True, timeout=40)
        await self.advance(40)
        self.assertSent("Looks like no one responded")


if __name__ == "__main__":
    unittest.main()

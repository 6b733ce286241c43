"""A player answers as it was recorded, and says what differs, and where."""

from __future__ import annotations

import unittest
from functools import cache
from typing import Any

import discord
from discord.ext import commands

from discordtest import Recording, RecordingMismatch, SetupError
from discordtest.recordings.lines import Exchange, as_record
from discordtest.recordings.recording import write
from tests.recordings.bots import make_bot, play, recorded


async def ping(case: Any) -> None:
    await case.send(case.alice, case.general, "!ping")


@cache  # setUpClass is not for runners that split a class
def recording_of_ping() -> Recording:
    return recorded(ping)


def changed(recording: Recording, change: Any) -> Recording:
    """Return a recording whose records a function has changed."""
    return made(recording, [change(as_record(line)) for line in recording.lines])


def longer(recording: Recording, *lines: Exchange) -> Recording:
    """Return a recording with more lines at its end."""
    return made(recording, [as_record(line) for line in (*recording.lines, *lines)])


def made(recording: Recording, records: list[Any]) -> Recording:
    other = Recording.from_json(write(recording.start_time, records))
    other.path = recording.path
    return other


def peng_bot() -> commands.Bot:
    return make_bot("Peng!")


class PlayTestCase(unittest.TestCase):
    recording: Recording

    def assertPlays(self, test: Any = None, recording: Recording | None = None, **attributes: Any) -> None:
        outcome = play(recording or self.recording, test, **attributes)
        self.assertTrue(outcome.passed, outcome)

    def assertFails(
        self, *parts: str, test: Any = None, recording: Recording | None = None, **attributes: Any
    ) -> str:
        outcome = play(recording or self.recording, test, **attributes)
        self.assertFalse(outcome.passed)
        for part in parts:
            self.assertIn(part, str(outcome))
        return str(outcome)


class PingTestCase(PlayTestCase):
    """Plays one ``!ping``, whose event is line 9 and whose request is line 10."""

    def setUp(self) -> None:
        self.recording = recording_of_ping()


class RequestTests(PingTestCase):
    def test_bot_sees_what_was_recorded(self) -> None:
        async def test(case: Any) -> None:
            (guild,) = case.client.guilds
            case.assertEqual([channel.name for channel in guild.text_channels], ["general"])
            await case.replay()
            case.assertRequested(
                "POST", "/channels/{channel_id}/messages", json={"content": "Pong!"}, count=1
            )
            case.assertDispatched("MESSAGE_CREATE", count=2)
            message = case.assertSent("Pong!", channel=guild.text_channels[0], buttons=["Go"])
            case.assertEqual(case.sent, [message])
            case.assertReplayed()

        self.assertPlays(test)

    def test_clock_is_that_of_the_recording(self) -> None:
        async def test(case: Any) -> None:
            await case.replay()
            case.assertEqual((case.clock.now() - self.recording.start_time).total_seconds(), 3)

        self.assertPlays(test)

    def test_request_that_differs_is_shown_with_its_line(self) -> None:
        text = self.assertFails(
            "otherwise than it was recorded (bug.json, line 10; - recorded, + the bot):",
            '-     "content": "Pong!",',
            '+     "content": "Peng!",',
            'self.backend.answer("POST", "/channels/',
            bot_class=staticmethod(peng_bot),
        )
        self.assertNotIn('"query"', text)

    def test_mismatch_is_a_failure_whatever_the_bot_catches(self) -> None:
        def catching() -> commands.Bot:
            bot = make_bot("Peng!")

            @bot.event
            async def on_command_error(*args: object) -> None: ...

            return bot

        outcome = play(self.recording, bot_class=staticmethod(catching))
        self.assertEqual([len(outcome.result.failures), len(outcome.result.errors)], [1, 0], outcome)

    def test_request_that_was_not_recorded_lists_what_was(self) -> None:
        async def test(case: Any) -> None:
            with case.assertRaises(RecordingMismatch) as caught:
                await case.client.fetch_channel(5)
            case.assertRegex(
                str(caught.exception),
                r"^the bot requests what was not recorded: GET /channels/5\n"
                r"recorded, and not requested so far:\n  bug.json, line 10: POST /channels/\d+/messages\n"
                r'If a mended bot does that, say what Discord answers: self.backend.answer\("GET", "/channels/5"\)$',
            )
            case.backend.failures.clear()

        self.assertPlays(test)

    def test_same_question_again_has_the_same_answer(self) -> None:
        async def test(case: Any) -> None:
            first = await case.client.application_info()
            case.assertEqual((await case.client.application_info()).id, first.id)

        self.assertPlays(test)

    def test_same_message_again_was_not_recorded(self) -> None:
        def twice() -> commands.Bot:
            bot = make_bot()

            @bot.listen()
            async def on_message(message: discord.Message) -> None:
                await bot.process_commands(message)

            return bot

        self.assertFails("RecordingMismatch", "/messages", bot_class=staticmethod(twice))

    def test_missing_request_is_told_by_assert_replayed(self) -> None:
        def silent() -> commands.Bot:
            bot = make_bot()
            bot.remove_command("ping")

            @bot.command()
            async def ping(ctx: object) -> None: ...

            return bot

        self.assertFails(
            "recorded, and not requested so far:\n  bug.json, line 10: POST",
            bot_class=staticmethod(silent),
        )

    def test_recording_that_is_not_played_is_told_by_assert_replayed(self) -> None:
        async def test(case: Any) -> None:
            case.assertReplayed(msg="why")

        self.assertFails(
            "the recording is not played to its end, bug.json, line 9 comes next: `await self.replay()` : why",
            test=test,
        )

    def test_refusals_are_played(self) -> None:
        def refuse(record: dict[str, Any]) -> dict[str, Any]:
            if record.get("request", "").endswith("/messages"):
                record.update(status=403, answer={"code": 50013, "message": "Missing Permissions"})
            return record

        async def test(case: Any) -> None:
            with case.assertBotRaises(discord.Forbidden):
                await case.replay()
            case.assertNothingSent()

        self.assertPlays(test, changed(self.recording, refuse))

    def test_slow_answer_comes_late(self) -> None:
        def slow(record: dict[str, Any]) -> dict[str, Any]:
            if record.get("request", "").endswith("/messages"):
                record.update(took=2.5)
            return record

        async def test(case: Any) -> None:
            await case.replay()
            case.assertIn(2.5, [timer.seconds for timer in case.clock.pending])
            await case.advance(2.5)
            case.assertEqual([timer.seconds for timer in case.clock.pending], [180])  # that of the view

        self.assertPlays(test, changed(self.recording, slow))

    def test_broken_connection_is_played(self) -> None:
        recording = longer(self.recording, Exchange(3, "POST /channels/7/typing", error="reset"))

        async def test(case: Any) -> None:
            with case.assertRaises(OSError):
                await case.client.http.send_typing(7)

        self.assertPlays(test, recording)

    def test_texts_and_files_are_played(self) -> None:
        recording = longer(
            self.recording,
            Exchange(3, "GET https://cdn.discordapp.com/emojis/1.png", 200, data=b"\x89PNG"),
            Exchange(3, "DELETE /channels/8/messages/9", 204),
            Exchange(3, "GET /channels/7", 403, text="<html>"),
        )

        async def test(case: Any) -> None:
            url = "https://cdn.discordapp.com/emojis/1.png"
            case.assertEqual(await case.client.http.get_from_cdn(url), b"\x89PNG")
            await case.client.http.delete_message(8, 9)
            case.assertRequested("DELETE", "/channels/8/messages/9")
            with case.assertRaisesRegex(discord.Forbidden, "<html>"):
                await case.client.fetch_channel(7)

        self.assertPlays(test, recording)


class StrictTests(PingTestCase):
    def test_other_order_is_refused(self) -> None:
        lines = [as_record(line) for line in self.recording.lines]
        lines[0], lines[1] = lines[1], lines[0]
        swapped = made(self.recording, lines)
        self.assertPlays(recording=swapped)
        self.assertFails(
            "the bot requests GET /users/@me\n"
            "what was recorded next is GET /oauth2/applications/@me (bug.json, line 2)",
            recording=swapped,
            recording_order="strict",
        )

    def test_request_that_differs_is_shown(self) -> None:
        self.assertFails(
            "otherwise than it was recorded (bug.json, line 10;",
            recording_order="strict",
            bot_class=staticmethod(peng_bot),
        )

    def test_frame_in_place_of_a_request_is_refused(self) -> None:
        async def test(case: Any) -> None:
            await case.client.change_presence(status=discord.Status.idle)
            await case.settle()

        self.assertFails(
            "the bot sends opcode 3 on the gateway:",
            "what was recorded next is POST /channels/",
            test=test,
            recording_order="strict",
        )

    def test_nothing_is_left(self) -> None:
        async def test(case: Any) -> None:
            await case.replay()
            await case.client.fetch_channel(5)

        self.assertFails("bug.json has nothing more that the bot did", test=test, recording_order="strict")

    def test_nonsense_of_a_time_is_refused(self) -> None:
        self.assertFails("recording_tolerance: time does not go back: -1", recording_tolerance=-1)

        async def test(case: Any) -> None:
            await case.replay(until="the end")

        self.assertFails("until takes seconds (a number) or a timedelta, not 'the end'", test=test)

    def test_unknown_order_is_refused(self) -> None:
        self.assertFails("a recording is played 'matching' or 'strict', not 'loose'", recording_order="loose")


class FrameTests(PlayTestCase):
    def test_presence_is_compared(self) -> None:
        async def idle(case: Any) -> None:
            await case.client.change_presence(status=discord.Status.idle)
            await case.settle()

        async def busy(case: Any) -> None:
            await case.client.change_presence(status=discord.Status.dnd)
            await case.settle()

        recording = recorded(idle)
        self.assertPlays(idle, recording)
        self.assertPlays(idle, recording, recording_order="strict")
        text = self.assertFails(
            "the bot sends opcode 3 on the gateway otherwise", test=busy, recording=recording
        )
        self.assertIn('-   "status": "idle"', text)
        self.assertIn('+   "status": "dnd"', text)

    def test_members_come_when_they_are_asked_for(self) -> None:
        async def ask(case: Any) -> None:
            (guild,) = case.client.guilds
            members = await guild.query_members("ali")
            case.assertEqual([member.name for member in members], ["alice"])

        recording = recorded(ask)
        self.assertPlays(ask, recording)
        self.assertPlays(ask, recording, recording_order="strict")

    def test_parameter_that_is_given_several_times(self) -> None:
        async def search(case: Any) -> None:
            (guild,) = case.client.guilds
            authors = [("author_id", str(user_id)) for user_id in (case.client.user.id, 1)]
            route = discord.http.Route("GET", "/guilds/{guild_id}/messages/search", guild_id=guild.id)
            found = await case.client.http.request(route, params=authors)
            case.assertEqual([message["content"] for (message,) in found["messages"]], [])

        async def other(case: Any) -> None:
            (guild,) = case.client.guilds
            route = discord.http.Route("GET", "/guilds/{guild_id}/members/search", guild_id=guild.id)
            await case.client.http.request(route, params=[("query", "a"), ("query", "b")])

        recording = recorded(search)
        self.assertPlays(search, recording)
        self.assertFails("members/search?query=a&query=b", test=other, recording=recording)

    def test_lost_connection_is_resumed(self) -> None:
        async def session(case: Any) -> None:
            await ping(case)
            case.backend.disconnect()
            await case.settle()
            await case.advance(5)
            case.backend.reconnect()
            await case.settle()
            await ping(case)

        recording = recorded(session)
        self.assertEqual(len(recording.sockets), 3)
        for order in ("matching", "strict"):
            self.assertPlays(recording=recording, recording_order=order)

    def test_session_that_was_invalidated_begins_anew(self) -> None:
        async def session(case: Any) -> None:
            case.backend.invalidate_session()
            await case.settle()
            await case.advance(10)
            await ping(case)

        self.assertPlays(recording=recorded(session))

    def test_shards_are_told_apart(self) -> None:
        def sharded() -> commands.AutoShardedBot:
            bot = commands.AutoShardedBot("!", intents=discord.Intents.all(), help_command=None)

            @bot.command()
            async def ping(ctx: commands.Context[Any]) -> None:
                await ctx.send("Pong!")

            return bot

        options: dict[str, Any] = {"bot_class": staticmethod(sharded), "shards": 2}
        recording = recorded(ping, case=options)
        self.assertEqual(len(recording.sockets), 2)
        self.assertPlays(recording=recording, bot_class=staticmethod(sharded))

    def test_connection_that_was_not_recorded_is_refused(self) -> None:
        async def test(case: Any) -> None:
            await case.client.ws.close(4000)
            await case.settle()

        self.assertFails(
            "the bot connects to the gateway and resumes a session, but the recording has no further connection",
            test=test,
            recording=recorded(ping),
        )

    def test_other_start_is_refused(self) -> None:
        def resuming(record: dict[str, Any]) -> dict[str, Any]:
            if record.get("sent", {}).get("op") == 2:
                record["sent"] = {"op": 6, "d": {"session_id": "x", "seq": 1, "token": "t"}}
            return record

        def of_a_shard(record: dict[str, Any]) -> dict[str, Any]:
            if record.get("sent", {}).get("op") == 2:
                record["sent"]["d"]["shard"] = [1, 2]
            return record

        recording = recorded(ping)
        self.assertFails(
            "the bot identifies; what was recorded is that it resumes a session (bug.json, line 6)",
            recording=changed(recording, resuming),
        )
        self.assertFails(
            "the bot identifies, otherwise than it was recorded (bug.json, line 6;",
            recording=changed(recording, of_a_shard),
        )

    def test_connection_that_the_bot_does_not_open_is_told(self) -> None:
        def on_another(record: dict[str, Any]) -> dict[str, Any]:
            if record.get("at") == 3 and "socket" in record:
                record["socket"] = 9
            return record

        self.assertFails(
            "the bot has not opened the connection on which this came (bug.json, line 9)",
            recording=changed(recorded(ping), on_another),
        )


class AnswerTests(PingTestCase):
    """What a mended bot does was not recorded: the test says what Discord answers."""

    def mended(self, *arguments: Any) -> None:
        async def test(case: Any) -> None:
            case.backend.answer("POST", "/channels/{channel_id}/messages", *arguments)
            await case.replay()
            message = case.assertSent("Peng!")
            case.assertEqual(message.author, case.client.user)

        for order in ("matching", "strict"):
            self.assertPlays(test, bot_class=staticmethod(peng_bot), recording_order=order)

    def test_answer_like_the_recorded_one_says_what_was_asked(self) -> None:
        self.mended()

    def test_given_answer(self) -> None:
        line = next(line for line in self.recording.lines if isinstance(line, Exchange) and line.at)
        self.mended({**line.answer, "content": "Peng!"})
        self.mended(lambda entry: {**line.answer, "content": entry.json["content"]})

    def test_refusal_is_given(self) -> None:
        async def test(case: Any) -> None:
            case.backend.answer(
                "get", "/channels/5", {"code": 10003, "message": "Unknown Channel"}, status=404
            )
            with case.assertRaises(discord.NotFound):
                await case.client.fetch_channel(5)

        self.assertPlays(test)

    def test_nothing_is_given(self) -> None:
        async def test(case: Any) -> None:
            case.backend.answer("DELETE", "/channels/{channel_id}/messages/{message_id}", None)
            await case.client.http.delete_message(1, 2)

        self.assertPlays(test)

    def test_route_that_is_like_nothing_needs_a_payload(self) -> None:
        async def test(case: Any) -> None:
            case.backend.answer("GET", "/channels/5")
            with case.assertRaisesRegex(SetupError, "GET /channels/5 is like nothing that was recorded"):
                await case.client.fetch_channel(5)
            case.backend.failures.clear()
            with case.assertRaisesRegex(SetupError, "a path begins with a slash"):
                case.backend.answer("GET", "channels/5")

        self.assertPlays(test)


class Name(discord.ui.Modal, title="Name"):
    """A modal whose custom ids discord.py draws."""

    name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Name")

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"Hi {self.name.value}")


class Ask(discord.ui.View):
    """A button that opens it."""

    @discord.ui.button(label="Go")
    async def go(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Name())


def asking_bot() -> commands.Bot:
    bot = make_bot()
    bot.remove_command("ping")

    @bot.command()
    async def ping(ctx: commands.Context[Any]) -> None:
        await ctx.send("Who?", view=Ask())

    return bot


class DrawnTests(PlayTestCase):
    def test_click_and_modal_find_what_the_bot_has_drawn_now(self) -> None:
        async def session(case: Any) -> None:
            await ping(case)
            modal = await case.click(case.alice, case.sent[-1], "Go")
            await case.submit(case.alice, modal, {"Name": "Bob"})

        async def test(case: Any) -> None:
            await case.replay()
            case.assertSent("Hi Bob")
            case.assertReplayed()

        options: dict[str, Any] = {"bot_class": staticmethod(asking_bot)}
        recording = recorded(session, case=options)
        for order in ("matching", "strict"):
            self.assertPlays(test, recording, recording_order=order, **options)

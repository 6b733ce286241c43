"""Recording as in production: on a plain loop in real time, with no test case, on sockets as if they led to Discord."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import tempfile
import unittest
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import discord

import discordtest
from discordtest import Recording, SetupError, seam
from discordtest.backend.rest import Actor
from discordtest.recordings.lines import Closed, Exchange, Frame, as_record
from discordtest.transports.network import Network
from tests.backend.worlds import TOKEN, SmallWorld
from tests.bots import needs_the_process
from tests.recordings.bots import make_bot, play

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdef0123456789abcdef012345"
PATIENCE = 10.0  # real seconds for what takes milliseconds


class Life:
    """A bot that lives on the loop that runs, and the Discord that it thinks is the real one."""

    def __init__(self, folder: str, *, transport: Any = "loopback", compresses: bool = False) -> None:
        self.path = Path(folder, "bug.json")
        loop = asyncio.get_running_loop()
        start = loop.time()
        self.small = SmallWorld()
        self.backend = self.small.backend
        world = self.small.world
        world.now = lambda: int((loop.time() - start) * 1e6)
        world.tokens[SECRET] = world.tokens.pop(TOKEN)
        self.backend.gateway.compresses = compresses
        self.network = Network(self.backend, loop, tokens=world.tokens, transport=transport)
        self.bot = make_bot()
        self.bot._connection.guild_ready_timeout = 0.01
        self.owner = Actor("person", self.small.owner["id"])

    async def __aenter__(self) -> Life:
        seam.install(self.network)
        self.task = asyncio.create_task(self.bot.start(SECRET))
        await self.until(lambda: self.bot.is_ready() or self.task.done())
        if self.task.done():
            self.task.result()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.bot.close()
        await asyncio.wait([self.task])
        await self.network.close()
        seam.uninstall(self.network)

    async def until(self, predicate: Callable[[], object]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(PATIENCE):
            while not predicate():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def say(self, content: str) -> None:
        """Let the owner write, and wait for what the bot writes."""
        messages = self.small.world.messages.setdefault(self.small.general["id"], {})
        count = len(messages) + 2
        self.small.perform(
            "create_message", self.small.general["id"], body={"content": content}, actor=self.owner
        )
        await self.until(lambda: len(messages) >= count)
        await asyncio.sleep(0.02)  # until its event and its answer have crossed the sockets

    def record(self, **options: Any) -> discordtest.recordings.recorder.Recorder:
        """Return the recorder."""
        return discordtest.record(self.path, **options)


class RecorderTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def live(self, session: Callable[[Life], Awaitable[Any]], **options: Any) -> Recording:
        """Let a bot live while a recorder runs; return what it has recorded."""

        async def main() -> None:
            with discordtest.record(Path(self.folder, "bug.json")):
                async with Life(self.folder, **options) as life:
                    await session(life)

        before = aiohttp.ClientSession._request, aiohttp.ClientSession._ws_connect
        asyncio.run(main())
        self.assertEqual((aiohttp.ClientSession._request, aiohttp.ClientSession._ws_connect), before)
        return Recording.load(Path(self.folder, "bug.json"))

    def test_life_of_a_bot_becomes_a_test(self) -> None:
        async def session(life: Life) -> None:
            await life.say("!ping")
            await life.say("!upload")
            await life.say("!hook")

        for options in ({}, {"compresses": True}):
            with self.subTest(options):
                recording = self.live(session, **options)
                outcome = play(recording)
                self.assertTrue(outcome.passed, outcome)

    def test_lost_connection_is_recorded_and_plays(self) -> None:
        async def session(life: Life) -> None:
            await life.say("!ping")
            life.backend.disconnect()
            await life.until(lambda: life.backend.gateway.sessions[-1].closed is False)
            await asyncio.sleep(0.05)
            await life.say("!ping")

        recording = self.live(session)
        self.assertEqual(
            [(line.socket, line.code, line.by) for line in recording.lines if isinstance(line, Closed)],
            [(0, None, "server"), (1, 1000, "client")],
        )
        outcome = play(recording)
        self.assertTrue(outcome.passed, outcome)

    def test_no_secret_is_written(self) -> None:
        secrets = [SECRET]

        async def session(life: Life) -> None:
            await life.say(f"!ping {SECRET}")
            await life.say("!hook")
            secrets.extend(each["token"] for each in life.small.world.webhooks.values())
            secrets.extend(each.session_id for each in life.backend.gateway.sessions)

        text = self.live(session).to_json()
        self.assertEqual(len(secrets), 3)
        for secret in secrets:
            data = secret.encode()
            for form in (
                secret, quote(secret, safe=""), data.hex(), base64.b64encode(data).decode().rstrip("="),
            ):  # fmt: skip
                self.assertFalse(form in text or form in json.dumps(json.loads(text)), form)
        self.assertNotIn("Authorization", text)

    def test_heartbeats_are_left_out(self) -> None:
        async def session(life: Life) -> None:
            await life.say("!ping")

        frames = [line for line in self.live(session).lines if isinstance(line, Frame)]
        self.assertFalse({line.op for line in frames} & {1, 11})
        self.assertEqual([line.op for line in frames[:3]], [10, 2, 0])

    def test_times_are_those_of_the_clock(self) -> None:
        async def session(life: Life) -> None:
            await asyncio.sleep(0.2)
            await life.say("!ping")

        recording = self.live(session)
        last = recording.lines[-1].at
        self.assertGreater(last, 0.2)
        self.assertLess(last, PATIENCE)
        self.assertEqual([line.at for line in recording.lines], sorted(line.at for line in recording.lines))

    def test_refusals_and_faults_are_recorded(self) -> None:
        async def session(life: Life) -> None:
            with self.assertRaises(discord.NotFound):
                await life.bot.fetch_channel(5)
            life.backend.inject("trigger_typing_indicator", discordtest.ConnectionReset(), times=5)
            with self.assertRaises(aiohttp.ClientError):
                await life.bot.http.send_typing(int(life.small.general["id"]))

        lines = [line for line in self.live(session).lines if isinstance(line, Exchange)]
        self.assertEqual([(line.status, line.error) for line in lines[-2:]], [(404, None), (0, "reset")])

    def test_files_of_the_cdn_are_recorded_when_they_are_read(self) -> None:
        async def session(life: Life) -> None:
            url = "https://cdn.discordapp.com/a/b.png"
            life.small.world.files["/a/b"] = life.small.world.files["/a/b.png"] = (
                b"\x89PNG\xff",
                "image/png",
            )
            self.assertEqual(await life.bot.http.get_from_cdn(url), b"\x89PNG\xff")
            async with aiohttp.ClientSession() as client, client.get(url) as response:
                self.assertEqual([piece async for piece in response.content.iter_any()], [b"\x89PNG\xff"])

        lines = [line for line in self.live(session).lines if isinstance(line, Exchange)]
        self.assertEqual([line.data for line in lines if "cdn" in line.path], [b"\x89PNG\xff"])

    def test_other_hosts_are_not_heard(self) -> None:
        async def main() -> None:
            async def answer(request: aiohttp.web.BaseRequest) -> aiohttp.web.Response:
                return aiohttp.web.Response(text="secret")

            server = await asyncio.get_running_loop().create_server(
                aiohttp.web.Server(answer), "127.0.0.1", 0
            )
            port = server.sockets[0].getsockname()[1]
            with discordtest.record(path) as recorder:
                async with (
                    aiohttp.ClientSession() as client,
                    client.get(f"http://127.0.0.1:{port}/") as response,
                ):
                    self.assertEqual(await response.text(), "secret")
                self.assertEqual(list(recorder.recording.lines), [])
            server.close()

        import aiohttp.web

        path = Path(self.folder, "bug.json")
        asyncio.run(main())
        self.assertEqual(list(Recording.load(path).lines), [])

    def test_body_is_sent_as_it_was(self) -> None:
        """Whatever form a body has, Discord gets it, and it is in the recording."""
        as_json = {"Content-Type": "application/json"}
        bodies: list[tuple[dict[str, Any], str]] = [
            ({"json": {"content": "a"}}, "a"),
            ({"data": b'{"content": "b"}', "headers": as_json}, "b"),
            ({"data": '{"content": "c"}', "headers": as_json}, "c"),
            ({"data": io.BytesIO(b'{"content": "d"}'), "headers": as_json}, "d"),
        ]

        async def session(life: Life) -> None:
            url = f"https://discord.com/api/v10/channels/{life.small.general['id']}/messages"
            headers = {"Authorization": f"Bot {SECRET}"}
            async with aiohttp.ClientSession(headers=headers) as client:
                for options, content in bodies:
                    async with client.post(url, **options) as response:
                        self.assertEqual((await response.json())["content"], content)
                form = aiohttp.FormData()
                form.add_field("payload_json", '{"content": "f"}')
                form.add_field("files[0]", b"x" * 200_000, filename="x.bin")
                async with client.post(url, data=form) as response:
                    self.assertEqual((await response.json())["attachments"][0]["size"], 200_000)

        lines = [line for line in self.live(session).lines if isinstance(line, Exchange)]
        found = [line.json for line in lines if line.method == "POST"]
        self.assertEqual(found, [{"content": content} for content in "abcdf"])
        self.assertEqual(lines[-1].files, ["x.bin"])

    def test_two_recorders_and_a_mock_over_them(self) -> None:
        before = aiohttp.ClientSession._request
        first, second = (discordtest.record(Path(self.folder, f"{name}.json")) for name in "ab")
        first.start()
        second.start()
        ours = aiohttp.ClientSession._request

        async def mock(*args: Any, **options: Any) -> Any:
            return await ours(*args, **options)

        aiohttp.ClientSession._request = mock  # type: ignore[method-assign]
        first.stop()
        second.stop()
        self.assertIs(aiohttp.ClientSession._request, mock)
        aiohttp.ClientSession._request = before  # type: ignore[method-assign]
        self.assertEqual(list(Recording.load(Path(self.folder, "a.json")).lines), [])

    def test_two_recorders_hear_the_same(self) -> None:
        async def session(life: Life) -> None:
            first, second = (discordtest.record(Path(self.folder, f"{name}.json")) for name in "ab")
            first.start()
            second.start()
            await life.say("!ping")
            first.stop()
            second.stop()

        self.live(session)
        first, second = (
            [as_record(line) for line in Recording.load(Path(self.folder, f"{name}.json")).lines]
            for name in "ab"
        )
        self.assertEqual([line["request"] for line in first], [line["request"] for line in second])
        self.assertEqual(len(first), 1)
        self.assertEqual(first[0]["answer"], second[0]["answer"])

    def test_recorder_records_once(self) -> None:
        recorder = discordtest.record(Path(self.folder, "bug.json"))
        with recorder:
            pass
        with self.assertRaisesRegex(SetupError, "a recorder records once"):
            recorder.start()
        recorder.stop()

    def test_it_is_saved_in_the_middle(self) -> None:
        async def main() -> None:
            with discordtest.record(Path(self.folder, "bug.json")) as recorder:
                async with Life(self.folder) as life:

                    async def save(ctx: object, error: Exception) -> None:
                        saved.append(recorder.save(Path(self.folder, "middle.json")))

                    life.bot.on_command_error = save  # type: ignore[method-assign]
                    await life.say("!ping")
                    self.small_say(life, "!unknown")
                    await life.until(lambda: saved)

        saved: list[Path] = []
        asyncio.run(main())
        outcome = play(Recording.load(saved[0]), bot_class=staticmethod(_quiet_bot))
        self.assertTrue(outcome.passed, outcome)

    @staticmethod
    def small_say(life: Life, content: str) -> None:
        life.small.perform(
            "create_message", life.small.general["id"], body={"content": content}, actor=life.owner
        )


def _quiet_bot() -> discord.Client:
    bot = make_bot()

    @bot.event
    async def on_command_error(*args: object) -> None: ...

    return bot

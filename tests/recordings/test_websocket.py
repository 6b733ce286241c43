"""A websocket that answers from a recording."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discordtest
from discordtest import (
    ConcurrencyError,
    ConnectionClosed,
    ConnectionClosedError,
    ConnectionClosedOK,
    FakeWebSocket,
    Recording,
    RecordingError,
    RecordingMismatch,
)
from discordtest.recordings.recording import write
from tests.isolated import IsolatedTestCase

TALK: dict[Any, Any] = {
    "talk": [
        {"received": {"op": "hello"}},
        {"sent": {"op": "login", "name": "bot"}},
        {"received": "plain"},
        {"sent": "more"},
        {"received": "AP8=", "bytes": True},
        {"closed": 1000},
    ],
    "quiet": [{"sent": "a"}, {"received": "b"}],
    "broken": [{"received": "a"}, {"closed": 1006}],
    7: [{"received": "seven"}],
}


def socket(seed: Any = "talk", **options: Any) -> FakeWebSocket:
    return FakeWebSocket(seed=seed, recordings=TALK, **options)


class ReceivingTests(IsolatedTestCase):
    async def test_what_was_recorded_comes_in_its_order(self) -> None:
        fake = socket()
        self.assertEqual(json.loads(await fake.recv()), {"op": "hello"})
        await fake.send('{"name":"bot","op":"login"}')
        self.assertEqual(await fake.recv(), "plain")
        await fake.send("more")
        self.assertEqual(await fake.recv(), b"\x00\xff")
        self.assertEqual(fake.sent, ['{"name":"bot","op":"login"}', "more"])
        self.assertEqual(fake.received[1:], ["plain", b"\x00\xff"])

    async def test_recv_waits_until_what_was_sent_before_is_sent(self) -> None:
        fake = socket("quiet")
        waiting = asyncio.create_task(fake.recv())
        await asyncio.sleep(0)
        self.assertFalse(waiting.done())
        await fake.send("a")
        self.assertEqual(await waiting, "b")

    async def test_cancelled_recv_loses_nothing(self) -> None:
        fake = socket("quiet")
        with self.assertRaises(TimeoutError):
            await asyncio.wait_for(fake.recv(), 0)
        await fake.send("a")
        self.assertEqual(await fake.recv(), "b")

    async def test_second_recv_at_the_same_time_is_refused(self) -> None:
        fake = socket("quiet")
        waiting = asyncio.create_task(fake.recv())
        await asyncio.sleep(0)
        with self.assertRaisesRegex(ConcurrencyError, "another task waits in recv"):
            await fake.recv()
        await fake.send("a")
        self.assertEqual(await waiting, "b")

    async def test_decode_makes_text_or_bytes(self) -> None:
        recordings = {0: [{"received": "é"}, {"received": "w6k=", "bytes": True}]}
        fake = FakeWebSocket(seed=0, recordings=recordings)
        self.assertEqual([await fake.recv(decode=False), await fake.recv(decode=True)], ["é".encode(), "é"])

    async def test_what_was_not_read_does_not_keep_from_sending(self) -> None:
        fake = socket()
        await fake.send({"op": "login", "name": "bot"}.__repr__().replace("'", '"'))
        self.assertEqual(json.loads(await fake.recv()), {"op": "hello"})
        self.assertEqual(await fake.recv(), "plain")


class EndTests(IsolatedTestCase):
    async def test_end_in_order_is_an_ok(self) -> None:
        fake = FakeWebSocket(seed=0, recordings={0: [{"closed": 1001}]})
        with self.assertRaises(ConnectionClosedOK) as caught:
            await fake.recv()
        self.assertEqual((caught.exception.code, fake.close_code), (1001, 1001))
        self.assertEqual(str(caught.exception), "the connection is closed, with 1001 (the recording 0)")

    async def test_other_end_is_an_error(self) -> None:
        fake = socket("broken")
        await fake.recv()
        for _ in range(2):
            with self.assertRaises(ConnectionClosedError):
                await fake.recv()
        self.assertEqual(fake.close_code, 1006)

    async def test_end_of_the_recording_is_one_without_a_code(self) -> None:
        fake = socket(7)
        self.assertEqual([message async for message in fake], ["seven"])
        self.assertIsNone(fake.close_code)
        with self.assertRaisesRegex(ConnectionClosedOK, "without a code"):
            await fake.recv()

    async def test_iteration_ends_with_1000_and_1001(self) -> None:
        for code in (1000, 1001, None):
            fake = FakeWebSocket(seed=0, recordings={0: [{"received": "a"}, {"closed": code}]})
            self.assertEqual([message async for message in fake], ["a"])

    async def test_iteration_raises_another_end(self) -> None:
        for code in (1006, 1011, 4000):
            fake = FakeWebSocket(seed=0, recordings={0: [{"received": "a"}, {"closed": code}]})
            found = []
            with self.assertRaises(ConnectionClosedError):
                async for message in fake:
                    found.append(message)  # noqa: PERF401  # it raises
            self.assertEqual(found, ["a"])

    async def test_close_ends_what_waits_and_does_nothing_the_second_time(self) -> None:
        fake = socket("quiet")
        waiting = asyncio.create_task(fake.recv())
        await asyncio.sleep(0)
        await fake.close()
        await fake.close(4000, "again")
        with self.assertRaises(ConnectionClosedOK):
            await waiting
        self.assertEqual(fake.close_code, 1000)

    async def test_nothing_is_sent_when_closed(self) -> None:
        fake = socket("quiet")
        await fake.close(4000)
        with self.assertRaises(ConnectionClosedError):
            await fake.send("a")
        self.assertEqual(fake.sent, [])

    async def test_errors_have_one_base(self) -> None:
        self.assertTrue(issubclass(ConnectionClosedOK, ConnectionClosed))
        self.assertTrue(issubclass(ConnectionClosedError, ConnectionClosed))
        self.assertFalse(issubclass(ConnectionClosed, discordtest.DiscordTestError))


async def pieces(*values: Any) -> AsyncIterator[Any]:
    for value in values:
        yield value


class SendingTests(IsolatedTestCase):
    async def test_fragments_are_one_message(self) -> None:
        for payload in (["m", "or", "e"], pieces("mo", "re")):
            fake = FakeWebSocket(seed=0, recordings={0: [{"sent": "more"}]})
            await fake.send(payload)
            self.assertEqual(fake.sent, ["more"])

    async def test_bytes_are_sent(self) -> None:
        recordings = {0: [{"sent": "AP8=", "bytes": True}] * 4}
        fake = FakeWebSocket(seed=0, recordings=recordings)
        for payload in (b"\x00\xff", bytearray(b"\x00\xff"), memoryview(b"\x00\xff"), [b"\x00", b"\xff"]):
            await fake.send(payload)
        self.assertEqual(fake.sent, [b"\x00\xff"] * 4)

    async def test_text_says_as_what_bytes_are_sent(self) -> None:
        fake = FakeWebSocket(seed=0, recordings={0: [{"sent": "é"}, {"sent": "w6k=", "bytes": True}]})
        await fake.send("é".encode(), text=True)
        await fake.send("é", text=False)
        self.assertEqual(fake.sent, ["é", "é".encode()])

    async def test_nothing_is_sent_for_no_fragments(self) -> None:
        fake = socket("quiet")
        await fake.send([])
        self.assertEqual(fake.sent, [])

    async def test_mapping_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "data is a dict-like object"):
            await socket().send({"op": "login"})

    async def test_other_type_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "a message is text, bytes or an iterable of them, not int"):
            await socket().send(5)

    async def test_mixed_fragments_close_the_connection(self) -> None:
        for payload in (["a", b"b"], pieces(b"a", "b"), [1]):
            fake = socket()
            with self.assertRaisesRegex(TypeError, "all text, or all bytes"):
                await fake.send(payload)
            self.assertEqual(fake.close_code, 1011)

    async def test_unexpected_message_is_shown_with_its_entry(self) -> None:
        fake = socket()
        with self.assertRaises(RecordingMismatch) as caught:
            await fake.send('{"op": "login", "name": "cat"}')
        self.assertEqual(
            str(caught.exception).splitlines(),
            [
                "the code sent something else than was recorded (entry 1 of the recording 'talk'; - recorded, + sent):",
                "      {",
                '        "op": "login",',
                '    -   "name": "bot"',
                '    +   "name": "cat"',
                "      }",
            ],
        )
        self.assertEqual(fake.sent, [])

    async def test_message_after_the_last_is_unexpected(self) -> None:
        with self.assertRaisesRegex(RecordingMismatch, "the code sent 'x', but the recording 7 ends before"):
            await socket(7).send("x")
        with self.assertRaisesRegex(RecordingMismatch, r"the connection was closed then \(entry 1 of"):
            await socket("broken").send("x")

    async def test_value_with_an_equality_of_its_own_counts(self) -> None:
        class Near:
            def __eq__(self, other: object) -> bool:
                return isinstance(other, float) and abs(other - 1) < 0.1

            __hash__ = None  # type: ignore[assignment]

        fake = FakeWebSocket(seed=0, recordings={0: [{"sent": {"at": [Near()]}}, {"sent": {"at": [Near()]}}]})
        await fake.send('{"at": [1.05]}')
        with self.assertRaises(RecordingMismatch):
            await fake.send('{"at": [1.5]}')


class SeedTests(IsolatedTestCase):
    async def test_unknown_seed_names_the_known_ones(self) -> None:
        with self.assertRaisesRegex(
            RecordingError, r"no recording 8; there are: 'talk', 'quiet', 'broken', 7$"
        ):
            socket(8)
        with self.assertRaisesRegex(RecordingError, "there are: none"):
            FakeWebSocket(seed=0, recordings={})

    async def test_recordings_are_needed(self) -> None:
        with self.assertRaisesRegex(RecordingError, "pass recordings=…, a mapping or a file"):
            FakeWebSocket(seed=0)
        with self.assertRaises(TypeError):
            FakeWebSocket(recordings=TALK)  # type: ignore[call-arg]

    async def test_damaged_entry_is_named(self) -> None:
        for entry, problem in (
            ({"recieved": "a"}, 'it has none of "request", "received"'),
            ("a", "it is no object but 'a'"),
            ({"request": "GET /a", "status": 200}, "it is a request, of no websocket"),
        ):
            with self.assertRaisesRegex(RecordingError, f"entry 1 of the recording 0: .*{problem}"):
                FakeWebSocket(seed=0, recordings={0: [{"received": "a"}, entry]})

    async def test_sockets_of_a_recording_are_seeds(self) -> None:
        text = write(
            datetime.now(UTC),
            [{"at": 0, "socket": 0, "received": "a"}, {"at": 1, "socket": 1, "sent": {"op": 1}}],
        )
        recording = Recording.from_json(text)
        self.assertEqual(await FakeWebSocket(seed=0, recordings=recording).recv(), "a")
        with self.assertRaisesRegex(RecordingMismatch, "the recording, line 3; - recorded"):
            await FakeWebSocket(seed=1, recordings=recording).send('{"op": 2}')
        with tempfile.TemporaryDirectory() as folder:
            path = recording.save(Path(folder, "talk.json"))
            self.assertEqual(await FakeWebSocket(seed=0, recordings=path).recv(), "a")
            with self.assertRaisesRegex(RecordingMismatch, r"talk\.json, line 3; - recorded"):
                await FakeWebSocket(seed=1, recordings=str(path)).send('{"op": 2}')

    async def test_subclass_has_recordings_of_its_own(self) -> None:
        class Talk(FakeWebSocket):
            recordings = TALK

        fake = Talk("wss://example.org", seed=7, compression=None)
        self.assertEqual(await fake.recv(), "seven")
        self.assertEqual(fake.seed, 7)


class ConnectTests(IsolatedTestCase):
    async def test_connection_is_closed_at_the_end_of_the_block(self) -> None:
        async with FakeWebSocket.connect("wss://example.org", seed="quiet", recordings=TALK) as fake:
            await fake.send("a")
        self.assertEqual(fake.close_code, 1000)

    async def test_it_can_be_awaited(self) -> None:
        fake = await FakeWebSocket.connect(seed=7, recordings=TALK)
        async with fake:
            self.assertEqual(await fake.recv(), "seven")
        self.assertEqual(fake.close_code, 1000)

    async def test_subclass_connects_to_its_own(self) -> None:
        class Talk(FakeWebSocket):
            recordings = TALK

        async with Talk.connect(seed=7) as fake:
            self.assertIsInstance(fake, Talk)

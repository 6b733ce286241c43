from __future__ import annotations

import asyncio
import json
import time
import unittest
from typing import Any

import aiohttp
import discord
from aiohttp import WSMsgType
from discord.ext import commands

from tests.canned import PERSON, Close, member, message, role
from tests.wired import WiredTestCase, make_bot

GATEWAY = "wss://gateway.discord.gg/?v=10&encoding=json"


class Flushing(WiredTestCase):
    """A frame that is flushed has been handled by the real client when the call returns."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.bot = await self.boot()
        self.guild: Any = self.bot.get_guild(10)
        self.session = self.discord.sessions[0]

    def make_role(self, role_id: int) -> Any:
        """Do what a synchronous builder does; return the bot's cached role."""
        self.session.dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(role_id)})
        self.network.flush()
        return self.guild.get_role(role_id)

    async def test_cache_is_up_to_date_and_listeners_wait(self) -> None:
        heard = []
        self.bot.add_listener(_append(heard), "on_guild_role_create")
        task = asyncio.current_task()
        self.assertEqual(self.make_role(501).id, 501)
        self.assertEqual(heard, [])
        self.assertIs(asyncio.current_task(), task)
        await self.until(lambda: heard)

    async def test_frames_that_were_queued_before_come_first(self) -> None:
        self.session.dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(501)})
        heard: list[Any] = []
        self.bot.add_listener(_append(heard), "on_guild_role_create")
        self.make_role(502)
        await self.until(lambda: len(heard) == 2)
        self.assertEqual([r.id for r in heard], [501, 502])
        self.assertEqual(self.bot.ws.sequence, self.session.sequence)

    async def test_flush_without_frames_does_nothing(self) -> None:
        self.network.flush()
        self.assertTrue(self.network.reading)

    async def test_many_in_a_row(self) -> None:
        for role_id in range(600, 700):
            self.assertIsNotNone(self.make_role(role_id))

    async def test_from_a_listener_of_the_bot(self) -> None:
        done: list[Any] = []

        async def make_one(*args: Any) -> None:
            done.append(self.make_role(503))

        self.bot.add_listener(make_one, "on_typing")
        self.bot.dispatch("typing", None, None, None)
        await self.until(lambda: done)
        self.assertIsNotNone(done[0])

    async def test_from_a_plain_callback(self) -> None:
        done: list[Any] = []
        asyncio.get_running_loop().call_soon(lambda: done.append(self.make_role(503)))
        await self.until(lambda: done)
        self.assertIsNotNone(done[0])

    async def test_from_within_the_reading_task_nothing_can_be_flushed(self) -> None:
        seen: list[Any] = []

        def predicate(data: Any) -> bool:
            if not seen:
                seen.append(self.network.reading)
                seen.append(self.make_role(605))
            return False

        future = self.bot.ws.wait_for("GUILD_ROLE_CREATE", predicate)
        self.make_role(604)
        self.assertEqual(seen, [False, None])
        self.assertIsNotNone(self.guild.get_role(605))  # it came in order, after its turn
        future.cancel()

    async def test_reconnect_that_is_queued_goes_on_in_order(self) -> None:
        self.session.say(7)
        self.assertIsNone(self.make_role(501))
        await self.until(lambda: len(self.discord.sessions) == 2 and self.network.reading)
        self.assertEqual([frame["op"] for frame in self.discord.sessions[1].received], [1, 6])
        self.assertFalse(self.task.done())

    async def test_nothing_is_read_while_the_client_is_not_connected(self) -> None:
        await self.bot.close()
        self.assertEqual(self.network.connections, [])

    async def test_send_limiter_keeps_the_client_from_reading(self) -> None:
        limiter = self.bot.ws._rate_limiter
        limiter.remaining, limiter.window = 0, time.time()
        self.session.say(1)  # the answer has to wait for a minute
        self.network.flush()
        self.assertFalse(self.network.reading)
        self.assertIsNone(self.make_role(501))
        self.task.cancel()
        await asyncio.wait([self.task])

    async def test_bad_payload_ends_the_connection_and_not_the_caller(self) -> None:
        self.session.dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": {"id": "5"}})
        self.network.flush()
        await asyncio.sleep(0)
        self.assertIsInstance(self.task.exception(), KeyError)

    async def test_reader_that_was_just_cancelled_is_not_reading(self) -> None:
        self.task.cancel()
        self.assertFalse(self.network.reading)
        self.network.flush()
        await asyncio.wait([self.task])
        self.assertTrue(self.task.cancelled())

    async def test_without_a_running_loop_nothing_reads(self) -> None:
        done = await asyncio.get_running_loop().run_in_executor(None, lambda: self.network.reading)
        self.assertFalse(done)


class FlushingOtherClients(WiredTestCase):
    async def test_debug_events_are_kept(self) -> None:
        bot = await self.boot(make_bot(enable_debug_events=True))
        raw: list[Any] = []
        bot.add_listener(_append(raw), "on_socket_raw_receive")
        self.discord.sessions[0].dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(501)})
        self.network.flush()
        self.assertIsNotNone(bot.get_guild(10).get_role(501))  # type: ignore[union-attr]
        await self.until(lambda: raw)

    async def test_every_shard_reads(self) -> None:
        bot: Any = make_bot(commands.AutoShardedBot, shard_ids=[0], shard_count=2)
        await self.boot(bot)
        self.discord.sessions[0].dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(501)})
        self.network.flush()
        self.assertIsNotNone(bot.get_guild(10).get_role(501))

    async def test_guild_that_needs_chunks_joins_later(self) -> None:
        bot = make_bot()
        bot._connection._intents = discord.Intents.default() | discord.Intents(members=True)
        await self.boot(bot)
        whole = self.discord.guild
        new = {**whole, "id": "77", "members": whole["members"][:1], "channels": [], "member_count": 2}
        self.discord.sessions[0].dispatch("GUILD_CREATE", new)
        self.network.flush()
        self.assertIsNotNone(bot.get_guild(77))
        asked = self.discord.sessions[0].received
        await self.until(lambda: asked[-1]["op"] == 8)

    async def test_before_ready_the_client_reads_as_well(self) -> None:
        bot = make_bot()
        bot._connection.guild_ready_timeout = 0.05
        task = asyncio.create_task(bot.start("canned-token"))
        await self.until(lambda: bot.guilds)
        self.assertFalse(bot.is_ready())
        self.discord.sessions[0].dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(501)})
        self.network.flush()
        self.assertIsNotNone(bot.guilds[0].get_role(501))
        await bot.close()
        await asyncio.wait([task])

    @unittest.skipUnless(hasattr(asyncio, "eager_task_factory"), "eager tasks came with Python 3.12")
    async def test_eager_tasks(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        try:
            bot = await self.boot()
            heard: list[Any] = []
            bot.add_listener(_append(heard), "on_guild_role_create")
            task = asyncio.current_task()
            self.discord.sessions[0].dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(501)})
            self.network.flush()
            self.assertIsNotNone(bot.get_guild(10).get_role(501))  # type: ignore[union-attr]
            self.assertIs(asyncio.current_task(), task)
            self.assertEqual(len(heard), 1)
        finally:
            loop.set_task_factory(None)


class Trips(WiredTestCase):
    async def test_command_is_answered(self) -> None:
        await self.boot()
        payload = {**message("!ping"), "guild_id": "10", "member": member(PERSON)}
        self.discord.sessions[0].dispatch("MESSAGE_CREATE", payload)
        await self.until(lambda: self.discord.requests[-1].method == "POST")
        self.assertEqual(json.loads(self.discord.requests[-1].body)["content"], "pong")

    async def test_frames_cross_the_hook(self) -> None:
        crossed: list[tuple[str, str]] = []
        self.network.on_frame = lambda session, way, frame: crossed.append((way, str(frame)))
        await self.boot()
        ways = [way for way, _ in crossed]
        self.assertEqual(ways[:3], ["received", "sent", "sent"])
        self.assertTrue(any('"READY"' in text for _, text in crossed))

    async def test_close_of_the_client_reaches_the_session(self) -> None:
        bot = await self.boot()
        disconnected: list[Any] = []
        bot.add_listener(_append(disconnected), "on_disconnect")
        await bot.close()
        await asyncio.wait([self.task])
        self.assertIsNone(self.task.exception())
        # The task that reads sees CLOSING first and closes with its own code, as over a real socket.
        self.assertEqual(self.discord.sessions[0].closed_with, 4000)

    async def test_final_close_code_ends_the_client(self) -> None:
        await self.boot()
        self.discord.sessions[0].append(Close(4014, "Disallowed intent(s)."))
        with self.assertRaises(discord.PrivilegedIntentsRequired):
            await self.task

    async def test_lost_connection_is_resumed(self) -> None:
        await self.boot()
        self.discord.sessions[0].append(Close(1006))
        await self.until(lambda: len(self.discord.sessions) == 2 and self.network.reading)
        self.assertEqual(self.discord.sessions[1].received[-1]["op"], 6)
        self.assertEqual(len(self.network.connections), 1)


class Sockets(WiredTestCase):
    """The websocket is aiohttp's own class, with its rules."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.http = aiohttp.ClientSession()
        self.addAsyncCleanup(self.http.close)

    async def connect(self, **options: Any) -> Any:
        """Open a gateway connection and take its HELLO."""
        socket = await self.http.ws_connect(GATEWAY, **options)
        self.assertEqual((await socket.receive_json())["op"], 10)
        self.session = self.discord.sessions[-1]
        return socket

    async def test_frames_in_both_directions(self) -> None:
        socket = await self.connect()
        await socket.send_json({"op": 1, "d": None})
        await socket.send_str('{"op": 1, "d": 1}')
        await socket.send_bytes(b'{"op": 1, "d": 2}')
        self.assertEqual([frame["d"] for frame in self.session.received], [None, 1, 2])
        self.assertEqual((await socket.receive_json())["op"], 11)
        received = await socket.receive()
        self.assertIs(received.type, WSMsgType.TEXT)
        self.assertIsInstance(socket, aiohttp.ClientWebSocketResponse)

    async def test_class_of_the_session_is_kept(self) -> None:
        class Mine(aiohttp.ClientWebSocketResponse):  # type: ignore[type-arg]
            pass

        async with aiohttp.ClientSession(ws_response_class=Mine) as http:
            socket = await http.ws_connect(GATEWAY)
            self.assertIsInstance(socket, Mine)
            self.assertEqual(type(socket).__name__, "Mine")
            await socket.close()

    async def test_iteration_ends_with_the_connection(self) -> None:
        socket = await self.connect()
        self.session.say(11)
        self.session.append(Close(4000, "bye"))
        self.assertEqual([frame.json()["op"] async for frame in socket], [11])
        self.assertEqual(socket.close_code, 4000)
        self.assertTrue(socket.closed)

    async def test_as_a_context(self) -> None:
        async with self.http.ws_connect(GATEWAY) as socket:
            self.assertFalse(socket.closed)
        self.assertTrue(socket.closed)
        self.assertEqual(self.discord.sessions[0].closed_with, 1000)

    async def test_ping_is_answered(self) -> None:
        socket = await self.connect(autoping=False)
        await socket.ping(b"x")
        pong = await socket.receive()
        self.assertEqual((pong.type, pong.data), (WSMsgType.PONG, b"x"))
        await socket.pong()

    async def test_closing_waits_for_the_reader(self) -> None:
        socket = await self.connect()
        order = []

        async def read() -> None:
            received = await socket.receive()
            order.append(received.type)

        reader = asyncio.create_task(read())
        await asyncio.sleep(0)
        await socket.close(code=4000)
        order.append("closed")
        await reader
        self.assertEqual(order, [WSMsgType.CLOSING, "closed"])
        self.assertEqual(self.session.closed_with, 4000)
        self.assertEqual(socket.close_code, 4000)

    async def test_code_of_the_server_stays(self) -> None:
        socket = await self.connect(autoclose=False)
        self.session.append(Close(4004, "Authentication failed."))
        received = await socket.receive()
        self.assertIs(received.type, WSMsgType.CLOSE)
        self.assertEqual((received.data, received.extra), (4004, "Authentication failed."))
        await socket.close(code=1000)
        self.assertEqual(socket.close_code, 4004)
        self.assertIsNone(self.session.closed_with)

    async def test_connection_that_just_ends(self) -> None:
        socket = await self.connect()
        self.session.append(Close(1006))
        self.assertIs((await socket.receive()).type, WSMsgType.CLOSED)
        self.assertEqual(socket.close_code, 1006)

    async def test_sending_after_the_end_is_an_error(self) -> None:
        socket = await self.connect()
        await socket.close()
        with self.assertRaises(ConnectionResetError):
            await socket.send_str("{}")
        self.assertIs((await socket.receive()).type, WSMsgType.CLOSED)
        self.assertFalse(await socket.close())
        self.assertIsNone(socket.exception())

    async def test_frames_before_an_own_close_are_dropped(self) -> None:
        socket = await self.connect()
        self.session.say(11)
        await socket.close()
        self.assertTrue(socket.closed)

    async def test_receive_timeout_does_not_count(self) -> None:
        socket = await self.connect()
        reader = asyncio.create_task(socket.receive(timeout=0.001))
        await asyncio.sleep(0.005)
        self.assertFalse(reader.done())
        self.session.say(11)
        self.assertEqual((await reader).json()["op"], 11)

    async def test_receive_timeout_counts_while_paused(self) -> None:
        socket = await self.connect()
        incoming = self.network.connections[0].incoming  # type: ignore[attr-defined]
        reader = asyncio.create_task(socket.receive(timeout=0.001))
        await asyncio.sleep(0)
        incoming.paused = True
        self.assertFalse(self.network.reading)
        self.session.say(11)
        with self.assertRaises(TimeoutError):
            await reader
        self.assertEqual(socket.close_code, 1006)

    async def test_paused_connection_that_goes_on(self) -> None:
        socket = await self.connect(receive_timeout=60)
        incoming = self.network.connections[0].incoming  # type: ignore[attr-defined]
        incoming.paused = True
        reader = asyncio.create_task(socket.receive())
        self.session.say(11)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.assertFalse(reader.done())
        incoming.paused = False
        self.assertEqual((await reader).json()["op"], 11)
        self.assertFalse(incoming.paused)

    async def test_closing_a_paused_connection(self) -> None:
        socket = await self.connect()
        self.network.connections[0].incoming.paused = True  # type: ignore[attr-defined]
        self.session.say(11)
        await socket.close(code=1001)
        self.assertEqual(self.session.closed_with, 1001)


def _append(to: list[Any]) -> Any:
    async def listener(*args: Any) -> None:
        to.append(args[0] if args else None)

    return listener


if __name__ == "__main__":
    unittest.main()

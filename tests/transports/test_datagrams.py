"""Sockets and readers of voice clients: ours where a test runs, the real ones elsewhere."""

from __future__ import annotations

import asyncio
import socket
import types
import unittest

from discord import voice_state

from discordtest import DiscordTestCase
from discordtest.transports.datagrams import Datagrams, Reader


class DatagramsTests(DiscordTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.socket = voice_state.socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.reader = voice_state.SocketReader(types.SimpleNamespace(socket=self.socket))
        self.request = b"\x00\x01\x00\x46" + (1).to_bytes(4) + bytes(66)
        self.read = []

    async def test_answer_is_read_by_all_who_listen(self):
        loop = asyncio.get_running_loop()

        def fail(data):
            raise ValueError("a listener that fails")

        self.reader.register(fail)
        self.reader.register(self.read.append)
        self.reader.resume()
        await loop.sock_connect(self.socket, ("203.0.113.7", 50001))
        with self.assertLogs("discord.voice_state", "ERROR"):
            await loop.sock_sendall(self.socket, self.request)
            await self.settle()
        (answer,) = self.read
        self.assertEqual(answer[:2], b"\x00\x02")

    async def test_nobody_listens(self):
        self.reader.resume()
        self.reader.register(self.read.append)
        self.reader.unregister(self.read.append)
        self.reader.unregister(self.read.append)
        self.socket.sendall(self.request)
        await self.settle()
        self.assertEqual(self.read, [])

    async def test_nothing_is_read_before_it_is_resumed(self):
        self.reader.register(self.read.append)
        self.socket.sendall(self.request)
        await self.settle()
        self.assertEqual(self.read, [])

    async def test_closed_socket_sends_nothing(self):
        self.socket.close()
        with self.assertRaises(OSError):
            self.socket.sendall(self.request)

    async def test_no_descriptor_is_open(self):
        self.assertIsInstance(self.socket, Datagrams)
        self.assertIsInstance(self.reader, Reader)
        self.assertEqual(self.socket.fileno(), -1)

    async def test_other_threads_have_the_real_ones(self):
        made = []

        def make():
            with voice_state.socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as real:
                made.append(type(real))

        await asyncio.to_thread(make)
        self.assertEqual(made, [socket.socket])
        self.assertIs(voice_state.socket.AF_INET, socket.AF_INET)


if __name__ == "__main__":
    unittest.main()

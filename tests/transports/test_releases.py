from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any
from unittest import mock

import aiohttp

from discordtest.transports import releases
from discordtest.transports.releases import (
    has_middlewares,
    tries_again,
    websocket_options,
    websocket_timeouts,
)
from tests.bots import needs_the_process
from tests.wired import WiredTestCase


class Sessions(unittest.TestCase):
    def test_session_with_and_without_middlewares(self) -> None:
        session: Any = SimpleNamespace(_middlewares=(print,))
        self.assertTrue(has_middlewares(session))
        session._middlewares = ()
        self.assertFalse(has_middlewares(session))

    def test_session_that_knows_no_middlewares(self) -> None:
        session: Any = SimpleNamespace()
        self.assertFalse(has_middlewares(session))

    def test_session_that_says_whether_it_tries_again(self) -> None:
        for says in (True, False):
            session: Any = SimpleNamespace(_retry_connection=says)
            self.assertIs(tries_again(session), says)

    def test_session_that_cannot_say_tries_again_where_aiohttp_does(self) -> None:
        needs_the_process(self)
        session: Any = SimpleNamespace()
        for methods in (frozenset(), frozenset({"GET"})):
            with self.subTest(methods), mock.patch.object(releases, "IDEMPOTENT_METHODS", methods):
                self.assertIs(tries_again(session), bool(methods))


class Timeouts(unittest.TestCase):
    def test_nothing_said(self) -> None:
        self.assertEqual(websocket_timeouts({}), (10.0, None))

    def test_numbers(self) -> None:
        self.assertEqual(websocket_timeouts({"timeout": 3, "receive_timeout": 4.0}), (3, 4.0))

    @unittest.skipUnless(hasattr(aiohttp, "ClientWSTimeout"), "this aiohttp has two arguments instead")
    def test_one_object(self) -> None:
        both = aiohttp.ClientWSTimeout(ws_close=3.0, ws_receive=4.0)
        self.assertEqual(websocket_timeouts({"timeout": both}), (3.0, 4.0))
        self.assertEqual(websocket_timeouts({"timeout": both, "receive_timeout": 5.0}), (3.0, 5.0))
        self.assertEqual(websocket_options(3.0), aiohttp.ClientWSTimeout(ws_close=3.0))

    def test_aiohttp_without_that_object(self) -> None:
        needs_the_process(self)
        with mock.patch.object(releases, "_TIMEOUT", None):
            self.assertEqual(websocket_timeouts({"timeout": 30.0}), (30.0, None))
            self.assertEqual(websocket_options(30.0), 30.0)


class Writing(WiredTestCase):
    """A websocket of aiohttp 3.9 and 3.10 calls a method of its writer for each kind of frame."""

    async def test_frames_of_older_sockets(self) -> None:
        http = aiohttp.ClientSession()
        self.addAsyncCleanup(http.close)
        socket = await http.ws_connect("wss://gateway.discord.gg/")
        connection: Any = self.network.connections[0]
        await connection.outgoing.send('{"op": 1, "d": 5}', False, compress=None)
        await connection.outgoing.send(b'{"op": 3, "d": {}}', binary=True)
        await connection.outgoing.ping("still there?")
        await connection.outgoing.pong(b"yes")
        self.assertEqual(self.discord.sessions[0].received, [{"op": 1, "d": 5}, {"op": 3, "d": {}}])
        pong = connection.incoming._control[0]
        self.assertEqual((pong.type, pong.data), (aiohttp.WSMsgType.PONG, b"still there?"))
        await socket.close()


if __name__ == "__main__":
    unittest.main()

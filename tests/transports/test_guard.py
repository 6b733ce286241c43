from __future__ import annotations

import asyncio
import functools
import http.client
import multiprocessing
import socket
import threading
import unittest
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import aiohttp

from discordtest import seam
from discordtest.errors import HostRefused
from discordtest.transports import guard
from discordtest.transports.guard import let_through
from discordtest.transports.network import Network, host_is_discord, host_is_local
from tests.bots import NeedsTheProcess, needs_the_process
from tests.wired import WiredTestCase

FOREIGN = "192.0.2.1"  # TEST-NET-1 of RFC 5737: nobody is there


class Hosts(unittest.TestCase):
    def test_local(self) -> None:
        for host in (
            "localhost",
            "db.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::1%lo",
            "0.0.0.0",
            "::",
            "",
        ):
            self.assertTrue(host_is_local(host), host)
        for host in ("example.com", FOREIGN, "localhost.example.com", "10.0.0.1"):
            self.assertFalse(host_is_local(host), host)

    def test_discord(self) -> None:
        for host in (
            "discord.com",
            "cdn.discordapp.com",
            "gateway-us-east1-b.discord.gg",
            "x1.discord.media",
        ):
            self.assertTrue(host_is_discord(host), host)
        for host in ("example.com", "notdiscord.com", "discord.com.example.com"):
            self.assertFalse(host_is_discord(host), host)


class OtherLibraries(WiredTestCase):
    """What opens connections on the loop without aiohttp's connector."""

    async def test_name_is_refused(self) -> None:
        with self.assertRaisesRegex(HostRefused, "a connection to 'db.example.com' is refused"):
            await asyncio.open_connection("db.example.com", 5432)
        with self.assertRaises(HostRefused):
            await asyncio.get_running_loop().getaddrinfo(b"db.example.com", 5432)
        self.assertEqual(len(self.discord.failures), 2)

    async def test_discord_itself_cannot_be_allowed(self) -> None:
        with self.assertRaisesRegex(
            HostRefused, "Let the bot call it through discord.py or aiohttp"
        ) as raised:
            await asyncio.open_connection("discord.com", 443)
        self.assertNotIn("allowed_hosts", str(raised.exception))
        self.assertEqual(self.discord.failures, [raised.exception])

    async def test_address_is_refused(self) -> None:
        with self.assertRaises(HostRefused):
            await asyncio.open_connection(FOREIGN, 5432)
        with self.assertRaises(HostRefused):
            loop = asyncio.get_running_loop()
            await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(FOREIGN, 53))

    async def test_this_machine_and_unix_sockets_pass(self) -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "localhost", 0)
        port = server.sockets[0].getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            _, writer = await asyncio.open_connection(host, port, family=socket.AF_INET)
            writer.close()
        server.close()
        near, far = socket.socketpair()
        near.close()
        far.close()
        with socket.socket(socket.AF_UNIX) as unix:
            unix.setblocking(False)
            with self.assertRaises(FileNotFoundError):
                await asyncio.get_running_loop().sock_connect(unix, "/nowhere/at/all")

    async def test_allowed_name_and_the_addresses_it_has(self) -> None:
        asked: list[Any] = []
        seam.uninstall(self.network)
        loop: Any = asyncio.get_running_loop()

        async def getaddrinfo(host: Any, port: Any, **options: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (FOREIGN, port))]

        async def sock_connect(sock: Any, address: Any) -> None:
            asked.append(address[0])
            raise ConnectionRefusedError

        loop.getaddrinfo, loop.sock_connect = getaddrinfo, sock_connect
        self.network.allowed_hosts = {"db.example.com"}
        seam.install(self.network)
        with self.assertRaises(ConnectionRefusedError):
            await asyncio.open_connection("db.example.com", 5432)
        async with aiohttp.ClientSession() as http:
            with self.assertRaises(aiohttp.ClientConnectorError):
                await http.get("http://db.example.com/")
        self.assertEqual(asked, [FOREIGN, FOREIGN])

    async def test_address_that_a_library_found_by_itself(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as sock, let_through():
            sock.setblocking(False)
            connecting = asyncio.create_task(loop.sock_connect(sock, (FOREIGN, 9)))
            await asyncio.sleep(0)
            connecting.cancel()
            await asyncio.wait([connecting])
        self.assertEqual(self.discord.failures, [])

    async def test_the_machines_own_name_passes(self) -> None:
        self.assertTrue(self.network.host_is_allowed(socket.gethostname()))


class BlockingLibraries(WiredTestCase):
    """What opens connections without the loop."""

    async def test_calls_to_discord_are_refused_and_recorded(self) -> None:
        for host in ("discord.com", b"discord.com"):
            with self.assertRaisesRegex(HostRefused, "what does not go through aiohttp"):
                socket.getaddrinfo(host, 443)
        with self.assertRaises(HostRefused) as raised:
            http.client.HTTPSConnection("discord.com").request("GET", "/api/v10/gateway")
        self.assertEqual(len(self.discord.failures), 3)
        self.assertIs(self.discord.failures[-1], raised.exception)
        self.assertTrue(socket.getaddrinfo("127.0.0.1", 80))

    async def test_foreign_host_is_refused_on_the_thread_of_the_loop(self) -> None:
        for host in ("db.example.com", FOREIGN):
            with self.assertRaisesRegex(HostRefused, r"unittest\.mock\.patch, or let it through"):
                socket.create_connection((host, 80))
        self.assertEqual(len(self.discord.failures), 2)

    async def test_foreign_host_is_refused_in_executors(self) -> None:
        needs_the_process(self)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as pool:
            for call in (
                asyncio.to_thread,
                functools.partial(loop.run_in_executor, None),
                functools.partial(loop.run_in_executor, pool),
            ):
                with self.assertRaises(HostRefused) as raised:
                    await call(socket.create_connection, (FOREIGN, 80))
                await asyncio.sleep(0)  # the loop is told, and a call that is quick is not waited for
                self.assertIs(self.discord.failures[-1], raised.exception)
            self.assertEqual(len(self.discord.failures), 3)

            def look_up() -> Any:
                with self.assertRaises(HostRefused):
                    socket.getaddrinfo("discord.com", 443)
                return socket.getaddrinfo(FOREIGN, 80)  # a number is looked up without any network

            self.assertTrue(pool.submit(look_up).result())  # it works for no test by now
            await asyncio.sleep(0)
        self.assertIn("'discord.com'", str(self.discord.failures[3]))  # there is only one to tell

    async def test_allowed_host_and_the_addresses_it_has(self) -> None:
        asked: list[Any] = []

        def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (FOREIGN, port))]

        self.network.allowed_hosts = {"db.example.com"}
        with patch.object(guard, "_previous_getaddrinfo", getaddrinfo):
            self.assertTrue(await asyncio.to_thread(socket.getaddrinfo, "db.example.com", 5432))
            self.assertTrue(socket.getaddrinfo(FOREIGN, 5432))
        self.assertEqual((asked, self.discord.failures), (["db.example.com", FOREIGN], []))

    async def look_up(self, host: str, *, through: int = 0) -> tuple[Any, list[str]]:
        """Look a host up on a thread that was begun here, or by as many others; return what it found, and warnings."""
        found: list[Any] = []

        def work(left: int) -> None:
            if left:
                begin(left - 1).join()
                return
            try:
                found.append(socket.getaddrinfo(host, 5432))
            except OSError as error:
                found.append(error)

        def begin(left: int) -> threading.Thread:
            thread = threading.Thread(target=work, args=(left,), name="monitor")
            guard.adopt(thread)
            thread.start()
            return thread

        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            begin(through).join()
        return found[0], [str(each.message) for each in warned]

    async def test_thread_that_was_begun_here_finds_no_foreign_host(self) -> None:
        needs_the_process(self)  # its warnings are everybody's
        for through in (0, 1):
            found, (warned,) = await self.look_up("db.example.com", through=through)
            self.assertIsInstance(found, socket.gaierror)
            self.assertIn("the thread 'monitor' finds no 'db.example.com'", warned)
            self.assertIn("allowed_hosts = ('db.example.com',)", warned)
        self.assertEqual(self.discord.failures, [])  # when it looks is chance

    async def test_thread_that_was_begun_here_finds_what_is_allowed(self) -> None:
        needs_the_process(self)
        self.network.allowed_hosts = {"db.example.com"}
        with patch.object(guard, "_previous_getaddrinfo", lambda *args: ["found"]):
            self.assertEqual(await self.look_up("db.example.com"), (["found"], []))
            self.assertEqual(await self.look_up("localhost"), (["found"], []))

    async def test_thread_of_a_test_that_is_over(self) -> None:
        needs_the_process(self)
        network = Network(self.discord, asyncio.get_running_loop())
        with patch.object(guard, "_network_here", return_value=network):
            thread = threading.Thread(name="monitor")
            guard.adopt(thread)
        del network
        with (
            patch.object(guard, "_network_here", return_value=None),
            patch.object(threading, "current_thread", return_value=thread),
        ):
            self.assertTrue(socket.getaddrinfo("127.0.0.1", 80))
            with self.assertRaises(socket.gaierror), self.assertWarns(RuntimeWarning):
                socket.getaddrinfo("db.example.com", 80)

    async def test_calls_in_other_processes_are_left_alone(self) -> None:
        if multiprocessing.current_process().daemon:
            self.skipTest("this process may start no others")
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            self.assertEqual(await asyncio.get_running_loop().run_in_executor(pool, abs, -3), 3)


class Mocks(NeedsTheProcess):
    """A test case may stand in for ``socket.getaddrinfo`` itself."""

    def setUp(self) -> None:
        super().setUp()
        self.real = socket.getaddrinfo
        self.addCleanup(setattr, socket, "getaddrinfo", self.real)
        self.addCleanup(guard.release_discord)

    def test_mock_that_is_there_before_a_test(self) -> None:
        for _ in range(2):
            with patch("socket.getaddrinfo", return_value=["mine"]):
                guard.refuse_discord()
                self.assertEqual(socket.getaddrinfo("localhost", 80), ["mine"])
                guard.release_discord()
                self.assertEqual(socket.getaddrinfo("localhost", 80), ["mine"])
            self.assertIs(socket.getaddrinfo, self.real)
            guard.refuse_discord()
            guard.release_discord()
            self.assertIs(socket.getaddrinfo, self.real)

    def test_mock_that_outlives_a_test_passes_on(self) -> None:
        guard.refuse_discord()
        mock = patch("socket.getaddrinfo")
        mock.start()
        guard.release_discord()
        mock.stop()
        with patch.object(guard, "_previous_getaddrinfo", lambda *args: ["found"]):
            self.assertEqual(socket.getaddrinfo("discord.com", 443), ["found"])
        guard.refuse_discord()
        guard.release_discord()
        self.assertIs(socket.getaddrinfo, self.real)


if __name__ == "__main__":
    unittest.main()

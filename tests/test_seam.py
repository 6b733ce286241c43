from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import threading
import unittest
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp
import discord
from aiohttp import web

from discordtest import seam
from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.wire import Response
from discordtest.errors import HostRefused, NotModelled
from discordtest.transports.network import Network
from discordtest.transports.releases import IDEMPOTENT_METHODS, websocket_options
from tests.bots import NeedsTheProcess
from tests.canned import BOT, TOKEN, CannedDiscord, answer
from tests.wired import API, AUTHORIZATION, WiredTestCase

ORIGINALS = (
    aiohttp.ClientSession._request,
    aiohttp.ClientSession._ws_connect,
    aiohttp.TCPConnector._create_connection,
    socket.getaddrinfo,
)


def patched() -> tuple[Any, ...]:
    """Return what stands where the originals were."""
    session = aiohttp.ClientSession
    connector = aiohttp.TCPConnector
    return session._request, session._ws_connect, connector._create_connection, socket.getaddrinfo


class Installing(NeedsTheProcess):
    def test_nothing_is_patched_without_a_network(self) -> None:
        self.assertEqual(patched(), ORIGINALS)

    def test_closing_of_connectors_waits_in_every_release(self) -> None:
        close = aiohttp.BaseConnector.close
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            network = Network(CannedDiscord(), loop)
            for waits in (True, False):
                with self.subTest(waits), mock.patch.object(seam, "WAITS_FOR_CONNECTIONS", waits):
                    seam.install(network)
                    self.assertIs(aiohttp.BaseConnector.close is close, waits)
                    seam.uninstall(network)
                    self.assertIs(aiohttp.BaseConnector.close, close)

    def test_last_network_takes_all_away(self) -> None:
        loops = [asyncio.new_event_loop(), asyncio.new_event_loop()]
        networks = [Network(CannedDiscord(), loop) for loop in loops]
        for network in networks:
            seam.install(network)
        seam.install(networks[0])  # again: no second guard over the first
        seam.uninstall(networks[0])
        self.assertFalse(any(now is before for now, before in zip(patched(), ORIGINALS, strict=True)))
        seam.uninstall(networks[1])
        seam.uninstall(networks[1])
        self.assertEqual(patched(), ORIGINALS)
        for loop in loops:
            self.assertNotIn("getaddrinfo", vars(loop))
            loop.close()

    def test_tests_in_threads_do_not_meet(self) -> None:
        failures: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(self._ask_often())
            except BaseException as error:  # noqa: BLE001 # shown by the test's own thread
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(patched(), ORIGINALS)

    @staticmethod
    async def _ask_often() -> None:
        for _ in range(5):
            backend = CannedDiscord()
            network = Network(backend, asyncio.get_running_loop(), tokens={TOKEN})
            seam.install(network)
            async with aiohttp.ClientSession(headers=AUTHORIZATION) as http:
                for _ in range(5):
                    async with http.get(f"{API}/users/@me") as response:
                        assert response.status == 200
                    await asyncio.sleep(0)
            seam.uninstall(network)
            assert len(backend.requests) == 5

    def test_mock_that_was_there_before_answers_foreign_hosts(self) -> None:
        async def mock(session: Any, method: str, url: Any, **options: Any) -> str:
            return f"mocked {url}"

        async def run() -> None:
            network = Network(CannedDiscord(), asyncio.get_running_loop(), tokens={TOKEN})
            seam.install(network)
            async with aiohttp.ClientSession(headers=AUTHORIZATION) as http:
                self.assertEqual(await http.get("https://example.com/"), "mocked https://example.com/")
                self.assertEqual((await http.get(f"{API}/users/@me")).status, 200)
            seam.uninstall(network)

        aiohttp.ClientSession._request = mock  # type: ignore[assignment,method-assign]
        try:
            asyncio.run(run())
            self.assertIs(aiohttp.ClientSession._request, mock)
        finally:
            aiohttp.ClientSession._request = ORIGINALS[0]  # type: ignore[method-assign]

    def test_mock_that_outlives_the_seam(self) -> None:
        async def run() -> None:
            network = Network(CannedDiscord(), asyncio.get_running_loop(), tokens={TOKEN})
            seam.install(network)
            before = aiohttp.ClientSession._request
            aiohttp.ClientSession._request = "a mock"  # type: ignore[assignment,method-assign]
            seam.uninstall(network)
            self.assertEqual(aiohttp.ClientSession._request, "a mock")
            aiohttp.ClientSession._request = before  # type: ignore[method-assign] # the mock stops
            seam.install(network)
            seam.uninstall(network)
            self.assertEqual(patched(), ORIGINALS)

        asyncio.run(run())

    def test_verify_names_what_it_does_not_know(self) -> None:
        async def other(self: Any, verb: str) -> None: ...

        aiohttp.ClientSession._request = other  # type: ignore[assignment,method-assign]
        try:
            with self.assertRaisesRegex(
                ImportError, r"other takes self, verb where self, method, str_or_url"
            ):
                seam.verify()
        finally:
            aiohttp.ClientSession._request = ORIGINALS[0]  # type: ignore[method-assign]


class Requests(NeedsTheProcess, WiredTestCase):
    """What a bot's own session can ask; over sockets and aiohttp's server it must be the same."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.http = aiohttp.ClientSession(headers=AUTHORIZATION)
        self.addAsyncCleanup(self.http.close)

    @property
    def asked(self) -> Any:
        """The last request that reached Discord."""
        return self.discord.requests[-1]

    async def test_response_has_everything(self) -> None:
        async with self.http.get(f"{API}/users/@me?a=1#part") as response:
            self.assertIsInstance(response, aiohttp.ClientResponse)
            self.assertEqual((response.status, response.reason, response.ok), (200, "OK", True))
            self.assertEqual((await response.json())["id"], BOT["id"])
            self.assertIn('"bot"', await response.text())
            self.assertIn(b'"bot"', await response.read())
            self.assertEqual(response.headers["content-type"], "application/json")
            self.assertEqual((response.content_type, response.charset), ("application/json", None))
            self.assertIn((b"Content-Type", b"application/json"), response.raw_headers)
            self.assertEqual((response.method, response.host), ("GET", "discord.com"))
            self.assertEqual(str(response.url), f"{API}/users/@me?a=1")
            self.assertEqual(str(response.real_url), f"{API}/users/@me?a=1#part")
            self.assertEqual((response.history, dict(response.cookies), len(response.links)), ((), {}, 0))
            self.assertEqual(response.request_info.method, "GET")
            self.assertEqual(response.request_info.headers["authorization"], f"Bot {TOKEN}")
            self.assertIsNone(response.content_disposition)
            self.assertIn("[200 OK]", repr(response))
            self.assertTrue(response)
            self.assertEqual(response.get_encoding(), "utf-8")
        self.assertTrue(response.closed)
        self.assertIn('"bot"', await response.text())  # what was read stays

    async def test_response_that_is_awaited(self) -> None:
        response = await self.http.get(f"{API}/users/@me")
        self.assertEqual((await response.json())["id"], BOT["id"])
        response.release()
        response.close()
        await response.wait_for_close()

    async def test_body_as_a_stream(self) -> None:
        async with self.http.get(f"{API}/users/@me") as response:
            start = await response.content.read(5)
            rest = await response.read()
            self.assertEqual(start + rest, answer(BOT).body)
        async with self.http.get(f"{API}/users/@me") as response:
            chunks = [chunk async for chunk in response.content.iter_chunked(10)]
            self.assertEqual(b"".join(chunks), answer(BOT).body)

    async def test_body_that_nobody_read_is_gone_after_a_release(self) -> None:
        async with self.http.get(f"{API}/users/@me") as response:
            pass
        with self.assertRaisesRegex(aiohttp.ClientConnectionError, "Connection closed"):
            await response.read()
        with self.assertRaisesRegex(aiohttp.ClientConnectionError, "Connection closed"):
            await response.text()

    async def test_json_of_another_type_is_refused(self) -> None:
        self.discord.answers["GET", "/page"] = Response(
            200, b"<p>", {"Content-Type": "text/html; charset=latin-1"}
        )
        async with self.http.get(f"{API}/page") as response:
            with self.assertRaises(aiohttp.ContentTypeError):
                await response.json()
            self.assertEqual((await response.text(), response.charset), ("<p>", "latin-1"))

    async def test_empty_answer(self) -> None:
        self.discord.answers["DELETE", "/x"] = Response(204, b"", {})
        async with self.http.delete(f"{API}/x") as response:
            self.assertEqual((response.status, await response.read()), (204, b""))
            self.assertNotIn("Content-Type", response.headers)

    async def test_base_url_and_params(self) -> None:
        async with aiohttp.ClientSession("https://discord.com", headers=AUTHORIZATION) as http:
            async with http.get("/api/v10/users/@me?a=1", params={"limit": 5}) as response:
                self.assertEqual(response.status, 200)
        self.assertEqual(self.asked.path, "/api/v10/users/@me")
        self.assertEqual(dict(self.asked.query), {"a": "1", "limit": "5"})

    async def test_percent_encoded_path_arrives_as_sent(self) -> None:
        self.discord.answers["PUT", "/reactions/%F0%9F%91%8D/@me"] = Response(204)
        async with self.http.put(f"{API}/reactions/%F0%9F%91%8D/@me") as response:
            self.assertEqual(response.status, 204)

    async def test_json_body(self) -> None:
        async with self.http.post(f"{API}/channels/20/messages", json={"content": "ä"}) as response:
            self.assertEqual((await response.json())["content"], "ä")
        self.assertEqual(self.asked.headers["content-type"], "application/json")

    async def test_json_and_data_together_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "data and json"):
            await self.http.post(f"{API}/users/@me", json={}, data="x")

    async def test_text_and_bytes(self) -> None:
        self.discord.answers["POST", "/raw"] = Response(204)
        for data, kind in (("ä", "text/plain; charset=utf-8"), (b"\xc3\xa4", "application/octet-stream")):
            async with self.http.post(f"{API}/raw", data=data):
                pass
            self.assertEqual((self.asked.body, self.asked.headers["Content-Type"]), (b"\xc3\xa4", kind))

    async def test_form(self) -> None:
        self.discord.answers["POST", "/form"] = Response(204)
        async with self.http.post(f"{API}/form", data={"a": "1", "b": "ä"}):
            pass
        self.assertEqual(self.asked.body, b"a=1&b=%C3%A4")
        self.assertEqual(self.asked.headers["Content-Type"], "application/x-www-form-urlencoded")

    async def test_multipart(self) -> None:
        self.discord.answers["POST", "/files"] = Response(204)
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", "{}")
        file = io.BytesIO(b"\x00\xff")
        form.add_field("files[0]", file, filename="a.bin", content_type="application/octet-stream")
        async with self.http.post(f"{API}/files", data=form):
            pass
        kind, _, boundary = self.asked.headers["Content-Type"].partition("; boundary=")
        self.assertEqual(kind, "multipart/form-data")
        parts = self.asked.body.split(f"--{boundary}".encode())
        self.assertEqual((parts[0], parts[-1]), (b"", b"--\r\n"))
        self.assertTrue(parts[1].endswith(b"\r\n\r\n{}\r\n"))
        self.assertTrue(parts[2].endswith(b"\r\n\r\n\x00\xff\r\n"))
        self.assertIn(b'filename="a.bin"', parts[2])

    async def test_file_object(self) -> None:
        self.discord.answers["POST", "/raw"] = Response(204)
        file = Path(__file__).open("rb")  # noqa: SIM115, ASYNC230 # aiohttp closes what it has sent
        self.addCleanup(file.close)
        async with self.http.post(f"{API}/raw", data=file):
            pass
        self.assertTrue(self.asked.body.startswith(b"from __future__"))

    async def test_stream_of_chunks(self) -> None:
        self.discord.answers["POST", "/raw"] = Response(204)

        async def chunks() -> Any:
            yield b"a"
            yield b"b"

        async with self.http.post(f"{API}/raw", data=chunks()):
            pass
        self.assertEqual(self.asked.body, b"ab")

    async def test_raise_for_status(self) -> None:
        self.discord.answers["GET", "/gone"] = answer({"code": 0}, 404)
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            with self.assertRaises(aiohttp.ClientResponseError) as caught:
                await http.get(f"{API}/gone")
            self.assertEqual((caught.exception.status, caught.exception.message), (404, "Not Found"))
            response = await http.get(f"{API}/gone", raise_for_status=False)
            self.assertEqual(response.status, 404)
            with self.assertRaises(aiohttp.ClientResponseError):
                response.raise_for_status()

    async def test_raise_for_status_of_the_callers_own(self) -> None:
        seen: list[int] = []

        async def check(response: aiohttp.ClientResponse) -> None:
            seen.append(response.status)

        await self.http.get(f"{API}/users/@me", raise_for_status=check)
        self.assertEqual(seen, [200])

    async def test_traces(self) -> None:
        log: list[Any] = []
        config = aiohttp.TraceConfig()

        async def note(session: Any, context: Any, params: Any) -> None:
            log.append((type(params).__name__, context.trace_request_ctx))

        config.on_request_start.append(note)
        config.on_request_end.append(note)
        config.on_request_exception.append(note)
        config.on_response_chunk_received.append(note)
        async with aiohttp.ClientSession(trace_configs=[config], headers=AUTHORIZATION) as http:
            async with http.get(f"{API}/users/@me", trace_request_ctx=7) as response:
                await response.read()
            with self.assertRaises(ValueError):
                await http.post(f"{API}/users/@me", json=1, data="x")
        names = [name for name, _ in log]
        self.assertEqual(
            names[:3],
            ["TraceRequestStartParams", "TraceRequestEndParams", "TraceResponseChunkReceivedParams"],
        )
        self.assertEqual(log[0][1], 7)

    async def test_closed_session(self) -> None:
        http = aiohttp.ClientSession()
        await http.close()
        with self.assertRaisesRegex(RuntimeError, "Session is closed"):
            await http.get(f"{API}/users/@me")
        with self.assertRaisesRegex(RuntimeError, "Session is closed"):
            await http.ws_connect("wss://gateway.discord.gg/")

    async def test_timeout_counts_while_an_answer_is_held(self) -> None:
        for timeout in (aiohttp.ClientTimeout(total=0.01), 0.01):
            for fate in (SlowAnswer(10), Timeout()):
                self.discord.fates.append(fate)
                with self.assertRaises(TimeoutError):
                    await self.http.get(f"{API}/users/@me", timeout=timeout)  # type: ignore[arg-type]

    async def test_slow_answer_arrives(self) -> None:
        self.discord.fates.append(SlowAnswer(0.01))
        answer = await self.http.get(f"{API}/users/@me")
        self.assertEqual(answer.status, 200)

    @unittest.skipUnless(IDEMPOTENT_METHODS, "this aiohttp tries nothing again")
    async def test_broken_connection_is_tried_once_more_where_that_does_no_harm(self) -> None:
        """As aiohttp does for what may be repeated."""
        self.discord.fates.append(ConnectionReset())
        answer = await self.http.get(f"{API}/users/@me")
        self.assertEqual(answer.status, 200)
        self.discord.fates += [ConnectionReset(), ConnectionReset()]
        with self.assertRaisesRegex(aiohttp.ClientOSError, "Connection reset by peer"):
            await self.http.get(f"{API}/users/@me")
        self.discord.fates.append(ConnectionReset(errno=54))
        with self.assertRaises(aiohttp.ClientOSError) as caught:
            await self.http.post(f"{API}/channels/1/messages", json={"content": "hi"})
        self.assertEqual(caught.exception.errno, 54)

    async def test_gateway_that_is_out_of_reach(self) -> None:
        refusal = Response(503, b"{}", {"Via": "1.1 google"})
        self.discord.handshakes += [refusal, Response(0, fate=ConnectionReset(errno=10054))]
        with self.assertRaisesRegex(aiohttp.WSServerHandshakeError, "Invalid response status") as refused:
            await self.http.ws_connect("wss://gateway.discord.gg/")
        headers = refused.exception.headers
        assert headers is not None
        self.assertEqual((refused.exception.status, headers["Via"]), (503, "1.1 google"))
        self.assertEqual(str(refused.exception.request_info.url), "wss://gateway.discord.gg/")
        self.discord.handshakes.append(Response(0, fate=ConnectionReset(errno=10054)))  # aiohttp tries twice
        with self.assertRaises(aiohttp.ClientOSError) as broken:
            await self.http.ws_connect("wss://gateway.discord.gg/")
        self.assertEqual(broken.exception.errno, 10054)
        self.assertEqual(self.discord.sessions, [])
        self.discord.handshakes.clear()
        socket = await self.http.ws_connect("wss://gateway.discord.gg/")
        self.assertEqual((await socket.receive_json())["op"], 10)
        await socket.close()

    async def test_websocket_ends_with_the_session_that_opened_it(self) -> None:
        http = aiohttp.ClientSession()
        reading, idle = [await http.ws_connect("wss://gateway.discord.gg/") for _ in range(2)]
        self.assertEqual((await reading.receive_json())["op"], 10)
        waiting = asyncio.create_task(reading.receive())
        await asyncio.sleep(0)
        await http.close()
        self.assertIs((await waiting).type, aiohttp.WSMsgType.CLOSED)
        with self.assertRaises(ConnectionResetError):
            await idle.send_str("{}")
        await self.network.close()
        self.assertEqual([session.closed_with for session in self.discord.sessions], [1006, 1006])

    async def test_exchanges_cross_the_hook(self) -> None:
        crossed: list[Any] = []
        self.network.on_exchange = lambda request, response: crossed.append((request.path, response.status))
        await self.http.get(f"{API}/users/@me")
        self.assertEqual(crossed, [("/api/v10/users/@me", 200)])

    async def test_aiohttp_request(self) -> None:
        async with aiohttp.request("GET", f"{API}/users/@me", headers=AUTHORIZATION) as response:
            self.assertEqual(response.status, 200)

    async def test_subclass_of_a_session(self) -> None:
        calls: list[str] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)

            class Session(aiohttp.ClientSession):
                async def _request(self, *args: Any, **options: Any) -> Any:
                    calls.append(args[0])
                    return await super()._request(*args, **options)

        async with Session(headers=AUTHORIZATION) as http:
            self.assertEqual((await http.get(f"{API}/users/@me")).status, 200)
        self.assertEqual(calls, ["GET"])

    async def test_connector_of_the_callers_own(self) -> None:
        connector = aiohttp.TCPConnector(limit=1)
        async with aiohttp.ClientSession(connector=connector, connector_owner=False) as http:
            self.assertEqual((await http.get(f"{API}/users/@me", headers=AUTHORIZATION)).status, 200)
        self.assertFalse(connector.closed)
        await connector.close()

    async def test_unusual_options_go_through_all_of_aiohttp(self) -> None:
        options: Any = {"cookies": {"a": "b"}, "compress": False}
        async with self.http.get(f"{API}/users/@me", **options) as response:
            self.assertEqual((await response.json())["id"], BOT["id"])
        self.assertEqual(self.asked.headers["Cookie"], "a=b")
        self.assertEqual((self.asked.host, self.asked.path), ("discord.com", "/api/v10/users/@me"))

    @unittest.skipUnless(hasattr(aiohttp, "ClientMiddlewareType"), "this aiohttp has no middlewares")
    async def test_middlewares_run(self) -> None:
        async def middleware(request: Any, handler: Any) -> Any:
            request.headers["X-Mine"] = "1"
            return await handler(request)

        options: Any = {"middlewares": (middleware,)}
        async with self.http.get(f"{API}/users/@me", **options):
            self.assertEqual(self.asked.headers["X-Mine"], "1")

    async def test_webhook_with_the_bots_own_session(self) -> None:
        url = f"https://discord.com/api/webhooks/12345678901234567/{'x' * 68}"
        self.discord.answers["POST", f"/webhooks/12345678901234567/{'x' * 68}"] = Response(204)
        await discord.Webhook.from_url(url, session=self.http).send("hello")
        self.assertIn(b"hello", self.asked.body)

    async def test_cdn_and_media(self) -> None:
        self.discord.answers["GET", "/a.png"] = Response(200, b"png", {"Content-Type": "image/png"})
        for host in ("cdn.discordapp.com", "media.discordapp.net"):
            async with self.http.get(f"https://{host}/a.png") as response:
                self.assertEqual(await response.read(), b"png")
            self.assertEqual(self.asked.host, host)


class RequestsOverSockets(Requests):
    transport = "loopback"


class Errors(NeedsTheProcess, WiredTestCase):
    async def test_error_of_the_backend_reaches_the_caller(self) -> None:
        def handle(request: Any) -> Any:
            raise NotModelled("route GET /x")

        self.discord.handle = handle  # type: ignore[method-assign]
        async with aiohttp.ClientSession() as http:
            with self.assertRaises(NotModelled):
                await http.get(f"{API}/x")

    async def test_foreign_host_is_refused_named_and_recorded(self) -> None:
        async with aiohttp.ClientSession() as http:
            with self.assertRaisesRegex(
                HostRefused, r"GET https://example.com/x.*allowed_hosts = \('example.com',\)"
            ):
                await http.get("https://example.com/x")
            with self.assertRaises(HostRefused):
                await http.ws_connect("wss://example.com/x")
        self.assertEqual([type(error) for error in self.discord.failures], [HostRefused, HostRefused])

    async def test_other_websockets_of_discord_are_not_modelled(self) -> None:
        async with aiohttp.ClientSession() as http:
            with self.assertRaisesRegex(NotModelled, "a websocket to discord.com: only the gateway and"):
                await http.ws_connect("wss://discord.com/x")

    async def test_this_machine_is_reached(self) -> None:
        async def hello(request: web.BaseRequest) -> web.Response:
            return web.Response(text="hello")

        server = await asyncio.get_running_loop().create_server(
            web.Server(hello, access_log=None), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        async with aiohttp.ClientSession() as http:
            for host in ("127.0.0.1", "localhost"):
                async with http.get(f"http://{host}:{port}/") as response:
                    self.assertEqual(await response.text(), "hello")
        server.close()


class Gateways(NeedsTheProcess, WiredTestCase):
    async def test_query_of_url_and_params(self) -> None:
        asked: list[Any] = []
        connect = self.discord.connect
        self.discord.connect = lambda query: (asked.append(query), connect(query))[1]  # type: ignore[method-assign]
        async with aiohttp.ClientSession() as http:
            await http.ws_connect("wss://gateway.discord.gg/?v=10", params={"encoding": "json"})
        self.assertEqual(asked, [{"v": "10", "encoding": "json"}])

    async def test_timeouts_of_older_callers(self) -> None:
        async with aiohttp.ClientSession() as http:
            older: Any = {"timeout": 3.0, "receive_timeout": 4.0}
            socket: Any = await http.ws_connect("wss://gateway.discord.gg/", **older)
        self.assertEqual((socket._timeout, socket._receive_timeout), (websocket_options(3.0), 4.0))

    async def test_connector_of_an_older_aiohttp_waits_for_its_websockets(self) -> None:
        http = aiohttp.ClientSession()
        socket = await http.ws_connect("wss://gateway.discord.gg/")
        assert http.connector is not None
        await socket.receive()
        waiting = asyncio.create_task(socket.receive())
        await asyncio.sleep(0)
        close = seam._waiting(aiohttp.BaseConnector.close)
        await close(http.connector)
        self.assertTrue(waiting.done())
        await close(http.connector)  # nothing is left to wait for
        await http.close()


class Lookup(NeedsTheProcess, WiredTestCase):
    """Which network a call belongs to that does not come from its loop."""

    async def ask(self, token: str) -> Any:
        """Ask from a thread with a loop of its own."""

        async def go() -> Any:
            async with aiohttp.ClientSession() as http:
                url, headers = f"{API}/users/@me", {"Authorization": f"Bot {token}"}
                async with http.get(url, headers=headers) as response:
                    return response.status

        return await asyncio.to_thread(asyncio.run, go())

    async def test_thread_is_answered_on_the_networks_loop(self) -> None:
        threads: list[int] = []
        handle = self.discord.handle

        def noting(request: Any) -> Any:
            threads.append(threading.get_ident())
            return handle(request)

        self.discord.handle = noting  # type: ignore[method-assign]
        self.assertEqual(await self.ask(TOKEN), 200)
        self.assertEqual(threads, [threading.get_ident()])

    async def test_only_network_answers_unknown_tokens(self) -> None:
        self.assertEqual(await self.ask("unknown"), 401)

    async def test_with_several_networks_the_token_decides(self) -> None:
        other = Network(CannedDiscord(), asyncio.new_event_loop(), tokens={"other"})
        seam.install(other)
        try:
            self.assertEqual(await self.ask(TOKEN), 200)
            with self.assertRaisesRegex(HostRefused, "Discord is not reached while tests run"):
                await self.ask("unknown")
        finally:
            seam.uninstall(other)
            other.loop.close()

    async def test_gateway_from_another_loop_is_refused(self) -> None:
        async def go() -> None:
            async with aiohttp.ClientSession() as http:
                await http.ws_connect("wss://gateway.discord.gg/")

        with self.assertRaises(HostRefused):
            await asyncio.to_thread(asyncio.run, go())

    async def test_unusual_request_that_belongs_to_nobody(self) -> None:
        other = Network(CannedDiscord(), asyncio.new_event_loop())
        seam.install(other)

        async def go() -> None:
            async with aiohttp.ClientSession(cookies={"a": "b"}) as http:
                await http.get(f"{API}/users/@me", cookies={"c": "d"})

        try:
            with self.assertRaisesRegex(HostRefused, "Discord is not reached while tests run"):
                await asyncio.to_thread(asyncio.run, go())
        finally:
            seam.uninstall(other)
            other.loop.close()

    async def test_unusual_request_from_another_loop(self) -> None:
        async def go() -> int:
            async with aiohttp.ClientSession(cookies={"a": "b"}) as http:
                async with http.get(
                    f"{API}/users/@me", headers=AUTHORIZATION, cookies={"c": "d"}
                ) as response:
                    return response.status

        self.assertEqual(await asyncio.to_thread(asyncio.run, go()), 200)


if __name__ == "__main__":
    unittest.main()

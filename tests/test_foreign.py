from __future__ import annotations

import asyncio
import contextlib
import logging
import unittest
from typing import Any

import aiohttp
import discord
import requests
from aiohttp import web

from discordtest import DiscordTestCase, HostRefused, NotModelled, SetupError
from discordtest.foreign import serve
from tests.bots import needs_the_process
from tests.wired import WiredTestCase

HOST = "api.example.com"
URL = f"https://{HOST}"


class Handlers(WiredTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.http = aiohttp.ClientSession()
        self.addAsyncCleanup(self.http.close)

    async def test_handler_that_is_none(self) -> None:
        answer: Any = "hello"
        with self.assertRaisesRegex(TypeError, r"`async def handler\(request\)`, not 'hello'"):
            serve(self.network, HOST, answer)
        self.assertNotIn(HOST, self.network.served)

    async def test_request_is_answered_and_kept(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            return web.json_response({"path": request.path, "scheme": request.scheme, "host": request.host})

        api = serve(self.network, HOST, handler)
        async with self.http.post(f"{URL}/v1/x?q=a", json={"b": 1}, headers={"X-Key": "k"}) as response:
            self.assertEqual(await response.json(), {"path": "/v1/x", "scheme": "https", "host": HOST})
        kept = api.requests[0]
        self.assertEqual((kept.method, kept.path, kept.query["q"]), ("POST", "/v1/x", "a"))
        self.assertEqual((kept.headers["x-key"], kept.json, kept.text), ("k", {"b": 1}, '{"b": 1}'))
        self.assertEqual(self.discord.failures, [])

    async def test_pattern_answers_all_hosts_below_one(self) -> None:
        api = serve(self.network, "*.example.com", lambda request: web.Response(text=request.host))
        for host in ("api.example.com", "API.Example.com", "a.b.example.com"):
            async with self.http.get(f"https://{host}:8443/") as response:
                self.assertEqual(await response.text(), f"{host.lower()}:8443")
        self.assertEqual([kept.host for kept in api.requests], ["api.example.com"] * 2 + ["a.b.example.com"])
        for host in ("example.com", "notexample.com", "example.org"):
            with self.assertRaises(HostRefused):
                await self.http.get(f"https://{host}/")

    async def test_narrowest_name_goes_before(self) -> None:
        for name in ("*.example.com", "*.eu.example.com", "api.eu.example.com", "*.com"):
            serve(self.network, name, lambda request, name=name: web.Response(text=name))
        for host, name in (
            ("api.eu.example.com", "api.eu.example.com"),
            ("cdn.eu.example.com", "*.eu.example.com"),
            ("eu.example.com", "*.example.com"),
            ("example.com", "*.com"),
        ):
            async with self.http.get(f"https://{host}/") as response:
                self.assertEqual(await response.text(), name)

    async def test_host_is_given_as_people_write_it(self) -> None:
        serve(self.network, "Wetter.Bücher.example", lambda request: web.Response(text="21"))
        async with self.http.get("https://wetter.bücher.example/") as response:
            self.assertEqual(await response.text(), "21")

    async def test_what_is_no_host_is_refused(self) -> None:
        for given, host in (
            ("https://api.test.example/v1", "api.test.example"),
            ("api.test.example:80", "api.test.example"),
            ("", "api.example.com"),
            ("*", "api.example.com"),
            ("api.*.example", "api.example.com"),
            ("::x", "api.example.com"),
        ):
            with self.subTest(given), self.assertRaises(SetupError) as caught:
                serve(self.network, given, lambda request: web.Response())
            self.assertIn(
                f"{given!r} is no host: serve takes one without scheme, port and path, such as {host!r}",
                str(caught.exception),
            )

    async def test_plain_function(self) -> None:
        serve(self.network, HOST, lambda request: web.Response(text="plain"))
        async with self.http.get(f"http://{HOST}/") as response:
            self.assertEqual(await response.text(), "plain")

    async def test_upload_is_kept_and_still_there_for_the_handler(self) -> None:
        async def handler(request: Any) -> web.Response:
            form = await request.post()
            return web.Response(body=form["file"].file.read())

        api = serve(self.network, HOST, handler)
        data = aiohttp.FormData()
        data.add_field("file", b"\x00\xff", filename="a.bin")
        async with self.http.post(URL, data=data) as response:
            self.assertEqual(await response.read(), b"\x00\xff")
        self.assertIn(b"\x00\xff", api.requests[0].body)

    async def test_large_upload_reaches_a_handler(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            return web.Response(text=str(len(await request.read())))

        api = serve(self.network, HOST, handler)
        async with self.http.post(URL, data=b"x" * (2 * 2**20)) as response:
            self.assertEqual(await response.text(), str(2 * 2**20))
        self.assertEqual(len(api.requests[0].body), 2 * 2**20)

    async def test_handler_that_returns_no_response(self) -> None:
        async def handler(request: web.BaseRequest) -> Any:
            return {"degrees": 21}

        app = web.Application()
        app.router.add_get("/", handler)
        served: tuple[Any, ...] = (handler, app)
        for number, each in enumerate(served, 1):
            serve(self.network, host := f"{number}.{HOST}", each)
            logging.getLogger("aiohttp.server").disabled = True
            try:
                async with self.http.get(f"https://{host}") as response:
                    self.assertEqual(response.status, 500)
            finally:
                logging.getLogger("aiohttp.server").disabled = False
            text = f"the handler of {host} returned {{'degrees': 21}}, not a response: `return web.json_response(…)`"
            self.assertIn(text, str(self.discord.failures[-1]))
        self.assertEqual(len(self.discord.failures), 2)

    async def test_mistake_in_a_handler_fails_the_test(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            raise ValueError("the test's own mistake")

        serve(self.network, HOST, handler)
        logging.getLogger("aiohttp.server").disabled = True
        try:
            async with self.http.get(URL) as response:
                self.assertEqual(response.status, 500)
        finally:
            logging.getLogger("aiohttp.server").disabled = False
        self.assertEqual([str(error) for error in self.discord.failures], ["the test's own mistake"])

    async def test_error_that_is_meant_is_none(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            raise web.HTTPConflict

        serve(self.network, HOST, handler)
        async with self.http.get(URL) as response:
            self.assertEqual(response.status, 409)
        self.assertEqual(self.discord.failures, [])

    async def test_slow_answers_and_timeouts(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            await asyncio.sleep(10)
            return web.Response()

        serve(self.network, HOST, handler)
        with self.assertRaises(TimeoutError):
            await self.http.get(URL, timeout=aiohttp.ClientTimeout(total=0.005))

    async def test_many_at_once(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            await asyncio.sleep(0)
            return web.Response(text=request.path)

        serve(self.network, HOST, handler)

        async def ask(number: int) -> str:
            async with self.http.get(f"{URL}/{number}") as response:
                return await response.text()

        answers = await asyncio.gather(*(ask(number) for number in range(20)))
        self.assertEqual(answers, [f"/{number}" for number in range(20)])

    async def test_call_from_a_thread_with_its_own_loop(self) -> None:
        needs_the_process(self)  # a call without a token is for the only test that runs
        loops: list[Any] = []

        async def handler(request: web.BaseRequest) -> web.Response:
            loops.append(asyncio.get_running_loop())
            return web.Response(text="hello")

        serve(self.network, HOST, handler)

        async def go() -> str:
            async with aiohttp.ClientSession() as http, http.get(URL) as response:
                return await response.text()

        self.assertEqual(await asyncio.to_thread(asyncio.run, go()), "hello")
        self.assertEqual(loops, [self.network.loop])


class Applications(WiredTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.http = aiohttp.ClientSession()
        self.addAsyncCleanup(self.http.close)
        self.life: list[str] = []
        app = web.Application()
        app.add_routes(
            [
                web.get("/redirect", self.redirect),
                web.get("/arrived", self.arrived),
                web.get("/stream", self.stream),
                web.get("/socket", self.socket),
            ]
        )
        app.cleanup_ctx.append(self.context)
        self.api = serve(self.network, HOST, app)

    async def redirect(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/arrived")

    async def arrived(self, request: web.Request) -> web.Response:
        response = web.Response(text="arrived")
        response.set_cookie("a", "b")
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(3):
            await response.write(b"x" * 100_000)
            await asyncio.sleep(0)
        return response

    async def socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"echo {message.data}")
        return socket

    async def context(self, app: web.Application) -> Any:
        self.life.append("up")
        yield
        self.life.append("down")

    async def test_redirects_and_cookies(self) -> None:
        async with self.http.get(f"{URL}/redirect") as response:
            self.assertEqual((await response.text(), response.url.path), ("arrived", "/arrived"))
            self.assertEqual(len(response.history), 1)
        self.assertEqual([request.path for request in self.api.requests], ["/redirect", "/arrived"])
        self.assertEqual(next(iter(self.http.cookie_jar)).value, "b")

    async def test_stream(self) -> None:
        async with self.http.get(f"{URL}/stream") as response:
            self.assertEqual(len(await response.read()), 300_000)

    async def test_websocket(self) -> None:
        async with self.http.ws_connect(f"wss://{HOST}/socket") as socket:
            await socket.send_str("hi")
            self.assertEqual(await socket.receive_str(), "echo hi")

    async def test_unknown_path(self) -> None:
        async with self.http.get(f"{URL}/nothing") as response:
            self.assertEqual(response.status, 404)

    async def test_life_of_an_application(self) -> None:
        self.assertEqual(self.life, [])
        async with self.http.get(f"{URL}/arrived"):
            self.assertEqual(self.life, ["up"])
        await self.network.close()
        self.assertEqual(self.life, ["up", "down"])
        await self.api.close()


if __name__ == "__main__":
    unittest.main()


class StandIns(DiscordTestCase):
    """Discord itself, served: what the backend does not know is the test's to answer."""

    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general"])

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        async def handler(request: web.BaseRequest) -> web.Response:
            form = await request.text()
            return web.json_response({"path": request.path, "host": request.host, "form": form}, status=201)

        self.served = self.serve("discord.com", handler)
        self.http = await self.enterAsyncContext(aiohttp.ClientSession())

    async def post(self, path: str, **options: Any) -> Any:
        async with self.http.post(f"https://discord.com/api/v10{path}", **options) as answer:
            self.assertEqual(answer.status, 201)
            return await answer.json()

    async def test_route_that_the_backend_does_not_know(self) -> None:
        expected = {"path": "/api/v10/oauth2/token", "host": "discord.com", "form": "code=a+b"}
        self.assertEqual(await self.post("/oauth2/token", data={"code": "a b"}), expected)
        cookies = {"sid": "1"}  # with which a request goes another way
        self.assertEqual(await self.post("/oauth2/token", data={"code": "a b"}, cookies=cookies), expected)
        self.assertEqual(self.served.requests[1].headers["Cookie"], "sid=1")

    async def test_query(self) -> None:
        await self.post("/oauth2/token?a=b%20c", params={"d": "e&"})
        self.assertEqual(dict(self.served.requests[0].query), {"a": "b c", "d": "e&"})

    async def test_token_of_a_person(self) -> None:
        url, headers = "https://discord.com/api/users/@me", {"Authorization": "Bearer alices"}
        async with self.http.get(url, headers=headers) as answer:
            self.assertEqual((await answer.json())["path"], "/api/users/@me")

    async def test_what_the_backend_knows_stays_its_own(self) -> None:
        await self.client.get_channel(self.guild.text_channels[0].id).send("Hello")
        webhook = self.make_webhook("news", self.guild.text_channels[0])
        await discord.Webhook.from_url(webhook.url, session=self.http).send("News")
        await self.settle()
        self.assertSent("Hello")
        self.assertSent("News")
        self.assertEqual(self.served.requests, [])

    async def test_call_of_requests_in_a_thread(self) -> None:
        url = "https://discord.com/api/v10/oauth2/token"
        answer = await asyncio.to_thread(requests.post, url, data={"code": "x"})
        self.assertEqual((answer.status_code, answer.json()["form"]), (201, "code=x"))
        answer = await asyncio.to_thread(requests.get, "https://discord.com/api/v10/gateway")
        self.assertEqual((answer.status_code, len(self.served.requests)), (200, 1))


class UnservedTests(DiscordTestCase):
    async def test_token_of_a_person(self) -> None:
        url, headers = "https://discord.com/api/v10/users/@me", {"Authorization": "Bearer alices"}
        async with aiohttp.ClientSession() as http:
            with contextlib.suppress(NotModelled):  # over a socket it is an answer
                await http.get(url, headers=headers)
        (failure,) = self.backend.failures
        self.assertRegex(str(failure), "GET /users/@me with the Bearer token of a person.*self.serve")
        self.backend.failures.clear()


class LoopbackStandIns(StandIns):
    transport = "loopback"

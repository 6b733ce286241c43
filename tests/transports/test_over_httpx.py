from __future__ import annotations

import asyncio
import importlib
import importlib.util
import unittest
from typing import Any

from aiohttp import web

from discordtest import ConnectionReset, HostRefused, SlowAnswer, Timeout
from tests.transports.calling import CallingTestCase

HOST = "api.example.com"
URL = f"https://{HOST}"


class HttpxTestCase(CallingTestCase):
    """The bot awaits what the test gives it."""

    library = "httpx"

    def setUp(self) -> None:
        super().setUp()
        if importlib.util.find_spec(self.library) is None:
            self.skipTest(f"{self.library} is not installed")
        self.httpx: Any = importlib.import_module(self.library)

    def http(self, **options: Any) -> Any:
        """Return a client that reads no certificates, which take longer than a test."""
        return self.httpx.AsyncClient(verify=False, **options)

    async def bot_works(self, call: Any) -> None:
        """Let the bot await a call."""
        await self.bot_calls(call, "await_call")


async def handler(request: web.BaseRequest) -> web.Response:
    if request.path == "/redirect":
        found = web.HTTPFound(f"{URL}/found?a=b%20c")
        found.set_cookie("first", "1")
        found.set_cookie("second", "2")
        raise found
    if request.path == "/broken" and request.transport is not None:
        request.transport.close()
    if request.path == "/slow":
        await asyncio.sleep(10)
    text = f"{request.method} {request.query.get('a')} {await request.text()}"
    response = web.Response(text=text)
    response.enable_compression(web.ContentCoding.gzip)
    return response


class ServedTests(HttpxTestCase):
    async def test_request_is_answered_and_kept(self) -> None:
        api = self.serve(HOST, handler)

        async def work() -> str:
            async with self.http(base_url=URL, headers={"X-Key": "k"}) as http:
                response = await http.post("/v1/x", params={"a": "b c"}, json={"b": 1})
            return f"{response.text} {response.status_code} {response.reason_phrase}"

        await self.bot_works(work)
        self.assertSent('POST b c {"b":1} 200 OK')
        kept = api.requests[-1]
        self.assertEqual((kept.method, kept.path, kept.query["a"], kept.host), ("POST", "/v1/x", "b c", HOST))
        self.assertEqual((kept.headers["X-Key"], kept.json), ("k", {"b": 1}))
        agent: Any = kept.headers
        self.assertEqual(agent.getall("User-Agent"), [f"python-{self.library}/{self.httpx.__version__}"])

    async def test_cookies_redirects_and_streams(self) -> None:
        self.serve(HOST, handler)

        async def work() -> str:
            async with self.http(follow_redirects=True) as http:
                async with http.stream("GET", f"{URL}/redirect") as response:
                    parts = [part async for part in response.aiter_text()]
                return f"{''.join(parts)}{response.url} {sorted(http.cookies.items())}"

        await self.bot_works(work)
        self.assertSent(f"GET b c {URL}/found?a=b%20c [('first', '1'), ('second', '2')]")

    async def test_calls_that_block(self) -> None:
        self.serve(HOST, handler)

        async def here() -> str:
            return str(self.httpx.put(URL, content=b"x").text)

        async def in_a_thread() -> str:
            return str((await asyncio.to_thread(self.httpx.get, f"{URL}/slow", timeout=None)).text)

        await self.bot_works(here)
        self.assertSent("PUT None x")
        await self.bot_works(in_a_thread)
        self.assertNothingSent()
        await self.advance(10)
        self.assertSent("GET None ")

    async def test_body_that_is_made_as_it_is_sent(self) -> None:
        api = self.serve(HOST, handler)

        async def parts() -> Any:
            yield b"a"
            yield b"b"

        async def work() -> str:
            async with self.http() as http:
                return str((await http.post(URL, content=parts())).status_code)

        await self.bot_works(work)
        self.assertEqual(api.requests[-1].body, b"ab")

    async def test_no_answer_in_time(self) -> None:
        self.serve(HOST, handler)

        async def work() -> str:
            async with self.http() as http:
                try:
                    return str((await http.get(f"{URL}/slow")).text)
                except self.httpx.ReadTimeout as error:
                    return str(error)

        await self.bot_works(work)
        self.assertNothingSent()
        await self.advance(5)
        self.assertSent("no answer within 5 seconds")

    async def test_server_that_hangs_up(self) -> None:
        self.serve(HOST, handler)

        async def work() -> None:
            async with self.http() as http:
                await http.get(f"{URL}/broken")

        async def here() -> None:
            self.httpx.get(f"{URL}/broken")

        for call in work, here:
            with self.assertBotRaises(self.httpx.ReadError):
                await self.bot_works(call)

    async def test_host_that_is_not_served(self) -> None:
        async def work() -> None:
            async with self.http() as http:
                await http.get(URL)

        with self.assertRaisesRegex(HostRefused, rf"answer it with self\.serve\('{HOST}', handler\)"):
            await self.bot_works(work)


class DiscordTests(HttpxTestCase):
    async def test_webhook(self) -> None:
        async def work() -> str:
            async with self.http() as http:
                response = await http.post(f"{self.url}?wait=true", json={"content": "News!"})
            return str(response.json()["content"])

        async def here() -> str:
            return str(self.httpx.post(self.url, json={"content": "More!"}).status_code)

        await self.bot_works(work)
        self.assertSent("News!", channel=self.log)
        await self.bot_works(here)
        self.assertSent("More!", channel=self.log)
        self.assertSent("204", channel=self.general)

    async def test_faults(self) -> None:
        async def awaited() -> None:
            async with self.http() as http:
                await http.get(self.url)

        async def blocking() -> None:
            await asyncio.to_thread(self.httpx.get, self.url)

        for work in awaited, blocking:
            self.backend.inject("get_webhook_by_token", ConnectionReset())
            with self.assertBotRaises(self.httpx.ReadError):
                await self.bot_works(work)
        self.backend.inject("get_webhook_by_token", Timeout())
        with self.assertBotRaises(self.httpx.ReadTimeout):
            await self.bot_works(blocking)
        self.backend.inject("get_webhook_by_token", SlowAnswer(6))
        with self.assertBotRaises(self.httpx.ReadTimeout):
            await self.bot_works(awaited)
            await self.advance(5)


class Httpx2ServedTests(ServedTests):
    library = "httpx2"


class Httpx2DiscordTests(DiscordTests):
    library = "httpx2"


if __name__ == "__main__":
    unittest.main()

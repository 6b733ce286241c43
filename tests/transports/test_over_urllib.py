from __future__ import annotations

import unittest
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

from aiohttp import web

from discordtest import ConnectionReset, HostRefused, Timeout
from tests.transports.calling import CallingTestCase

URL = "https://api.example.com"


async def handler(request: web.BaseRequest) -> web.Response:
    if request.path == "/redirect":
        raise web.HTTPFound(f"{URL}/found")
    if request.path == "/missing":
        raise web.HTTPNotFound(text="none")
    response = web.Response(text=f"{request.method} {request.path} {await request.text()}")
    response.set_cookie("a", "b")
    return response


class ServedTests(CallingTestCase):
    async def test_request_is_answered_and_kept(self) -> None:
        api = self.serve("api.example.com", handler)

        def work() -> str:
            request = urllib.request.Request(f"{URL}/x?a=b%20c", data=b"body", headers={"X-Key": "k"})
            with urllib.request.urlopen(request, timeout=5) as response:
                return f"{response.read().decode()} {response.status} {response.reason} {response.url}"

        for command in "call", "call_elsewhere":
            await self.bot_calls(work, command)
            self.assertSent(f"POST /x body 200 OK {URL}/x?a=b%20c")
            kept = api.requests[-1]
            self.assertEqual((kept.query["a"], kept.body, kept.headers["X-Key"]), ("b c", b"body", "k"))

    async def test_redirects_cookies_and_errors(self) -> None:
        self.serve("api.example.com", handler)
        cookies = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

        def found() -> str:
            with opener.open(f"{URL}/redirect") as response:
                return f"{response.read().decode()}{[(cookie.name, cookie.value) for cookie in cookies]}"

        def missing() -> str:
            try:
                urllib.request.urlopen(f"{URL}/missing")
            except urllib.error.HTTPError as error:
                return f"{error.code} {error.reason} {error.read().decode()}"
            return ""

        await self.bot_calls(found)
        self.assertSent("GET /found [('a', 'b')]")
        await self.bot_calls(missing)
        self.assertSent("404 Not Found none")

    async def test_host_that_is_not_served(self) -> None:
        with self.assertRaisesRegex(
            HostRefused, r"answer it with self\.serve\('api\.example\.com', handler\)"
        ):
            await self.bot_calls(lambda: urllib.request.urlopen(URL))


class DiscordTests(CallingTestCase):
    def post(self) -> str:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url, data=b'{"content": "News!"}', headers=headers)
        with urllib.request.urlopen(request) as response:
            return str(response.status)

    async def test_webhook(self) -> None:
        for command in "call", "call_elsewhere":
            await self.bot_calls(self.post, command)
            self.assertSent("News!", channel=self.log)
            self.assertSent("204", channel=self.general)

    async def test_faults(self) -> None:
        for fault, reason in ((ConnectionReset(), "reset by peer"), (Timeout(), "timed out")):
            for command in "call", "call_elsewhere":
                self.backend.inject("execute_webhook", fault)
                with self.assertBotRaises(urllib.error.URLError, reason):
                    await self.bot_calls(self.post, command)


if __name__ == "__main__":
    unittest.main()

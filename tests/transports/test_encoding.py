from __future__ import annotations

import io
import unittest
from typing import Any

import aiohttp
from multidict import CIMultiDict

from discordtest.transports.encoding import encode_body
from tests.isolated import IsolatedTestCase


class Bodies(IsolatedTestCase):
    """What aiohttp would send; whole requests are compared with aiohttp in the tests of the seam."""

    async def encode(self, data: Any, headers: Any = ()) -> tuple[bytes, str | None]:
        """Return a body and its content type."""
        all_headers: CIMultiDict[str] = CIMultiDict(headers)
        body = await encode_body(data, all_headers)
        return body, all_headers.get("Content-Type")

    async def test_nothing(self) -> None:
        self.assertEqual(await self.encode(None), (b"", None))

    async def test_content_type_of_the_caller_stays(self) -> None:
        headers = {"content-type": "application/json"}
        self.assertEqual(await self.encode("{}", headers), (b"{}", "application/json"))
        self.assertEqual(await self.encode(b"{}", headers), (b"{}", "application/json"))

    async def test_bytes_like(self) -> None:
        self.assertEqual((await self.encode(bytearray(b"ab")))[0], b"ab")

    async def test_text_file(self) -> None:
        for file in (io.StringIO("ä"), io.TextIOWrapper(io.BytesIO("ä".encode()), encoding="utf-8")):
            self.assertEqual(await self.encode(file), ("ä".encode(), "text/plain; charset=utf-8"))
        self.assertTrue(file.closed)

    async def test_file_is_read_from_where_it_stands(self) -> None:
        file = io.BytesIO(b"abc")
        file.read(1)
        self.assertEqual((await self.encode(file))[0], b"bc")

    async def test_pairs_are_a_form(self) -> None:
        body, kind = await self.encode([("a", "1"), ("a", "2")])
        self.assertEqual((body, kind), (b"a=1&a=2", "application/x-www-form-urlencoded"))

    async def test_multipart_is_what_aiohttp_writes(self) -> None:
        writer = self.make_writer()
        sink = bytearray()

        class Writer:
            async def write(self, chunk: bytes) -> None:
                sink.extend(chunk)

        await writer.write(Writer())  # type: ignore[arg-type]
        self.assertEqual((await self.encode(self.make_writer()))[0], bytes(sink))

    async def test_compressed_part(self) -> None:
        writer = aiohttp.MultipartWriter("mixed", boundary="b")
        writer.append("x" * 100, {"Content-Encoding": "deflate"})  # type: ignore[arg-type]
        body, _ = await self.encode(writer)
        self.assertNotIn(b"x" * 100, body)
        self.assertTrue(body.endswith(b"--b--\r\n"))

    @staticmethod
    def make_writer() -> aiohttp.MultipartWriter:
        """Return a nested multipart body with a fixed boundary."""
        writer = aiohttp.MultipartWriter("mixed", boundary="outer")
        writer.append("text")
        writer.append_json({"a": 1})
        inner = aiohttp.MultipartWriter("mixed", boundary="inner")
        inner.append(io.BytesIO(b"\x00"))
        writer.append(inner)
        return writer


if __name__ == "__main__":
    unittest.main()

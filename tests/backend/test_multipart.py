"""Forms: parts, names, files and what is no form."""

from __future__ import annotations

import unittest

import aiohttp

from discordtest.backend.multipart import split
from tests.backend.worlds import multipart
from tests.isolated import IsolatedTestCase


class Form(unittest.TestCase):
    def test_fields_and_files_in_order(self):
        kind, body = multipart(
            {"payload_json": {"a": 1}, "name": "x"}, ("files[0]", "a.txt", b"one", "text/plain")
        )
        parts = split(body, kind)
        self.assertEqual([part.name for part in parts], ["payload_json", "name", "files[0]"])
        self.assertEqual([part.filename for part in parts], [None, None, "a.txt"])
        self.assertEqual([part.data for part in parts], [b'{"a": 1}', b"x", b"one"])
        self.assertEqual(parts[2].content_type, "text/plain")

    def test_content_may_be_anything(self):
        data = b"\r\n--bord is not all\r\n\r\n\x00\xff--\r\n"
        kind, body = multipart({}, ("file", "a.bin", data, "application/octet-stream"))
        self.assertEqual(split(body, kind)[0].data, data)

    def test_empty_content(self):
        kind, body = multipart({}, ("file", "empty", b"", "text/plain"))
        self.assertEqual(split(body, kind)[0].data, b"")

    def test_name_with_quotes_and_letters_of_the_world(self):
        kind, body = multipart({}, ("file", 'say \\"ünï\\".png', b"x", "image/png"))
        self.assertEqual(split(body, kind)[0].filename, 'say "ünï".png')

    def test_quoted_boundary(self):
        _, body = multipart({"a": "b"})
        self.assertEqual(split(body, 'multipart/form-data; boundary="border"')[0].data, b"b")

    def test_no_boundary(self):
        with self.assertRaisesRegex(ValueError, "boundary"):
            split(b"", "multipart/form-data")


class ClientsForm(IsolatedTestCase):
    async def test_form_of_aiohttp(self):
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", '{"content":"hi"}')
        form.add_field("files[0]", b"data", filename="ünï cöde.txt", content_type="application/octet-stream")
        writer = form()
        sent = bytearray()

        class Sink:
            async def write(self, data):
                sent.extend(data)

        await writer.write(Sink())
        parts = split(bytes(sent), writer.headers["Content-Type"])
        self.assertEqual([part.data for part in parts], [b'{"content":"hi"}', b"data"])
        self.assertEqual(parts[1].filename, "ünï cöde.txt")

"""The CDN: what was stored comes back, anything else is a 404."""

from __future__ import annotations

import base64
import struct
import zlib

from discordtest.backend import cdn
from discordtest.backend.wire import Request
from tests.backend.worlds import PNG, PNG_URI, Headers, WorldTestCase

GIF = b"GIF89a...."
GIF_URI = "data:image/gif;base64," + base64.b64encode(GIF).decode()


class Images(WorldTestCase):
    def test_image_comes_back_in_any_format_and_size(self):
        name = cdn.store_image(self.small.world, "icons/1", PNG_URI)
        for rest in (".png", ".webp?size=64", ".jpg?size=1024"):
            response = self.small.download(f"https://cdn.discordapp.com/icons/1/{name}{rest}")
            self.assertEqual((response.status, response.body), (200, PNG))
            self.assertEqual(response.headers["Content-Type"], "image/png")

    def test_hash_tells_contents_and_animations_apart(self):
        still = cdn.store_image(self.small.world, "icons/1", PNG_URI)
        moving = cdn.store_image(self.small.world, "icons/1", GIF_URI)
        self.assertRegex(still, r"\A[0-9a-f]{32}\Z")
        self.assertRegex(moving, r"\Aa_[0-9a-f]{32}\Z")
        self.assertEqual(cdn.store_image(self.small.world, "icons/2", PNG_URI), still)
        self.assertEqual(self.small.download(f"https://cdn.discordapp.com/icons/1/{moving}.gif").body, GIF)

    def test_photograph_is_no_animation(self):
        uri = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff").decode()
        name = cdn.store_image(self.small.world, "icons/1", uri)
        self.assertEqual(self.small.download(f"https://cdn.discordapp.com/icons/1/{name}.gif").status, 415)

    def test_not_an_image(self):
        with self.assertRaisesRegex(ValueError, "data URI"):
            cdn.decode("hello")


class Files(WorldTestCase):
    def test_file_has_its_whole_name(self):
        url = cdn.store(self.small.world, "/files/1/2/notes.txt", b"text", "text/plain")
        self.assertEqual(url, "https://cdn.discordapp.com/files/1/2/notes.txt")
        self.assertEqual(self.small.download(url + "?ex=1").body, b"text")
        proxied = url.replace(cdn.ROOT, cdn.PROXY)
        self.assertEqual(self.small.download(proxied).body, b"text")
        self.assertEqual(self.small.download("https://cdn.discordapp.com/files/1/2/notes").status, 404)

    def test_proxy_passes_on_what_can_be_seen_or_heard(self):
        for type, status in (("image/png", 200), ("video/mp4", 200), ("audio/ogg", 200), ("text/plain", 415)):
            path = f"/attachments/1/2/{type.partition('/')[2]}"
            cdn.store(self.small.world, path, b"data", type)
            signed = cdn.sign(self.small.world, path)
            self.assertEqual(self.small.download(cdn.PROXY + signed).status, status)
            self.assertEqual(self.small.download(cdn.ROOT + signed).status, 200)

    def test_percent_encoded_name(self):
        cdn.store(self.small.world, "/files/1/2/ä b.txt", b"text", "text/plain")
        url = "https://cdn.discordapp.com/files/1/2/%C3%A4%20b.txt"
        self.assertEqual(self.small.download(url).body, b"text")

    def test_attachment_is_served_for_a_day_to_whoever_has_its_signature(self):
        world, path = self.small.world, "/attachments/1/2/notes.txt"
        cdn.store(world, path, b"text", "text/plain")
        signed = cdn.sign(world, path)
        self.assertRegex(
            signed, r"^/attachments/1/2/notes\.txt\?ex=[0-9a-f]{8}&is=[0-9a-f]{8}&hm=[0-9a-f]{64}&$"
        )
        for wrong in (
            path,
            signed.replace("ex=", "ex=7"),
            f"{path}?ex=x&is=y&hm=z",
            f"{path}?ex=7fffffff&is=1",
        ):
            with self.subTest(wrong):
                self.assertEqual(self.small.download(cdn.ROOT + wrong).status, 404)
        self.assertEqual(self.small.download(cdn.ROOT + signed).body, b"text")
        self.small.time = (cdn.LIFETIME - 1) * 1_000_000
        self.assertEqual(self.small.download(cdn.ROOT + signed).status, 200)
        self.small.time = cdn.LIFETIME * 1_000_000
        self.assertEqual(self.small.download(cdn.ROOT + signed).status, 404)

    def test_unknown_file(self):
        response = self.small.download("https://cdn.discordapp.com/avatars/1/nobody.png")
        self.assertEqual((response.status, response.reason, response.body), (404, "Not Found", b""))

    def test_only_reading(self):
        for method, status in (("HEAD", 404), ("POST", 405)):
            request = Request(method, "cdn.discordapp.com", "/x", {}, Headers())
            self.assertEqual(self.small.backend.handle(request).status, status)

    def test_head_has_no_body(self):
        cdn.store(self.small.world, "/x", b"text", "text/plain")
        response = self.small.backend.handle(Request("HEAD", "cdn.discordapp.com", "/x", {}, Headers()))
        self.assertEqual((response.body, response.headers["Content-Length"]), (b"", "4"))


class DefaultAvatars(WorldTestCase):
    def test_each_is_a_picture_of_its_own(self):
        seen = set()
        for index in range(6):
            response = self.small.download(f"https://cdn.discordapp.com/embed/avatars/{index}.png")
            seen.add(_pixel(self, response.body))
        self.assertEqual(len(seen), 6)

    def test_there_are_six(self):
        for name in ("6.png", "x.png", "0.gif"):
            url = f"https://cdn.discordapp.com/embed/avatars/{name}"
            self.assertEqual(self.small.download(url).status, 404)


class ContentTypes(WorldTestCase):
    def test_by_first_bytes(self):
        for data, kind in (
            (PNG, "image/png"),
            (GIF, "image/gif"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"RIFF....WEBPVP8 ", "image/webp"),
            (b"{}", "application/json"),
            (b"text", None),
        ):
            self.assertEqual(cdn.content_type_of(data), kind)


def _pixel(case, data):
    """Return the colour of a PNG of one pixel, its checksums verified."""
    case.assertEqual(data[:8], PNG[:8])
    place, chunks = 8, {}
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack(">I", data[place + 8 + size : place + 12 + size])
        case.assertEqual(checksum, zlib.crc32(kind + content))
        chunks[kind] = content
        place += 12 + size
    case.assertEqual(struct.unpack(">II", chunks[b"IHDR"][:8]), (1, 1))
    return zlib.decompress(chunks[b"IDAT"])[1:]

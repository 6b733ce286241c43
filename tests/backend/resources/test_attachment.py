"""Files: from the form to the CDN."""

from __future__ import annotations

import struct

from discordtest.backend.codes import Code
from discordtest.backend.multipart import Part
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.attachment import image_size, safe_name
from tests.backend.worlds import BOT_PERMISSIONS, PNG, WorldTestCase, multipart

DAY = 86_400_000_000  # microseconds


class AttachmentTestCase(WorldTestCase):
    def send(self, *files, actor=None, **body):
        parts = [Part(f"files[{n}]", name, "text/plain", data) for n, (name, data) in enumerate(files)]
        return self.small.perform(
            "create_message", self.small.general["id"], body=body, files=parts, actor=actor or self.small.bot
        )

    def edit(self, message, *files, **body):
        parts = [Part(f"files[{n}]", name, "text/plain", data) for n, (name, data) in enumerate(files)]
        where = (message["channel_id"], message["id"])
        return self.small.perform("update_message", *where, body=body, files=parts, actor=self.small.bot)


class Sending(AttachmentTestCase):
    def test_form_of_a_client(self):
        path = f"/channels/{self.small.general['id']}/messages"
        entries = [{"id": 0, "filename": "a.png", "description": "a dot"}, {"id": 1, "filename": "b.txt"}]
        form = multipart(
            {"payload_json": {"content": "two", "attachments": entries}},
            ("files[0]", "a.png", PNG, "application/octet-stream"),
            ("files[1]", "b.txt", b"text \r\n--x\x00", "application/octet-stream"),
        )
        message = self.assertStatus(self.small.request("POST", path, form=form), 200)
        image, text = message["attachments"]
        self.assertEqual((image["filename"], image["width"], image["height"]), ("a.png", 1, 1))
        self.assertEqual((image["content_type"], image["description"]), ("image/png", "a dot"))
        self.assertEqual(text["size"], 11)
        self.assertIn(f"/attachments/{self.small.general['id']}/{text['id']}/b.txt", text["url"])
        self.assertEqual(self.small.download(text["url"]).body, b"text \r\n--x\x00")
        self.assertEqual(self.small.download(image["proxy_url"]).body, PNG)

    def test_file_alone_is_a_message(self):
        self.assertEqual(self.send(("a.txt", b"x"))["content"], "")

    def test_permission(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.ATTACH_FILES)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send(("a.txt", b"x"))
        self.assertEqual(self.small.world.files, {})

    def test_10_files(self):
        self.assertEqual(len(self.send(*[("a.txt", b"x")] * 10)["attachments"]), 10)
        with self.assertRefused(Code.MAX_ATTACHMENTS):
            self.send(*[("a.txt", b"x")] * 11)

    def test_size_by_premium_tier(self):
        for tier, limit in ((0, 20 << 20), (2, 50 << 20)):
            self.small.guild["premium_tier"] = tier
            self.send(("a.bin", bytes(limit)))
            with self.assertRefused(Code.REQUEST_ENTITY_TOO_LARGE):
                self.send(("a.bin", bytes(limit + 1)))

    def test_25_mebibytes_in_all(self):
        self.send(("a", bytes(10 << 20)), ("b", bytes(10 << 20)), ("c", bytes(5 << 20)))
        with self.assertRefused(Code.REQUEST_ENTITY_TOO_LARGE):
            self.send(("a", bytes(10 << 20)), ("b", bytes(10 << 20)), ("c", bytes((5 << 20) + 1)))

    def test_entry_without_a_file(self):
        with self.assertRefused(Code.UPLOADED_FILE_NOT_FOUND):
            self.send(content="x", attachments=[{"id": "0", "filename": "a.txt"}])

    def test_description_has_1024_characters(self):
        entry = {"id": 0, "description": "x" * 1024}
        self.send(("a.txt", b"x"), attachments=[entry])
        with self.assertRefused(Code.INVALID_FORM_BODY, "attachments.0.description"):
            self.send(("a.txt", b"x"), attachments=[{"id": 0, "description": "x" * 1025}])

    def test_spoilers(self):
        [named] = self.send(("SPOILER_a.txt", b"x"))["attachments"]
        [marked] = self.send(("a.txt", b"x"), attachments=[{"id": 0, "is_spoiler": True}])["attachments"]
        self.assertEqual((named["filename"], named["flags"]), ("SPOILER_a.txt", 8))
        self.assertEqual((marked["filename"], marked["flags"]), ("a.txt", 8))

    def test_names_are_made_safe(self):
        self.assertEqual(safe_name("my file (1).tar.gz"), "my_file_1.tar.gz")
        self.assertEqual(safe_name("日本.png"), "unknown.png")
        self.assertEqual(safe_name("Makefile"), "Makefile")
        [attachment] = self.send(("my file.txt", b"x"))["attachments"]
        self.assertEqual((attachment["filename"], attachment["title"]), ("my_file.txt", "my file"))

    def test_unknown_type_is_not_named(self):
        self.assertNotIn("content_type", self.send(("a.qqq", b"x"))["attachments"][0])

    def test_file_that_an_embed_shows_is_not_listed(self):
        embed = {
            "image": {"url": "attachment://a b.png"},
            "footer": {"text": "x", "icon_url": "attachment://c.png"},
        }
        message = self.send(("a b.png", PNG), ("c.png", PNG), ("d.png", PNG), embeds=[embed])
        self.assertEqual([one["filename"] for one in message["attachments"]], ["d.png"])
        [shown] = message["embeds"]
        self.assertIn("/a_b.png?ex=", shown["image"]["url"])
        self.assertEqual(shown["image"]["width"], 1)
        self.assertEqual(self.small.download(shown["footer"]["icon_url"]).status, 200)

    def test_file_that_a_component_shows_is_not_listed(self):
        gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
        layout = [{"type": 17, "components": [gallery, {"type": 13, "file": {"url": "attachment://b.txt"}}]}]
        files = ("a.png", PNG), ("b.txt", b"b"), ("c.txt", b"c")
        message = self.send(*files, flags=1 << 15, components=layout)
        self.assertEqual([one["filename"] for one in message["attachments"]], ["c.txt"])
        picture, file = message["components"][0]["components"]
        self.assertIn("/a.png?ex=", picture["items"][0]["media"]["url"])
        self.assertEqual(self.small.download(file["file"]["url"]).body, b"b")

    def test_voice_message(self):
        entry = {"id": 0, "filename": "v.ogg", "duration_secs": 1.5, "waveform": "AAA="}
        [voice] = self.send(("v.ogg", b"x"), attachments=[entry], flags=1 << 13)["attachments"]
        self.assertEqual((voice["duration_secs"], voice["waveform"]), (1.5, "AAA="))
        with self.assertRefused(Code.VOICE_MESSAGE_NEEDS_METADATA):
            self.send(("v.ogg", b"x"), flags=1 << 13)
        with self.assertRefused(Code.VOICE_MESSAGE_NEEDS_ONE_AUDIO):
            self.send(("v.ogg", b"x"), ("w.ogg", b"x"), flags=1 << 13)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.SEND_VOICE_MESSAGES)
        with self.assertRefused(Code.CANNOT_SEND_VOICE_MESSAGES):
            self.send(("v.ogg", b"x"), attachments=[entry], flags=1 << 13)


class Editing(AttachmentTestCase):
    def test_what_is_not_named_goes(self):
        message = self.send(("a.txt", b"a"), ("b.txt", b"b"))
        kept = message["attachments"][1]
        edited = self.edit(message, attachments=[{"id": kept["id"], "filename": "b.txt", "url": kept["url"]}])
        self.assertEqual(edited["attachments"], [kept])

    def test_edit_of_the_text_keeps_them(self):
        message = self.send(("a.txt", b"a"))
        self.assertEqual(self.edit(message, content="x")["attachments"], message["attachments"])

    def test_new_ones_follow(self):
        message = self.send(("a.txt", b"a"))
        entries = [{"id": message["attachments"][0]["id"]}, {"id": 0, "filename": "b.txt"}]
        edited = self.edit(message, ("b.txt", b"b"), attachments=entries)
        self.assertEqual([one["filename"] for one in edited["attachments"]], ["a.txt", "b.txt"])

    def test_description_and_spoiler_of_one_that_stays(self):
        [plain] = self.send(("a.txt", b"a"))["attachments"]
        message = self.small.world.messages[self.small.general["id"]]
        shown = next(reversed(message.values()))
        for entry, expected in (
            ({"description": "old", "is_spoiler": True}, {"description": "old", "flags": 8}),
            ({"description": "new"}, {"description": "new", "flags": 8}),
            ({"is_spoiler": None, "description": None}, {"description": "new", "flags": 8}),
            ({"is_spoiler": False}, {"description": "new"}),
            ({"description": ""}, {}),
        ):
            with self.subTest(entry):
                [one] = self.edit(shown, attachments=[{"id": plain["id"], **entry}])["attachments"]
                self.assertEqual(one, {**plain, **expected})

    def test_10_in_all(self):
        message = self.send(*[("a.txt", b"x")] * 9)
        self.edit(message, ("b.txt", b"b"))
        with self.assertRefused(Code.MAX_ATTACHMENTS):
            self.edit(message, ("c.txt", b"c"))

    def test_nothing_may_be_left(self):
        message = self.send(("a.txt", b"a"))
        with self.assertRefused(Code.EMPTY_MESSAGE):
            self.edit(message, attachments=[])


class Addresses(AttachmentTestCase):
    def fetch(self, message):
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"
        return self.assertStatus(self.small.request("GET", path), 200)

    def serves(self, url):
        return self.small.download(url).status == 200

    def test_a_message_fetched_later_has_one_that_is_good(self):
        stored = self.send(("a.png", PNG))["attachments"][0]["url"]
        self.small.time = DAY
        self.assertFalse(self.serves(stored))
        event = self.edit(self.send(content="x"), content="y")  # whatever else happens meanwhile
        self.assertEqual(event["content"], "y")
        message = next(iter(self.small.world.messages[self.small.general["id"]].values()))
        [attachment] = self.fetch(message)["attachments"]
        self.assertTrue(self.serves(attachment["url"]))
        self.assertTrue(self.serves(attachment["proxy_url"]))

    def test_what_embeds_components_and_forwards_show_is_good_too(self):
        embed = {"title": "t", "image": {"url": "attachment://a.png"}}
        embedded = self.send(("a.png", PNG), embeds=[embed])
        layout = [{"type": 13, "file": {"url": "attachment://b.txt"}}]
        laid_out = self.send(("b.txt", b"b"), flags=1 << 15, components=layout)
        reference = {"type": 1, "channel_id": embedded["channel_id"], "message_id": embedded["id"]}
        forwarded = self.send(message_reference=reference)
        self.small.time = DAY * 3
        first, second, third = map(self.fetch, (embedded, laid_out, forwarded))
        snapshot = third["message_snapshots"][0]["message"]
        for url in (
            first["embeds"][0]["image"]["url"],
            second["components"][0]["file"]["url"],
            snapshot["embeds"][0]["image"]["proxy_url"],
        ):
            self.assertTrue(self.serves(url), url)

    def test_what_a_bot_got_earlier_still_names_the_file(self):
        embed = {"title": "t", "image": {"url": "attachment://a.png"}}
        embedded = self.send(("a.png", PNG), embeds=[embed])
        earlier = embedded["embeds"][0]["image"]["url"]
        self.small.time = DAY
        self.fetch(embedded)
        again = self.edit(embedded, embeds=[{"title": "t", "image": {"url": earlier}}])
        self.assertEqual(again["attachments"], [])
        self.assertTrue(self.serves(again["embeds"][0]["image"]["url"]))

    def test_stay_as_they_are_for_half_a_day(self):
        message = self.send(("a.txt", b"a"))
        first = message["attachments"][0]["url"]
        self.small.time = DAY // 2 - 1_000_000
        self.assertEqual(self.fetch(message)["attachments"][0]["url"], first)
        self.small.time = DAY // 2
        self.assertNotEqual(self.fetch(message)["attachments"][0]["url"], first)


class ImageSizes(AttachmentTestCase):
    def test_known_formats(self):
        jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 3, 5) + b"\x03"
        lossless = (2 - 1) | (3 - 1) << 14
        for data, size in (
            (PNG, (1, 1)),
            (b"GIF89a" + struct.pack("<HH", 7, 9), (7, 9)),
            (jpeg, (5, 3)),
            (b"RIFF0000WEBPVP8X" + bytes(8) + b"\x04\x00\x00\x05\x00\x00", (5, 6)),
            (b"RIFF0000WEBPVP8 " + bytes(10) + struct.pack("<HH", 8, 9), (8, 9)),
            (b"RIFF0000WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", lossless), (2, 3)),
            (b"RIFF0000WEBPNONE", None),
            (b"\xff\xd8", None),
            (b"text", None),
        ):
            with self.subTest(data=data[:16]):
                self.assertEqual(image_size(data), size)

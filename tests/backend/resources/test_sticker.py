"""Stickers: forms with a file, limits, permissions, events, audit entries and files."""

from __future__ import annotations

import json
import struct

from discordtest.backend.codes import Code
from discordtest.backend.multipart import Part
from discordtest.backend.permissions import Permission
from discordtest.backend.resources import sticker as stickers
from tests.backend.worlds import PNG, WorldTestCase, multipart

FIELDS = {"name": "hello", "description": "waves", "tags": "wave"}
LOTTIE = {"ip": 0, "op": 120, "fr": 30, "w": 320, "h": 320, "assets": []}


def png(edge):
    return PNG[:16] + struct.pack(">II", edge, edge) + PNG[24:]


class StickerTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/stickers"

    def make(self, data=PNG, actor=None, **fields):
        files = [] if data is None else [Part("file", "s.png", "image/png", data)]
        body = {**FIELDS, **fields}
        return self.small.perform(
            "create_guild_sticker", self.small.guild["id"], actor=actor, body=body, files=files
        )


class CreateGuildSticker(StickerTestCase):
    def test_form_with_a_file_makes_a_sticker(self):
        session = self.small.connect()
        form = multipart(FIELDS, ("file", "hello.png", PNG, "image/png"))
        made = self.assertStatus(self.small.request("POST", self.path, form=form, reason="why"), 201)
        self.assertEqual({key: made[key] for key in FIELDS}, FIELDS)
        self.assertEqual((made["type"], made["format_type"]), (2, 1))
        self.assertEqual(made["user"]["id"], self.small.bot.user_id)
        (update,) = self.small.events(session, "GUILD_STICKERS_UPDATE")
        self.assertEqual([sticker["id"] for sticker in update["stickers"]], [made["id"]])
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"], entry["reason"]), (90, made["id"], "why"))
        self.assertEqual(
            self.small.download(f"https://cdn.discordapp.com/stickers/{made['id']}.png").body, PNG
        )

    def test_file_is_needed(self):
        with self.assertRefused(Code.INVALID_FORM_BODY, "file", "BASE_TYPE_REQUIRED"):
            self.make(None)

    def test_file_at_the_bound(self):
        self.make(PNG.ljust(stickers.MAX_FILE_SIZE, b"\0"))
        with self.assertRefused(Code.INVALID_FORM_BODY, "file", "BINARY_TYPE_MAX_SIZE"):
            self.make(PNG.ljust(stickers.MAX_FILE_SIZE + 1, b"\0"))

    def test_picture_at_the_bound(self):
        self.make(png(320))
        with self.assertRefused(Code.INVALID_FILE):
            self.make(png(321))

    def test_formats_are_told_apart(self):
        self.assertEqual(self.make(PNG + b"\0\0\0\x08acTL")["format_type"], stickers.APNG)
        self.assertEqual(self.make(b"GIF89a")["format_type"], stickers.GIF)
        with self.assertRefused(Code.INVALID_FILE_TYPE):
            self.make(b"text")

    def test_fields_at_the_bounds(self):
        for fields in ({"name": "ab"}, {"name": "a" * 30}, {"description": ""}, {"description": "ab"}):
            self.assertLessEqual(fields.items(), self.make(**fields).items())
        self.make(description="a" * 100)
        self.small.guild["premium_tier"] = 1
        self.make(tags="a" * 200)

    def test_fields_beyond_the_bounds_are_refused(self):
        for name, value in (
            ("name", "a"),
            ("name", "a" * 31),
            ("description", "a"),
            ("description", "a" * 101),
            ("tags", ""),
            ("tags", "a" * 201),
        ):
            with self.subTest(name, value=value), self.assertRefused(Code.INVALID_FORM_BODY, name):
                self.make(**{name: value})

    def test_slots(self):
        for _ in range(stickers.SLOTS[0]):
            self.make()
        with self.assertRefused(Code.MAX_STICKERS):
            self.make()
        self.small.guild["features"].append("MORE_STICKERS")
        self.make()

    def test_member_without_permission_is_refused(self):
        self.small.allow(Permission.MANAGE_GUILD_EXPRESSIONS)
        form = multipart(FIELDS, ("file", "hello.png", PNG, "image/png"))
        self.assertStatus(self.small.request("POST", self.path, form=form), 403, 50013)


class Lottie(StickerTestCase):
    def make_lottie(self, **changes):
        return self.make(json.dumps({**LOTTIE, **changes}).encode())

    def test_ordinary_guild_may_not_have_any(self):
        with self.assertRefused(Code.INVALID_FILE_TYPE):
            self.make_lottie()

    def test_verified_guild_may(self):
        self.small.guild["features"].append("VERIFIED")
        self.assertEqual(self.make_lottie()["format_type"], stickers.LOTTIE)

    def test_bounds(self):
        self.small.guild["features"].append("PARTNERED")
        self.small.guild["premium_tier"] = 3
        self.make_lottie(op=150)
        self.make_lottie(fr=60)
        for changes, code in (
            ({"op": "x"}, Code.LOTTIE_INVALID_JSON),
            ({"assets": [{"p": "data:image/png;base64,AA=="}]}, Code.LOTTIE_WITH_RASTER_IMAGES),
            ({"w": 321}, Code.LOTTIE_TOO_LARGE),
            ({"fr": 61}, Code.STICKER_FRAME_RATE_TOO_HIGH),
            ({"fr": 0}, Code.STICKER_FRAME_RATE_OUT_OF_RANGE),
            ({"op": 1001}, Code.STICKER_TOO_MANY_FRAMES),
            ({"op": 151}, Code.STICKER_TOO_LONG),
        ):
            with self.subTest(code), self.assertRefused(code):
                self.make_lottie(**changes)

    def test_broken_json(self):
        self.small.guild["features"].append("VERIFIED")
        for broken in (b"{", b"{}"):
            with self.subTest(broken), self.assertRefused(Code.LOTTIE_INVALID_JSON):
                self.make(broken)

    def test_frames_count_from_the_first(self):
        self.small.guild["features"].append("VERIFIED")
        self.make_lottie(ip=100, op=250)
        with self.assertRefused(Code.STICKER_TOO_LONG):
            self.make_lottie(ip=100, op=251)

    def test_other_pictures_stay_refused(self):
        self.small.guild["features"].append("VERIFIED")
        with self.assertRefused(Code.INVALID_FILE_TYPE):
            self.make(b"\xff\xd8\xff\xe0")


class ReadStickers(StickerTestCase):
    def test_guild_stickers(self):
        made = self.make(actor=self.small.bot)
        self.assertEqual(self.small.request("GET", self.path).json, [made])
        self.assertEqual(self.small.request("GET", f"{self.path}/{made['id']}").json, made)
        self.assertStatus(self.small.request("GET", f"{self.path}/1"), 404, 10060)

    def test_creator_is_hidden_from_others(self):
        made = self.make()
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertNotIn("user", self.small.request("GET", f"{self.path}/{made['id']}").json)
        self.assertNotIn("user", self.small.request("GET", self.path).json[0])

    def test_any_sticker_by_id(self):
        made = self.make()
        pack = stickers.make_sticker_pack(self.small.world, "Wumpus", ["hi", "bye"])
        self.assertEqual(self.small.request("GET", f"/stickers/{made['id']}").json["name"], "hello")
        standard = pack["stickers"][1]
        self.assertEqual(self.small.request("GET", f"/stickers/{standard['id']}").json, standard)
        self.assertStatus(self.small.request("GET", "/stickers/1"), 404, 10060)

    def test_packs(self):
        pack = stickers.make_sticker_pack(self.small.world, "Wumpus", ["hi"])
        self.assertEqual(self.small.request("GET", "/sticker-packs").json, {"sticker_packs": [pack]})
        self.assertEqual(self.small.request("GET", f"/sticker-packs/{pack['id']}").json, pack)
        self.assertStatus(self.small.request("GET", "/sticker-packs/1"), 404, 10061)

    def test_pack_without_stickers_has_no_cover(self):
        self.assertNotIn("cover_sticker_id", stickers.make_sticker_pack(self.small.world, "Empty", []))


class ChangeGuildSticker(StickerTestCase):
    def test_update_is_told_and_logged(self):
        made = self.make()
        session = self.small.connect()
        changed = self.small.request("PATCH", f"{self.path}/{made['id']}", {"name": "other"}).json
        self.assertEqual((changed["name"], changed["tags"]), ("other", "wave"))
        self.assertEqual(
            self.small.events(session, "GUILD_STICKERS_UPDATE")[0]["stickers"][0]["name"], "other"
        )
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], 91)
        self.assertEqual(entry["changes"], [{"key": "name", "old_value": "hello", "new_value": "other"}])

    def test_delete_is_told_and_logged(self):
        made = self.make()
        session = self.small.connect()
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{made['id']}"), 204)
        self.assertEqual(self.small.events(session, "GUILD_STICKERS_UPDATE")[0]["stickers"], [])
        self.assertEqual(self.small.audit_log()[-1]["action_type"], 92)

    def test_own_sticker_needs_only_the_right_to_create(self):
        own, foreign = self.make(actor=self.small.bot), self.make()
        self.small.allow(Permission.CREATE_GUILD_EXPRESSIONS)
        self.assertStatus(self.small.request("PATCH", f"{self.path}/{own['id']}", {"name": "mine"}), 200)
        self.assertStatus(self.small.request("PATCH", f"{self.path}/{foreign['id']}", {}), 403, 50013)
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{foreign['id']}"), 403, 50013)

"""Embeds: their limits one by one, and what comes back."""

from __future__ import annotations

from discordtest.backend.codes import Code
from tests.backend.worlds import PNG, WorldTestCase, multipart


class EmbedTestCase(WorldTestCase):
    def send(self, *embeds, **body):
        body = {"embeds": list(embeds), **body}
        return self.small.perform("create_message", self.small.general["id"], body=body, actor=self.small.bot)


class Limits(EmbedTestCase):
    def test_each_text_at_its_bound_and_one_past_it(self):
        def field(key, size):
            return {"fields": [{"name": "n", "value": "v", key: "x" * size}]}

        cases = {
            "title": (256, lambda size: {"title": "x" * size}),
            "description": (4096, lambda size: {"description": "x" * size}),
            "footer.text": (2048, lambda size: {"footer": {"text": "x" * size}}),
            "author.name": (256, lambda size: {"author": {"name": "x" * size}}),
            "fields.0.name": (256, lambda size: field("name", size)),
            "fields.0.value": (1024, lambda size: field("value", size)),
            "url": (2048, lambda size: {"title": "t", "url": "https://example.com/".ljust(size, "x")}),
        }
        for path, (limit, make) in cases.items():
            with self.subTest(path=path):
                self.send(make(limit))
                with self.assertRefused(Code.INVALID_FORM_BODY, f"embeds.0.{path}"):
                    self.send(make(limit + 1))

    def test_25_fields(self):
        field = {"name": "n", "value": "v"}
        self.send({"fields": [field] * 25})
        with self.assertRefused(Code.INVALID_FORM_BODY, "embeds.0.fields"):
            self.send({"fields": [field] * 26})

    def test_empty_field_is_taken(self):
        for name, value in (("n", ""), ("", "v"), (" ", "\n")):
            [embed] = self.send({"fields": [{"name": name, "value": value}]})["embeds"]
            shown = {"name": name.strip(), "value": value.strip(), "inline": False}
            self.assertEqual(embed["fields"], [shown])

    def test_field_without_a_name_or_value(self):
        for field, missing in (({"name": "n"}, "value"), ({"value": "v"}, "name")):
            path = f"embeds.0.fields.0.{missing}"
            with self.assertRefused(Code.INVALID_FORM_BODY, path, "BASE_TYPE_REQUIRED"):
                self.send({"fields": [field]})

    def test_author_without_a_name_is_left_out(self):
        for name in ({}, {"name": None}, {"name": ""}):
            [embed] = self.send({"title": "t", "author": name | {"url": "https://example.com"}})["embeds"]
            self.assertEqual(embed, {"type": "rich", "title": "t"})

    def test_10_embeds(self):
        self.assertEqual(len(self.send(*[{"title": "x"}] * 10)["embeds"]), 10)
        with self.assertRefused(Code.INVALID_FORM_BODY, "embeds", "BASE_TYPE_MAX_LENGTH"):
            self.send(*[{"title": "x"}] * 11)

    def test_6000_characters_over_all_embeds(self):
        parts = {"title": "x" * 100, "footer": {"text": "x" * 100}, "author": {"name": "x" * 100}}
        parts["fields"] = [{"name": "x" * 100, "value": "x" * 600}]
        self.send({"description": "x" * 4000, **parts}, {"description": "x" * 1000})
        with self.assertRefused(Code.INVALID_FORM_BODY, "embeds", "MAX_EMBED_SIZE_EXCEEDED"):
            self.send({"description": "x" * 4000, **parts}, {"description": "x" * 1001})

    def test_colour(self):
        self.assertEqual(self.send({"title": "x", "color": 0xFFFFFF})["embeds"][0]["color"], 0xFFFFFF)
        for color in (-1, 0x1000000):
            with self.assertRefused(Code.INVALID_FORM_BODY, "embeds.0.color"):
                self.send({"title": "x", "color": color})

    def test_addresses(self):
        for url, error in (
            ("ftp://example.com", "URL_TYPE_INVALID_SCHEME"),
            ("nonsense", "URL_TYPE_INVALID_URL"),
            ("https://example.com/a b", "URL_TYPE_INVALID_URL"),
            ("https://", "URL_TYPE_INVALID_URL"),
            ("https://[", "URL_TYPE_INVALID_URL"),
        ):
            with self.subTest(url=url), self.assertRefused(Code.INVALID_FORM_BODY, "embeds.0.url", error):
                self.send({"title": "x", "url": url})
        with self.assertRefused(Code.INVALID_FORM_BODY, "embeds.0.image.url"):
            self.send({"image": {"url": "file://x"}})

    def test_embed_of_nothing(self):
        for embed in ({}, {"color": 5}, {"type": "rich", "url": "https://example.com"}):
            with self.assertRefused(Code.INVALID_FORM_BODY, "embeds.0.description", "BASE_TYPE_REQUIRED"):
                self.send(embed)


class Shape(EmbedTestCase):
    def test_what_is_empty_is_left_out(self):
        [embed] = self.send({"title": "t", "description": None, "footer": {"text": ""}, "image": None})[
            "embeds"
        ]
        self.assertEqual(embed, {"type": "rich", "title": "t"})

    def test_only_rich_embeds_are_kept(self):
        self.assertEqual(self.send({"title": "t", "type": "video"})["embeds"][0]["type"], "rich")

    def test_whole_embed_comes_back(self):
        url = "https://example.com/a.png"
        answer = self.small.request(
            "POST",
            f"/channels/{self.small.general['id']}/messages",
            {
                "embeds": [
                    {
                        "title": "t",
                        "url": "https://example.com/t",
                        "timestamp": "2026-01-01T02:00:00+02:00",
                        "footer": {"text": "f", "icon_url": url},
                        "author": {"name": "a", "url": "https://example.com"},
                        "image": {"url": url, "proxy_url": url, "width": 5},
                        "fields": [{"name": "n", "value": "v"}],
                    }
                ]
            },
        )
        [embed] = self.assertStatus(answer, 200)["embeds"]
        self.assertEqual(embed["timestamp"], "2026-01-01T00:00:00.000000+00:00")
        self.assertEqual(embed["fields"], [{"name": "n", "value": "v", "inline": False}])
        self.assertEqual(embed["footer"], {"text": "f", "icon_url": url, "proxy_icon_url": url})
        self.assertEqual(embed["author"], {"name": "a", "url": "https://example.com"})
        self.assertEqual(embed["url"], "https://example.com/t")
        self.assertEqual(embed["image"], {"url": url, "proxy_url": url, "width": 0, "height": 0, "flags": 0})

    def test_file_that_an_embed_shows_has_its_address(self):
        form = multipart(
            {
                "payload_json": {
                    "embeds": [
                        {
                            "image": {"url": "attachment://a.png"},
                            "footer": {"text": "f", "icon_url": "attachment://a.png"},
                        }
                    ]
                }
            },
            ("files[0]", "a.png", PNG, "image/png"),
        )
        path = f"/channels/{self.small.general['id']}/messages"
        [embed] = self.assertStatus(self.small.request("POST", path, form=form), 200)["embeds"]
        image, footer = embed["image"], embed["footer"]
        self.assertTrue(image["url"].startswith("https://cdn.discordapp.com/attachments/"))
        self.assertTrue(image["proxy_url"].startswith("https://media.discordapp.net/attachments/"))
        self.assertEqual((image["width"], image["height"], image["flags"]), (1, 1, 0))
        self.assertEqual((footer["icon_url"], footer["proxy_icon_url"]), (image["url"], image["proxy_url"]))

    def test_moment_without_a_zone_is_utc(self):
        [embed] = self.send({"title": "t", "timestamp": "2026-01-01T00:00:00"})["embeds"]
        self.assertEqual(embed["timestamp"], "2026-01-01T00:00:00.000000+00:00")

    def test_suppressed_embeds_wait(self):
        message = self.send({"title": "t"}, content="x", flags=4)
        self.assertEqual((message["embeds"], message["flags"]), ([], 4))
        where = (self.small.general["id"], message["id"])
        shown = self.small.perform("update_message", *where, body={"flags": 0}, actor=self.small.bot)
        self.assertEqual(shown["embeds"], [{"type": "rich", "title": "t"}])
        self.assertIsNone(shown["edited_timestamp"])

"""Components of messages."""

from __future__ import annotations

import discord

from discordtest.backend.codes import Code
from tests.backend.worlds import PNG, WorldTestCase, multipart

LAYOUT = 1 << 15


def button(custom_id="a", **fields):
    return {"type": 2, "style": 1, "label": "x", "custom_id": custom_id, **fields}


def row(*components):
    return {"type": 1, "components": list(components)}


def select(count, **fields):
    options = [{"label": str(n), "value": str(n)} for n in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **fields}


class ComponentTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/messages"

    def post(self, *components, flags=None, **body):
        body["components"] = list(components)
        if flags is None:
            body.setdefault("content", "x")
        else:
            body["flags"] = flags
        return self.small.request("POST", self.path, body)

    def assertTaken(self, *components, **body):
        return self.assertStatus(self.post(*components, **body), 200)["components"]

    def assertInvalid(self, field, *components, error=None, **body):
        answer = self.post(*components, **body)
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), field, error)


class Rows(ComponentTestCase):
    def test_ids_count_up(self):
        [first, second] = self.assertTaken(row(button("a"), button("b")), row(button("c", id=9)))
        self.assertEqual((first["id"], [child["id"] for child in first["components"]]), (1, [2, 3]))
        self.assertEqual((second["id"], second["components"][0]["id"]), (4, 9))

    def test_5_rows(self):
        self.assertTaken(*[row(button(str(n))) for n in range(5)])
        self.assertInvalid("components", *[row(button(str(n))) for n in range(6)])

    def test_5_buttons(self):
        self.assertTaken(row(*[button(str(n)) for n in range(5)]))
        self.assertInvalid("components.0.components", row(*[button(str(n)) for n in range(6)]))

    def test_one_select_alone(self):
        self.assertTaken(row(select(1)))
        error = "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
        self.assertInvalid("components.0.components", row(select(1), button()), error=error)

    def test_empty_row(self):
        self.assertInvalid("components.0.components", row())

    def test_button_outside_a_row(self):
        self.assertInvalid("components.0.type", button(), error="UNION_TYPE_CHOICES")
        self.assertInvalid("components.0.type", "nonsense", error="UNION_TYPE_CHOICES")

    def test_custom_ids_differ(self):
        error = "COMPONENT_CUSTOM_ID_DUPLICATED"
        self.assertInvalid("components.0.components.1.custom_id", row(button("a"), button("a")), error=error)

    def test_ids_differ(self):
        self.assertInvalid("components.0.components.1.id", row(button("a", id=1), button("b", id=1)))


class Buttons(ComponentTestCase):
    def test_lengths(self):
        self.assertTaken(row(button("x" * 100, label="x" * 80)))
        self.assertInvalid("components.0.components.0.custom_id", row(button("x" * 101)))
        self.assertInvalid("components.0.components.0.label", row(button(label="x" * 81)))

    def test_address_of_a_link(self):
        link = {"type": 2, "style": 5, "label": "x"}
        start = "https://example.com/"
        self.assertTaken(row({**link, "url": start + "x" * (512 - len(start))}))
        long = {**link, "url": start + "x" * (513 - len(start))}
        self.assertInvalid("components.0.components.0.url", row(long))

    def test_each_style_needs_its_own(self):
        link = {"type": 2, "style": 5, "label": "x", "url": "https://example.com"}
        self.assertTaken(row(link))
        self.assertInvalid("components.0.components.0.url", row({**link, "url": None}))
        self.assertInvalid("components.0.components.0.custom_id", row({**link, "custom_id": "x"}))
        self.assertInvalid("components.0.components.0.custom_id", row(button(None)))
        self.assertInvalid("components.0.components.0.sku_id", row(button(style=6)))

    def test_a_label_or_an_emoji(self):
        self.assertTaken(row(button(label=None, emoji={"name": "🔥"})))
        self.assertInvalid("components.0.components.0", row(button(label=None)))

    def test_premium_has_nothing_else(self):
        premium = {"type": 2, "style": 6, "sku_id": "5"}
        self.assertTaken(row(premium))
        self.assertInvalid("components.0.components.0.label", row({**premium, "label": "Buy"}))
        self.assertInvalid("components.0.components.0.emoji", row({**premium, "emoji": {"name": "🔥"}}))
        self.assertInvalid("components.0.components.0.custom_id", row({**premium, "custom_id": "b"}))

    def test_emoji_without_what_is_null(self):
        emoji = {"id": None, "name": "🔥", "animated": False}
        [shown] = self.assertTaken(row(button(emoji=emoji)))
        self.assertEqual(shown["components"][0]["emoji"], {"name": "🔥", "animated": False})
        [shown] = self.assertTaken(row(button(emoji=None)))
        self.assertNotIn("emoji", shown["components"][0])


class Selects(ComponentTestCase):
    def test_25_options(self):
        self.assertTaken(row(select(25)))
        self.assertInvalid("components.0.components.0.options", row(select(26)))
        self.assertInvalid("components.0.components.0.options", row(select(0)))

    def test_values(self):
        [shown] = self.assertTaken(row(select(3)))
        self.assertEqual([shown["components"][0][key] for key in ("min_values", "max_values")], [1, 1])
        self.assertTaken(row(select(25, min_values=0, max_values=25)))
        self.assertTaken(row(select(3, min_values=0, max_values=3)))
        self.assertInvalid("components.0.components.0.options", row(select(2, min_values=0, max_values=3)))
        self.assertInvalid("components.0.components.0.max_values", row(select(3, max_values=26)))
        self.assertInvalid("components.0.components.0.max_values", row(select(3, min_values=0, max_values=0)))
        self.assertInvalid("components.0.components.0.min_values", row(select(3, min_values=3, max_values=2)))

    def test_options_differ(self):
        option = {"label": "x", "value": "x"}
        self.assertInvalid(
            "components.0.components.0.options.1.value", row(select(0, options=[option, option]))
        )

    def test_no_more_are_chosen_at_first_than_may_be(self):
        chosen = [{"label": text, "value": text, "default": True} for text in "ab"]
        self.assertTaken(row(select(0, options=chosen, max_values=2)))
        self.assertInvalid("components.0.components.0.options", row(select(0, options=chosen)))

    def test_default_values_are_as_many_as_may_be_chosen(self):
        users = [{"id": str(number), "type": "user"} for number in range(5, 8)]
        pick = {"type": 5, "custom_id": "u", "min_values": 1, "max_values": 2}
        self.assertTaken(row({**pick, "default_values": users[:2]}))
        self.assertTaken(row({**pick, "default_values": []}))
        where = "components.0.components.0.default_values"
        self.assertInvalid(where, row({**pick, "default_values": users}))
        self.assertInvalid(where, row({**pick, "min_values": 2, "default_values": users[:1]}))

    def test_texts(self):
        self.assertTaken(row(select(1, placeholder="x" * 150)))
        self.assertInvalid("components.0.components.0.placeholder", row(select(1, placeholder="x" * 151)))
        self.assertTaken(row(select(1, custom_id="x" * 100)))
        for custom_id in ("", "x" * 101):
            self.assertInvalid("components.0.components.0.custom_id", row(select(1, custom_id=custom_id)))
        for key in ("label", "value"):
            option = {"label": "x", "value": "x", key: ""}
            self.assertInvalid(f"components.0.components.0.options.0.{key}", row(select(0, options=[option])))
        for key in ("label", "value", "description"):
            option = {"label": "x", "value": "x", key: "x" * 100}
            self.assertTaken(row(select(0, options=[option])))
            where = f"components.0.components.0.options.0.{key}"
            self.assertInvalid(where, row(select(0, options=[{**option, key: "x" * 101}])))


class Layouts(ComponentTestCase):
    def test_4000_characters_in_all(self):
        texts = [{"type": 10, "content": "x" * 2000}] * 2
        self.assertTaken(*texts, flags=LAYOUT)
        self.assertInvalid("components", *texts, {"type": 10, "content": "x"}, flags=LAYOUT)

    def test_4000_characters_in_one(self):
        self.assertTaken({"type": 10, "content": "x" * 4000}, flags=LAYOUT)
        for content in ("", "x" * 4001):
            text = {"type": 10, "content": content}
            self.assertInvalid("components.0.content", text, flags=LAYOUT)

    def test_1024_characters_below_a_picture(self):
        picture = {"media": {"url": "https://example.com/a.png"}}
        texts = [{"type": 10, "content": "x"}]
        for description, is_taken in (("x" * 1024, True), ("x" * 1025, False)):
            shown = {**picture, "description": description}
            gallery = {"type": 12, "items": [shown]}
            section = {"type": 9, "components": texts, "accessory": {"type": 11, **shown}}
            if is_taken:
                self.assertTaken(gallery, section, flags=LAYOUT)
            else:
                self.assertInvalid("components.0.items.0.description", gallery, flags=LAYOUT)
                self.assertInvalid("components.0.accessory.description", section, flags=LAYOUT)

    def test_empty_layouts(self):
        self.assertInvalid("components.0.components", {"type": 17, "components": []}, flags=LAYOUT)
        section = {"type": 9, "components": [], "accessory": button()}
        self.assertInvalid("components.0.components", section, flags=LAYOUT)

    def test_a_section_has_an_accessory(self):
        text = {"type": 10, "content": "x"}
        self.assertTaken({"type": 9, "components": [text] * 3, "accessory": button()}, flags=LAYOUT)
        self.assertInvalid("components.0.accessory", {"type": 9, "components": [text]}, flags=LAYOUT)
        four = {"type": 9, "components": [text] * 4, "accessory": button()}
        self.assertInvalid("components.0.components", four, flags=LAYOUT)

    def test_custom_ids_of_accessories_differ_too(self):
        section = {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": button()}
        where = "components.1.accessory.custom_id"
        self.assertInvalid(where, section, section, flags=LAYOUT)

    def test_10_items_in_a_gallery(self):
        items = [{"media": {"url": "https://example.com/a.png"}}] * 10
        self.assertTaken({"type": 12, "items": items}, flags=LAYOUT)
        self.assertInvalid("components.0.items", {"type": 12, "items": items + items[:1]}, flags=LAYOUT)
        self.assertInvalid("components.0.items", {"type": 12, "items": []}, flags=LAYOUT)

    def test_colour_of_a_container(self):
        inner = [{"type": 10, "content": "x"}]
        self.assertTaken({"type": 17, "components": inner, "accent_color": 0xFFFFFF}, flags=LAYOUT)
        self.assertTaken({"type": 17, "components": inner, "accent_color": 0}, flags=LAYOUT)
        high = {"type": 17, "components": inner, "accent_color": 0x1000000}
        self.assertInvalid("components.0.accent_color", high, flags=LAYOUT)

    def test_needs_the_flag(self):
        text = {"type": 10, "content": "hi"}
        self.assertInvalid("components.0.type", text)
        self.assertTaken(text, flags=LAYOUT)

    def test_excludes_the_old_fields(self):
        text = {"type": 10, "content": "hi"}
        self.assertInvalid("content", text, flags=LAYOUT, content="x")
        self.assertInvalid("embeds", text, flags=LAYOUT, embeds=[{"title": "x"}])

    def test_40_components_nested_ones_counted(self):
        texts = [{"type": 10, "content": "hi"}] * 39
        container = {"type": 17, "components": texts}
        self.assertTaken(container, flags=LAYOUT)
        self.assertInvalid("components", container, texts[0], flags=LAYOUT)

    def test_mentions_in_text_displays_count(self):
        text = {"type": 10, "content": f"<@{self.small.owner['id']}>"}
        message = self.assertStatus(self.post(text, flags=LAYOUT), 200)
        self.assertEqual([user["id"] for user in message["mentions"]], [self.small.owner["id"]])

    def test_file_is_resolved(self):
        body = {"flags": LAYOUT, "components": [{"type": 13, "file": {"url": "attachment://a.png"}}]}
        form = multipart({"payload_json": body}, ("files[0]", "a.png", PNG, "application/octet-stream"))
        message = self.assertStatus(self.small.request("POST", self.path, form=form), 200)
        [shown] = message["components"]
        self.assertEqual((shown["name"], shown["size"]), ("a.png", len(PNG)))
        self.assertEqual(self.small.download(shown["file"]["url"]).body, PNG)

    def test_file_that_nobody_sent(self):
        media = {"url": "attachment://a.png"}
        text, error = {"type": 10, "content": "x"}, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
        picture = {"type": 9, "components": [text], "accessory": {"type": 11, "media": media}}
        for where, component in (
            ("components.0.file.url", {"type": 13, "file": media}),
            ("components.0.items.0.media.url", {"type": 12, "items": [{"media": media}]}),
            ("components.0.accessory.media.url", picture),
        ):
            self.assertInvalid(where, component, error=error, flags=LAYOUT)

    def test_file_is_one_of_the_message(self):
        outside = {"type": 13, "file": {"url": "https://example.com/a.png"}}
        self.assertInvalid("components.0.file.url", outside, flags=LAYOUT)

    def test_file_by_the_address_that_it_got(self):
        body = {"flags": LAYOUT, "components": [{"type": 13, "file": {"url": "attachment://a.png"}}]}
        form = multipart({"payload_json": body}, ("files[0]", "a.png", PNG, "application/octet-stream"))
        message = self.assertStatus(self.small.request("POST", self.path, form=form), 200)
        [shown] = message["components"]
        path = f"{self.path}/{message['id']}"
        again = {"components": [{"type": 13, "file": {"url": shown["file"]["url"]}, "spoiler": True}]}
        [edited] = self.assertStatus(self.small.request("PATCH", path, again), 200)["components"]
        self.assertEqual((edited["name"], edited["size"]), ("a.png", len(PNG)))
        self.assertEqual(edited["file"]["attachment_id"], shown["file"]["attachment_id"])
        gone = {**again, "attachments": []}
        answer = self.small.request("PATCH", path, gone)
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "components.0.file.url")

    def test_edit_can_set_the_flag_and_not_remove_it(self):
        message = self.assertStatus(self.small.request("POST", self.path, {"content": "x"}), 200)
        path = f"{self.path}/{message['id']}"
        text = {"type": 10, "content": "hi"}
        answer = self.small.request("PATCH", path, {"flags": LAYOUT, "components": [text]})
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "content")
        body = {"flags": LAYOUT, "components": [text], "content": None}
        self.assertEqual(self.assertStatus(self.small.request("PATCH", path, body), 200)["flags"], LAYOUT)
        again = self.small.request("PATCH", path, {"flags": 0, "components": [text]})
        self.assertEqual(self.assertStatus(again, 200)["flags"], LAYOUT)


class ViewsOfTheLibrary(ComponentTestCase):
    """What discord.py's own views send is taken."""

    def test_view(self):
        view = discord.ui.View(timeout=None)
        for style in (1, 2, 3, 4):
            view.add_item(discord.ui.Button(style=discord.ButtonStyle(style), label=str(style), emoji="🔥"))
        view.add_item(discord.ui.Button(url="https://example.com", label="link"))
        options = [discord.SelectOption(label="a", emoji="🔥", description="d", default=True)]
        view.add_item(discord.ui.Select(options=options, placeholder="p"))
        view.add_item(discord.ui.UserSelect(default_values=[discord.Object(5, type=discord.Member)]))
        view.add_item(discord.ui.RoleSelect())
        view.add_item(discord.ui.ChannelSelect(channel_types=[discord.ChannelType.text]))
        self.assertEqual(len(self.assertTaken(*view.to_components())), 5)

    def test_layout(self):
        view = discord.ui.LayoutView(timeout=None)
        container = discord.ui.Container(accent_colour=0xFF0000)
        container.add_item(discord.ui.TextDisplay("# hi"))
        thumbnail = discord.ui.Thumbnail("https://example.com/a.png", description="d")
        container.add_item(discord.ui.Section("one", "two", accessory=thumbnail))
        container.add_item(discord.ui.Section("one", accessory=discord.ui.Button(label="b")))
        container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("https://example.com/a.png")))
        container.add_item(discord.ui.ActionRow(discord.ui.Button(label="c")))
        view.add_item(container)
        view.add_item(discord.ui.ActionRow(discord.ui.MentionableSelect()))
        self.assertEqual(len(self.assertTaken(*view.to_components(), flags=LAYOUT)), 2)

    def test_given_ids_are_not_given_again(self):
        [shown] = self.assertTaken(row(button("a", id=2), button("b")))
        self.assertEqual((shown["id"], [child["id"] for child in shown["components"]]), (1, [2, 3]))

    def test_types_of_channels(self):
        chosen = {"type": 8, "custom_id": "c", "channel_types": [0, 15, 16]}
        [shown] = self.assertTaken(row(chosen))
        self.assertEqual(shown["components"][0]["channel_types"], [0, 15, 16])
        self.assertInvalid("components.0.components.0.channel_types.0", row({**chosen, "channel_types": [7]}))

    def test_null_stands_for_what_is_usual(self):
        [shown] = self.assertTaken(row(select(1, min_values=None, max_values=None)))
        self.assertEqual([shown["components"][0][key] for key in ("min_values", "max_values")], [1, 1])
        separator = {"type": 14, "divider": None, "spacing": None}
        [shown] = self.assertTaken({"type": 17, "components": [separator], "spoiler": None}, flags=LAYOUT)
        self.assertEqual(shown["components"][0], {**separator, "divider": True, "spacing": 1, "id": 2})
        self.assertFalse(shown["spoiler"])

    def test_null_is_left_out(self):
        option = {"label": "x", "value": "x", "description": None, "emoji": None}
        [shown] = self.assertTaken(row(select(0, options=[option], placeholder=None)))
        self.assertEqual(shown["components"][0]["options"], [{"label": "x", "value": "x"}])
        self.assertNotIn("placeholder", shown["components"][0])

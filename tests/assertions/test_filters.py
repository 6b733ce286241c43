"""A filter tells every difference between a message and what was asked for, and which message is nearest."""

from __future__ import annotations

import unittest
from typing import Any

import discord

from discordtest.assertions.failures import nearest_of
from discordtest.assertions.filters import MessageFilter, text_of


def message(content: str = "", **keys: Any) -> dict[str, Any]:
    """Return a message's payload with what filters look at."""
    base = {
        "channel_id": "1",
        "embeds": [],
        "attachments": [],
        "mentions": [],
        "mention_roles": [],
        "flags": 0,
    }
    return {**base, "content": content, **keys}


class TextTests(unittest.TestCase):
    def test_text_of_components_in_their_order(self) -> None:
        inner = {
            "type": 9,
            "components": [{"type": 10, "content": "b"}],
            "accessory": {"type": 2, "label": "x"},
        }
        components = [{"type": 10, "content": "a"}, {"type": 17, "components": [inner]}]
        self.assertEqual(text_of(message(components=components)), "a\nb")
        self.assertEqual(text_of(message("content", components=components)), "content")


class DifferenceTests(unittest.TestCase):
    def test_what_no_message_could_be(self) -> None:
        for claims in (
            {"content": 5},
            {"contains": 5},
            {"contains": ["a", 5]},
            {"embed": "title"},
            {"embed": True},
            {"embeds": ["title"]},
        ):
            with self.subTest(claims), self.assertRaises(TypeError):
                MessageFilter(**claims)

    def test_nothing_is_asked(self) -> None:
        self.assertEqual(MessageFilter().differences(message("x")), [])

    def test_all_that_is_wrong_is_told(self) -> None:
        wanted = MessageFilter(
            content="y", contains="z", embeds=1, files=["a.png"], buttons=["Yes"], ephemeral=True
        )
        lines = wanted.differences(message("x"))
        self.assertEqual(
            [line.partition(":")[0] for line in lines],
            [
                "content differs",
                "content 'x' does not contain 'z'",
                "it has 0 embeds, not 1",
                "its files are [], not ['a.png']",
                "its buttons are [], not ['Yes']",
                "it is not ephemeral",
            ],
        )

    def test_one_of_the_embeds_has_to_fit(self) -> None:
        embeds = [{"title": "a"}, {"title": "b", "description": "c"}]
        self.assertEqual(MessageFilter(embed={"title": "b"}).differences(message(embeds=embeds)), [])
        self.assertEqual(MessageFilter(embed={"title": "b"}).differences(message()), ["it has no embed"])
        self.assertIn("title", MessageFilter(embed={"title": "x"}).differences(message(embeds=embeds))[0])

    def test_the_nearest_embed_is_told(self) -> None:
        embeds = [{"title": "a"}, {"title": "b", "description": "c"}]
        wanted = MessageFilter(embed={"title": "b", "description": "x"})
        self.assertEqual(
            [line[:17] for line in wanted.differences(message(embeds=embeds))], ["embed description"]
        )

    def test_reply_to_a_message(self) -> None:
        wanted = MessageFilter(reply_to="5", shown=lambda number: f"message {number}")
        self.assertEqual(wanted.differences(message(message_reference={"message_id": "5"})), [])
        self.assertEqual(wanted.differences(message()), ["it answers no message, not message 5"])
        self.assertEqual(
            wanted.differences(message(message_reference={"message_id": "6"})),
            ["it answers message 6, not message 5"],
        )

    def test_text_that_stands_elsewhere(self) -> None:
        embed = {"title": "one", "fields": [{"name": "two", "value": "three"}, {"name": "x", "value": "y"}]}
        said = message("said", embeds=[embed])
        for text, places in (
            ("one", ["that is in the title"]),
            ("two", ["that is in the field 'two'"]),
            ("three", ["that is in the field 'two'"]),
            ("four", []),
        ):
            for wanted in (MessageFilter(content=text), MessageFilter(contains=["said", text])):
                with self.subTest(text):
                    hints = wanted.explained(said)[len(wanted.differences(said)) :]
                    self.assertEqual([hint.partition(" of its")[0] for hint in hints], places)
        self.assertEqual(MessageFilter(contains="one").explained(message("one", embeds=[embed])), [])

    def test_embeds_in_order(self) -> None:
        embeds = [{"title": "a"}, {"title": "b"}]
        self.assertEqual(
            MessageFilter(embeds=[{"title": "a"}, {"title": "b"}]).differences(message(embeds=embeds)), []
        )
        self.assertEqual(
            MessageFilter(embeds=[{"title": "a"}]).differences(message(embeds=embeds)),
            ["it has 2 embeds, not 1"],
        )
        lines = MessageFilter(embeds=[{"title": "a"}, {"title": "x"}]).differences(message(embeds=embeds))
        self.assertTrue(lines[0].startswith("embeds[1]: embed title differs"))

    def test_two_files_of_one_name_are_two(self) -> None:
        files = [{"filename": "a.png", "url": "1"}, {"filename": "a.png", "url": "2"}]
        self.assertEqual(MessageFilter(files=["a.png", "a.png"]).differences(message(attachments=files)), [])
        self.assertEqual(
            MessageFilter(files=["a.png"]).differences(message(attachments=files)),
            ["its files are ['a.png', 'a.png'], not ['a.png']"],
        )

    def test_file_that_an_embed_shows_counts_once(self) -> None:
        url = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=5"
        embeds = [
            {
                "image": {"url": url},
                "thumbnail": {"url": url},
                "footer": {"icon_url": "https://example.org/b.png"},
            }
        ]
        wanted = MessageFilter(files={"a.png": b"x"}, file_data=lambda found: b"x" if found == url else b"")
        self.assertEqual(wanted.differences(message(embeds=embeds)), [])

    def test_file_in_every_part_of_an_embed(self) -> None:
        url = "https://cdn.discordapp.com/attachments/1/2/a.png"
        for part, key in (
            ("image", "url"),
            ("thumbnail", "url"),
            ("author", "icon_url"),
            ("footer", "icon_url"),
        ):
            with self.subTest(part):
                sent = message(embeds=[{part: {key: url}}])
                self.assertEqual(MessageFilter(files=["a.png"]).differences(sent), [])

    def test_file_in_components(self) -> None:
        url = "https://cdn.discordapp.com/attachments/1/2/a.png"
        gallery = {"type": 12, "items": [{"media": {"url": url}}, {"media": {"url": "https://x.com/b.png"}}]}
        sent = message(components=[{"type": 17, "components": [gallery, {"type": 13, "file": {"url": url}}]}])
        self.assertEqual(MessageFilter(files=["a.png"]).differences(sent), [])

    def test_missing_file_has_no_content(self) -> None:
        wanted = MessageFilter(files={"a.png": b"x"})
        self.assertEqual(wanted.differences(message()), ["its files are [], not ['a.png']"])

    def test_one_where_a_list_belongs(self) -> None:
        with self.assertRaisesRegex(TypeError, "embeds is a list of embeds, or how many; embed= is for one"):
            MessageFilter(embeds=discord.Embed(title="x"))  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, r"buttons is a list of labels: \['Yes'\]"):
            MessageFilter(buttons="Yes")

    def test_number_of_files_or_buttons(self) -> None:
        number: Any = 2
        with self.assertRaisesRegex(
            TypeError, "files are names, or a dict of names and their content, not 2"
        ):
            MessageFilter(files=number)
        with self.assertRaisesRegex(TypeError, "buttons is a list of labels, not 2"):
            MessageFilter(buttons=number)

    def test_button_without_a_label(self) -> None:
        components = [{"type": 1, "components": [{"type": 2, "emoji": {"name": "👍"}}, {"type": 2}]}]
        self.assertEqual(MessageFilter(buttons=["👍", ""]).differences(message(components=components)), [])

    def test_button_beside_a_section_counts(self) -> None:
        section = {"type": 9, "components": [], "accessory": {"type": 2, "label": "More"}}
        self.assertEqual(MessageFilter(buttons=["More"]).differences(message(components=[section])), [])

    def test_roles_are_mentions_too(self) -> None:
        sent = message(mentions=[{"id": "5"}], mention_roles=["6"])
        self.assertEqual(MessageFilter(mentions=["6", "5"]).differences(sent), [])
        self.assertEqual(MessageFilter(mentions=["5"]).differences(sent), ["it mentions 5, 6, not 5"])

    def test_ephemeral(self) -> None:
        self.assertEqual(MessageFilter(ephemeral=True).differences(message(flags=64)), [])
        self.assertEqual(MessageFilter(ephemeral=False).differences(message(flags=64)), ["it is ephemeral"])
        self.assertEqual(
            MessageFilter(ephemeral=True).differences(message(flags=63)), ["it is not ephemeral"]
        )


class NearestTests(unittest.TestCase):
    def test_fewest_differences_win_then_the_most_alike_text(self) -> None:
        wanted = MessageFilter(content="Pong!", embeds=1)
        far, near = message("Pong!?"), message("Pung", embeds=[{"title": "x"}])
        self.assertIs(nearest_of(wanted, [far, near]), near)
        self.assertEqual(
            nearest_of(MessageFilter(content="abc"), [message("xyz"), near_abc := message("abd")]), near_abc
        )
        self.assertIsNone(nearest_of(wanted, []))


if __name__ == "__main__":
    unittest.main()

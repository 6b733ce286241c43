"""A filter tells every difference between a message and what was asked for, and which message is nearest."""

from __future__ import annotations

import unittest
from typing import Any

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

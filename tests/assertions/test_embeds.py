"""Embeds are compared as a whole with an Embed, by the keys that are named with a dict."""

from __future__ import annotations

import re
import unittest
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import discord

from discordtest.assertions.embeds import embed_differences

SENT: dict[str, Any] = {
    "type": "rich",
    "title": "Rules",
    "description": "Be kind",
    "color": 0xFF0000,
    "timestamp": "2026-01-01T12:00:00+00:00",
    "footer": {"text": "v2", "proxy_icon_url": "https://example.org/x"},
    "image": {"url": "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1", "width": 10, "height": 10},
    "fields": [
        {"name": "1", "value": "Listen", "inline": True},
        {"name": "2", "value": "Speak", "inline": False},
    ],
}


def embed() -> discord.Embed:
    """Return the embed that a bot sent as SENT."""
    made = discord.Embed(title="Rules", description="Be kind", color=discord.Color(0xFF0000))
    made.timestamp = datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    made.set_footer(text="v2").set_image(url="attachment://cat.png")
    return made.add_field(name="1", value="Listen").add_field(name="2", value="Speak", inline=False)


class WholeTests(unittest.TestCase):
    def test_what_discord_adds_does_not_matter(self) -> None:
        self.assertEqual(embed_differences(embed(), SENT), [])

    def test_every_difference_is_told(self) -> None:
        wanted = embed().remove_footer().set_author(name="Mods")
        wanted.title = "Rulez"
        self.assertEqual(
            embed_differences(wanted, SENT),
            [
                "embed title differs:\n    - Rulez\n    ?     ^\n    + Rules\n    ?     ^",
                "embed footer text is 'v2', not None",
                "embed author name is None, not 'Mods'",
            ],
        )

    def test_inline_and_the_number_of_fields_matter(self) -> None:
        self.assertEqual(
            embed_differences(embed().set_field_at(1, name="2", value="Speak", inline=True), SENT),
            ["embed fields[1] inline is False, not True"],
        )
        self.assertEqual(
            embed_differences(embed().add_field(name="3", value="x"), SENT),
            ["embed fields[2] is nothing, not '3': 'x'"],
        )
        self.assertEqual(
            embed_differences(embed().remove_field(1), SENT),
            ["embed fields[1] is '2': 'Speak', not nothing"],
        )

    def test_embed_without_fields(self) -> None:
        self.assertEqual(
            embed_differences(discord.Embed(title="Rules"), {"title": "Rules", "type": "rich"}), []
        )

    def test_other_upload_differs(self) -> None:
        lines = embed_differences(embed().set_image(url="attachment://dog.png"), SENT)
        self.assertEqual(len(lines), 1)
        self.assertIn("embed image url differs", lines[0])

    def test_upload_is_claimed_with_its_scheme(self) -> None:
        self.assertEqual(embed_differences({"image": {"url": "attachment://cat.png"}}, SENT), [])
        self.assertIn("differs", embed_differences({"image": {"url": "cat.png"}}, SENT)[0])
        self.assertEqual(
            embed_differences({"thumbnail": {"url": "attachment://cat.png"}}, SENT),
            ["embed thumbnail url is None, not 'attachment://cat.png'"],
        )


class NamedTests(unittest.TestCase):
    def test_only_named_keys_matter(self) -> None:
        self.assertEqual(embed_differences({"title": "Rules"}, SENT), [])
        self.assertEqual(embed_differences({"footer": {"text": "v2"}}, SENT), [])
        self.assertEqual(
            embed_differences({"footer": {"text": "v3"}}, SENT)[0][:24], "embed footer text differ"
        )

    def test_colours_in_every_form(self) -> None:
        for value in (0xFF0000, discord.Colour(0xFF0000)):
            self.assertEqual(embed_differences({"colour": value}, SENT), [])
            self.assertEqual(embed_differences({"color": value}, SENT), [])
        self.assertEqual(embed_differences({"color": 5}, SENT), ["embed color is #ff0000, not #000005"])
        self.assertEqual(embed_differences({"color": None}, SENT), ["embed color is #ff0000, not None"])

    def test_timestamp_as_moment_or_text(self) -> None:
        self.assertEqual(embed_differences({"timestamp": datetime(2026, 1, 1, 12, tzinfo=UTC)}, SENT), [])
        self.assertEqual(embed_differences({"timestamp": "2026-01-01T12:00:00.000+00:00"}, SENT), [])
        naive = datetime(2026, 1, 1, 12, tzinfo=UTC).astimezone().replace(tzinfo=None)
        # of this machine, as Embed takes it
        self.assertEqual(embed_differences({"timestamp": naive}, SENT), [])

    def test_patterns_and_predicates_at_every_depth(self) -> None:
        self.assertEqual(
            embed_differences({"title": re.compile("^R"), "footer": {"text": str.islower}}, SENT), []
        )
        self.assertEqual(
            embed_differences({"title": re.compile("^X")}, SENT),
            ["embed title is 'Rules', which '^X' does not accept"],
        )
        self.assertEqual(
            embed_differences({"author": {"name": str.isupper}}, SENT),
            ["embed author name is None, which 'the predicate' does not accept"],
        )

    def test_none_is_what_is_not_there(self) -> None:
        self.assertEqual(embed_differences({"author": None, "url": ""}, SENT), [])
        self.assertEqual(embed_differences({"title": None}, SENT), ["embed title is 'Rules', not None"])

    def test_fields_as_a_mapping_are_those_by_name(self) -> None:
        self.assertEqual(embed_differences({"fields": {"2": "Speak"}}, SENT), [])
        self.assertEqual(embed_differences({"fields": {"2": re.compile("peak")}}, SENT), [])
        self.assertEqual(
            embed_differences({"fields": {"9": "x"}}, SENT), ["embed has no field '9'; its fields: '1', '2'"]
        )
        self.assertEqual(
            embed_differences({"fields": {"9": "x"}}, {"title": "Rules"}),
            ["embed has no field '9'; its fields: none"],
        )
        self.assertEqual(embed_differences({"fields": {"9": None}}, SENT), [])
        self.assertEqual(
            embed_differences({"fields": {"2": "Talk"}}, SENT)[0].partition("\n")[0],
            "embed field '2' differs:",
        )

    def test_fields_as_a_list_are_all_in_order(self) -> None:
        self.assertEqual(embed_differences({"fields": [("1", "Listen"), {"name": "2"}]}, SENT), [])
        self.assertEqual(
            embed_differences({"fields": [("1", "Listen")]}, SENT),
            ["embed fields are [('1', 'Listen'), ('2', 'Speak')], 2 not 1"],
        )
        self.assertEqual(
            [line[:23] for line in embed_differences({"fields": [("1", "Talk"), ("3", "Speak")]}, SENT)],
            ["embed fields[0] value d", "embed fields[1] name di"],
        )

    def test_unknown_key_is_a_mistake(self) -> None:
        with self.assertRaisesRegex(TypeError, "an embed has no titel; it has title, description"):
            embed_differences({"titel": "Rules"}, SENT)


if __name__ == "__main__":
    unittest.main()

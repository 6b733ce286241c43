"""What test authors pass, as the API takes it."""

from __future__ import annotations

import io
import re
import tempfile
import unittest
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import discord

from discordtest import SetupError
from discordtest.given import (
    api_fields,
    bits,
    color_value,
    data_uri,
    emoji_fields,
    emoji_key,
    file_parts,
    id_of,
    iso,
    json_embeds,
    json_overwrites,
    refuse_singular,
    shown,
    sound_uri,
    without_none,
)


class Named(NamedTuple):
    """A record of somebody else's, with an id."""

    id: int
    name: str


class IdTests(unittest.TestCase):
    def test_objects_and_ids(self) -> None:
        self.assertEqual([id_of(thing) for thing in (discord.Object(7), 7, "7")], ["7", "7", "7"])

    def test_anything_else_is_refused(self) -> None:
        for thing in ("alice", None, True, 1.5):
            with self.assertRaisesRegex(SetupError, "is no object of discord.py and no id"):
                id_of(thing)  # type: ignore[arg-type]

    def test_name_is_refused_with_a_hint(self) -> None:
        with self.assertRaisesRegex(SetupError, "pass the object that make_… returned"):
            id_of("alice")

    def test_none_comes_from_a_look_up(self) -> None:
        with self.assertRaisesRegex(SetupError, "None is .* no id: what looked it up has found nothing"):
            id_of(None)  # type: ignore[arg-type]

    def test_mock_is_told_that_none_is_needed(self) -> None:
        with self.assertRaisesRegex(SetupError, "no mock is needed here, make_member, make_text_channel"):
            id_of(mock.MagicMock())

    def test_things_are_shown_in_few_words(self) -> None:
        for thing, text in (
            (discord.Object(7), "Object (7)"),
            (discord.PartialEmoji(name="cat", id=7), "'cat' (7)"),
            (7, "7"),
            ("alice", "'alice'"),
            (discord.Colour(7), "<Colour value=7>"),
            (Named(7, "mine"), "Named(id=7, name='mine')"),
        ):
            with self.subTest(text):
                self.assertEqual(shown(thing), text)

    def test_one_where_several_are_taken(self) -> None:
        for name, plural in (("embed", "embeds"), ("file", "files"), ("sticker", "stickers")):
            with self.assertRaisesRegex(TypeError, rf"there is no {name}=, write {plural}=\[…\]"):
                refuse_singular({name: None})
        refuse_singular({"embeds": None})


class ValueTests(unittest.TestCase):
    def test_numbers_and_objects(self) -> None:
        self.assertEqual((bits(8), bits(discord.Permissions(8)), bits(None)), (8, 8, None))
        self.assertEqual((color_value(5), color_value(discord.Colour(5)), color_value(None)), (5, 5, None))
        self.assertEqual(without_none(a=1, b=None, c=0), {"a": 1, "c": 0})

    def test_moments(self) -> None:
        local = datetime(2020, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
        self.assertEqual(iso(local), "2020-01-01T00:00:00.000000+00:00")
        self.assertIsNone(iso(None))
        with self.assertRaisesRegex(SetupError, "no time zone"):
            iso(datetime.now(UTC).replace(tzinfo=None))

    def test_embeds(self) -> None:
        embed = discord.Embed(title="T")
        self.assertEqual(json_embeds([embed, {"title": "U"}])[1], {"title": "U"})
        self.assertEqual(json_embeds([embed])[0]["title"], "T")
        with self.assertRaisesRegex(TypeError, "embeds takes a list"):
            json_embeds(embed)  # type: ignore[arg-type]

    def test_overwrites(self) -> None:
        role, user = discord.Object(1, type=discord.Role), discord.Object(2)
        given: Any = {
            role: discord.PermissionOverwrite(send_messages=True),
            user: discord.PermissionOverwrite(send_messages=False),
        }
        expected = [
            {"id": "1", "type": 0, "allow": "2048", "deny": "0"},
            {"id": "2", "type": 1, "allow": "0", "deny": "2048"},
        ]
        self.assertEqual(json_overwrites(given), expected)
        self.assertEqual(json_overwrites(expected), expected)
        self.assertEqual(json_overwrites(expected[0]), expected[:1])
        self.assertIsNone(json_overwrites(None))

    def test_emojis(self) -> None:
        custom = discord.PartialEmoji(name="blob", id=5)
        keys = [emoji_key(emoji) for emoji in ("👍", custom, "<:blob:5>", "<a:blob:5>", "blob:5")]
        self.assertEqual(keys, ["👍", "blob:5", "blob:5", "blob:5", "blob:5"])
        self.assertEqual(emoji_fields(custom), {"emoji_id": "5", "emoji_name": None})
        self.assertEqual(emoji_fields("👍"), {"emoji_id": None, "emoji_name": "👍"})
        for thing in (None, 5):
            with self.assertRaisesRegex(TypeError, "is no emoji"):
                emoji_key(thing)  # type: ignore[arg-type]
        for spelt in (":video_game:", ":+1:"):
            with self.assertRaisesRegex(
                SetupError, f"'{re.escape(spelt)}' is how a client spells an emoji: pass"
            ):
                emoji_key(spelt)


class FieldTests(unittest.TestCase):
    def test_keywords_of_discord_py_become_fields(self) -> None:
        fields = api_fields(
            {
                "category": discord.Object(3),
                "slowmode_delay": 5,
                "verification_level": discord.VerificationLevel.high,
                "permissions": discord.Permissions(8),
                "colour": discord.Colour(5),
                "icon": b"\x89PNG",
                "topic": None,
                "default_reaction_emoji": "👍",
                "available_tags": [discord.ForumTag(name="bug"), {"name": "raw"}],
            }
        )
        tags = fields.pop("available_tags")
        self.assertEqual([tag["name"] for tag in tags], ["bug", "raw"])
        self.assertEqual(
            fields,
            {
                "parent_id": "3",
                "rate_limit_per_user": 5,
                "verification_level": 3,
                "permissions": "8",
                "color": 5,
                "icon": "data:image/png;base64,iVBORw==",
                "default_reaction_emoji": {"emoji_id": None, "emoji_name": "👍"},
            },
        )

    def test_image_of_no_known_kind(self) -> None:
        with self.assertRaisesRegex(SetupError, "no PNG, JPEG, GIF or WebP"):
            data_uri(b"text")

    def test_sound_is_named_by_its_kind(self) -> None:
        for sound, kind in (
            (b"ID3", "audio/mpeg"),
            (b"OggS", "audio/ogg"),
            (b"RIF", "application/octet-stream"),
        ):
            self.assertTrue(sound_uri(sound).startswith(f"data:{kind};base64,"))
        with self.assertRaisesRegex(TypeError, "as bytes, not 'yay.mp3'"):
            sound_uri("yay.mp3")  # type: ignore[arg-type]


class FileTests(unittest.TestCase):
    def test_files_pairs_and_paths(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "c.png"
            path.write_bytes(b"three")
            parts = file_parts([discord.File(io.BytesIO(b"one"), "a.txt"), ("b", b"two"), path, str(path)])
        found = [(part.name, part.filename, part.content_type, part.data) for part in parts[:3]]
        self.assertEqual(
            found,
            [
                ("files[0]", "a.txt", "text/plain", b"one"),
                ("files[1]", "b", "application/octet-stream", b"two"),
                ("files[2]", "c.png", "image/png", b"three"),
            ],
        )
        self.assertEqual(parts[3].data, b"three")

    def test_file_is_read_whole_each_time(self) -> None:
        file = discord.File(io.BytesIO(b"one"), "a.txt")
        self.assertEqual([part.data for part in file_parts([file, file])], [b"one", b"one"])

    def test_names_and_contents(self) -> None:
        parts = file_parts({"a.txt": b"one", "b": b"two"})
        found = [(part.name, part.filename, part.data) for part in parts]
        self.assertEqual(found, [("files[0]", "a.txt", b"one"), ("files[1]", "b", b"two")])

    def test_file_that_is_not_there(self) -> None:
        text = r"no file can be read at 'no/where.txt' \(No such .*for a .* in the test write \('where.txt', b'...'\)"
        with self.assertRaisesRegex(SetupError, text):
            file_parts(["no/where.txt"])

    def test_what_is_no_list_of_files(self) -> None:
        for one in ("a.txt", b"one", Path("a.txt"), discord.File(io.BytesIO(b"one"), "a.txt")):
            with self.assertRaisesRegex(TypeError, "files takes a list of files"):
                file_parts(one)  # type: ignore[arg-type]
        for one in (b"one", ("a.txt", "text"), ("a.txt",), 5):
            with self.assertRaisesRegex(TypeError, "a file is a discord.File, a path, or"):
                file_parts([one])  # type: ignore[list-item]

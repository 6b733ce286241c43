from __future__ import annotations

import asyncio
import unittest
from copy import deepcopy

import discord

from discordtest.dpytest import PeekableQueue, activity_eq, embed_eq, embed_proxy_eq
from discordtest.dpytest.utils import embed_differences


class EmbedTests(unittest.TestCase):
    def setUp(self) -> None:
        self.embed = discord.Embed(title="Foo", description="Bar", url="https://a.test", colour=1)
        self.embed.set_footer(text="foot").set_image(url="https://a.test/i.png").add_field(
            name="n", value="v"
        )

    def test_same_looks_are_equal(self) -> None:
        other = deepcopy(self.embed)
        other.colour = discord.Colour(2)
        other.set_author(name="somebody").set_thumbnail(url="https://a.test/t.png")
        self.assertNotEqual(self.embed, other)
        self.assertTrue(embed_eq(self.embed, other))

    def test_what_is_looked_at_makes_them_differ(self) -> None:
        changes = {
            "title": lambda it: setattr(it, "title", "Baz"),
            "description": lambda it: setattr(it, "description", "Baz"),
            "url": lambda it: setattr(it, "url", "https://b.test"),
            "footer": lambda it: it.set_footer(text="hand"),
            "image": lambda it: it.set_image(url="https://a.test/j.png"),
            "field": lambda it: it.set_field_at(0, name="n", value="w"),
            "fields": lambda it: it.add_field(name="m", value="v"),
        }
        for name, change in changes.items():
            with self.subTest(name):
                other = deepcopy(self.embed)
                change(other)
                self.assertFalse(embed_eq(self.embed, other))

    def test_differences_are_told(self) -> None:
        other = discord.Embed(title="Foo", url="https://a.test").add_field(name="n", value="w")
        self.assertEqual(
            embed_differences(self.embed, other),
            [
                "its description is None, not 'Bar'",
                "its footer.text is None, not 'foot'",
                "its image.url is None, not 'https://a.test/i.png'",
                "its fields are 'n': 'w', not 'n': 'v'",
            ],
        )

    def test_none_is_equal_to_none_alone(self) -> None:
        self.assertTrue(embed_eq(None, None))
        self.assertFalse(embed_eq(None, self.embed))
        self.assertFalse(embed_eq(discord.Embed(), None))

    def test_parts_with_the_same_text_are_equal(self) -> None:
        same, other = deepcopy(self.embed), deepcopy(self.embed).set_footer(text="hand")
        self.assertTrue(embed_proxy_eq(self.embed.footer, same.footer))
        self.assertFalse(embed_proxy_eq(self.embed.footer, other.footer))


class ActivityTests(unittest.TestCase):
    def test_classes_do_not_matter(self) -> None:
        activity = discord.Activity(type=discord.ActivityType.playing, name="Chess")
        self.assertTrue(activity_eq(activity, discord.Game("Chess")))
        self.assertTrue(activity_eq(discord.Game("Chess"), activity))

    def test_what_is_looked_at_makes_them_differ(self) -> None:
        playing = discord.ActivityType.playing
        first = discord.Activity(type=playing, name="Chess", url="https://a.test", details="d")
        for change in (
            {"name": "Go"},
            {"url": None},
            {"details": "e"},
            {"type": discord.ActivityType.watching},
        ):
            with self.subTest(change):
                parts = {"type": playing, "name": "Chess", "url": "https://a.test", "details": "d", **change}
                self.assertFalse(activity_eq(first, discord.Activity(**parts)))
        self.assertFalse(
            activity_eq(discord.CustomActivity("Hm", emoji="🤔"), discord.CustomActivity("Hm", emoji="💡"))
        )

    def test_none_is_equal_to_none_alone(self) -> None:
        self.assertTrue(activity_eq(None, None))
        self.assertFalse(activity_eq(None, discord.Game("Chess")))
        self.assertFalse(activity_eq(discord.Game("Chess"), None))


class QueueTests(unittest.TestCase):
    def setUp(self) -> None:
        self.queue: PeekableQueue[str] = PeekableQueue()

    def test_peek_shows_the_newest_and_leaves_it(self) -> None:
        self.queue.put_nowait("old")
        self.queue.put_nowait("new")
        self.assertEqual(self.queue.peek(), "new")
        self.assertEqual([self.queue.get_nowait(), self.queue.get_nowait()], ["old", "new"])

    def test_peek_into_an_empty_queue_raises_what_suites_catch(self) -> None:
        for error in (asyncio.QueueEmpty, IndexError):
            with self.assertRaises(error):
                self.queue.peek()

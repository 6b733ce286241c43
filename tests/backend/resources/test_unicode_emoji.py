"""What counts as an emoji."""

from __future__ import annotations

import unittest

from discordtest.backend.resources.unicode_emoji import is_emoji, same_emoji


class UnicodeEmoji(unittest.TestCase):
    def test_emojis(self):
        for text in ("🔥", "❤", "❤️", "👍🏽", "🇩🇪", "🇩", "#️⃣", "1⃣", "👨‍👩‍👧", "🏳️‍🌈", "©️", "✔️", "🫠", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"):
            with self.subTest(text=text):
                self.assertTrue(is_emoji(text))

    def test_other_text(self):
        for text in ("", "a", "1", "fire", ":fire:", "🔥 ", "🔥🔥", "✓", "→", "\ufe0f", "\u200d"):
            with self.subTest(text=text):
                self.assertFalse(is_emoji(text))

    def test_styles_do_not_matter(self):
        self.assertEqual(same_emoji("❤️"), same_emoji("❤"))
        self.assertNotEqual(same_emoji("👍"), same_emoji("👍🏽"))

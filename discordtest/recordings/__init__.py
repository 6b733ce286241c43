"""Recordings: what a bot and Discord said to each other, as a file, and a Discord that says it again."""

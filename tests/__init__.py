"""The tests of discordtest, in its own layout: one file for each module."""

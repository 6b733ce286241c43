"""The tests of discordtest, in its own layout: one file for each module. The outside judge watches all of them."""

from tests import judge

judge.install()

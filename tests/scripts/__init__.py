"""Tests of how a bot's script is found, run and held."""

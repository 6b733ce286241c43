"""The bot's tests: one file for each cog."""

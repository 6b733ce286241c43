"""Errors of the bot: those that nothing handles, those that it handles itself, those by which it ends."""

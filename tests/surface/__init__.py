"""The public methods of discord.py, called one by one with every keyword that they take."""

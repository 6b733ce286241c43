"""Bots that nobody here wrote, driven as their users drive them."""

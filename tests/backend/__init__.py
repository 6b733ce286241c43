"""Tests of the in-memory Discord, one file for each module of it."""

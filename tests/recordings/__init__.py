"""Tests of recordings, one file for each module."""

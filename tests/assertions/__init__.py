"""Tests of the assertions, one file for each module."""

"""Tests of the resources, one file for each module of them."""

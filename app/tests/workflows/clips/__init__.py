"""Tests of how clips are made and shown."""

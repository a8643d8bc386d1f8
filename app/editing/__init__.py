"""Decisions: pure functions from measures to an edit document."""

"""Processes that die, sleep, and lose their database or disk: every job must come out right all the same."""

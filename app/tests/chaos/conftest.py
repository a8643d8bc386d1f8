"""Desks and trial jobs, as tests of workflows have them."""

from app.tests.workflows.conftest import any_desk, any_trials, desk, trials

__all__ = ["any_desk", "any_trials", "desk", "trials"]

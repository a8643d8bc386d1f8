"""Storages that tell a mirror, as tests of the copy in Supabase have them."""

from app.tests.services.mirrors import any_house, house

__all__ = ["any_house", "house"]

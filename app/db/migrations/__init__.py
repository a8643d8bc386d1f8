"""Alembic's environment and the scripts of every schema there was."""

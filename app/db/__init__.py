"""The one database: SQLite in the data folder, or Postgres; the same tables and migrations on both."""

from app.db.engine import Database, close_databases, open_database

__all__ = ["Database", "close_databases", "open_database"]

"""What Alembic runs: the migrations, on the connection (and in the transaction) that `app/db/migrate.py` opened."""

from alembic import context

from app.db.tables import SCHEMA, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=False,
    version_table_schema=None if connection.dialect.name == "sqlite" else SCHEMA,
)
context.run_migrations()

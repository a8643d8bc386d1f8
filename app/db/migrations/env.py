"""What Alembic runs: the migrations, on the connection (and in the transaction) that `app/db/migrate.py` opened."""

from alembic import context

from app.db.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()

"""Sessions that have ended and names of old requests go; what still lets somebody in stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.config import Settings
from app.db.tables import idempotency_keys, sessions
from app.db.types import now
from app.models.control import Control
from app.services.job_storage import JobStorage
from app.services.library.idempotency import IdempotencyKeys
from app.services.library.sessions import Sessions
from app.workflows.access_sweep import EndedAccess
from app.workflows.cleanup import clean_up, plan

pytestmark = pytest.mark.store


def test_what_has_ended_goes_and_the_rest_stays(any_storage: JobStorage, any_settings: Settings) -> None:
    database = any_storage.database
    for days in (-1, -2, 1):
        Sessions(database).begin("account", days)
    keys = IdempotencyKeys(database, "one")
    for name, hours in (("old", 25), ("open and old", 30), ("young", 23), ("let go", 1)):
        keys.claim(name, None)
        with database.write() as connection:
            of_name = update(idempotency_keys).where(idempotency_keys.c.id == name)
            connection.execute(of_name.values(created_at=now() - timedelta(hours=hours)))
    keys.let_go("let go")
    found = plan(any_storage, any_settings).found["access"]
    assert [find.name for find in found] == [""] * 4, "nobody is shown what lets somebody in"
    assert clean_up(any_storage, any_settings, None, Control()).access == 4
    with database.read() as connection:
        assert set(connection.execute(select(idempotency_keys.c.id)).scalars()) == {"young", "let go"}
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == 1
    assert list(EndedAccess(any_storage, any_settings).take([], Control())) == []

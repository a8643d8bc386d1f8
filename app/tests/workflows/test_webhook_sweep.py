"""What was told of jobs is kept as long as they are, and what waits for ever so long."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.config import Settings
from app.db.tables import webhook_deliveries
from app.db.types import now
from app.errors import Cancelled
from app.models.control import Control
from app.services.job_storage import JobStorage
from app.services.library.webhooks import Webhooks
from app.workflows.cleanup import clean_up, plan
from app.workflows.webhook_sweep import OldMessages

pytestmark = pytest.mark.store


@pytest.fixture
def webhooks(any_storage: JobStorage) -> Webhooks:
    return Webhooks(any_storage.database)


def sent(storage: JobStorage, webhooks: Webhooks, state: str, days: float) -> str:
    """Make a message whose last try was so many days ago, and return its id."""
    endpoint, _ = webhooks.create(None, "http://127.0.0.1:9/")
    message = webhooks.test(None, endpoint.id).id
    with storage.database.write() as connection:
        mine = update(webhook_deliveries).where(webhook_deliveries.c.id == message)
        connection.execute(mine.values(state=state, updated_at=now() - timedelta(days=days)))
    return message


def left(webhooks: Webhooks) -> set[str]:
    return {one.id for one in webhooks.deliveries(None).items}


def test_old_ones_go_and_others_stay(any_storage: JobStorage, any_settings: Settings, webhooks: Webhooks) -> None:
    old = {sent(any_storage, webhooks, state, 8) for state in ("delivered", "failed")}
    young = {sent(any_storage, webhooks, "delivered", 6), sent(any_storage, webhooks, "waiting", 100)}
    assert {find.name for find in plan(any_storage, any_settings).found["messages"]} == old
    assert left(webhooks) == old | young
    assert clean_up(any_storage, any_settings, None, Control()).messages == 2
    assert left(webhooks) == young
    assert clean_up(any_storage, any_settings, 5, Control()).messages == 1
    assert clean_up(any_storage, any_settings, 1e9, Control()).messages == 0


def test_one_that_is_sent_again_meanwhile_stays(
    any_storage: JobStorage, any_settings: Settings, webhooks: Webhooks
) -> None:
    message = sent(any_storage, webhooks, "failed", 8)
    sweep = OldMessages(any_storage, any_settings, 7)
    finds = sweep.find()
    webhooks.replay(None, message)
    assert list(sweep.take(finds, Control())) == []
    assert left(webhooks) == {message}


def test_it_stops_when_asked(any_storage: JobStorage, any_settings: Settings, webhooks: Webhooks) -> None:
    message = sent(any_storage, webhooks, "failed", 8)
    sweep, control = OldMessages(any_storage, any_settings, 7), Control()
    control.cancel()
    with pytest.raises(Cancelled):
        list(sweep.take(sweep.find(), control))
    assert left(webhooks) == {message}

"""The client of the Supabase project that the settings name."""

import threading
import warnings
from typing import TYPE_CHECKING

from app.config import Settings

if TYPE_CHECKING:
    from supabase import Client

_SECONDS = 10.0
"""How long one request may take; whoever asks tries again in their own time."""

_clients: "dict[tuple[str, str], Client]" = {}
_lock = threading.Lock()


def client_for(settings: Settings) -> "Client | None":
    """Return the client; None when no project is set. The first one loads half a second of packages."""
    if not settings.supabase_url or settings.supabase_key is None:
        return None
    key = (settings.supabase_url, settings.supabase_key.get_secret_value())
    with _lock:
        if key not in _clients:
            _clients[key] = _made(*key)
        return _clients[key]


def _made(url: str, key: str) -> "Client":
    import httpx  # noqa: PLC0415 - most runs need none of these
    from supabase import ClientOptions, create_client  # noqa: PLC0415

    options = ClientOptions(
        httpx_client=httpx.Client(timeout=_SECONDS),
        postgrest_client_retry=False,
        auto_refresh_token=False,
        persist_session=False,
    )
    client = create_client(url, key, options)
    with warnings.catch_warnings():  # it passes a parameter on to itself that it says is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        _ = client.postgrest
    return client

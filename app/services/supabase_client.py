"""The client of the Supabase project that the settings name."""

import threading
import warnings
from typing import TYPE_CHECKING

from app.config import Settings

if TYPE_CHECKING:
    import httpx
    from supabase import Client

_SECONDS = 10.0
"""How long one request may take; whoever asks tries again in their own time."""

_clients: "dict[tuple[str, str, float], Client]" = {}
_lock = threading.Lock()


def client_for(settings: Settings) -> "Client | None":
    """Return the client; None when no project is set. The first one loads half a second of packages.

    A request that is answered with an error raises `httpx.HTTPStatusError`, which has the whole answer.
    """
    if not settings.supabase_url or settings.supabase_key is None:
        return None
    seconds = min(_SECONDS, settings.lease_seconds / 3)  # whoever sends under a lease still has it afterwards
    key = (settings.supabase_url, settings.supabase_key.get_secret_value(), seconds)
    with _lock:
        if key not in _clients:
            _clients[key] = _made(*key)
        return _clients[key]


def _made(url: str, key: str, seconds: float) -> "Client":
    import httpx  # noqa: PLC0415 - most runs need none of these
    from supabase import ClientOptions, create_client  # noqa: PLC0415

    options = ClientOptions(
        httpx_client=httpx.Client(timeout=seconds, event_hooks={"response": [_require_good]}),
        postgrest_client_retry=False,
        auto_refresh_token=False,
        persist_session=False,
    )
    client = create_client(url, key, options)
    with warnings.catch_warnings():  # it passes a parameter on to itself that it says is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        _ = client.postgrest
    return client


def _require_good(response: "httpx.Response") -> None:
    """Raise what is no good answer with its status and headers, which the client's own errors leave out."""
    if not response.is_success:
        response.read()
        response.raise_for_status()

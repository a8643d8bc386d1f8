"""What a Supabase key is, told from the key itself: only the service role's may write what is everybody's."""

import jwt

SERVICE_ROLE = "service_role"
ANON = "anon"
UNKNOWN = ""

_PREFIXES = {"sb_secret_": SERVICE_ROLE, "sb_publishable_": ANON}
"""Keys of the newer kind, which are no tokens."""


def role_of(key: str) -> str:
    """Return the role that a key stands for: "service_role", "anon" or another; "" where it cannot be told.

    The signature is not looked at (only the project can check it): this is for advice and decides nothing.
    """
    for prefix, role in _PREFIXES.items():
        if key.startswith(prefix):
            return role
    try:
        claims = jwt.decode(key, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError):
        return UNKNOWN
    named = claims.get("role")
    return named if isinstance(named, str) else UNKNOWN


def is_too_weak(key: str) -> bool:
    """Whether the key is known to stand for a role whose writes row-level security rightly refuses."""
    return role_of(key) not in {SERVICE_ROLE, UNKNOWN}

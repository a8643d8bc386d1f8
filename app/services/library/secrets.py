"""Secrets that the server makes: shown once, kept only as a hash."""

import hashlib
import secrets

_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a secret of 256 random bits, as letters that fit into any header."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret that we made: nobody can guess one, so that a quick hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

"""How large the body of a request may be: small, but where a route takes files."""

JSON_BYTES = 1 << 20
"""The largest body, in bytes, of a route that says nothing else."""

ANY_SIZE = 1 << 62
"""For routes that take files, `@router.put(..., max_body_size=ANY_SIZE)`: they look after the size themselves."""

"""Who asks for a request, and what for: every route of the library depends on one of these."""

from typing import Annotated

from fastapi import Depends, Request

from app.models.principal import Principal


async def principal_of(request: Request) -> Principal:
    """Return who asks. While there are no accounts it is the person whose machine this is."""
    return Principal()


Who = Annotated[Principal, Depends(principal_of)]
"""The parameter of a route that anybody who is known may ask."""

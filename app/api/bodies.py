"""How large the body of a request may be: small, but where a route takes files."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem_of_status

JSON_BYTES = 1 << 20
"""The largest body, in bytes, of a route that says nothing else."""

ANY_SIZE = 1 << 62
"""For routes that take files, `@router.put(..., max_body_size=ANY_SIZE)`: they look after the size themselves."""

_TOO_LARGE = 413


class TooLarge:
    """Tells of a body that is too large as of any other problem; the framework says it in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        is_other = False

        async def sent(message: Message) -> None:
            nonlocal is_other
            if message["type"] == "http.response.start" and _is_plain(message):
                is_other = True
                await problem_of_status(_TOO_LARGE)(scope, receive, send)
            elif not is_other:
                await send(message)

        await self._app(scope, receive, sent)


def _is_plain(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == _TOO_LARGE and kind.startswith("text/plain")

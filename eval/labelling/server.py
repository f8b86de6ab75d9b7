"""HTTP requests from one browser on this machine -> the page, articles, and states that are stored.

It answers only to its own address, only to who has the token of this start, and only to requests from its own page; the
page may load nothing from elsewhere and run no script but its own.
"""

import hmac
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from eval.labelling.store import BadGold, BadState, Stale, Store, UnknownArticle

# Cookies know no ports: each server's has its own name.
COOKIE = "onrecord_token_{port}"
# An article's state is some kilobytes; a request that is larger is not ours.
MAX_BYTES = 4_000_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC = {"app.js": "text/javascript", "style.css": "text/css"}


def labelling_app(store: Store, token: str, port: int) -> Starlette:
    """The application; `port` is the one it will listen on, part of its own origin."""
    page = _Page(store)
    return Starlette(
        routes=[
            Route("/", page.index),
            Route("/static/{name}", page.static),
            Route("/favicon.ico", page.nothing),
            Route("/api/articles", page.listing),
            Route("/api/articles/{id:path}", page.article, methods=["GET"]),
            Route("/api/articles/{id:path}", page.save, methods=["PUT"]),
            Route("/api/deadline", page.deadline),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_Guard(token, port))],
        exception_handlers={
            UnknownArticle: _says(404, "there is no such article"),
            BadState: _says(400, "no state that could be read"),
            BadGold: _says(409, "mend this file first: {}"),
            Stale: _says(409, "another window, or a hand, has gone on with this article"),
            OSError: _says(507, "the disk refuses: {}"),
        },
    )


def _says(status: int, words: str) -> Callable[[Request, Exception], Response]:
    """An answer in place of an exception, with its message where the words leave room for it."""
    return lambda _, exc: JSONResponse({"error": words.format(exc)}, status)


class _Guard:
    """Lets through what comes from the page itself and has the token of this start; everything gets the headers."""

    def __init__(self, token: str, port: int) -> None:
        self._token, self._cookie = token, COOKIE.format(port=port)
        self._origins = {f"http://127.0.0.1:{port}", f"http://localhost:{port}"}

    async def __call__(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = self._refusal(request) or self._admission(request) or await call_next(request)
        response.headers.update(HEADERS)
        return response

    def _refusal(self, request: Request) -> Response | None:
        if f"http://{request.headers.get('host', '')}" not in self._origins:
            return PlainTextResponse("not this host", 421)
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._origins:
            return PlainTextResponse("another origin", 403)
        is_json = request.headers.get("content-type", "") == "application/json"
        if request.method not in ("GET", "HEAD") and (origin is None or not is_json):
            return PlainTextResponse("not from this page", 403)
        given = _token_of(request) or request.cookies.get(self._cookie) or ""
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            words = "This page is open only at the address that `onrecord label` printed when it was started last."
            return PlainTextResponse(words, 401)
        return None

    def _admission(self, request: Request) -> Response | None:
        """The token leaves the address bar and the history; scripts cannot read the cookie."""
        if _token_of(request) is None:
            return None
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
        return response


def _token_of(request: Request) -> str | None:
    return request.query_params.get("token") if request.url.path == "/" else None


class _Page:
    """The page's files, and the store's answers as JSON."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def index(self, _: Request) -> Response:
        return Response(_file("index.html"), media_type="text/html")

    async def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        return Response(_file(name), media_type=STATIC[name]) if name in STATIC else PlainTextResponse("no", 404)

    async def nothing(self, _: Request) -> Response:
        return Response(status_code=204)

    async def listing(self, _: Request) -> Response:
        found = await run_in_threadpool(self._store.listing)
        return JSONResponse({"annotator": self._store.annotator, "sides": self._store.sides, "articles": found})

    async def article(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._store.article, request.path_params["id"]))

    async def save(self, request: Request) -> Response:
        state = await _body(request)
        return JSONResponse(await run_in_threadpool(self._store.save, request.path_params["id"], state))

    async def deadline(self, request: Request) -> Response:
        asked = request.query_params
        words, polarity = asked.get("text", "")[:200], asked.get("polarity", "do")
        found = self._store.resolved(asked.get("id", ""), words, polarity, asked.get("published", ""))
        return JSONResponse(found)


async def _body(request: Request) -> dict[str, Any]:
    """Raises BadState for what is no JSON object, and for one that no article's state could be as large as."""
    parts: list[bytes] = []
    async for part in request.stream():
        parts.append(part)
        if sum(map(len, parts)) > MAX_BYTES:
            raise BadState("too large")
    try:
        read = json.loads(b"".join(parts), parse_constant=_refused)
    except (ValueError, RecursionError) as exc:
        raise BadState(str(exc)) from exc
    if not isinstance(read, dict):
        raise BadState("no object")
    return read


def _refused(constant: str) -> None:
    """NaN and infinities are no JSON, and would be none when they are shown again."""
    raise ValueError(constant)


def _file(name: str) -> bytes:
    return (resources.files("eval") / "labelling" / "static" / name).read_bytes()

"""HTTP requests from one browser on this machine -> the page, articles, and states that are stored.

It answers only to its own address, only to who has the token of this start, and only to requests from its own page; the
page may load nothing from elsewhere and run no script but its own.
"""

import hmac
import json
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from eval.labelling.store import Stale, Store

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
    cookie = COOKIE.format(port=port)
    origins = {f"http://127.0.0.1:{port}", f"http://localhost:{port}"}

    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = _refusal(request) or await call_next(request)
        response.headers.update(HEADERS)
        return response

    def _refusal(request: Request) -> Response | None:
        if f"http://{request.headers.get('host', '')}" not in origins:
            return PlainTextResponse("not this host", 421)
        origin = request.headers.get("origin")
        if origin is not None and origin not in origins:
            return PlainTextResponse("another origin", 403)
        if request.method not in ("GET", "HEAD") and (
            origin is None or request.headers.get("content-type", "") != "application/json"
        ):
            return PlainTextResponse("not from this page", 403)
        given = request.query_params.get("token") if request.url.path == "/" else None
        if not hmac.compare_digest((given or request.cookies.get(cookie) or "").encode(), token.encode()):
            words = "This page is open only at the address that `onrecord label` printed when it was started last."
            return PlainTextResponse(words, 401)
        return None

    async def index(request: Request) -> Response:
        if "token" in request.query_params:
            # The token leaves the address bar and the history; scripts cannot read the cookie.
            response: Response = RedirectResponse("/", 303)
            response.set_cookie(cookie, token, httponly=True, samesite="strict", path="/")
            return response
        return Response(_file("index.html"), media_type="text/html")

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        return Response(_file(name), media_type=STATIC[name]) if name in STATIC else PlainTextResponse("no", 404)

    async def nothing(_: Request) -> Response:
        return Response(status_code=204)

    async def listing(_: Request) -> Response:
        found = await run_in_threadpool(store.listing)
        return JSONResponse({"annotator": store.annotator, "sides": store.sides, "articles": found})

    async def article(request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(store.article, request.path_params["id"]))
        except KeyError:
            return JSONResponse({"error": "there is no such article"}, 404)

    async def save(request: Request) -> Response:
        state = await _body(request)
        if state is None:
            return JSONResponse({"error": "no state that could be read"}, 400)
        try:
            return JSONResponse(await run_in_threadpool(store.save, request.path_params["id"], state))
        except KeyError:
            return JSONResponse({"error": "there is no such article"}, 404)
        except Stale as exc:
            return JSONResponse(
                {"error": "another window has gone on with this article", "revision": exc.revision}, 409
            )
        except (ValueError, TypeError, AttributeError, RecursionError):
            return JSONResponse({"error": "no state that could be read"}, 400)
        except OSError as exc:
            return JSONResponse({"error": f"it could not be stored: {exc.strerror}"}, 507)

    async def deadline(request: Request) -> Response:
        asked = request.query_params
        try:
            words, polarity = asked.get("text", "")[:200], asked.get("polarity", "do")
            found = store.resolved(asked.get("id", ""), words, polarity, asked.get("published", ""))
        except KeyError:
            return JSONResponse({"error": "there is no such article"}, 404)
        return JSONResponse(found)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/static/{name}", static),
            Route("/favicon.ico", nothing),
            Route("/api/articles", listing),
            Route("/api/articles/{id:path}", article, methods=["GET"]),
            Route("/api/articles/{id:path}", save, methods=["PUT"]),
            Route("/api/deadline", deadline),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)],
    )


async def _body(request: Request) -> dict[str, Any] | None:
    size = 0
    parts: list[bytes] = []
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            return None
        parts.append(part)
    try:
        read = json.loads(b"".join(parts), parse_constant=_refused)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _refused(constant: str) -> None:
    """NaN and infinities are no JSON, and would be none when they are shown again."""
    raise ValueError(constant)


def _file(name: str) -> bytes:
    return (resources.files("eval") / "labelling" / "static" / name).read_bytes()

"""A store -> its page, served on this machine alone until it is stopped."""

import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable

from eval.labelling.store import Store
from pipeline.errors import EnvironmentFault


def serve(store: Store, port: int, *, opens_browser: bool, tell: Callable[[str], None]) -> None:
    """Blocks until SIGINT or SIGTERM. Raises EnvironmentFault when the port is taken.

    The port is fixed, so that a page that is still open finds its server again, and what it kept, after a restart.
    """
    import uvicorn

    from eval.labelling.server import labelling_app

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as exc:
            raise EnvironmentFault(
                f"port {port} is taken", hint="another `onrecord label` runs; or say --port"
            ) from exc
        listener.listen()
        token = secrets.token_urlsafe(24)
        address = f"http://127.0.0.1:{port}/?token={token}"
        tell(f"{len(store.articles)} articles, labels by {store.annotator}. Open {address} (Ctrl+C stops)\n")
        for missing in store.unread:
            tell(f"not shown: {missing}\n")
        if opens_browser:
            # Some browsers run in the terminal and come back when they are closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        config = uvicorn.Config(
            labelling_app(store, token, port), log_level="error", access_log=False, lifespan="off", server_header=False
        )
        uvicorn.Server(config).run(sockets=[listener])

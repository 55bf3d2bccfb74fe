"""Serves an application over real HTTP, in this process, so that a test owns its clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress  # type: ignore[import-untyped]  # ships no types
from flask import Flask
from waitress import wasyncore


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Yield the address of a server with that application; it ends with the block."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()  # first: a worker tells the loop that it is done
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))  # ends the loop
        thread.join()

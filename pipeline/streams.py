"""Text -> standard output, which may be a pipe whose reader has gone, and standard error."""

import sys


class PipeClosed(BaseException):
    """The reader of standard output is gone; our own, because Typer would turn the OSError into exit 1."""


def print_out(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as exc:
        raise PipeClosed from exc


def print_err(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()

"""transformers' BERT, imported without the warnings of the libraries that transformers looks for on its way."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_before = logging.root.manager.disable
logging.disable(logging.WARNING)
try:
    from transformers import BertConfig, BertModel
finally:
    logging.disable(_before)

__all__ = ["BertConfig", "BertModel", "quietly"]


@contextmanager
def quietly() -> Iterator[None]:
    """Without transformers' bars and reports: that a base has a pooler which is not used is no news."""
    from transformers.utils import logging as transformers_logging

    before, had_bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(before)
        if had_bars:
            transformers_logging.enable_progress_bar()

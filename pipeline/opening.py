"""A configuration -> the engine that it names, with its weights loaded or its server asked."""

from pathlib import Path

from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.engines.cue.engine import CueEngine
from pipeline.models.base import LanguageModel


def open_engine(config: RunConfig) -> Engine:
    """Raises ConfigError for a model that cannot serve, EnvironmentFault for one that is not here."""
    engine = _engine(config)
    if config.summariser is None:
        return engine
    from pipeline.engines.summarising import SummarisedEngine
    from pipeline.models.local import LocalSummariser

    summariser = LocalSummariser.open(config.summariser, _local_options(config))
    return SummarisedEngine(engine, summariser, summary_words=config.summary_words)


def _engine(config: RunConfig) -> Engine:
    if config.engine_name == "cue":
        return CueEngine(summary_words=config.summary_words)
    if config.engine_name == "compact":
        return _compact(config)
    from pipeline.engines.llm import LlmEngine, LlmOptions

    options = LlmOptions(
        summary_words=config.summary_words,
        window_tokens=config.window_tokens,
        second_look=config.second_look,
        summaries=config.summariser is None,
        article_seconds=config.article_seconds,
    )
    return LlmEngine(open_model(config), options)


def _compact(config: RunConfig) -> Engine:
    from pipeline.engines.compact.engine import CompactEngine

    folder = Path(config.model) if config.model else None
    return CompactEngine.open(
        folder, summary_words=config.summary_words, device=config.device, dtype=config.dtype,
        least_confidence=config.min_confidence,
    )  # fmt: skip


def open_model(config: RunConfig) -> LanguageModel:
    """The language model behind `config.model`: a server for a URL, else weights on this machine."""
    assert config.model is not None
    if config.model.startswith(("http://", "https://")):
        from pipeline.models.server import ServerModel

        url, _, name = config.model.partition("#")
        return ServerModel.open(
            url, model=name or None, context_tokens=config.context_tokens, concurrency=config.concurrency,
            timeout_seconds=config.model_seconds or 300.0, seed=config.seed,
            reasoning_tokens=config.reasoning_tokens,
        )  # fmt: skip
    from pipeline.models.local import LocalModel

    return LocalModel.open(config.model, _local_options(config))


def _local_options(config: RunConfig):  # type: ignore[no-untyped-def]
    from pipeline.models.loading import LocalOptions

    return LocalOptions(
        device=config.device, dtype=config.dtype, quantize=config.quantize, batch_size=config.batch_size,
        context_tokens=config.context_tokens, constrained=config.constrained, reasoning_tokens=config.reasoning_tokens,
        seconds=config.model_seconds, seed=config.seed,
    )  # fmt: skip

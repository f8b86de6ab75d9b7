"""Command line, environment, project TOML, user TOML -> `RunConfig`: every knob of a run, first named wins."""

import difflib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings import PyprojectTomlConfigSettingsSource as PyprojectSource

from pipeline.errors import ConfigError

OutputFormat = Literal["jsonl", "parquet", "csv", "sqlite"]
EngineName = Literal["compact", "cue", "llm"]
# What becomes of a summary sentence that its support does not carry.
Guard = Literal["drop", "mark", "replace"]
Injections = Literal["drop", "keep"]
# Day/month order, seasons, financial years and holidays follow the locale.
LOCALES = ("en-GB", "en-US", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-ZA")

PROJECT_FILE = "onrecord.toml"


def user_file() -> Path:
    """`$XDG_CONFIG_HOME/onrecord/config.toml`, or the same under `~/.config`."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "onrecord" / "config.toml"


def holds_compact(model: str) -> bool:
    """True for a folder of weights of the compact engine: its config.json has an entry of ours."""
    try:
        return "onrecord" in json.loads((Path(model) / "config.json").read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return False


class RunConfig(BaseSettings):
    """Every setting of a run. Units stand in the names; what shapes a record is in `record_options`."""

    model_config = SettingsConfigDict(
        env_prefix="ONRECORD_",
        frozen=True,
        extra="forbid",
        toml_file=PROJECT_FILE,
        pyproject_toml_table_header=("tool", "onrecord"),
    )

    engine: EngineName | None = Field(default=None, description="llm when a language model is named, else compact")
    model: str | None = Field(default=None, description="folder, .gguf file, OWNER/NAME on the hub, or a server's URL")
    summariser: str | None = Field(default=None, description="an encoder-decoder that writes the summaries")
    locale: str = "en-GB"
    published: date | None = None
    summary_words: int = Field(default=90, ge=20, le=1000, description="the summary's length budget, in words")
    min_confidence: float | None = Field(default=None, ge=0.0, le=1.0, description="None: the engine's own")
    guard: Guard = "replace"
    injections: Injections = "drop"
    seed: int = 0

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    quantize: Literal["none", "int8", "int4"] = "none"
    batch_size: int | None = Field(default=None, ge=1, le=1024, description="prompts answered together")
    context_tokens: int | None = Field(default=None, ge=512, description="less than the model could read")
    window_tokens: int = Field(default=4_096, ge=64, description="of an article, in one prompt")
    constrained: bool = Field(default=True, description="only answers of the right form can be written")
    reasoning_tokens: int = Field(default=0, ge=0, description="for models that think first; 0 switches that off")
    second_look: bool = True
    model_seconds: float | None = Field(default=None, gt=0, description="the longest one answer may take")
    article_seconds: float | None = Field(default=None, gt=0, description="of a model's time, on average in a group")
    concurrency: int = Field(default=4, ge=1, le=256, description="requests to a server at once")

    text_field: str | None = None
    id_field: str | None = None
    title_field: str | None = None
    published_field: str | None = None
    # A novel has some 600,000 code points and the longest parliamentary day some 2,000,000: more is no article.
    max_chars: int = Field(default=5_000_000, ge=1)
    formats: tuple[OutputFormat, ...] = ("jsonl",)
    time_limit_seconds: float | None = Field(default=None, gt=0)

    @field_validator("locale")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in LOCALES:
            raise ValueError(f"unknown locale {value!r}; there are {', '.join(LOCALES)}")
        return value

    @model_validator(mode="after")
    def _engine_fits_model(self) -> "RunConfig":
        if self.engine == "llm" and self.model is None:
            raise ValueError("engine llm needs a model: add --model NAME (`onrecord models` lists some)")
        if self.engine == "cue" and self.model is not None:
            raise ValueError("engine cue runs no model: leave --model out, or say --engine llm")
        if self.engine == "compact" and self.model is not None and not holds_compact(self.model):
            raise ValueError(f"{self.model} holds no weights of the compact engine: name a folder that `train` wrote")
        return self

    @property
    def engine_name(self) -> EngineName:
        return self.engine or ("llm" if self.model and not holds_compact(self.model) else "compact")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 the signature is pydantic-settings'
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, Path(PROJECT_FILE)),
            PyprojectSource(settings_cls, Path("pyproject.toml")),
            TomlConfigSettingsSource(settings_cls, user_file()),
        )

    @property
    def record_options(self) -> dict[str, Any]:
        """The options that change what a record says; they are part of its content key."""
        return {
            "locale": self.locale,
            "summary_words": self.summary_words,
            "min_confidence": self.min_confidence,
            "guard": self.guard,
            "injections": self.injections,
        }


def load_config(**given: Any) -> RunConfig:
    """The configuration with the given command-line values on top; values of None count as not given.

    Raises ConfigError for an unknown setting (with the nearest name) or a value that does not fit.
    """
    try:
        return RunConfig(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as exc:
        raise _as_config_error(exc) from exc
    except ValueError as exc:  # a TOML file that does not parse
        raise ConfigError(f"a configuration file cannot be read: {exc}") from exc


def _as_config_error(exc: ValidationError) -> ConfigError:
    first = exc.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    words = first["msg"].removeprefix("Value error, ")
    if not name:  # two settings that do not go together
        return ConfigError(words)
    if first["type"] != "extra_forbidden":
        return ConfigError(f"setting {name!r}: {words}")
    near = difflib.get_close_matches(name, RunConfig.model_fields, n=1)
    hint = f"did you mean {near[0]!r}?" if near else None
    return ConfigError(f"unknown setting {name!r}", hint=hint)

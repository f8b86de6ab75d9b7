"""Small models with random weights, one of each architecture -> does the whole path hold with each, or what is said?

    python tests/try_architectures.py ARTICLES.jsonl [--batch 8] [--context 3072]

Each runs over all articles; decoders extract and summarise, encoder-decoders summarise beside the `cue` engine. Every
record must obey the JSON Schema, and all evidence must be the article's own words. Prints a table in Markdown
and exits 1 when something does not hold.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import jsonschema
import tiny_models
import transformers

from pipeline.config import RunConfig
from pipeline.errors import OnrecordError
from pipeline.opening import open_engine
from pipeline.records import Article, Record, record_json_schema
from pipeline.run import process_group

# Neither decodes text: what is said of them is shown.
REFUSED = ("Bert", "ViT")


class Outcome(NamedTuple):
    """What became of the articles with one architecture."""

    records: int
    failed: int
    invalid: int
    items: int
    evidence: int
    wrong_evidence: int
    seconds: float

    @property
    def holds(self) -> bool:
        return not (self.failed or self.invalid or self.wrong_evidence)


def articles(path: Path) -> list[Article]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Article(id=r["id"], source=r["id"], text=r["text"], published=r.get("published")) for r in rows]


def run(given: Sequence[Article], config: RunConfig) -> Outcome:
    engine = open_engine(config)
    validator = jsonschema.Draft202012Validator(record_json_schema())
    began = time.perf_counter()
    records: list[Record] = []
    for start in range(0, len(given), engine.group_size):
        records += process_group(given[start : start + engine.group_size], engine, config)
    seconds = time.perf_counter() - began
    evidence = [
        (e, a.text) for a, r in zip(given, records, strict=True) for c in r.commitments for e in c.evidence
    ]  # fmt: skip
    return Outcome(
        records=len(records),
        failed=sum(r.status == "failed" for r in records),
        invalid=sum(not validator.is_valid(json.loads(r.to_json())) for r in records),
        items=sum(len(r.commitments) for r in records),
        evidence=len(evidence),
        wrong_evidence=sum(text[e.start : e.end] != e.quote or e.match != "exact" for e, text in evidence),
        seconds=seconds,
    )


def rows(given: Sequence[Article], batch: int, context: int, names: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """A row for each architecture, and whether it is as it should be."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = saved(name, folder, context)
            is_decoder = name not in tiny_models.ENCODER_DECODERS
            model = {"model": path, "context_tokens": context} if is_decoder else {"summariser": path}
            config = RunConfig(**model, batch_size=batch, second_look=False, device="cpu", window_tokens=1024)
            try:
                found = run(given, config)
            except OnrecordError as exc:
                yield name in REFUSED, f"| {name} | refused | {str(exc).replace(path, 'FOLDER')} |  |  |  |  |"
                continue
            what = "extracts and summarises" if is_decoder else "summarises"
            valid = f"{found.records - found.invalid} of {found.records}"
            exact = f"{found.evidence - found.wrong_evidence} of {found.evidence}"
            yield (
                found.holds and name not in REFUSED,
                f"| {name} | {what} | {valid} | {found.failed} | {found.items} | {exact} | {found.seconds:.0f} |",
            )


def saved(name: str, folder: str, context: int) -> str:
    """A checkpoint of the architecture; of those that are refused, as their own classes save it."""
    if name not in REFUSED:
        size = (
            {"max_position_embeddings": context}
            if "max_position_embeddings" in tiny_models.DECODERS.get(name, {})
            else {}
        )
        return tiny_models.save(Path(folder), name, **size)
    config = getattr(transformers, f"{name}Config")(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=64
    )
    getattr(transformers, f"{name}Model")(config).save_pretrained(folder)
    tiny_models.tokenizer().save_pretrained(folder)
    return folder


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("articles", type=Path)
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--context", type=int, default=3072)
    options.add_argument("--only", nargs="*", default=[*tiny_models.DECODERS, *tiny_models.ENCODER_DECODERS, *REFUSED])
    given = options.parse_args()
    chosen = articles(given.articles)
    print(f"{len(chosen)} articles, batches of {given.batch}\n")
    columns = ("architecture", "", "valid records", "failed", "commitments", "exact evidence", "seconds")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    is_right = True
    for holds, row in rows(chosen, given.batch, given.context, given.only):
        print(row, flush=True)
        is_right = is_right and holds
    return int(not is_right)


if __name__ == "__main__":
    raise SystemExit(main())

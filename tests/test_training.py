"""`onrecord train` on a toy language: it learns, compares on what it did not see, and refuses what cannot teach."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_compact
import torch

from eval.training import gather, train_weights
from pipeline.engines.compact.choosing import average_precision, engine_of, judged
from pipeline.engines.compact.engine import CompactEngine
from pipeline.engines.compact.fitting import BEFORE, Measured, fit
from pipeline.engines.compact.train import Options, _taught_loss, from_base, train
from pipeline.engines.compact.weights import load
from pipeline.errors import InputError

Run = Callable[..., Any]
QUICK = Options(epochs=14, rate=3e-3, head_rate=6e-3, batch_tokens=512, bfloat16=False, dropped_words=0.0)


def _silent(_: str) -> None: ...


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    start = from_base(tiny_compact.write_base(folder / "base"))
    material = gather([tiny_compact.write_gold(folder / "gold", 60)])
    told = train_weights(material, start, QUICK, folder / "weights", tell=_silent)
    (folder / "core.txt").write_text(str(told.sheets[0].scores["core_f1"].value))
    return folder


def test_a_toy_language_is_learned_to_articles_that_were_held_out(trained: Path) -> None:
    assert float((trained / "core.txt").read_text()) > 0.7


def test_the_same_seed_gives_the_same_weights(trained: Path) -> None:
    material = gather([trained / "gold"])
    short = QUICK.__class__(**{**QUICK.__dict__, "epochs": 1})

    made = [
        train_weights(material, from_base(trained / "base"), short, trained / name, tell=_silent).sha256
        for name in ("one", "two")
    ]

    assert made[0] == made[1]


@pytest.mark.parametrize(("later", "kept"), [(0.2, BEFORE), (0.8, 1)])
def test_weights_that_can_read_stay_where_no_epoch_is_better(trained: Path, later: float, kept: int) -> None:
    start = load(trained / "weights", arithmetic="float32")
    start = start._replace(
        settings=start.settings._replace(calibration=start.settings.calibration or (1.0, 0.0, 0.0, 0.0))
    )
    first = {name: value.clone() for name, value in start.network.state_dict().items()}
    worth = iter([0.5, later, 0.1])
    lessons = gather([trained / "gold"]).lessons["train"]
    short = QUICK.__class__(**{**QUICK.__dict__, "epochs": 1})

    network, epoch = fit(start, lessons, short, tell=_silent, measure=lambda _: Measured(next(worth), 0.0, 0.0))

    same = all(bool((first[name] == value).all()) for name, value in network.state_dict().items())
    assert (epoch, same) == (kept, kept == BEFORE)


def test_a_pupil_learns_from_a_teacher_what_no_label_says(trained: Path) -> None:
    teacher = CompactEngine.open(trained / "weights", device="cpu")
    material = gather([trained / "gold"]).lessons
    taught = [
        x._replace(
            stated=(), is_labelled=False, taught=tuple(v for _, v in sorted(teacher.sentence_logits(x.document)))
        )
        for x in material["train"]
    ]
    start = from_base(trained / "base")
    pupil = train(start.network, start.tokenizer, taught, QUICK, tell=_silent)
    found = judged(engine_of(pupil, start), material["dev"])

    assert found.is_stated.any()
    assert average_precision(found) > 0.9


def test_a_teacher_that_agrees_teaches_nothing_and_labels_have_their_share() -> None:
    said, weights = torch.tensor([[3.0, -2.0, 0.5]]), torch.tensor([[1.0, 1.5, 0.0]])

    assert float(_taught_loss(said, said, weights, 2.0)) == pytest.approx(0, abs=1e-6)
    assert float(_taught_loss(said + torch.tensor([[0.0, 0.0, 9.0]]), said, weights, 2.0)) == pytest.approx(0, abs=1e-6)
    assert float(_taught_loss(-said, said, weights, 2.0)) > 1


def test_an_article_stays_held_out_when_others_join_the_folder(tmp_path: Path) -> None:
    few = gather([tiny_compact.write_gold(tmp_path / "gold", 30)])
    many = gather([tiny_compact.write_gold(tmp_path / "gold", 60)])

    assert few.held_out is not None
    assert many.held_out is not None
    assert {a.id for a in few.held_out.articles} < {a.id for a in many.held_out.articles}


def test_nothing_that_is_held_out_is_learned_from(tmp_path: Path) -> None:
    material = gather([tiny_compact.write_gold(tmp_path / "gold", 60)])
    learned = {lesson.document.article.id for role in ("train", "dev") for lesson in material.lessons[role]}

    assert material.held_out is not None
    assert not learned & {a.id for a in material.held_out.articles}
    assert len(learned) + len(material.held_out.articles) == 60


def test_a_folder_with_splits_keeps_to_them(tmp_path: Path) -> None:
    folder = tiny_compact.write_gold(tmp_path / "gold", 20)
    splits = {f"toy-{i:02}": "test" if i < 5 else "dev" if i < 8 else "train" for i in range(20)}
    (folder / "splits.json").write_text(json.dumps(splits))

    material = gather([folder])

    assert [len(material.lessons["train"]), len(material.lessons["dev"])] == [12, 3]
    assert material.held_out is not None
    assert len(material.held_out.articles) == 5


def test_a_handful_of_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too few to learn from"):
        gather([tiny_compact.write_gold(tmp_path / "gold", 6)])


def test_a_text_that_may_only_be_measured_on_is_not_learned_from(tmp_path: Path) -> None:
    folder = tiny_compact.write_gold(tmp_path / "gold", 30)
    for path in folder.glob("*.json"):
        labels = json.loads(path.read_text())
        text = (folder / labels["source"].pop("file")).read_text()
        labels["source"] |= {"set": "elsewhere", "key": labels["id"]}
        path.write_text(json.dumps(labels))
        (tmp_path / "texts").mkdir(exist_ok=True)
        (tmp_path / "texts" / f"{labels['id']}.txt").write_text(text)
    from eval.texts import known_texts

    with pytest.raises(InputError, match="does not allow training on it"):
        gather([folder], texts=known_texts([tmp_path / "texts"]))


def test_the_command_trains_compares_and_its_weights_run(onrecord: Run, trained: Path, tmp_path: Path) -> None:
    done = onrecord(
        "train", str(trained / "gold"), "-o", "mine", "--from", str(trained / "weights"), "--epochs", "1", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "mine" / "report.json").read_text())
    assert {s["name"] for s in told["held_out"]["runs"]} == {"before", "after"}

    (tmp_path / "new.txt").write_text("Brock Rail will repair the bridge by June. Rain is expected on Sunday.")
    run = onrecord("run", "new.txt", "--model", "mine")
    record = json.loads(run.stdout)
    assert record["provenance"]["engine"] == "compact"
    assert record["provenance"]["weights_sha256"] == told["weights_sha256"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "-o", "w"], "nowhere"),
        (["gold", "-o", "gold/toy-00.json"], "is a file"),
        (["gold", "-o", "w", "--from", "a", "--base", "b"], "exclude each other"),
        (["gold", "-o", "w", "--from", "gold"], "there are no weights"),
        (["gold", "-o", "w", "--base", "gold"], "holds no BERT encoder"),
    ],
)
def test_what_cannot_be_trained_is_one_error_and_one_hint(
    onrecord: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    tiny_compact.write_gold(tmp_path / "gold", 30)
    done = onrecord("train", *arguments)

    assert done.returncode in (2, 5)
    lines = done.stderr.strip().splitlines()
    errors, hints = ([x for x in lines if x.startswith(p)] for p in ("error:", "hint:"))
    assert [len(errors), len(hints)] == [1, 1]
    assert words in errors[0]
    assert done.stdout == ""
    assert not (tmp_path / "w").exists()


def test_an_article_alone_and_in_company_gives_the_same_bytes(trained: Path) -> None:
    from pipeline.config import RunConfig
    from pipeline.records import Article
    from pipeline.run import process, process_group

    engine = CompactEngine.open(trained / "weights", device="cpu")
    articles = [Article(id=f"a{i}", source="x", text=tiny_compact.article(i)[0] * (i + 1)) for i in range(6)]
    config = RunConfig(engine="compact")

    together = [r.to_json() for r in process_group(articles, engine, config)]

    assert together == [process(a, engine, config).to_json() for a in articles]

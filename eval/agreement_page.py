"""An agreement -> a table for the terminal, and one self-contained HTML page with every disagreement side by side."""

from collections import Counter
from collections.abc import Iterator
from importlib import resources

from eval.agreement import Agreement, Rate
from eval.gold import Gold, GoldCommitment

SHOWN = ("actor", "action", "polarity", "strength", "deadline", "condition", "recipient", "implementer")


def agreement_table(result: Agreement) -> str:
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: Agreement) -> Iterator[str]:
    yield f"{result.articles} articles, {result.left} and {result.right} commitments"
    for name, rate in rates(result):
        interval = f"  [{rate.low:.3f}, {rate.high:.3f}]" if rate.low is not None else ""
        value = "not scored: neither has one" if rate.value is None else f"{rate.value:.3f}{interval}  of {rate.n}"
        yield f"{name:32} {value}"
    for name, *values in coefficients(result):
        kappa, alpha = ("not scored" if v is None else f"{v:.3f}" for v in values)
        yield f"{name:32} κ {kappa}  α {alpha}"
    kinds = Counter(d.kind for d in result.disagreements)
    yield f"disagreements: {', '.join(f'{k} {n}' for k, n in sorted(kinds.items())) or 'none'}"
    yield f"signature: {result.signature}"


def agreement_page(result: Agreement, left: str, right: str, gold: Gold) -> str:
    """Everything is escaped; the page asks for nothing outside itself. Quotations need the texts of `gold`."""
    import jinja2

    source = (resources.files("eval") / "templates" / "agreement.html.jinja").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)

    def quotes(article: str, item: GoldCommitment) -> list[str]:
        text = gold.texts.get(article)
        return [" ".join(span.of(text).split()) for span in item.evidence] if text is not None else []

    return environment.from_string(source).render(
        result=result,
        left=left,
        right=right,
        shown=SHOWN,
        quotes=quotes,
        rates=rates(result),
        coefficients=coefficients(result),
    )


def rates(result: Agreement) -> list[tuple[str, Rate]]:
    """Rows of the first table: what, and its rate."""
    return [
        ("Detection F1", result.detection),
        ("Core F1", result.core),
        *result.fields.items(),
        ("evidence overlap, characters", result.evidence_overlap),
    ]


def coefficients(result: Agreement) -> list[tuple[str, float | None, float | None]]:
    return [
        ("sentence states a commitment", result.sentence_kappa, result.sentence_alpha),
        ("polarity, aligned", result.polarity_kappa, result.polarity_alpha),
        ("strength, aligned", result.strength_kappa, result.strength_alpha),
    ]

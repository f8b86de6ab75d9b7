"""A summary sentence is supported, or the first thing that its support lacks is named."""

import pytest

from pipeline.faithful import check

SUPPORT = (
    "Ada Marsh said the council will not close 3 of its 12 libraries in 2029. “We listened,” she told the Courier."
)

CASES = [
    ("Ada Marsh said the council will not close 3 of its 12 libraries in 2029.", None),
    ("The council will not close three libraries.", None),
    ("“We listened,” Ada Marsh told the Courier about the libraries not closing.", None),
    ("The council will close 3 of its libraries.", "negation_differs"),
    ("The council will not close 4 of its 12 libraries.", "number_not_in_support"),
    ("The council will not close 3 libraries in 2030.", "number_not_in_support"),
    ("The council led by Ben Oak will not close 3 libraries.", "name_not_in_support"),
    ("“We have listened well,” Ada Marsh said of the libraries not closing.", "quotation_not_verbatim"),
    ("Traders were not happy about parking charges near markets.", "claim_not_in_support"),
]


@pytest.mark.parametrize(("sentence", "reason"), CASES, ids=[s for s, _ in CASES])
def test_a_sentence_is_supported_or_says_what_its_support_lacks(sentence: str, reason: str | None) -> None:
    verdict, found = check(sentence, SUPPORT)
    assert verdict == ("unsupported" if reason else "supported")
    assert (found or "").split(":")[0] == (reason or "")


def test_a_sentence_without_support_is_unsupported() -> None:
    assert check("Anything.", " ") == ("unsupported", "no_support")

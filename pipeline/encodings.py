"""A file's bytes -> its text, code point for code point, and a problem wherever the encoding had to be guessed."""

import codecs
import re

from pipeline.records import Problem

# UTF-32 stands before UTF-16, whose little-endian mark begins the same way.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the detector looks at; enough for any language, and a bound on its time.
SAMPLE_BYTES = 64 * 2**10
# A text may hold a stray control character; above this share of them it is a program, an image or an archive.
MAX_CONTROL_SHARE = 0.02
# English ASCII in UTF-16 has a NUL in every second byte; two in five leaves room for typographic quotes.
UTF16_NUL_SHARE = 0.4
# Below this share of bad bytes the text is readable, and the bad ones become U+FFFD.
MAX_BAD_SHARE = 0.01
# Western text is mostly ASCII; in such a text the other bytes are cp1252's £ and quotes, whatever a detector says.
# A short headline full of quotation marks has some 80 % of ASCII, Polish and Czech 85 to 95 %, Cyrillic and Greek 20 %.
WESTERN_ASCII_SHARE = 0.75
# Bytes that stand for letters in cp1250 (Polish, Czech, Hungarian …) and for signs that no text is full of in cp1252.
_CENTRAL_EUROPEAN = re.compile(rb"[\x8a\x8c-\x8f\x9a\x9c-\x9f\xa5\xaa\xaf\xb3\xb9\xbc\xbe\xbf]")
MAX_CENTRAL_SHARE = 0.005
# Nobody has written files in these for decades; the detector takes short Windows texts for them.
_BYGONE = [
    "cp037", "cp437", "cp500", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857", "cp858", "cp860", "cp861", "cp862",
    "cp863", "cp864", "cp865", "cp866", "cp869", "cp1026", "cp1140", "mac_cyrillic", "mac_greek", "mac_iceland",
    "mac_latin2", "mac_roman", "mac_turkish", "hp_roman8", "kz1048", "ptcp154", "tis_620",
]  # fmt: skip

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CP1252_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


class NotTextError(ValueError):
    """The bytes are no text in any encoding."""


def decode(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text without its byte order mark, nothing else changed; raises NotTextError for binary data."""
    encoding, skip = sniff(data[:SAMPLE_BYTES])
    if encoding == "utf-8" and not _is_utf8(data) and not _is_damaged_utf8(data):
        encoding = None
    problems: list[Problem] = []
    if encoding is None:
        encoding = _guess(data)
        problems.append(_problem("encoding_guessed", encoding))
    text = data[skip:].decode(encoding, "replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    if bad > 0:
        if bad > MAX_BAD_SHARE * len(text) + 1:
            raise NotTextError(f"{bad} of {len(text)} characters cannot be decoded as {encoding}")
        problems.append(_problem("bad_bytes", f"{bad} bytes are not {encoding}; each became U+FFFD"))
    if "\0" in text:
        if text.count("\0") > MAX_CONTROL_SHARE * len(text):
            raise NotTextError("it is full of NUL bytes")
        problems.append(_problem("nul_bytes", f"{text.count(chr(0))} NUL characters are kept as they are"))
    return text, tuple(problems)


def sniff(sample: bytes) -> tuple[str | None, int]:
    """The encoding that the first bytes show and the length of their mark; None when it must be guessed.

    Valid UTF-8 is never taken for anything else. Raises NotTextError when the sample is binary.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding, len(mark)
    wide = _utf16_without_mark(sample)
    if wide is not None:
        return wide, 0
    if len(_CONTROL.findall(sample)) > MAX_CONTROL_SHARE * len(sample) + 1:
        raise NotTextError("it holds too many control characters for a text")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
    except UnicodeDecodeError:
        return (None, 0) if not _is_damaged_utf8(sample) else ("utf-8", 0)
    return "utf-8", 0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str | None:
    even, odd = sample[0::2], sample[1::2]
    if len(sample) < 4 or not odd:
        return None
    if odd.count(0) > UTF16_NUL_SHARE * len(odd) and even.count(0) < MAX_CONTROL_SHARE * len(even) + 1:
        return "utf-16-le"
    if even.count(0) > UTF16_NUL_SHARE * len(even) and odd.count(0) < MAX_CONTROL_SHARE * len(odd) + 1:
        return "utf-16-be"
    return None


def _is_damaged_utf8(sample: bytes) -> bool:
    """True when most of what is not ASCII is valid UTF-8: a damaged file, not one in another encoding."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(c > "\x7f" for c in text) - bad
    return good > 3 * bad


def _guess(data: bytes) -> str:
    """cp1252 for text that is mostly ASCII, else what charset-normalizer finds in a sample."""
    from charset_normalizer import from_bytes

    sample = data[:SAMPLE_BYTES]
    is_western = sum(b < 0x80 for b in sample) >= WESTERN_ASCII_SHARE * len(sample)
    central = len(_CENTRAL_EUROPEAN.findall(sample)) > MAX_CENTRAL_SHARE * len(sample)
    if is_western and not central and not _CP1252_UNDEFINED.search(sample):
        return "cp1252"
    best = from_bytes(sample, cp_exclusion=_BYGONE).best()
    if best is None:
        raise NotTextError("no encoding explains its bytes")
    return best.encoding


def without_surrogates(text: str) -> tuple[str, tuple[Problem, ...]]:
    """Lone surrogates (from JSON escapes) as U+FFFD, one for one, so that offsets stay."""
    repaired, count = _SURROGATE.subn("\ufffd", text)
    return (repaired, (_problem("bad_unicode", f"{count} lone surrogates became U+FFFD"),)) if count else (text, ())


def _problem(code: str, detail: str) -> Problem:
    return Problem(stage="reading", code=code, detail=detail)

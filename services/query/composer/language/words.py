"""Cuts questions, names and values into tokens: a word of a Latin script, a number, or a single Han character."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from services.query.composer.language.politeness import courtesies

_TOKEN = re.compile(
    r"(?P<number>\d{4}-\d{2}-\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<han>[\u4e00-\u9fff])"
    r"|(?P<word>[^\W\d_\u4e00-\u9fff]+(?:'(?=s\b|S\b)[sS])?)"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s\b)[a-z])")
_QUOTED = re.compile(r"[\"“”「『]([^\"“”「」『』]+)[\"“”」』]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)")
_IRREGULAR = {
    "ids": "id",
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "taught": "teach",
    "statuses": "status",
    "bonuses": "bonus",
    "campuses": "campus",
    "buses": "bus",
}
_BOTH_NAMES = re.compile(r"\b(first)(?: (and|or)|(,)(?: and)?) (last) names?\b", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\d ])%(?= of\b)|(?<=[a-z] )%(?= of\b)", re.IGNORECASE)
"""`what % of the orders`."""
_FULL_NAMES = re.compile(
    r"\b(?:full\s+)?names?\s*\(\s*first(?: names?)?\s*(?:and|,)\s*last(?: names?)?\s*\)", re.IGNORECASE
)
_NUMBER_SIGN = re.compile(r"(?<![\w#])#\s+(?:of\s+)?(?=[A-Za-z])")
_KEEP_S = ("ss", "us", "is", "ous")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
_SPOKEN_SHORT = {"百": 10, "千": 100, "万": 1_000, "亿": 10_000_000}
"""What the last digit of 一万二 counts: it is of the next lower unit."""
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")
_THOUSANDS = re.compile(r"(\d[\d,]*(?:\.\d+)?)[kK]\b")
_SCALED = re.compile(r"(\d+(?:\.\d+)?)\s*个?([万亿]+)")
_HAN_SCALED = re.compile(r"([零〇一二两三四五六七八九十百千]+)个([万亿]+)")
WRITTEN = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000"}
"""Numbers that are written out in English."""


@dataclass(frozen=True)
class Token:
    """`key` is what tokens are compared by; `text[start:end]` of the question is what stands there."""

    key: str
    text: str
    start: int
    end: int
    number: bool = False


@dataclass(frozen=True)
class Text:
    """A question as tokens; `quoted` are spans of tokens (first, one past the last) that stood in quotation marks."""

    text: str
    tokens: tuple[Token, ...]
    quoted: tuple[tuple[int, int], ...]

    def between(self, first: int, last: int) -> str:
        """What is written from token `first` to the one before `last`."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]


def read(question: str) -> Text:
    """The tokens of a question; full-width letters are made plain."""
    question = _NUMBER_SIGN.sub("number of ", question)
    question = _FULL_NAMES.sub("first name and last name", question)
    question = _PERCENT.sub("percentage", unicodedata.normalize("NFKC", question))
    text = _BOTH_NAMES.sub(r"\1 name\3 \2 \4 name", question)
    left_out = courtesies(text)
    tokens = tuple(token for token in _tokens(text) if not any(token.start in place for place in left_out))
    quoted = []
    for match in _QUOTED.finditer(text):
        inside = [i for i, token in enumerate(tokens) if match.start() <= token.start and token.end <= match.end()]
        if inside:
            quoted.append((inside[0], inside[-1] + 1))
    return Text(text, tokens, tuple(quoted))


@lru_cache(maxsize=50_000)
def keys(phrase: str) -> tuple[str, ...]:
    """The keys of a name, value or phrase: `DepTime`, `dep_time` and "dep times" give the same."""
    return tuple(token.key for token in _tokens(unicodedata.normalize("NFKC", phrase)))


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match["number"]:
            plain = match["number"].replace(",", "")
            tokens.append(Token(plain, match[0], match.start(), match.end(), number=True))
        elif match["han"]:
            tokens.append(Token(match[0], match[0], match.start(), match.end()))
        else:
            start = match.start()
            for part in _CAMEL.split(match[0]):
                tokens.append(Token(lemma(part), part, start, start + len(part)))
                start += len(part)
    return tokens


def is_han(key: str) -> bool:
    """Whether a token is a Han character."""
    return key >= "\u4e00"


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """The singular, lower-case form of an English word, by rule."""
    word = word.lower().removesuffix("'s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith(("ies", "ie")):  # `movies` and `movie`, `cities` and `city`
        return word[: word.rindex("ie")] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_KEEP_S):
        return word[:-1]
    return word


def number_at(text: Text, position: int) -> tuple[str, int] | None:
    """The number that begins at a token, as digits, with the position after it: 5, five, 五, 1.5万, 一亿."""
    token = text.tokens[position]
    if token.number:
        scaled = _SCALED.match(text.text, token.start)
        if scaled and "-" not in token.key:
            value = float(scaled[1])
            for unit in scaled[2]:
                value *= _LARGE_UNITS[unit]
            return _plain(value), position + 1 + len(scaled[0]) - len(scaled[1].strip())
        if thousands := _THOUSANDS.match(text.text, token.start):
            return _plain(float(thousands[1].replace(",", "")) * 1000), position + 2
        return token.key, position + 1
    if token.key in WRITTEN and token.key != "one":
        return WRITTEN[token.key], position + 1
    if scaled := _HAN_SCALED.match(text.text, token.start):
        return str(han_number(scaled[1] + scaled[2])), position + len(scaled[0])
    han = _HAN_NUMBER.match(text.text, token.start)
    if han:
        return str(han_number(han[0])), position + len(han[0])
    return None


def han_number(text: str) -> int:
    """The value of a number in Chinese characters, such as 二十三 or 一亿二千万."""
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character] if digit and "十" not in text else _DIGITS[character]
        elif character in _SMALL_UNITS:
            section += (digit or 1) * _SMALL_UNITS[character]
            digit = 0
        else:
            total = (total + section + digit or 1) * _LARGE_UNITS[character]
            section = digit = 0
    if len(text) > 1 and digit and text[-2] in _SPOKEN_SHORT:
        digit *= _SPOKEN_SHORT[text[-2]]
    return total + section + digit


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)

"""How text is folded, sorted, compared and found: names, e-mails, phones, companies. Pure functions."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import idna
import phonenumbers
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.seg.mmseg import seg

SORT_KEY_CHARACTERS: Final = 200
GRAM_CHARACTERS: Final = 20
MAX_GRAMS: Final = 5000
_TEXT_CHARACTERS: Final = 2000
_QUERY_CHARACTERS: Final = 200

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]+")
_PERSON_CHARACTERS: Final = (2, 3)
# Read differently as a family name than anywhere else.
_FAMILY_NAMES: Final = dict(
    pair.split(":")
    for pair in (
        "仇:qiu2 任:ren2 华:hua4 单:shan4 卜:bu3 区:ou1 员:yun4 召:shao4 尉:yu4 折:she2 曾:zeng1 "
        "朴:piao2 查:zha1 盖:ge3 种:chong2 缪:miao4 翟:zhai2 薄:bo2 覃:qin2 解:xie4 乐:yue4"
    ).split()
)

_ATOM: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS: Final = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([^@\s]+)")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$)(?=..){_LABEL}")
_ADDRESS_CHARACTERS: Final = 254
_LOCAL_PART_CHARACTERS: Final = 64
_PHONE: Final = re.compile(
    r"([+(\d][\d\s().\-/]{2,40}?)(?:\s*(?:ext\.?|x|#|转|分机)\s*\d{1,6})?", re.IGNORECASE
)

_CHINESE_MOBILE: Final = re.compile("1(?:[38][0-9]|5[0-35-9])[0-9]{8}")  # the common ones
_INNER_MARKS: Final = re.compile(r"[.'’]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_LEGAL_FORM: Final = re.compile(
    r"(?:有限责任公司|股份有限公司|有限公司|股份公司|总公司|(?<![分子])公司"
    r"|(?<![a-z0-9])(?:co|company|corp|corporation|inc|incorporated|ltd|limited|llc|llp|lp|plc|pte|pty"
    r"|gmbh|ag|kg|kgaa|ug|se|sa|sas|sarl|srl|spa|sl|bv|nv|ab|oy|oyj|aps|sdn|bhd|ltda|kk))$"
)

_CJK: Final = (
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U000323af"
)
_CJK_RUN: Final = re.compile(f"[{_CJK}]+")
_WORD: Final = re.compile(rf"[^\W_{_CJK}]+")
_NUMBERS: Final = re.compile(rf"(?<![^\W_{_CJK}])\+?[0-9]+(?:[ ().+/-]{{1,3}}[0-9]+)*(?![^\W_{_CJK}])")
_EMAIL_CHARACTER: Final = rf"(?:[.+_-]|[^\W_{_CJK}])"
_EMAIL: Final = re.compile(rf"(?<![.+_-])(?<![^\W_{_CJK}]){_EMAIL_CHARACTER}{{1,64}}@(?:[\w-]+\.)+[\w-]+")
_DIGITS: Final = re.compile("[0-9]+")
_PHONE_DIGITS: Final = 7
_SUFFIX_DIGITS: Final = 4


def fold(text: str) -> str:
    """One form for what a reader takes as the same letters: width, case and accents do not count."""
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=1024)  # a name is folded to be shown in order, to be compared and to be found
def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def sort_key(text: str) -> str:
    """At most 200 characters whose code point order is a human order: folded, Chinese by pinyin and tone.

    A Chinese text of two or three characters that is no word is taken for a person's name, and its first
    character read as a family name.
    """
    folded = " ".join(fold(text[:SORT_KEY_CHARACTERS]).split())
    if not folded.isascii():
        # The character follows its syllable, so that homophones stay apart; the tone ends the syllable.
        family = folded[0] if _is_name(folded) else ""
        folded = _FAMILY_NAMES.get(family, "") + family + _HAN.sub(_romanised, folded[len(family) :])
    return folded[:SORT_KEY_CHARACTERS]


def _is_name(text: str) -> bool:
    return len(text) in _PERSON_CHARACTERS and text[0] in _FAMILY_NAMES and text not in PHRASES_DICT


def _romanised(run: re.Match[str]) -> str:
    return "".join(_syllable(reading) + han for word in seg.cut(run[0]) for han, reading in _readings(word))


def _readings(word: str) -> Iterator[tuple[str, str]]:
    """Dictionary words decide between the readings of a character; alone it has its commonest."""
    phrase = PHRASES_DICT.get(word)
    if phrase and len(phrase) == len(word):
        return zip(word, (readings[0] for readings in phrase), strict=True)
    return ((han, PINYIN_DICT.get(ord(han), "").partition(",")[0]) for han in word)


@lru_cache(maxsize=2048)  # there are some 1,500 syllables
def _syllable(reading: str) -> str:
    return to_tone3(reading, neutral_tone_with_five=True) if reading else ""


def fold_email(text: str) -> str | None:
    """An address as it is compared: lower-case, its domain in ASCII (IDNA); None when it is no address.

    Quoted local parts, address literals and domains without a dot are not accepted.
    """
    folded = unicodedata.normalize("NFKC", text[: 2 * _ADDRESS_CHARACTERS].strip()).casefold()
    address = _ADDRESS.fullmatch(folded)
    if address is None or len(address[1]) > _LOCAL_PART_CHARACTERS:
        return None
    domain = _ascii_domain(address[2])
    email = f"{address[1]}@{domain}"
    return email if domain and len(email) <= _ADDRESS_CHARACTERS else None


def _ascii_domain(domain: str) -> str | None:
    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return None
    return name if _DOMAIN.fullmatch(name) else None


def e164(text: str, region: str = "CN") -> str | None:
    """A phone number in E.164 without its extension; None when it is none.

    Without a country code it must be a valid number of the region. With one its length decides: the lists of
    allocated numbers lag behind the operators.
    """
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):  # the long way costs 60 µs
        return f"+86{text}"
    form = _PHONE.fullmatch(unicodedata.normalize("NFKC", text[:100]).strip())
    if form is None:
        return None
    try:
        number = phonenumbers.parse(form[1], region)
    except phonenumbers.NumberParseException:
        return None
    if form[1].startswith("+"):
        accepted = (
            phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
        )
    else:
        accepted = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if accepted else None


def company_key(name: str) -> str:
    """A company's name as duplicates are looked for: folded, without punctuation, spaces and legal form.

    A name that is nothing but a legal form stays whole.
    """
    words = _NO_WORD.sub(" ", _INNER_MARKS.sub("", fold(name))).strip()
    bare = words
    while shorter := _LEGAL_FORM.sub("", bare).strip():
        if shorter == bare:
            break
        bare = shorter
    return bare.replace(" ", "")


def grams(*texts: str) -> set[str]:
    """What is stored to find texts by any of their fragments: look up `query_grams` by array containment.

    Holds the prefixes of words (to 20 characters), single CJK characters and pairs, whole e-mail addresses,
    and the endings of numbers of 7 and more digits, also when these are written in groups. At most 5,000
    grams, taken from the first 2,000 characters of each text in the order given.
    """
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(_stored(fold(text[:_TEXT_CHARACTERS]))))
        if len(found) > MAX_GRAMS:
            return set(list(found)[:MAX_GRAMS])
    return set(found)


def query_grams(q: str) -> list[str]:
    """The grams a record must hold, all of them, to match; empty when the query has no letter or digit.

    Only the first 200 characters of the query count.
    """
    return list(dict.fromkeys(gram for _, wanted in query_terms(q) for gram in wanted))


def query_terms(q: str) -> list[tuple[str, list[str]]]:
    """The e-mail addresses, numbers, Chinese runs and words of a query, folded, each with its grams."""
    found: list[tuple[str, list[str]]] = []
    rest = fold(q[:_QUERY_CHARACTERS])
    for pattern, take in ((_EMAIL, _whole), (_NUMBERS, _number), (_CJK_RUN, _pairs), (_WORD, _word)):
        terms = [match[0] for match in pattern.finditer(rest)]
        if terms:
            found += [(term, take(term)) for term in terms]
            rest = pattern.sub(" ", rest)
    return found


def is_cjk(term: str) -> bool:
    """Whether a term is a run of Chinese, Japanese or Korean characters."""
    return _CJK_RUN.fullmatch(term) is not None


def _stored(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(text):
        found += _prefixes(word)
    for run in () if text.isascii() else _CJK_RUN.findall(text):
        found += run
        found += _pairs(run)
    for numbers in _NUMBERS.findall(text):
        found += _number_parts(_groups(numbers))
    for email in _EMAIL.findall(text) if "@" in text else ():
        # Also as far as it is typed, from where it first looks like an address.
        first = email.index(".", email.index("@")) + 2
        found += [email[:end] for end in range(first, len(email) + 1) if email[end - 1] != "."]
    return found


def _number_parts(groups: list[str]) -> list[str]:
    """Beginnings from each group on, endings up to each group: another number nearby hides none."""
    found: list[str] = []
    for index in range(len(groups)):
        if len(following := _joined(groups[index : index + GRAM_CHARACTERS])) >= _PHONE_DIGITS:
            found += _prefixes(following)
        preceding = "".join(groups[max(0, index + 1 - GRAM_CHARACTERS) : index + 1])
        if len(preceding) >= _PHONE_DIGITS:
            tail = preceding[-GRAM_CHARACTERS:]
            found += [tail[start:] for start in range(len(tail) - _SUFFIX_DIGITS + 1)]
    return found


def _groups(numbers: str) -> list[str]:
    """The groups of digits as written; a country code after a plus sign is a group of its own."""
    groups: list[str] = _DIGITS.findall(numbers)
    if numbers.startswith("+"):
        first = groups[0]
        code = next(
            (n for n in (1, 2, 3) if int(first[:n]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), len(first)
        )
        groups[:1] = [part for part in (first[:code], first[code:]) if part]
    return groups


def _joined(groups: list[str]) -> str:
    return "".join(groups)[:GRAM_CHARACTERS]


@lru_cache(maxsize=4096)  # names and addresses have many words in common
def _prefixes(word: str) -> tuple[str, ...]:
    return tuple([word[:end] for end in range(1, min(len(word), GRAM_CHARACTERS) + 1)])


def _whole(text: str) -> list[str]:
    return [text]


def _word(text: str) -> list[str]:
    return [text[:GRAM_CHARACTERS]]


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _number(text: str) -> list[str]:
    """Short groups that are long enough together make one number; a long group is one by itself."""
    groups = _groups(text)
    if text.startswith("+"):
        # The record may hold the number without its country code.
        groups = groups[1:] or groups
    is_one = sum(map(len, groups)) >= _PHONE_DIGITS and max(map(len, groups)) < _PHONE_DIGITS
    return [_joined(groups)] if is_one else [group[:GRAM_CHARACTERS] for group in groups]

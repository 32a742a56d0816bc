"""Search: what is stored to be found, and the look-up that every search begins with.

A word is stored with all the forms it has with one letter less; a query has them too. Two words that are one
substitution, insertion, deletion or transposition apart have such a form in common, so that an error is found by
looking up arrays, in every script and collation. Chinese is stored in pairs: a wrong character spoils two neighbours.

A look-up gives at most some hundred ids: those are then narrowed to what the caller may see. Words of everyday use have
more; then the rows are walked in their order, asking of each whether it holds the words, until the page is full.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, Uuid, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement, func
from sqlalchemy.sql.expression import Alias, bindparam
from sqlalchemy.sql.selectable import CompoundSelect

from crm_api.kit.events import SearchDocument
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.text import GRAM_CHARACTERS, fold, is_cjk, query_grams, query_terms

MOST_HITS = 1000
TITLE_CHARACTERS = 200
_MARK = "~"  # no gram begins with it
# Shorter terms have too many neighbours, longer ones cost too many look-ups.
_WORD_LETTERS, _CJK_CHARACTERS = range(4, 65), range(5, 31)


def phrase(text: str) -> str:
    """A title, or what was typed, as the two are compared: folded, blanks made one."""
    return " ".join(fold(text[:TITLE_CHARACTERS]).split())


def misspellings(title: str) -> set[str]:
    """What is stored to find the words of a title in spite of one typing error in each."""
    return {
        form
        for term, _ in query_terms(title)
        if _forgiven(term) and not is_cjk(term)
        for form in _forms(term)
    }


def similar_clauses(q: str) -> list[str]:
    """A query as `crm_search_similar` reads it, the longest term first; empty when it has no term to forgive."""
    terms = sorted(query_terms(q), key=lambda term: -len(term[0]))
    if not any(_forgiven(term) for term, _ in terms):
        return []
    return ["|".join(_alternatives(term, wanted)) for term, wanted in terms]


def _alternatives(term: str, wanted: list[str]) -> Iterator[str]:
    if not _forgiven(term):
        yield " ".join(wanted)
    elif is_cjk(term):
        for wrong in range(len(wanted) - 1):
            yield " ".join(wanted[:wrong] + wanted[wrong + 2 :])
    else:
        yield from wanted
        yield from sorted(_forms(term))


def _forgiven(term: str) -> bool:
    """Codes and numbers are what they are: a neighbour of theirs is something else."""
    return len(term) in (_CJK_CHARACTERS if is_cjk(term) else _WORD_LETTERS) and term.isalpha()


@lru_cache(maxsize=10_000)  # titles have many words in common
def _forms(word: str) -> frozenset[str]:
    word = word[:GRAM_CHARACTERS]
    shorter = (word[:gone] + word[gone + 1 :] for gone in range(len(word)))
    return frozenset(f"{_MARK}{form}" for form in (word, *shorter))


class Words(NamedTuple):
    """A query: folded as a whole, the grams of it that must be there, and what may be there in their place."""

    typed: str
    grams: list[str]
    clauses: list[str]


class Source(NamedTuple):
    """What is searched: a resource, with or without the fields that not everybody may search."""

    resource: Resource
    sensitive: bool


class Hits(NamedTuple):
    """Id → how well it fits (0 best). When there are `more`, these are the best titles and any others."""

    fits: Mapping[str, int]
    more: bool


def words_of(q: str) -> Words:
    """A query as it is looked up."""
    return Words(phrase(q), query_grams(q), similar_clauses(q))


async def look_up(
    uow: UnitOfWork, sources: Sequence[Source], words: Words, *, similar: bool
) -> dict[str, Hits]:
    """Resource name → what it has of the words, whoever may see it; `similar` forgives typing errors."""
    shape = tuple((source.resource.name, source.sensitive) for source in sources)
    rows = await uow.fetch(
        ("look up", similar, *shape),
        lambda: _look_up(sources, similar=similar),
        {"typed": words.typed, "grams": words.grams, "clauses": words.clauses},
    )
    found: dict[str, dict[str, int]] = {source.resource.name: {} for source in sources}
    counted = dict.fromkeys(found, 0)
    for name, record_id, fit, looked_up in rows:
        found[name].setdefault(record_id, fit)
        counted[name] += looked_up
    return {name: Hits(fits, counted[name] > MOST_HITS) for name, fits in found.items()}


def _look_up(sources: Sequence[Source], *, similar: bool) -> CompoundSelect[Any]:
    return union_all(*(_hits(source, similar=similar) for source in sources))


def _hits(source: Source, *, similar: bool) -> Select[Any]:
    name, sensitive = literal(source.resource.name, Text), literal(source.sensitive)
    if similar:
        hits = func.crm_search_similar(
            name, bindparam("clauses", type_=ARRAY(Text)), sensitive, literal(MOST_HITS)
        ).table_valued("record_id", "fit", name="hits")
        return select(name, hits.c.record_id.cast(Text), hits.c.fit, literal(0))
    hits = func.crm_search(
        name,
        bindparam("grams", type_=ARRAY(Text)),
        sensitive,
        bindparam("typed", type_=Text),
        literal(MOST_HITS),
    ).table_valued("record_id", "fit", name="hits")
    return select(name, hits.c.record_id.cast(Text), hits.c.fit, literal(1))


def found_among(rows: Alias, hits: str = "found_ids") -> ColumnElement[bool]:
    """The rows whose ids are bound as `hits`."""
    found: ColumnElement[bool] = rows.c.id == func.any(bindparam(hits, type_=ARRAY(Uuid(as_uuid=False))))
    return found


def holds_words(rows: Alias, source: Source) -> ColumnElement[bool]:
    """Whether a row holds the words bound as `grams`: a question that is asked row by row, in the order of a walk."""
    documents = scoped(SearchDocument, "documents")
    grams = documents.c.grams
    held = func.array_cat(grams, documents.c.sensitive_grams) if source.sensitive else grams
    holds = held.op("@>", is_comparison=True)(bindparam("grams", type_=ARRAY(Text)))
    asked: ColumnElement[bool] = select(holds).where(documents.c.id == rows.c.id).scalar_subquery()
    return asked

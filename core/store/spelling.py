"""Names of people in pinyin for thousands at once: the same answer as `spell_person`, a character read once."""

from __future__ import annotations

from functools import cache

from core.store.names import SURNAMES, is_chinese, plain_form, spell_person, spell_words


def spell_person_quickly(name: str) -> tuple[str, str]:
    """A person's name as pinyin and initials. Characters are read one by one only where no two neighbours are a
    word that the dictionary reads otherwise."""
    plain = plain_form(name)
    if len(plain) > 4 or not all(map(is_chinese, plain)) or plain[:2] in SURNAMES:
        return spell_person(name)
    words = _words()
    surname = SURNAMES.get(plain[:1])
    given = plain[1:] if surname else plain
    if any(given[at : at + 2] in words for at in range(len(given) - 1)):
        return spell_person(name)
    read = [(surname, surname[0])] if surname else []
    read += [_character(each) for each in given]
    return "".join(pinyin for pinyin, _ in read), "".join(first for _, first in read)


@cache
def _character(character: str) -> tuple[str, str]:
    return spell_words(character)


@cache
def _words() -> frozenset[str]:
    """The first two characters of every word in the dictionary."""
    from pypinyin.phrases_dict import phrases_dict

    return frozenset(word[:2] for word in phrases_dict)

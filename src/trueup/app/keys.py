"""From what a person typed to the key of a resource."""

from collections.abc import Collection, Iterable

from trueup.documents.sentences import guess
from trueup.model.errors import SpecError
from trueup.model.key import Key, parse_key


def keys_of(words: Iterable[str], known: Collection[Key]) -> tuple[Key, ...]:
    """Return the keys that words stand for, each once; all that are known for no word.

    Raises:
        SpecError: a word is no key, or nothing has that key.
    """
    named = tuple(dict.fromkeys(_key(word, known) for word in words))
    return named or tuple(sorted(known))


def _key(word: str, known: Collection[Key]) -> Key:
    try:
        key = parse_key(word)
    except ValueError as error:
        raise SpecError(str(error)) from error
    if key not in known:
        raise SpecError(f"there is no {key}", "", _remedy(word, known))
    return key


def _remedy(word: str, known: Collection[Key]) -> str:
    if not known:
        return "Nothing is known here so far: is this the right trueup.yaml?"
    near = guess(word, [str(key) for key in known]) or guess(
        word.rpartition("/")[2], [key.name for key in known]
    )
    return near.strip() or "List what there is with: trueup get"

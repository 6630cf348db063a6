"""From what a person typed to the key of a resource."""

from collections.abc import Collection, Iterable

from trueup.documents.sentences import guess
from trueup.model.errors import SpecError
from trueup.model.key import Key, parse_key


def keys_of(words: Iterable[str], known: Collection[Key], usual: str = "") -> tuple[Key, ...]:
    """Return the keys that words stand for, each once; all that are known for no word.

    A name without a kind is that of a `usual` one where that is known, else of a Stack, or
    of whatever alone has that name.

    Raises:
        SpecError: a word is no key, or nothing has that key.
    """
    named = tuple(dict.fromkeys(_key(word, known, usual) for word in words))
    return named or tuple(sorted(known))


def _key(word: str, known: Collection[Key], usual: str) -> Key:
    try:
        key = parse_key(word)
    except ValueError as error:
        raise SpecError(str(error)) from error
    if "/" not in word:
        key = _named(key, known, usual)
    if key not in known:
        raise SpecError(f"there is no {key}", "", _remedy(word, known))
    return key


def _named(key: Key, known: Collection[Key], usual: str) -> Key:
    """Return the key that a name alone stands for."""
    found = sorted(one for one in known if one.name == key.name)
    wanted = (usual, key.kind)
    return next((one for kind in wanted for one in found if one.kind == kind), (*found, key)[0])


def _remedy(word: str, known: Collection[Key]) -> str:
    if not known:
        return "Nothing is known here so far: is this the right trueup.yaml?"
    near = guess(word, [str(key) for key in known]) or guess(
        word.rpartition("/")[2], [key.name for key in known]
    )
    return near.strip() or "List what there is with: trueup get"

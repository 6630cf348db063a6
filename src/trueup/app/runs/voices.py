"""The models of this configuration; what opens each is read when it is asked."""

from collections.abc import Callable
from functools import partial

from trueup.adapters.models.chat import Access
from trueup.adapters.models.models import Models, Voice
from trueup.adapters.models.turnstile import Turnstile
from trueup.model.provider import Question
from trueup.settings import HeaderSettings, ProviderSettings, reveal


def models(providers: tuple[ProviderSettings, ...], stop: Callable[[float], bool]) -> Models:
    """Return providers as something that answers. `stop` waits, and says whether to end."""
    voices = [
        Voice(one.provider, partial(_access, one), Turnstile(one.provider)) for one in providers
    ]
    return Models(tuple(voices), stop)


def _access(said: ProviderSettings, question: Question) -> Access:
    """Return what opens a provider.

    Raises:
        SpecError: a secret is not where it should be.
    """
    headers = {name: _header(one, question) for name, one in said.headers.items()}
    return Access(reveal(said.key) if said.key else "", headers)


def _header(said: HeaderSettings, question: Question) -> str:
    if said.secret is not None:
        return said.text + reveal(said.secret)
    return said.text.replace("{run}", question.session).replace("{path}", question.path)

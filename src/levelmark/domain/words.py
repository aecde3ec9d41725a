"""Words: how texts are split and folded, so that a search finds them whatever their spelling.

Case and diacritics are dropped. Names are split where people see words: `payments-api`, `payments_api` and
`paymentsApi` are all `payments api`; other texts only at what is neither letter nor digit.
"""

import re
import unicodedata
from typing import Final

MAX_TEXT: Final = 1_000
"""Characters of one text that are looked at; what stands behind them is not found."""

_WORD: Final = re.compile(r"[^\W_]+")
_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(text: str) -> list[str]:
    """The words of a text, folded, in their order.

    >>> words("TypeScript, Café & Straße_2")
    ['typescript', 'cafe', 'strasse', '2']
    """
    return _WORD.findall(_folded(text[:MAX_TEXT]))


def name_words(name: str) -> list[str]:
    """The words of a name, which may be joined by a change of case alone.

    >>> name_words("paymentsApi"), name_words("HTTPServer_v2")
    (['payments', 'api'], ['http', 'server', 'v2'])
    """
    return words(_HUMPS.sub(" ", name[:MAX_TEXT]))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if not unicodedata.category(one).startswith("M")).casefold()

"""Words as people type them: folding, slugs, sort keys, initials and hues, reading time, stop words, language guess.

Not here: Markdown and HTML (kernel.markdown, kernel.sanitise) nor the search index.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Hashable
from functools import lru_cache

WORDS_PER_MINUTE = 220
HUES = 10

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ′＇", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_PARTS_OF_NAME = re.compile(r"[\s'’-]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NAME_PARTICLES = frozenset(
    "de du des la le les von van der den da di do dos el al bin ben y d l".split()  # noqa: SIM905
)

# Folded (no accents). Words too common to tell one topic from another.
COMMON_WORDS_FR = frozenset(
    """a afin ai ainsi alors apres as au aucun aujourd aura aurait aussi autre autres aux avait avant avec avez
    avoir avons beaucoup bien bonjour c ca car ce ceci cela celle celles celui cent ces cet cette ceux chacun chaque
    chez ci comme comment contre d dans de depuis des deux dire dit doit doivent donc dont du durant elle elles en
    encore entre est et etaient etait etant ete etes etre eu eux faire fait faites faut fois font grand hors hui
    ici il ils j jamais je jour jours jusqu jusque l la laquelle le lequel les lesquels leur leurs lors lorsque
    lui m ma mais me meme memes merci mes moi moins mon n ne ni nos notre nous nouveau on ont ou oui par parce
    parfois parmi pas passe pendant permet peu peut peuvent plus plusieurs plutot pour pourquoi pourra pourrait
    premier presque pres puis qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi s sa sans
    sauf se selon sera serait ses seulement si sinon soit sommes son sont sous souvent suis sur t ta tant te tel
    telle telles tels tes toi ton toujours tous tout toute toutes tres trop tu un une va vais vers veut veux via
    voici voir vont vos votre vous vraiment y""".split()  # noqa: SIM905 - a word list is read as words
)
COMMON_WORDS_EN = frozenset(
    """a about above after again against all almost also am an and another any anyone are aren as at be because
    been before being below between both but by can cannot could couldn did didn do does doesn doing don down
    during each either else ever every everyone few for from further get give go going got had has hasn have
    haven having he hello her here hers him his how however i if in into is isn it its itself just know like ll
    make many may maybe me might more most much must my need no nor not now of off often on once one only or
    other our ours out over own perhaps please quite rather re really same say shall she should shouldn since
    so some someone something still such than thank thanks that the their theirs them then there these they
    this those through to too two under until up upon us use used using ve very want was wasn we well were
    weren what when where whether which while who whom whose why will with within without won would wouldn yes
    yet you your yours""".split()  # noqa: SIM905
)
COMMON_WORDS = COMMON_WORDS_FR | COMMON_WORDS_EN

# Words that belong to one of the two languages only, or nearly.
_ONLY_FRENCH = COMMON_WORDS_FR - COMMON_WORDS_EN - {"or", "on", "as", "me", "d", "s", "t", "m", "pour", "si"}
_ONLY_ENGLISH = COMMON_WORDS_EN - COMMON_WORDS_FR - {"or", "on", "as", "me", "am", "but"}


def fold(text: str) -> str:
    """The text as one compares it: lower case, no accents, œ → oe, plain apostrophes, single spaces. Idempotent."""
    while True:
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).translate(_DASHES)
    return " ".join(text.split())


def slugify(text: str, max_length: int = 60) -> str:
    """ASCII words joined by hyphens, cut at a word where it can be; empty when the text has no such letter."""
    slug = _NOT_SLUG.sub("-", fold(text)).strip("-")
    if len(slug) <= max_length:
        return slug
    cut = slug[: max_length + 1].rfind("-")
    return slug[: cut if cut >= max_length // 2 else max_length].strip("-")


def sort_key(name: str) -> str:
    """What to order names by: folded, punctuation as spaces, so that « Élodie » stands beside « Elodie »."""
    return " ".join(re.findall(r"\w+", fold(name)))


@lru_cache(maxsize=8192)  # the same few names, on every page
def initials(name: str) -> str:
    """One or two capitals for a person without a picture; particles (« de », « van ») are passed over."""
    words = [word for word in _PARTS_OF_NAME.split(name) if word and word[0].isalnum()]
    main = [word for word in words if fold(word) not in _NAME_PARTICLES] or words
    if not main:
        return "?"
    chosen = main[:1] if len(main) == 1 else [main[0], main[-1]]
    return "".join(word[0].upper()[:1] for word in chosen)


@lru_cache(maxsize=8192)
def hue(key: Hashable) -> int:
    """A steady number from 0 to 9 for a person or community without a colour of its own."""
    return hashlib.blake2s(str(key).encode(), digest_size=2).digest()[0] % HUES


def words_of(text: str) -> list[str]:
    """The words of a text in order, as written; « l'accueil » is one word."""
    return _WORD.findall(text)


def reading_minutes(text: str) -> int:
    """Whole minutes an adult needs to read the plain text, at least 1."""
    return max(1, -(-len(words_of(text)) // WORDS_PER_MINUTE))


def keywords(text: str, limit: int = 12) -> tuple[str, ...]:
    """The telling words of a text, folded, first seen first, without repeats: for finding similar topics."""
    found: dict[str, None] = {}
    for word in re.split(r"[^\w]+", fold(text).replace("_", " ")):
        if len(word) > 1 and word not in COMMON_WORDS:
            found[word] = None
    return tuple(found)[:limit]


def guess_language(text: str, default: str = "fr") -> str:
    """`fr` or `en`, by the small words and accents of the text; `default` when it doesn't tell."""
    sample = text[:20_000]
    words = re.split(r"[^\w]+", fold(sample))
    french = sum(word in _ONLY_FRENCH for word in words)
    english = sum(word in _ONLY_ENGLISH for word in words)
    french += len(re.findall(r"[àâçéèêëîïôùûœ]", sample.casefold())) // 2
    if french == english:
        return default
    return "fr" if french > english else "en"

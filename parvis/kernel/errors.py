"""The three ways an action says no. Not here: how a door (HTML, REST) words them."""

from __future__ import annotations


class ParvisError(Exception):
    """Parent of all refusals that a door translates into an answer."""


class NotFound(ParvisError):
    """The thing does not exist for this reader; indistinguishable from one that never did."""


class NotAllowed(ParvisError):
    """The reader sees the thing but may not do this; the sentence says whom to ask."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


class Refused(ParvisError):
    """The request can't be done as asked; the sentence says why and what to do next."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.field = field


class TryAgain(Refused):
    """It can't be done just now, through no fault of who asks; the same request may do later. The answer is 503."""

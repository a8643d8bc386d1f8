"""What a rule of reading knows about a token besides its letters: the language and the neighbours."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.editing.script.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True)
class Context:
    """What stands around a token in its clause: the cores of the tokens before and after it, in lower case."""

    language: str
    before: str = ""
    after: tuple[str, ...] = ()

    @property
    def words(self) -> Vocabulary:
        """The words of the language for signs."""
        return vocabulary(self.language)

    @property
    def noun(self) -> str:
        """The word a figure counts: the next one, or the one after a Romanian "de"."""
        after = self.after[1:] if self.language == "ro" and self.after[:1] == ("de",) else self.after
        return after[0] if after and after[0][:1].isalpha() else ""

    @property
    def month(self) -> str:
        """The name of the month that comes next, also when it is written short; else nothing."""
        following = self.after[0] if self.after else ""
        said = self.words.abbreviations.get(f"{following.rstrip('.')}.", following)
        return said if said in self.words.months else ""

    @property
    def between_figures(self) -> bool:
        """Whether a figure stands on each side: the token is then a sign between them."""
        return bool(re.search(r"\d$", self.before)) and bool(self.after) and self.after[0][:1].isdecimal()


Rule = Callable[[str, Context], list[str] | None]
"""Returns the words that are said for a token, or None when the token is not of its kind."""

"""What a layout is: a way of reading forms, chosen by how well it understands the headers of a document.

A layout reads by meaning, never by position: it looks printed headers and labels up in `approvals.facts`.
"""

from dataclasses import dataclass
from typing import Protocol

from ingest.drafts import Extraction
from ingest.grid import Document

# Below this a layout does not understand enough of a form to read it.
MIN_SCORE = 0.5
# Two layouts closer than this are equally likely: a person decides.
TIE = 0.03


@dataclass(frozen=True, slots=True)
class Match:
    """How surely a layout recognises a document.

    score   0 … 1
    reason  one Chinese sentence for the user
    wanted  headers it looked for and did not find
    found   headers it understood
    """

    score: float
    reason: str
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


NO_MATCH = Match(0.0, "没有可识别的表头")


class Layout(Protocol):
    """One family of forms."""

    name: str
    label: str

    def score(self, document: Document) -> Match:
        """How well this layout understands `document`, usually one table with the lines before it."""

    def continues(self, document: Document) -> bool:
        """Whether `document` is a table without header that goes on with the one before it (a page end)."""

    def read(self, document: Document, unit: str | None = None) -> Extraction:
        """Read tables this layout has recognised. Never raises for what is written in them.

        `unit` is the money unit a person has decided on; the document's own statements are then left aside.
        """

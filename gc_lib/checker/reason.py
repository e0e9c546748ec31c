"""One reason of a check: what it says stands on evidence that it names."""

from dataclasses import dataclass, field

from .words import printable


@dataclass(frozen=True)
class Reason:
    """Give one reason: its kind, in one sentence, and what to do about it.

    `blocks` are the blocks concerned, `entries` some of their entries as (block, index), and `evidence` holds the
    numbers that it stands on, by name.
    """

    kind: str
    says: str
    advice: str = ""
    blocks: tuple[str, ...] = ()
    entries: tuple[tuple[str, tuple[int, ...]], ...] = ()
    evidence: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return printable(f"{self.says} {self.advice}".strip())

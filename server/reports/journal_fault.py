"""Why a file is no journal: apart from its reader, for whoever only reports it need not load numpy."""

from __future__ import annotations


class JournalFault(Exception):
    """The file cannot be read as a journal. `lines` name each fault: "file:17: what is wrong"."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines)  # as it came: a fault found in another process must get home
        self.lines = lines

    def __str__(self) -> str:
        return "\n".join(self.lines)

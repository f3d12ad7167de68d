"""A table on paper: what its page and its PDF say alike, whatever stands in it."""

from typing import Any, NamedTuple

from nightschool.texts import _, language


class TablePaper(NamedTuple):
    """A table with what stands above and below it."""

    title: str
    under: str  # who or what it is about, and as of when
    columns: tuple[tuple[str, int], ...]  # heads, each with its width in millimetres; 0: what is left
    rows: tuple[tuple[str, ...], ...]
    closing: str = ""  # what is stamped or signed at the end

    def data(self) -> dict[str, Any]:
        """What table.typ is given."""
        return {
            "lang": language(),
            "title": self.title,
            "under": self.under,
            "columns": self.columns,
            "rows": self.rows,
            "closing": self.closing,
            "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
        }


def signatures(*who: str) -> str:
    """Who signs, each with a line to write on."""
    return "    ".join(f"{one}{'_' * 14}" for one in who)

"""Tables that people hand in as a file: the field of the form, what the file was called, and why one cannot be read."""

from typing import Any

from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from nightschool.errors import Problem
from nightschool.formats.tables import UnreadableTable
from nightschool.rules.regions import RowFault, tell_row_problem
from nightschool.rules.typed import one_line, why_not_kept
from nightschool.texts import L_, _
from nightschool.web.site.forms import Form, Required

_LONGEST_FILE_NAME = 200


class TableForm(Form):
    """A file with a table."""

    file = FileField(L_("表格文件"), [Required(L_("选一个文件。"))])

    def file_name(self) -> str:
        """What the file was called where it came from, without the way to it."""
        named = one_line(self.file.data.filename or "").replace("\\", "/")
        return named.rpartition("/")[2][:_LONGEST_FILE_NAME]

    def validate_file(self, _field: Any) -> None:
        """Its name can be kept."""
        if sentence := why_not_kept(self.file_name(), _LONGEST_FILE_NAME):
            raise ValidationError(_("文件名：%(what)s", what=sentence))


def tell_unreadable(problem: UnreadableTable) -> str:
    """One sentence: why nothing can be read from the file, and where."""
    return tell_row_problem(Problem(RowFault(problem.fault.value), line=problem.line))

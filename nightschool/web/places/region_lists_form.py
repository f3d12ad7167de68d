"""The form that takes a list of regions, and the one that has it taken in."""

from typing import Any

from flask_wtf.file import FileField

from nightschool.rules.typed import one_line
from nightschool.texts import L_
from nightschool.web.site.forms import DayField, Form, Required, TickField

LONGEST_FILE_NAME = 200


def file_name_of(given: Any) -> str:
    """What an uploaded file was called where it came from, without the way to it."""
    return one_line(given.filename or "").replace("\\", "/").rpartition("/")[2][:LONGEST_FILE_NAME]


class RegionListForm(Form):
    """A file and the day it describes."""

    file = FileField(L_("名单文件"), [Required(L_("选一个文件。"))])
    as_of = DayField(L_("名单是哪天的"), [Required(L_("写名单是哪天的，名单上一般印着。"))])
    end_missing = TickField(L_("名单里没有的，算已撤并"))

    def file_name(self) -> str:
        """What the file was called where it came from."""
        return file_name_of(self.file.data)


class TakeInForm(Form):
    """Whether unreadable rows are left out, and codes that have the name of another village were renamed."""

    skip_bad = TickField(L_("跳过这些行，别的照样导入"))
    takes_given = TickField(L_("村子没有换，就是改了名，照名单改"))

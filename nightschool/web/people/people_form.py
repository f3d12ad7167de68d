"""The forms of a learner and of a teacher."""

from collections.abc import Sequence
from typing import Any

from nightschool.rules.people.people import (
    SEXES,
    TEACHER_KINDS,
    LearnerEntry,
    Namesake,
    TeacherEntry,
    sex_word,
    teacher_kind_word,
)
from nightschool.texts import L_, _
from nightschool.web.site.forms import ChoiceField, DayField, LineField, Required, TickField, WholeNumberField
from nightschool.web.site.record_forms import BirthYearField, PhoneField, RecordForm


class GroupField(LineField):
    """The group of a village: one that there is, as a button, or another, written beside them, which goes before."""

    known: Sequence[str] = ()

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([next(filter(None, reversed([str(one).strip() for one in valuelist])), "")])


class LearnerForm(RecordForm):
    """A learner: only the name and the group are needed."""

    name = LineField(L_("姓名"), [Required(L_("还没写名字。"))])
    group_name = GroupField(L_("哪个组"), [Required(L_("还没写是哪个组的。写三组、3组都行。"))])
    came_on = DayField(L_("哪天来的"))
    always_here = TickField(L_("一直在村里，以前的点名也列上"))
    group_was_wrong = TickField(L_("以前的组写错了，过去的点名也照新的写"))
    household = LineField(L_("户主"))
    sex = ChoiceField(L_("性别"))
    birth_year = BirthYearField(L_("出生年份"), render_kw={"inputmode": "numeric", "maxlength": 20})
    phone = PhoneField(L_("电话"))
    removes_phone = TickField(L_("不留电话了，删掉存着的"))
    is_told = TickField(L_("告知书念给本人听过了"))
    is_another = TickField(L_("是另一个同名的人"))

    asks_if_another = False
    retired_namesake: Namesake | None = None  # who may be asked back instead

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sex.choices = {"": _("没写"), **{code: sex_word(code) for code in SEXES}}

    def entry(self) -> LearnerEntry:
        """What was written down."""
        return self.filled(LearnerEntry)


class TeacherForm(RecordForm):
    """A teacher: only the name is needed."""

    name = LineField(L_("姓名"), [Required(L_("还没写名字。"))])
    kind = ChoiceField(L_("是哪一类"), default="local_expert")
    unit = LineField(L_("单位"), longest=200)
    specialities = LineField(L_("会讲什么"), longest=200)
    languages = LineField(L_("讲什么话"), longest=200)
    phone = PhoneField(L_("电话"))
    removes_phone = TickField(L_("不留电话了，删掉存着的"))
    name_is_public = TickField(L_("课表上写出名字"), default=True)
    is_another = TickField(L_("不是他，是另一个人"))
    weekly_limit = WholeNumberField(L_("一周最多来几节"), least=1, most=50)

    namesakes: tuple[Namesake, ...] = ()  # who may be meant instead

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = {code: teacher_kind_word(code) for code in TEACHER_KINDS}

    def entry(self) -> TeacherEntry:
        """What was written down."""
        return self.filled(TeacherEntry)

"""Forms of cohorts: what kind a course is, and who enrols."""

from typing import Any

from nightschool.rules.registers.cohorts import (
    KINDS,
    MOST_CAPACITY,
    SOURCES,
    CohortEntry,
    CourseKind,
    course_kind_word,
    source_word,
)
from nightschool.rules.registers.graduation import BASES, Basis, GraduationRule, basis_word
from nightschool.texts import L_, _
from nightschool.web.people.newcomers_form import NewPeopleForm
from nightschool.web.site.forms import (
    ChoiceField,
    DayField,
    LineField,
    Required,
    TicksField,
    WholeNumberField,
)
from nightschool.web.site.record_forms import RecordForm


class CohortForm(RecordForm):
    """What kind a course is; of a cohort, how many it takes and when somebody graduates."""

    kind = ChoiceField(L_("讲座还是班"), [Required(L_("选一样：讲座，还是班。"))], chips=True)
    capacity = WholeNumberField(L_("收多少人"), least=1, most=MOST_CAPACITY)
    basis = ChoiceField(L_("结业怎么算"), chips=True)
    percent = WholeNumberField(L_("上够百分之几就结业"), least=1, most=100)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = {code: course_kind_word(code) for code in KINDS}
        self.basis.choices = {code.value: basis_word(code) for code in BASES}

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.kind.data == CourseKind.COHORT and self.percent.data is None and not self.percent.errors:
            self.refuse("percent", _("还没写上够百分之几就结业，一般是 75。"))
        return not self.errors

    def entry(self) -> CohortEntry:
        """What was chosen; a lecture asks nothing more."""
        if self.kind.data != CourseKind.COHORT:
            return CohortEntry(self.kind.data)
        rule = GraduationRule(Basis(self.basis.data or Basis.SESSIONS), self.percent.data)
        return CohortEntry(CourseKind.COHORT, self.capacity.data, rule)


class EnrolForm(NewPeopleForm):
    """Who enrols in a cohort, how, and since when."""

    query = LineField(L_("找人：名字或拼音首字母"), name="q")
    learners = TicksField(name="m")
    source = ChoiceField(L_("怎么报的名"), chips=True)
    proxy_name = LineField(L_("谁代报的"))
    day = DayField(L_("哪天报的名"), [Required(L_("还没写哪天报的名。"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source.choices = {code: source_word(code) for code in SOURCES}

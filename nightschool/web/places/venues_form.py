"""The forms of a venue and of the school itself."""

from collections.abc import Mapping
from typing import Any

from nightschool.rules.people.people import Namesake
from nightschool.rules.places.checklist import TICKED, ticked_word
from nightschool.rules.places.schools import MOST_IN_A_VILLAGE, SchoolEntry
from nightschool.rules.places.venues import VENUE_KINDS, VenueEntry, venue_kind_word
from nightschool.texts import L_, _
from nightschool.web.site.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    LineField,
    Required,
    TextField,
    TickField,
    WholeNumberField,
)
from nightschool.web.site.record_forms import PhoneField, RecordForm


class VenueForm(RecordForm):
    """A venue: only the name is needed."""

    name = LineField(L_("叫什么"), [Required(L_("还没写叫什么。写大家平时叫的名字，比如村活动室。"))])
    kind = ChoiceField(L_("是什么地方"), default="meeting_room")
    seats = WholeNumberField(L_("能坐几个人"), least=1)
    area_m2 = WholeNumberField(L_("多少平方米"), least=1, most=100000)
    is_lit = TickField(L_("晚上有灯"), default=True)
    is_covered = TickField(L_("下雨淋不着"), default=True)
    directions = TextField(L_("怎么走"), render_kw={"maxlength": 2000})
    key_holder = LineField(L_("钥匙在谁那里"))
    phone = PhoneField(L_("拿钥匙的人的电话"))
    removes_phone = TickField(L_("不留电话了，删掉存着的"))
    retired_namesake: Namesake | None = None  # a venue of this name that may be used again instead
    allows_parallel = TickField(L_("可以同时上两节课"))
    for_township = TickField(L_("本镇别的村也可以来上课"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = {code: venue_kind_word(code) for code in VENUE_KINDS}

    def entry(self) -> VenueEntry:
        """What was written down."""
        return self.filled(VenueEntry)


class SchoolForm(RecordForm):
    """The school of a village. The contact is public."""

    institution_name = LineField(L_("学校叫什么"))
    principal = LineField(L_("校长（负责人）"))
    contact_name = LineField(L_("村民有事找谁"))
    contact_phone = PhoneField(L_("打哪个电话"))
    usual_venue = ChoiceField(L_("平常在哪里上课"))
    opened_on = DayField(L_("哪天办起来的"), [Required(L_("夜校是哪天办起来的？"))])
    households = WholeNumberField(L_("全村有多少户"), least=1, most=MOST_IN_A_VILLAGE)
    equipment = ChoicesField(L_("学校里有的"))

    def __init__(self, *, venues: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.usual_venue.choices = {"": _("没有固定的"), **venues}
        self.equipment.choices = {code: ticked_word(code) for code in TICKED}

    def entry(self) -> SchoolEntry:
        """What was written down."""
        return self.filled(SchoolEntry)

"""The form that takes somebody's data away for good."""

from wtforms.validators import StopValidation

from nightschool.texts import L_, _
from nightschool.web.site.forms import ChoiceField, Form, Required, TickField


class ErasureForm(Form):
    """Why, and that it was seen what goes."""

    why = ChoiceField(L_("为什么删"), [Required(L_("选一个为什么。"))])
    is_sure = TickField(L_("看清了：删掉就找不回来"))

    def validate_is_sure(self, field: TickField) -> None:
        if not field.data:
            raise StopValidation(_("看清了就在这里打勾。"))

"""Forms about accounts: logging in, passwords, and what administrators fill in."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField
from wtforms import PasswordField as HiddenPasswordField
from wtforms.validators import StopValidation

from nightschool.rules.trust import passwords, slips
from nightschool.rules.trust.second_factor import read_digits
from nightschool.texts import L_, _
from nightschool.web.site.forms import ChoiceField, DayField, Form, LineField, Required, TickField
from nightschool.web.site.record_forms import PhoneField

ANOTHER = "another"  # none of those who are called so
NAME_KEYS = {"autocapitalize": "none", "spellcheck": "false"}


class PasswordField(HiddenPasswordField):
    """A password exactly as typed; never shown again. A browser with scripts offers to show it while it is typed."""

    def __init__(self, label: Any, validators: Any = None, *, autocomplete: str, **kwargs: Any) -> None:
        keys = {"autocomplete": autocomplete, "data-reveal": ""}
        super().__init__(label, validators, render_kw=keys, **kwargs)


class NewPasswordField(PasswordField):
    """A password that is going to be somebody's: long enough, and not the login name."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [], autocomplete="new-password", **kwargs)

    def pre_validate(self, form: Any) -> None:
        login_name = form.login_name.data if "login_name" in form else form.own_login_name
        if problem := passwords.problem_of(self.data or "", login_name or ""):
            raise StopValidation(passwords.tell_problem(problem))


class LoginForm(Form):
    """Login name and password."""

    carries_passwords = True

    login_name = LineField(
        L_("登录名"), [Required(L_("写登录名。"))], render_kw={"autocomplete": "username", **NAME_KEYS}
    )
    password = PasswordField(L_("密码"), [Required(L_("写密码。"))], autocomplete="current-password")
    is_own_phone = TickField(L_("这是我自己的手机"))


class SlipForm(Form):
    """The two lines of a printed login slip, and the password to be."""

    carries_passwords = True

    login_name = LineField(
        L_("登录名"),
        [Required(L_("写单子上的登录名。"))],
        render_kw={"autocomplete": "username", **NAME_KEYS},
    )
    code = LineField(
        L_("登录码"),
        [Required(L_("写单子上的登录码。"))],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )
    new_password = NewPasswordField(L_("新密码"))
    is_own_phone = TickField(L_("这是我自己的手机"))

    def validate_code(self, field: LineField) -> None:
        if not slips.read_code(field.data or ""):
            raise StopValidation(_("登录码是 12 个字母和数字，像 7K3M-9QTX-2B4D。对着单子再看一遍。"))


class PasswordForm(Form):
    """The old password and the new."""

    carries_passwords = True

    password = PasswordField(
        L_("现在的密码"), [Required(L_("写现在的密码。"))], autocomplete="current-password"
    )
    new_password = NewPasswordField(L_("新密码"))

    def __init__(self, *args: Any, own_login_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_login_name = own_login_name


class CodeForm(Form):
    """Six digits of the app, or a line of the recovery slip."""

    carries_passwords = True

    code = LineField(
        L_("验证码"),
        [Required(L_("写手机上的六位数，或者恢复单上的一行。"))],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def validate_code(self, field: LineField) -> None:
        if not (read_digits(field.data or "") or slips.read_code(field.data or "")):
            raise StopValidation(
                _("验证码是手机上的六位数，或者恢复单上的一行，像 7K3M-9RTX-2D4A。对着再看一遍。")
            )


class OwnPasswordForm(Form):
    """One's password, once more."""

    carries_passwords = True

    password = PasswordField(
        L_("现在的密码"), [Required(L_("写现在的密码。"))], autocomplete="current-password"
    )


class NameForm(Form):
    """What one is called."""

    display_name = LineField(L_("姓名"), [Required(L_("写上你的名字。"))], render_kw={"autocomplete": "name"})


class NamedForm(Form):
    """A form with somebody's name, of whom it is asked whether they are one of those called so who have an account."""

    who = ChoiceField(L_("是不是同一个人"), chips=True)

    def ask(self, known: Mapping[str, str]) -> None:
        """One of these accounts may be meant, or somebody else."""
        self.who.choices = {**known, ANOTHER: _("是另一个人，开新账号")}

    @property
    def meant(self) -> dict[str, Any]:
        """Which account is meant, or that it is another person's."""
        is_another = self.who.data == ANOTHER
        return {"account": "" if is_another else self.who.data or "", "is_another": is_another}


class PersonForm(NamedForm):
    """Somebody who gets an account."""

    display_name = LineField(
        L_("姓名"), [Required(L_("写上这个人的名字。"))], render_kw={"autocomplete": "off"}
    )
    title = LineField(L_("职务"), render_kw={"autocomplete": "off"})
    login_name = LineField(L_("登录名"), longest=30, render_kw={"autocomplete": "off", **NAME_KEYS})


class OpenSchoolForm(PersonForm):
    """A village that opens its night school, and its coordinator."""

    village = HiddenField()
    contact_phone = PhoneField(L_("村里人打哪个电话"), render_kw={"autocomplete": "off"})


class AccountForm(PersonForm):
    """An account with its role in the region of the page."""

    role = ChoiceField(L_("职责"), [Required(L_("选一个职责。"))], chips=True)


class PostingForm(Form):
    """One more role for somebody who has an account."""

    login_name = LineField(
        L_("登录名"),
        [Required(L_("写这个人的登录名。"))],
        longest=30,
        render_kw={"autocomplete": "off", **NAME_KEYS},
    )
    role = ChoiceField(L_("职责"), [Required(L_("选一个职责。"))], chips=True)
    title = LineField(L_("职务"), render_kw={"autocomplete": "off"})
    from_day = DayField(L_("从哪天起"), [Required(L_("写从哪天起。"))])
    to_day = DayField(L_("到哪天为止"))


class EndPostingForm(Form):
    """The last day of a posting; none: it ends at once."""

    last_day = DayField(L_("最后一天"))


class ConfirmForm(Form):
    """Nothing to fill in: only the form's token."""

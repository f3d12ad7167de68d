"""Words that are to be sent are copied with one tap; a browser that lends pages no clipboard has them selected."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, log_in


def test_a_supervisor_copies_the_sentence_of_a_week(phone: Page, site: Site) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(phone, site, "quanan")
    phone.get_by_role("button", name="复制这段话").click()
    expect(phone.get_by_role("button", name="复制好了")).to_be_visible()
    copied = phone.evaluate("navigator.clipboard.readText()")
    assert copied == phone.locator("pre.message").inner_text()
    assert copied.startswith("2026年11月23日到11月29日，全安镇：应开")


def test_without_a_clipboard_for_pages_the_words_are_copied_as_a_selection(phone: Page, site: Site) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.add_init_script("delete Navigator.prototype.clipboard")
    log_in(phone, site, "quanan")
    phone.get_by_role("button", name="复制这段话").click()
    expect(phone.get_by_role("button", name="复制好了")).to_be_visible()
    assert phone.evaluate("String(getSelection())") == phone.locator("pre.message").inner_text()


def test_without_scripts_there_is_no_button_that_does_nothing(plain_phone: Page, site: Site) -> None:
    log_in(plain_phone, site, "quanan")
    expect(plain_phone.get_by_role("button", name="复制这段话")).to_be_hidden()
    expect(plain_phone.get_by_text("按住这段话，就能选中复制。")).to_be_visible()


def test_the_notice_of_tonight_is_copied_on_the_desk(phone: Page, site: Site) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(phone, site, "shiwan")
    with phone.expect_response(lambda answer: answer.request.method == "POST"):  # it is remembered
        phone.get_by_role("button", name="复制微信通知").click()
    expect(phone.get_by_role("button", name="复制好了")).to_be_visible()
    copied = phone.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0] == "狮湾村 农民夜校上课通知："
    assert copied[-1].endswith("/v/511002105201")
    phone.get_by_role("link", name="大喇叭、短信、海报").click()
    expect(phone.get_by_text("通知过了。")).to_have_count(1)  # in the group; it was not read out yet
    phone.get_by_role("button", name="念过了").click()
    expect(phone.get_by_text("通知过了。")).to_have_count(2)


def test_the_button_of_a_whole_month_is_seen_with_its_first_lines_and_copies_all(
    phone: Page, site: Site
) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(phone, site, "shiwan")
    phone.goto("/desk/511002105201/plan/2026-12")
    words = phone.locator("pre.message")
    assert len(words.inner_text().splitlines()) > 9
    button = phone.get_by_role("button", name="复制这段话")
    expect(button).to_be_in_viewport()
    button.click()
    expect(phone.get_by_role("button", name="复制好了")).to_be_visible()
    assert phone.evaluate("navigator.clipboard.readText()") == words.inner_text()

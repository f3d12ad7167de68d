"""Login slips on paper: each whole on its page, all of its text inside its cut lines, in both languages."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, log_in

TOWNSHIPS = {"zh": "511002102000", "en": "511002103000"}
LONGEST = {"zh": "曼", "en": "木"}  # whoever is called as another is asked about
A4 = 297
OVERFLOWING = """() => [...document.querySelectorAll('.slip')]
  .filter(slip => slip.scrollHeight > slip.clientHeight || slip.scrollWidth > slip.clientWidth)
  .map(slip => slip.innerText)"""
ROWS = """() => [...document.querySelectorAll('.slip')].map(slip => slip.getBoundingClientRect().height / 96 * 25.4)"""


@pytest.mark.parametrize("language", TOWNSHIPS)
def test_slips_fit_their_paper(phone: Page, site: Site, language: str) -> None:
    log_in(phone, site, "szqadmin")
    phone.goto(f"/admin/{TOWNSHIPS[language]}/schools/all?lang={language}")
    wanted = phone.locator("[name=o]").count()
    assert wanted > 6
    phone.locator("input[name^=n-]").first.fill(f"欧阳修远阿卜杜热合{LONGEST[language]}")
    with phone.expect_navigation():
        phone.click("main form > .actions button")
    assert phone.locator(".slip").count() == wanted
    phone.evaluate("window.print = () => { document.title = 'printed' }")
    phone.locator("button.print").click()
    assert phone.title() == "printed"
    phone.emulate_media(media="print")
    phone.set_viewport_size({"width": 680, "height": 1009})  # what A4 leaves between margins of 15 mm
    assert phone.evaluate(OVERFLOWING) == []
    heights = phone.evaluate(ROWS)
    assert 3 * max(heights) <= A4 - 30  # three rows of two on a page
    assert phone.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == -(-wanted // 6)


def test_a_pasted_list_is_read_without_a_word_about_what_was_not_saved(phone: Page, site: Site) -> None:
    log_in(phone, site, "szqadmin")
    phone.goto("/admin/511002101000/schools/all")
    village = phone.locator("label.tick span").first.inner_text()
    phone.locator("summary").click()
    phone.fill("[name=pasted]", f"{village}\t王小明\t村文书\t0832-5550101")
    with phone.expect_navigation():
        phone.click("button[value=read]")
    assert phone.locator("[name=o]:checked").count() == 1
    assert phone.locator("input[name^=n-]").first.input_value() == "王小明"
    phone.wait_for_load_state("networkidle")
    assert phone.locator(".kept").count() == 0

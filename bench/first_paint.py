"""When a villager on a slow network sees the page: `python -m bench.first_paint`; see README.md in this folder."""

import shutil
import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

from tools.pictures import demonstration

PAGES = ("/v/511002105201", "/", "/r/511002105")
LATENCY_MS, BITS_A_SECOND = 300, 100_000
LIMIT_MS = 1000
TIMES = 5
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_LOADED = "performance.getEntriesByType(kind).reduce((sum, one) => sum + one.transferSize, 0)"


def painted(browser: Browser, address: str) -> tuple[float, int]:
    """After how many milliseconds a browser that has nothing of this page shows something, and the bytes it loads."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    bytes_a_second = BITS_A_SECOND / 8
    conditions = {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
    network.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **conditions})
    page.goto(address)
    page.wait_for_timeout(500)
    loaded = sum(page.evaluate(f"kind => {_LOADED}", kind) for kind in ("navigation", "resource"))
    at = page.evaluate(_PAINTED)
    context.close()
    return at, loaded


def main() -> int:
    """Prints the median of each page; 1 where it is over the limit, or there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    is_slow = False
    with demonstration() as (site, _accounts), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for path in PAGES:
            found = [painted(browser, site + path) for _time in range(TIMES)]
            middle = statistics.median(at for at, _loaded in found)
            is_slow |= middle > LIMIT_MS
            print(f"{path:20} {middle:5.0f} ms, limit {LIMIT_MS}; {found[0][1]} bytes loaded")
        browser.close()
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())

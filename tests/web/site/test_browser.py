"""What a browser calls itself, as the list of one's devices shows it."""

import pytest
from flask import Flask

from nightschool.web.site.browser import address, device_name, tell_device

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; ELE-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/107.0 MQQBrowser/6.2 Mobile Safari/537.36 MicroMessenger/8.0"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1 Version/16.0 Mobile Safari/604.1"
HUAWEI = (
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 Chrome/99.0 HuaweiBrowser/14.0"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"


@pytest.mark.parametrize(
    ("says", "kept", "told"),
    [
        (WECHAT, "Android · WeChat", "安卓手机上的微信"),
        (IPHONE, "iPhone · Safari", "苹果手机上的Safari 浏览器"),
        (HUAWEI, "HarmonyOS · Huawei", "华为手机上的华为浏览器"),
        (EDGE, "Windows · Edge", "电脑上的Edge 浏览器"),
        (EDGE.partition(" Edg/")[0], "Windows · Chrome", "电脑上的浏览器"),
        ("Mozilla/5.0 (iPad)", "iPad", "苹果平板"),
        ("curl/8.0", "", "一台设备"),
        ("", "", "一台设备"),
        ("<script>alert(1)</script>", "", "一台设备"),
        ("x" * 100_000, "", "一台设备"),
    ],
)
def test_device_is_named_so_that_its_owner_knows_it(app: Flask, says: str, kept: str, told: str) -> None:
    with app.test_request_context(headers={"User-Agent": says}):
        assert device_name() == kept
        assert tell_device(kept) == told


def test_address_is_the_connections_and_never_a_headers(app: Flask) -> None:
    forged = {"X-Forwarded-For": "10.9.9.9"}
    with app.test_request_context(headers=forged, environ_base={"REMOTE_ADDR": "10.1.1.1"}):
        assert address() == "10.1.1.1"


def test_without_a_connection_there_is_no_address(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": ""}):
        assert address() is None

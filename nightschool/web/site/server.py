"""The server that people's browsers talk to: waitress, which is plain Python and runs everywhere."""

from typing import Any
from wsgiref.types import WSGIApplication

import waitress
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from nightschool.settings import Settings


class KeepingTask(WSGITask):
    """Answers one request, and keeps the connection after an answer without a body too.

    A 304 ends with its headers (RFC 9112, 6.3); waitress closes the connection because it has no Content-Length.
    """

    def set_close_on_finish(self) -> None:
        asks_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or self.wrote_header or self.version != "1.1" or asks_to_close or self.request.error:
            super().set_close_on_finish()


class KeepingChannel(HTTPChannel):
    task_class = KeepingTask


def make_server(application: WSGIApplication, settings: Settings) -> Any:
    """A server bound to the address of the settings, whose `run()` answers until it is stopped."""
    sockets: dict[int, Any] = {}
    server = waitress.create_server(
        application,
        map=sockets,
        host=settings.listen_host,
        port=settings.listen_port,
        threads=settings.threads,
        ident=None,
        channel_timeout=60,
        clear_untrusted_proxy_headers=True,
        **_proxies(settings),
    )
    for listening in sockets.values():  # one for each address that the host's name has, and an inner one
        if hasattr(listening, "channel_class"):
            listening.channel_class = KeepingChannel
    return server


def _proxies(settings: Settings) -> dict[str, Any]:
    """What waitress believes of the headers that a reverse proxy adds: nothing, unless so many proxies are set.

    It takes the address that the outermost of them saw, and never one that the browser itself wrote before it.
    """
    if not settings.proxy_hops:
        return {}
    return {
        "trusted_proxy": "*",  # whoever reaches this port: it listens on this machine, or where only the proxy gets
        "trusted_proxy_count": settings.proxy_hops,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }

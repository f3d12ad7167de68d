"""Jinja as this application uses it: the same pages, made with half as many function calls."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

_needs_escaping = re.compile("[&<>\"']").search


def escaped(value: Any) -> str:
    """The value as text that is safe in HTML, the same that Jinja makes of it.

    Nearly every text on a page has nothing in it to escape, and then it goes in as it is, not as a copy.
    """
    if type(value) is str:
        return escape(value) if _needs_escaping(value) else value
    return value if type(value) is Markup else escape(value)


class Generator(CodeGenerator):
    """Writes templates as Python; where a value goes out, `escaped` is asked instead of Jinja's own function."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        # Should a later Jinja ask elsewhere, this is no longer called, and its own function escapes.
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        # A text without places for values is asked for directly: through the context it costs three times as much.
        if (text := _plain_text(node)) is not None:
            self.write(f"environment.said({text!r})")
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)


def _plain_text(node: nodes.Call) -> str | None:
    """The message of `_("…")` when there is nothing to fill in; else None."""
    is_text = isinstance(node.node, nodes.Name) and node.node.name == "_"
    if not is_text or len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return None
    message = node.args[0]
    is_plain = (
        isinstance(message, nodes.Const) and isinstance(message.value, str) and "%" not in message.value
    )
    return message.value if is_plain else None


class Pages(Environment):
    """The templates. What all of them know is handed to each as it is, not looked up in two places name by name."""

    code_generator_class = Generator
    escaped = staticmethod(escaped)
    said: Callable[[str], Markup]  # a message in the language of the page; web/pages.py gives it

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals

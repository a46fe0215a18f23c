"""Codes in the words of their readers."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from junheng.web.helping import told
from junheng.web.wording import word

register = template.Library()


@register.filter
def worded(code: object, kind: str) -> str:
    """Return the word for a code of some kind: `{{ role|worded:"roles" }}`."""
    return word(kind, str(code)) if code else ""


@register.simple_tag(takes_context=True)
def term(context: template.Context, code: str) -> SafeString:
    """Return a word that tells what it means when it is pressed: `{% term "cv" %}`."""
    of = told()["terms"][code]
    # Several on a page may be the same word; a popover's id is its own.
    number = int(context.render_context.get("terms") or 0) + 1
    context.render_context["terms"] = number
    return format_html(
        '<button type="button" class="term" popovertarget="term-{0}-{1}">{2}</button>'
        '<span popover id="term-{0}-{1}" class="term-text">{3}</span>',
        code, number, of["word"], of["text"],
    )  # fmt: skip

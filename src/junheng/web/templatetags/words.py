"""Codes in the words of their readers."""

from __future__ import annotations

from django import template

from junheng.web.wording import word

register = template.Library()


@register.filter
def worded(code: object, kind: str) -> str:
    """Return the word for a code of some kind: `{{ role|worded:"roles" }}`."""
    return word(kind, str(code)) if code else ""

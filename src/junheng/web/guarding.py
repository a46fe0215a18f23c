"""What no page should have to think of: characters no text may hold, and refusals nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render

from junheng.base.errors import JunhengError
from junheng.web.wording import say

_NUL = "\0"


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse what is typed with a character that databases cannot hold and nobody can type."""

    def guarded(request: HttpRequest) -> HttpResponse:
        is_form = request.content_type in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        }
        typed = [request.GET, *([request.POST] if request.method == "POST" and is_form else [])]
        if _NUL in request.path or any(map(_has_nul, typed)):
            return HttpResponseBadRequest(say("nul"), content_type="text/plain; charset=utf-8")
        return get_response(request)

    return guarded


def _has_nul(typed: QueryDict) -> bool:
    return any(_NUL in text for name, texts in typed.lists() for text in (name, *map(str, texts)))


class TellRefusals:
    """Makes a page of what an operation refuses where the page itself says nothing of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand around the pages."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let everything through."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say in Chinese why it cannot be; what is a bug stays one."""
        if not isinstance(error, JunhengError):
            return None
        page = {"sentence": error.in_chinese()}
        return render(request, "console/refused.html", {"page": page}, status=422)

"""A small client of the site's API for notebooks and scripts; the standard library is all it needs.

from junheng.client import Client

site = Client("https://example.org", "jh_...")
run = site.runs(12)[0]
rows = site.sections(run["id"], stage="primary")
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_PAGE: Final = 100
_SECONDS: Final = 60
_SCHEMES: Final = ("http://", "https://")

Row = dict[str, Any]


class ApiError(Exception):
    """The site refused; `status` is the number of the answer, the text says why in Chinese."""

    def __init__(self, status: int, detail: object) -> None:
        """Keep both."""
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class Client:
    """Asks a site with a key. Every method may raise ApiError, or URLError without a connection."""

    def __init__(self, site: str, token: str) -> None:
        """Take the address of the site, such as https://example.org, and a key from the page of keys.

        Raises:
            ValueError: the address is none of the web.
        """
        if not site.startswith(_SCHEMES):
            raise ValueError(f"{site}: an address beginning with https:// is expected")
        self._site = site.rstrip("/")
        self._token = token

    def region(self, region_id: int) -> Row:
        """Return a region."""
        found: Row = self._ask(f"regions/{region_id}")
        return found

    def children(self, region_id: int, words: str = "") -> list[Row]:
        """Return the regions right below one."""
        return list(self._pages(f"regions/{region_id}/children", words=words))

    def counties(self, region_id: int) -> list[Row]:
        """Return the counties of a region with their newest evaluations."""
        return list(self._pages(f"regions/{region_id}/counties"))

    def rounds(self, region_id: int) -> list[Row]:
        """Return the rounds of a county."""
        return list(self._pages(f"regions/{region_id}/rounds"))

    def progress(self, round_id: int) -> list[Row]:
        """Return how far every school is in a round."""
        return list(self._pages(f"rounds/{round_id}/progress"))

    def runs(self, region_id: int) -> list[Row]:
        """Return the evaluations of a county, those of the newest snapshot first."""
        return list(self._pages(f"regions/{region_id}/runs"))

    def verdict(self, run_id: int) -> Row:
        """Return the verdict of an evaluation."""
        found: Row = self._ask(f"runs/{run_id}/verdict")
        return found

    def sections(self, run_id: int, **asked: str) -> list[Row]:
        """Return every school in every stage; `school`, `stage` and `status` choose among them."""
        return list(self._pages(f"runs/{run_id}/sections", **asked))

    def dispersions(self, run_id: int) -> list[Row]:
        """Return the coefficients."""
        found: list[Row] = self._ask(f"runs/{run_id}/dispersions")
        return found

    def indicators(self, run_id: int) -> list[Row]:
        """Return all indicators."""
        return list(self._pages(f"runs/{run_id}/indicators"))

    def explain(self, run_id: int, indicator: str, school: str = "") -> list[Row]:
        """Return how a number came about."""
        asked = urlencode({"indicator": indicator, "school": school})
        found: list[Row] = self._ask(f"runs/{run_id}/explain?{asked}")
        return found

    def whatif(self, run_id: int, steps: Sequence[Mapping[str, Any]]) -> Row:
        """Return what would come out after some steps; nothing is kept."""
        found: Row = self._ask(f"runs/{run_id}/whatif", {"steps": [dict(one) for one in steps]})
        return found

    # -------------------------------------------------------------- asking

    def _pages(self, path: str, **asked: str) -> Iterator[Row]:
        seen = 0
        while True:
            query = urlencode({**asked, "limit": _PAGE, "offset": seen})
            page = self._ask(f"{path}?{query}")
            yield from page["items"]
            seen += len(page["items"])
            if seen >= page["count"] or not page["items"]:
                return

    def _ask(self, path: str, body: object = None) -> Any:  # noqa: ANN401 whatever JSON holds
        data = None if body is None else json.dumps(body).encode()
        request = Request(  # noqa: S310 only addresses of the web are taken
            f"{self._site}/api/v1/{quote(path, safe='/?=&%')}", data=data,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 as above
                return json.load(answer)
        except HTTPError as error:
            raise ApiError(error.code, _detail(error)) from error


def _detail(error: HTTPError) -> object:
    try:
        return json.loads(error.read()).get("detail", error.reason)
    except ValueError:
        return error.reason

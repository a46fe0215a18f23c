"""Ways to change a certificate: every leaf of it, and every way a leaf can be made to lie."""

import datetime as dt
import re

from verify_certificate import digest


def leaves(node, path=()):
    """Every place of a JSON value that holds no further ones."""
    if isinstance(node, dict | list) and node:
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, inner in pairs:
            yield from leaves(inner, (*path, key))
    else:
        yield path, node


def lies_about(value):
    """Other values a forger might put there: another state, number, day, text, or nothing."""
    if value is None:
        return ["1"]
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [value + 1, value * 10 + 7]
    if isinstance(value, str):
        return [*other_texts(value), None]
    return [None]


def other_texts(text):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = dt.date.fromisoformat(text)
        return [
            (day + dt.timedelta(days=1)).isoformat(),
            day.replace(year=day.year - 1).isoformat(),
        ]
    if text in STATES:
        return [state for state in STATES if state != text]
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return [last_digit_changed(text), first_digit_changed(text)]
    return [text + "x", text[:-1]]


STATES = ("met", "near", "below", "missing", "not_applicable")


def last_digit_changed(text):
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def first_digit_changed(text):
    at = 1 if text.startswith("-") else 0
    return text[:at] + str(int(text[at]) % 9 + 1) + text[at + 1 :]


def put(node, path, value):
    *above, last = path
    for key in above:
        node = node[key]
    node[last] = value


def sealed(cert):
    """A forger who knows how digests are made makes them anew."""
    cert["digest"] = digest({key: value for key, value in cert.items() if key != "digest"})
    return cert

"""What a confined process may be asked to do that it should not: take all it can get."""

import os
import tempfile
import time

import polars as pl


def memory(*, tell):
    held = []
    while True:
        tell(0, 1)
        held.append(bytearray(10**7))


def native_memory(*, tell):
    tell(0, 1)
    return pl.Series(range(10)).new_from_index(0, 10**9).sum()


def processor(*, tell):
    tell(0, 1)
    while True:
        pass


def patience(*, tell):
    tell(0, 1)
    time.sleep(3600)


def disk(*, tell):
    tell(0, 1)
    with tempfile.TemporaryFile() as file:
        while True:
            file.write(bytes(10**7))


def bug(*, tell):
    tell(0, 1)
    return 1 / 0


def environment(*, tell):
    tell(0, 1)
    return sorted(os.environ)


def parent(*, tell):
    tell(0, 1)
    return os.getppid()


def echo(*, word, tell):
    tell(0, 1)
    return word

"""CSV and Parquet files of odd encodings, shapes and types."""

import polars as pl

from intake.hostile.kit import Read, Rejected, Unusable


def recoded(kit, encoding, *, mark=b""):
    text = (kit.csv / "学校.csv").read_text(encoding="utf-8-sig")
    return kit.csv_folder(lambda _: mark + text.encode(encoding))


def csv_in_gbk(kit):
    return recoded(kit, "gbk")


def csv_in_gb18030(kit):
    return recoded(kit, "gb18030")


def csv_in_utf_16_little(kit):
    return recoded(kit, "utf-16-le", mark=b"\xff\xfe")


def csv_in_utf_16_big(kit):
    return recoded(kit, "utf-16-be", mark=b"\xfe\xff")


def csv_in_utf_16_without_mark(kit):
    return recoded(kit, "utf-16-le")


def csv_in_big5(kit):
    return kit.csv_folder(lambda _: "縣,學校代碼,學校名稱\n樣例縣,S0,第一小學\n".encode("big5"))


def csv_of_mojibake(kit):
    """Chinese saved as UTF-8, read as Latin letters and saved again."""
    return kit.csv_folder(lambda data: data.decode("latin-1").encode())


def csv_shifted_by_one_byte(kit):
    text = (kit.csv / "学校.csv").read_text(encoding="utf-8-sig")
    return kit.csv_folder(lambda _: text.encode("gbk")[1:])


def csv_with_zero_bytes(kit):
    return kit.csv_folder(lambda data: data.replace(b"S1", b"S\0001"))


def csv_with_an_open_quote(kit):
    return kit.csv_folder(lambda data: data.replace("第1小学".encode(), '"第1小学'.encode()))


def csv_of_uneven_rows(kit):
    return kit.csv_folder(lambda data: data + b"a,b,c" + b"," * 200 + b"\n")


def csv_of_one_long_line(kit):
    return kit.csv_folder(lambda _: b"x" * 20_000_000)


def csv_of_a_million_columns(kit):
    return kit.csv_folder(lambda _: b"," * 1_000_000 + b"\n")


def csv_with_a_long_cell(kit):
    return kit.csv_folder(lambda data: data.replace("第1小学".encode(), "长".encode() * 10**6))


def csv_of_nothing_but_blanks(kit):
    return kit.csv_folder(lambda _: b" \r\n \r\n")


def csv_of_a_million_empty_rows(kit):
    return kit.csv_folder(
        lambda data: data + b"," * data.splitlines()[0].count(b",") + b"\n" * 10**6
    )


def frame_of(kit):
    return pl.read_parquet(kit.parquet / "schools.parquet")


def parquet_torn(kit):
    data = (kit.parquet / "schools.parquet").read_bytes()
    return kit.parquet_folder(lambda path: path.write_bytes(data[:-50] + data[-8:]))


def parquet_of_many_rows(kit):
    many = pl.DataFrame({"school": pl.zeros(60_000_000, dtype=pl.Int8, eager=True)})
    return kit.parquet_folder(many.write_parquet)


def parquet_of_nested_values(kit):
    nested = frame_of(kit).with_columns(pupils_primary=pl.struct("pupils_primary", "school"))
    return kit.parquet_folder(nested.write_parquet)


def parquet_of_lists(kit):
    lists = frame_of(kit).with_columns(pl.col("pupils_primary").implode().over("school"))
    return kit.parquet_folder(lists.write_parquet)


def parquet_of_bytes(kit):
    data = frame_of(kit).with_columns(pl.col("school").cast(pl.Binary))
    return kit.parquet_folder(data.write_parquet)


def parquet_of_words_for_numbers(kit):
    words = frame_of(kit).with_columns(pupils_primary=pl.lit("很多"))
    return kit.parquet_folder(words.write_parquet)


def parquet_of_undefined_numbers(kit):
    odd = frame_of(kit).with_columns(pupils_primary=pl.Series([float("nan"), float("inf"), 300.0]))
    return kit.parquet_folder(odd.write_parquet)


def parquet_without_columns(kit):
    return kit.parquet_folder(pl.DataFrame({"x": [1]}).write_parquet)


CASES = {
    csv_in_gbk: Read(says="GB18030"),
    csv_in_gb18030: Read(says="GB18030"),
    csv_in_utf_16_little: Read(says="UTF-16-LE"),
    csv_in_utf_16_big: Read(says="UTF-16-BE"),
    csv_in_utf_16_without_mark: Unusable(says="无法识别"),
    csv_in_big5: Rejected(says="找不到表头"),
    csv_of_mojibake: Rejected(says="找不到表头"),
    csv_shifted_by_one_byte: Unusable(says="编码的文字"),
    csv_with_zero_bytes: Unusable(says="无法识别"),
    csv_with_an_open_quote: Unusable(says="列数不一致"),
    csv_of_uneven_rows: Rejected(says="没有“a”"),
    csv_of_one_long_line: Unusable(says="引号"),
    csv_of_a_million_columns: Unusable(says="列"),
    csv_with_a_long_cell: Unusable(says="引号"),
    csv_of_nothing_but_blanks: Rejected(says="找不到表头"),
    csv_of_a_million_empty_rows: Read(),
    parquet_torn: Unusable(says="已损坏"),
    parquet_of_many_rows: Unusable(says="超过上限"),
    parquet_of_nested_values: Rejected(says="Struct"),
    parquet_of_lists: Rejected(says="List"),
    parquet_of_bytes: Rejected(says="Binary"),
    parquet_of_words_for_numbers: Rejected(says="读不成数字"),
    parquet_of_undefined_numbers: Rejected(says="有限"),
    parquet_without_columns: Rejected(says="找不到表头"),
}

"""凭证里的规则与国家办法不同之处；verify_certificate.py 用到，只用标准库。

旁边的 national_rulebook.json 是国家办法的各块（数字照办法手抄，文字只有摘要）和见过的全文的摘要。
"""

import json
from pathlib import Path

from verify_certificate import SIGNS, compared, digest, parsed, plain

BESIDE = Path(__file__).with_name("national_rulebook.json")
NATION = json.loads(BESIDE.read_bytes()) if BESIDE.exists() else {}

def differences(cert):  # （哪一条, 凭证写的, 国家办法）；见过的全文就是国家办法
    texts = [digest(cert["law"]), cert["rulebook"]["sha256"], *cert["rulebook"]["lineage"][1:]]
    if not NATION: return [("law", "没有与国家办法核对", f"脚本旁边要有 {BESIDE.name}")]
    if texts in NATION["known"]: return []
    found = []
    for path, said, right in compared(opened(blocks(cert["law"])), opened(NATION["blocks"])):
        _, name, *at = path.split("/")
        at = "/".join(at) + "=" * len(at[:1])
        found += [(f"law {name}", f"{at}{said}", f"{at}{right}")] if said != right else []
    return found or [("law", texts, NATION["known"])]

def blocks(law):  # 规则分块：指标的数字和日期，各张表全文，其余文字只要摘要
    law, mark = parsed(plain(law)), lambda one: "摘要 " + digest(one)[:6]
    since = lambda one: "@" + one.valid_from if one.valid_from != "2017-04-19" else ""
    who = lambda s: "+".join(filter(None, (s.stage, s.room, *(s.kinds or ()), *(s.regions or ()))))
    tables = ("scopes", "splitting", "rollup", "dispersion", "relaxations")
    found = {k: one if k in tables else mark(one) for k, one in law.items() if k != "indicators"}
    for one in law.indicators:
        words, found[f"indicators.{one.id}"] = [since(one)], mark(one)
        for part in one.part:
            words += [f"{k}={v}" for k, v in sorted(part.measure.items()) if type(v) is int]
            words += [who(s) + SIGNS[how] + s[how] + since(s)
                      for s in part.standard or () for how in SIGNS if how in s]
        found[str(one.number or one.id)] = " ".join(filter(None, words))
    return found

def opened(tree):  # 表里的各行也逐处对照
    tree = dict(enumerate(tree)) if isinstance(tree, list) else tree
    return {k: opened(one) for k, one in tree.items()} if isinstance(tree, dict) else tree

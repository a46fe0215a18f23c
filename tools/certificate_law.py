"""一份凭证里的规则与国家办法哪些块不同；verify_certificate.py 遇到没见过的规则才用到，只用标准库。"""

# fmt: off
from verify_certificate import SIGNS, compared, digest, parsed, plain

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

def opened(tree):  # 表的各行也逐处对照
    tree = dict(enumerate(tree)) if isinstance(tree, list) else tree
    return {k: opened(one) for k, one in tree.items()} if isinstance(tree, dict) else tree

def differences(law, nation):  # （哪一条, 凭证写的, 国家办法）
    found = []
    for path, said, right in compared(opened(blocks(law)), opened(nation)):
        _, name, *at = path.split("/")
        at = "/".join(at) + "=" * len(at[:1])
        found += [(f"law {name}", f"{at}{said}", f"{at}{right}")] if said != right else []
    return found

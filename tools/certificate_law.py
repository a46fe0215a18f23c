"""国家办法的数字另抄一份，凭证里的规则与它对照；供 verify_certificate.py 用，只用标准库。"""

# fmt: off
import hashlib
import json

canonical = lambda value: json.dumps(
    value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
digest = lambda value: hashlib.sha256(canonical(value)).hexdigest()

NATIONAL, SINCE = "moe-2017-6", "2017-04-19"  # 没有写日期的，自印发之日起
NUMBERS = """
1 per=100 primary>=4.2 junior>=5.3 | 2 per=100 primary>=1 junior>=1 | 8 | 15 | 17 | 25 | 27 | 28 |
3 per=100 primary>=0.9 junior>=0.9 | 4 per=1 primary>=4.5 junior>=5.8 | 29 | 30 | veto | 16 >=100 |
5 per=1 primary>=7.5 junior>=10.2 | 6 per=10000 primary>=2000 junior>=2500 | 19 >=100 | 21 >=50 |
7 per=100 primary>=2.3 junior>=2.4 | 9 east>=650@2016-01-01 central_west>=600@2016-01-01
>=720@2023-01-01 east>=850@2016-01-01 central_west>=800@2016-01-01 >=940@2023-01-01 | 22 >=85 |
10 classes_per_room=12 music>=96 art>=90 | 12 primary<=45 junior<=50 | 18 >=10 >=20 | 23 >=95 |
11 primary+junior+complete_secondary+teaching_point<=2000 nine_year+twelve_year<=2500
<=0@2019-01-01 | rollup floor_percent=85 met_at_least=6 |
13 counted_as=100 pupils_below=100 yuan_per_unit=10000 | 20 >=100 >=95 | 24 >=95 | 26 >=5 |
14 per=10000 >=6000@2016-01-01 >=7000@2025-03-01 | 31 >=3 <0.15 | 32 >=85 >=85 | eligibility >=3 |
scopes.resource merge_points=True points_at_least=50 | scopes.compulsory | scopes.special |
scopes.counted merge_points=True points_at_least=50 | scopes.junior enrolled=False |
dispersion.primary at_most=0.5 | dispersion.junior at_most=0.45 |
splitting.nine_year @2012-01-20 junior=1.1 kindergarten=1 primary=1 |
splitting.complete_secondary @2012-01-20 junior=1 senior=1.2 |
splitting.twelve_year @2012-01-20 junior=1.1 kindergarten=1 primary=1 senior=1.32 |
splitting.primary @2012-01-20 kindergarten=1 primary=1 | splitting.junior @2012-01-20 junior=1 |
splitting.teaching_point @2012-01-20 kindergarten=1 primary=1 |
relaxations.rural_small_visiting_teachers @2019-01-01 areas=rural pupils_at_least=50
pupils_below=100 |
relaxations.dense_city_sports_space @2019-01-01 areas=urban flag=dense_city_school |
relaxations.rooms_built_before @2019-01-01 duty_years=3 built_until=2016 music>=73 art>=67 |
relaxations.rooms_rural_small @2019-01-01 duty_years=3 areas=rural largest_class_below=30
pupils_below=100 primary>=54 junior>=61 | relaxations.size_built_before @2019-01-01 duty_years=3
built_until=2010 migrant_percent_above=50 primary+junior+complete_secondary+teaching_point<=2400
nine_year+twelve_year<=3000
"""
# 见过的国家办法全文（连同条款、依据、要素的合理范围）的摘要，和规则文件的摘要；有了新版就加一对。
KNOWN = {(
    "db857e2515cad4c178e743263b3c52fd99213c579ae838a758321946192d36cc",
    "0bd0eb78d25eeed343a0568aaf436edfca6de62237b84bff834caad1606e0476",
)}
# 最近一版各块的摘要，只为指出是哪一块不同。
PIECES = """
803629 08a0f1 eb9965 0422fd 86e501 65ee48 515789 2e2131 009fed 5431df a4c670 2dbff9 bd0d67 37f6af
2e171a c9f605 ca09ac 17de8f c730e4 efb184 fca69b 7cc2f5 93cfa9 cd76f3 6547bd 16506f 1e9321 4d95eb
f14995 8fa02f 3c04c1 42dc59 8bb124 8fa05b b04657 eca474 0a57a2 709289 9dd691 84db55 0bf6f1 d30625
3e99d8 ba5e77 5ef827 930e54
"""

SIGNS = {"at_least": ">=", "at_most": "<=", "below": "<"}
APART = {"id", "kind", "kinds", "stage", "clause", "sureness", "adds", "indicator", "standard",
         "unsure_stages", "valid_from"}

def flat(value):  # 规则里的数和条件，按键排列
    for one in value if isinstance(value, list) else ():
        yield from flat(one)
    for key in sorted(set(value) - APART) if isinstance(value, dict) else ():
        deeper = key in ("who", "weights")
        said = "+".join(value[key]) if key == "areas" else value[key]
        yield from flat(value[key]) if deeper else [f"{key}={said}"]

def since(one, rule):
    return "" if one["valid_from"] in (SINCE, rule.get("valid_from")) else "@" + one["valid_from"]

def bars(rule):
    for one in rule.get("standard", ()):
        how, sign = next((how, sign) for how, sign in SIGNS.items() if how in one)
        who = [one[key] for key in ("stage", "room") if key in one] + one.get("kinds", [])
        yield f"{'+'.join(who + one.get('regions', []))}{sign}{one[how]}{since(one, rule)}"

def spelled(law):  # 一部规则里的全部数字和日期，写成 NUMBERS 的样子
    found = {}
    for one in law["indicators"]:
        measured = [p["measure"].items() for p in one["part"]]
        numbers = [f"{k}={v}" for m in measured for k, v in sorted(m) if type(v) is int]
        words = [since(one, {}), *numbers, *(bar for part in one["part"] for bar in bars(part))]
        found[str(one.get("number", one["id"]))] = " ".join(filter(None, words))
    for name in ("scopes", "splitting", "rollup", "dispersion", "relaxations"):
        for one in law[name]:
            own = one.get("id") or one.get("kind") or one.get("stage")
            words = [since(one, {}), *flat(one), *bars(one)]
            found[f"{name}.{own}" if own else name] = " ".join(filter(None, words))
    return found

def pieces(law):
    named = {f"indicators.{one['id']}": one for one in law["indicators"]}
    named |= law | {"indicators": len(named)}
    return {name: digest(named[name])[:6] for name in sorted(named)}

def check_law(cert):  # 与国家办法不同之处；声称就是国家办法的，不同就是不符
    law, book = cert["law"], cert["rulebook"]
    entries = [entry.strip() for entry in NUMBERS.replace("\n", " ").split("|")]
    known = dict(entry.partition(" ")[::2] for entry in entries)
    found, whole = spelled(law), digest(law)
    for name in sorted(known.keys() | found.keys()):
        if found.get(name) != known.get(name):
            yield f"law {name}", found.get(name, "没有这一条"), known.get(name, "没有这一条")
    if all(whole != text for text, _ in KNOWN):
        texts = dict(zip(pieces(law), PIECES.split(), strict=False))
        for name, piece in pieces(law).items():
            if texts.get(name) != piece: yield f"law {name}", f"摘要 {piece}", f"摘要 {texts.get(name)}"
    elif (whole, book["sha256"]) not in KNOWN:
        yield "rulebook/sha256", book["sha256"], [known for text, known in KNOWN if text == whole]

"""复核 junheng 结论凭证：只用 Python 标准库，与测算引擎没有一行共用的代码（见 docs/certificate.md）。

由凭证里的填报值和规则参数，用精确分数重算每个数值、状态、差异系数和结论，逐一对照。
退出码：0 全部相符，1 有不符，2 读不了。
"""

# fmt: off
import argparse
import gzip
import json
import math
import multiprocessing
import sys
import zlib
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import chain, product
from pathlib import Path

from certificate_cells import UNREADABLE, compared_cells
from certificate_county import NA, POINT, SLACK, County, Range, all_of, number, total
from certificate_law import NATIONAL, canonical, check_law, digest

NOISE, HUGE = 1e-14, 10**12  # 算作零的差异系数平方；没有上限的每生数量
root = lambda x: None if x is None else math.sqrt(x)

def spread(rows):  # （学生数, 数量）→ 均值、差异系数的平方、各学部贡献；全是整数运算
    scale = math.lcm(*(Fraction(x).denominator for _, x in rows))
    rows = [(p, int(x * scale)) for p, x in rows]
    crowd, whole = map(sum, zip(*rows, strict=True))
    common = math.lcm(*(p for p, _ in rows))
    squares = [(x * crowd - p * whole) ** 2 * (common // p) for p, x in rows]
    squared = Fraction(sum(squares), common * crowd * whole * whole) if whole else None
    alike = squared is None or squared <= SLACK**2
    parts = [None if alike else s / sum(squares) for s in squares]
    return Fraction(whole, scale * crowd), squared and 0 if alike else squared, parts

def cv_ends(people, lows, highs):  # 缺数时差异系数平方的最小、最大
    def squared(xs, larger=None):
        first, second = (sum(p * x**n for p, x in zip(people, values, strict=True))
                         for n, values in ((1, xs), (2, larger or xs)))
        found = second * sum(people) / first**2 - 1
        return 0 if found < NOISE else found
    lows, highs = [float(x) for x in lows], [min(float(x), HUGE) for x in highs]
    if not any(lows): return 0, None
    bottom, top = 0, max(highs)
    for _ in range(99):  # 最小处，缺数的都取同一个数，够不着的取端点
        middle = (bottom + top) / 2
        cut = [min(max(middle, low), high) for low, high in zip(lows, highs, strict=True)]
        falls = sum(p * x * (middle - x) for p, x in zip(people, cut, strict=True)) < 0
        bottom, top = (middle, top) if falls else (bottom, middle)
    several = sum(low < high for low, high in zip(lows, highs, strict=True)) > 1
    return squared(cut), squared(lows, highs) if several else max(squared(lows), squared(highs))

class Case(County):  # 七项、差异系数和结论
    def __init__(self, cert):
        super().__init__(cert)
        self.sections = [*self.groups()]

    def groups(self):  # 学部：学校、学段、合在一起算的校点
        scope = self.scopes["resource"]
        order = dict.fromkeys(s for kind in scope["kinds"] for s in self.taught.get(kind, ()))
        for stage, school in product(order, self.rows["schools"]):
            group = [c for c in self.campuses(school, "resource") if self.counts(c, stage, scope)]
            if group and school["kind"] in scope["kinds"] and school["school"] not in self.joined:
                yield school, stage, group

    def counts(self, campus, stage, scope):
        pupils, alone = campus.get(f"pupils_{stage}"), campus["school"] not in self.joined
        least = max(1, scope.get("points_at_least", 0) if campus["kind"] == POINT and alone else 1)
        return stage in self.stages(campus) and (pupils is None or pupils >= least)

    def heads(self, campus):  # 加权的学生数；没说有没有附设幼儿班的，可能没有
        ends = []
        for stage, weight in self.weights[campus["kind"]].items():
            pupils, has = self.number(f"pupils_{stage}", campus), campus.get("has_kindergarten")
            if stage == "kindergarten" and has is not True:
                pupils = Range() if has is False else Range(0, pupils.high, told=False)
            ends.append(pupils.times(weight))
        return total(ends)

    def amount_of(self, campus, stage, measure, relaxations):  # 一个校点一项的数量
        added = lambda names: total(self.asked(name, campus, stage) for name in names)
        amount = added(measure["numerator"][stage]) - added(measure.get("minus", ()))
        if not amount.told:
            amount = Range(max(amount.low, 0), max(amount.high, 0), told=False)
        for one in relaxations:
            more, may = added(one["adds"]), self.may(one, [campus])
            more = more if may else Range(0, more.high, told=more.high == 0)
            amount = amount if may is False else amount + more
        pupils, heads = campus.get(f"pupils_{stage}"), self.heads(campus)
        if not measure["split"] or pupils is None:
            return amount._replace(told=amount.told and not measure["split"])
        own, told = self.weights[campus["kind"]][stage] * pupils, amount.told and heads.told
        return Range(amount.low * own / heads.high, amount.high * own / heads.low, told)

    def item(self, indicator, granted):  # 一项：各学部的数值和档次，各学段的差异系数
        key = (indicator["id"], *(r["id"] for r in granted))
        if key in self.memory:
            return self.memory[key]
        part, sections, stages = indicator["part"][0], [], defaultdict(list)
        per, floor = part["measure"]["per"], Fraction(self.rollup["floor_percent"]) / 100
        for _, stage, group in self.sections:
            amount = total(self.amount_of(c, stage, part["measure"], granted) for c in group)
            pupils = total(self.number(f"pupils_{stage}", c) for c in group)
            bars = [self.standard(part, stage=stage)[1].low * k for k in (1, floor)]
            ends, value = [0, 2], None
            if pupils.told:
                values = [Fraction(x) * per / pupils.low for x in amount[:2]]
                ends = [sum(x >= bar - SLACK for bar in bars) for x in values]
                value = values[0] if amount.told else None
            status = ("below", "near", "met")[ends[0]] if ends[0] == ends[1] else "missing"
            sections.append({
                "quantity": number(amount.low if amount.told else None), "value": number(value),
                "worst": ends[0], "best": ends[1], "status": status, "contribution": None})
            stages[stage].append((pupils, amount, sections[-1], bars))
        found = {stage: self.dispersion(stage, rows, per) for stage, rows in stages.items()}
        return self.memory.setdefault(key, (sections, found))

    def dispersion(self, stage, rows, per):
        pupils, cap, mean, squared = total(r[0] for r in rows), self.caps.get(stage), None, None
        if pupils.told and all(r[1].told for r in rows):
            mean, squared, parts = spread([(r[0].low, r[1].low) for r in rows])
            for row, part in zip(rows, parts, strict=True):
                row[2]["contribution"] = None if part is None else Coarse(part)
        low, high, people = squared, squared, [r[0].low for r in rows]
        if squared is None:
            each = [[Fraction(r[1][end]) / (r[0].low or 1) for r in rows] for end in (0, 1)]
            low, high = cv_ends(people, *each) if pupils.told else (0, None)
        top = cap and (cap + SLACK) ** 2
        surely, fails = high is not None and cap and high <= top, cap and low > top
        status = "met" if surely else "below" if fails else "missing"
        return {"standard": number(rows[0][3][0]), "floor": number(rows[0][3][1]),
                "sections": len(rows), "pupils": number(pupils.low if pupils.told else None),
                "mean": None if mean is None else number(mean * per), "cv": root(squared),
                "cap": number(cap), "low": root(low), "high": root(high),
                "status": NA if cap is None else status}

    def resources(self, granted, shown):
        eased = lambda i: [r for r in granted if r["indicator"] == i["id"] and "adds" in r]
        found, sections = {i["id"]: self.item(i, eased(i)) for i in self.items}, {}
        for at, (school, stage, group) in enumerate(self.sections):
            items = {name: one[0][at] for name, one in found.items()}
            told = [c.get(f"pupils_{stage}") for c in group]
            ends = [[i[end] for i in items.values()] for end in ("worst", "best")]
            least = min(self.rollup["met_at_least"], len(items))
            sure = any(pupils is not None for pupils in told)
            surely, possibly = (ranks.count(2) >= least and 0 not in ranks for ranks in ends)
            status = "met" if surely and sure else "missing" if possibly or not sure else "below"
            sections[f"{school['school']}|{stage}"] = {
                "pupils": number(None if None in told else sum(told)), "sure": sure,
                "merged": [c["school"] for c in group if c is not school], "status": status,
                "met": ends[0].count(2), "near": sum(e == (1, 1) for e in zip(*ends, strict=True)),
                "items": {n: one for n, one in items.items() if n in shown}}
        return sections, {f"{stage}|{name}": dispersion for name, (_, by_stage) in found.items()
                          for stage, dispersion in by_stage.items()}

    def indicator(self, one, granted):
        eased = [r for r in granted if r["indicator"] == one["id"]]
        key, parts = ("indicator", one["id"], *(r["id"] for r in eased)), {}
        if key in self.memory:
            return self.memory[key]
        for part in one["part"]:
            read = lambda m, part=part: getattr(self, m["kind"])(part, m, eased)
            parts[part["id"]] = found = read(part["measure"])
            other = {v["id"]: read(v["measure"]) for v in part.get("variant", ())}
            found["variants"] = {name: {k: one[k] for k in ("value", "status")}
                                 for name, one in other.items() if one["status"] != found["status"]}
        found = {"status": all_of(p["status"] for p in parts.values()), "parts": parts}
        return self.memory.setdefault(key, found)

    def reading(self, granted):
        about, alone = {r["indicator"] for r in granted}, len(granted) == 1
        items = [i["id"] for i in self.items if not granted or (alone and i["id"] in about)]
        sections, dispersions = self.resources(granted, items)
        indicators, steps = {i["id"]: self.indicator(i, granted) for i in self.others}, {}
        for step in self.law["steps"]:
            area = {i["id"]: indicators[i["id"]] for i in self.others if i["area"] == step}
            things = {"schools": sections, "dispersion": dispersions}.get(step, area)
            statuses = [one["status"] for one in things.values()]
            steps[step] = {s: statuses.count(s) for s in ("met", "below", "missing")}
            steps[step]["status"] = all_of(s for s in [*statuses] or ["missing"])
            if steps[step]["status"] == NA: steps[step]["status"] = "missing"
        shown = not granted or about - {*indicators}
        return {"status": all_of(s["status"] for s in steps.values()), "steps": steps,
                "sections": sections if shown else {}, "dispersions": {
                    k: one for k, one in dispersions.items() if k.split("|")[1] in items},
                "indicators": {
                    k: one for k, one in indicators.items() if not granted or k in about}}

    def results(self):
        asked = {"relaxed": self.relaxations} if self.relaxations else {}
        asked |= {r["id"]: [r] for r in self.relaxations}
        eased = {name: self.reading(granted) for name, granted in asked.items()}
        return {"strict": self.reading([]), "eased": eased}

# ---------------------------------------------------- 对照

FORMAT = "junheng-certificate/1"
KEYS = {"format", "engine", "county", "law_of", "rulebook", "law", "inputs", "results", "digest"}
KINDS = {"status": "县的结论", "steps": "认定环节", "sections": "七项与学校结论", "indicators": "其余指标",
         "dispersions": "校际差异系数", "eased": "放宽口径", "cells": "与原件逐格核对"}

WORDS = {"met": "达标", "below": "不达标", "missing": "无法判定", NA: "不适用"}
NAMES = {"relaxed": "用足放宽", "rural_small_visiting_teachers": "只放宽体艺教师",
         "dense_city_sports_space": "只放宽体育场馆", "rooms_built_before": "只放宽早建的音美教室",
         "rooms_rural_small": "只放宽小规模学校音美教室", "size_built_before": "只放宽学校规模"}
BROKEN = (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError)

class Coarse(float):  # 六位小数：各校几乎相同时，浮点误差在贡献里放大
    pass

def agrees(stated, expected):
    if not isinstance(expected, float) or not isinstance(stated, str):
        return stated == expected and type(stated) is type(expected)
    whole, _, decimals = stated.removeprefix("-").partition(".")
    places = 6 if isinstance(expected, Coarse) else 9
    if not (whole + decimals).isdecimal() or len(decimals) > places: return False
    return abs(float(stated) - expected) <= max(0.501 * 10**-places, abs(expected) * 5.01e-12)

def compared(stated, expected, path=""):  # 逐处对照：（哪里, 凭证写的, 应为）
    if isinstance(stated, dict) and isinstance(expected, dict):
        for key in {**stated, **expected}:
            yield from compared(stated.get(key, "没有"), expected.get(key, "没有"), f"{path}/{key}")
    elif isinstance(stated, list) and isinstance(expected, list) and len(stated) == len(expected):
        for at, pair in enumerate(zip(stated, expected, strict=True)):
            yield from compared(*pair, f"{path}/{at}")
    else:
        yield path, stated, expected

def verified(cert):  # 证明了多少处；不符之处
    proved, failed = Counter(), []
    try:
        stated = {key: value for key, value in cert.items() if key != "digest"}
        book = cert["rulebook"]
        whole = [("format", cert["format"], FORMAT), ("keys", sorted(cert), sorted(KEYS)),
                 ("engine/name", cert["engine"]["name"], "junheng"),
                 ("rulebook/law_sha256", book["law_sha256"], digest(cert["law"])),
                 ("rulebook/lineage/0", book["lineage"][0], book["id"]),
                 ("digest", cert["digest"], digest(stated))]
        failed += [one for one in whole if one[1] != one[2]]
        failed += check_law(cert) if book["id"] == NATIONAL else ()
        case = Case(cert)
        if case.facts and case.facts.get("county_name") != cert["county"]:
            failed.append(("county", cert["county"], case.facts.get("county_name")))
        for path, said, right in compared(cert["results"], case.results()):
            _, reading, kind, *_ = [*path.split("/"), ""]
            proved["eased" if reading == "eased" else kind] += 1
            if not agrees(said, right): failed.append((f"results{path}", said, right))
    except BROKEN as error:
        failed.append(("结构", f"按凭证里的规则和填报值算不下去（{error!r}）", "能算完的凭证"))
    return proved, failed

# ---------------------------------------------------- 命令

def nation(job):  # 一个进程做自己那一份：每 parts 行取一行
    path, part, parts = job
    proved, failed, digests, index = Counter(), [], [], {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        head = json.loads(next(lines))
        for at, text in enumerate(lines):
            if text.startswith('{"certificates"'):
                index = json.loads(text)
            elif at % parts == part:
                cert = json.loads(text)
                counts, wrong = verified(cert | {"law": head["law"]})
                wrong += spelt_as(cert, text.encode())
                proved += counts
                failed += [(f"{cert['county']} {where}", *pair) for where, *pair in wrong]
                digests.append((at, [cert["county"], cert["digest"]]))
    return proved, failed, digests, index

def spelt_as(cert, text):
    return [] if canonical(cert) == text.rstrip(b"\n") else [("写法", "不是规范写法", "规范写法")]

def county(path):
    text = Path(path).read_bytes()
    cert = json.loads(text)
    if not isinstance(cert, dict) or KEYS - cert.keys(): raise ValueError("不是结论凭证")
    proved, failed = verified(cert)
    return cert, proved, failed + spelt_as(cert, text)

def nations(path, jobs):
    with multiprocessing.Pool(jobs) as pool:
        found = pool.map(nation, [(path, part, jobs) for part in range(jobs)])
    proved, failed, digests, index = zip(*found, strict=True)
    pairs, failed = [pair for _, pair in sorted(chain(*digests))], [*chain(*failed)]
    if index[0].get("certificates") != pairs or index[0].get("digest") != digest(pairs):
        failed.append(("目录", "与各县凭证的摘要不一致", "一致"))
    return {"county": f"{len(pairs):,} 个县", "digest": digest(pairs)}, sum(proved, Counter()), failed

def report(cert, proved, failed, asked):
    print(f"凭证：{cert['county']}，摘要 {cert['digest']}")
    if "results" in cert:
        read = {"不用放宽": cert["results"]["strict"], **cert["results"]["eased"]}
        print(f"办法：{cert['rulebook']['id']}，标准日期：{cert['law_of']}，引擎：{cert['engine']['version']}")
        told = {NAMES.get(name, name): one["status"] for name, one in read.items()}
        print("结论：" + "，".join(f"{name} {WORDS.get(one, one)}" for name, one in told.items()))
        for where, said, right in check_law(cert) if cert["rulebook"]["id"] != NATIONAL else ():
            print(f"与国家办法不同 {where}：{said}；国家办法：{right}")
    for where, said, right in failed[:asked.show]:
        print(f"✗ {where}：凭证写的是 {said}，应为 {right}")
    told = [f"{words} {proved[kind]:,} 处" for kind, words in KINDS.items() if kind in proved]
    print("重算并对照：" + "，".join(told))
    print(f"不符 {len(failed):,} 处。" if failed else "全部相符。")

def main():
    parser = argparse.ArgumentParser(description="复核结论凭证：由填报值和规则重算全部结论")
    parser.add_argument("file", help="results.cert.json，或多个县的 certificates.jsonl.gz")
    parser.add_argument("--input", help="填报的原件（xlsx），逐格核对填报值")
    parser.add_argument("--digest", help="公布的凭证摘要，与文件核对")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="多个县时用几个进程")
    parser.add_argument("--show", type=int, default=20, help="最多列出多少处不符")
    asked = parser.parse_args()
    try:
        many = asked.file.endswith(".gz")
        cert, proved, failed = nations(asked.file, asked.jobs) if many else county(asked.file)
        for where, said, right in compared_cells(cert, asked.input) if asked.input else ():
            proved["cells"] += 1
            failed += [(where, said, right)] if said != right else []
    except (OSError, EOFError, zlib.error, *UNREADABLE, *BROKEN) as error:
        read = "、".join(filter(None, (asked.file, asked.input)))
        print(f"读不了 {read}：{error!r}", file=sys.stderr)
        return 2
    if asked.digest and asked.digest.strip().lower() != cert["digest"]:
        failed.append(("digest", cert["digest"], f"公布的 {asked.digest}"))
    report(cert, proved, failed, asked)
    return 1 if failed else 0

if __name__ == "__main__":
    sys.exit(main())

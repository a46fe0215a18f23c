#!/usr/bin/env python3
"""复核 junheng 结论凭证：只用 Python 标准库，与测算引擎没有一行共用的代码（见 docs/certificate.md）。

由凭证里的填报值和规则参数，用精确分数重算每个数值、状态、差异系数和结论，逐一对照。
退出码：0 全部相符，1 有不符，2 读不了。
"""
# fmt: off
import gzip
import hashlib
import json
import math
import multiprocessing
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

STAGES, POINT, NA = ("primary", "junior"), "teaching_point", "not_applicable"
SLACK, NOISE, HUGE = Fraction(1, 10**9), 1e-14, 10**12  # 浮点误差；视为零的差异系数平方；没有上限
HOW = ("at_least", "at_most", "below")

# 一行一条规则。数是（最小, 最大）：没填的数取遍合理范围，两头结论相同才有结论。
state = lambda surely, possibly: "met" if surely else "missing" if possibly else "below"
maybe = lambda surely, possibly: True if surely else None if possibly else False
every = lambda asked: False if False in asked else None if None in asked else True
covers = lambda have, need: state(have[0] - need[1] >= -SLACK, have[1] - need[0] >= -SLACK)
softened = lambda status, inside: "missing" if inside is None and status == "below" else status
known = lambda bounds: bounds[0] if bounds[0] == bounds[1] else None
total = lambda bounds: tuple(map(sum, zip((0, 0), *bounds, strict=True)))
line = lambda standard: next((how, Fraction(standard[how])) for how in HOW if how in standard)
canonical = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
digest = lambda value: hashlib.sha256(canonical(value).encode()).hexdigest()

class Exact(str):
    """一个精确数，按凭证的写法：小于一千的写九位小数，其余十二位有效数字，去掉末尾的零。"""
    __slots__ = ("number",)

def written(number):
    text = f"{number:.9f}" if abs(number) < 1000 else f"{Decimal(f'{number:.12g}'):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text

def exact(value, *, root=False):
    if value is None or abs(value) == math.inf: return None
    number = math.sqrt(value) if root else float(value)
    text = Exact(written(number))
    text.number = number
    return text

def agrees(stated, expected):
    """同一个值；恰在两个写法正中的数，写哪个都算。"""
    if isinstance(expected, Exact) and isinstance(stated, str):
        return stated in {written(expected.number * (1 + s * 1e-14)) for s in (-1, 0, 1)}
    return canonical(stated) == canonical(expected)

def differing(before, after):
    """另一种口径与不用放宽不同的地方。"""
    both = {k: (before.get(k), v) for k, v in after.items() if before.get(k) != v}
    deep = lambda old, new: isinstance(old, dict) and isinstance(new, dict)
    return {k: differing(old, new) if deep(old, new) else new for k, (old, new) in both.items()}

def all_of(statuses):
    found = set(statuses) - {NA}
    return next((s for s in ("below", "missing") if s in found), "met" if found else NA)

def judge(bounds, standard):
    (low, high), (how, number) = bounds, line(standard)
    if how == "at_least": return state(low >= number - SLACK, high >= number - SLACK)
    if how == "at_most": return state(high <= number + SLACK, low <= number + SLACK)
    return state(high < number - SLACK, low < number - SLACK)

def ratio(top, base, per, bounded):
    """比例的两头；分子是分母一部分的，不超过全部。"""
    base = [max(n, top[0]) for n in base] if bounded else base
    ends = [Fraction(n) * per / d for n in top for d in base] if base[0] > 0 else [
        Fraction(top[0]) * per / base[1] if top[0] >= 0 < base[1] else -math.inf, math.inf]
    return min(ends), min(max(ends), per) if bounded else max(ends)

def part_of(status, value=None, standard=None, how=None, inputs=(), singles=()):
    how, standard = line(standard) if isinstance(standard, dict) else (how, standard)
    return {"status": status, "value": exact(value), "standard": exact(standard),
            "comparison": how, "inputs": {name: exact(number) for name, number in inputs},
            "singles": dict(singles), "variants": {}}

def single(status, *about, value=None, standard=None):
    key = "|".join(str(name) for name in about if name is not None)
    return key, {"value": exact(value), "standard": exact(standard), "status": status}

def spread(rows):
    """均值、差异系数的平方、各学部贡献；rows 是（学生数, 数量）。全是整数运算，没有舍入。"""
    scale = math.lcm(*(Fraction(x).denominator for _, x in rows))
    rows = [(p, int(x * scale)) for p, x in rows]
    crowd, whole = map(sum, zip(*rows, strict=True))
    common = math.lcm(*(p for p, _ in rows))
    squares = [(x * crowd - p * whole) ** 2 * (common // p) for p, x in rows]
    squared = Fraction(sum(squares), common * crowd * whole * whole) if whole else None
    if squared is None or squared <= SLACK * SLACK:  # 各校相同，或全是零
        return Fraction(whole, scale * crowd), squared and 0, [None] * len(rows)
    return Fraction(whole, scale * crowd), squared, [Fraction(s, sum(squares)) for s in squares]

def cv_ends(rows):
    """缺数时差异系数平方的最小、最大；rows 是（学生数, 每生最小, 每生最大）。"""
    rows = [(p, float(low), min(float(high), HUGE)) for p, low, high in rows]
    def squared(values, larger=None):
        first, second = (sum(r[0] * x**n for r, x in zip(rows, xs, strict=True))
                         for n, xs in ((1, values), (2, larger or values)))
        found = second * sum(r[0] for r in rows) / first**2 - 1
        return 0 if found < NOISE else found
    _, lows, highs = map(list, zip(*rows, strict=True))
    if not any(lows): return 0, None
    bottom, top = 0, max(highs)
    for _ in range(200):  # 最小处，缺数的都取同一个数，够不着的取端点
        middle = (bottom + top) / 2
        cut = [min(max(middle, low), high) for low, high in zip(lows, highs, strict=True)]
        falls = sum(r[0] * x * (middle - x) for r, x in zip(rows, cut, strict=True)) < 0
        bottom, top = (middle, top) if falls else (bottom, middle)
    if sum(low < high for low, high in zip(lows, highs, strict=True)) > 1:
        return squared(cut), squared(lows, highs)
    return squared(cut), max(squared(lows), squared(highs))

class Case:
    """一个县：当天施行的规则、填报的行，和由此得出的一切。"""

    def __init__(self, cert):
        law, on = cert["law"], cert["law_of"]
        held = lambda r: r["valid_from"] <= on < r.get("valid_until", "9")
        current = lambda name: sorted(filter(held, law[name]), key=lambda r: r["valid_from"])
        self.on, self.law, self.elements, self.memory = on, law, law["elements"], {}
        self.scopes = {s["id"]: s for s in current("scopes")}
        weights = {s["kind"]: s["weights"] for s in current("splitting")}
        self.weights = {k: {s: Fraction(w) for s, w in ws.items()} for k, ws in weights.items()}
        self.taught = {k: [s for s in STAGES if s in ws] for k, ws in weights.items()}
        self.caps = {c["stage"]: Fraction(c["at_most"]) for c in current("dispersion")}
        self.rollup = current("rollup")[-1]
        self.relaxations = {r["id"]: r for r in law["relaxations"] if held(r)}
        alive = [i for i in law["indicators"] if i["valid_from"] <= on and any(
            not p.get("standard") or self.begun(p) for p in i["part"])]
        self.items = [i for i in alive if i["area"] == "resource"]
        self.others = [i for i in alive if i["area"] != "resource"]
        self.rows, self.at = defaultdict(list), defaultdict(list)
        for name, table in cert["inputs"]["tables"].items():
            decimals = [e for e in table["elements"] if self.elements[e]["type"] == "decimal"]
            for values in table["rows"]:
                row = dict(zip(("row", *table["elements"]), values, strict=True))
                row |= {e: Fraction(row[e]) for e in decimals if row[e] is not None}
                self.rows[name].append(row)
                keys = law["keys"][name] or ["school"]
                self.at[name, *(str(row.get(key)) for key in keys)].append(row)
        self.facts = next(iter(self.rows["county"]), {})
        self.schools = {r["school"]: r for r in self.rows["schools"]}
        self.classes, self.points = defaultdict(list), defaultdict(list)
        for row in self.rows["classes"]:
            self.classes[row["school"], row["stage"]].append(row)
        taking = [k for k, stages in self.taught.items() if "primary" in stages and k != POINT]
        for row in self.schools.values():
            ruled = row.get("merge_decision") in (None, "by_rule") and row.get("not_counted")
            mother = self.schools.get(row.get("mother_school"), {"kind": None})
            joins = row["kind"] == POINT and (ruled or row.get("merge_decision") == "merged")
            if joins and mother["kind"] in taking and self.scopes["resource"].get("merge_points"):
                self.points[mother["school"]].append(row)
        self.joined = {point["school"] for points in self.points.values() for point in points}

    def begun(self, part):
        return [s for s in part.get("standard", ()) if s["valid_from"] <= self.on]

    def standard(self, part, **about):
        """说到这个学段、类型、地区、教室的标准里最新的一条。"""
        fits = [s for s in self.begun(part)
                if all(s.get(k) in (None, about.get(k)) for k in ("stage", "room")) and all(
                    not s.get(f"{k}s") or about.get(k) in s[f"{k}s"] for k in ("kind", "region"))]
        return max(fits, key=lambda s: s["valid_from"], default=None)

    def number(self, element, row):
        """一个数；没填的是它的合理范围。"""
        value = row.get(element) if row else None
        if value is not None: return (Fraction(value),) * 2 if isinstance(value, str) else (value, value)
        about = self.elements[element]
        cap = row.get(about.get("at_most")) if row else None
        return Fraction(about.get("minimum", 0)), Fraction(about["maximum"]) if cap is None else cap

    def row(self, element, campus, stage=None):
        table = self.elements[element]["table"]
        if table in ("county", "schools"): return self.facts if table == "county" else campus
        key = (campus["school"], stage) if table == "teachers" else (campus["school"],)
        return next(iter(self.at.get((table, *key), ())), None)

    def stages(self, school):
        return self.taught.get(school["kind"], ())

    def pupils(self, school):
        return total(self.number(f"pupils_{stage}", school) for stage in self.stages(school))

    def campuses(self, school, scope):
        joins = self.scopes[scope].get("merge_points")
        return [school, *(self.points.get(school["school"], ()) if joins else ())]

    def inside(self, scope):
        """范围内的学校，和是否确定在内；并入的教学点不单列。"""
        if scope not in self.memory:
            pairs = [(s, self.within(scope, s)) for s in self.schools.values()]
            self.memory[scope] = [(s, sure) for s, sure in pairs if sure is not False]
        return self.memory[scope]

    def within(self, name, school):
        scope = self.scopes[name]
        joins = scope.get("merge_points") and school["school"] in self.joined
        if school["kind"] not in scope["kinds"] or joins: return False
        if not self.stages(school) or not scope.get("enrolled", True): return True
        low, high = total(self.pupils(s) for s in self.campuses(school, name))
        floor = max(1, scope.get("points_at_least", 0) if school["kind"] == POINT else 1)
        return maybe(low >= floor, high >= floor)

    def may(self, relaxation, school):
        asked = [self.fits(who, school) for who in relaxation["who"]]
        return True if True in asked else None if None in asked else False

    def fits(self, who, school):
        return every([self.meets(name, wanted, school) for name, wanted in who.items()])

    def meets(self, name, wanted, school):
        told = {"kinds": ("kind", lambda v: v in wanted), "areas": ("area", lambda v: v in wanted),
                "boarding": ("boarding_school", lambda v: v is wanted), "flag": (wanted, bool),
                "built_until": ("built_year", lambda v: v <= wanted), "sponsored_publicly": (
                    "sponsor", lambda v: (v in self.law["public_sponsors"]) is wanted)}
        if name in told:
            value = school.get(told[name][0])
            return None if value is None else told[name][1](value)
        low, high = self.pupils(school)
        if name == "migrant_percent_above":
            least, most = self.number("migrant_pupils", school)
            return least * 100 > Fraction(wanted) * low if low == high and least == most else None
        if name == "pupils_at_least": return maybe(low >= wanted, high >= wanted)
        low, high = (low, high) if name == "pupils_below" else self.largest_class(school)
        return maybe(high < wanted, low < wanted)

    def class_count(self, school, stage):
        """申报的班数，不少于列出的行数；没有学生的学段没有班。"""
        nobody = school.get(f"classes_{stage}") is None and school.get(f"pupils_{stage}") == 0
        declared = (0, 0) if nobody else self.number(f"classes_{stage}", school)
        return tuple(max(n, len(self.classes[school["school"], stage])) for n in declared)

    def sizes(self, school, stage):
        """填了人数的班，和是否还有没填的班。"""
        sizes = [c.get("class_pupils") for c in self.classes[school["school"], stage]]
        sizes = [size for size in sizes if size is not None]
        return sizes, self.class_count(school, stage)[1] > len(sizes)

    def largest_class(self, school):
        found = [self.sizes(school, stage) for stage in self.stages(school)]
        low = max([0, *(size for sizes, _ in found for size in sizes)])
        top = int(self.elements["class_pupils"]["maximum"])
        return low, top if any(is_open for _, is_open in found) else low

    # -------------------------------------------------------------- 七项和差异系数

    def groups(self):
        """学部：学校、学段、合在一起算的校点。"""
        scope = self.scopes["resource"]
        order = dict.fromkeys(s for kind in scope["kinds"] for s in self.taught.get(kind, ()))
        for stage, school in product(order, self.schools.values()):
            group = [c for c in self.campuses(school, "resource") if self.counts(c, stage, scope)]
            if group and school["kind"] in scope["kinds"] and school["school"] not in self.joined:
                yield school, stage, group

    def counts(self, campus, stage, scope):
        pupils = campus.get(f"pupils_{stage}")
        small = campus["kind"] == POINT and campus["school"] not in self.joined
        enough = pupils is None or pupils >= max(1, scope.get("points_at_least", 0) if small else 1)
        return stage in self.stages(campus) and enough

    def heads(self, campus):
        """加权的学生数，和是否都填了；没说有没有附设幼儿班的，可能没有。"""
        ends, sure = [], True
        for stage, weight in self.weights[campus["kind"]].items():
            low, high = self.number(f"pupils_{stage}", campus)
            has = stage != "kindergarten" or campus.get("has_kindergarten")
            ends.append((low * (has is True) * weight, high * (has is not False) * weight))
            told = has and campus.get(f"pupils_{stage}") is not None
            sure = sure and (has is False or told is True)
        return *total(ends), sure

    def amount_of(self, campus, stage, measure, relaxations):
        """一个校点一项的数量：最小、最大、是否都填了。"""
        signs = [(n, 1) for n in measure["numerator"][stage]]
        signs += [(n, -1) for n in measure.get("minus", ())]
        row = lambda name: self.row(name, campus, stage)
        told = lambda name: (row(name) or {}).get(name) is not None
        ends, sure = {n: self.number(n, row(n)) for n, _ in signs}, all(told(n) for n, _ in signs)
        low = sum(sign * ends[n][sign < 0] for n, sign in signs)
        high = sum(sign * ends[n][sign > 0] for n, sign in signs)
        low, high = (low, high) if sure else (max(low, 0), max(high, 0))
        for one in relaxations:
            if (fits := self.may(one, campus)) is not False:
                least, most = total(self.number(n, row(n)) for n in one["adds"])
                low, high = low + (least if fits else 0), high + most
                sure = sure and (all(map(told, one["adds"])) if fits else most == 0)
        pupils = campus.get(f"pupils_{stage}")
        if not measure["split"] or pupils is None: return low, high, sure and not (measure["split"])
        few, many, all_told = self.heads(campus)
        own = self.weights[campus["kind"]][stage] * pupils
        return low * own / many, high * own / few, sure and all_told

    def item(self, indicator, granted):
        """一项：各学部的数值和档次，各学段的差异系数。"""
        key = (indicator["id"], *(r["id"] for r in granted))
        if key in self.memory: return self.memory[key]
        part, sections, dispersions, stages = indicator["part"][0], [], {}, defaultdict(list)
        per = part["measure"]["per"]
        for _, stage, group in self.groups():
            found = [self.amount_of(c, stage, part["measure"], granted) for c in group]
            told = [c.get(f"pupils_{stage}") for c in group]
            low, high, sure = sum(f[0] for f in found), sum(f[1] for f in found), all(f[2] for f in found)
            pupils = None if None in told else sum(told)
            standard = line(self.standard(part, stage=stage))[1]
            floor = standard * Fraction(self.rollup["floor_percent"]) / 100
            rank = lambda x: sum(x >= least - SLACK for least in (standard, floor))
            ends = (0, 2) if pupils is None else [rank(Fraction(x) * per / pupils) for x in (low, high)]
            value = Fraction(low) * per / pupils if sure and pupils else None
            status = ("below", "near", "met")[ends[0]] if ends[0] == ends[1] else "missing"
            sections.append({"quantity": exact(low if sure else None), "value": exact(value),
                             "worst": ends[0], "best": ends[1], "status": status, "contribution": None})
            stages[stage].append((pupils, low, high, sure, sections[-1], standard, floor))
        for stage, rows in stages.items():
            dispersions[stage] = self.dispersion(stage, rows, per)
        return self.memory.setdefault(key, (sections, dispersions))

    def dispersion(self, stage, rows, per):
        people, cap = [r[0] for r in rows], self.caps.get(stage)
        mean = squared = None
        if None not in people and all(r[3] for r in rows):
            mean, squared, parts = spread([(r[0], r[1]) for r in rows])
            for row, one in zip(rows, parts, strict=True): row[4]["contribution"] = exact(one)
            low = high = squared
        if squared is None:
            low, high = (0, None) if None in people else cv_ends(
                [(p, Fraction(low) / p, Fraction(high) / p) for p, low, high, *_ in rows])
        top = cap and (cap + SLACK) ** 2
        status = NA if cap is None else state(high is not None and high <= top, low <= top)
        return {"standard": exact(rows[0][5]), "floor": exact(rows[0][6]), "sections": len(rows),
                "pupils": exact(None if None in people else sum(people)),
                "mean": exact(mean and mean * per) if mean != 0 else "0", "cap": exact(cap), "status": status,
                "cv": exact(squared, root=True), "low": exact(low, root=True), "high": exact(high, root=True)}

    def resources(self, granted):
        found = {i["id"]: self.item(i, [r for r in granted if r["indicator"] == i["id"] and "adds" in r])
                 for i in self.items}
        sections = {}
        for at, (school, stage, group) in enumerate(self.groups()):
            items = {name: items[at] for name, (items, _) in found.items()}
            told = [c.get(f"pupils_{stage}") for c in group]
            sure, own = any(n is not None for n in told), school.get(f"pupils_{stage}")
            heads = self.heads(school) if own and self.counts(school, stage, self.scopes["resource"]) else (0, 0, False)
            share = self.weights[school["kind"]][stage] * own / heads[0] if heads[2] else None
            ends = [[i[end] for i in items.values()] for end in ("worst", "best")]
            passes = [ranks.count(2) >= min(self.rollup["met_at_least"], len(ranks)) and 0 not in ranks
                      for ranks in ends]
            sections[f"{school['school']}|{stage}"] = {
                "pupils": exact(None if None in told else sum(told)), "share": exact(share), "sure": sure,
                "merged": [c["school"] for c in group if c is not school], "items": items,
                "status": state(passes[0] and sure, passes[1] or not sure),
                "met": ends[0].count(2), "near": sum(e == (1, 1) for e in zip(*ends, strict=True))}
        return sections, {f"{stage}|{name}": one for stage in STAGES for name, (_, by_stage) in found.items()
                          for one in [by_stage.get(stage)] if one}

    # -------------------------------------------------------------- 其余指标：一种测算方式一个函数

    def share(self, part, m, _):
        standard = self.standard(part)
        if standard is None: return part_of(NA)
        sides = [m.get(k, []) for k in ("numerator", "numerator_minus", "denominator", "denominator_minus")]
        names, counted, singles = sum(sides, []), [], []
        county = {self.elements[n]["table"] for n in names} == {"county"}
        for group, stage, sure in [([self.facts], None, True)] if county else self.entries(part, m, names):
            n = {name: total(self.number(name, self.row(name, c, stage)) for c in group) for name in names}
            (plus, minus), (base, less) = (map(lambda s: total(n[name] for name in s), pair)
                                           for pair in (sides[:2], sides[2:]))
            top, base = (plus[0] - minus[1], plus[1] - minus[0]), (base[0] - less[1], base[1] - less[0])
            top = (top[0], min(top[1], base[1])) if m.get("bounded", True) else top
            counted.append((sure, top, base, n))
            if not county:
                found = ratio(top, base, m.get("per", 100), m.get("bounded", True))
                status = softened(judge(found, standard), sure) if base[1] else NA
                singles.append(single(status, group[0]["school"], stage, group[0]["row"],
                                      value=known(found) if base[1] else None, standard=line(standard)[1]))
        if m.get("of") == "each_school":
            return part_of(all_of(s["status"] for _, s in singles), None, standard, singles=singles)
        summed = lambda pick: total((low, high) if one[0] else (min(0, low), max(0, high))
                                    for one in counted for low, high in [pick(one)])
        top, base = summed(lambda one: one[1]), summed(lambda one: one[2])
        if known(base) == 0: return part_of(NA, singles=singles)
        found = ratio(top, base, m.get("per", 100), m.get("bounded", True))
        status = judge(found, standard)
        short = any(sure and top[1] < base[0] for sure, top, base, _ in counted)  # 有一处肯定不全
        if status == "missing" and short and m.get("bounded", True) and line(standard)[1] >= m.get("per", 100):
            status = "below"
        inputs = [(name, known(summed(lambda one, name=name: one[3][name]))) for name in names]
        told = known(top) is not None and known(base) is not None
        return part_of(status, known(found) if told else None, standard, inputs=inputs, singles=singles)

    def entries(self, part, m, names):
        """看哪些学校（或学段），是否确定在内。"""
        by_stage = any(self.elements[n]["table"] == "teachers" for n in names)
        kinds = [self.elements[n]["kinds"] for n in names if self.elements[n].get("kinds")]
        scope = part.get("scope", "compulsory")
        for school, inside in self.inside(scope):
            fits = self.fits(m.get("who", {}), school)
            sure = None if fits is None or inside is None else True
            if fits is not False and not by_stage and all(school["kind"] in k for k in kinds):
                yield self.campuses(school, scope), None, sure
            for stage in self.stages(school) if fits is not False and by_stage else ():
                low, high = self.number(f"pupils_{stage}", school)
                if high > 0: yield [school], stage, sure if low > 0 else None

    def amount(self, part, m, _):
        told, number = self.facts.get("funding_region"), self.number(m["element"], self.facts)
        regions = [told] if told else self.elements.get("funding_region", {}).get("choices", [None])
        found = [self.standard(part, stage=m.get("stage"), region=r) for r in regions]
        found = [s for n, s in enumerate(found) if s and s not in found[:n]]
        if not found: return part_of(NA, known(number))
        statuses, how = {judge(number, s) for s in found}, line(found[0])
        return part_of(statuses.pop() if len(statuses) == 1 else "missing", known(number),
                       how[1] if len(found) == 1 else None, how[0], [(m["element"], known(number))])

    def answer(self, part, m, _):
        told = self.facts.get(m["element"])
        unanswered = "missing" if part.get("required", True) else NA
        return part_of(unanswered if told is None else "met" if told is m["expected"] else "below")

    def compare(self, _, m, __):
        left, right = (self.number(m[side], self.facts) for side in ("left", "right"))
        inputs = [(m["left"], known(left)), (m["right"], known(right))]
        return part_of(covers(left, right), known(left), known(right), "at_least", inputs)

    def years_since(self, part, m, _):
        standard, day = self.standard(part), self.facts.get(m["element"])
        if standard is None or day is None:
            return part_of("missing" if standard else NA, None, standard and line(standard)[1])
        day, on = date.fromisoformat(day), date.fromisoformat(self.on)
        years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
        return part_of(judge((years, years), standard), years, standard)

    def attested(self, _, m, __):
        singles = []
        for item in m["items"]:
            about = [r for r in self.rows["attestations"] if r["attested_item"] == item]
            whole = [r for r in about if r.get("attested_school") is None]
            for r in [*(whole or [{}]), *(r for r in about if r.get("attested_school") is not None)]:
                lacks = r.get("conclusion") is None or r.get("evidence") is None
                status = "below" if r.get("conclusion") == "not_reached" else "missing" if lacks else "met"
                singles.append(single(status, r.get("attested_school"), item, r.get("row")))
        return part_of(all_of(s["status"] for _, s in singles), singles=singles)

    def blanks(self, table):
        """每个学科、每类对象一行；没有行的是没有填。"""
        keys = self.law["keys"][table]
        for key in product(*(self.elements[k]["choices"] for k in keys)):
            yield next(iter(self.at.get((table, *key), ())), dict(zip(keys, key, strict=True)))

    def monitoring(self, part, m, _):
        standard, singles = self.standard(part), []
        if standard is None: return part_of(NA)
        rows = [r for r in self.blanks("monitoring") if r.get("monitored") is not False]
        for r in rows:
            value = None if r.get(m["of"]) is None else Fraction(r[m["of"]])
            status = judge((0, math.inf) if value is None else (value, value), standard)
            singles.append(single(softened(status, r.get("monitored")), r["subject"], r.get("row"),
                                  value=value, standard=line(standard)[1]))
        status = all_of(s["status"] for _, s in singles)
        status = status if status == "below" or any(r.get("monitored") for r in rows) else "missing"
        return part_of(status, None, standard, singles=singles)

    def survey(self, part, m, _):
        standard, singles, ends = self.standard(part), [], []
        if standard is None: return part_of(NA)
        for r in self.blanks("survey"):
            if r["survey_method"] == m["method"]:
                top, base = (self.number(f"survey_{n}", r) for n in ("satisfied", "valid"))
                ends.append((top, base))
                found, nobody = ratio(top, base, 100, True), known(base) == 0
                singles.append(single(NA if nobody else judge(found, standard), r["survey_group"], r.get("row"),
                                      value=None if nobody else known(found), standard=line(standard)[1]))
        top, base = total(t for t, _ in ends), total(b for _, b in ends)
        found = ratio(top, base, 100, True)
        status = judge(found, standard) if base[1] > 0 else "missing"
        status = all_of(s["status"] for _, s in singles) if m.get("of") == "each_group" else status
        inputs = [("survey_satisfied", known(top)), ("survey_valid", known(base))]
        return part_of(status, known(found), standard, inputs=inputs, singles=singles)

    def rooms(self, part, m, eased):
        singles, scope = [], part.get("scope", "counted")
        for (room, counted), (school, inside) in product(
            (("music", "music_rooms"), ("art", "art_rooms")), self.inside(scope)):
            norms = [line(self.standard(part, room=room))[1]] * 2
            stage = self.stages(school)[-1]
            for one in eased:
                standard, may = self.standard(one, stage=stage, room=room), self.may(one, school)
                if standard and may is not False:
                    norms = [min(norms[0], line(standard)[1]) if may else norms[0], min(norms[1], line(standard)[1])]
            low = high = 0
            classes = total(self.class_count(c, s) for c in self.campuses(school, scope) for s in self.stages(c))
            for c in self.campuses(school, scope):
                areas = [r.get("room_area") for r in self.at.get(("rooms", c["school"]), ()) if r["room_kind"] == room]
                told = [a for a in areas if a is not None]
                declared = self.number(counted, self.row(counted, c))[1]
                low += sum(a >= norms[0] - SLACK for a in told)
                high += sum(a >= norms[1] - SLACK for a in told) + max(declared, len(areas)) - len(told)
            need = tuple(math.ceil(Fraction(n, m["classes_per_room"])) for n in classes)
            singles.append(single(softened(covers((low, high), need), inside), school["school"], room, school["row"],
                                  value=known((low, high)), standard=known(need)))
        return part_of(all_of(s["status"] for _, s in singles), None, None, "at_least", singles=singles)

    def size(self, part, _, eased):
        singles = []
        for school, inside in self.inside(part.get("scope", "compulsory")):
            surely = possibly = self.standard(part, kind=school["kind"])
            if surely is None: continue
            for one in eased:
                standard, may = self.standard(one, kind=school["kind"]), self.may(one, school)
                if standard and may is not False: possibly, surely = standard, standard if may else surely
            statuses = {judge(self.pupils(school), s) for s in (surely, possibly)}
            status = statuses.pop() if len(statuses) == 1 else "missing"
            singles.append(single(softened(status, inside), school["school"], school["row"],
                                  value=known(self.pupils(school)), standard=line(surely)[1]))
        return part_of(all_of(s["status"] for _, s in singles), None, None, "at_most", singles=singles)

    def class_size(self, part, _, __):
        singles, looked_at, over = [], 0, 0
        for stage in STAGES:
            standard, scope = self.standard(part, stage=stage), part.get("scope", "compulsory")
            if standard is None: continue
            for school, _inside in self.inside(scope):
                if stage in self.stages(school) and self.sizes(school, stage)[1]:
                    singles.append(single("missing", school["school"], stage))
            for r in self.rows["classes"]:
                kind = self.schools.get(r["school"], {"kind": None})["kind"]
                if r["stage"] == stage and kind in self.scopes[scope]["kinds"] and stage in self.taught[kind]:
                    looked_at += 1
                    if (r.get("class_pupils") or 0) > line(standard)[1]:
                        over += 1
                        singles.append(single("below", r["school"], stage, r.get("class_name"), r["row"],
                                              value=r["class_pupils"], standard=line(standard)[1]))
        singles = singles or ([single("met")] if looked_at else [])
        return part_of(all_of(s["status"] for _, s in singles), over, None, "at_most",
                       [("class_pupils", looked_at)], singles)

    def funding_floor(self, part, m, _):
        singles = []
        for school, inside in self.inside(part.get("scope", "compulsory")):
            low, high = self.pupils(school)
            if low >= m["pupils_below"]: continue
            stages, full = self.stages(school), Fraction(m["counted_as"], m["yuan_per_unit"])
            quotas = [self.number(m["quota"][s], self.facts) for s in stages]
            told = [known(self.number(f"pupils_{s}", school)) for s in stages]
            if None in told or sum(told) == 0:
                due = min(q[0] for q in quotas) * full, max(q[1] for q in quotas) * full
            else:
                due = tuple(sum(q[end] * n for q, n in zip(quotas, told, strict=True)) * full / sum(told)
                            for end in (0, 1))
            have = self.number(m["allotted"], self.row(m["allotted"], school))
            sure = inside if high < m["pupils_below"] else None
            singles.append(single(softened(covers(have, due), sure), school["school"], school["row"],
                                  value=known(have), standard=known(due)))
        return part_of(all_of(s["status"] for _, s in singles), None, None, "at_least", singles=singles)

    # -------------------------------------------------------------- 环节和结论

    def indicator(self, one, granted):
        eased = [r for r in granted if r["indicator"] == one["id"]]
        key = ("indicator", one["id"], *(r["id"] for r in eased))
        if key not in self.memory:
            parts = {}
            for part in one["part"]:
                read = lambda m, part=part: getattr(self, m["kind"])(part, m, eased)
                found = parts[part["id"]] = read(part["measure"])
                for variant in part.get("variant", ()):
                    other = read(variant["measure"])
                    if other["status"] != found["status"]:
                        found["variants"][variant["id"]] = {k: other[k] for k in ("value", "status")}
            self.memory[key] = {"status": all_of(p["status"] for p in parts.values()), "parts": parts}
        return self.memory[key]

    def reading(self, granted):
        (sections, dispersions), steps = self.resources(granted), {}
        indicators = {i["id"]: self.indicator(i, granted) for i in self.others}
        found = {"schools": sections, "dispersion": dispersions}
        for step in self.law["steps"]:
            area = {i["id"]: indicators[i["id"]] for i in self.others if i["area"] == step}
            statuses = [one["status"] for one in found.get(step, area).values()]
            status = all_of(statuses)
            steps[step] = {"status": "missing" if status == NA else status, "met": statuses.count("met"),
                           "below": statuses.count("below"), "missing": statuses.count("missing")}
        return {"status": all_of(s["status"] for s in steps.values()), "steps": steps,
                "sections": sections, "dispersions": dispersions, "indicators": indicators}

    def results(self):
        strict, asked = self.reading([]), {"relaxed": [*self.relaxations.values()]}
        asked |= {name: [one] for name, one in self.relaxations.items()}
        read = {name: self.reading(granted) for name, granted in asked.items()}
        return {"in_force": {"indicators": [i["id"] for i in (*self.items, *self.others)],
                             "relaxations": [*self.relaxations]},
                "verdicts": {name: one["status"] for name, one in {"strict": strict, **read}.items()},
                "strict": strict, "eased": {name: differing(strict, one) for name, one in read.items()},
                "helped": {name: self.helped(one, strict, read[name]) for name, one in self.relaxations.items()}}

    def helped(self, relaxation, strict, eased):
        """哪些学校用了这条放宽由不达标变为达标。"""
        name, better = relaxation["indicator"], {}
        if name in strict["indicators"]:
            parts = [(strict["indicators"][name]["parts"][key]["singles"], part["singles"])
                     for key, part in eased["indicators"][name]["parts"].items()]
            pairs = [(key, before.get(key), one) for before, after in parts for key, one in after.items()]
        else:
            pairs = [(key, strict["sections"][key]["items"][name], one["items"][name])
                     for key, one in eased["sections"].items()]
        better = [key.split("|")[0] for key, old, new in pairs if old["status"] != new["status"] == "met"]
        return [*dict.fromkeys(better)]

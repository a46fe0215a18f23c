"""复核 junheng 结论凭证：只用 Python 标准库，与测算引擎没有一行共用的代码（见 docs/certificate.md）。

由凭证里的填报值和规则参数，用精确分数重算每个数值、状态、差异系数和结论，逐一对照。
退出码：0 全部相符，1 有不符，2 读不了。
"""

# fmt: off
import argparse
import gzip
import hashlib
import json
import math
import multiprocessing
import zlib
from collections import Counter, defaultdict, namedtuple
from datetime import date
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain, product
from pathlib import Path

STAGES, POINT, NA = ("primary", "junior"), "teaching_point", "not_applicable"
STATUS = {True: "met", False: "below", None: "missing"}  # 达标、不达标、无法判定
SIGNS, SLACK = {"at_least": ">=", "at_most": "<=", "below": "<"}, Fraction(1, 10**9)  # 只为浮点误差
BROKEN = (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError)
# ---------------------------------------------------- 数和判断
class Row(dict):  # 一条规则、一行填报值、一处结果；没有的是 None
    __missing__, __getattr__, __hash__ = lambda self, key: None, dict.__getitem__, object.__hash__
    __or__ = lambda self, more: Row({**self, **more})
class Coarse(float): pass  # 六位小数：各校几乎相同时，浮点误差在贡献里放大
class Range(namedtuple("Range", "low high told", defaults=(0, 0, True))):  # 最小、最大、是否填了
    __slots__ = ()  # 没填的数取遍合理范围，两头结论相同才有结论
    value = property(lambda a: a.low if a.low == a.high else None)
    known = property(lambda a: a.low if a.told else None)
    maybe = property(lambda a: Range(min(a.low, 0), max(a.high, 0), a.low == a.high == 0))
    __add__ = lambda a, b: Range(a.low + b.low, a.high + b.high, a.told and b.told)
    __sub__ = lambda a, b: Range(a.low - b.high, a.high - b.low, a.told and b.told)
    __mul__ = lambda a, k: Range(a.low * k, a.high * k, a.told)
    no_less = lambda a, n: Range(max(a.low, n), max(a.high, n), a.told)
    reaches = lambda a, n: True if a.low >= n else None if a.high >= n else False
UNKNOWN, exact = Range(-math.inf, math.inf, told=False), lru_cache(9999)(Fraction)
total, first = lambda ranges: sum(ranges, Range()), lambda rows: [*rows, Row()][0]
no = lambda met: {True: False, False: True}.get(met, met)
every = lambda found: min({*found} - {NA}, key=(False, None, True).index, default=NA)  # 不适用的不算
plain = partial(json.dumps, ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # 规范写法
parsed = lru_cache(9)(partial(json.loads, object_hook=Row))
digest = lambda tree: hashlib.sha256(plain(tree).encode()).hexdigest()
def look(r, detail, have=None, bar=(None, None), sure=True, **said):  # 看过的一个对象，没有行的是整个部分
    how, need = bar  # 没有对象的不适用；不知道是否在范围内的，不判不达标
    met = NA if have is None else (need - have if how == "at_most" else have - need).reaches(-SLACK)
    met = no(met) if how == "below" else met
    met, about = met if sure else met or None, () if r is None else (r.school, detail, r.row)
    name = None if r is None else "|".join(str(n) for n in about if n is not None)
    return name, Row(value=have, standard=need, comparison=how, status=met) | said
whole = partial(look, None, None)
def ratio(top, base, per, bounded=True):  # 分子是分母一部分的，不超过全部
    base = base.no_less(top.low) if bounded else base
    ends = [Fraction(n) * per / d for n in top[:2] for d in base[:2]] if base.low > 0 else [
        Fraction(top.low) * per / base.high if top.low >= 0 < base.high else -math.inf, math.inf]
    return Range(min(ends), min(max(ends), per) if bounded else max(ends))
def spread(people, amounts):  # 均值、差异系数的平方、各学部贡献；全是整数运算
    crowd, common = sum(people), math.lcm(*people)
    scale = math.lcm(*(x.denominator for x in amounts))
    amounts, whole = [int(x * scale) for x in amounts], int(sum(amounts) * scale)
    squares = [(x * crowd - p * whole) ** 2 * (common // p) for p, x in zip(people, amounts)]
    mean, above, below = Fraction(whole, scale * crowd), sum(squares), common * crowd * whole**2
    if above <= below * SLACK**2: return mean, 0 if whole else None, [None for _ in people]
    return mean, Fraction(above, below), [Coarse(Fraction(one, above)) for one in squares]
def cv_ends(people, sums):  # 缺数时差异系数平方的两头；没有上限的每生数量当作 10**12
    lows, highs = zip(*([min(float(x / p), 1e12) for x in one[:2]] for p, one in zip(people, sums)))
    if not any(lows): return 0, math.inf
    moment = lambda xs, n: sum(p * x**n for p, x in zip(people, xs))
    squared = lambda xs, more: moment(more, 2) * sum(people) / moment(xs, 1) ** 2 - 1
    bottom, top, gaps = 0, max(highs), sum(low < high for low, high in zip(lows, highs))
    for _ in range(99):  # 最小处，缺数的都取同一个数，够不着的取端点
        middle = (bottom + top) / 2
        cut = [min(max(middle, low), high) for low, high in zip(lows, highs)]
        falls = sum(p * x * (middle - x) for p, x in zip(people, cut)) < 0
        bottom, top = (middle, top) if falls else (bottom, middle)
    most = squared(lows, highs) if gaps > 1 else max(squared(lows, lows), squared(highs, highs))
    return [0 if x < 1e-14 else x for x in (squared(cut, cut), most)]
# ---------------------------------------------------- 一个县：当天施行的规则，填报的行，并入学校的教学点
class Case:
    def __init__(self, cert):
        self.law, self.on = law, on = parsed(plain(cert["law"])), cert["law_of"]
        held = lambda name: [r for r in sorted(law[name], key=lambda r: r.valid_from)
                             if r.valid_from <= on < (r.valid_until or "9")]
        begun = lambda part: not part.standard or any(s.valid_from <= on for s in part.standard)
        self.scopes, self.rollup = {s.id: s for s in held("scopes")}, held("rollup")[-1]
        self.caps = {rule.stage: exact(rule.at_most) for rule in held("dispersion")}
        latest = {rule.id: rule for rule in held("relaxations")}
        self.eased = [rule for rule in law.relaxations if latest.get(rule.id) is rule]
        self.alive = [i for i in law.indicators if i.valid_from <= on and any(map(begun, i.part))]
        self.at, weights = defaultdict(list), {k.kind: k.weights for k in held("splitting")}
        for name, table in cert["inputs"]["tables"].items():
            decimals = [e for e in table["elements"] if law.elements[e].type == "decimal"]
            for values in table["rows"]:
                row = Row(zip(("row", *table["elements"]), values, strict=True))
                row.update((e, exact(row[e])) for e in decimals if row[e] is not None)
                for keys in ((), (str(row[key]) for key in [*law["keys"][name]] or ["school"])):
                    self.at[name, *keys].append(row)
        self.facts, self.schools = first(self.at["county",]), self.at["schools",]
        for s in self.schools:
            s["weights"] = {stage: exact(n) for stage, n in weights.get(s.kind, {}).items()}
            s["people"] = {stage: number(self, f"pupils_{stage}", s) for stage in s.weights}
            s["stages"], s["points"] = [stage for stage in STAGES if stage in s.people], []
            s["pupils"] = total(s.people[stage] for stage in s.stages)
        for s in self.schools if self.scopes["resource"].merge_points else ():
            mother, how = first(self.at["schools", s.mother_school]), s.merge_decision or "by_rule"
            joins = s.kind == POINT and (how == "merged" or (how == "by_rule" and s.not_counted))
            s["joined"] = joins and mother.kind != POINT and "primary" in (mother.stages or ())
            if s.joined: mother.points.append(s)
        self.inside, self.item, self.indicator, self.classes = (
            lru_cache(None)(partial(f, self)) for f in (inside, item, indicator, classes))
        self.sections = [*sections(self)]
    def results(self):
        by = {rule.id: [rule] for rule in self.eased}
        by |= {"relaxed": self.eased} if by else {}
        return {"strict": reading(self, []), "eased": {k: reading(self, r) for k, r in by.items()}}
def standard(c, rule, eased=(), group=(), **about):  # 最新一条标准：方向，肯定的和放宽后可能的数
    fits = [s for s in rule.standard or () if s.valid_from <= c.on and all(about.get(k) in (
        s[k + "s"] or [s[k] or about.get(k)]) for k in ("stage", "room", "kind", "region"))]
    if not fits: return None
    last = max(fits, key=lambda s: s.valid_from)
    how = next(how for how in SIGNS if how in last)
    surely = possibly = exact(last[how])  # 用房取放宽得最多的，规模照放宽的算
    pick = min if how == "at_least" else lambda _, need: need
    for norm, use in ((standard(c, one, **about), may(c, one, group)) for one in eased):
        if norm and use is not False: possibly = pick(possibly, norm[1].low)
        if norm and use: surely = pick(surely, norm[1].low)
    return how, Range(surely, possibly)
def number(c, element, row):  # 没填的是合理范围
    about, value = c.law.elements[element], row[element]
    if value is not None: return Range(*[exact(value) if isinstance(value, str) else value] * 2)
    most = about.maximum if row[about.at_most] is None else row[about.at_most]
    return Range(exact(about.minimum or 0), exact(most), told=False)
def asked(c, names, group, stage=None):  # 各校点（教师按学段）填报的合计
    found = Range()
    for name, row in product(names or (), group):
        table = c.law.elements[name].table
        key = (table, row.school, stage) if table == "teachers" else (table, row.school)
        found += number(c, name, row if table in ("county", "schools") else first(c.at[key]))
    return found
listed = lambda c, table, s, **by: [r for r in c.at[table, s.school] if by.items() <= r.items()]
alone = lambda s, scope: s.kind in scope.kinds and not (scope.merge_points and s.joined)  # 没并入别校
enough = lambda n, s, scope: n.reaches(max(1, (scope.points_at_least or 0) * (
    s.kind == POINT and alone(s, scope))))  # 有没有学生；没有并入的教学点要够多
def inside(c, name):  # 范围内的学校，连同并入的教学点，是否确定在内
    scope = c.scopes[name]
    groups = [[s, *(s.points if scope.merge_points else ())] for s in c.schools if alone(s, scope)]
    pupils = lambda group: enough(total(s.pupils for s in group), group[0], scope)
    sure = lambda group: not group[0].stages or scope.enrolled is False or pupils(group)
    return [(group, sure(group)) for group in groups if sure(group) is not False]
may = lambda c, rule, group: no(every(no(fits(c, who, group)) for who in rule.who))  # 符合一种即可
def fits(c, who, group):  # 学校和并入它的教学点一起看人数，其余看学校
    school, pupils, public = group[0], total(s.pupils for s in group), c.law.public_sponsors
    among = lambda value, allowed: None if value is None else value in allowed
    few = lambda: asked(c, ["migrant_pupils"], group).value
    largest = lambda: [c.classes(s, stage)[1] for s in group for stage in s.stages]
    holds = {
        "kinds": lambda n: among(school.kind, n), "areas": lambda n: among(school.area, n),
        "boarding": lambda n: among(school.boarding_school, [n]), "flag": lambda n: school[n],
        "sponsored_publicly": lambda n: among(school.sponsor and school.sponsor in public, [n]),
        "built_until": lambda n: among(school.built_year, range(n + 1)),
        "pupils_at_least": pupils.reaches, "pupils_below": lambda n: no(pupils.reaches(n)),
        "largest_class_below": lambda n: every(no(one.reaches(n)) for one in largest()),
        "migrant_percent_above": lambda n: None if None in (few(), pupils.value) else (
            few() * 100 > Fraction(n) * pupils.value)}
    return every([True, *(holds[name](n) for name, n in who.items())])
def classes(c, s, stage):  # 班数：申报的，不少于列出的行数，装不下学生的不算数；最大的班；列出的班
    rows, most = listed(c, "classes", s, stage=stage), number(c, "class_pupils", Row()).high
    sizes = [r.class_pupils for r in rows if r.class_pupils is not None]
    pupils, count = s.people[stage], number(c, f"classes_{stage}", s)
    if not count.told and pupils.known == 0: count = Range()
    fewest, low = -(-pupils.low // most), max(sizes, default=0)
    if count.high < fewest: count = Range(fewest, number(c, f"classes_{stage}", Row()).high)
    unlisted = count.no_less(len(rows)).high > len(sizes)  # 没有列进哪个班的学生，可能都在最大的班里
    high = most if unlisted else low + max(0, pupils.high - sum(sizes))
    return count.no_less(len(rows)), Range(low, high), rows
# ---------------------------------------------------- 七项、差异系数、结论
def sections(c):  # 学部：学校、学段、合在一起算的校点
    scope = c.scopes["resource"]
    for stage, school in product(STAGES, (s for s in c.schools if alone(s, scope))):
        group = [s for s in (school, *school.points)
                 if stage in s.stages and enough(s.people[stage], s, scope) is not False]
        people, name = [s.people[stage] for s in group], f"{school.school}|{stage}"
        if group: yield Row(name=name, school=school, stage=stage, group=group, people=people)
def heads(s):  # 加权的学生数；没说有没有附设幼儿班的，可能没有
    has, most = s.has_kindergarten, s.people.get("kindergarten", Range()).high
    small = {} if has else {"kindergarten": Range(0, 0 if has is False else most, has is False)}
    return total((s.people | small)[stage] * weight for stage, weight in s.weights.items())
def amount_of(c, s, stage, m, eased):  # 一个校点一项的数量；全校共用的按加权学生数拆开
    added = lambda names: asked(c, names, [s], stage)
    amount, own = added(m.numerator[stage]) - added(m.minus), s.people[stage]
    amount = amount if amount.told else amount.no_less(0)
    for more, use in ((added(rule.adds), may(c, rule, [s])) for rule in eased):
        amount += more if use else more.maybe if use is None else Range()
    if not m.split or not own.told: return amount._replace(told=amount.told and not m.split)
    own, people = own.low * s.weights[stage], heads(s)
    ends = amount.low * own / people.high, amount.high * own / people.low
    return Range(*ends, amount.told and people.told)
def item(c, i, eased):  # 一项：各学部的数值和档次，各学段的差异系数
    m, floor, found, rows = i.part[0].measure, exact(c.rollup.floor_percent) / 100, {}, {}
    bars = {stage: standard(c, i.part[0], stage=stage) for stage in STAGES}
    for s in c.sections:
        amount = total(amount_of(c, one, s.stage, m, eased) for one in s.group)
        people, bar = total(s.people), bars[s.stage][1].low
        value = amount * Fraction(m.per, people.low) if people.told else UNKNOWN
        worst, best = (sum(x >= need - SLACK for need in (bar, bar * floor)) for x in value[:2])
        one = found[s.name] = Row(quantity=amount.known, value=value.known, worst=worst, best=best)
        one["status"] = (False, "near", True)[worst] if worst == best else None
        row = people, amount, one, Row(standard=bar, floor=bar * floor)
        rows[s.stage] = [*rows.get(s.stage, ()), row]
    spreads = {s: dispersion(c.caps.get(s), m.per, *zip(*rows[s])) for s in rows}
    return found, {f"{stage}|{i.id}": one for stage, one in spreads.items()}
def dispersion(cap, per, people, amounts, found, bars):  # 一个学段各学部之间的差异系数
    everybody, people, mean, squared = total(people), [n.low for n in people], None, None
    parts, told = [None for _ in found], everybody.told and total(amounts).told
    if told: mean, squared, parts = spread(people, [x.low for x in amounts])
    for one, share in zip(found, parts): one["contribution"] = share
    low, high = (0, math.inf) if squared is None else (squared, squared)
    if squared is None and everybody.told: low, high = cv_ends(people, amounts)
    met = NA if cap is None else Range(-high, -low).reaches(-((cap + SLACK) ** 2))
    cv, low, high = (x and math.sqrt(x) for x in (squared, low, high))
    return bars[0] | Row(sections=len(people), pupils=everybody.known, mean=mean and mean * per,
                         cv=cv, low=low, high=high, cap=cap, status=met)
def section(c, s, items, shown):  # 学校综合达标：够多的项达标，其余不低于底线
    items = {i: found[s.name] for i, (found, _) in items.items()}
    statuses, *ends = ([one[k] for one in items.values()] for k in ("status", "worst", "best"))
    least, sure = min(c.rollup.met_at_least, len(items)), any(n.told for n in s.people)
    surely, possibly = (ranks.count(2) >= least and 0 not in ranks for ranks in ends)
    return Row(pupils=total(s.people).known, sure=sure, near=statuses.count("near"),
               status=surely if sure and surely == possibly else None, met=statuses.count(True),
               merged=[one.school for one in s.group if one is not s.school],
               items={i: one for i, one in items.items() if i in shown})
def reading(c, granted):  # 一种口径：不用放宽、用足放宽、只用一条
    about, steps = {r.indicator for r in granted}, {}
    eased = lambda i: tuple(rule for rule in granted if rule.indicator == i.id)
    items = {i.id: c.item(i, eased(i)) for i in c.alive if i.area == "resource"}
    others = {i.id: c.indicator(i, eased(i)) for i in c.alive if i.area != "resource"}
    shown = [i for i in items if not granted or (about == {i} and len(granted) == 1)]
    schools = {s.name: section(c, s, items, shown) for s in c.sections}
    spreads = {k: one for _, found in items.values() for k, one in found.items()}
    for step in c.law.steps:
        area = {i.id: others[i.id] for i in c.alive if i.area == step}
        things = {"schools": schools, "dispersion": spreads}.get(step, area)
        statuses = [one.status for one in things.values()]
        steps[step] = Row((word, statuses.count(met)) for met, word in STATUS.items())
        steps[step]["status"] = every(statuses) if {*statuses} - {NA} else None
    return {"status": every(one.status for one in steps.values()), "steps": steps,
            "sections": schools if not granted or about - {*others} else {},
            "dispersions": {k: one for i in shown for k, one in items[i][1].items()},
            "indicators": {k: one for k, one in others.items() if not granted or k in about}}
# ---------------------------------------------------- 其余指标：一种测算方式一个函数，给出各对象和整个部分
def indicator(c, i, eased):  # 各部分，和结论不同的另一种口径
    parts = {}
    for part in i.part:
        found = parts[part.id] = measured(c, part, part.measure, eased)
        others = {other.id: measured(c, part, other.measure, eased) for other in part.variant or ()}
        found["variants"] = {name: {k: other[k] for k in ("value", "status")}
                             for name, other in others.items() if other.status != found.status}
    return Row(status=every(found.status for found in parts.values()), parts=parts)
def measured(c, part, m, eased):
    bar, by_one = standard(c, part), m.kind in ("share", "survey", "monitoring", "years_since")
    looks = dict([whole()] if by_one and not bar else MEASURES[m.kind](c, part, m, bar, eased))
    found = looks.pop(None, Row())
    met = every([found.pop("also", NA), *(one.status for one in looks.values())])
    shown = lambda one: {name: one[name] for name in ("value", "standard", "status")}
    blank = Row(value=None, standard=None, comparison=HOW.get(m.kind), inputs={}, status=met)
    return blank | found | {"singles": {name: shown(one) for name, one in looks.items()}}
def answer(c, part, m, *_):
    told, blank = c.facts[m.element], NA if part.required is False else None
    yield whole(status=blank if told is None else told is m.expected)
def compare(c, _, m, *__):
    left, right = (number(c, name, c.facts) for name in (m.left, m.right))
    yield whole(left, ("at_least", right), inputs={m.left: left, m.right: right})
def amount(c, part, m, *_):  # 没填地区的，几种标准都可能
    have, told = number(c, m.element, c.facts), c.facts.funding_region
    regions = [told] if told else (c.law.elements.funding_region or Row()).choices or [None]
    bars = sorted(filter(None, (standard(c, part, stage=m.stage, region=r) for r in regions)))
    need = bars and Range(bars[0][1].low, bars[-1][1].low)
    yield whole(have, (bars[0][0], need), inputs={m.element: have}) if bars else whole(value=have)
def years_since(c, _, m, bar, __):
    if not c.facts[m.element]: return (yield whole(standard=bar[1], status=None))
    day, on = map(date.fromisoformat, (c.facts[m.element], c.on))
    years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
    yield whole(Range(years, years), bar)
def attested(c, _, m, *__):  # 有结论、有依据；没有全县的结论也是没有填
    for name in m["items"]:
        rows = [r for r in c.at["attestations",] if r.attested_item == name]
        for r in rows if any(r.attested_school is None for r in rows) else [*rows, Row()]:
            met = None if None in (r.conclusion, r.evidence) else True
            met = False if r.conclusion == "not_reached" else met
            yield look(Row(school=r.attested_school, row=r.row), name, status=met)
def blanks(c, table):  # 每个学科、每类对象一行；没有行的是没有填
    keys = c.law["keys"][table]
    for key in product(*(c.law.elements[k].choices for k in keys)):
        yield [*c.at[table, *key], Row(zip(keys, key))][0]
def monitoring(c, _, m, bar, __):
    rows = [r for r in blanks(c, "monitoring") if r.monitored is not False]
    have = lambda r: Range(0, math.inf) if r[m.of] is None else number(c, m.of, r)
    yield from (look(r, r.subject, have(r), bar, r.monitored) for r in rows)
    also = NA if any(r.monitored for r in rows) else None
    yield None, Row(standard=bar[1], comparison=bar[0], also=also)
def survey(c, _, m, bar, __):
    rows = [r for r in blanks(c, "survey") if r.survey_method == m.method]
    names = ("survey_satisfied", "survey_valid")
    told = {name: [number(c, name, r) for r in rows] for name in names}
    for r, happy, valid in zip(rows, *told.values()):
        yield look(r, r.survey_group, ratio(happy, valid, 100) if valid.high else None, bar)
    sums = {name: total(numbers) for name, numbers in told.items()}
    have = ratio(*sums.values(), 100) if sums["survey_valid"].high > 0 else UNKNOWN
    _, found = whole(have, bar, inputs=sums)
    if m.of == "each_group": del found["status"]
    yield None, found
def share(c, part, m, bar, _):  # 一处一处看，再合起来看
    per, bounded, counted = m.per or 100, m.bounded is not False, []
    sides = [m[k + less] or () for k in ("numerator", "denominator") for less in ("", "_minus")]
    for group, stage, sure in entries(c, part, m, {*chain(*sides)}):
        plus, minus, base, less = (asked(c, side, group, stage) for side in sides)
        top, base = plus - minus, base - less
        if bounded: top = top._replace(high=min(top.high, base.high))
        names = {name: asked(c, [name], group, stage) for name in chain(*sides)}
        counted.append((sure, {"top": top, "base": base} | names))
        have = ratio(top, base, per, bounded) if base.high else None
        if group[0] is not c.facts: yield look(group[0], stage, have, bar, sure)
    if m.of == "each_school": return (yield None, Row(standard=bar[1], comparison=bar[0]))
    sums = {k: total(n[k] if sure else n[k].maybe for sure, n in counted)
            for k in ("top", "base", *chain(*sides))}
    top, base = sums.pop("top"), sums.pop("base")
    if base.value == 0: return (yield whole())
    _, found = whole(ratio(top, base, per, bounded), bar, inputs=sums)
    short = any(sure and n["top"].high < n["base"].low for sure, n in counted)  # 有一处肯定不全
    if found.status is None and short and bounded and bar[1].low >= per: found["status"] = False
    if None in (top.value, base.value): found["value"] = None
    yield None, found
def entries(c, part, m, names):  # 县、各校（或各学段），是否确定在内
    tables, found = {c.law.elements[name].table for name in names}, []
    if tables == {"county"}: return [([c.facts], None, True)]
    for group, within in c.inside(part.scope):
        school, sure = group[0], every([within, not m.who or fits(c, m.who, group[:1])])
        due = all(school.kind in (c.law.elements[name].kinds or [school.kind]) for name in names)
        for stage in school.stages if "teachers" in tables else [None] * due:
            there = every([sure, school.people[stage].reaches(1) if stage else True])
            found.append(([school] if stage else group, stage, there))
    return [one for one in found if one[2] is not False]
def rooms(c, part, m, _, eased):
    for room, (group, within) in product(("music", "art"), c.inside(part.scope)):
        _, norm = standard(c, part, eased, group, stage=group[0].stages[-1], room=room)
        rows = [listed(c, "rooms", s, room_kind=room) for s in group]
        areas = [number(c, "room_area", r) for r in chain(*rows)]
        more = [asked(c, [f"{room}_rooms"], [s]).high - len(here) for s, here in zip(group, rows)]
        have = Range(*(sum(area[end] >= norm[end] - SLACK for area in areas) for end in (0, 1)))
        have += Range(0, sum(n for n in more if n > 0))
        count = total(c.classes(s, stage)[0] for s in group for stage in s.stages)
        need = Range(*(-(-n // m.classes_per_room) for n in count[:2]))
        yield look(group[0], room, have, ("at_least", need), within)
def size(c, part, _, __, eased):
    for (s, *_), within in c.inside(part.scope):
        bar = standard(c, part, eased, [s], kind=s.kind)
        if bar: yield look(s, None, s.pupils, bar, within, standard=bar[1].low)
def class_size(c, part, *_):  # 只列超标的班，和可能有超标的班的学校
    looks, looked_at, within = [], 0, [group[0].school for group, _ in c.inside(part.scope)]
    for stage, s in product(STAGES, c.schools):
        bar, kinds = standard(c, part, stage=stage), c.scopes[part.scope].kinds
        if bar is None or stage not in s.stages or s.kind not in kinds: continue
        _, most, rows = c.classes(s, stage)
        if s.school in within and most.high > max(most.low, bar[1].low):
            looks.append(look(Row(school=s.school), stage, status=None))
        for r in (r for r in rows if (r.class_pupils or 0) > bar[1].low):
            name = stage if r.class_name is None else f"{stage}|{r.class_name}"
            looks.append(look(r, name, number(c, "class_pupils", r), bar))
        looked_at += len(rows)
    over = sum(one.status is False for _, one in looks)
    yield from looks or [look(Row(), None, status=True)] * bool(looked_at)
    yield None, Row(value=over, inputs={"class_pupils": looked_at})
def funding_floor(c, part, m, *_):  # 两个学段的定额按学生数加权
    full = Fraction(m.counted_as, m.yuan_per_unit)
    for (s, *_), within in c.inside(part.scope):
        small, told = no(s.pupils.reaches(m.pupils_below)), [s.people[t].value for t in s.stages]
        quotas = [number(c, m.quota[stage], c.facts) * full for stage in s.stages]
        due = Range(min(q.low for q in quotas), max(q.high for q in quotas))
        if None not in told and any(told):
            due = total(q * Fraction(n, sum(told)) for q, n in zip(quotas, told))
        have, sure = asked(c, [m.allotted], [s]), every([within, small])
        if small is not False: yield look(s, None, have, ("at_least", due), sure)
MEASURES = {f.__name__: f for f in (answer, compare, amount, years_since, attested, monitoring,
                                    survey, share, rooms, size, class_size, funding_floor)}
HOW = {"rooms": "at_least", "funding_floor": "at_least", "size": "at_most", "class_size": "at_most"}
# ---------------------------------------------------- 国家办法
NATIONAL, BESIDE = "moe-2017-6", Path(__file__).with_name("national_rulebook.json")
NATION = json.loads(BESIDE.read_bytes()) if BESIDE.exists() else {}  # 各块，和见过的全文的摘要
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
def check_law(cert):  # 与国家办法不同之处；声称就是国家办法的，不同就是不符
    text, book, found = digest(cert["law"]), cert["rulebook"]["sha256"], []
    if not NATION: return [("law", cert["rulebook"]["id"], "与国家办法核对过的规则")]
    known = [sha256 for seen, sha256 in NATION["known"] if seen == text]
    if known: return [] if book in known else [("rulebook/sha256", book, known)]
    for path, said, right in compared(blocks(cert["law"]), NATION["blocks"]):
        _, name, *at = path.split("/")
        at = "/".join(at) + "=" * len(at[:1])
        found += [(f"law {name}", f"{at}{said}", f"{at}{right}")] if said != right else []
    return found or [("law", text, NATION["known"])]
# ---------------------------------------------------- 对照
KEYS = {"format", "engine", "county", "law_of", "rulebook", "law", "inputs", "results", "digest"}
COUNTS = {"worst", "best", "met", "near", "below", "missing", "sections"}  # 个数是整数，其余的数是小数
def agrees(stated, expected):
    if not isinstance(expected, float) or not isinstance(stated, str):
        return stated == expected and type(stated) is type(expected)
    whole, _, decimals = stated.removeprefix("-").partition(".")
    places = 6 if isinstance(expected, Coarse) else 9
    if not (whole + decimals).isdecimal() or len(decimals) > places: return False
    return abs(float(stated) - expected) <= max(0.501 * 10**-places, abs(expected) * 5.01e-12)
def spoken(key, found):  # 结论和数在凭证里的写法
    if key == "status": return STATUS.get(found, found)
    found = found.value if isinstance(found, Range) else found
    if type(found) not in (int, float, Fraction) or key in COUNTS: return found
    return None if abs(found) == math.inf else float(found)
def compared(said, right, path="", key=""):  # 逐处对照：（哪里, 凭证写的, 应为）
    if isinstance(said, list) and isinstance(right, list):
        said, right = dict(enumerate(said)), dict(enumerate(right))
    if isinstance(said, dict) and isinstance(right, dict):
        for name in {**said, **right}:
            yield from compared(said.get(name, "没有"), right.get(name, "没有"), f"{path}/{name}", name)
    else: yield path, said, spoken(key, right)
def verified(cert, spelt=True):  # 证明了多少处；不符之处
    proved, failed = Counter(), []
    try:
        book, rest = cert["rulebook"], {k: one for k, one in cert.items() if k != "digest"}
        head = [("format", cert["format"], "junheng-certificate/1"), ("keys", {*cert}, KEYS),
                ("engine/name", cert["engine"]["name"], "junheng"),
                ("rulebook/law_sha256", book["law_sha256"], digest(cert["law"])),
                ("rulebook/lineage/0", book["lineage"][0], book["id"]),
                ("digest", cert["digest"], digest(rest)),
                ("写法", "规范写法" if spelt else "不是规范写法", "规范写法")]
        failed += [one for one in head if one[1] != one[2]]
        failed += check_law(cert) if book["id"] == NATIONAL else []
        case = Case(cert)
        if case.facts and case.facts.county_name != cert["county"]:
            failed.append(("county", cert["county"], case.facts.county_name))
        for path, said, right in compared(cert["results"], case.results()):
            _, reading, kind, *_ = [*path.split("/"), ""]
            proved["eased" if reading == "eased" else kind] += 1
            if not agrees(said, right): failed.append((f"results{path}", said, right))
    except BROKEN as error:
        failed.append(("结构", f"按凭证里的规则和填报值算不下去（{error!r}）", "能算完的凭证"))
    return proved, failed
# ---------------------------------------------------- 命令
KINDS = {"status": "县的结论", "steps": "认定环节", "sections": "七项与学校结论", "indicators": "其余指标",
         "dispersions": "校际差异系数", "eased": "放宽口径", "cells": "与原件逐格核对"}
WORDS = {"met": "达标", "below": "不达标", "missing": "无法判定", NA: "不适用"}
def proof(text, law):  # 一份凭证；多个县的规则另写一行
    cert = json.loads(text)
    if not isinstance(cert, dict) or KEYS - {*cert, *law}: raise ValueError("不是结论凭证")
    return cert, *verified(cert | law, plain(cert).encode() == text.rstrip(b"\n"))
def line(law, text):
    cert, proved, failed = proof(text, law)
    failed = [(f"{cert['county']} {where}", *pair) for where, *pair in failed]
    return [cert["county"], cert["digest"]], proved, failed
def nation(path, jobs):  # 第一行是规则，以后一县一行，末行是目录
    index, last = {}, b'{"certificates"'
    counties = lambda text: not text.startswith(last) or index.update(json.loads(text))
    with gzip.open(path) as lines, multiprocessing.Pool(jobs) as pool:
        law = {"law": json.loads(next(lines))["law"]}
        found = [*pool.imap(partial(line, law), filter(counties, lines), 8)]
    pairs, proved, failed = map(list, zip(*found)) if found else ([], [], [])
    failed = [*chain(*failed)]
    if index.get("certificates") != pairs or index.get("digest") != digest(pairs):
        failed.append(("目录", "与各县凭证的摘要不一致", "一致"))
    return {"county": f"{len(pairs):,} 个县", "digest": digest(pairs)}, sum(proved, Counter()), failed
def report(cert, proved, failed, show):
    print(f"凭证：{cert['county']}，摘要 {cert['digest']}")
    if "results" in cert:
        book, names = cert["rulebook"]["id"], NATION.get("names", {})
        print(f"办法：{book}，标准日期：{cert['law_of']}，引擎：{cert['engine']['version']}")
        read = {"不用放宽": cert["results"]["strict"], **cert["results"]["eased"]}
        told = {names.get(name, name): one["status"] for name, one in read.items()}
        print("结论：" + "，".join(f"{name} {WORDS.get(one, one)}" for name, one in told.items()))
        if not NATION: print(f"没有与国家办法核对：脚本旁边没有 {BESIDE.name}。")
        for where, said, right in check_law(cert) if NATION and book != NATIONAL else ():
            print(f"与国家办法不同 {where}：{said}；国家办法：{right}")
    for where, said, right in failed[:show]: print(f"✗ {where}：凭证写的是 {said}，应为 {right}")
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
        file, many = Path(asked.file), asked.file.endswith(".gz")
        cert, proved, failed = nation(file, asked.jobs) if many else proof(file.read_bytes(), {})
        if asked.input:
            from certificate_cells import compared_cells
            for one in compared_cells(cert, asked.input):
                proved["cells"] += 1
                failed += [one] if one[1] != one[2] else []
    except (OSError, EOFError, ImportError, zlib.error, *BROKEN) as error:
        read = "、".join(filter(None, (asked.file, asked.input)))
        parser.exit(2, f"读不了 {read}：{error!r}\n")
    if asked.digest and asked.digest.strip().lower() != cert["digest"]:
        failed.append(("digest", cert["digest"], f"公布的 {asked.digest}"))
    report(cert, proved, failed, asked.show)
    parser.exit(1 if failed else 0)
if __name__ == "__main__":
    main()

"""复核 junheng 结论凭证：只用 Python 标准库，与测算引擎没有一行共用的代码（见 docs/certificate.md）。
由填报值和规则参数，用精确分数重算每个数值、状态、差异系数和结论，逐一对照。退出码：0 全部相符，1 有不符，2 读不了。"""
import argparse
import hashlib
import json
import math
from collections import Counter, defaultdict, namedtuple
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain, product
from pathlib import Path
STAGES, POINT, NA = ("primary", "junior"), "teaching_point", "not_applicable"
STATUS, NATIONAL = {True: "met", False: "below", None: "missing"}, "moe-2017-6"  # 国家办法
SIGNS, SLACK = {"at_least": ">=", "at_most": "<=", "below": "<"}, Fraction(1, 10**9)  # 只为浮点误差
BROKEN = (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError)
class Row(dict):  # 一条规则、一行填报值、一处结果；没有的是 None
    __missing__, __getattr__, __hash__ = lambda self, key: None, dict.__getitem__, object.__hash__
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
UNKNOWN, UNIT, FORMAT = Range(-math.inf, math.inf, told=False), Fraction(1), "junheng-certificate/2"
exact = lru_cache(9999)(lambda text: Fraction(text) if "." in str(text) else int(text))
total, first = lambda ranges: sum(ranges, Range()), lambda rows: rows[0] if rows else Row()
no = lambda met: {True: False, False: True}.get(met, met)
every = lambda found: min({*found} - {NA}, key=(False, None, True).index, default=NA)  # 不适用的不算
plain = partial(json.dumps, ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # 规范写法
parsed = lru_cache(9)(partial(json.loads, object_hook=Row))
digest = lambda tree: hashlib.sha256(plain(tree).encode()).hexdigest()
def look(r, detail, have=None, bar=(None, None), sure=True, also=None, **said):  # 看过的一个对象
    how, need = bar  # 没有对象的不适用；不知道是否在范围内的，不判不达标
    met = NA if have is None else (need - have if how == "at_most" else have - need).reaches(-SLACK)
    met = no(met) if how == "below" else met
    found = {"value": have, "standard": need, "status": met if sure else met or None} | said
    return "|".join(str(n) for n in (r.school, detail, also, r.row) if n is not None), Row(found)
whole = lambda *have, **said: (None, look(Row(), None, *have, **said)[1])  # 整个部分
def ratio(top, base, per, bounded):  # 分子是分母一部分的，不超过全部
    base = base.no_less(top.low) if bounded else base
    ends = [UNIT * n * per / d for n in top[:2] for d in base[:2]] if base.low > 0 else [
        UNIT * top.low * per / base.high if top.low >= 0 < base.high else -math.inf, math.inf]
    return Range(min(ends), min(max(ends), per) if bounded else max(ends))
def spread(people, values):  # 均值、差异系数的平方、各学部贡献；化成整数算，有没填的算不出
    blank, crowd = [None for _ in people], sum(people)
    if not all(x.told for x in values): return None, None, blank
    scale = math.lcm(*(x.low.denominator for x in values))
    values = [x.low.numerator * (scale // x.low.denominator) for x in values]
    one, two = (sum(p * x**n for p, x in zip(people, values)) for n in (1, 2))
    mean, above = Fraction(one, crowd * scale), crowd * two - one**2
    if above <= (one * SLACK) ** 2: return mean, 0 if one else None, blank
    parts = [p * (x * crowd - one) ** 2 / (crowd * above) for p, x in zip(people, values)]
    return mean, Fraction(above, one**2), map(Coarse, parts)
def cv_ends(people, values):  # 缺数时差异系数平方的两头；学生数也没填的，什么都可能
    lows, highs = ([float(x) for x in ends] for ends in (*zip(*values),)[:2])
    if -math.inf in lows or not any(lows): return 0, math.inf
    moment = lambda xs, ys: sum(p * x * y for p, x, y in zip(people, xs, ys))
    one, crowd = [1 for _ in people], sum(people)
    squared = lambda xs, more: moment(more, more) * crowd / moment(xs, one) ** 2 - 1
    bottom, top, gaps = 0, max(highs), sum(map(float.__lt__, lows, highs))
    for _ in range(60):  # 最小处，缺数的都取同一个数，够不着的取端点
        t = (bottom + top) / 2
        cut = [min(max(t, low), high) for low, high in zip(lows, highs)]
        bottom, top = (t, top) if t * moment(cut, one) < moment(cut, cut) else (bottom, t)
    most = squared(lows, highs) if gaps > 1 else max(squared(lows, lows), squared(highs, highs))
    return [0 if x < 1e-14 else x for x in (squared(cut, cut), most)]
class Case:  # 一个县：当天施行的规则，填报的行，并入学校的教学点
    def __init__(self, cert):
        law, on, at = parsed(plain(cert["law"])), cert["law_of"], defaultdict(list)
        begun = lambda part: not part.standard or any(s.valid_from <= on for s in part.standard)
        held = lambda name, key: Row((r[key], r) for r in sorted(
            law[name], key=lambda r: r.valid_from) if r.valid_from <= on < (r.valid_until or "9"))
        self.law, self.on, self.at, self.scopes = law, on, at, held("scopes", "id")
        self.alive = [i for i in law.indicators if i.valid_from <= on and any(map(begun, i.part))]
        self.eased, splits = [*held("relaxations", "id").values()], held("splitting", "kind")
        self.caps, self.rollup = held("dispersion", "stage"), held("rollup", "id")[None]  # 只一条
        for name, table in cert["inputs"]["tables"].items():
            keys = [*law["keys"][name]] or ["school"]
            names = "row", *(e for e in table["elements"] if law.elements[e].table)  # 不认识的，算不下去
            for row in (Row(zip(names, values, strict=True)) for values in table["rows"]):
                for key in ((name,), (name, *(row[key] for key in keys))): at[key].append(row)
        for name, f in CACHED.items(): setattr(self, name, lru_cache(None)(partial(f, self)))
        self.facts, self.schools = first(at["county",]), at["schools",]
        for s in self.schools:
            weights = {k: exact(n) for k, n in ((splits[s.kind] or Row()).weights or {}).items()}
            s["people"], s["points"] = {stage: pupils(self, s, stage) for stage in weights}, []
            s["heads"] = {stage: n * weights[stage] for stage, n in s.people.items()}
            s["stages"] = [stage for stage in STAGES if stage in s.people]
            s["pupils"] = total(s.people[stage] for stage in s.stages)
        for s in self.schools if self.scopes["resource"].merge_points else ():
            mother, how = first(at["schools", s.mother_school]), s.merge_decision or "by_rule"
            joins = s.kind == POINT != mother.kind and "primary" in (mother.stages or ())
            s["joined"] = joins and (how == "merged" or (how == "by_rule" and s.not_counted))
            if s.joined: mother.points.append(s)
        self.sections = [*sections(self)]
    def results(self):
        by = {"relaxed": self.eased, **{r.id: [r] for r in self.eased}} if self.eased else {}
        return {"strict": reading(self, []), "eased": {k: reading(self, r) for k, r in by.items()}}
def standard(c, rule, **about):  # 最新一条标准：方向和数
    fits = [s for s in rule.standard or () if s.valid_from <= c.on and all(about.get(k) in (
        s[k + "s"] or [s[k] or about.get(k)]) for k in ("stage", "room", "kind", "region"))]
    last = max(fits, key=lambda s: s.valid_from, default=Row())
    return next(((how, Range(*[exact(last[how])] * 2)) for how in SIGNS if how in last), None)
def eased_standard(c, rule, eased, group, **about):  # 肯定的和放宽后可能的数；取最宽的，规模照放宽的
    bar = c.standard(rule, **about)
    norms = [(bar, True), *((c.standard(one, **about), c.may(one, *group)) for one in eased)]
    ends = [[norm[1].low for norm, use in norms if norm and use in (True, n)] for n in (True, None)]
    return bar and (bar[0], Range(*(min(end) if bar[0] == "at_least" else end[-1] for end in ends)))
def number(c, element, row):  # 没填的是合理范围
    about, value = c.law.elements[element], row[element]
    most = about.maximum if row[about.at_most] is None else row[about.at_most]
    if value is not None: return Range(exact(value), exact(value))
    return UNKNOWN if most is None else Range(exact(about.minimum or 0), exact(most), told=False)
def pupils(c, s, stage):  # 没说有没有附设幼儿班的，可能没有
    told, has = number(c, f"pupils_{stage}", s), stage != "kindergarten" or s.has_kindergarten
    return told if has else Range() if has is False else Range(0, told.high, told=False)
def told(c, name, s, stage=None):  # 一个校点（教师按学段）填报的一个数，填在哪张表看数据要素
    table = c.law.elements[name].table
    return number(c, name, first(c.at[table, *(s[k] or stage for k in c.law["keys"][table] or ())]))
asked = lambda c, names, group, t=None: total(c.told(n, s, t) for n in names or () for s in group)
listed = lambda c, table, s, **by: [r for r in c.at[table, s.school] if by.items() <= r.items()]
alone = lambda s, of: s.kind in of.kinds and not (of.merge_points and s.joined)  # 没并入别校
enough = lambda n, s, of: n.reaches((s.kind == POINT and alone(s, of) and of.points_at_least) or 1)
def inside(c, name):  # 有学生（没有并入的教学点要够多）的学校，连同并入的教学点，是否确定在内
    scope, free = c.scopes[name], c.scopes[name].enrolled is False
    groups = [[s, *(s.points if scope.merge_points else ())] for s in c.schools if alone(s, scope)]
    sure = lambda g: free or not g[0].stages or enough(total(s.pupils for s in g), g[0], scope)
    return [(group, sure(group)) for group in groups if sure(group) is not False]
may = lambda c, rule, *group: no(every(no(fits(c, who, group)) for who in rule.who))  # 符合一种即可
def fits(c, who, group):  # 学校和并入它的教学点一起看人数，其余看学校
    one, pupils, public = group[0], total(s.pupils for s in group), c.law.public_sponsors
    among = lambda value, allowed: None if value is None else value in allowed
    few = lambda: asked(c, ["migrant_pupils"], group).value
    largest = lambda: [c.classes(s, stage)[1] for s in group for stage in s.stages]
    holds = {"pupils_at_least": pupils.reaches, "pupils_below": lambda n: no(pupils.reaches(n)),
        "kinds": lambda n: among(one.kind, n), "areas": lambda n: among(one.area, n),
        "boarding": lambda n: among(one.boarding_school, [n]), "flag": lambda n: one[n],
        "sponsored_publicly": lambda n: among(one.sponsor and one.sponsor in public, [n]),
        "built_until": lambda n: among(one.built_year, range(n + 1)),
        "largest_class_below": lambda n: every(no(most.reaches(n)) for most in largest()),
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
def sections(c):  # 学部：学校、学段、合在一起算的校点
    scope = c.scopes["resource"]
    there = lambda s, stage: stage in s.stages and enough(s.people[stage], s, scope) is not False
    for stage, school in product(STAGES, (s for s in c.schools if alone(s, scope))):
        group = [s for s in (school, *school.points) if there(s, stage)]
        people, more = [s.people[stage] for s in group], [s for s in group if s is not school]
        if group: yield Row(name=f"{school.school}|{stage}", stage=stage, group=group, sure=any(
            n.told for n in people), people=total(people), merged=[s.school for s in more])
def amount_of(c, s, stage, m, eased):  # 一个校点一项的数量；全校共用的按加权学生数拆开
    amount = asked(c, m.numerator[stage], [s], stage) - asked(c, m.minus, [s])
    amount = amount if amount.told else amount.no_less(0)
    for more, use in ((asked(c, one.adds, [s], stage), c.may(one, s)) for one in eased):
        amount += more if use else more.maybe if use is None else Range()
    own, heads = UNIT * s.heads[stage].low, total(s.heads.values())
    if not m.split or not own: return amount._replace(told=amount.told and not m.split)
    ends = amount.low * own / heads.high, amount.high * own / heads.low
    return Range(*ends, amount.told and heads.told)
def item(c, i, *eased):  # 一项：各学部的数值和档次，各学段的差异系数
    m, found, cvs, floor = i.part[0].measure, {}, {}, c.rollup.floor_percent
    for stage in {one.stage for one in c.sections}:
        here = [one for one in c.sections if one.stage == stage]
        bars = [c.standard(i.part[0], stage=stage)[1].low * Fraction(n) / 100 for n in (100, floor)]
        amounts = [total(amount_of(c, s, stage, m, eased) for s in one.group) for one in here]
        values = [n * Fraction(m.per, one.people.low) if one.people.told else UNKNOWN
                  for one, n in zip(here, amounts)]
        cvs[stage], parts = dispersion(c.caps[stage], bars, [one.people for one in here], values)
        for one, amount, value, part in zip(here, amounts, values, parts):
            worst, best = (sum(x >= bar - SLACK for bar in bars) for x in value[:2])
            found[one.name] = Row(quantity=amount.known, value=value.known, worst=worst, best=best,
                status=(False, "near", True)[worst] if worst == best else None, contribution=part)
    return Row(sections=found, dispersions=cvs)
def dispersion(rule, bars, people, values):  # 一个学段各学部之间的差异系数，各学部的贡献
    crowd, cap = [n.low for n in people], rule and exact(rule.at_most)
    mean, squared, parts = spread(crowd, values)
    low, high = cv_ends(crowd, values) if squared is None else (squared, squared)
    met = Range(-high, -low).reaches(-((cap + SLACK) ** 2)) if rule else NA
    cv, low, high = (None if x in (None, math.inf) else math.sqrt(x) for x in (squared, low, high))
    return Row(sections=len(people), pupils=total(people).known, standard=bars[0], floor=bars[1],
               mean=mean, cv=cv, low=low, high=high, cap=cap, status=met), parts
def section(c, one, items):  # 学校综合达标：够多的项达标，其余不低于底线
    least, keys = min(c.rollup.met_at_least, len(items)), ("status", "worst", "best")
    statuses, *ends = ([n.sections[one.name][k] for n in items] for k in keys)
    surely, possibly = (ranks.count(2) >= least and 0 not in ranks for ranks in ends)
    return Row(pupils=one.people.known, sure=one.sure, merged=one.merged, met=statuses.count(True),
        near=statuses.count("near"), status=surely if one.sure and surely == possibly else None)
step = lambda statuses: Row({word: statuses.count(met) for met, word in STATUS.items()},
    status=every(statuses) if {*statuses} - {NA} else None)  # 一件可看的事都没有的环节，无法判定
def reading(c, granted):  # 一种口径：不用放宽、用足放宽、只用一条
    found = {i.id: c.indicator(i, *(r for r in granted if r.indicator == i.id)) for i in c.alive}
    items = [found[i.id] for i in c.alive if i.area == "resource"]
    schools = {one.name: section(c, one, items) for one in c.sections}
    by = {name: [found[i.id] for i in c.alive if i.area == name] for name in c.law.steps}
    by.update(schools=schools.values(), dispersion=chain(*(n.dispersions.values() for n in items)))
    steps = {name: step([one.status for one in by[name]]) for name in c.law.steps}
    shown = {k: n for k, n in found.items() if not granted or k in {r.indicator for r in granted}}
    return {"status": every(one.status for one in steps.values()), "steps": steps,
        "indicators": shown, "schools": schools if any(n.sections for n in shown.values()) else {}}
def indicator(c, i, *eased):
    if i.area == "resource": return item(c, i, *eased)
    parts = {part.id: measured(c, part, part.measure, eased) for part in i.part}
    return Row(status=every(found.status for found in parts.values()), parts=parts)
def measured(c, part, m, eased):  # 连同结论不同的另一种口径
    bar, by_one = c.standard(part), m.kind in ("share", "survey", "monitoring", "years_since")
    looks = dict([whole()] if by_one and not bar else MEASURES[m.kind](c, part, m, bar, eased))
    got, met = looks.pop(None, {}), every(one.status for one in looks.values())
    got = Row({"value": None, "standard": None, "status": met, "inputs": {}} | got, singles=looks)
    other = {v.id: measured(c, Row(part, variant=()), v.measure, eased) for v in part.variant or ()}
    return Row(got, variants={name: {"value": one.value, "status": one.status}
                              for name, one in other.items() if one.status != got.status})
def answer(c, part, m, *_):
    told, blank = c.facts[m.element], NA if part.required is False else None
    yield whole(status=blank if told is None else told is m.expected)
def amount(c, part, m, *_):  # 县里的一个数，与标准或另一个数相比；没填地区的，几种标准都可能
    inputs = {name: number(c, name, c.facts) for name in (m.element or m.left, m.right) if name}
    told, (have, *other) = c.facts.funding_region, inputs.values()
    regions = [told] if told else (c.law.elements.funding_region or Row()).choices or [None]
    bars = (c.standard(part, stage=m.stage, region=r) for r in regions)
    bars = [("at_least", n) for n in other] or sorted(filter(None, bars))
    if not bars: return (yield whole(value=have))
    yield whole(have, (bars[0][0], Range(bars[0][1].low, bars[-1][1].high)), inputs=inputs)
def years_since(c, _, m, bar, __):  # 满几年；日期的写法能直接比先后
    on, day = c.on, c.facts[m.element]
    years = day and int(on[:4]) - int(day[:4]) - (on[5:] < day[5:])
    yield whole(Range(years, years) if day else UNKNOWN, bar)
def attested(c, _, m, *__):  # 有结论、有依据；没有全县的结论也是没有填
    for name in m["items"]:
        rows = [r for r in c.at["attestations",] if r.attested_item == name]
        for r in rows if any(r.attested_school is None for r in rows) else [*rows, Row()]:
            met = r.conclusion != "not_reached" and (None not in (r.conclusion, r.evidence) or None)
            yield look(Row(school=r.attested_school, row=r.row), name, status=met)
def blanks(c, table):  # 每个学科、每类对象一行；没有行的是没有填
    keys = {k: c.law.elements[k].choices for k in c.law["keys"][table]}
    return [first(c.at[table, *key] or [Row(zip(keys, key))]) for key in product(*keys.values())]
def monitoring(c, _, m, bar, __):  # 一个学科也没有监测的，不能说达标
    rows = [r for r in blanks(c, "monitoring") if r.monitored is not False]
    looks = [look(r, r.subject, number(c, m.of, r), bar, r.monitored) for r in rows]
    met = every([one.status for _, one in looks] + [None] * (not any(r.monitored for r in rows)))
    return [*looks, whole(standard=bar[1], status=met)]
def survey(c, part, m, bar, _):
    rows = [r for r in blanks(c, "survey") if r.survey_method == m.method]
    sides = {"numerator": ["survey_satisfied"], "denominator": ["survey_valid"]}
    return share(c, part, Row(m, **sides), bar, _, [([r], r.survey_group, True) for r in rows])
def share(c, part, m, bar, _, groups=()):  # 一处一处看，再合起来看
    per, bounded, counted, looks = m.per or 100, m.bounded is not False, [], []
    sides = [m[k + less] or () for k in ("numerator", "denominator") for less in ("", "_minus")]
    for group, stage, sure in groups or entries(c, part, m, [*chain(*sides)]):
        n = {name: asked(c, [name], group, stage) for name in chain(*sides)}
        plus, minus, base, less = (total(n[name] for name in side) for side in sides)
        top, base = plus - minus, base - less
        if bounded: top = top._replace(high=min(top.high, base.high))
        counted.append((sure, n | {"top": top, "base": base}))
        have = ratio(top, base, per, bounded) if base.high else None
        looks += [look(group[0], stage, have, bar, sure)] if group[0] is not c.facts else []
    if m.of == "each_school": return [*looks, (None, {"standard": bar[1]})]
    sums = {k: total(n[k] if sure else n[k].maybe for sure, n in counted)
            for k in ("top", "base", *chain(*sides))}
    top, base = sums.pop("top"), sums.pop("base")
    if base.value == 0 and not groups: return [*looks, whole()]
    _, found = whole(ratio(top, base, per, bounded), bar, inputs=sums)
    short = any(sure and n["top"].high < n["base"].low for sure, n in counted)  # 有一处肯定不全
    if found.status is None and short and bounded and bar[1].low >= per: found["status"] = False
    if None in (top.value, base.value): found["value"] = None
    if m.of == "each_group": del found["status"]
    return [*looks, (None, found)]
def entries(c, part, m, names):  # 县、各校（或各学段），是否确定在内
    tables = {c.law.elements[name].table for name in names}
    if tables == {"county"}: return (yield [c.facts], None, True)
    for group, within in c.inside(part.scope):
        school, sure = group[0], every([within, not m.who or fits(c, m.who, group[:1])])
        due = all(school.kind in (c.law.elements[name].kinds or [school.kind]) for name in names)
        for stage in school.stages if "teachers" in tables else [None] * due:
            there = every([sure, school.people[stage].reaches(1) if stage else True])
            if there is not False: yield [school] if stage else group, stage, there
def rooms(c, part, m, _, eased):
    for room, (group, within) in product(("music", "art"), c.inside(part.scope)):
        _, norm = eased_standard(c, part, eased, group, stage=group[0].stages[-1], room=room)
        here = [(s, listed(c, "rooms", s, room_kind=room)) for s in group]
        more = sum(max(0, c.told(f"{room}_rooms", s).high - len(rows)) for s, rows in here)
        areas = [number(c, "room_area", r) for _, rows in here for r in rows]
        sure, most = (sum(area[end] >= norm[end] - SLACK for area in areas) for end in (0, 1))
        count = total(c.classes(s, stage)[0] for s in group for stage in s.stages)
        need = Range(*(-(-n // m.classes_per_room) for n in count[:2]))
        yield look(group[0], room, Range(sure, most + more), ("at_least", need), within)
def size(c, part, _, __, eased):
    for (s, *_), within in c.inside(part.scope):
        bar = eased_standard(c, part, eased, [s], kind=s.kind)
        if bar: yield look(s, None, s.pupils, bar, within, standard=bar[1].low)
def class_size(c, part, *_):  # 只列超标的班，和可能有超标的班的学校
    looks, looked_at, within = [], 0, {group[0].school for group, _ in c.inside(part.scope)}
    schools = [s for s in c.schools if s.kind in c.scopes[part.scope].kinds]
    for stage, s in ((stage, s) for stage in STAGES for s in schools if stage in s.stages):
        bar, (_, most, rows) = c.standard(part, stage=stage), c.classes(s, stage)
        if bar is None: continue
        maybe = s.school in within and most.high > max(most.low, bar[1].low)
        looks += [look(Row(school=s.school), stage, status=None)] * maybe
        looks += [look(r, stage, number(c, "class_pupils", r), bar, also=r.class_name)
                  for r in rows if (r.class_pupils or 0) > bar[1].low]
        looked_at += len(rows)
    over = sum(one.status is False for _, one in looks)
    looks += [look(Row(), None, status=True)] * bool(looked_at and not looks)
    return [*looks, (None, {"value": over, "inputs": {"class_pupils": looked_at}})]
def funding_floor(c, part, m, *_):  # 两个学段的定额按学生数加权
    full = Fraction(m.counted_as, m.yuan_per_unit)
    for (s, *_), within in c.inside(part.scope):
        small, told = no(s.pupils.reaches(m.pupils_below)), [s.people[t].value for t in s.stages]
        quotas = [number(c, m.quota[stage], c.facts) * full for stage in s.stages]
        either = Range(min(q.low for q in quotas), max(q.high for q in quotas))
        due = either if None in told or not any(told) else total(
            q * Fraction(n, sum(told)) for q, n in zip(quotas, told))
        have, sure = c.told(m.allotted, s), every([within, small])
        if small is not False: yield look(s, None, have, ("at_least", due), sure)
MEASURES = {"compare": amount} | {f.__name__: f for f in (answer, amount, years_since, attested,
    monitoring, survey, share, rooms, size, class_size, funding_floor)}
CACHED = {f.__name__: f for f in (standard, told, inside, classes, indicator)} | {"may": may}
def check_law(cert):  # 与国家办法不同之处；没有核对的，要说出来
    try: from certificate_law import differences
    except ImportError: return [("law", "没有与国家办法核对", "脚本旁边要有 certificate_law.py")]
    return differences(cert)
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
    return found if key in COUNTS or type(found) not in (int, float, Fraction) else float(found)
def compared(said, right):  # 逐处对照：（哪里, 凭证写的, 应为）
    places = [("", "", said, right)]
    for path, key, s, r in places:
        if isinstance(s, dict) and isinstance(r, dict):
            places += ((f"{path}/{k}", k, s.get(k, "没有"), r.get(k, "没有")) for k in s | r)
        else: yield path, s, spoken(key, r)
def verified(cert):  # 证明了多少处；不符之处
    proved, failed, rest = Counter(), [], {k: one for k, one in cert.items() if k != "digest"}
    try:
        own, odd = {**cert["rulebook"], "id": cert["rulebook"]["lineage"][0]}, {*cert} - KEYS
        due = {"format": FORMAT, "digest": digest(rest), "rulebook": own} | dict.fromkeys(odd, KEYS)
        failed += [(k, cert[k], right) for k, right in due.items() if cert[k] != right]
        failed += check_law(cert) if own["id"] == NATIONAL else []
        case = Case(cert)
        if case.facts and case.facts.county_name != cert["county"]:
            failed.append(("county", cert["county"], case.facts.county_name))
        for path, said, right in compared(cert["results"], case.results()):
            proved["eased" if path.startswith("/eased") else path.split("/")[2]] += 1
            if not agrees(said, right): failed.append((f"results{path}", said, right))
    except BROKEN as error:
        failed.append(("结构", f"按凭证里的规则和填报值算不下去（{error!r}）", "能算完的凭证"))
    return proved, failed
KINDS = {"status": "结论", "steps": "环节", "schools": "学校", "indicators": "指标", "eased": "放宽"}
WORDS = {"strict": "不用放宽", "relaxed": "用足放宽", "met": "达标", "below": "不达标", "missing": "无法判定"}
def proof(text, law):  # 一份凭证；多个县的，规则另写一行
    cert = json.loads(text)
    proved, failed = verified(cert | law)
    failed += [("写法", "不是规范写法", "规范写法")] * (plain(cert).encode() != text.rstrip(b"\n"))
    return cert, proved, failed
def conclude(cert, proved, failed, published):  # 凭证说了什么，证明了什么；退出码
    print(f"凭证：{cert['county']}，摘要 {cert['digest']}")
    if "results" in cert:
        book, read = cert["rulebook"]["id"], {**cert["results"], **cert["results"]["eased"]}
        told = (f"{WORDS[k]} {WORDS.get(one['status'])}" for k, one in read.items() if k in WORDS)
        print(f"办法：{book}，标准日期：{cert['law_of']}，引擎：{cert['engine']}。结论：{'，'.join(told)}")
        for one in check_law(cert) if book != NATIONAL else ():
            print("与国家办法不同 {}：{}；国家办法：{}".format(*one))
    if published and published.strip().lower() != cert["digest"]:
        failed = [*failed, ("digest", cert["digest"], f"公布的 {published}")]
    for where, said, right in failed[:20]: print(f"✗ {where}：凭证写的是 {said}，应为 {right}")
    told = (f"{words} {proved[kind]:,} 处" for kind, words in KINDS.items() if kind in proved)
    print(f"重算并对照：{'，'.join(told)}\n{f'不符 {len(failed):,} 处' if failed else '全部相符'}。")
    return 1 if failed else 0
def main():
    parser = argparse.ArgumentParser(description="复核一份结论凭证：由填报值和规则重算全部结论")
    parser.add_argument("file", help="results.cert.json；多个县的，用 certificate_archive.py")
    parser.add_argument("--digest", help="公布的凭证摘要，与文件核对")
    asked = parser.parse_args()
    try: parser.exit(conclude(*proof(Path(asked.file).read_bytes(), {}), asked.digest))
    except (OSError, *BROKEN) as error: parser.exit(2, f"读不了 {asked.file}：{error!r}\n")
if __name__ == "__main__": main()

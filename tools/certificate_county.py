"""一个县：当天施行的规则、填报的行，和第 8—32 项、申报资格、一票否决的算法，一种测算方式一个函数。

供 verify_certificate.py 用；只用标准库，数都是精确分数。
"""

# fmt: off
import math
from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import chain, product
from typing import NamedTuple

STAGES, ROOMS = ("primary", "junior"), ("music", "art")
POINT, NA = "teaching_point", "not_applicable"
SLACK = Fraction(1, 10**9)  # 只为浮点误差
SIDES = ("numerator", "numerator_minus", "denominator", "denominator_minus")

class Range(NamedTuple):  # 一个数：最小、最大、是否填了。没填的取遍合理范围，两头结论相同才有结论
    low: object = 0
    high: object = 0
    told: object = True
    value = property(lambda self: self.low if self.low == self.high else None)
    __add__ = lambda a, b: Range(a.low + b.low, a.high + b.high, a.told and b.told)
    __sub__ = lambda a, b: Range(a.low - b.high, a.high - b.low, a.told and b.told)
    times = lambda a, k: Range(a.low * k, a.high * k, a.told)

total = lambda ranges: sum(ranges, Range())
maybe = lambda surely, possibly: True if surely else None if possibly else False
every = lambda asked: False if False in asked else None if None in asked else True
number = lambda x: None if x is None or abs(x) == math.inf else float(x)  # 凭证里的小数；个数是整数


def judge(have, how, need, inside=True):  # 不知道是否在范围内的，不判不达标
    spare = have - need if how == "at_least" else need - have
    surely, possibly = (end > SLACK if how == "below" else end >= -SLACK for end in spare[:2])
    return "met" if surely else "missing" if possibly or inside is None else "below"

def all_of(statuses):
    found = set(statuses) - {NA}
    return next((s for s in ("below", "missing") if s in found), "met" if found else NA)

def bar(standard):  # 标准：方向和数
    how = next(how for how in ("at_least", "at_most", "below") if how in standard)
    return how, Range(*[Fraction(standard[how])] * 2)

def ratio(top, base, per, bounded):  # 分子是分母一部分的，不超过全部
    base = [max(n, top.low) for n in base[:2]] if bounded else base[:2]
    ends = [Fraction(n) * per / d for n in top[:2] for d in base] if base[0] > 0 else [
        Fraction(top.low) * per / base[1] if top.low >= 0 < base[1] else -math.inf, math.inf]
    return Range(min(ends), min(max(ends), per) if bounded else max(ends))

def thing(about, status, value=None, standard=None):  # 看过的一所学校、一个班、一类对象
    found = {"value": number(value), "standard": number(standard), "status": status}
    return "|".join(str(name) for name in about if name is not None), found

def part_of(things=(), how=None, status=None, value=None, standard=None, inputs=()):  # 指标的一个部分
    status = status or all_of(one["status"] for _, one in things)
    return {"status": status, "value": number(value), "standard": number(standard),
            "comparison": how, "inputs": {k: number(v) for k, v in inputs},
            "singles": dict(things), "variants": {}}

class County:

    def __init__(self, cert):
        law, on = cert["law"], cert["law_of"]
        held = lambda rule: rule["valid_from"] <= on < rule.get("valid_until", "9")
        current = lambda name: sorted(filter(held, law[name]), key=lambda r: r["valid_from"])
        self.on, self.law, self.elements, self.memory = on, law, law["elements"], {}
        self.scopes = {s["id"]: s for s in current("scopes")}
        self.weights = {k["kind"]: {s: Fraction(w) for s, w in k["weights"].items()}
                        for k in current("splitting")}
        self.taught = {k: [s for s in STAGES if s in ws] for k, ws in self.weights.items()}
        self.caps = {c["stage"]: Fraction(c["at_most"]) for c in current("dispersion")}
        self.rollup, self.relaxations = current("rollup")[-1], [*filter(held, law["relaxations"])]
        alive = [i for i in law["indicators"] if i["valid_from"] <= on and any(
            not p.get("standard") or self.begun(p) for p in i["part"])]
        self.items = [i for i in alive if i["area"] == "resource"]
        self.others = [i for i in alive if i["area"] != "resource"]
        self.rows, self.at, self.points = defaultdict(list), defaultdict(list), defaultdict(list)
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
        taking = [k for k, stages in self.taught.items() if "primary" in stages and k != POINT]
        for row in self.rows["schools"]:
            how, mother = row.get("merge_decision"), self.schools.get(row.get("mother_school"))
            joins = how == "merged" or (how in (None, "by_rule") and row.get("not_counted"))
            joins = joins and row["kind"] == POINT and self.scopes["resource"].get("merge_points")
            if joins and mother and mother["kind"] in taking:
                self.points[mother["school"]].append(row)
        self.joined = {point["school"] for points in self.points.values() for point in points}

    def begun(self, part):
        return [s for s in part.get("standard", ()) if s["valid_from"] <= self.on]

    def standard(self, part, **about):  # 说到这个学段、类型、地区、教室的标准里最新的一条
        fits = [s for s in self.begun(part)
                if all(s.get(k) in (None, about.get(k)) for k in ("stage", "room"))
                and all(about.get(k) in s.get(k + "s", [about.get(k)]) for k in ("kind", "region"))]
        return bar(max(fits, key=lambda s: s["valid_from"])) if fits else None

    def number(self, element, row):  # 没填的是合理范围
        value, about = row.get(element), self.elements[element]
        if value is not None:
            return Range(*[Fraction(value) if isinstance(value, str) else value] * 2)
        cap = row.get(about.get("at_most"))
        most = Fraction(about["maximum"]) if cap is None else cap
        return Range(Fraction(about.get("minimum", 0)), most, told=False)

    def asked(self, element, campus, stage=None):
        table, code = self.elements[element]["table"], campus.get("school")
        key = (table, code, stage) if table == "teachers" else (table, code)
        rows = {"county": [self.facts], "schools": [campus]}.get(table) or self.at.get(key, [{}])
        return self.number(element, rows[0])

    def stages(self, school):
        return self.taught.get(school["kind"], ())

    def pupils(self, school):
        return total(self.number(f"pupils_{stage}", school) for stage in self.stages(school))

    def campuses(self, school, scope):
        joins = self.scopes[scope].get("merge_points")
        return [school, *(self.points.get(school["school"], ()) if joins else ())]

    def inside(self, scope):  # 范围内的学校，和是否确定在内
        if scope not in self.memory:
            pairs = [(s, self.within(scope, s)) for s in self.rows["schools"]]
            self.memory[scope] = [(s, sure) for s, sure in pairs if sure is not False]
        return self.memory[scope]

    def within(self, name, school):
        scope = self.scopes[name]
        joins = scope.get("merge_points") and school["school"] in self.joined
        if school["kind"] not in scope["kinds"] or joins:
            return False
        if not self.stages(school) or not scope.get("enrolled", True):
            return True
        pupils = total(self.pupils(s) for s in self.campuses(school, name))
        floor = max(1, scope.get("points_at_least", 0) if school["kind"] == POINT else 1)
        return maybe(pupils.low >= floor, pupils.high >= floor)

    def may(self, relaxation, group):
        asked = [self.fits(who, group) for who in relaxation["who"]]
        return True if True in asked else None if None in asked else False

    def fits(self, who, group):  # 学校和并入它的教学点一起看人数，其余看学校
        return every([self.meets(name, wanted, group) for name, wanted in who.items()])

    def meets(self, name, wanted, group):
        told = {"kinds": ("kind", lambda v: v in wanted), "areas": ("area", lambda v: v in wanted),
                "boarding": ("boarding_school", lambda v: v is wanted), "flag": (wanted, bool),
                "built_until": ("built_year", lambda v: v <= wanted), "sponsored_publicly": (
                    "sponsor", lambda v: (v in self.law["public_sponsors"]) is wanted)}
        if name in told:
            value = group[0].get(told[name][0])
            return None if value is None else told[name][1](value)
        pupils = total(self.pupils(c) for c in group)
        if name == "migrant_percent_above":
            few = total(self.number("migrant_pupils", c) for c in group).value
            if None in (few, pupils.value): return None
            return few * 100 > Fraction(wanted) * pupils.value
        if name == "largest_class_below":
            found = [self.largest(c, stage) for c in group for stage in self.stages(c)]
            ends = [[one[end] < wanted for one in found] for end in (1, 0)]
            return maybe(*map(all, ends))
        low, high, _ = pupils
        if name == "pupils_at_least": return maybe(low >= wanted, high >= wanted)
        return maybe(high < wanted, low < wanted)

    def classes(self, school, stage):  # 班数：申报的，不少于列出的行数，装不下学生的不算数；填了人数的班
        listed = [r for r in self.at.get(("classes", school["school"]), ()) if r["stage"] == stage]
        nobody = school.get(f"classes_{stage}") is None and school.get(f"pupils_{stage}") == 0
        declared = Range() if nobody else self.number(f"classes_{stage}", school)
        pupils = self.number(f"pupils_{stage}", school).low
        fewest = math.ceil(Fraction(pupils) / self.most("class_pupils"))
        if declared.high < fewest: declared = Range(fewest, self.most(f"classes_{stage}"))
        sizes = [r["class_pupils"] for r in listed if r.get("class_pupils") is not None]
        return Range(*(max(n, len(listed)) for n in declared[:2])), sizes

    def most(self, name):
        return int(self.elements[name]["maximum"])

    def largest(self, school, stage):  # 最大的班：没有列进哪个班的学生，可能都在它里面
        count, sizes = self.classes(school, stage)
        low, pupils = max(sizes, default=0), self.number(f"pupils_{stage}", school)
        if count.high > len(sizes): return Range(low, self.most("class_pupils"))
        return Range(low, low + max(0, pupils.high - sum(sizes)))

    # ------------------------------------------------ 测算方式

    def share(self, part, m, _):
        standard, things, counted = self.standard(part), [], []
        if standard is None:
            return part_of(status=NA)
        sides = [m.get(side, []) for side in SIDES]
        names, per, bounded = [*chain(*sides)], m.get("per", 100), m.get("bounded", True)
        county = all(self.elements[n]["table"] == "county" for n in names)
        whole = [([self.facts], None, True)]
        for group, stage, sure in whole if county else self.entries(part, m, names):
            n = {name: total(self.asked(name, c, stage) for c in group) for name in names}
            plus, minus, base, less = (total(n[name] for name in side) for side in sides)
            top, base = plus - minus, base - less
            top = Range(top.low, min(top.high, base.high)) if bounded else top
            counted.append((sure, top, base, n))
            found, nobody = ratio(top, base, per, bounded), base.high == 0
            status = NA if nobody else judge(found, *standard, sure)
            things.append(thing((group[0].get("school"), stage, group[0].get("row")), status,
                                None if nobody else found.value, standard[1].low))
        things = [] if county else things
        if m.get("of") == "each_school":
            return part_of(things, standard[0], None, None, standard[1].low)
        cut = lambda sure, one: one if sure else Range(min(0, one.low), max(0, one.high))
        summed = lambda pick: total(cut(one[0], pick(one)) for one in counted)
        top, base = summed(lambda one: one[1]), summed(lambda one: one[2])
        if base.value == 0:
            return part_of(things, status=NA)
        found = ratio(top, base, per, bounded)
        status, full = judge(found, *standard), bounded and standard[1].low >= per
        if full and any(sure and top.high < base.low for sure, top, base, _ in counted):
            status = "below" if status == "missing" else status  # 有一处肯定不全
        inputs = [(name, summed(lambda one, name=name: one[3][name]).value) for name in names]
        value = None if None in (top.value, base.value) else found.value
        return part_of(things, standard[0], status, value, standard[1].low, inputs)

    def entries(self, part, m, names):  # 看哪些学校（或学段），是否确定在内
        by_stage = any(self.elements[n]["table"] == "teachers" for n in names)
        asked = lambda kind: all(kind in self.elements[n].get("kinds", [kind]) for n in names)
        scope = part.get("scope", "compulsory")
        for school, inside in self.inside(scope):
            fits = self.fits(m.get("who", {}), [school])
            sure = None if fits is None or inside is None else True
            if fits is not False and not by_stage and asked(school["kind"]):
                yield self.campuses(school, scope), None, sure
            for stage in self.stages(school) if fits is not False and by_stage else ():
                pupils = self.number(f"pupils_{stage}", school)
                if pupils.high > 0:
                    yield [school], stage, sure if pupils.low > 0 else None

    def amount(self, part, m, _):
        told, have = self.facts.get("funding_region"), self.number(m["element"], self.facts)
        regions = [told] if told else self.elements.get("funding_region", {}).get("choices", [None])
        bars = [self.standard(part, stage=m.get("stage"), region=region) for region in regions]
        if not (bars := [bar for bar in bars if bar]):
            return part_of(status=NA, value=have.value)
        how, need = bars[0][0], Range(min(b[1].low for b in bars), max(b[1].low for b in bars))
        inputs, status = [(m["element"], have.value)], judge(have, how, need)
        return part_of((), how, status, have.value, need.value, inputs)

    def answer(self, part, m, _):
        told = self.facts.get(m["element"])
        if told is None:
            return part_of(status="missing" if part.get("required", True) else NA)
        return part_of(status="met" if told is m["expected"] else "below")

    def compare(self, _, m, __):
        left, right = (self.number(m[side], self.facts) for side in ("left", "right"))
        inputs = [(m["left"], left.value), (m["right"], right.value)]
        status = judge(left, "at_least", right)
        return part_of((), "at_least", status, left.value, right.value, inputs)

    def years_since(self, part, m, _):
        standard, day = self.standard(part), self.facts.get(m["element"])
        if standard is None: return part_of(status=NA)
        if day is None: return part_of(status="missing", standard=standard[1].low)
        day, on = date.fromisoformat(day), date.fromisoformat(self.on)
        years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
        status = judge(Range(years, years), *standard)
        return part_of((), standard[0], status, years, standard[1].low)

    def attested(self, _, m, __):
        things = []
        for item in m["items"]:
            about = [r for r in self.rows["attestations"] if r["attested_item"] == item]
            whole = [r for r in about if r.get("attested_school") is None] or [{}]
            for r in [*whole, *(r for r in about if r.get("attested_school") is not None)]:
                status = "missing" if None in (r.get("conclusion"), r.get("evidence")) else "met"
                status = "below" if r.get("conclusion") == "not_reached" else status
                things.append(thing((r.get("attested_school"), item, r.get("row")), status))
        return part_of(things)

    def blanks(self, table):  # 每个学科、每类对象一行；没有行的是没有填
        keys = self.law["keys"][table]
        for key in product(*(self.elements[k]["choices"] for k in keys)):
            yield self.at.get((table, *key), [dict(zip(keys, key, strict=True))])[0]

    def monitoring(self, part, m, _):
        standard, things, rows = self.standard(part), [], [*self.blanks("monitoring")]
        if standard is None:
            return part_of(status=NA)
        rows = [r for r in rows if r.get("monitored") is not False]
        for r in rows:
            have = Range(0, math.inf) if r.get(m["of"]) is None else self.number(m["of"], r)
            status = judge(have, *standard, r.get("monitored"))
            things.append(thing((r["subject"], r.get("row")), status, have.value, standard[1].low))
        status = all_of(one["status"] for _, one in things)
        status = status if status == "below" or any(r.get("monitored") for r in rows) else "missing"
        return part_of(things, standard[0], status, None, standard[1].low)

    def survey(self, part, m, _):
        standard, things, top, base = self.standard(part), [], Range(), Range()
        if standard is None:
            return part_of(status=NA)
        for r in self.blanks("survey"):
            if r["survey_method"] == m["method"]:
                happy, valid = (self.number(f"survey_{n}", r) for n in ("satisfied", "valid"))
                top, base, found = top + happy, base + valid, ratio(happy, valid, 100, bounded=True)
                nobody, about = valid.value == 0, (r["survey_group"], r.get("row"))
                status = NA if nobody else judge(found, *standard)
                value = None if nobody else found.value
                things.append(thing(about, status, value, standard[1].low))
        found = ratio(top, base, 100, bounded=True)
        status = judge(found, *standard) if base.high > 0 else "missing"
        status = None if m.get("of") == "each_group" else status
        inputs = [("survey_satisfied", top.value), ("survey_valid", base.value)]
        return part_of(things, standard[0], status, found.value, standard[1].low, inputs)

    def rooms(self, part, m, eased):
        things, scope = [], part.get("scope", "counted")
        for room, (school, inside) in product(ROOMS, self.inside(scope)):
            surely = possibly = self.standard(part, room=room)[1].low
            have, campuses = Range(), self.campuses(school, scope)
            for one in eased:
                norm = self.standard(one, stage=self.stages(school)[-1], room=room)
                if norm and (may := self.may(one, campuses)) is not False:
                    possibly = min(possibly, norm[1].low)
                    surely = min(surely, norm[1].low) if may else surely
            for c in campuses:
                listed = self.at.get(("rooms", c["school"]), ())
                listed = [r.get("room_area") for r in listed if r["room_kind"] == room]
                areas = [area for area in listed if area is not None]
                more = max(self.asked(f"{room}_rooms", c).high, len(listed)) - len(areas)
                have += Range(*(sum(a >= n - SLACK for a in areas) for n in (surely, possibly)))
                have += Range(0, more)
            classes = total(self.classes(c, s)[0] for c in campuses for s in self.stages(c))
            need = Range(*(math.ceil(Fraction(n, m["classes_per_room"])) for n in classes[:2]))
            about = (school["school"], room, school["row"])
            status = judge(have, "at_least", need, inside)
            things.append(thing(about, status, have.value, need.value))
        return part_of(things, "at_least")

    def size(self, part, _, eased):
        things = []
        for school, inside in self.inside(part.get("scope", "compulsory")):
            if not (surely := self.standard(part, kind=school["kind"])): continue
            how, possibly, pupils = surely[0], surely, self.pupils(school)
            for one in eased:
                norm = self.standard(one, kind=school["kind"])
                if norm and (may := self.may(one, [school])) is not False:
                    possibly, surely = norm, norm if may else surely
            status = judge(pupils, how, Range(surely[1].low, possibly[1].low), inside)
            about = (school["school"], school["row"])
            things.append(thing(about, status, pupils.value, surely[1].low))
        return part_of(things, "at_most")

    def class_size(self, part, _, __):
        things, looked_at, over, scope = [], 0, 0, part.get("scope", "compulsory")
        for stage in STAGES:
            if not (standard := self.standard(part, stage=stage)): continue
            for school in (s for s, _ in self.inside(scope) if stage in self.stages(s)):
                found = self.largest(school, stage)
                if found.high > max(found.low, standard[1].low):
                    things.append(thing((school["school"], stage), "missing"))
            for r in self.rows["classes"]:
                school = self.schools.get(r["school"], {"kind": ""})
                pupils = r.get("class_pupils") or 0
                taught = stage == r["stage"] and stage in self.stages(school)
                if taught and school["kind"] in self.scopes[scope]["kinds"]:
                    looked_at += 1
                    if pupils > standard[1].low:
                        over += 1
                        about = (r["school"], stage, r.get("class_name"), r["row"])
                        things.append(thing(about, "below", pupils, standard[1].low))
        things = things or ([thing((), "met")] if looked_at else [])
        return part_of(things, "at_most", None, over, None, [("class_pupils", looked_at)])

    def funding_floor(self, part, m, _):
        things, full = [], Fraction(m["counted_as"], m["yuan_per_unit"])
        for school, inside in self.inside(part.get("scope", "compulsory")):
            pupils, stages = self.pupils(school), self.stages(school)
            if pupils.low >= m["pupils_below"]: continue
            quotas = [self.number(m["quota"][s], self.facts) for s in stages]
            told = [self.number(f"pupils_{s}", school).value for s in stages]
            due = Range(min(q.low for q in quotas), max(q.high for q in quotas)).times(full)
            if None not in told and sum(told) > 0:  # 两个学段的定额按学生数加权
                shares = [n * full / sum(told) for n in told]
                due = total(map(Range.times, quotas, shares))
            sure, have = pupils.high < m["pupils_below"], self.asked(m["allotted"], school)
            status = judge(have, "at_least", due, inside if sure else None)
            things.append(thing((school["school"], school["row"]), status, have.value, due.value))
        return part_of(things, "at_least")

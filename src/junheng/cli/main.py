"""`junheng`: one command per step of the flow. Heavy rooms are imported only when used."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from junheng import __version__
from junheng.base.errors import JunhengError, NothingInForceError
from junheng.cli.chinese import Command, Group, complaint
from junheng.cli.words import help_of, say, word

if TYPE_CHECKING:  # the law drags the whole engine in; --help does not need it
    from junheng.rulebook.law import Law

# 0: done; 1: the input has rejects, or a rule file has faults; 2: nothing could be done.
EXIT_UNUSABLE = 2
DEFAULT_RULEBOOK = "moe-2017-6"

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    help=help_of("app"),
    context_settings=_HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
rulebook_app = typer.Typer(
    cls=Group, no_args_is_help=True, help=help_of("rulebook"), context_settings=_HELP
)
app.add_typer(rulebook_app, name="rulebook")
site_app = typer.Typer(
    cls=Group, no_args_is_help=True, help=help_of("site"), context_settings=_HELP
)
app.add_typer(site_app, name="site")
audit_app = typer.Typer(
    cls=Group, no_args_is_help=True, help=help_of("audit"), context_settings=_HELP
)
app.add_typer(audit_app, name="audit")
ledger_app = typer.Typer(
    cls=Group, no_args_is_help=True, help=help_of("ledger"), context_settings=_HELP
)
app.add_typer(ledger_app, name="ledger")


def _what(key: str) -> str:
    return word("metavar", key)


Input = Annotated[Path, typer.Argument(metavar=_what("input"), help=help_of("input"))]
Output = Annotated[
    Path, typer.Option("-o", "--output", metavar=_what("file"), help=help_of("output"))
]
Book = Annotated[
    Path, typer.Option("-o", "--output", metavar=_what("file"), help=help_of("output_book"))
]
Sample = Annotated[
    Path, typer.Option("-o", "--output", metavar=_what("file"), help=help_of("output_sample"))
]
Force = Annotated[bool, typer.Option("--force", help=help_of("force"))]
Forms = Annotated[Path, typer.Argument(metavar=_what("folder"), help=help_of("forms"))]
Export = Annotated[Path, typer.Argument(metavar=_what("export"), help=help_of("export"))]
LastYear = Annotated[
    Path | None, typer.Option("--last-year", metavar=_what("file"), help=help_of("last_year"))
]
Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar=_what("folder"), help=help_of("output_dir"))
]
RulebookId = Annotated[
    str, typer.Option("--rulebook", metavar=_what("rulebook"), help=help_of("rulebook_id"))
]
_DAY = {"metavar": _what("date"), "help": help_of("on"), "parser": dt.date.fromisoformat}
On = Annotated[dt.date | None, typer.Option("--on", **_DAY)]
Day = Annotated[dt.date | None, typer.Option("--date", **_DAY)]
County = Annotated[
    str | None, typer.Option("--county", metavar=_what("name"), help=help_of("county"))
]
Reasons = Annotated[
    Path | None, typer.Option("--reasons", metavar=_what("file"), help=help_of("reasons"))
]
Annotate = Annotated[
    Path | None, typer.Option("--annotate", metavar=_what("file"), help=help_of("annotate"))
]


ForceAnnotate = Annotated[bool, typer.Option("--force", help=help_of("force_annotate"))]


@app.callback(invoke_without_command=True)
def junheng(
    version: Annotated[bool, typer.Option("--version", help=help_of("version"))] = False,
) -> None:
    """Do what the options ask before any command."""
    if version:
        typer.echo(say("version", version=__version__))
        raise typer.Exit


@app.command(cls=Command, help=help_of("template"))
def template(
    output: Book,
    schools: Annotated[
        Path | None,
        typer.Option("--schools", metavar=_what("file"), help=help_of("schools")),
    ] = None,
    last_year: LastYear = None,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    force: Force = False,
) -> None:
    """Write the county workbook, empty or prefilled."""
    from junheng.cli.collect import write_empty
    from junheng.cli.forms import write_prefilled

    if last_year is not None:
        write_prefilled(output, last_year, schools, rulebook, force=force)
    else:
        write_empty(output, schools, rulebook, force=force)


@app.command(cls=Command, help=help_of("sample"))
def sample(
    output: Sample,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar=_what("whole"), help=help_of("seed"))
    ] = 1,
    counties: Annotated[
        int, typer.Option("--counties", min=1, metavar=_what("count"), help=help_of("counties"))
    ] = 1,
    missing: Annotated[
        float,
        typer.Option("--missing", min=0, max=1, metavar=_what("rate"), help=help_of("missing")),
    ] = 0.01,
    defects: Annotated[
        Path | None, typer.Option("--defects", metavar=_what("file"), help=help_of("defects"))
    ] = None,
    forms: Annotated[
        Path | None, typer.Option("--forms", metavar=_what("folder"), help=help_of("forms_out"))
    ] = None,
    force: Force = False,
) -> None:
    """Write a synthetic county, or many."""
    from junheng.cli.collect import Made, write_sample, write_samples

    law = _law(DEFAULT_RULEBOOK, None, _now())
    if counties > 1:
        made = Made(counties=counties, seed=seed, missing=missing)
        write_samples(output, law, made, force=force)
        return
    write_sample(output, law, seed, defects, force=force)
    if forms is not None:
        from junheng.cli.forms import write_sample_forms

        write_sample_forms(forms, law, seed, force=force)


@app.command(cls=Command, help=help_of("intake"))
def intake(
    folder: Forms,
    output: Book,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    county: Annotated[
        str | None, typer.Option("--county", metavar=_what("name"), help=help_of("county_name"))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar=_what("year"), help=help_of("form_year"))
    ] = None,
    last_year: LastYear = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar=_what("file"), help=help_of("mapping"))
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help=help_of("partial"))] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar=_what("file"), help=help_of("rejects"))
    ] = None,
    force: Force = False,
) -> None:
    """Fill the county workbook from national statistics forms."""
    from junheng.cli.forms import Request, fill_workbook

    fill_workbook(
        Request(
            folder=folder, output=output, rulebook=rulebook, county=county, year=year, force=force,
            last_year=last_year, mapping=mapping, partial=partial, rejects=rejects,
        )
    )  # fmt: skip


@app.command(name="map", cls=Command, help=help_of("map"))
def map_export(
    export: Export, output: Output, rulebook: RulebookId = DEFAULT_RULEBOOK, force: Force = False
) -> None:
    """Suggest which column of a bureau's own export is which element."""
    from junheng.cli.forms import write_mapping

    write_mapping(export, output, rulebook, force=force)


@app.command(cls=Command, help=help_of("check"))
def check(
    path: Input,
    last_year: LastYear = None,
    reasons: Reasons = None,
    annotate: Annotate = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar=_what("file"), help=help_of("issues")),
    ] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", metavar=_what("level"), help=help_of("severity"))
    ] = None,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    county: County = None,
    force: ForceAnnotate = False,
) -> None:
    """Argue with what could be read."""
    from junheng.cli.checking import Asked, check_input
    from junheng.cli.rulebooks import get_rulebook

    asked = Asked(last_year=last_year, reasons=reasons, annotated=annotate, force=force)
    check_input(
        path, get_rulebook(rulebook), asked, county=county, output=output, severity=severity
    )


@app.command(cls=Command, help=help_of("evaluate"))
def evaluate(
    path: Input,
    output: Folder,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    on: On = None,
    county: County = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar=_what("file"), help=help_of("rejects"))
    ] = None,
    certificates: Annotated[
        bool, typer.Option("--certificates", help=help_of("certificates"))
    ] = False,
    last_year: LastYear = None,
    reasons: Reasons = None,
    annotate: Annotate = None,
    force: ForceAnnotate = False,
) -> None:
    """Evaluate a county and write its documents."""
    from junheng.cli.checking import Asked
    from junheng.cli.evaluation import Wishes, evaluate_input

    now = _now()
    law = _law(rulebook, on, now)
    asked = Asked(
        last_year=last_year, reasons=reasons, annotated=annotate, rejects=rejects, force=force
    )
    wishes = Wishes(county=county, asked=asked, certificates=certificates)
    evaluate_input(path, output, law, now=now, wishes=wishes)


@app.command(cls=Command, help=help_of("explain"))
def explain(
    path: Input,
    school: Annotated[str, typer.Argument(metavar=_what("school"), help=help_of("school"))],
    indicator: Annotated[
        str, typer.Argument(metavar=_what("indicator"), help=help_of("indicator"))
    ],
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    on: On = None,
    county: County = None,
) -> None:
    """Explain one number."""
    from junheng.cli.explanation import explain_number

    law = _law(rulebook, on, _now())
    explain_number(path, law, school=school, indicator=indicator, county=county)


@app.command(cls=Command, help=help_of("compare"))
def compare(
    first: Annotated[Path, typer.Argument(metavar=_what("input_a"), help=help_of("version_a"))],
    second: Annotated[Path, typer.Argument(metavar=_what("input_b"), help=help_of("version_b"))],
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    rulebook_b: Annotated[
        str | None,
        typer.Option("--rulebook-b", metavar=_what("rulebook"), help=help_of("rulebook_b")),
    ] = None,
    on: On = None,
    on_b: Annotated[
        dt.date | None, typer.Option("--on-b", **{**_DAY, "help": help_of("on_b")})
    ] = None,
    county: County = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar=_what("file"), help=help_of("compare_output")),
    ] = None,
) -> None:
    """Say which verdicts changed between two versions, and what changed them."""
    from junheng.cli.comparing import compare_inputs

    now = _now()
    law = _law(rulebook, on, now)
    same = rulebook_b in {None, rulebook} and on_b in {None, law.on}
    other = law if same else _law(rulebook_b or rulebook, on_b or law.on, now)
    compare_inputs((first, second), (law, other), output=output, county=county, now=now)


@app.command(cls=Command, help=help_of("reconcile"))
def reconcile(
    path: Input,
    published: Annotated[
        Path, typer.Argument(metavar=_what("published"), help=help_of("published"))
    ],
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    on: On = None,
    county: County = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar=_what("file"), help=help_of("reconcile_output")),
    ] = None,
) -> None:
    """Say what explains the figures a province published for the county."""
    from junheng.cli.reconciling import reconcile_input

    now = _now()
    law = _law(rulebook, on, now)
    reconcile_input(path, published, law, output=output, county=county, now=now)


@rulebook_app.command("list", cls=Command, help=help_of("rb_list"))
def rulebook_list() -> None:
    """List the rulebooks."""
    from junheng.cli.rulebooks import print_list

    print_list()


@rulebook_app.command("show", cls=Command, help=help_of("rb_show"))
def rulebook_show(
    rulebook: Annotated[
        str, typer.Argument(metavar=_what("rulebook"), help=help_of("rulebook_id"))
    ] = DEFAULT_RULEBOOK,
    on: On = None,
) -> None:
    """Show one rulebook as in force on a day."""
    from junheng.cli.rulebooks import print_rulebook

    print_rulebook(_law(rulebook, on, _now()))


@rulebook_app.command("check", cls=Command, help=help_of("rb_check"))
def rulebook_check(
    home: Annotated[
        Path | None, typer.Option("--home", metavar=_what("folder"), help=help_of("home"))
    ] = None,
) -> None:
    """Load every rulebook strictly."""
    from junheng.cli.rulebooks import check_all

    check_all(home)


@rulebook_app.command("docs", cls=Command, help=help_of("rb_docs"))
def rulebook_docs(
    output: Output,
    elements: Annotated[
        Path | None,
        typer.Option("--elements", metavar=_what("file"), help=help_of("elements")),
    ] = None,
    checks: Annotated[
        Path | None, typer.Option("--checks", metavar=_what("file"), help=help_of("checks"))
    ] = None,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
) -> None:
    """Write the indicator page, and the element page if asked."""
    from junheng.cli.rulebooks import write_docs

    write_docs(output, elements, rulebook, checks)


@rulebook_app.command("diff", cls=Command, help=help_of("rb_diff"))
def rulebook_diff(
    first: Annotated[str, typer.Argument(metavar=_what("first"), help=help_of("rulebook_id"))],
    second: Annotated[str, typer.Argument(metavar=_what("second"), help=help_of("rulebook_id"))],
    path: Annotated[Path, typer.Option("--on", metavar=_what("input"), help=help_of("input"))],
    date: Day = None,
) -> None:
    """List the verdicts that two rulebooks decide otherwise."""
    from junheng.cli.rulebooks import print_differences

    now = _now()
    print_differences(path, _law(first, date, now), _law(second, date, now))


@ledger_app.command("read", cls=Command, help=help_of("ledger_read"))
def ledger_read(
    path: Annotated[Path, typer.Argument(metavar=_what("input"), help=help_of("feedback"))],
    as_json: Annotated[bool, typer.Option("--json", help=help_of("as_json"))] = False,
) -> None:
    """Read the problems out of a document."""
    from junheng.cli.ledger import print_problems

    print_problems(path, as_json=as_json)


@site_app.command("prepare", cls=Command, help=help_of("site_prepare"))
def site_prepare() -> None:
    """Bring the database and the files for browsers up to this version."""
    _set_up_site()
    from junheng.cli.site import prepare

    prepare()


@site_app.command("serve", cls=Command, help=help_of("site_serve"))
def site_serve(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, metavar=_what("whole"), help=help_of("port"))
    ] = 8080,
    workers: Annotated[
        int,
        typer.Option("--workers", min=0, max=64, metavar=_what("whole"), help=help_of("workers")),
    ] = 1,
    processes: Annotated[
        int,
        typer.Option(
            "--processes", min=1, max=64, metavar=_what("whole"), help=help_of("processes")
        ),
    ] = 1,
) -> None:
    """Run the site with its workers until it is stopped."""
    _set_up_site()
    from junheng.cli.running import serve

    serve(port, workers, processes)


@site_app.command("worker", cls=Command, help=help_of("site_worker"))
def site_worker(*, tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False) -> None:
    """Do the work behind the pages until stopped."""
    _set_up_site()
    from junheng.cli.running import work

    work(tied=tied)


@site_app.command("regions", cls=Command, help=help_of("site_regions"))
def site_regions(
    path: Annotated[Path, typer.Argument(metavar=_what("input"), help=help_of("regions_file"))],
    nation: Annotated[
        str, typer.Option("--nation", metavar=_what("name"), help=help_of("nation"))
    ] = "",
) -> None:
    """Load the tree of regions; the same list twice changes nothing."""
    _set_up_site()
    from junheng.cli.site import load_tree

    load_tree(path, nation, now=_now())


@site_app.command("invite", cls=Command, help=help_of("site_invite"))
def site_invite(
    region: Annotated[str, typer.Argument(metavar=_what("region"), help=help_of("region_code"))],
    role: Annotated[str, typer.Argument(metavar=_what("role"), help=help_of("role"))],
    name: Annotated[str, typer.Argument(metavar=_what("name"), help=help_of("invited"))],
    department: Annotated[
        str, typer.Option("--department", metavar=_what("name"), help=help_of("department"))
    ] = "",
    address: Annotated[
        str, typer.Option("--address", metavar=_what("address"), help=help_of("address"))
    ] = "http://localhost:8080",
) -> None:
    """Print the link by which a person becomes something at a region."""
    _set_up_site()
    from junheng.cli.site import Wanted, print_invitation

    wanted = Wanted(region=region, role=role, department=department, name=name)
    print_invitation(wanted, address, now=_now())


@site_app.command("remind", cls=Command, help=help_of("site_remind"))
def site_remind() -> None:
    """Send the letters that remind people of what waits for them."""
    _set_up_site()
    from junheng.cli.site import send_reminders

    send_reminders(now=_now())


@site_app.command("demo", cls=Command, help=help_of("site_demo"))
def site_demo() -> None:
    """Fill an empty site with the demonstration county and an account of every role."""
    _set_up_site()
    from junheng.cli.site import make_demo

    make_demo(now=_now())


@audit_app.command("verify", cls=Command, help=help_of("audit_verify"))
def audit_verify() -> None:
    """Prove the chain of events, or say where it does not hold."""
    _set_up_site()
    from junheng.cli.site import verify_chain

    if not verify_chain():
        raise typer.Exit(1)


@app.command("backup", cls=Command, help=help_of("backup"))
def backup(
    path: Annotated[Path, typer.Argument(metavar=_what("file"), help=help_of("backup_file"))],
    *,
    force: Annotated[bool, typer.Option("--force", help=help_of("force"))] = False,
) -> None:
    """Write the whole site into one file."""
    _set_up_site()
    from junheng.cli.keeping import keep

    keep(path, force=force, now=_now())


@app.command("restore", cls=Command, help=help_of("restore"))
def restore(
    path: Annotated[Path, typer.Argument(metavar=_what("file"), help=help_of("restore_file"))],
    *,
    force: Annotated[bool, typer.Option("--force", help=help_of("restore_force"))] = False,
) -> None:
    """Put a backup back and prove it."""
    _set_up_site()
    from junheng.cli.keeping import bring_back

    bring_back(path, force=force, now=_now())


@app.command("upgrade", cls=Command, help=help_of("upgrade"))
def upgrade() -> None:
    """Bring the site to the version that is installed."""
    _set_up_site()
    from junheng.cli import keeping

    keeping.upgrade(now=_now())


@app.command("doctor", cls=Command, help=help_of("doctor"))
def doctor() -> None:
    """Look whether the site can work."""
    _set_up_site()
    from junheng.cli.keeping import examine

    examine(now=_now())


def _set_up_site() -> None:
    """Let Django find its settings, which only the commands of the site need."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "junheng.settings")
    django.setup()


def _law(rulebook_id: str, on: dt.date | None, now: dt.datetime) -> Law:
    from junheng.cli.rulebooks import get_rulebook
    from junheng.rulebook.law import law_of

    law = law_of(get_rulebook(rulebook_id), on or now.date())
    if not law.items and not law.others:
        raise NothingInForceError(date=law.on, rulebook=rulebook_id)
    return law


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).astimezone()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an anticipated failure is one sentence, not a traceback."""
    try:
        code = app(arguments, prog_name="junheng", standalone_mode=False)
    except typer.TyperException as error:
        typer.echo(complaint(error), err=True)
        code = EXIT_UNUSABLE
    except JunhengError as error:
        typer.echo(f"{error.in_chinese()} [{error.slug}]", err=True)
        code = EXIT_UNUSABLE
    sys.exit(code)


if __name__ == "__main__":
    main()

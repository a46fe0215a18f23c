"""`junheng`: one command per step of the flow. Heavy rooms are imported only when used."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import typer.rich_utils

from junheng import __version__
from junheng.base.errors import JunhengError, UnusableFileError
from junheng.cli.words import help_of, say, word

if TYPE_CHECKING:  # the law drags the whole engine in; --help does not need it
    from junheng.rulebook.law import Law

EXIT_REJECTS = 1
EXIT_UNUSABLE = 2
DEFAULT_RULEBOOK = "moe-2017-6"

typer.rich_utils.ARGUMENTS_PANEL_TITLE = word("panels", "arguments")
typer.rich_utils.OPTIONS_PANEL_TITLE = word("panels", "options")
typer.rich_utils.COMMANDS_PANEL_TITLE = word("panels", "commands")
typer.rich_utils.ERRORS_PANEL_TITLE = word("panels", "errors")

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=help_of("app"), context_settings=_HELP
)
rulebook_app = typer.Typer(no_args_is_help=True, help=help_of("rulebook"), context_settings=_HELP)
app.add_typer(rulebook_app, name="rulebook")

Input = Annotated[Path, typer.Argument(help=help_of("input"), show_default=False)]
Output = Annotated[Path, typer.Option("-o", "--output", help=help_of("output"))]
RulebookId = Annotated[str, typer.Option("--rulebook", help=help_of("rulebook_id"))]
On = Annotated[str | None, typer.Option("--on", help=help_of("on"), show_default=False)]
County = Annotated[str | None, typer.Option("--county", help=help_of("county"))]


@app.callback(invoke_without_command=True)
def junheng(
    version: Annotated[bool, typer.Option("--version", help=help_of("version"))] = False,
) -> None:
    """Do what the options ask before any command."""
    if version:
        typer.echo(say("version", version=__version__))
        raise typer.Exit


@app.command(help=help_of("template"))
def template(
    output: Output,
    schools: Annotated[Path | None, typer.Option("--schools", help=help_of("schools"))] = None,
    rulebook: RulebookId = DEFAULT_RULEBOOK,
) -> None:
    """Write the county workbook, empty or prefilled."""
    from junheng.cli.collect import write_empty

    write_empty(output, schools, rulebook)


@app.command(help=help_of("sample"))
def sample(
    output: Output,
    seed: Annotated[int, typer.Option("--seed", help=help_of("seed"))] = 1,
    counties: Annotated[int, typer.Option("--counties", min=1, help=help_of("counties"))] = 1,
    missing: Annotated[
        float, typer.Option("--missing", min=0, max=1, help=help_of("missing"))
    ] = 0.01,
    defects: Annotated[Path | None, typer.Option("--defects", help=help_of("defects"))] = None,
) -> None:
    """Write a synthetic county, or many."""
    from junheng.cli.collect import write_sample, write_samples

    law = _law(DEFAULT_RULEBOOK, None, _now())
    if counties > 1:
        write_samples(output, law, seed, counties, missing)
    else:
        write_sample(output, law, seed, defects)


@app.command(help=help_of("evaluate"))
def evaluate(
    path: Input,
    output: Annotated[Path, typer.Option("-o", "--output", help=help_of("output_dir"))],
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    on: On = None,
    county: County = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", help=help_of("rejects"))] = None,
) -> None:
    """Evaluate a county and write its documents."""
    from junheng.cli.evaluation import evaluate_input

    now = _now()
    law = _law(rulebook, on, now)
    evaluate_input(path, output, law, now=now, county=county, rejects=rejects)


@app.command(help=help_of("explain"))
def explain(
    path: Input,
    school: Annotated[str, typer.Argument(help=help_of("school"), show_default=False)],
    indicator: Annotated[str, typer.Argument(help=help_of("indicator"), show_default=False)],
    rulebook: RulebookId = DEFAULT_RULEBOOK,
    on: On = None,
    county: County = None,
) -> None:
    """Explain one number."""
    from junheng.cli.explanation import explain_number

    law = _law(rulebook, on, _now())
    explain_number(path, law, school=school, indicator=indicator, county=county)


@rulebook_app.command("list", help=help_of("rb_list"))
def rulebook_list() -> None:
    """List the rulebooks."""
    from junheng.cli.rulebooks import print_list

    print_list()


@rulebook_app.command("show", help=help_of("rb_show"))
def rulebook_show(
    rulebook: Annotated[str, typer.Argument(help=help_of("rulebook_id"))] = DEFAULT_RULEBOOK,
    on: On = None,
) -> None:
    """Show one rulebook as in force on a day."""
    from junheng.cli.rulebooks import print_rulebook

    print_rulebook(_law(rulebook, on, _now()))


@rulebook_app.command("check", help=help_of("rb_check"))
def rulebook_check(
    home: Annotated[Path | None, typer.Option("--home", help=help_of("output_dir"))] = None,
) -> None:
    """Load every rulebook strictly."""
    from junheng.cli.rulebooks import check_all

    check_all(home)


@rulebook_app.command("docs", help=help_of("rb_docs"))
def rulebook_docs(output: Output, rulebook: RulebookId = DEFAULT_RULEBOOK) -> None:
    """Write the indicator page."""
    from junheng.cli.rulebooks import write_docs

    write_docs(output, rulebook)


@rulebook_app.command("diff", help=help_of("rb_diff"))
def rulebook_diff(
    first: Annotated[str, typer.Argument(help=help_of("first"))],
    second: Annotated[str, typer.Argument(help=help_of("second"))],
    path: Annotated[Path, typer.Option("--on", help=help_of("input"))],
    date: Annotated[str | None, typer.Option("--date", help=help_of("on"))] = None,
) -> None:
    """List the verdicts that two rulebooks decide otherwise."""
    from junheng.cli.rulebooks import print_differences

    now = _now()
    print_differences(path, _law(first, date, now), _law(second, date, now))


def _law(rulebook_id: str, on: str | None, now: dt.datetime) -> Law:
    from junheng.cli.rulebooks import law_in_force

    return law_in_force(rulebook_id, on, now)


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).astimezone()


def main() -> None:
    """Run the command line; an anticipated failure is one sentence, not a traceback."""
    try:
        app()
    except UnusableFileError as error:
        typer.echo(f"{error.in_chinese()} [{error.slug}]", err=True)
        sys.exit(EXIT_UNUSABLE)
    except JunhengError as error:
        typer.echo(f"{error.in_chinese()} [{error.slug}]", err=True)
        sys.exit(EXIT_REJECTS)

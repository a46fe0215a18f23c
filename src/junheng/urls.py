"""URL map. A route's name is its view's, and every one stands in tests/web/routes.py."""

from django.urls import path

from junheng.web.api.routes import api
from junheng.web.console import (
    batches,
    counties,
    doors,
    events,
    evidence,
    explaining,
    grid,
    late,
    looking,
    people,
    regions,
    reports,
    results,
    reviewing,
    rounds,
    searching,
    snapshots,
    statistics,
    structure,
    tokens,
    whatif,
)

urlpatterns = [
    path("", regions.home, name="home"),
    path("search/", searching.search, name="search"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke-token"),
    # For programs; every one of its operations stands in tests/web/test_api.py.
    path("api/v1/", api.urls),
    path("sign-in/", doors.sign_in, name="sign-in"),
    path("sign-out/", doors.sign_out, name="sign-out"),
    path("second-factor/", doors.second_factor, name="second-factor"),
    path("join/<str:secret>/", doors.join, name="join"),
    path("regions/<int:region_id>/", regions.region, name="region"),
    path("regions/<int:region_id>/people/", people.people_of_region, name="people-of-region"),
    path("invitations/<int:invitation_id>/withdraw/", people.withdraw, name="withdraw"),
    path("memberships/<int:membership_id>/end/", people.end, name="end"),
    path("regions/<int:region_id>/rounds/", rounds.rounds_of_region, name="rounds-of-region"),
    path("rounds/<int:round_id>/", rounds.round_board, name="round-board"),
    path("rounds/<int:round_id>/template/", rounds.round_template, name="round-template"),
    path("rounds/<int:round_id>/grid/", grid.grid_page, name="grid-page"),
    path("rounds/<int:round_id>/forms/", statistics.send_forms, name="send-forms"),
    path("rounds/<int:round_id>/typed/", rounds.typed_values, name="typed-values"),
    path("rounds/<int:round_id>/grid/save/", grid.grid_save, name="grid-save"),
    path("rounds/<int:round_id>/grid/delete/", grid.grid_delete, name="grid-delete"),
    path("uploads/<int:upload_id>/", rounds.upload, name="upload"),
    path("uploads/<int:upload_id>/annotated/", rounds.upload_annotated, name="upload-annotated"),
    path("uploads/<int:upload_id>/cell/", looking.upload_cell, name="upload-cell"),
    path("uploads/<int:upload_id>/commit/", rounds.commit, name="commit"),
    path("uploads/<int:upload_id>/read-again/", rounds.read_again, name="read-again"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("uploads/<int:upload_id>/discard/", rounds.discard, name="discard"),
    path("uploads/<int:upload_id>/undo/", rounds.undo, name="undo"),
    path("rounds/<int:round_id>/late/", late.late_exceptions, name="late-exceptions"),
    path("late/<int:exception_id>/withdraw/", late.withdraw_late, name="withdraw-late"),
    # Review.
    path("rounds/<int:round_id>/data/", reviewing.school_data, name="school-data"),
    path("rounds/<int:round_id>/data/act/", reviewing.review_act, name="review-act"),
    path("rounds/<int:round_id>/data/reason/", reviewing.explain_odd, name="explain-odd"),
    path("rounds/<int:round_id>/cell/", reviewing.cell, name="cell"),
    path("threads/<int:thread_id>/settle/", reviewing.settle, name="settle"),
    path("rounds/<int:round_id>/queue/", reports.review_queue, name="review-queue"),
    path("rounds/<int:round_id>/report/", reports.county_report, name="county-report"),
    # Evidence.
    path("regions/<int:region_id>/evidence/", evidence.evidence_library, name="evidence-library"),
    path("regions/<int:region_id>/needs/", evidence.evidence_needs, name="evidence-needs"),
    path("evidence/<int:evidence_id>/", evidence.evidence, name="evidence"),
    path("evidence/<int:evidence_id>/replace/", evidence.replace_evidence, name="replace-evidence"),
    path("evidence/<int:evidence_id>/file/", evidence.evidence_file, name="evidence-file"),
    path("evidence/<int:evidence_id>/preview/", evidence.evidence_preview, name="evidence-preview"),
    path("evidence-links/<int:link_id>/", evidence.unlink_evidence, name="unlink-evidence"),
    # Freezing, evaluation and what it found.
    path(
        "rounds/<int:round_id>/snapshots/", snapshots.snapshots_of_round, name="snapshots-of-round"
    ),
    path("snapshots/<int:snapshot_id>/", snapshots.snapshot, name="snapshot"),
    path("snapshots/<int:snapshot_id>/evaluate/", snapshots.evaluate_again, name="evaluate-again"),
    path("snapshots/<int:snapshot_id>/values/", snapshots.snapshot_values, name="snapshot-values"),
    path("runs/<int:run_id>/", results.run, name="run"),
    path("runs/<int:run_id>/schools/", results.run_schools, name="run-schools"),
    path("runs/<int:run_id>/school/", results.run_school, name="run-school"),
    path(
        "runs/<int:run_id>/indicators/<str:indicator>/",
        results.run_indicator,
        name="run-indicator",
    ),
    path("runs/<int:run_id>/explain/", explaining.run_explain, name="run-explain"),
    path("runs/<int:run_id>/sizes/", structure.run_sizes, name="run-sizes"),
    path("runs/<int:run_id>/teachers/", structure.run_teachers, name="run-teachers"),
    path("runs/<int:run_id>/scenarios/", whatif.scenarios, name="scenarios"),
    path("scenarios/<int:scenario_id>/", whatif.scenario, name="scenario"),
    path("runs/<int:run_id>/files/<str:name>/", snapshots.run_file, name="run-file"),
    path("runs/<int:run_id>/compare/<int:other_id>/", explaining.run_compare, name="run-compare"),
    # A county at a glance, and counties side by side.
    path("counties/<int:region_id>/", counties.county, name="county"),
    path("regions/<int:region_id>/counties/", counties.counties, name="counties"),
    path("regions/<int:region_id>/events/", events.events_of_region, name="events-of-region"),
]

handler404 = "junheng.web.console.doors.not_found"
handler403 = "junheng.web.console.doors.not_allowed"

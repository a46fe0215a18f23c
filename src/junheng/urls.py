"""URL map. A route's name is its view's, and every one stands in tests/web/routes.py."""

from django.urls import path

from junheng.web.console import batches, doors, events, grid, people, regions, rounds, statistics

urlpatterns = [
    path("", regions.home, name="home"),
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
    path("uploads/<int:upload_id>/commit/", rounds.commit, name="commit"),
    path("uploads/<int:upload_id>/read-again/", rounds.read_again, name="read-again"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("uploads/<int:upload_id>/discard/", rounds.discard, name="discard"),
    path("uploads/<int:upload_id>/undo/", rounds.undo, name="undo"),
    path("regions/<int:region_id>/events/", events.events_of_region, name="events-of-region"),
]

handler404 = "junheng.web.console.doors.not_found"
handler403 = "junheng.web.console.doors.not_allowed"

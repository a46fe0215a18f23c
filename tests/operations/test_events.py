"""The chain of events: whatever is changed behind the site's back is found, and where."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from junheng.operations.events import Deed, record
from junheng.store.models import ChainHead, Event
from junheng.store.queries.events import Asked, count_events, list_events, list_faults
from world import MACHINE, NOW


def test_all_that_made_the_world_is_written_down_and_holds(world):
    assert count_events() == 1 + 2 * len(world.users)
    assert list(list_faults()) == []


@pytest.fixture
def unguarded(world):
    """A thief who has got past the site and its triggers, into the database itself."""
    on = "" if connection.vendor == "sqlite" else " ON store_event"
    with connection.cursor() as cursor:
        for what in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER event_stays_{what}{on}")
    return world


def faults():
    return [(fault.number, fault.kind) for fault in list_faults()]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "别人"},
        {"actor_name": "别人"},
        {"actor_id": None},
        {"origin": "10.0.0.1"},
        {"action": "invite!"},
        {"region_id": None},
        {"detail": {"role": "auditor"}},
        {"reason": "说不清"},
        {"at": NOW + dt.timedelta(microseconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_is_found(unguarded, change):
    event = Event.objects.filter(action="accept_invitation").order_by("number")[3]
    Event.objects.filter(pk=event.pk).update(**change)
    assert faults() == [(event.number, "changed")]
    assert unguarded.users


@pytest.mark.usefixtures("unguarded")
def test_a_removed_event_is_found():
    Event.objects.filter(number=7).delete()
    assert faults() == [(7, "removed")]


@pytest.mark.usefixtures("unguarded")
def test_the_last_event_removed_is_found():
    last = count_events()
    Event.objects.filter(number=last).delete()
    assert faults() == [(last, "cut")]


@pytest.mark.usefixtures("unguarded")
def test_two_events_that_changed_places_are_found():
    Event.objects.filter(number=7).update(number=1000)
    Event.objects.filter(number=8).update(number=7)
    Event.objects.filter(number=1000).update(number=8)
    assert {number for number, _ in faults()} >= {7, 8}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("what", ["update", "delete"])
def test_the_database_itself_refuses(what):
    chosen = Event.objects.filter(number=3)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        chosen.update(reason="改") if what == "update" else chosen.delete()
    assert faults() == []


@pytest.mark.usefixtures("world")
def test_what_fails_leaves_no_event():
    before = count_events()
    with transaction.atomic():
        record(actor=MACHINE, deed=Deed(action="x", subject="x"), now=NOW)
        transaction.set_rollback(True)
    assert count_events() == before
    assert ChainHead.objects.get().number == before


def test_events_are_seen_from_their_region_and_above_only(world):
    east, west = world.regions["900101"], world.regions["910101"]
    seen = [event.region_name for event in list_events(path=east.path, asked=Asked())]
    assert seen
    assert west.name not in seen
    # What is of no region is the root's alone.
    root = world.regions["0"]
    assert "load_regions" in {event.action for event in list_events(path=root.path, asked=Asked())}
    assert "load_regions" not in {
        event.action for event in list_events(path=world.regions["90"].path, asked=Asked())
    }


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (Asked(action="invite"), 5),
        (Asked(words="county_clerk"), 2),
        (Asked(words="没有的"), 0),
        (Asked(actor="安装"), 5),
        (Asked(since=NOW.date(), until=NOW.date()), 10),
        (Asked(since=NOW.date() + dt.timedelta(days=1)), 0),
    ],
)
def test_events_are_found_by_what_is_asked(world, asked, count):
    assert len(list_events(path=world.regions["900101"].path, asked=asked)) == count


def test_a_page_of_events_is_one_query(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        list_events(path=world.regions["0"].path, asked=Asked())

"""Tables. Rows are facts, written by operations; one file a noun."""

from junheng.store.models.collection import Batch, Round, Upload, Value
from junheng.store.models.events import ChainHead, Event
from junheng.store.models.jobs import Job, Worker
from junheng.store.models.people import Invitation, Membership, User
from junheng.store.models.regions import Region, RegionChange

__all__ = [
    "Batch",
    "ChainHead",
    "Event",
    "Invitation",
    "Job",
    "Membership",
    "Region",
    "RegionChange",
    "Round",
    "Upload",
    "User",
    "Value",
    "Worker",
]

"""Tables. Rows are facts, written by operations; one file a noun."""

from junheng.store.models.collection import Batch, LateException, Round, Upload, Value
from junheng.store.models.events import ChainHead, Event
from junheng.store.models.evidence import Evidence, EvidenceLink
from junheng.store.models.jobs import Job, Worker
from junheng.store.models.ledger import LedgerEntry, Measure, Problem, Proof
from junheng.store.models.maps import CountyMap
from junheng.store.models.people import Invitation, Membership, Reminder, User
from junheng.store.models.plans import Plan, PlanTarget, TargetActual, TargetVersion
from junheng.store.models.regions import Region, RegionChange
from junheng.store.models.review import (
    Comment,
    Report,
    Signature,
    Submission,
    Thread,
    WarningReason,
)
from junheng.store.models.snapshots import Run, Scenario, Snapshot, SnapshotValue
from junheng.store.models.tokens import Token

__all__ = [
    "Batch",
    "ChainHead",
    "Comment",
    "CountyMap",
    "Event",
    "Evidence",
    "EvidenceLink",
    "Invitation",
    "Job",
    "LateException",
    "LedgerEntry",
    "Measure",
    "Membership",
    "Plan",
    "PlanTarget",
    "Problem",
    "Proof",
    "Region",
    "RegionChange",
    "Reminder",
    "Report",
    "Round",
    "Run",
    "Scenario",
    "Signature",
    "Snapshot",
    "SnapshotValue",
    "Submission",
    "TargetActual",
    "TargetVersion",
    "Thread",
    "Token",
    "Upload",
    "User",
    "Value",
    "WarningReason",
    "Worker",
]

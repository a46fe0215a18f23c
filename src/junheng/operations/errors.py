"""What the site refuses to do, and what to do instead."""

from __future__ import annotations

from junheng.base.errors import JunhengError


class NotAllowedError(JunhengError):
    """Somebody may not do what he asks for."""

    slug = "not-allowed"
    sentence = "{who} may not do this at {region}. Ask the administrator of {region} for the role."


class ImpossibleRoleError(JunhengError):
    """A role was meant for a place that has no such role, or lacks its department."""

    slug = "impossible-role"
    sentence = "{region} has no such role, or the department does not fit. Choose another one."


class InvitationGoneError(JunhengError):
    """An invitation was used, withdrawn, or is too old."""

    slug = "invitation-gone"
    sentence = "This invitation cannot be used any more. Ask {who} for a new one."


class LoginTakenError(JunhengError):
    """Somebody else signs in by this name."""

    slug = "login-taken"
    sentence = "{login} is somebody else's sign-in name. Choose another one."


class WeakPasswordError(JunhengError):
    """A password is too easy to guess."""

    slug = "weak-password"
    sentence = "The password will not do: {why}"


class StandingAlreadyError(JunhengError):
    """Somebody is already what he would become."""

    slug = "standing-already"
    sentence = "{who} is that at {region} already. Nothing was changed."


class NothingToEndError(JunhengError):
    """A membership or an invitation has ended, or is nobody's business here."""

    slug = "nothing-to-end"
    sentence = "What was to end has ended already. Load the page again."


class NoReasonError(JunhengError):
    """Something was to be ended or changed for no reason at all."""

    slug = "no-reason"
    sentence = "Say why {what} ends. Nothing was changed."


class LastAdministratorError(JunhengError):
    """A region would be left with nobody who can let people in."""

    slug = "last-administrator"
    sentence = "{who} is the only administrator of {region}. Invite another one first."


class RegionFileError(JunhengError):
    """A list of regions does not hold together."""

    slug = "region-file"
    sentence = "The list of regions does not hold together at {code}: {why}. Nothing was loaded."


class PlacesError(JunhengError):
    """A line that says where a school lies cannot be read."""

    slug = "places"
    sentence = "Line {line}, {text}: {why}. Nothing was changed."


class OutlineError(JunhengError):
    """A file holds no outline of a county."""

    slug = "outline"
    sentence = "The outline cannot be read: {why}. Nothing was changed."


class ImpossiblePlanError(JunhengError):
    """A plan has no name, one that is taken, or years that cannot be."""

    slug = "impossible-plan"
    sentence = "A plan needs a name of its own, and at most 15 years one after the other."


class ImpossibleTargetError(JunhengError):
    """A target does not add up, or is told of what cannot be."""

    slug = "impossible-target"
    sentence = "The target {name} will not do: {why}. Nothing was changed."


class ImpossibleProblemError(JunhengError):
    """A problem has no title, or is of no known family."""

    slug = "impossible-problem"
    sentence = "Problem {at} needs a title of at most 300 characters and a family. None was opened."


class UnreadableTypedError(JunhengError):
    """What was typed is no day or number."""

    slug = "unreadable-typed"
    sentence = "{typed} is no day or number. Write 2026-09-01, or 12.5. Nothing was changed."


class LedgerRefusedError(JunhengError):
    """A step with a problem is against the rules of the ledger."""

    slug = "ledger-refused"
    sentence = "This cannot be done with {title}: {why}. Nothing was changed."


class ImpossibleRoundError(JunhengError):
    """A round of collection that cannot be: no county, a name twice, an end before its beginning."""

    slug = "impossible-round"
    sentence = "The round {name} cannot be opened: choose another name, and a later deadline."


class NotNowError(JunhengError):
    """A round takes nothing now."""

    slug = "not-now"
    sentence = "{round} takes data from {opens} until {deadline}. Ask the county for a new round."


class WrongStateError(JunhengError):
    """What was asked cannot be done with an upload any more, or not yet."""

    slug = "wrong-state"
    sentence = "{name} is no longer as it was shown. Load the page again."


class NothingToChangeError(JunhengError):
    """An upload says only what stands already."""

    slug = "nothing-to-change"
    sentence = "All that {name} says stands already. Nothing was changed."


class OvertakenError(JunhengError):
    """What an upload brought was changed again since."""

    slug = "overtaken"
    sentence = "Later uploads changed some of what {name} brought. Undo the later ones first."


class NoFileError(JunhengError):
    """A form came without a file, or with one too large to be a workbook."""

    slug = "no-file"
    sentence = "{why}"


class NoSuchCellError(JunhengError):
    """Somebody typed into a cell that the sheet does not have."""

    slug = "no-such-cell"
    sentence = "There is no such cell (any more). Load the page again."


class TooHeavyError(JunhengError):
    """A file would take more memory or time to read than one file may have."""

    slug = "too-heavy"
    sentence = (
        "Reading it takes more than {megabytes} MB or {seconds} seconds, so it was stopped. "
        "Remove empty rows, pictures and sheets that do not belong, and save it as a new xlsx."
    )


class GivenUpError(JunhengError):
    """Work behind the pages was begun several times and never ended."""

    slug = "given-up"
    sentence = (
        "It was begun {attempts} times and never ended. Tell the administrator, or try again."
    )


class LockedCellsError(JunhengError):
    """Values would be changed that are under review, signed, or not among those sent back."""

    slug = "locked-cells"
    sentence = "{count} cells cannot be changed, first {cell}: {why}. Nothing was changed."


class IllegalStepError(JunhengError):
    """Something was to be done with a submission or report that cannot be done in its state."""

    slug = "illegal-step"
    sentence = "{name} is: {state}. It cannot be done now: {act}. What can be: {allowed}."


class NotReadyError(JunhengError):
    """Something stands in the way of the next step of a review."""

    slug = "not-ready"
    sentence = "{name}, {act}: {why}."


class ReasonWantedError(JunhengError):
    """A step of a review, a comment or an answer came without words."""

    slug = "reason-wanted"
    sentence = "Say why or what ({what}). Nothing was changed."


class NothingThereError(JunhengError):
    """A comment, answer or place of a review is not there (any more)."""

    slug = "nothing-there"
    sentence = "What this was about is not there any more. Load the page again."


class TooManyFilesError(JunhengError):
    """More files came at once than a county has forms."""

    slug = "too-many-files"
    sentence = "More than {files} files, or too large ones. Send them in several goes."


class NotSignedError(JunhengError):
    """An official snapshot was asked for of data that the director does not stand for."""

    slug = "not-signed"
    sentence = (
        "{name} cannot be frozen officially: {state}. "
        "Let the director sign what stands now, or freeze a preview."
    )


class NameTakenError(JunhengError):
    """A snapshot was to have no name, or the name of another one."""

    slug = "name-taken"
    sentence = "A snapshot needs a name of its own; {name} will not do."


class NothingToFreezeError(JunhengError):
    """A round was to be frozen in which nothing stands."""

    slug = "nothing-to-freeze"
    sentence = "Nothing is reported in {name} yet, so there is nothing to freeze."


class IncoherentDataError(JunhengError):
    """Values that were each taken over contradict each other when read together."""

    slug = "incoherent-data"
    sentence = (
        "{count} values contradict others, first {where}: {why}. "
        "Correct them in the round and freeze again."
    )


class OtherRulesError(JunhengError):
    """An old evaluation was to be explained or compared by rules that are others by now."""

    slug = "other-rules"
    sentence = (
        "The rulebook has changed since this evaluation, so it cannot be taken apart. "
        "Its results stand; evaluate the snapshot again to have it explained."
    )


class BadBackupError(JunhengError):
    """A file is no whole backup of this kind of site, or one could not be written or put back."""

    slug = "bad-backup"
    sentence = "The backup cannot be used or made: {why} {about}. Nothing was changed."


class SiteNotEmptyError(JunhengError):
    """A backup was to be put over a site that holds something."""

    slug = "site-not-empty"
    sentence = "The site holds people and records already. Say --force to have them replaced."


class SiteRunningError(JunhengError):
    """A backup was to be put back while a worker is at work."""

    slug = "site-running"
    sentence = "The site is running. Stop it and its workers, wait a minute, and try again."


class ToolMissingError(JunhengError):
    """A program of the database is not installed."""

    slug = "tool-missing"
    sentence = "{program} is not installed. Install PostgreSQL's client programs."


class EvaluationStoppedError(JunhengError):
    """Evaluating a snapshot took more memory or time than it may."""

    slug = "evaluation-stopped"
    sentence = (
        "The evaluation took more than {megabytes} MB or {seconds} seconds, so it was stopped. "
        "The snapshot stands; have the limits raised and evaluate it again."
    )


class ImpossibleExceptionError(JunhengError):
    """An exception would end before the deadline or the present, or is for nobody there is."""

    slug = "impossible-exception"
    sentence = "Choose a school of the round, and a moment after its deadline and after now."


class UnfitEvidenceError(JunhengError):
    """A file is none of PDF, picture and Office, is damaged, locked, or not harmless."""

    slug = "unfit-evidence"
    sentence = "{name} cannot be kept as evidence: {why}."


class ImpossibleEvidenceError(JunhengError):
    """Evidence was described by what cannot be, or linked to what is not there."""

    slug = "impossible-evidence"
    sentence = "Check title, kind, days, indicator, year and school. Nothing was changed."


class ImpossibleChangeError(JunhengError):
    """A step of a what-if cannot be taken."""

    slug = "impossible-change"
    sentence = "Step {at} cannot be taken: {why}. Change or remove it."


class ImpossibleScenarioError(JunhengError):
    """A scenario has no name, one that is taken, or too many steps."""

    slug = "impossible-scenario"
    sentence = "Give it a name you have not used here yet; it may have 200 steps at most."


class ImpossibleTokenError(JunhengError):
    """A key for programs has no name or scope, lasts too long, or is one too many."""

    slug = "impossible-token"
    sentence = "Give it a name, at least one scope and at most 366 days; 20 keys may stand at once."

"""Every refusal the branch can give, and nothing else.

QueueError
    Malformed             the request says something that no branch could do
        UnknownService        no service has this code
        UnknownLane           no lane has this name
        UnknownCounter        no counter has this code
        UnknownLanguage       not one of the branch's languages
        UnknownOfficer        nobody of that name or number works here
        UnknownReason         not one of the reasons that the branch knows
        ReasonNeeded          this may be done, but not without saying why
        TooLong               a note or a reason longer than the paper has room for
        UnknownZone           no zone has this code
        NoticeTooLong         it would keep the loudspeakers for longer than people listen
        NotForFire            an evacuation is the certified alarm's to announce
        TooManyTransactions   more than this service takes at one turn
    UnknownNotice         no notice stands that could be taken back
    UnknownCase           no promise is in danger there today
    UnknownPlay           no such play stands in the recovery plan, or its run is over
    UnknownTicket         no open ticket has this number, or none ever had this id
    NotOpen               the branch or the service is closed now
    CounterRefusal        the counter cannot do this as it stands
        CounterClosed         the counter is closed: open it first
        CounterTaken          another officer is on duty there
        AlreadyOnDuty         this officer is on duty at another counter
        TicketInHand          the counter still has a customer
        NoTicketInHand        the counter has no customer to do this to
        TooManyHeld           the officer has put aside as many as are allowed
    WrongMove             the ticket is not in a state from which it can do this
    TooEarly              not yet: it says from when
        TooEarlyForNoShow     the customer has not had the calls and the time to come
        TooSoonToRecall       the last call still stands on the screens
        TooManyNotices        the hall has been spoken to often enough in this hour
    NotHere               the number was taken from outside, and its holder has not checked in
    AlreadyHere           its holder is here, or it was taken here: nothing to check in
    NotFromOutside        this branch gives no numbers from outside, or none at this hour
    TooManyJoined         as many joined from outside and are not here yet as the branch wants on their way
    AlreadyDelayed        this number has let others pass once already
    NobodyBehind          nobody waits in the line who could be let pass
    NotToBeRated          nobody was served, or not today
    AlreadyRated          it was said how the service was, and the time to say it anew is over
    UndoTooLate           the moment to take this back has passed
    StillServing          the day cannot close while a customer is at a counter
    DecisionNeeded        people still wait: carry them over, or close them with a reason
    CannotExtend          today has no closing that could be later, or it would be over by now
    StillWaiting          a service or a counter cannot be removed while tickets need it
    KeyReused             this idempotency key came before, with another request
    ClockSetBack          the computer's clock is behind what is already written down
"""

from __future__ import annotations

from datetime import datetime


class QueueError(Exception):
    """A refusal that a person can cause.

    `code` is stable and is what the phrases and the API speak of; `facts` are JSON-ready values that
    make the sentence exact (a counter, a number, an instant).
    """

    code = "refused"

    def __init__(self, **facts: str | int | float | None) -> None:
        self.facts = {name: value for name, value in facts.items() if value is not None}
        said = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        super().__init__(f"{self.code}: {said}" if said else self.code)


class Malformed(QueueError):
    code = "malformed"


class UnknownService(Malformed):
    code = "unknown_service"


class UnknownLane(Malformed):
    code = "unknown_lane"


class UnknownCounter(Malformed):
    code = "unknown_counter"


class UnknownLanguage(Malformed):
    code = "unknown_language"


class UnknownOfficer(Malformed):
    code = "unknown_officer"


class UnknownReason(Malformed):
    code = "unknown_reason"


class ReasonNeeded(Malformed):
    code = "reason_needed"


class TooLong(Malformed):
    code = "too_long"


class UnknownZone(Malformed):
    code = "unknown_zone"


class NoticeTooLong(Malformed):
    code = "notice_too_long"


class NotForFire(Malformed):
    code = "not_for_fire"


class UnknownNotice(QueueError):
    code = "unknown_notice"


class UnknownCase(QueueError):
    code = "unknown_case"


class UnknownPlay(QueueError):
    code = "unknown_play"


class TooManyTransactions(Malformed):
    code = "too_many_transactions"


class UnknownTicket(QueueError):
    code = "unknown_ticket"


class NotOpen(QueueError):
    code = "not_open"


class CounterRefusal(QueueError):
    code = "counter_refusal"


class CounterClosed(CounterRefusal):
    code = "counter_closed"


class CounterTaken(CounterRefusal):
    code = "counter_taken"


class AlreadyOnDuty(CounterRefusal):
    code = "already_on_duty"


class TicketInHand(CounterRefusal):
    code = "ticket_in_hand"


class NoTicketInHand(CounterRefusal):
    code = "no_ticket_in_hand"


class TooManyHeld(CounterRefusal):
    code = "too_many_held"


class WrongMove(QueueError):
    code = "wrong_state"


class TooEarly(QueueError):
    code = "too_early"

    def __init__(self, *, at: datetime, **facts: str | int | float | None) -> None:
        super().__init__(at=at.isoformat().replace("+00:00", "Z"), **facts)


class TooEarlyForNoShow(TooEarly):
    code = "too_early_for_no_show"


class TooSoonToRecall(TooEarly):
    code = "too_soon_to_recall"


class TooManyNotices(TooEarly):
    code = "too_many_notices"


class NotHere(QueueError):
    code = "not_here"


class AlreadyHere(QueueError):
    code = "already_here"


class NotFromOutside(QueueError):
    code = "not_from_outside"


class TooManyJoined(QueueError):
    code = "too_many_joined"


class AlreadyDelayed(QueueError):
    code = "already_delayed"


class NobodyBehind(QueueError):
    code = "nobody_behind"


class NotToBeRated(QueueError):
    code = "not_to_be_rated"


class AlreadyRated(QueueError):
    code = "already_rated"


class UndoTooLate(QueueError):
    code = "undo_too_late"


class StillServing(QueueError):
    code = "still_serving"


class DecisionNeeded(QueueError):
    code = "decision_needed"


class CannotExtend(QueueError):
    code = "cannot_extend"


class StillWaiting(QueueError):
    code = "still_waiting"


class KeyReused(QueueError):
    code = "idempotency_key_reused"


class ClockSetBack(QueueError):
    code = "clock_set_back"

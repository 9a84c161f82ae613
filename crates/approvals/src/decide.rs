//! Decisions. Everything is looked at again in their transaction.
use crate::{
    ApprovalProblem, ApprovalService,
    ask::{is_in_time, names},
    authority,
    events::{Advanced, close, entry},
    links, payload,
    requests::{self, RequestWithDecisions},
    rules::{Rules, open_steps},
    service::Requester,
};
use purser_entity_approvals::{
    approval_decision::{self, Decision},
    approval_request::{self, Status},
};
use purser_kernel::{UserId, hex, ids::ApprovalRequestId};
use purser_store::{
    name_of,
    ports::{ApprovalSubject, Ending, Matter},
    prelude::*,
};
use std::collections::HashSet;

const MAX_REASON: usize = 2000;

/// What a person answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Yes, to what has this hash.
    Approve {
        /// The `payload_hash` of what was seen, in hexadecimal digits.
        payload_hash: String,
    },
    /// No.
    Reject {
        /// Why.
        reason: String,
    },
}

/// What came of an answer.
#[derive(Debug)]
pub enum Outcome {
    /// It counts. After the last yes, what was asked for is done.
    Decided(Box<RequestWithDecisions>),
    /// It does not: what was shown is no longer what would be done. The question is closed, and asked anew if there is still
    /// something to decide. Commit, then tell the caller this problem.
    Outdated(Problem),
}

impl ApprovalService {
    /// Takes a person's answer to the step that is open.
    ///
    /// `person_must_decide` for everybody else; `illegal_transition` when the request is not open any more (of two at once, one is
    /// told so); `approval_expired` when its time is over; `approval_content_changed` when `payload_hash` is not that of the
    /// request; `forbidden` and `separation_of_duties` for somebody who cannot decide.
    pub async fn decide(&self, tx: &WriteTx, id: ApprovalRequestId, answer: Answer) -> Result<Outcome, Problem> {
        self.decide_step(tx, id, answer, None).await
    }

    /// As [`decide`](Self::decide), by a link that is good for one step alone.
    pub(crate) async fn decide_step(
        &self,
        tx: &WriteTx,
        id: ApprovalRequestId,
        answer: Answer,
        step: Option<i32>,
    ) -> Result<Outcome, Problem> {
        tx.scope().require(Permission::ApprovalsRead)?;
        let seen = tx.get::<approval_request::Entity>(id).await?;
        let person = tx.scope().actor.in_person().ok_or_else(|| Problem::of(ApprovalProblem::PersonMustDecide))?;
        let answer = checked(answer)?;
        let subject = self.subject(&seen.subject)?;
        // The subject before its request, as whoever changes the subject locks them.
        let matter = subject.matter(tx, seen.subject_id).await?;
        let request = tx.get_for_update::<approval_request::Entity>(id).await?;
        require_open(&request, tx.now())?;
        if step.is_some_and(|step| step != request.step) {
            return Err(links::invalid());
        }
        if let Answer::Approve { payload_hash } = &answer
            && *payload_hash != hex::encode(&request.payload_hash)
        {
            return Err(Problem::of(ApprovalProblem::ApprovalContentChanged)
                .detail("Look at the request again: the hash is not the one of what is asked."));
        }
        let shown = matter.filter(|matter| is_shown(tx, &request, matter));
        let Some(matter) = shown else {
            return self.outdated(tx, subject, request).await.map(Outcome::Outdated);
        };
        let requester = Requester::of(&request);
        let rules = self.rules_of_question(tx, subject, request.subject_id, &matter, &requester).await?;
        self.answer(tx, subject, request, &matter, rules, person, answer)
            .await
            .map(|request| Outcome::Decided(Box::new(request)))
    }

    /// Closes a question about what is no longer so, and asks anew if there is still something to decide.
    pub(crate) async fn outdated(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        request: approval_request::Model,
    ) -> Result<Problem, Problem> {
        let closed = close(tx, request, Status::Superseded).await?;
        let problem = Problem::of(ApprovalProblem::ApprovalContentChanged);
        let Some(anew) = self.ask_anew(tx, subject, &closed).await? else {
            subject.ended(tx, closed.subject_id, closed.id, Ending::Superseded).await?;
            return Ok(problem.detail("There is nothing to approve any more."));
        };
        subject.asked_anew(tx, closed.subject_id, anew.id).await?;
        Ok(problem
            .detail("It was changed since it was asked, and is asked anew.")
            .with("approval_id", anew.id.to_string()))
    }

    #[expect(clippy::too_many_arguments, reason = "what was looked up is handed on once")]
    async fn answer(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        request: approval_request::Model,
        matter: &Matter,
        rules: Rules,
        person: UserId,
        answer: Answer,
    ) -> Result<RequestWithDecisions, Problem> {
        let decisions = requests::decisions_of(tx, &request).await?;
        let (permission, next) = open_steps(&rules, &decisions, subject.permission());
        let mut barred = barred(&request, &decisions, rules.separation_of_duties);
        if rules.separation_of_duties || request.separation_of_duties {
            barred.extend(matter.last_edited_by);
        }
        let step = authority::Step { subject: subject.kind(), permission, barred: &barred };
        let on_behalf_of = authority::of(tx, self.tenants.as_ref(), person, step).await?;
        let (decision, reason) = match answer {
            Answer::Approve { .. } => (Decision::Approved, None),
            Answer::Reject { reason } => (Decision::Rejected, Some(reason)),
        };
        let row = approval_decision::ActiveModel {
            request_id: Set(request.id),
            step: Set(request.step),
            permission: Set(permission.as_str().to_owned()),
            decided_by: Set(person),
            on_behalf_of: Set(on_behalf_of),
            decision: Set(decision),
            reason: Set(reason),
            payload_hash: Set(request.payload_hash.clone()),
            ..Default::default()
        };
        tx.insert_many([row]).await?;
        let (id, subject_id) = (request.id, request.subject_id);
        match (decision, next) {
            (Decision::Rejected, _) => {
                close(tx, request, Status::Rejected).await?;
                subject.ended(tx, subject_id, id, Ending::Rejected).await?;
            }
            (Decision::Approved, Some(next)) => advance(tx, request, &rules, next).await?,
            (Decision::Approved, None) => {
                close(tx, request, Status::Approved).await?;
                subject.approved(tx, subject_id, self).await?;
            }
        }
        requests::load(tx, tx.get::<approval_request::Entity>(id).await?).await
    }

    /// Takes a request back that is open: whoever asked may, and who manages approvals.
    ///
    /// `illegal_transition` when it is not open any more.
    pub async fn withdraw(&self, tx: &WriteTx, id: ApprovalRequestId) -> Result<RequestWithDecisions, Problem> {
        tx.scope().require(Permission::ApprovalsRead)?;
        let seen = tx.get::<approval_request::Entity>(id).await?;
        if !Requester::of(&seen).is(tx.scope().actor) {
            tx.scope().require(Permission::ApprovalsManage)?;
        }
        let subject = self.subject(&seen.subject)?;
        // Locked in the order in which whoever decides does it.
        subject.matter(tx, seen.subject_id).await?;
        let request = tx.get_for_update::<approval_request::Entity>(id).await?;
        require_open(&request, tx.now())?;
        let request = close(tx, request, Status::Withdrawn).await?;
        subject.ended(tx, request.subject_id, id, Ending::Withdrawn).await?;
        requests::load(tx, request).await
    }
}

fn checked(answer: Answer) -> Result<Answer, Problem> {
    Ok(match answer {
        Answer::Approve { payload_hash } => {
            let hash = hex::decode::<32>(&payload_hash).ok_or_else(|| {
                let message = "must be 64 hexadecimal digits, as the request shows them";
                Problem::invalid("/payload_hash", "not_a_hash", message)
            })?;
            Answer::Approve { payload_hash: hex::encode(&hash) }
        }
        Answer::Reject { reason } => {
            let reason = text::lines("/reason", &reason, MAX_REASON)?;
            if reason.is_empty() {
                return Err(Problem::invalid("/reason", "required", "must not be empty"));
            }
            Answer::Reject { reason }
        }
    })
}

fn require_open(request: &approval_request::Model, now: Timestamp) -> Result<(), Problem> {
    if request.status != Status::Pending {
        return Err(Problem::illegal_transition("approval request", &name_of(&request.status), &[]));
    }
    if is_in_time(request, now) { Ok(()) } else { Err(Problem::of(ApprovalProblem::ApprovalExpired)) }
}

pub(crate) fn is_shown(tx: &WriteTx, request: &approval_request::Model, matter: &Matter) -> bool {
    payload::hash(tx.organization(), &request.subject, request.subject_id, matter)
        .is_ok_and(|hash| hash == request.payload_hash)
}

/// Who cannot decide the open step: whom it is about, who decided another, and where duties are separated, who asked and who edited
/// last.
pub(crate) fn barred(
    request: &approval_request::Model,
    decisions: &[approval_decision::Model],
    separate: bool,
) -> HashSet<UserId> {
    let deciders = decisions.iter().flat_map(|decision| [Some(decision.decided_by), decision.on_behalf_of]);
    // A policy that was relaxed since it was asked does not let anybody in who was kept out then.
    let separate = separate || request.separation_of_duties;
    let part_of_it = [request.accountable_user, request.last_edited_by];
    deciders.chain([request.about_user]).chain(part_of_it.into_iter().filter(|_| separate)).flatten().collect()
}

/// The next step is open.
async fn advance(
    tx: &WriteTx,
    request: approval_request::Model,
    rules: &Rules,
    next: Permission,
) -> Result<(), Problem> {
    let step = request.step.saturating_add(1);
    let separate = request.separation_of_duties || rules.separation_of_duties;
    let request = tx
        .update(request, |row| {
            row.step = Set(step);
            row.permission = Set(next.as_str().to_owned());
            row.steps = Set(names(&rules.steps));
            row.separation_of_duties = Set(separate);
        })
        .await?;
    tx.audit(entry("approval.approve_step", &request)).await?;
    tx.emit(&Advanced::of(&request)).await
}

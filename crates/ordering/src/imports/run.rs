//! A file from its first row to its last.
use super::{
    Change, CsvFile, Reach, Report, Sheet, Token,
    judge::{SeenKeys, judge},
    report::{Draft, RowReport},
};
use crate::OrderingProblem;
use purser_kernel::hex;
use purser_store::prelude::*;
use serde_json::json;

/// Is told of each row, in the order of the file.
pub type EachRow<'r> = &'r mut (dyn FnMut(&RowReport) -> Result<(), Problem> + Send);

/// What the file would do, if it were committed now. Nothing is changed.
///
/// `malformed_request` when it turns out to be no CSV.
pub async fn preview<S: Sheet>(tx: &ReadTx, sheet: &S, file: CsvFile, each: EachRow<'_>) -> Result<Report, Problem> {
    require::<S>(tx)?;
    run(Reach::Look(tx), sheet, file, each).await
}

/// Does what the dry run that gave `token` has shown; rows that were refused are left out. `import_outdated` when the file is another
/// one, or when any row would do something else by now.
///
/// All of it is one transaction. Whether it is what was shown is known at its end: then it is committed, or nothing is left of it.
pub async fn commit<S: Sheet>(tx: &WriteTx, sheet: &S, file: CsvFile, token: Token) -> Result<Report, Problem> {
    require::<S>(tx)?;
    if !token.is_of(&file.sha256) {
        return Err(outdated("The file is not the one that the dry run has seen."));
    }
    sheet.begin(tx).await?;
    let sha256 = hex::encode(&file.sha256);
    let report = run(Reach::Write(tx), sheet, file, &mut |_| Ok(())).await?;
    if report.token != token {
        return Err(outdated("What is stored was changed since the dry run, or the file is read in another way."));
    }
    let entry = AuditEntry::of_many(S::ACTION, S::RESOURCE);
    tx.audit(entry.after(&json!({ "file_sha256": sha256, "rows": report.counts }))).await?;
    Ok(report)
}

fn require<S: Sheet>(tx: &ReadTx) -> Result<(), Problem> {
    S::IMPORT.iter().try_for_each(|permission| tx.scope().require(*permission))
}

fn outdated(detail: &str) -> Problem {
    Problem::of(OrderingProblem::ImportOutdated).detail(format!("{detail} Send it without commit and look again."))
}

async fn run<S: Sheet>(reach: Reach<'_>, sheet: &S, mut file: CsvFile, each: EachRow<'_>) -> Result<Report, Problem> {
    let (mut draft, mut seen) = (Draft::new(S::RESOURCE, &file), SeenKeys::default());
    loop {
        let batch;
        (file, batch) = file.batch().await?;
        if batch.is_empty() {
            return Ok(draft.finish(&file.sha256));
        }
        let mut written: Vec<Change<S::Row>> = Vec::with_capacity(batch.len());
        for (mut row, change) in judge(sheet, reach, &mut seen, &batch).await? {
            let created = change.as_ref().filter(|change| change.before.is_none());
            draft.add(&mut row, &created.map(|change| sheet.cells(&change.after)).unwrap_or_default());
            each(&row)?;
            written.extend(change);
        }
        if let Reach::Write(tx) = reach
            && !written.is_empty()
        {
            sheet.write(tx, written).await?;
        }
    }
}

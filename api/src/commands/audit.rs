//! `purser audit`: what was exported of an audit trail. For auditors, who have neither the configuration nor the database.
use crate::{Failure, report};
use clap::{Args, Subcommand};
use purser_compliance::{
    statement::PublicKey,
    verify::{Report, verify},
};
use purser_kernel::hex;
use std::{fs::File, io::BufReader, path::PathBuf, process::ExitCode};

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Say whether an export is what was sealed, and name the first entry that is not.
    ///
    /// Ends with 0 when all of it is as it was sealed, with 1 when something is not.
    Verify(Verify),
}

/// What is checked, and by what.
#[derive(Debug, Args)]
pub struct Verify {
    /// The export: `GET /v1/audit-logs/export`, without filters.
    export: PathBuf,
    /// The public key: `x` at /.well-known/audit-seal-keys.json. Once for each key there was.
    // Of 64 keys one begins with a hyphen, as base64url has it.
    #[arg(long, value_name = "KEY", required = true, allow_hyphen_values = true)]
    key: Vec<String>,
    /// The root of a seal that has to be in it, such as the last one of an earlier export. Without one nobody can tell whether the end
    /// was cut off.
    #[arg(long, value_name = "ROOT")]
    root: Vec<String>,
}

/// Does it.
pub fn run(command: AuditCommand) -> Result<ExitCode, Failure> {
    let AuditCommand::Verify(Verify { export, key, root }) = command;
    let keys = key.iter().map(|text| {
        let key = text.parse::<PublicKey>();
        key.map_err(|error| Failure::new(format!("{text} is no public key")).because(error))
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let roots = root.iter().map(|text| {
        let root = hex::decode::<32>(text);
        root.ok_or_else(|| Failure::new(format!("{text} is no root")).advise("Give its 64 hexadecimal digits."))
    });
    let roots = roots.collect::<Result<Vec<_>, _>>()?;
    let unreadable = |error| Failure::new(format!("{} cannot be read", export.display())).because(error);
    let file = File::open(&export).map_err(unreadable)?;
    let found = verify(BufReader::new(file), &keys, &roots).map_err(unreadable)?;
    Ok(tell(&found))
}

fn tell(found: &Report) -> ExitCode {
    if let Some(organization) = found.organization {
        report::say(&format!("organization {organization}"));
    }
    let Report { seals, sealed, open, erased, expired, ahead, .. } = found;
    report::say(&format!("{seals} seals over {sealed} entries; {open} entries are not sealed yet"));
    if *expired > 0 {
        report::say(&format!(
            "the entries of the seals up to {expired} were removed because they were old, as the trail says"
        ));
    }
    if *ahead > 0 {
        report::say(&format!(
            "{ahead} seals were closed by a clock that was ahead of later ones: what was inserted at that time cannot be told"
        ));
    }
    if *erased > 0 {
        report::say(&format!("the personal data of {erased} entries was erased"));
    }
    if let Some((number, root)) = &found.last {
        report::say(&format!("the last seal is {number}, with the root {root}"));
    }
    let mut findings = found.findings.iter();
    let Some(first) = findings.next() else {
        report::ok("the trail is as it was sealed");
        return ExitCode::SUCCESS;
    };
    report::failed(&Failure::new(first.to_string()));
    for finding in findings {
        report::say(&format!("        {finding}"));
    }
    ExitCode::FAILURE
}

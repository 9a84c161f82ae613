//! Exchange rates as a CSV file.
use super::NewRate;
use purser_kernel::Problem;
use serde::Deserialize;
use std::io::Read;

/// A file that cannot be taken; nothing of it is.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is not CSV, or lacks a column.
    #[error("it cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// A line is wrong.
    #[error("line {0} is wrong: {1}")]
    Line(u64, #[source] Problem),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    base: String,
    quote: String,
    on: String,
    rate: String,
    source: String,
}

/// Reads a file with the columns `base`, `quote`, `on`, `rate` and `source`, named in its first line.
pub fn read(file: impl Read) -> Result<Vec<NewRate>, Fault> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let header = reader.headers()?.clone();
    let mut rates = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let Row { base, quote, on, rate, source } = record.deserialize(Some(&header))?;
        let parsed = NewRate::parse(&base, &quote, &on, &rate, &source);
        rates.push(parsed.map_err(|problem| Fault::Line(line, problem))?);
    }
    Ok(rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_as_a_whole_or_not_at_all() {
        let header = "base,quote,on,rate,source\n";
        let rates =
            read(format!("{header}EUR,USD,2026-11-20,1.0842,ecb\nEUR, JPY ,2026-11-20,163.50,ecb\n").as_bytes());
        assert_eq!(rates.unwrap().len(), 2);
        let wrong = read(format!("{header}EUR,USD,2026-11-20,1.0842,ecb\nEUR,USD,2026-11-20,0,ecb\n").as_bytes());
        assert!(matches!(wrong, Err(Fault::Line(3, _))));
        for file in
            ["base,quote,on,rate\nEUR,USD,2026-11-20,1", "a,b\n1,2,3", "base,quote,on,rate,source,x\n1,2,3,4,5,6"]
        {
            assert!(matches!(read(file.as_bytes()), Err(Fault::Csv(_))), "{file}");
        }
    }
}

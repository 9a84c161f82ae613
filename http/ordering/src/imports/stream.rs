//! Answers that are longer than memory should be.
use super::masked::cell;
use super::view::{ImportView, LineView};
use crate::imports::upload::not_kept;
use actix_web::{
    HttpResponse,
    http::header::{self, ContentDisposition, DispositionParam, DispositionType},
    web::{Bytes, Data},
};
use futures_util::{StreamExt, stream};
use purser_compliance::{Access, AccessLog, pii::rules};
use purser_http::{problem::Refusal, unit::Read};
use purser_kernel::{Cursor, Id, Problem};
use purser_ordering::imports::{self, Delimiter, ExportPage, Mask, Sheet};
use std::{
    fs::File,
    io::{self, BufWriter, Seek, Write},
};
use tokio::io::AsyncReadExt;

/// Bytes that are sent at a time.
const CHUNK: usize = 64 * 1024;

/// One JSON value in each line. Written to disk first: the answer begins when it is known to be a good one, and no transaction
/// waits for a slow reader.
pub(super) struct Lines(BufWriter<File>);

impl Lines {
    pub(super) fn new() -> Result<Self, Problem> {
        Ok(Self(BufWriter::new(tempfile::tempfile().map_err(not_kept)?)))
    }

    pub(super) fn add(&mut self, line: &LineView) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.0, line).map_err(|error| not_kept(error.into()))?;
        self.0.write_all(b"\n").map_err(not_kept)
    }

    /// Adds the summary as the last line, and answers.
    pub(super) fn finish(mut self, summary: ImportView) -> Result<HttpResponse, Refusal> {
        self.add(&LineView::from(summary))?;
        let mut file = self.0.into_inner().map_err(|error| not_kept(error.into_error()))?;
        file.rewind().map_err(not_kept)?;
        let chunks = stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).await?;
            chunk.truncate(read);
            Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
        });
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        Ok(response.content_type("application/x-ndjson").streaming(chunks))
    }
}

/// All rows of a sheet as a file.
///
/// Each page is a transaction of its own, so that none waits for a slow reader: rows that are written meanwhile may be in the file
/// or not, and each row is whole. Who exports what is about people is noted in `accesses`. What goes wrong on the first page is a problem; later the answer breaks off.
pub(super) async fn csv_file<S: Sheet + 'static>(
    unit: Read,
    sheet: S,
    name: &str,
    delimiter: Option<Delimiter>,
    accesses: Option<Data<AccessLog>>,
    is_masked: bool,
) -> Result<HttpResponse, Refusal> {
    let delimiter = delimiter.unwrap_or(Delimiter::Comma);
    let source = Source { unit, sheet, delimiter, accesses, is_masked };
    let (first, next) = source.page(None).await?;
    let rest = stream::try_unfold((source, next), move |(source, next)| async move {
        let Some(cursor) = next else {
            return Ok(None);
        };
        let (lines, next) = source.page(Some(cursor)).await.map_err(broken)?;
        Ok::<_, io::Error>(Some((lines, (source, next))))
    });
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name.to_owned())],
    };
    let mut response = HttpResponse::Ok();
    response.insert_header(disposition).insert_header((header::CACHE_CONTROL, "no-store"));
    let first = stream::once(std::future::ready(Ok(first)));
    Ok(response.content_type("text/csv; charset=utf-8; header=present").streaming(Box::pin(first.chain(rest))))
}

/// Where the lines of a file come from.
struct Source<S> {
    unit: Read,
    sheet: S,
    delimiter: Delimiter,
    /// Where it is noted who exports, if the rows may be about people.
    accesses: Option<Data<AccessLog>>,
    /// Whether personal data is masked.
    is_masked: bool,
}

impl<S: Sheet> Source<S> {
    async fn page(&self, cursor: Option<Cursor>) -> Result<(Bytes, Option<Cursor>), Refusal> {
        let Self { unit, sheet, delimiter, accesses, is_masked } = self;
        let tx = unit.begin().await?;
        let detector = if *is_masked { Some(rules::detector(&tx).await?) } else { None };
        let mask = detector.as_ref().map(|detector| move |column: &str, text: &str| cell(detector, column, text));
        let mask = mask.as_ref().map(|mask| -> &Mask<'_> { mask });
        let ExportPage { lines, ids, next } = imports::export_page(&tx, sheet, cursor, *delimiter, mask).await?;
        if let Some(accesses) = accesses {
            let ids = ids.into_iter().map(Id::<()>::from_uuid);
            accesses.note(unit.scope(), unit.purpose(), Access::export(S::RESOURCE, ids))?;
        }
        Ok((Bytes::from(lines), next))
    }
}

fn broken(refusal: Refusal) -> io::Error {
    tracing::warn!(%refusal, "an export broke off");
    io::Error::other("the export broke off")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use purser_kernel::CommonProblem;
    use purser_ordering::imports::{Outcome, RowReport};

    fn row_report(row: u64) -> RowReport {
        RowReport { row, key: "K".repeat(100), outcome: Outcome::Created, changes: Vec::new(), errors: Vec::new() }
    }

    /// `/dev/full` says that it is full to whoever writes into it.
    #[test]
    fn a_full_disk_is_for_the_moment() {
        let mut lines = Lines(BufWriter::new(File::options().write(true).open("/dev/full").unwrap()));
        let full = (0..).find_map(|row| lines.add(&LineView::from(&row_report(row))).err()).unwrap();
        assert!(full.is(CommonProblem::Unavailable), "{full}");
        assert!(full.retry_delay().is_some());
    }
}

//! How a file goes out.
use crate::{Media, MediaProblem, files};
use purser_entity_platform::media_file::Model;
use purser_kernel::{ids::MediaFileId, ports::BlobBytes};
use purser_store::prelude::*;

/// Which bytes of a file are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All.
    Whole,
    /// Those from this one to that one, the first being 0. What is behind the end is left out.
    FromTo(u64, u64),
    /// Those from this one on.
    From(u64),
    /// The last so many.
    Last(u64),
}

/// Bytes of a file.
pub struct Content {
    /// The file.
    pub file: Model,
    /// The first byte that is given.
    pub first: u64,
    /// How many bytes are given.
    pub length: u64,
    /// How many bytes the file has.
    pub total: u64,
    /// The bytes.
    pub bytes: BlobBytes,
}

impl Media {
    /// The bytes of a file that [`files::get`] has shown. No transaction needs to be open, and none should: a reader may be slow.
    ///
    /// `not_found` when they are not kept here, or not any more; `range_not_satisfiable`.
    pub async fn open(&self, store: &Store, scope: &Scope, file: Model, part: Part) -> Result<Content, Problem> {
        let (Some(key), Some(size)) = (files::kept_at(&file)?, file.byte_size) else {
            return Err(Problem::of(CommonProblem::NotFound).detail("The file's bytes are not kept here."));
        };
        let total = u64::try_from(size).unwrap_or_default();
        let (first, end) = bounds(part, total)?;
        match self.blobs.read(&key, first..end).await? {
            Some(bytes) => Ok(Content { file, first, length: end - first, total, bytes }),
            None => Err(missing(store, scope, file.id).await),
        }
    }
}

/// The first byte, and the one behind the last.
fn bounds(part: Part, total: u64) -> Result<(u64, u64), Problem> {
    let (first, end) = match part {
        Part::Whole => return Ok((0, total)),
        Part::FromTo(first, last) => (first, last.saturating_add(1).min(total)),
        Part::From(first) => (first, total),
        Part::Last(length) => (total.saturating_sub(length), total),
    };
    if first < end {
        return Ok((first, end));
    }
    Err(Problem::of(MediaProblem::RangeNotSatisfiable).with("byte_size", total))
}

/// Deleted since it was shown, or lost.
async fn missing(store: &Store, scope: &Scope, id: MediaFileId) -> Problem {
    let again = async { files::get(&store.read(scope).await?, id).await };
    match again.await {
        Ok(_) => Problem::internal(format!("the bytes of media file {id} are not where they were put")),
        Err(problem) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_with_the_file() {
        for (part, total, expected) in [
            (Part::Whole, 10, (0, 10)),
            (Part::FromTo(2, 4), 10, (2, 5)),
            (Part::FromTo(0, u64::MAX), 10, (0, 10)),
            (Part::From(9), 10, (9, 10)),
            (Part::Last(3), 10, (7, 10)),
            (Part::Last(99), 10, (0, 10)),
        ] {
            assert_eq!(bounds(part, total).unwrap(), expected, "{part:?}");
        }
        for part in [Part::From(10), Part::FromTo(10, 12), Part::FromTo(4, 3), Part::Last(0)] {
            assert!(bounds(part, 10).unwrap_err().is(MediaProblem::RangeNotSatisfiable), "{part:?}");
        }
    }
}

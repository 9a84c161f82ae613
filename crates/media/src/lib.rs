//! Files: what is uploaded, kept and given out again. What is in them is nobody's business here.
//!
//! Their bytes are kept by a [`BlobStore`](purser_kernel::ports::BlobStore), a [`Folder`] for one; a row says that they are there.
//! The bytes come first and go last, so that no row ever promises what is not there: [`Media::begin`] receives them, [`Media::add`]
//! makes them known, [`files::delete`] forgets them, and [`RemoveBlob`] takes them away. What is left over when a process dies in
//! between is nobody's, and [`Sweep`] finds it.
mod content;
pub mod files;
mod folder;
mod media_type;
mod name;
mod problems;
mod remove;
mod sweep;
mod upload;

pub use content::{Content, Part};
pub use folder::Folder;
pub use problems::MediaProblem;
pub use remove::RemoveBlob;
pub use sweep::Sweep;
pub use upload::{Media, NewFile, Received, Upload};

/// The rows that the functions of this crate return.
pub use purser_entity_platform::media_file;

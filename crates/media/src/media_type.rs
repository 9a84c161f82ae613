//! Media types, and which kind of file has which.
use mime::{Mime, Name};
use purser_kernel::{CommonProblem, Problem};
use purser_store::MediaKind;

const MAX_LENGTH: usize = 255;

/// A media type as RFC 9110, section 8.3.1, has it. It is kept and said again, and nothing follows from it.
///
/// `unsupported_media_type` for what is none, and for bodies that are a wrapping around a file.
pub(crate) fn parsed(text: Option<&str>) -> Result<Mime, Problem> {
    let refused = |why: &'static str| Problem::of(CommonProblem::UnsupportedMediaType).detail(why);
    let parsed = text.filter(|text| text.len() <= MAX_LENGTH).and_then(|text| text.parse::<Mime>().ok());
    let parsed = parsed.filter(|media_type| [media_type.type_(), media_type.subtype()].iter().all(is_one));
    let media_type =
        parsed.ok_or_else(|| refused("Send the file's media type as Content-Type, such as image/jpeg."))?;
    if media_type.type_() == mime::MULTIPART {
        return Err(refused("Send the file itself as the body, and not a form around it."));
    }
    Ok(media_type)
}

/// `mime` takes stars and nothing at all.
fn is_one(name: &Name<'_>) -> bool {
    *name != mime::STAR && *name != ""
}

/// The kind of file that has this media type, as far as it says one.
pub(crate) fn kind(media_type: &Mime) -> MediaKind {
    match (media_type.type_(), media_type.subtype()) {
        (mime::IMAGE, _) => MediaKind::Image,
        (mime::AUDIO, _) => MediaKind::Audio,
        (mime::VIDEO, _) => MediaKind::Video,
        (mime::APPLICATION, mime::PDF) => MediaKind::Pdf,
        _ => MediaKind::Document,
    }
}

/// Whether a file of this kind can have this media type.
pub(crate) fn fits(wanted: MediaKind, media_type: &Mime) -> bool {
    match wanted {
        MediaKind::Document | MediaKind::Export => true,
        MediaKind::Screenshot => kind(media_type) == MediaKind::Image,
        wanted => kind(media_type) == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_media_type_of_a_file_is_refused() {
        for wrong in [
            None,
            Some(""),
            Some("pdf"),
            Some("text/"),
            Some("image/*"),
            Some("*/*"),
            Some("multipart/form-data; boundary=x"),
        ] {
            assert!(parsed(wrong).unwrap_err().is(CommonProblem::UnsupportedMediaType), "{wrong:?}");
        }
        parsed(Some(&format!("text/{}", "a".repeat(251)))).unwrap_err();
        assert_eq!(parsed(Some("Text/CSV; charset=utf-8")).unwrap().essence_str(), "text/csv");
    }

    #[test]
    fn a_kind_follows_from_the_media_type_and_must_fit_it() {
        let (pdf, jpeg, zip) = (mime::APPLICATION_PDF, mime::IMAGE_JPEG, "application/zip".parse().unwrap());
        assert_eq!([kind(&pdf), kind(&jpeg), kind(&zip)], [MediaKind::Pdf, MediaKind::Image, MediaKind::Document]);
        assert!(fits(MediaKind::Screenshot, &jpeg) && fits(MediaKind::Export, &zip) && fits(MediaKind::Document, &pdf));
        assert!(!fits(MediaKind::Screenshot, &pdf) && !fits(MediaKind::Audio, &jpeg) && !fits(MediaKind::Pdf, &zip));
    }
}

//! Names of files.
use purser_kernel::Problem;

const MAX_NAME: usize = 255;

/// The name that a file is given, without what a name must not do: lead into another folder, or show itself as another than it is.
/// `None` when nothing is left of it.
pub(crate) fn cleaned(pointer: &str, name: &str) -> Result<Option<String>, Problem> {
    if name.chars().count() > MAX_NAME {
        return Err(Problem::invalid(pointer, "too_long", format!("must have at most {MAX_NAME} characters")));
    }
    // Some programs send where they had the file.
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control() && !turns_the_text(*c)).collect();
    // Dots behind a name are lost on some systems, and names of dots alone are folders.
    let name = shown.trim().trim_end_matches(['.', ' ']);
    Ok(Some(name).filter(|name| !name.is_empty()).map(str::to_owned))
}

/// Characters that show what follows from the right to the left: `gpj.exe` as `exe.jpg` (Unicode Technical Report 36, section 2.10.1).
fn turns_the_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_nothing_else() {
        for (sent, kept) in [
            ("Rechnung März.pdf", Some("Rechnung März.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\fakepath\\scan.pdf", Some("scan.pdf")),
            ("a\r\nSet-Cookie: b", Some("aSet-Cookie: b")),
            ("photo\u{202e}gpj.exe", Some("photogpj.exe")),
            ("  spaced .pdf. ", Some("spaced .pdf")),
            (".env", Some(".env")),
            ("..", None),
            ("folder/", None),
            ("\u{7f}", None),
        ] {
            assert_eq!(cleaned("/filename", sent).unwrap().as_deref(), kept, "{sent:?}");
        }
        cleaned("/filename", &"ä".repeat(255)).unwrap();
        cleaned("/filename", &"a".repeat(256)).unwrap_err();
    }
}

//! What somebody wrote, of all that stands in a mail.
//!
//! An answer carries what it answers below it. Read for orders, it would order again what was ordered before.
const MARKS: [&str; 4] =
    ["-----Original Message-----", "-----Ursprüngliche Nachricht-----", "________________________________", "-- "];

/// The words of a mail's sender, and what they quote or have below everything they write.
pub(super) fn own(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().position(|line| MARKS.contains(line) || MARKS.contains(&line.trim()));
    let (above, below) = lines.split_at(end.unwrap_or(lines.len()));
    let (mut own, mut quoted) = (Vec::new(), Vec::new());
    for (at, line) in above.iter().enumerate() {
        let following = above.get(at + 1..).unwrap_or_default();
        if is_quoted(line) || introduces(line, following) { quoted.push(*line) } else { own.push(*line) }
    }
    quoted.extend(below);
    (own.join("\n").trim().to_owned(), quoted.join("\n").trim().to_owned())
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether the line says who wrote what is quoted below it, as "On … wrote:" does. What is answered between the quotes is the sender's.
fn introduces(line: &str, following: &[&str]) -> bool {
    let next = || following.iter().find(|line| !line.trim().is_empty());
    line.trim_end().ends_with(':') && next().is_some_and(|line| is_quoted(line))
}

/// What is read of a text or a page, in characters: no order is longer.
pub(super) const MAX_PAGE: usize = 500_000;

/// Elements that begin a line.
const BLOCKS: [&str; 12] = ["br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "blockquote"];

/// The text of a page: without tags, comments, styles and programs; a line for each block, and what is quoted marked as in a text.
pub(super) fn of_html(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html.get(..floor(html, MAX_PAGE)).unwrap_or_default();
    let mut quoted = 0_u32;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(&unescaped(before));
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map(|(_, rest)| rest).unwrap_or_default();
            continue;
        }
        let Some((inside, after)) = tag.split_once('>') else {
            rest = "";
            break;
        };
        rest = after;
        let is_end = inside.starts_with('/');
        let name: String = inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "style" | "script" | "title" if !is_end => rest = behind(rest, &name),
            "blockquote" => quoted = if is_end { quoted.saturating_sub(1) } else { quoted.saturating_add(1) },
            _ => {}
        }
        if BLOCKS.contains(&name.as_str()) && !text.ends_with('\n') {
            text.push('\n');
        }
        if quoted > 0 && (text.is_empty() || text.ends_with('\n')) {
            text.push_str("> ");
        }
    }
    text.push_str(&unescaped(rest));
    text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != ">").collect::<Vec<_>>().join("\n")
}

fn floor(text: &str, at: usize) -> usize {
    if text.len() <= at { text.len() } else { (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default() }
}

/// What stands behind the end of an element whose content is no text.
fn behind<'t>(rest: &'t str, name: &str) -> &'t str {
    let ends = |at: usize| rest.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
    let found = rest.match_indices("</").map(|(at, _)| at).find(|at| ends(*at));
    found.and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// The text between two tags: white space is one space, and the references that mails have in them are what they stand for.
fn unescaped(text: &str) -> String {
    let space = |is_there: bool| if is_there { " " } else { "" };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, after) = (text.starts_with(char::is_whitespace), text.ends_with(char::is_whitespace));
    let text = format!("{}{words}{}", space(before), space(after && !words.is_empty()));
    let pairs = [
        ("&nbsp;", " "),
        ("&#160;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    pairs.into_iter().fold(text, |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mail_of_empty_lines_is_read_as_fast_as_any() {
        assert_eq!(own(&"\n".repeat(MAX_PAGE)), (String::new(), String::new()));
        assert_eq!(own(&format!("2 milk:{}", "\n".repeat(MAX_PAGE))).0, "2 milk:");
    }

    #[test]
    fn what_is_quoted_is_nobody_s_order() {
        let answer =
            "4 bread, please\n\nOn Mon, Ann wrote:\n\n> 2 milk\n> 3 rice\nand 1 cola\n-- \nBob\n12 Main Street";
        let (own, quoted) = own(answer);
        assert_eq!(own, "4 bread, please\n\n\nand 1 cola");
        assert_eq!(quoted, "On Mon, Ann wrote:\n> 2 milk\n> 3 rice\n-- \nBob\n12 Main Street");
        assert_eq!(super::own("yes\r\n-----Original Message-----\r\nFrom: Ann\r\n2 milk").0, "yes");
        assert_eq!(super::own("Please send:\n- 2 milk").0, "Please send:\n- 2 milk");
    }

    #[test]
    fn a_page_is_read_as_its_text() {
        let page = "<html><head><title>No</title><style>p { color: red }</style></head><body><p>2 &amp; 3 <b>milk</b> cases</p>\
            <!-- 9 rice --><div>4&nbsp;bread</div><script>7 < 8</script><blockquote><p>1 cola</p></blockquote></body></html>";
        assert_eq!(of_html(page), "2 & 3 milk cases\n4 bread\n> 1 cola");
        assert_eq!(of_html("&amp;lt;"), "&lt;", "once");
        assert_eq!(of_html("a < b"), "a");
        assert_eq!(of_html("<style>never ends"), "");
    }

    proptest! {
        /// Whatever comes in: nothing panics, and nothing is made up.
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            of_html(&text);
            let (own, quoted) = own(&text);
            prop_assert!(own.len() + quoted.len() <= text.len());
        }
    }
}

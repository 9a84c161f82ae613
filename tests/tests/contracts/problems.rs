//! docs/problems.md.
use purser_api::http::{PublishedProblem, registry};
use purser_tests::contract::{self, ACCEPT};

#[test]
fn the_problems_are_those_that_were_agreed() {
    let mut problems = registry();
    problems.sort_by_key(|published| (published.kind.status, published.kind.id));
    let mut page = format!(
        "# Problems

Made from the code: `{ACCEPT}` writes this page, and a test fails when it is out of date.

What is refused is answered with `application/problem+json` (RFC 9457). Clients branch on `id`, which never changes; titles and
details are for people. `GET /problems/{{id}}` shows one.

| status | id | title | when |
| --- | --- | --- | --- |
"
    );
    page.extend(problems.iter().map(|PublishedProblem { kind, when }| {
        assert!(!when.is_empty(), "{} has no comment that says when it happens", kind.id);
        format!("| {} | `{}` | {} | {when} |\n", kind.status, kind.id, kind.title)
    }));
    contract::hold("docs/problems.md", &page);
}

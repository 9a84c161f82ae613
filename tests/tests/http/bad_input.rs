//! What cannot be taken is refused with a published problem, on every route, and changes nothing. Made from the document: a
//! new route is covered as soon as it has its line in `fixtures`.
mod bodies;
mod fields;
mod headers;
mod limits;
mod places;
mod trial;
mod wire;

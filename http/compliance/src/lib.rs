//! Seals over the audit trail, its export, what is erased from it, who read what, personal data in free text, what was deleted, and how long
//! what is kept.
mod accesses;
mod deletions;
mod erase;
mod export;
mod keys;
mod pii;
mod proof;
mod retention;
mod seals;

use purser_http::routes::Routes;

/// The routes. Before those of the trail itself, whose entries have ids for which `export` would be taken.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(export::routes)
        .configure(erase::routes)
        .configure(proof::routes)
        .configure(seals::routes)
        .configure(keys::routes)
        .configure(accesses::routes)
        .configure(retention::routes)
        .configure(deletions::routes)
        .configure(pii::routes);
}

//! The statement that takes jobs, in turn.
//!
//! Lanes (organizations, and Purser's own work) stand in a circle. A claim begins behind the lane that had the last turn and takes a job
//! of each that has one, then a second of each, until it has enough: an organization with ten thousand jobs gets as many turns as
//! one with a single job. In its turn a lane gives its most urgent job, and of those the one that has waited longest.
//!
//! For each kind the index is asked for the next lane and never for the jobs in between, so that it costs some look-ups for
//! each kind and each lane that is served, however many jobs wait. `docs/decisions/fair-claims.md` says more.
use crate::{connection::Connection, dialect};

/// `$1` now, `$2` how many, `$3` the lane that had the last turn, `$4` and `$5` the least and the greatest lane, `$6` the end of the
/// lease, `$7` its owner. Then pairs of a kind and how many of it.
pub(super) const FIRST_KIND: usize = 8;

/// Due jobs of a lane `w`, as they are taken: as many of each lane as it takes to have enough if every lane has so many. What that
/// leaves over is taken by the next claim.
const FIRST: &str = "
    FROM jobs AS h
    WHERE h.status = 'ready' AND h.kind = w.kind AND h.lane = w.lane AND h.run_at <= $1
    ORDER BY h.priority DESC, h.run_at
    LIMIT (SELECT ($2 + count(*) - 1) / count(*) FROM waiting)";

/// Takes jobs of so many kinds.
pub(super) fn claim(connection: &Connection, kinds: usize) -> String {
    let kinds: Vec<String> =
        (0..kinds).map(|number| FIRST_KIND + 2 * number).map(|place| format!("(${place}, ${})", place + 1)).collect();
    let (kinds, heads, skip_locked) =
        (kinds.join(", "), dialect::first_jobs(connection, FIRST), dialect::skip_locked(connection));
    format!(
        "WITH RECURSIVE
kinds (kind, room) AS (VALUES {kinds}),
circle (lane, until, part) AS (VALUES ($3, $5, 1), ($4, $3, 2)),
lanes (kind, lane, until, part, step) AS (
    SELECT kinds.kind, circle.lane, circle.until, circle.part, 0 FROM kinds CROSS JOIN circle WHERE kinds.room > 0
    UNION ALL
    SELECT l.kind,
           (SELECT n.lane FROM jobs AS n
             WHERE n.status = 'ready' AND n.kind = l.kind AND n.lane > l.lane AND n.lane <= l.until AND n.run_at <= $1
             ORDER BY n.lane LIMIT 1),
           l.until, l.part, l.step + 1
      FROM lanes AS l WHERE l.lane IS NOT NULL AND l.lane < l.until AND l.step < $2
),
waiting AS MATERIALIZED (SELECT kind, lane, part FROM lanes WHERE step > 0 AND lane IS NOT NULL),
heads AS MATERIALIZED (SELECT j.id, w.kind, j.priority, j.run_at, w.lane, w.part FROM waiting AS w {heads}),
abandoned AS MATERIALIZED (
    SELECT a.id, a.kind FROM jobs AS a
     WHERE a.status = 'running' AND a.leased_until < $1 AND a.kind IN (SELECT kind FROM kinds WHERE room > 0)
     ORDER BY a.leased_until LIMIT $2 {skip_locked}
),
turns AS (
    SELECT id, kind, lane, part, row_number() OVER (PARTITION BY lane ORDER BY priority DESC, run_at, id) AS turn FROM heads
    UNION ALL
    SELECT id, kind, $4, 0, 0 FROM abandoned
),
places AS (
    SELECT id, kind, turn, part, lane, row_number() OVER (PARTITION BY kind ORDER BY turn, part, lane) AS place FROM turns
),
due AS (
    SELECT places.id FROM places JOIN kinds ON kinds.kind = places.kind
     WHERE places.place <= kinds.room ORDER BY places.turn, places.part, places.lane LIMIT $2
)
UPDATE jobs SET status = 'running', leased_until = $6, lease_owner = $7, attempts = attempts + 1, updated_at = $1
 WHERE id IN (SELECT id FROM due) RETURNING *, (SELECT count(*) FROM waiting) AS lanes_waiting"
    )
}

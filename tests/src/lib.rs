//! Black-box suites, the same tests on SQLite and on PostgreSQL.

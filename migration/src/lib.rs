//! The schema's history, up and down, one code for both databases.

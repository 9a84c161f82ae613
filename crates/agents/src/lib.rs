//! What agents and readers answered, and what people taught them.

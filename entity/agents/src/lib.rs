//! Tables of agents' answers and what was learned from people.

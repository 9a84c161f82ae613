//! What every route is made of, in one place each.
//!
//! A handler makes four moves: extract (the caller's scope among the rest), open the transaction, call one service function,
//! answer. It holds no SQL and no business rule. What it needs beside the database it names: `orders: Data<Orders>`.
pub mod body;
pub mod cookies;
pub mod cors;
pub mod lasting;
pub mod limits;
pub mod observe;
pub mod options;
pub mod path;
pub mod problem;
pub mod query;
pub mod reply;
pub mod routes;
pub mod security;
pub mod unit;
pub mod view;

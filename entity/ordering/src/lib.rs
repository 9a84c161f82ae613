//! Tables of customers, catalogue, prices and orders.

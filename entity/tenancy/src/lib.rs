//! Tables of organizations, members and roles.

INSERT INTO "audit_details" ("organization_id", "id", "audit_id", "salt", "details", "created_at") VALUES ($1, $2, $3, $4, $5, $6)

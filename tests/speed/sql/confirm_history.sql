INSERT INTO "order_status_history" ("organization_id", "id", "order_id", "from_status", "to_status", "changed_by", "reason", "created_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

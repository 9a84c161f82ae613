INSERT INTO "outbox_events" ("organization_id", "id", "sequence", "event_type", "resource", "resource_id", "payload", "occurred_at", "dispatched_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

"""The network's PostgreSQL: the embedded server, the schema, the roles, the transactions."""

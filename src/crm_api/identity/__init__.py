"""Who you are: tenants, users, teams, roles, sessions, keys. Imports kit only; emits user and team facts."""

"""What people and integrations prove who they are with: logins, passwords, sessions, opaque secrets."""

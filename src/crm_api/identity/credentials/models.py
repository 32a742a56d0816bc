"""Signing in: who a person is in the world, in which companies, and what sessions are open."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Tenanted
from crm_api.kit.ids import new_id


class Login(Base):
    """A person, by e-mail address; one password for all their companies."""

    __tablename__ = "logins"
    id: Mapped[str] = columns.identifier(primary_key=True, default=new_id)
    email: Mapped[str] = columns.email()
    password_hash: Mapped[str | None] = columns.line(500, null=True)
    __table_args__ = (
        Index("logins_email_key", "email", unique=True),
        {"info": {"open": "read while signing in, before a tenant is known"}},
    )


class Membership(Base):
    """A login is a user of a tenant."""

    __tablename__ = "memberships"
    login_id: Mapped[str] = columns.identifier(primary_key=True)
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    user_id: Mapped[str] = columns.identifier()
    __table_args__ = (
        ForeignKeyConstraint(["login_id"], ["logins.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        Index("memberships_user_key", "tenant_id", "user_id", unique=True),
        {"info": {"open": "read while signing in, before a tenant is known"}},
    )


class Session(Tenanted, Base):
    """A family of refresh tokens: each use replaces the token, a second use of an old one ends the family."""

    __tablename__ = "sessions"
    principal_id: Mapped[str] = columns.identifier()
    created_at: Mapped[datetime] = columns.instant()
    expires_at: Mapped[datetime] = columns.instant()
    revoked_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "principal_id"], ["principals.tenant_id", "principals.id"]),
        Index("sessions_principal_idx", "tenant_id", "principal_id"),
    )


class RefreshToken(Tenanted, Base):
    """One refresh token, by the digest of its secret."""

    __tablename__ = "refresh_tokens"
    session_id: Mapped[str] = columns.identifier()
    digest: Mapped[bytes] = columns.digest()
    created_at: Mapped[datetime] = columns.instant()
    used_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "session_id"], ["sessions.tenant_id", "sessions.id"]),
        Index("refresh_tokens_digest_key", "tenant_id", "digest", unique=True),
    )

"""Companies, people, teams, sessions and API keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import grant, protect

revision = "0001_identity"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('logins',
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('logins_pkey')),
    info={'open': 'read while signing in, before a tenant is known'}
    )
    op.create_index('logins_email_key', 'logins', ['email'], unique=True)
    op.create_table('teams',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('parent_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('leader_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('path', postgresql.ARRAY(sa.Uuid(as_uuid=False)), nullable=False),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'leader_id'], ['users.tenant_id', 'users.id'], name=op.f('teams_tenant_id_leader_id_fkey'), use_alter=True),
    sa.ForeignKeyConstraint(['tenant_id', 'parent_id'], ['teams.tenant_id', 'teams.id'], name=op.f('teams_tenant_id_parent_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('teams_pkey'))
    )
    op.create_index('teams_created_at_idx', 'teams', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('teams_name_idx', 'teams', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('teams_parent_id_idx', 'teams', ['tenant_id', 'parent_id'], unique=False)
    op.create_table('tenants',
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('setup_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f('tenants_status_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('tenants_pkey')),
    info={'open': 'read while signing in, before a tenant is known'}
    )
    op.create_index('tenants_slug_key', 'tenants', ['slug'], unique=True)
    op.create_table('principals',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('user', 'api_key', 'system')", name=op.f('principals_kind_check')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], name=op.f('principals_tenant_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('principals_pkey'))
    )
    op.create_table('api_keys',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('permissions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'id'], ['principals.tenant_id', 'principals.id'], name=op.f('api_keys_tenant_id_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('api_keys_pkey'))
    )
    op.create_index('api_keys_created_at_idx', 'api_keys', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('api_keys_digest_key', 'api_keys', ['tenant_id', 'digest'], unique=True)
    op.create_table('sessions',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('principal_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'principal_id'], ['principals.tenant_id', 'principals.id'], name=op.f('sessions_tenant_id_principal_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('sessions_pkey'))
    )
    op.create_index('sessions_principal_idx', 'sessions', ['tenant_id', 'principal_id'], unique=False)
    op.create_table('users',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('manager_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('roles', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locale', sa.Text(), nullable=True),
    sa.Column('time_zone', sa.Text(), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f('users_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'id'], ['principals.tenant_id', 'principals.id'], name=op.f('users_tenant_id_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'manager_id'], ['users.tenant_id', 'users.id'], name=op.f('users_tenant_id_manager_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('users_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('users_pkey'))
    )
    op.create_index('users_created_at_idx', 'users', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('users_email_key', 'users', ['tenant_id', 'email'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('users_name_idx', 'users', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('users_team_id_idx', 'users', ['tenant_id', 'team_id'], unique=False)
    op.create_table('memberships',
    sa.Column('login_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('user_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.ForeignKeyConstraint(['login_id'], ['logins.id'], name=op.f('memberships_login_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'user_id'], ['users.tenant_id', 'users.id'], name=op.f('memberships_tenant_id_user_id_fkey')),
    sa.PrimaryKeyConstraint('login_id', 'tenant_id', name=op.f('memberships_pkey')),
    info={'open': 'read while signing in, before a tenant is known'}
    )
    op.create_index('memberships_user_key', 'memberships', ['tenant_id', 'user_id'], unique=True)
    op.create_table('refresh_tokens',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('session_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['sessions.tenant_id', 'sessions.id'], name=op.f('refresh_tokens_tenant_id_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('refresh_tokens_pkey'))
    )
    op.create_index('refresh_tokens_digest_key', 'refresh_tokens', ['tenant_id', 'digest'], unique=True)
    op.create_foreign_key(op.f('teams_tenant_id_leader_id_fkey'), 'teams', 'users', ['tenant_id', 'leader_id'], ['tenant_id', 'id'], use_alter=True)
    grant("tenants", "SELECT, INSERT, UPDATE")
    grant("logins", "SELECT, INSERT, UPDATE, DELETE")
    grant("memberships", "SELECT, INSERT, UPDATE, DELETE")
    protect("principals", "users", "teams", "sessions", "refresh_tokens", "api_keys")


def downgrade() -> None:
    op.drop_constraint("teams_tenant_id_leader_id_fkey", "teams", type_="foreignkey")
    op.drop_table('refresh_tokens')
    op.drop_table('memberships')
    op.drop_table('users')
    op.drop_table('sessions')
    op.drop_table('api_keys')
    op.drop_table('principals')
    op.drop_table('tenants')
    op.drop_table('teams')
    op.drop_table('logins')

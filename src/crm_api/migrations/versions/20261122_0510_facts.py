"""What goes with every record: events, ownership, grants, external ids, search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0002_facts"
down_revision = '0001_identity'
branch_labels = None
depends_on = None


# Row security would turn the array index into a plain filter (@> is not leakproof), so search runs as a role that
# sees past it, pinned to the tenant of the transaction: no tenant, no rows. Words that not everybody may search lie
# apart: the index holds all, the second condition sees to them.
#
# How well a record fits: 0 its title is what was typed, 1 its title begins with it, 2 its title holds it, 3 some field
# holds the words. The best titles come first, in their order, so that a word of everyday use does not bury them; then
# at most `most` records, any that hold the words. Whoever gets more than `most` rows has not seen all.
SEARCH = """
CREATE FUNCTION crm_search(wanted_resource text, wanted text[], sensitive boolean, typed text, most integer)
RETURNS TABLE (record_id uuid, fit integer) LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 200
SET search_path = pg_catalog, public AS $$
    (SELECT id, CASE WHEN title = typed THEN 0 ELSE 1 END FROM public.search_documents
     WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
       AND resource = wanted_resource AND cardinality(wanted) > 0 AND typed <> ''
       AND title >= typed AND title < typed || chr(1114111)
     ORDER BY title LIMIT 50)
    UNION ALL
    (SELECT id, CASE WHEN title = typed THEN 0 WHEN starts_with(title, typed) THEN 1
         WHEN strpos(title, typed) > 0 THEN 2 ELSE 3 END
     FROM public.search_documents
     WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
       AND resource = wanted_resource AND cardinality(wanted) > 0
       AND (grams || sensitive_grams) @> wanted AND (sensitive OR grams @> wanted)
     LIMIT most + 1)
$$
"""
# Records that hold the words but for a typing error. Each clause is one word as `gram gram|gram gram|…`: all grams of
# one of the alternatives must be there. The first clause is looked up, the others are checked.
SIMILAR = """
CREATE FUNCTION crm_search_similar(wanted_resource text, clauses text[], sensitive boolean, most integer)
RETURNS TABLE (record_id uuid, fit integer) LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT document.id, 4
    FROM unnest(string_to_array(clauses[1], '|')) AS first (alternative)
    JOIN public.search_documents document
      ON document.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
     AND document.resource = wanted_resource
     AND (document.grams || document.sensitive_grams) @> string_to_array(first.alternative, ' ')
    CROSS JOIN LATERAL (
        SELECT CASE WHEN sensitive THEN document.grams || document.sensitive_grams ELSE document.grams END AS grams
    ) seen
    WHERE seen.grams @> string_to_array(first.alternative, ' ')
      AND NOT EXISTS (
        SELECT FROM unnest(clauses[2:]) AS other (clause)
        WHERE NOT EXISTS (
            SELECT FROM unnest(string_to_array(other.clause, '|')) AS choice (alternative)
            WHERE seen.grams @> string_to_array(choice.alternative, ' ')))
    LIMIT most
$$
"""
FUNCTIONS = {
    "crm_search(text, text[], boolean, text, integer)": SEARCH,
    "crm_search_similar(text, text[], boolean, integer)": SIMILAR,
}


def upgrade() -> None:
    op.create_table('external_ids',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('external_ids_pkey'))
    )
    op.create_index('external_ids_key', 'external_ids', ['tenant_id', 'resource', 'source', 'key'], unique=True)
    op.create_index('external_ids_record_idx', 'external_ids', ['tenant_id', 'resource', 'record_id'], unique=False)
    op.create_table('search_documents',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(collation='C'), nullable=False),
    sa.Column('grams', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('sensitive_grams', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('search_documents_pkey'))
    )
    op.create_table('events',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('schema_version', sa.Integer(), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('actor_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('ip', sa.Text(), nullable=True),
    sa.Column('user_agent', sa.Text(), nullable=True),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'actor_id'], ['principals.tenant_id', 'principals.id'], name=op.f('events_tenant_id_actor_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', 'created_at', name=op.f('events_pkey')),
    postgresql_partition_by='RANGE (created_at)'
    )
    op.create_index('events_record_idx', 'events', ['tenant_id', 'resource', 'record_id', 'created_at'], unique=False)
    op.create_table('record_grants',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('principal_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.CheckConstraint("level IN ('read', 'write')", name=op.f('record_grants_level_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'principal_id'], ['principals.tenant_id', 'principals.id'], name=op.f('record_grants_tenant_id_principal_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('record_grants_pkey'))
    )
    op.create_index('record_grants_principal_idx', 'record_grants', ['tenant_id', 'principal_id', 'resource', 'record_id'], unique=True)
    op.create_table('ownership_periods',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('ownership_periods_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('ownership_periods_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('ownership_periods_pkey'))
    )
    op.create_index('ownership_periods_record_idx', 'ownership_periods', ['tenant_id', 'resource', 'record_id', 'started_at'], unique=False)
    protect("events", immutable=True)
    protect("ownership_periods", "external_ids", "record_grants", "search_documents")
    # the tenant and the resource are part of the array index: what others call their records costs nobody time
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.create_index("search_documents_grams_idx", "search_documents", ["tenant_id", "resource", sa.text("(grams || sensitive_grams)")], postgresql_using="gin")
    op.create_index("search_documents_title_idx", "search_documents", ["tenant_id", "resource", "title"])
    roles = op.get_context().opts["roles"]
    op.execute(f"GRANT SELECT ON search_documents TO {roles.search}")
    for function, definition in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"ALTER FUNCTION {function} OWNER TO {roles.search}")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {roles.app}")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table('ownership_periods')
    op.drop_table('record_grants')
    op.drop_table('events')
    op.drop_table('search_documents')
    op.drop_table('external_ids')
    op.execute("DROP EXTENSION IF EXISTS btree_gin")

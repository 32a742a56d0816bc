"""What operators see of the queue: how much waits, for how long, and how jobs have ended."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from crm_api.kit.database import Pool

_WAITING = """
SELECT entrypoint AS job, count(*) FILTER (WHERE status = 'queued') AS queued,
    count(*) FILTER (WHERE status = 'picked') AS running,
    coalesce(extract(epoch FROM
        now() - min(execute_after) FILTER (WHERE status = 'queued' AND execute_after <= now())), 0)
        ::float8 AS oldest
FROM pgqueuer GROUP BY entrypoint
"""
_ENDED = """
SELECT entrypoint AS job, CASE status WHEN 'exception' THEN 'retried' WHEN 'failed' THEN 'failed'
    WHEN 'canceled' THEN 'cancelled' ELSE 'done' END AS outcome, count(*) AS jobs
FROM pgqueuer_log
WHERE created > now() - interval '1 hour' AND status IN ('successful', 'exception', 'failed', 'canceled')
GROUP BY entrypoint, status
"""


async def figures(pool: Pool) -> bytes:
    """Of all workers and companies, by job, as lines for Prometheus."""
    registry = CollectorRegistry()
    queued = Gauge("crm_jobs_queued", "Jobs that wait.", ["job"], registry=registry)
    running = Gauge("crm_jobs_running", "Jobs under way.", ["job"], registry=registry)
    oldest = Gauge(
        "crm_jobs_oldest_seconds", "How long the oldest due job has waited.", ["job"], registry=registry
    )
    ended = Gauge(
        "crm_jobs_ended_last_hour",
        "Jobs that ended in the last hour: done, retried, failed for good, cancelled.",
        ["job", "outcome"],
        registry=registry,
    )
    for row in await pool.fetch(_WAITING):
        queued.labels(row["job"]).set(row["queued"])
        running.labels(row["job"]).set(row["running"])
        oldest.labels(row["job"]).set(row["oldest"])
    for row in await pool.fetch(_ENDED):
        ended.labels(row["job"], row["outcome"]).set(row["jobs"])
    return generate_latest(registry)

"""A receiver of webhooks: verifies the signature, takes each event once, answers quickly.

CRM_WEBHOOK_SECRET=whsec_… uvicorn webhook_receiver:app --port 9000
"""

import os
from typing import Any

from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

app = FastAPI()
verifier = Webhook(os.environ.get("CRM_WEBHOOK_SECRET", "whsec_bm90IGEgc2VjcmV0"))
taken: dict[str, dict[str, Any]] = {}  # in earnest: a table with the event id as its key


@app.post("/crm")
async def receive(request: Request) -> Response:
    """Anything but a 2xx is sent again, for three days."""
    try:
        event = verifier.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)
    taken.setdefault(event["id"], event)
    return Response(status_code=204)

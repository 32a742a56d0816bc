"""What a uvicorn process loads: settings come from its environment, which `crm-api serve` has completed."""

import gc

from fastapi import FastAPI

from crm_api.main import create_app
from crm_api.settings import Settings


def app() -> FastAPI:
    """The application, in a process of its own: what is there now stays, the collector need not look through it."""
    made = create_app(Settings())
    gc.collect()
    gc.freeze()
    return made

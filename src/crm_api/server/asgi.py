"""What a uvicorn process loads: settings come from its environment, which `crm-api serve` has completed."""

from fastapi import FastAPI

from crm_api.main import create_app
from crm_api.settings import Settings


def app() -> FastAPI:
    return create_app(Settings())

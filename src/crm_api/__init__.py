"""The CRM API: customers to cash, service and analysis as one JSON REST API."""

from importlib.metadata import version

__version__ = version("crm-api")
